"""Makes a JSON Schema smaller: what repeats in it gets a name in `$defs`.

It accepts the same values, except that levels written out one in the other may then go on to any depth.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
Rewrite: TypeAlias = Callable[[Any, str], Any]

_SHORTEST = 100  # characters of a subtree that is worth a name
_WIDTH = 120
_FIRST = ("$schema", "title", "x-kubernetes-version", "x-kubernetes-scope")
_PROSE = {"description", "example", "examples", "externalDocs", "title"}
_LISTS = ("allOf", "anyOf", "oneOf")


def share_subtrees(schema: Schema) -> dict[str, Any]:
    """`schema` with its equal subtrees in `$defs`, and with levels that repeat inside themselves as a recursion."""
    return _Sharing().share(schema)


def unite_subtrees(schema: Schema) -> dict[str, Any]:
    """`schema` without prose, its equal subtrees one object, which may not be changed."""
    known: dict[object, dict[str, Any]] = {}

    def unite(node: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - JSON is any value
        if not isinstance(node, Mapping):
            return node  # type: ignore[no-any-return] # what is no schema stays as it is
        told = {keyword: value for keyword, value in node.items() if keyword not in _PROSE}
        united = map_children(told, name, unite)
        key = _to_text(map_children(united, name, lambda inner, _: id(inner)))
        return known.setdefault(key, united)

    return unite(schema, "")


def dump_schema(schema: Schema) -> str:
    """`schema` as JSON: keys sorted after those that say what it is, one line for each part that fits in a line."""
    head = {key: schema[key] for key in _FIRST if key in schema}
    rest = {key: schema[key] for key in sorted(schema) if key not in head}
    return _dump(head | rest, 0, 0) + "\n"


def map_children(node: Schema, name: str, rewrite: Rewrite) -> dict[str, Any]:
    """`node` with each schema directly in it rewritten; `rewrite` gets the schema and a name for it."""
    mapped = dict(node)
    if "properties" in node:
        mapped["properties"] = {key: rewrite(node["properties"][key], key) for key in sorted(node["properties"])}
    for keyword, named in (("items", f"{name}Item"), ("additionalProperties", f"{name}Value"), ("not", name)):
        if isinstance(node.get(keyword), Mapping):
            mapped[keyword] = rewrite(node[keyword], named)
    for keyword in _LISTS:
        if keyword in node:
            mapped[keyword] = [rewrite(part, name) for part in node[keyword]]
    return mapped


class _Sharing:
    """The `$defs` of one schema while they are collected."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        self._shared: dict[str, dict[str, Any]] = {}
        self._defs: dict[str, Any] = {}

    def share(self, schema: Schema) -> dict[str, Any]:
        folded = map_children(schema, "", self._fold)
        recursive = dict(self._defs)
        for name, node in [("", folded), *recursive.items()]:
            map_children(node, name, self._count)
        shared = map_children(folded, "", self._share)
        for name, node in recursive.items():
            self._defs[name] = map_children(node, name, self._share)
        return shared | ({"$defs": self._defs} if self._defs else {})

    def _fold(self, node: Schema, name: str) -> dict[str, Any]:
        """`node`, or a reference to a definition that refers to itself where the node repeats itself inside."""
        key = _to_text(node)
        if key in self._names:
            return _refer_to(self._names[key])
        field, keyword = _find_recursion(node)
        if not field:
            return map_children(node, name, self._fold)
        self._names[key] = self._choose_name(name)
        itself = _refer_to(self._names[key])
        inner = node["properties"][field]
        again = dict(node["properties"]) | {field: dict(inner) | {keyword: itself} if keyword else itself}
        self._defs[self._names[key]] = map_children(dict(node) | {"properties": again}, name, self._fold)
        return itself

    def _count(self, node: Schema, name: str) -> Schema:
        key = _to_text(node)
        self._counts[key] += 1
        if self._counts[key] == 1:
            map_children(node, name, self._count)
        return node

    def _share(self, node: Schema, name: str) -> dict[str, Any]:
        key = _to_text(node)
        if key not in self._shared:
            shared = map_children(node, name, self._share)
            if self._counts[key] > 1 and len(_to_text(shared)) >= _SHORTEST:
                chosen = self._choose_name("quantity" if _is_quantity(node) else name)
                self._defs[chosen] = shared
                shared = _refer_to(chosen)
            self._shared[key] = shared
        return self._shared[key]

    def _choose_name(self, name: str) -> str:
        """`name`, or with the first number that makes it new."""
        number, chosen = 1, name
        while chosen in self._defs or chosen in self._names.values():
            number += 1
            chosen = f"{name}{number}"
        return chosen


def _find_recursion(node: Schema) -> tuple[str, str]:
    """The property under which `node` repeats itself, and the keyword between (items or none); or two empty strings."""
    for field, inner in node.get("properties", {}).items():
        for keyword in ("items", "additionalProperties", ""):
            if _is_unrolled(node, field, keyword, inner):
                return field, keyword
    return "", ""


def _is_unrolled(node: Schema, field: str, keyword: str, wrapper: Schema) -> bool:
    """Whether two levels or more below `field` are the same as `node`, down to one that ends without the field."""
    level, around = _step(wrapper, keyword)
    is_repeated = False
    while level is not None and _without(level, field) == _without(node, field):
        if field not in level["properties"]:
            return is_repeated
        is_repeated = True
        level, again = _step(level["properties"][field], keyword)
        if again != around:
            return False
    return False


def _step(wrapper: Schema, keyword: str) -> tuple[Schema | None, Schema]:
    """The object that `wrapper` holds (itself, its items or its values), and the rest of `wrapper`."""
    level = wrapper.get(keyword) if keyword else wrapper
    around = {key: value for key, value in wrapper.items() if key != keyword} if keyword else {}
    return (level if isinstance(level, Mapping) and "properties" in level else None), around


def _without(node: Schema, field: str) -> dict[str, Any]:
    return dict(node) | {"properties": {key: value for key, value in node["properties"].items() if key != field}}


def _is_quantity(node: Schema) -> bool:
    return bool(node.get("x-kubernetes-int-or-string")) and "pattern" in node


def _refer_to(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _to_text(node: object) -> str:
    return json.dumps(node, sort_keys=True)


def _dump(node: object, depth: int, taken: int) -> str:
    """`node` as JSON, indented from its second line on; `taken` characters stand before it in its first line."""
    line = json.dumps(node, ensure_ascii=False, sort_keys=depth > 0)
    if depth and depth + taken + len(line) < _WIDTH:
        return line
    if isinstance(node, Mapping):
        keys = {json.dumps(key, ensure_ascii=False) + ": ": key for key in (sorted(node) if depth else node)}
        parts = [start + _dump(node[key], depth + 1, len(start)) for start, key in keys.items()]
    elif isinstance(node, list):
        parts = [_dump(part, depth + 1, 0) for part in node]
    else:
        return line
    pad, (opening, closing) = " " * (depth + 1), "{}" if isinstance(node, Mapping) else "[]"
    return opening + "\n" + ",\n".join(pad + part for part in parts) + "\n" + " " * depth + closing
