"""What a schema says of one field, in plain facts."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys
from gitops_gen.checks.schema_store import Schema

_BOUNDS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems"),
)
_CHOICES = ("allOf", "anyOf", "oneOf")
_RULES = "x-kubernetes-validations"
_MOST_PARTS = 200
"""Parts of a schema that are looked at for one key."""


class FieldFacts(NamedTuple):
    """What holds for one field; empty where the schema says nothing."""

    told: bool
    """Whether the schema has such a field, or takes any."""
    types: tuple[str, ...] = ()
    required: bool = False
    """Whether what it stands in needs it."""
    values: tuple[Any, ...] = ()
    """The only ones that may stand there."""
    pattern: str = ""
    format: str = ""
    default: Any = None
    has_default: bool = False
    bounds: tuple[tuple[str, Any], ...] = ()
    """Keywords of JSON Schema with their values: `("maxLength", 63)`."""
    description: str = ""
    fields: tuple[str, ...] = ()
    """Fields that may stand in it."""
    needs: tuple[str, ...] = ()
    """Those of them that must."""
    list_keys: tuple[str, ...] = ()
    """Keys that no two items of the list may share."""
    rules: tuple[tuple[str, str], ...] = ()
    """Each rule in CEL with its message."""
    is_open: bool = False
    """Whether anything may stand there."""


def find_facts(schema: Schema, keys: Keys) -> FieldFacts:
    """What a schema says of the field that `keys` lead to."""
    parts = _spread(schema, schema.document)
    required = False
    for key in keys:
        required = any(isinstance(key, str) and key in _texts(part.get("required")) for part in parts)
        inner = [found for part in parts for found in _step(part, key)]
        if not inner and not any(_takes_any(part) for part in parts):
            return FieldFacts(told=False)
        parts = [found for each in inner for found in _spread(schema, each)][:_MOST_PARTS]
        if not parts:
            return FieldFacts(told=True, required=required, is_open=True)
    return _gather(parts)._replace(required=required)


def _spread(schema: Schema, node: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON is any value
    """A part of a schema and the parts that it chooses from or is made of, references followed."""
    found: list[dict[str, Any]] = []
    pending = [node]
    while pending and len(found) < _MOST_PARTS:
        part = schema.resolve(pending.pop(0))
        if part:
            found.append(part)
            for keyword in _CHOICES:
                choices = part.get(keyword)
                pending += choices if isinstance(choices, list) else ()
    return found


def _step(part: dict[str, Any], key: str | int) -> Iterator[Any]:
    if isinstance(key, int):
        if isinstance(part.get("items"), dict):
            yield part["items"]
        return
    properties = part.get("properties")
    if isinstance(properties, dict) and key in properties:
        yield properties[key]
        return
    patterns = part.get("patternProperties")
    rest = part.get("additionalProperties")
    if isinstance(patterns, dict):
        yield from patterns.values()
    if isinstance(rest, dict):
        yield rest


def _takes_any(part: dict[str, Any]) -> bool:
    """Whether a part lets fields stand that it does not name."""
    return part.get("additionalProperties", True) is True and "properties" not in part and not set(_CHOICES) & set(part)


def _gather(parts: list[dict[str, Any]]) -> FieldFacts:
    types = [name for part in parts for name in _texts(part.get("type"))]
    fields = [name for part in parts for name in _keys(part.get("properties"))]
    values = [value for part in parts for value in _values(part)]
    defaults = [part["default"] for part in parts if "default" in part]
    bounds = [(keyword, part[keyword]) for part in parts for keyword in _BOUNDS if keyword in part]
    known = bool(types or fields or values or bounds or any("pattern" in part for part in parts))
    return FieldFacts(
        told=True,
        types=tuple(dict.fromkeys(types)),
        values=tuple(value for number, value in enumerate(values) if value not in values[:number]),
        pattern=_first(parts, "pattern"),
        format=_first(parts, "format"),
        default=defaults[0] if defaults else None,
        has_default=bool(defaults),
        bounds=tuple(each for number, each in enumerate(bounds) if each not in bounds[:number]),
        description=" ".join(_first(parts, "description").split()),
        fields=tuple(dict.fromkeys(fields)),
        needs=tuple(dict.fromkeys(name for part in parts[:1] for name in _texts(part.get("required")))),
        list_keys=tuple(name for part in parts for name in _texts(part.get("x-kubernetes-list-map-keys"))),
        rules=tuple(rule for part in parts for rule in _list_rules(part)),
        is_open=not known,
    )


def _values(part: dict[str, Any]) -> list[Any]:
    options = part.get("enum")
    return [part["const"]] if "const" in part else options if isinstance(options, list) else []


def _list_rules(part: dict[str, Any]) -> Iterator[tuple[str, str]]:
    rules = part.get(_RULES)
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict) and isinstance(rule.get("rule"), str):
            message = rule.get("message")
            yield rule["rule"], message if isinstance(message, str) else ""


def _first(parts: list[dict[str, Any]], keyword: str) -> str:
    return next((part[keyword] for part in parts if isinstance(part.get(keyword), str)), "")


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _keys(value: object) -> list[str]:
    return list(value) if isinstance(value, dict) else []
