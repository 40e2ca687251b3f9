"""One served version of a CustomResourceDefinition as a compact JSON Schema (draft 2020-12).

The schema says what a cluster keeps and accepts: a field that the cluster would drop is an error. Types of Kubernetes
itself are references, `kubernetes:` and the name of a definition of the release in `x-kubernetes-version`. Rules in CEL
stay where they stand, as `x-kubernetes-validations`; `x-kubernetes-scope` is there for kinds of the whole cluster.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gitops_gen.errors import InvalidValueError
from gitops_gen.names import show
from gitops_gen.native_types import (
    CONSTRAINTS,
    OBJECT_META,
    PREFIX,
    Definitions,
    Schema,
    find_native,
    index_definitions,
)
from gitops_gen.schema_compaction import share_subtrees, unite_subtrees

DIALECT = "https://json-schema.org/draft/2020-12/schema"
RULES = "x-kubernetes-validations"
_KEPT = (
    *CONSTRAINTS,
    "default",
    "required",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
)
_TOLD = ("rule", "reason", "fieldPath", "optionalOldSelf")
_WORTH = 1.05
"""How much larger a schema may be made by a release that is preferred: each further release takes time to be read."""
_MESSAGES = ("message", "messageExpression")
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_META = {"$ref": PREFIX + OBJECT_META}


def list_versions(crd: Schema) -> list[str]:
    """Names of the versions that a definition serves, in its order."""
    spec = crd["spec"]
    versions = spec.get("versions") or [{"name": spec["version"]}]
    return [version["name"] for version in versions if version.get("served", True)]


def make_schema(
    crd: Schema, version: str, releases: Mapping[str, Definitions], *, keep_messages: bool = False
) -> dict[str, Any]:
    """The schema of one version; `releases` holds the definitions of each Kubernetes release, the preferred ones first.

    With `keep_messages`, rules in CEL keep what upstream says to who breaks them.

    Raises:
        InvalidValueError: the definition does not serve that version.
    """
    root, is_structural = _find_schema(crd, version)
    root = unite_subtrees(root)
    group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]
    told = _TOLD + _MESSAGES * keep_messages
    converted = {
        release: _Conversion(definitions, told, is_structural=is_structural).convert_root(
            root, f"{group}/{version}", kind
        )
        for release, definitions in releases.items()
    }
    sizes = {release: _count_nodes(schema, {}) for release, schema in converted.items()}
    release = next(release for release, size in sizes.items() if size <= min(sizes.values()) * _WORTH)
    head = {"$schema": DIALECT, "title": f"{kind} {group}/{version}", "x-kubernetes-version": release}
    if crd["spec"].get("scope") == "Cluster":
        head["x-kubernetes-scope"] = "Cluster"
    return head | share_subtrees(converted[release])


def _find_schema(crd: Schema, version: str) -> tuple[Schema, bool]:
    """The openAPIV3Schema of a version, and whether the cluster drops what it does not name."""
    if version not in list_versions(crd):
        raise InvalidValueError(
            f"{show(crd['metadata']['name'])} does not serve {show(version)}",
            hint=f"it serves {', '.join(list_versions(crd))}",
        )
    spec = crd["spec"]
    found: Schema = next((one for one in spec.get("versions", ()) if one["name"] == version), {})
    holder = found.get("schema") or spec.get("validation") or {}
    is_old = crd["apiVersion"] == "apiextensions.k8s.io/v1beta1"
    return holder.get("openAPIV3Schema", {_PRESERVE: True}), not spec.get("preserveUnknownFields", is_old)


class _Conversion:
    """Turns the schemas of a definition into JSON Schemas that refer to the types of one release."""

    def __init__(self, definitions: Definitions, told: tuple[str, ...], *, is_structural: bool) -> None:
        """`told` is what is kept of a rule in CEL."""
        self._definitions = definitions
        self._index = index_definitions(definitions)
        self._told = told
        self._is_structural = is_structural
        self._made: dict[tuple[int, str], dict[str, Any]] = {}

    def convert_root(self, root: Schema, api_version: str, kind: str) -> dict[str, Any]:
        """The schema of a whole object."""
        fields: Schema = root.get("properties", {})
        metadata = _convert_constraints(fields.get("metadata", {}))
        head = {
            "apiVersion": {"const": api_version},
            "kind": {"const": kind},
            "metadata": _META | {key: value for key, value in metadata.items() if key != "type"},
        }
        rest = {name: self._convert_field(name, field) for name, field in fields.items() if name not in head}
        schema = self._convert_object(dict(root) | {"properties": {}}, "") | self._convert_rules(root)
        required = sorted({"apiVersion", "kind", *root.get("required", ())})
        return schema | {"type": "object", "properties": rest | head, "required": required}

    def _convert_field(self, name: str, field: Schema) -> dict[str, Any]:
        """A field of the whole object: spec and status may be all that an old definition says."""
        is_whole = not self._is_structural and name in {"spec", "status"} and not field.get("properties")
        return {"type": "object"} if is_whole else self._convert(field, name)

    def _convert(self, node: Schema, name: str) -> dict[str, Any]:
        """The schema of a node; made once, as most of a large definition is the same again and again."""
        key = id(node), name
        if key not in self._made:
            self._made[key] = self._convert_anew(node, name)
        return self._made[key]

    def _convert_anew(self, node: Schema, name: str) -> dict[str, Any]:
        rules = self._convert_rules(node)
        native = find_native(node, name, self._definitions, self._index) if node.get("type") == "object" else ""
        if native:
            return {"$ref": PREFIX + native} | ({"default": node["default"]} if "default" in node else {}) | rules
        schema = self._convert_object(node, name) if _is_object(node) else _convert_value(node)
        if "items" in node:
            schema["items"] = self._convert(node["items"], name)
        return (_allow_null(schema) if node.get("nullable") else schema) | rules

    def _convert_rules(self, node: Schema) -> dict[str, Any]:
        rules = [{key: rule[key] for key in self._told if key in rule} for rule in node.get(RULES, ())]
        return {RULES: rules} if rules else {}

    def _convert_object(self, node: Schema, name: str) -> dict[str, Any]:
        schema = _convert_value(node)
        fields = {key: self._convert(field, key) for key, field in node.get("properties", {}).items()}
        if node.get(_EMBEDDED):
            fields = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}} | fields | {"metadata": dict(_META)}
            schema["required"] = sorted({"apiVersion", "kind", *node.get("required", ())})
        if fields:
            schema["properties"] = fields
        rest = node.get("additionalProperties", bool(node.get(_PRESERVE)))
        if isinstance(rest, Mapping):
            schema["additionalProperties"] = self._convert(rest, name)
        elif not rest:
            schema["additionalProperties"] = False
        return schema


def _convert_value(node: Schema) -> dict[str, Any]:
    """What a node says about its own value, without the fields and items in it."""
    schema: dict[str, Any] = {keyword: node[keyword] for keyword in _KEPT if keyword in node}
    if "required" in schema:
        schema["required"] = sorted(schema["required"])
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive):  # as in draft 4
            schema[exclusive] = schema.pop(bound)
    if node.get(_INT_OR_STRING):
        schema |= {"type": ["integer", "string"], _INT_OR_STRING: True}
    elif "type" in node:
        schema["type"] = node["type"]
    return schema | _convert_logic(node)


def _convert_logic(node: Schema) -> dict[str, Any]:
    """oneOf, anyOf, allOf and not, but for the anyOf that only says integer or string again."""
    logic: dict[str, Any] = {}
    for keyword in ("allOf", "anyOf", "oneOf"):
        parts = [_convert_constraints(part) for part in node.get(keyword, ())]
        told = {"type": "integer"}, {"type": "string"}
        if node.get(_INT_OR_STRING):
            parts = [part for part in parts if part not in (*told, {"anyOf": list(told)})]
        if parts:
            logic[keyword] = parts
    if "not" in node:
        logic["not"] = _convert_constraints(node["not"])
    return logic


def _convert_constraints(node: Schema) -> dict[str, Any]:
    """A schema that says which values are good, not which fields are kept: it closes no object."""
    schema = _convert_value(node)
    if "properties" in node:
        schema["properties"] = {name: _convert_constraints(field) for name, field in node["properties"].items()}
    for keyword in ("items", "additionalProperties"):
        if keyword in node:
            inner = node[keyword]
            schema[keyword] = _convert_constraints(inner) if isinstance(inner, Mapping) else inner
    return schema


def _is_object(node: Schema) -> bool:
    return node.get("type") == "object" or "properties" in node or "additionalProperties" in node


def _allow_null(schema: dict[str, Any]) -> dict[str, Any]:
    types = schema.get("type")
    if types is None:
        return {"anyOf": [schema, {"type": "null"}]} if schema else {}
    return schema | {"type": [*(types if isinstance(types, list) else [types]), "null"]}


def _count_nodes(node: object, known: dict[int, int]) -> int:
    """How many values a schema has; `known` are those of its parts, which may be used more than once."""
    children: Iterable[object] = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    if id(node) not in known:
        known[id(node)] = 1 + sum(_count_nodes(child, known) for child in children)
    return known[id(node)]
