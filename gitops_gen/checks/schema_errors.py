"""What does not fit a schema, in words, after defaults and nulls were treated as the API server treats them."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from gitops_gen.checks.defaults import apply_defaults
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.schema_store import Schema
from gitops_gen.names import show
from gitops_gen.wording import BOOLEAN_WORDS, NOUNS, describe, find_near, suggest

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}
_SIZES = {
    "minLength": ("at least", "characters"),
    "maxLength": ("at most", "characters"),
    "minItems": ("at least", "items"),
    "maxItems": ("at most", "items"),
    "minProperties": ("at least", "keys"),
    "maxProperties": ("at most", "keys"),
}
_SEARCH_DEPTH = 3
_SURE = 0.8
"""How like a name must be to one that is known, from 0 to 1, for a typo to be likelier than a wrong place."""

PROBLEMS_LIMIT = 500
"""Problems of one object that are told: nobody reads more, and each takes time to be put into words."""


class SchemaProblem(NamedTuple):
    """One place where a document does not fit."""

    code: str
    """unknown-field, type, missing or value."""
    keys: Keys
    message: str
    fix: str = ""


def find_problems(schema: Schema, data: Any) -> list[SchemaProblem]:  # noqa: ANN401 - JSON is any value
    """What is wrong with `data`, which was found not to fit; empty if defaults and dropped nulls mend it."""
    treated = apply_defaults(schema, data)
    errors = list(islice(schema.iter_errors(treated), PROBLEMS_LIMIT + 1))
    # Where the values are listed, a pattern of the same values has no more to say.
    listed = {tuple(error.instance_path) for error in errors if error.kind.name == "enum"}
    kept = [e for e in errors if e.kind.name != "pattern" or tuple(e.instance_path) not in listed]
    problems = (problem for error in kept for problem in _explain(schema, error, data))
    return list(dict.fromkeys(islice(problems, PROBLEMS_LIMIT + 1)))


def name_place(keys: Keys) -> str:
    """`spec.predictors[0].graph`; `the object` for its root."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    return show(text, 200)[1:-1] if text else "the object"


def _explain(schema: Schema, error: "ValidationError", data: object) -> Iterator[SchemaProblem]:
    keys: Keys = tuple(error.instance_path)
    kind = error.kind
    facts = kind.as_dict()
    value = error.instance
    match kind.name:
        case "additionalProperties" | "unevaluatedProperties":
            for field in facts["unexpected"]:
                message = _explain_unknown(schema, error, keys, field)
                yield SchemaProblem("unknown-field", (*keys, field), *message)
        case "falseSchema" if error.schema_path[-1:] == ["additionalProperties"]:
            for field in _reach(data, keys):  # where a schema has no properties at all, the error does not list them
                message = _explain_unknown(schema, error, keys, field)
                yield SchemaProblem("unknown-field", (*keys, field), *message)
        case "required":
            yield explain_missing(data, keys, facts["property"])
        case "type":
            yield SchemaProblem("type", keys, *_explain_type(keys, value, facts["types"], _find_node(schema, error)))
        case "anyOf" | "oneOf" if "context" in facts:
            yield from _explain_choice(schema, error, facts["context"], data)
        case "propertyNames":
            inner = facts["error"]
            place = (*keys, inner.instance)
            yield SchemaProblem(
                "value", place, f"{name_place(place)}: {_explain_value(schema, inner, inner.kind.as_dict())}"
            )
        case "falseSchema":
            dropped = f"nothing may stand in {name_place(keys[:-1])}: the API server drops all of it"
            yield SchemaProblem("unknown-field", keys, dropped, f"remove {name_place(keys)}")
        case _:
            yield SchemaProblem("value", keys, f"{name_place(keys)}: {_explain_value(schema, error, facts)}")


def explain_missing(data: object, keys: Keys, field: str) -> SchemaProblem:
    """The problem that what stands at `keys` of `data` lacks a required field, or has it without a value."""
    if field in _reach(data, keys):  # with a null, which does not count
        place = (*keys, field)
        return SchemaProblem("missing", place, f"{name_place(place)} has no value", f"give {field} a value")
    where = f"{name_place(keys)} " if keys else ""
    return SchemaProblem("missing", keys, f"{where}lacks the required field {show(field)}", f"add {field}")


def _explain_choice(
    schema: Schema, error: "ValidationError", branches: list[list["ValidationError"]], data: object
) -> Iterator[SchemaProblem]:
    keys: Keys = tuple(error.instance_path)
    if not all(branches):  # several alternatives fit, where only one may
        yield SchemaProblem("value", keys, f"{name_place(keys)}: more than one of the alternatives is given")
        return
    missing = [branch[0] for branch in branches if len(branch) == 1 and branch[0].kind.name == "required"]
    if len(missing) == len(branches) and all(tuple(m.instance_path) == keys for m in missing):
        names = ", ".join(dict.fromkeys(show(m.kind.as_dict()["property"]) for m in missing))
        yield SchemaProblem("missing", keys, f"{name_place(keys)} needs one of {names}", f"add one of {names}")
        return
    types = [branch[0].kind.as_dict()["types"] for branch in branches if branch[0].kind.name == "type"]
    if len(types) == len(branches):
        flat = [t for group in types for t in group if t != "null"]
        yield SchemaProblem("type", keys, *_explain_type(keys, error.instance, flat, {}))
        return
    fitting = [branch for branch in branches if branch[0].kind.name != "type"] or branches
    for nested in min(fitting, key=len):
        yield from _explain(schema, nested, data)


def _reach(data: Any, keys: Keys) -> dict[str, Any]:  # noqa: ANN401 - as above
    """The mapping that `keys` leads to; empty if there is none."""
    for key in keys:
        try:
            data = data[key]
        except (LookupError, TypeError):
            return {}
    return data if isinstance(data, dict) else {}


def _find_node(schema: Schema, error: "ValidationError") -> dict[str, Any]:
    """The part of the schema that holds the keyword that failed."""
    node: Any = schema.document
    for key in error.schema_path[:-1]:
        if isinstance(node, dict):
            node = node.get(key)
        elif isinstance(node, list) and isinstance(key, int) and key < len(node):
            node = node[key]
        else:
            return {}
    return node if isinstance(node, dict) else {}


def _explain_unknown(schema: Schema, error: "ValidationError", keys: Keys, field: str) -> tuple[str, str]:
    where = f"in {name_place(keys)}" if keys else "at the top of the object"
    node = _find_node(schema, error)
    known = node.get("properties") or {}
    name = show(field)[1:-1]
    message = f"unknown field {show(field)} {where}"
    there = error.instance if isinstance(error.instance, dict) else {}
    free = [name for name in known if name not in there or _is_default(schema, known[name], there[name])]
    near = find_near(field, free)
    sure = bool(near) and bool(find_near(field, [near], cutoff=_SURE))
    place = "" if sure else _find_home(schema, node, keys, field)
    if place:
        return f"{message}; it belongs into {place}", f"move {name} into {place}: check the indentation"
    if near:
        return f"{message}; did you mean {show(near)}?", f"correct the spelling: {show(near)}"
    if taken := find_near(field, list(known), cutoff=_SURE):
        return f"{message}; did you mean {show(taken)}, which is there already?", f"remove {name}, or {taken}"
    few = len(known) <= 12  # noqa: PLR2004 - a list that one can read
    return message + (suggest(field, free) if few else ""), f"remove {name}: nothing reads it"


def _is_default(schema: Schema, node: Any, value: Any) -> bool:  # noqa: ANN401 - JSON is any value
    """Whether `value` is what was put in where nothing was written."""
    resolved = schema.resolve(node)
    return "default" in resolved and resolved["default"] == value


def _find_home(schema: Schema, node: dict[str, Any], keys: Keys, field: str) -> str:
    """Where a field that is in the wrong place belongs: further in, or further out; empty if nowhere near."""
    level: list[tuple[Keys, dict[str, Any]]] = [((), node)]
    for _ in range(_SEARCH_DEPTH):
        deeper: list[tuple[Keys, dict[str, Any]]] = []
        for way, part in level:
            for name, child in (part.get("properties") or {}).items():
                inner = schema.resolve(child)
                if field in (inner.get("properties") or {}):
                    return name_place((*keys, *way, name))
                deeper.append(((*way, name), inner))
        level = deeper[:200]
    for depth in range(len(keys) - 1, -1, -1):
        outer = _walk(schema, keys[:depth])
        if field in (outer.get("properties") or {}):
            return name_place(keys[:depth])
    return ""


def _walk(schema: Schema, keys: Keys) -> dict[str, Any]:
    node = schema.document
    for key in keys:
        node = schema.resolve(node)
        child = node.get("items") if isinstance(key, int) else (node.get("properties") or {}).get(key)
        node = schema.resolve(child if child is not None else node.get("additionalProperties"))
    return schema.resolve(node)


def _explain_type(keys: Keys, value: Any, types: Any, node: dict[str, Any]) -> tuple[str, str]:  # noqa: ANN401
    wanted = {t for t in types if t != "null"}
    expected = " or ".join(NOUNS[t] for t in types if t in wanted) or "nothing"
    message = f"{name_place(keys)}: expected {expected}, got {describe(value)}"
    fix = str(node.get("patternErrorMessage", ""))
    match value:
        case None:
            fix = "give it a value, or remove the key"
        case bool() | int() | float() if "string" in wanted:
            message, fix = f"{message}, which YAML does not read as text", "put the value in quotes"
        case str() if "boolean" in wanted and value.lower() in {*BOOLEAN_WORDS, "true", "false"}:
            fix = f"write {BOOLEAN_WORDS.get(value.lower(), value.lower())} without quotes"
        case str() if wanted & {"integer", "number"} and value.strip().lstrip("-").isdigit():
            fix = "remove the quotes"
        case list() if "object" in wanted:
            fix = "write keys and values here, without dashes"
        case _ if "array" in wanted:
            fix = "write it as a list: each item behind a dash"
    return message, fix


def _explain_value(schema: Schema, error: "ValidationError", facts: dict[str, Any]) -> str:  # noqa: PLR0911 - a table
    name = error.kind.name
    value: Any = error.instance
    match name:
        case "enum":
            options = [str(option) for option in facts["options"] if option not in (None, "")]
            if isinstance(value, str):
                return f"{describe(value)} is not known here{suggest(value, options)}"
            return f"expected one of {', '.join(options)}; got {describe(value)}"
        case "const":
            return f"expected {describe(facts['expected_value'])}; got {describe(value)}"
        case "pattern":
            meaning = _find_node(schema, error).get("patternErrorMessage")
            return f"expected {meaning}; got {describe(value)}" if meaning else _explain_pattern(value, facts)
        case "format":
            return f"{describe(value)} is not a valid {facts['format']}"
        case "uniqueItems":
            return f"{describe(_find_twice(value))} stands twice in the list"
    if name in _BOUNDS:
        return (
            f"expected {_BOUNDS[name]} {facts['limit' if 'limit' in facts else 'multiple_of']}; got {describe(value)}"
        )
    if name in _SIZES:
        bound, unit = _SIZES[name]
        limit = facts["limit"]
        return f"expected {bound} {limit} {unit.removesuffix('s') if limit == 1 else unit}; got {len(value)}"
    return show(error.message, 300)[1:-1]


def _find_twice(items: list[Any]) -> Any:  # noqa: ANN401 - as above
    """The first item that is there already; None if there is none, as far as they are text or small."""
    seen: set[str] = set()
    for item in items:
        text = json.dumps(item, sort_keys=True, default=str)
        if text in seen:
            return item
        seen.add(text)
    return None


def _explain_pattern(value: Any, facts: dict[str, Any]) -> str:  # noqa: ANN401
    if "KMGTPE" in facts["pattern"]:
        return f"{describe(value)} is not a quantity such as 500m, 2 or 1Gi"
    return f"{describe(value)} does not match {facts['pattern']}"
