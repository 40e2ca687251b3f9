"""Compares a CustomResourceDefinition with one of our schemas, path by path.

Both are read as what they mean to a cluster, each in its own way, and nothing of the generator is used. An upstream
description is taken as the API server takes it: what it does not name is dropped, so its objects are closed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KUBERNETES = "kubernetes:"
BOUNDS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
)
INT_OR_STRING = "integer or string"
NATIVE_INT_OR_STRING = (
    "io.k8s.apimachinery.pkg.api.resource.Quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
)
OF_THE_OBJECT = ("apiVersion", "kind", "metadata")  # the API server sees to these fields itself
BRANCHES = ("allOf", "anyOf", "oneOf", "not")
OF_A_RULE = ("rule", "reason", "fieldPath", "optionalOldSelf")  # what upstream says to who breaks it is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which the two disagree; the aspect begins with `native` inside a type of Kubernetes."""

    path: str
    aspect: str
    upstream: object
    ours: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A schema of ours, and the definitions that its references mean."""

    schema: Mapping[str, Any]
    root: Mapping[str, Any]
    definitions: Mapping[str, Any]
    native: bool = False

    def move(self, schema: Mapping[str, Any]) -> "Place":
        """The place of a schema within this one, behind its references."""
        native, name, siblings = self.native, "", {}
        while "$ref" in schema:
            siblings = {key: value for key, value in schema.items() if key != "$ref"} | siblings
            reference = schema["$ref"]
            native = native or reference.startswith(KUBERNETES)
            name = reference.removeprefix(KUBERNETES).removeprefix("#/$defs/")
            schema = (self.definitions if native else self.root["$defs"])[name]
        if native and name in NATIVE_INT_OR_STRING:
            schema = {"type": ["integer", "string"], "x-kubernetes-int-or-string": True}
        return Place(schema={**schema, **siblings}, root=self.root, definitions=self.definitions, native=native)


@dataclass(slots=True)
class Walk:
    """The differences found, and how many paths were looked at."""

    differences: list[Difference]
    paths: int = 0


def compare(upstream: Mapping[str, Any], schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Walk:
    """Every difference between the schema of one upstream version and ours; definitions are those of our release."""
    walk = Walk(differences=[])
    place = Place(schema=schema, root=schema, definitions=definitions)
    whole = {key: value for key, value in upstream.items() if key != "properties"}
    fields = upstream.get("properties", {})
    own = {key: value for key, value in schema["properties"].items() if key not in OF_THE_OBJECT}
    rest = {key: value for key, value in fields.items() if key not in OF_THE_OBJECT}
    required = [*upstream.get("required", ()), "apiVersion", "kind"]
    _compare_one(
        {"type": "object"} | whole | {"properties": rest, "required": required},
        place.move(schema | {"properties": own}),
        "",
        walk,
    )
    return walk


def compare_plain(upstream: Mapping[str, Any], schema: Mapping[str, Any]) -> Walk:
    """Every difference between two schemas of something that is no Kubernetes object."""
    walk = Walk(differences=[])
    _compare_one(upstream, Place(schema=schema, root=schema, definitions={}), "", walk)
    return walk


def _compare_one(upstream: Mapping[str, Any], place: Place, path: str, walk: Walk) -> None:
    walk.paths += 1
    theirs, ours = read_upstream(upstream), read_ours(place.schema)
    for aspect in theirs:
        if theirs[aspect] != ours[aspect]:
            name = f"native {aspect}" if place.native else aspect
            walk.differences.append(Difference(path=path, aspect=name, upstream=theirs[aspect], ours=ours[aspect]))
    for step, above, below in _pair_children(upstream, place.schema):
        _compare_one(above, place.move(below), f"{path}{step}".removeprefix("."), walk)


def _pair_children(
    upstream: Mapping[str, Any], ours: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for name, field in upstream.get("properties", {}).items():
        if name in ours.get("properties", {}):
            yield f".{name}", field, ours["properties"][name]
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(upstream.get(keyword), Mapping) and isinstance(ours.get(keyword), Mapping):
            yield step, upstream[keyword], ours[keyword]


def read_upstream(node: Mapping[str, Any]) -> dict[str, Any]:
    """What a node of a CustomResourceDefinition says, by aspect."""
    mixed = node.get("x-kubernetes-int-or-string", False)
    fields = set(node.get("properties", {}))
    required = set(node.get("required", ()))
    if node.get("x-kubernetes-embedded-resource"):
        fields |= set(OF_THE_OBJECT)
        required |= {"apiVersion", "kind"}
    branches = {key: node[key] for key in BRANCHES if key in node and not (mixed and key in {"allOf", "anyOf"})}
    is_object = node.get("type") == "object" or "properties" in node
    if isinstance(node.get("additionalProperties"), Mapping):
        rest = "map"
    elif node.get("x-kubernetes-preserve-unknown-fields") or node.get("additionalProperties") is True:
        rest = "open"
    else:
        rest = "closed" if is_object else "open"
    return {
        "fields": sorted(fields),
        "type": INT_OR_STRING if mixed else node.get("type"),
        "nullable": bool(node.get("nullable")) and "type" in node,
        "required": sorted(required),
        "rest": rest,
    } | _read_both(node, branches)


def read_ours(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a schema of ours says, by aspect."""
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    plain = [name for name in types if name != "null"]
    rest = schema.get("additionalProperties", True)
    return {
        "fields": sorted(schema.get("properties", {})),
        "type": INT_OR_STRING if plain == ["integer", "string"] else (plain or [None])[0],
        "nullable": "null" in types,
        "required": sorted(schema.get("required", ())),
        "rest": "closed" if rest is False else "map" if isinstance(rest, Mapping) else "open",
    } | _read_both(schema, {key: schema[key] for key in BRANCHES if key in schema})


def _read_both(node: Mapping[str, Any], branches: Mapping[str, Any]) -> dict[str, Any]:
    """The aspects that are written alike in both."""
    kind = node.get("x-kubernetes-list-type")
    return {
        "enum": node.get("enum"),
        "pattern": node.get("pattern"),
        "format": node.get("format"),
        "default": json.dumps(node.get("default"), sort_keys=True),
        "bounds": _read_bounds(node),
        "list": [kind, *sorted(node.get("x-kubernetes-list-map-keys", ()))] if kind in {"map", "set"} else [],
        "map type": node.get("x-kubernetes-map-type"),
        "rules": [
            {key: rule[key] for key in OF_A_RULE if key in rule} for rule in node.get("x-kubernetes-validations", ())
        ],
        "items": "items" in node,
        "branches": _strip(branches),
    }


def _read_bounds(node: Mapping[str, Any]) -> dict[str, Any]:
    """The bounds of a value; an exclusive bound may be a flag beside it or a number of its own."""
    bounds = {key: node[key] for key in BOUNDS if key in node and node[key] is not False}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if bounds.get(exclusive) is True:
            bounds[exclusive] = bounds.pop(bound)
    return bounds


def _strip(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _strip(value) for key, value in node.items() if key not in {"description", "title"}}
    return [_strip(part) for part in node] if isinstance(node, list) else node
