"""What a rule in CEL asks for, in words, where it is of one of the forms that most rules have."""

import re
from collections.abc import Callable

_HAS = r"has\(self\.(\w+)\)"
_HAS_NOT = r"!has\(self\.(\w+)\)"
_ONE = r"\(has\(self\.\w+\) \? 1 : 0\)"


def explain(expression: str) -> str:
    """The words; empty where it is of no such form."""
    text = " ".join(expression.split())
    for pattern, tell in _FORMS:
        found = re.fullmatch(pattern, text)
        if found is not None:
            return tell(*map(_unescape, found.groups())) if found.groups() else tell(*_list_fields(text))
    return ""


def _tell_at_most_one(*fields: str) -> str:
    return f"at most one of {_join(fields, 'and')} may be set"


def _tell_exactly_one(one: str, not_other: str, not_one: str, other: str) -> str:
    return f"exactly one of {one} and {other} must be set" if (one, other) == (not_one, not_other) else ""


_FORMS: tuple[tuple[str, Callable[..., str]], ...] = (
    (rf"!\({_HAS} && {_HAS}\)", _tell_at_most_one),
    (rf"{_HAS_NOT} \|\| {_HAS_NOT}", _tell_at_most_one),
    (rf"{_ONE}(?: \+ {_ONE})+ <= 1", _tell_at_most_one),
    (r"\[has\(self\.\w+\)(?:, has\(self\.\w+\))+\]\.filter\(x, x\)\.size\(\) <= 1", _tell_at_most_one),
    (_HAS_NOT, lambda field: f"{field} may not be set here"),
    (rf"{_HAS_NOT} \|\| {_HAS}", lambda field, needed: f"{field} needs {needed} beside it"),
    (rf"\({_HAS} && {_HAS_NOT}\) \|\| \({_HAS_NOT} && {_HAS}\)", _tell_exactly_one),
    (r"self\.(\w+) <= self\.(\w+)", lambda small, large: f"{small} may not be more than {large}"),
    (r"self\.metadata\.name == '([\w.-]+)'", lambda name: f"metadata.name must be {name}"),
    (r"size\(self\) <= (\d+)", lambda most: f"at most {most} items may stand here"),
)


def _list_fields(text: str) -> list[str]:
    return [_unescape(name) for name in re.findall(r"has\(self\.(\w+)\)", text)]


def _unescape(name: str) -> str:
    """A field's name as it is written in a manifest."""
    return re.sub(r"^__([a-z]+)__$", r"\1", name)


def _join(words: tuple[str, ...], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
