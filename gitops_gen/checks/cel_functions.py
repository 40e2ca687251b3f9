"""Functions that Kubernetes adds to CEL, for lists, sets, text and named formats.

Source: k8s.io/apiserver, pkg/cel/library, and github.com/google/cel-go, ext.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from gitops_gen.checks.cel_library import UNSUPPORTED
from gitops_gen.checks.cel_network import NETWORK, is_url
from gitops_gen.checks.cel_numbers import NUMBERS

_LONGEST_TEXT = 2_000
_REPEATED_GROUP = re.compile(r"\)[*+{]")
"""What can make a search take for ever."""
_DNS_1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_DNS_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DNS_NAME = rf"{_DNS_LABEL}(\.{_DNS_LABEL})*"
_NAME = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_FORMATS: dict[str, tuple[str, int]] = {
    "dns1123Label": (_DNS_LABEL, 63),
    "dns1123LabelPrefix": (_DNS_LABEL, 63),
    "dns1123Subdomain": (_DNS_NAME, 253),
    "dns1123SubdomainPrefix": (_DNS_NAME, 253),
    "dns1035Label": (_DNS_1035, 63),
    "dns1035LabelPrefix": (_DNS_1035, 63),
    "qualifiedName": (rf"(?=.{{0,317}}\Z)(?:(?=[^/]{{1,253}}/){_DNS_NAME}/)?(?=[^/]{{1,63}}\Z){_NAME}", 317),
    "labelValue": (rf"({_NAME})?", 63),
    "uri": ("", 10_000),
    "uuid": (r"(?i:[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})", 36),
    "byte": (r"(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", 10_000),
    "date": (_DATE, 10),
    "datetime": (rf"{_DATE}[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", 64),
}
"""The form of a text, and its length at most."""


class Function(NamedTuple):
    """One form of a function."""

    name: str
    parameters: tuple[str, ...]
    """Of the types of cel_environment; the first is what stands before the dot where it `is_member`."""
    result: str
    call: Callable[..., Any]
    is_member: bool = True


def _find(text: str, pattern: str) -> str:
    found = _compile(text, pattern).search(text)
    return found[0] if found else ""


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    found = [match[0] for match in _compile(text, pattern).finditer(text)]
    return found if limit < 0 else found[:limit]


def _compile(text: str, pattern: str) -> re.Pattern[str]:
    """Kubernetes searches with RE2, which takes no longer than the text is long."""
    if len(text) > _LONGEST_TEXT or _REPEATED_GROUP.search(pattern):
        raise ValueError(f"{UNSUPPORTED}a search for {pattern[:80]}")
    try:
        return re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"{UNSUPPORTED}a search for {pattern[:80]}") from error


def _index(values: Sequence[Any], value: Any) -> int:  # noqa: ANN401 - any value of CEL
    return next((number for number, one in enumerate(values) if _is_same(one, value)), -1)


def _last_index(values: Sequence[Any], value: Any) -> int:  # noqa: ANN401 - as above
    return next((number for number in range(len(values) - 1, -1, -1) if _is_same(values[number], value)), -1)


def _is_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _contains(values: Sequence[Any], wanted: Sequence[Any]) -> bool:
    return all(_index(values, value) >= 0 for value in wanted)


def _pick(choose: Callable[[Sequence[Any]], Any]) -> Callable[[Sequence[Any]], Any]:
    def pick(values: Sequence[Any]) -> Any:  # noqa: ANN401 - as above
        if not values:
            raise ValueError("min and max called on an empty list")
        return choose(values)

    return pick


def _flatten(values: Sequence[Any], depth: int = 1) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        flat += _flatten(value, depth - 1) if isinstance(value, list) and depth > 0 else [value]
    return flat


def _distinct(values: Sequence[Any]) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if _index(kept, value) < 0:
            kept.append(value)
    return kept


def _slice(values: Sequence[Any], start: int, end: int) -> list[Any]:
    if not 0 <= start <= end <= len(values):
        raise ValueError("a slice beyond the list")
    return list(values[start:end])


def _name_format(name: str) -> Callable[[], dict[str, str]]:
    return lambda: {"~format": name}


def _find_format(name: str) -> list[dict[str, str]]:
    return [{"~format": name}] if name in _FORMATS else []


def _validate(form: dict[str, Any], text: str) -> list[str]:
    """What is wrong with a text; Kubernetes has an optional here, which has a value where this has items."""
    name = form["~format"]
    pattern, longest = _FORMATS[name]
    if name.endswith("Prefix") and len(text) > 1 and text.endswith("-"):  # something is put behind it
        text = f"{text[:-2]}a"
    fits = is_url(text) if name == "uri" else re.fullmatch(pattern, text, re.ASCII) is not None
    if fits and name in {"date", "datetime"}:
        fits = _is_date(text[:10])
    return [] if fits and len(text) <= longest else [f"is no {name}"]


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _get_value(values: Sequence[Any]) -> Any:  # noqa: ANN401 - as above
    """What the optional holds that a list stands for: a format, or what is wrong with a text."""
    if not values:
        raise ValueError("optional.none() dereference")
    return values[0] if isinstance(values[0], dict) else list(values)


FUNCTIONS: tuple[Function, ...] = (
    Function("find", ("string", "string"), "string", _find),
    Function("findAll", ("string", "string"), "list", _find_all),
    Function("findAll", ("string", "string", "int"), "list", _find_all),
    Function("isSorted", ("list",), "bool", lambda values: all(a <= b for a, b in pairwise(values))),
    Function("sum", ("list",), "any", sum),
    Function("min", ("list",), "any", _pick(min)),
    Function("max", ("list",), "any", _pick(max)),
    Function("indexOf", ("list", "any"), "int", _index),
    Function("lastIndexOf", ("list", "any"), "int", _last_index),
    Function("slice", ("list", "int", "int"), "list", _slice),
    Function("flatten", ("list",), "list", _flatten),
    Function("flatten", ("list", "int"), "list", _flatten),
    Function("distinct", ("list",), "list", _distinct),
    Function("sort", ("list",), "list", sorted),
    Function("reverse", ("list",), "list", lambda values: values[::-1]),
    Function("lists.range", ("int",), "list", lambda size: list(range(min(size, 10_000))), is_member=False),
    Function("sets.contains", ("list", "list"), "bool", _contains, is_member=False),
    Function(
        "sets.equivalent",
        ("list", "list"),
        "bool",
        lambda one, other: _contains(one, other) and _contains(other, one),
        is_member=False,
    ),
    Function(
        "sets.intersects",
        ("list", "list"),
        "bool",
        lambda one, other: any(_index(one, value) >= 0 for value in other),
        is_member=False,
    ),
    *(Function(f"format.{name}", (), "object", _name_format(name), is_member=False) for name in _FORMATS),
    Function("format.named", ("string",), "list", _find_format, is_member=False),
    Function("validate", ("object", "string"), "list", _validate),
    Function("hasValue", ("list",), "bool", bool),
    Function("value", ("list",), "any", _get_value),
    *(Function(*row) for row in NETWORK),
    *(Function(*row) for row in NUMBERS),
)
