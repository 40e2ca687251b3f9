"""The fields of a schema as people read them: names, types, what is required, which values there are. Pure."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from gitops_gen.checks.schema_store import Schema, is_custom
from gitops_gen.errors import NotFoundError
from gitops_gen.names import show
from gitops_gen.wording import suggest

_BOUNDS = {
    "format": "format",
    "pattern": "pattern",
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "multiple of",
    "minLength": "min length",
    "maxLength": "max length",
    "minItems": "min items",
    "maxItems": "max items",
    "minProperties": "min keys",
    "maxProperties": "max keys",
}
_DEPTH = 30
_MOST = 20_000
"""Fields that are listed: the largest schema known has 12,000."""


class Field(NamedTuple):
    """One field."""

    name: str
    depth: int
    """How far in it stands, from 0."""
    type: str
    """As kubectl writes it: `string`, `[]object`, `map[string]integer`."""
    required: bool
    facts: tuple[tuple[str, str], ...]
    """What else is said about its value: (`enum`, `A, B`), (`default`, `x`)."""
    node: Mapping[str, Any]
    """Its schema, references followed."""


def find_part(schema: Schema, path: str) -> Field:
    """What `path` leads to, lists and maps entered by themselves; the whole object for an empty path.

    Raises:
        NotFoundError: a field is not there.
    """
    node = schema.resolve(schema.document)
    required = True
    names = [name.removesuffix("[]") for name in path.split(".") if name]
    for number, name in enumerate(names):
        inner = _enter(schema, node)
        fields = inner.get("properties") or {}
        if name in fields:
            required = name in (inner.get("required") or ())
            node = schema.resolve(fields[name])
        elif isinstance(rest := node.get("additionalProperties"), dict):  # the key of a map
            node, required = schema.resolve(rest), False
        else:
            where = ".".join(names[:number]) or "the object"
            raise NotFoundError(
                f"there is no field {show(name)} in {show(where, 200)[1:-1]}{suggest(name, sorted(fields))}",
                hint=f"there is {', '.join(sorted(fields))}" if fields else f"{where} has no fields",
            )
    return Field(names[-1] if names else "", 0, name_type(schema, node), required, tuple(_tell(schema, node)), node)


def list_fields(schema: Schema, start: Field, *, depth: int = 0) -> Iterator[Field]:
    """The fields in a part, `depth` levels down (0: all); one that stands in itself is not entered again.

    Those of `metadata` are left out.
    """
    return islice(_list_below(schema, start.node, range(depth or _DEPTH), ()), _MOST)


def name_type(schema: Schema, node: Mapping[str, Any]) -> str:
    """The type of a value, as kubectl writes it."""
    types = node.get("type")
    names = [name for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)]
    kinds = [name for name in names if name != "null"]
    if kinds == ["array"]:
        return "[]" + name_type(schema, schema.resolve(node.get("items", {})))
    rest = node.get("additionalProperties")
    if kinds == ["object"] and isinstance(rest, dict) and not node.get("properties"):
        return f"map[string]{name_type(schema, schema.resolve(rest))}"
    if not kinds or len(kinds) > 3:  # noqa: PLR2004 - so many mean any value
        return "string" if isinstance(node.get("const"), str) else "object" if node.get("properties") else "any"
    return " or ".join(kinds)


def _list_below(schema: Schema, node: Mapping[str, Any], levels: range, above: tuple[int, ...]) -> Iterator[Field]:
    """`levels` are those that are left, from the one of these fields on; `above` is what they stand in."""
    inner = _enter(schema, node)
    fields = inner.get("properties") or {}
    if not levels or id(fields) in above:
        return
    required = set(inner.get("required") or ())
    for name in sorted(fields):
        child = schema.resolve(fields[name])
        facts = tuple(_tell(schema, child))
        yield Field(name, levels[0], name_type(schema, child), name in required, facts, child)
        if levels[0] or name != "metadata":  # what every object has there is no news
            yield from _list_below(schema, child, levels[1:], (*above, id(fields)))


def _enter(schema: Schema, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The mapping in a list or a map, or the node itself."""
    for _ in range(_DEPTH):
        inner = node.get("items")
        if not isinstance(inner, dict) and not node.get("properties"):
            inner = node.get("additionalProperties")
        if not isinstance(inner, dict):
            return node
        node = schema.resolve(inner)
    return node


def _tell(schema: Schema, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    types = node.get("type")
    if isinstance(types, list) and "null" in types and is_custom(schema.document):  # native kinds take it everywhere
        yield "nullable", ""
    if node.get("default") is not None:
        yield "default", write_value(node["default"])
    inner = schema.resolve(node["items"]) if isinstance(node.get("items"), dict) else node
    if isinstance(inner.get("enum"), list):
        yield "enum" if len(inner["enum"]) > 1 else "always", ", ".join(map(write_value, inner["enum"]))
    if "const" in inner:
        yield "always", write_value(inner["const"])
    for keyword, words in _BOUNDS.items():
        if keyword in node:
            yield words, write_value(node[keyword])
    if node.get("x-kubernetes-list-type") == "map":
        yield "key", ", ".join(map(str, node.get("x-kubernetes-list-map-keys") or ()))
    elif node.get("x-kubernetes-list-type") == "set":
        yield "set", ""
    if node.get("type") == "object" and node.get("additionalProperties", True) is True:
        yield "open", ""


def write_value(value: Any) -> str:  # noqa: ANN401 - JSON is any value
    """A value of a schema, in a line."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
