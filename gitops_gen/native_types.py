"""Finds the Kubernetes types that a CustomResourceDefinition spells out.

A definition stands for a subtree where both describe the same values. These differences are let pass:

- the definitions accept null for a field that may be left out;
- Quantity and IntOrString stand for an integer or a string, whatever pattern the subtree has for it;
- the subtree has a default, and may then require the field;
- a list that is neither a map nor a set may be called atomic or not;
- `metadata` without fields stands for ObjectMeta.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
Definitions: TypeAlias = Mapping[str, Schema]

PREFIX = "kubernetes:"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
CONSTRAINTS = (
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
)
LOGIC = ("allOf", "anyOf", "not", "oneOf")
_INT_OR_STRING = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
}
_EMBEDDED = re.compile(r"io\.k8s\.(api\.(core|autoscaling)|apimachinery\.pkg\.apis\.meta)\.v[0-9]+\.\w+(?<!Condition)")
_SMALL = ("LabelSelector", "LocalObjectReference", "ResourceRequirements")  # have one or two fields and still a meaning
_FIELDS = 3  # an object with fewer fields looks like a type by chance


def index_definitions(definitions: Definitions) -> dict[frozenset[str], tuple[str, ...]]:
    """Names of the definitions that may stand for a subtree, by their fields."""
    index: dict[frozenset[str], tuple[str, ...]] = {}
    for name in sorted(definitions, key=_rank):
        fields = frozenset(definitions[name].get("properties", ()))
        is_telling = len(fields) >= _FIELDS or name.rpartition(".")[2] in _SMALL
        if is_telling and _EMBEDDED.fullmatch(name) and "x-kubernetes-group-version-kind" not in definitions[name]:
            index[fields] = (*index.get(fields, ()), name)
    return index


def find_native(
    node: Schema, name: str, definitions: Definitions, index: Mapping[frozenset[str], tuple[str, ...]]
) -> str:
    """The definition that stands for a subtree under the property `name`, or "" where none does."""
    if name == "metadata" and _is_bare(node):
        return OBJECT_META
    fitting = (
        native
        for native in index.get(frozenset(node.get("properties", ())), ())
        if not any(find_differences(node, native, definitions))
    )
    return max(fitting, key=lambda native: _likeness(name, native), default="")


def find_differences(node: Schema, native: str, definitions: Definitions) -> Iterator[str]:
    """What speaks against the definition `native` for a subtree."""
    return _compare(node, definitions[native], native, definitions, "")


def _compare(node: Schema, other: Schema, native: str, definitions: Definitions, path: str) -> Iterator[str]:
    while "$ref" in other:
        native = other["$ref"].rpartition("/")[2]
        other = definitions[native]
    if native in _INT_OR_STRING or node.get("x-kubernetes-int-or-string"):
        if not (native in _INT_OR_STRING and _is_plain_int_or_string(node)):
            yield f"{path}: integer or string"
        return
    if path.endswith(".metadata") and native == OBJECT_META and _is_bare(node):
        return
    if node.get("type") != _single_type(other):
        yield f"{path}: type"
        return
    if node.get("nullable") and "null" not in other["type"]:
        yield f"{path}: null"
    # Rules of the node itself are kept beside the reference; those inside would be lost.
    inner = ("x-kubernetes-validations",) if path else ()
    for keyword in (*CONSTRAINTS, *LOGIC, *inner, "x-kubernetes-embedded-resource"):
        if node.get(keyword) != other.get(keyword):
            yield f"{path}: {keyword}"
    if _list_type(node) != _list_type(other):
        yield f"{path}: list type"
    yield from _compare_children(node, other, definitions, path)


def _compare_children(node: Schema, other: Schema, definitions: Definitions, path: str) -> Iterator[str]:
    fields, others = node.get("properties", {}), other.get("properties", {})
    if node.get("x-kubernetes-preserve-unknown-fields") or fields.keys() != others.keys():
        yield f"{path}: fields"
        return
    required, wanted = set(node.get("required", ())), set(other.get("required", ()))
    if wanted - required or any("default" not in fields.get(name, {}) for name in required - wanted):
        yield f"{path}: required"
    for name, field in fields.items():
        yield from _compare(field, others[name], "", definitions, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        mine, theirs = node.get(keyword, False), other.get(keyword, False)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from _compare(mine, theirs, "", definitions, f"{path}[]")
        elif mine != theirs:
            yield f"{path}: {keyword}"


def _is_bare(node: Schema) -> bool:
    return node.get("type") == "object" and not node.keys() & {
        "properties",
        "additionalProperties",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
    }


def _is_plain_int_or_string(node: Schema) -> bool:
    """Whether a node is any integer or string, but for a pattern."""
    bounds = set(CONSTRAINTS) - {"pattern", "format"} | {"allOf", "not", "oneOf"}
    return bool(node.get("x-kubernetes-int-or-string")) and not node.keys() & bounds


def _single_type(other: Schema) -> str | None:
    types = other.get("type")
    return next((name for name in types if name != "null"), None) if isinstance(types, list) else types


def _list_type(node: Schema) -> tuple[str, ...]:
    kind = node.get("x-kubernetes-list-type")
    return () if kind in {None, "atomic"} else (kind, *sorted(node.get("x-kubernetes-list-map-keys", ())))


def _rank(name: str) -> tuple[bool, bool, str]:
    return not name.startswith("io.k8s.api.core."), ".meta." not in name, name


def _likeness(name: str, native: str) -> int:
    """Length of the longest piece that a property's name shares with a type's."""
    name, short = name.lower(), native.rpartition(".")[2].lower()
    pieces = (name[start:end] for start in range(len(name)) for end in range(start + 1, len(name) + 1))
    return max((len(piece) for piece in pieces if piece in short), default=0)
