"""What differs between two schemas of a kind, field by field, and whether it can break objects that were good. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gitops_gen.checks.schema_store import Schema
from gitops_gen.schema_fields import name_type, write_value

_LOWEST = {
    "minimum": "minimum",
    "exclusiveMinimum": "exclusive minimum",
    "minLength": "min length",
    "minItems": "min items",
    "minProperties": "min keys",
}
_HIGHEST = {
    "maximum": "maximum",
    "exclusiveMaximum": "exclusive maximum",
    "maxLength": "max length",
    "maxItems": "max items",
    "maxProperties": "max keys",
}
_EXACT = ("format", "pattern", "multipleOf", "uniqueItems")
_LOGIC = ("allOf", "anyOf", "not", "oneOf")
_RULES = "x-kubernetes-validations"
_HEAD = frozenset({"apiVersion", "kind", "metadata"})
_ANY = {"array", "boolean", "number", "object", "string"}
_DEPTH = 40


class Change(NamedTuple):
    """One difference."""

    path: str
    """The field: `spec.sources[].path`; `*` for the values of a map."""
    change: str
    """added, removed, required, optional, type, enum, default, limit, list, open, closed, alternatives or rule."""
    text: str
    """What it was and what it is, for people."""
    breaking: bool
    """Whether an object that the old schema takes may be refused, or lose a field."""


def compare_schemas(old: Schema, new: Schema) -> tuple[Change, ...]:
    """The differences, sorted by field; none in what every object has: apiVersion, kind, metadata."""
    return tuple(sorted(_Comparison(old, new).compare(old.document, new.document, is_root=True)))


class _Comparison:
    """Two schemas; equal pairs of parts are compared once, as large schemas use a part at many places."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new
        self._known: dict[tuple[object, object], tuple[Change, ...]] = {}

    def compare(self, old: Any, new: Any, *, is_root: bool = False) -> tuple[Change, ...]:  # noqa: ANN401 - JSON
        """The differences of two parts; paths begin at them."""
        key = _identify(old), _identify(new)
        if key not in self._known:
            self._known[key] = ()  # a part that stands in itself has no more to tell
            self._known[key] = tuple(self._compare(self._old.resolve(old), self._new.resolve(new), is_root=is_root))
        return self._known[key]

    def _compare(self, old: dict[str, Any], new: dict[str, Any], *, is_root: bool) -> Iterator[Change]:
        if not is_root:
            yield from _compare_types(self._old, old, self._new, new)
        yield from _compare_values(old, new)
        yield from self._compare_logic(old, new)
        yield from self._compare_fields(old, new, _HEAD if is_root else frozenset())
        if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
            yield from _below("[]", self.compare(old["items"], new["items"]))
        yield from self._compare_rest(old.get("additionalProperties", True), new.get("additionalProperties", True))

    def _compare_fields(self, old: dict[str, Any], new: dict[str, Any], left_out: frozenset[str]) -> Iterator[Change]:
        before, after = old.get("properties") or {}, new.get("properties") or {}
        needed, demanded = set(old.get("required") or ()), set(new.get("required") or ())
        for name in sorted((before.keys() | after.keys()) - left_out):
            place = name
            if name not in after:
                kept = new.get("additionalProperties", True) is not False
                yield Change(place, "removed", "it is kept, but nothing is said of it" if kept else "", not kept)
                continue
            node = self._new.resolve(after[name])
            must = name in demanded and node.get("default") is None
            if name not in before:
                yield Change(place, "added", name_type(self._new, node) + ", required" * must, must)
                continue
            yield from _below(place, self.compare(before[name], after[name]))
            if name in demanded - needed:
                yield Change(place, "required", "" if must else "it has a default", must)
            elif name in needed - demanded:
                yield Change(place, "optional", "", breaking=False)

    def _compare_rest(self, old: Any, new: Any) -> Iterator[Change]:  # noqa: ANN401 - a schema, true or false
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _below("*", self.compare(old, new))
        elif old is not False and new is False:
            yield Change("", "closed", "fields without a schema are dropped now", breaking=True)
        elif old is False and new is not False:
            yield Change("", "open", "fields without a schema are kept now", breaking=False)
        elif old is True and isinstance(new, dict):
            yield Change("*", "type", f"any → {name_type(self._new, self._new.resolve(new))}", breaking=True)

    def _compare_logic(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
        for keyword in _LOGIC:
            before, after = _write_out(self._old, old.get(keyword), 0), _write_out(self._new, new.get(keyword), 0)
            if before != after:
                yield Change("", "alternatives", f"{keyword} differs", breaking=after is not None)
        rules = [
            {rule.get("rule"): 0 for rule in one.get(_RULES) or () if isinstance(rule, dict)} for one in (old, new)
        ]
        for rule in rules[1]:
            if rule not in rules[0]:
                yield Change("", "rule", f"new: {rule}", breaking=True)
        for rule in rules[0]:
            if rule not in rules[1]:
                yield Change("", "rule", f"gone: {rule}", breaking=False)


def _identify(part: Any) -> object:  # noqa: ANN401 - JSON is any value
    """What is the same for the same part of one schema."""
    return part["$ref"] if isinstance(part, dict) and part.keys() == {"$ref"} else id(part)


def _below(name: str, changes: tuple[Change, ...]) -> Iterator[Change]:
    """Changes in a field, with its name before their paths."""
    for one in changes:
        dot = "" if not one.path or one.path.startswith("[") else "."
        yield one._replace(path=f"{name}{dot}{one.path}")


def _compare_types(
    old_schema: Schema, old: Mapping[str, Any], new_schema: Schema, new: Mapping[str, Any]
) -> Iterator[Change]:
    before, after = _list_types(old), _list_types(new)
    if before != after:
        wide = after is None or (before is not None and before <= after | ({"integer"} if "number" in after else set()))
        text = f"{_name(old_schema, old)} → {_name(new_schema, new)}"
        yield Change("", "type", text, breaking=not wide)


def _list_types(node: Mapping[str, Any]) -> set[str] | None:
    """The types that a value may have; None for any."""
    types = node.get("type")
    found = {types} if isinstance(types, str) else set(types) if isinstance(types, list) else set()
    return None if not found or found >= _ANY else found


def _name(schema: Schema, node: Mapping[str, Any]) -> str:
    types = node.get("type")
    return name_type(schema, node) + (" or null" if isinstance(types, list) and "null" in types else "")


def _compare_values(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if old.get("default") != new.get("default"):
        yield Change("", "default", _turn(old.get("default"), new.get("default")), breaking=False)
    yield from _compare_enums(old.get("enum"), new.get("enum"))
    for words, sign in ((_LOWEST, 1), (_HIGHEST, -1)):
        for keyword, name in words.items():
            before, after = old.get(keyword), new.get(keyword)
            if before != after:
                tighter = after is not None and (before is None or (after - before) * sign > 0)
                yield Change("", "limit", f"{name} {_turn(before, after)}", tighter)
    for keyword in _EXACT:
        before, after = old.get(keyword), new.get(keyword)
        if before != after:
            yield Change("", "limit", f"{keyword} {_turn(before, after)}", breaking=bool(after))
    before, after = _tell_list(old), _tell_list(new)
    if before != after:
        yield Change("", "list", f"{before or 'a plain list'} → {after or 'a plain list'}", breaking=bool(after))


def _compare_enums(old: Any, new: Any) -> Iterator[Change]:  # noqa: ANN401 - a list or none
    if not isinstance(old, list) or not isinstance(new, list):
        if old != new:
            values = ", ".join(map(write_value, new if isinstance(new, list) else old))
            yield Change("", "enum", f"now one of {values}" if new else f"no longer only {values}", bool(new))
        return
    gone = [write_value(value) for value in old if value not in new]
    more = [write_value(value) for value in new if value not in old]
    if gone:
        yield Change("", "enum", f"gone: {', '.join(gone)}", breaking=True)
    if more:
        yield Change("", "enum", f"new: {', '.join(more)}", breaking=False)


def _tell_list(node: Mapping[str, Any]) -> str:
    kind = node.get("x-kubernetes-list-type")
    keys = node.get("x-kubernetes-list-map-keys") or ()
    return f"unique by {', '.join(map(str, keys))}" if kind == "map" else "unique items" if kind == "set" else ""


def _turn(old: object, new: object) -> str:
    return f"{'none' if old is None else write_value(old)} → {'none' if new is None else write_value(new)}"


def _write_out(schema: Schema, node: Any, depth: int) -> Any:  # noqa: ANN401 - JSON is any value
    """A part with its references written out, to be compared."""
    if depth > _DEPTH:
        return None
    if isinstance(node, dict):
        found = schema.resolve(node) if "$ref" in node else node
        return json.dumps({key: _write_out(schema, one, depth + 1) for key, one in found.items()}, sort_keys=True)
    if isinstance(node, list):
        return json.dumps([_write_out(schema, one, depth + 1) for one in node])
    return node
