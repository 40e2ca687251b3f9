"""Broken objects for tests and a benchmark: good YAML, with values of the wrong type anywhere in it."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from gitops_gen.checks.source import Source

Holder = dict[str, Any] | list[Any]
Place = tuple[Holder, Any]
"""A mapping or list, and the key of a value in it."""

TEXTS = (
    *("", " ", "\n", "x", "0", "-1", "1e999", "9" * 400, "null", "true", "\x00", "\ud800", "\u2028", "e\u0301", "🚀"),
    *(
        "*",
        "**",
        "a*b",
        "!x",
        "/",
        "//",
        "../..",
        "./a",
        "a/b/c",
        ".",
        ",",
        "=",
        "a=b",
        "a:b",
        ":",
        "::",
        "@",
        "#",
        "%",
    ),
    *(
        "{{ x }}",
        "{{",
        "}}",
        "{{ .x }",
        "{{- end }}",
        "{{ range $a, $b := . }}",
        "$(x)",
        "${x}",
        "${x:=y}",
        "$",
        "[[x]]",
    ),
    *("{", "[", "{}", "[]", '{"panels": [null, 1, {"targets": 3}]}', "[1", "a: b", "- a", "&a *a", "---", "...", "''"),
    *("up", "rate(x[5m])", "rate(x[5m]", "sum by (", "x{", 'x{a=~"("}', "x[1e9y]", "(" * 300, "-" * 300, "a" * 5000),
    *("(", ")", "[a-", "(?P<a>", "\\", "\\Q", "(?=a)", "a{1001}", "(((a*)*)*)*b", "[^]", "(?i"),
    *(
        "5m",
        "1h30m",
        "-5m",
        "5",
        "1y1y",
        "* * * * *",
        "*/0 * * * *",
        "99 99 99 99 99",
        "@every 1s",
        "@hourly",
        "0 0 31 2 *",
    ),
    *(
        "https://x",
        "https://",
        "http://[",
        "git@x:y",
        "https://a:b@c:99999/d",
        "s3://a",
        "image",
        "a@sha256:0",
        "a:b@c",
    ),
    *("default", "apps", "v1", "argoproj.io", "*/*", "10Mi", "1.5.2.", "100m", "-", "1/0", "self.x == 1"),
    *("AKIAIOSFODNN7EXAMPLE", "-----BEGIN RSA PRIVATE KEY-----", "p, role:x, applications, *, a/*, allow", "g, a, b"),
)
"""Texts that some rule or reader gives a meaning to."""
_SCALARS = (None, True, False, 0, 1, -1, 2**31, 2**63, 10**30, 0.5, -0.0, 1e300, float("nan"))
_NAMES = (
    "name",
    "kind",
    "metadata",
    "spec",
    "data",
    "namespace",
    "labels",
    "value",
    "key",
    "",
    "0",
    "x" * 300,
    "\ud800",
)


def read_documents(content: bytes) -> list[Any]:
    """The values of a file, which can be changed."""
    return copy.deepcopy(list(Source("a.yaml", content).documents))


def write_documents(documents: list[Any]) -> bytes:
    """A file of these values."""
    return b"".join(b"---\n" + json.dumps(document, default=str).encode() + b"\n" for document in documents)


def change(documents: list[Any], chance: random.Random, times: int, others: list[Any] = ()) -> None:
    """Make some changes in the values, each at a random place; `others` are values to put in there too."""
    for _ in range(times):
        places = list(_list_places(documents))
        if places:
            chance.choice(_CHANGES)(places, chance, others)


def make_value(chance: random.Random, level: int = 0) -> Any:
    """A value of any type."""
    roll = chance.random()
    if roll < 0.3:
        return chance.choice(_SCALARS)
    if roll < 0.6 or level > 3:
        return chance.choice(TEXTS)
    if roll < 0.65:
        return _nest(chance, chance.choice([2, 20, 150]))
    many = range(chance.choice([0, 1, 1, 2, 5]))
    if roll < 0.8:
        return [make_value(chance, level + 1) for _ in many]
    return {chance.choice(_NAMES + TEXTS): make_value(chance, level + 1) for _ in many}


def _nest(chance: random.Random, levels: int) -> Any:
    value: Any = None
    for _ in range(levels):
        value = [value] if chance.random() < 0.5 else {chance.choice(_NAMES): value}
    return value


def _list_places(documents: list[Any]) -> Iterator[Place]:
    waiting: list[Holder] = [documents]
    while waiting:
        holder = waiting.pop()
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            yield holder, key
            if isinstance(value, dict | list):
                waiting.append(value)


def _take(place: Place) -> Any:
    return copy.deepcopy(place[0][place[1]])


def _replace(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    holder, key = chance.choice(places)
    holder[key] = make_value(chance)


def _wrap(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    holder, key = chance.choice(places)
    value = holder[key]
    holder[key] = [value] if chance.random() < 0.5 else {chance.choice(_NAMES): value}


def _unwrap(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    holder, key = chance.choice(places)
    value = holder[key]
    if isinstance(value, dict | list) and value:
        holder[key] = next(iter(value.values())) if isinstance(value, dict) else value[0]


def _turn(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    """A list becomes a mapping, a mapping a list, a text a number or the other way round."""
    holder, key = chance.choice(places)
    match holder[key]:
        case dict() as value:
            holder[key] = list(value.values()) if chance.random() < 0.5 else list(value)
        case list() as value:
            holder[key] = {str(number): each for number, each in enumerate(value)}
        case str() as value:
            holder[key] = len(value)
        case value:
            holder[key] = str(value)


def _drop(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    holder, key = chance.choice(places)
    del holder[key]


def _double(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    holder, key = chance.choice(places)
    if isinstance(holder, list):
        holder.insert(chance.randint(0, len(holder)), _take((holder, key)))
    else:
        holder[chance.choice(_NAMES)] = _take((holder, key))


def _copy(places: list[Place], chance: random.Random, others: list[Any]) -> None:
    """The value of one place at another, or one of another file."""
    holder, key = chance.choice(places)
    if others and chance.random() < 0.5:
        holder[key] = _take(chance.choice(list(_list_places([chance.choice(others)]))))
    else:
        holder[key] = _take(chance.choice(places))


def _edit(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    """A text with something in it."""
    texts = [place for place in places if isinstance(place[0][place[1]], str)]
    if not texts:
        return
    holder, key = chance.choice(texts)
    value = holder[key]
    start = chance.randint(0, len(value))
    end = chance.choice([start, len(value), chance.randint(start, len(value))])
    holder[key] = value[:start] + chance.choice(TEXTS) * chance.choice([1, 1, 1, 3, 50]) + value[end:]


def _rename(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    mappings = [place for place in places if isinstance(place[0], dict)]
    if mappings:
        holder, key = chance.choice(mappings)
        name = chance.choice([chance.choice(_NAMES), chance.choice(mappings)[1]])
        holder[name] = holder.pop(key)


def _stretch(places: list[Place], chance: random.Random, _: list[Any]) -> None:
    lists = [place for place in places if isinstance(place[0][place[1]], list)]
    if lists:
        holder, key = chance.choice(lists)
        holder[key] = holder[key] * chance.choice([2, 5, 20])


_CHANGES: tuple[Callable[[list[Place], random.Random, list[Any]], None], ...] = (
    *(_replace, _replace, _replace, _wrap, _unwrap, _turn, _drop, _double, _copy, _edit, _edit, _rename, _stretch),
)
