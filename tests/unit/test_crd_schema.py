"""Each rule by which a CustomResourceDefinition becomes a schema, on small definitions."""

import json
from typing import Any

import pytest

from gitops_gen.crd_schema import list_versions, make_schema
from gitops_gen.errors import InvalidValueError
from gitops_gen.native_types import find_differences, find_native, index_definitions
from gitops_gen.schema_compaction import dump_schema

CORE = "io.k8s.api.core.v1"
META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
TEXT: dict[str, Any] = {"type": "string"}
NULLABLE = {"type": ["string", "null"]}


def define(fields: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """A definition, written as the releases of Kubernetes write them."""
    made = {"type": ["object", "null"], "properties": fields, "additionalProperties": False}
    return made | ({"required": required} if required else {})


def refer(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


DEFINITIONS: dict[str, Any] = {
    META: define({"name": NULLABLE, "labels": {"type": ["object", "null"], "additionalProperties": NULLABLE}}),
    QUANTITY: {"oneOf": [NULLABLE, {"type": ["number", "null"]}]},
    f"{CORE}.ResourceRequirements": define(
        {name: {"type": ["object", "null"], "additionalProperties": refer(QUANTITY)} for name in ("limits", "requests")}
    ),
    f"{CORE}.ContainerPort": define(
        {"containerPort": {"type": "integer", "format": "int32"}, "name": NULLABLE, "protocol": NULLABLE},
        ["containerPort"],
    ),
    f"{CORE}.Container": define(
        {
            "name": TEXT,
            "image": NULLABLE,
            "ports": {
                "type": ["array", "null"],
                "items": refer(f"{CORE}.ContainerPort"),
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
            },
            "resources": refer(f"{CORE}.ResourceRequirements"),
        },
        ["name"],
    ),
    f"{CORE}.ConfigMapKeySelector": define({"key": TEXT, "name": NULLABLE, "optional": {"type": "boolean"}}, ["key"]),
    f"{CORE}.SecretKeySelector": define({"key": TEXT, "name": NULLABLE, "optional": {"type": "boolean"}}, ["key"]),
    f"{CORE}.Pair": define({"name": TEXT, "value": NULLABLE}),
    f"{CORE}.PodTemplate": define({"metadata": refer(META), "size": NULLABLE, "extra": NULLABLE}),
    f"{CORE}.PodCondition": define({"type": TEXT, "status": TEXT, "reason": NULLABLE}),
    "io.k8s.api.apps.v1.Rolling": define({"a": TEXT, "b": TEXT, "c": TEXT}),
}
RESOURCES = {
    "type": "object",
    "properties": {
        name: {
            "type": "object",
            "additionalProperties": {
                "anyOf": [{"type": "integer"}, {"type": "string"}],
                "pattern": "^[0-9]+m?$",
                "x-kubernetes-int-or-string": True,
            },
        }
        for name in ("limits", "requests")
    },
}
NUMBER = {"type": "integer", "format": "int32"}
PORT: dict[str, Any] = {
    "type": "object",
    "required": ["containerPort", "protocol"],
    "properties": {
        "containerPort": NUMBER | {"description": "a port"},
        "name": TEXT,
        "protocol": {"type": "string", "default": "TCP"},
    },
}
CONTAINER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": TEXT,
        "image": TEXT,
        "ports": {
            "type": "array",
            "items": PORT,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
        },
        "resources": RESOURCES,
    },
}


def make_crd(root: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "metadata": {"name": "examples.example.org"},
        "spec": {
            "group": "example.org",
            "names": {"kind": "Example"},
            "versions": [{"name": "v1", "served": True, "schema": {"openAPIV3Schema": root}}],
            **more,
        },
    }


def convert(spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What becomes of a spec."""
    made = make_schema(make_crd({"type": "object", "properties": {"spec": spec}} | more), "v1", {"1.30": DEFINITIONS})
    assert "$defs" not in made
    converted: dict[str, Any] = made["properties"]["spec"]
    return converted


def convert_field(field: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a field of a spec."""
    converted: dict[str, Any] = convert({"type": "object", "properties": {"field": field}})["properties"]["field"]
    return converted


# The whole object


def test_the_head_says_what_the_schema_is_of():
    schema = make_schema(make_crd({"type": "object", "required": ["spec"]}), "v1", {"1.30": DEFINITIONS})

    assert schema == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Example example.org/v1",
        "x-kubernetes-version": "1.30",
        "type": "object",
        "properties": {
            "apiVersion": {"const": "example.org/v1"},
            "kind": {"const": "Example"},
            "metadata": {"$ref": f"kubernetes:{META}"},
        },
        "required": ["apiVersion", "kind", "spec"],
        "additionalProperties": False,
    }


def test_what_upstream_wants_of_metadata_is_kept():
    metadata = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 8}}}
    schema = make_schema(make_crd({"properties": {"metadata": metadata}}), "v1", {"1.30": DEFINITIONS})

    assert schema["properties"]["metadata"] == {
        "$ref": f"kubernetes:{META}",
        "properties": {"name": {"type": "string", "maxLength": 8}},
    }


def test_a_kind_of_the_whole_cluster_says_so():
    schema = make_schema(make_crd({}, scope="Cluster"), "v1", {"1.30": DEFINITIONS})

    assert schema["x-kubernetes-scope"] == "Cluster"
    assert list(json.loads(dump_schema(schema)))[:4] == [
        "$schema",
        "title",
        "x-kubernetes-version",
        "x-kubernetes-scope",
    ]
    assert "x-kubernetes-scope" not in make_schema(make_crd({}, scope="Namespaced"), "v1", {"1.30": DEFINITIONS})


def test_a_version_that_is_not_served_is_not_listed_and_not_made():
    crd = make_crd({})
    crd["spec"]["versions"].append({"name": "v1alpha1", "served": False})

    assert list_versions(crd) == ["v1"]
    with pytest.raises(InvalidValueError, match="does not serve 'v1alpha1'") as raised:
        make_schema(crd, "v1alpha1", {"1.30": DEFINITIONS})
    assert raised.value.hint == "it serves v1"


# Values


@pytest.mark.parametrize(
    "field",
    [
        {"type": "string", "enum": ["a", "b"], "default": "a"},
        {"type": "string", "pattern": "^a", "minLength": 1, "maxLength": 3, "format": "date-time"},
        {"type": "number", "minimum": 0, "maximum": 9, "multipleOf": 3},
        {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 2, "uniqueItems": True},
        {"type": "object", "additionalProperties": TEXT, "minProperties": 1, "maxProperties": 2},
        {"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"},
        {"type": "object", "additionalProperties": TEXT, "x-kubernetes-map-type": "atomic"},
        {"type": "object", "additionalProperties": TEXT, "default": {"description": "kept", "title": "kept"}},
    ],
    ids=str,
)
def test_what_a_value_must_be_is_kept(field: dict[str, Any]):
    assert convert_field(field) == field


def test_prose_is_dropped_but_fields_of_these_names_stay():
    said = {"description": "x", "title": "x", "example": "x", "externalDocs": {}, "x-kubernetes-validations": []}
    field = {"type": "object", "properties": {"description": TEXT | said, "title": TEXT}} | said

    assert convert_field(field) == {
        "type": "object",
        "properties": {"description": TEXT, "title": TEXT},
        "additionalProperties": False,
    }


def test_null():
    assert convert_field({"type": "string", "nullable": True}) == {"type": ["string", "null"]}
    assert convert_field({"nullable": True, "enum": ["a"]}) == {"anyOf": [{"enum": ["a"]}, {"type": "null"}]}
    assert convert_field({"nullable": True, "x-kubernetes-preserve-unknown-fields": True}) == {}
    assert convert_field({"nullable": True, "x-kubernetes-int-or-string": True})["type"] == [
        "integer",
        "string",
        "null",
    ]


def test_integer_or_string():
    flag = {"x-kubernetes-int-or-string": True}
    made = {"type": ["integer", "string"], **flag}
    either = [{"type": "integer"}, {"type": "string"}]

    assert convert_field(flag) == made
    assert convert_field({"anyOf": either, "pattern": "^a"} | flag) == made | {"pattern": "^a"}
    assert convert_field({"allOf": [{"anyOf": either}, {"maximum": 3}]} | flag) == made | {"allOf": [{"maximum": 3}]}


def test_an_exclusive_bound_is_a_number():
    field = {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False}

    assert convert_field(field) == {"type": "number", "exclusiveMinimum": 0, "maximum": 9}


def test_choices_close_no_object():
    field = {
        "type": "object",
        "properties": {"a": TEXT, "b": TEXT},
        "oneOf": [{"required": ["b", "a"]}, {"properties": {"a": {"enum": ["x"], "description": "x"}}}],
        "not": {"required": ["b"]},
    }

    assert convert_field(field) == {
        "type": "object",
        "properties": {"a": TEXT, "b": TEXT},
        "oneOf": [{"required": ["a", "b"]}, {"properties": {"a": {"enum": ["x"]}}}],
        "not": {"required": ["b"]},
        "additionalProperties": False,
    }


def test_choices_reach_into_items_and_values():
    field = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
        "allOf": [{"items": {"maximum": 1}}, {"additionalProperties": False}],
    }

    assert convert_field(field) == {"type": "object", "allOf": field["allOf"]}


# Rules in CEL

RULE = {"rule": "self > 0", "reason": "FieldValueForbidden", "fieldPath": ".a", "optionalOldSelf": True}
SAID = {"message": "must be positive", "messageExpression": "'not ' + string(self)"}
TOLD = {"x-kubernetes-validations": [RULE | SAID]}
KEPT = {"x-kubernetes-validations": [RULE]}


@pytest.mark.parametrize(
    ("field", "made"),
    [
        ({"type": "integer"}, {"type": "integer"}),
        ({"type": "integer", "nullable": True}, {"type": ["integer", "null"]}),
        ({"nullable": True, "enum": [1]}, {"anyOf": [{"enum": [1]}, {"type": "null"}]}),
        ({"type": "object"}, {"type": "object", "additionalProperties": False}),
        (
            {"type": "array", "items": {"type": "integer"} | TOLD},
            {"type": "array", "items": {"type": "integer"} | KEPT},
        ),
        (CONTAINER, {"$ref": f"kubernetes:{CORE}.Container"}),
    ],
    ids=str,
)
def test_rules_stay_where_they_stand(field: dict[str, Any], made: dict[str, Any]):
    assert convert_field(field | TOLD) == made | KEPT


def test_rules_of_the_whole_object_stay():
    crd = make_crd({"type": "object", "properties": {"spec": {"type": "object"}}} | TOLD)

    schema = make_schema(crd, "v1", {"1.30": DEFINITIONS})

    assert schema["x-kubernetes-validations"] == [RULE]
    assert schema["properties"]["spec"] == {"type": "object", "additionalProperties": False}


def test_messages_are_kept_on_demand():
    crd = make_crd({"properties": {"spec": {"type": "integer"} | TOLD}})

    schema = make_schema(crd, "v1", {"1.30": DEFINITIONS}, keep_messages=True)

    assert schema["properties"]["spec"]["x-kubernetes-validations"] == [RULE | SAID]


def test_a_type_of_kubernetes_with_a_rule_inside_stays_written_out():
    ports = CONTAINER["properties"]["ports"] | {"items": PORT | TOLD}
    field = CONTAINER | {"properties": CONTAINER["properties"] | {"ports": ports}}

    made = convert_field(field)

    assert "$ref" not in made
    assert made["properties"]["ports"]["items"] == {"$ref": f"kubernetes:{CORE}.ContainerPort"} | KEPT
    assert made["properties"]["resources"] == {"$ref": f"kubernetes:{CORE}.ResourceRequirements"}


# Open and closed objects


def test_an_object_that_says_nothing_of_its_fields_keeps_none():
    assert convert_field({"type": "object"}) == {"type": "object", "additionalProperties": False}


def test_an_object_that_preserves_unknown_fields_is_open_and_one_in_it_is_not():
    field = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
        "properties": {"inner": {"type": "object", "properties": {"a": TEXT}}},
    }

    assert convert_field(field) == {
        "type": "object",
        "properties": {"inner": {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}},
    }


def test_anything_goes_where_unknown_fields_are_preserved_without_a_type():
    assert convert_field({"type": "array", "items": {"x-kubernetes-preserve-unknown-fields": True}}) == {
        "type": "array",
        "items": {},
    }


def test_a_map_with_any_values_is_open():
    assert convert_field({"type": "object", "additionalProperties": True}) == {"type": "object"}


def test_metadata_without_fields_is_that_of_an_object():
    field = {"type": "object", "properties": {"metadata": {"type": "object"}}}

    assert convert_field(field)["properties"]["metadata"] == {"$ref": f"kubernetes:{META}"}


def test_an_embedded_object_has_a_head():
    flags = {"x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}
    head = {"apiVersion": TEXT, "kind": TEXT, "metadata": {"$ref": f"kubernetes:{META}"}}
    kind = {"type": "string", "enum": ["A"]}
    required = ["apiVersion", "kind"]

    assert convert_field({"type": "object"} | flags) == {"type": "object", "properties": head, "required": required}
    assert convert_field(
        {
            "type": "object",
            "x-kubernetes-embedded-resource": True,
            "properties": {"kind": kind, "spec": TEXT, "metadata": {"type": "object"}},
            "required": ["spec"],
        }
    ) == {
        "type": "object",
        "properties": head | {"kind": kind, "spec": TEXT},
        "required": [*required, "spec"],
        "additionalProperties": False,
    }


# Definitions of apiextensions v1beta1


def make_old_crd(root: dict[str, Any], **more: Any) -> dict[str, Any]:
    crd = make_crd({}, version="v1", validation={"openAPIV3Schema": root}, **more)
    del crd["spec"]["versions"]
    return crd | {"apiVersion": "apiextensions.k8s.io/v1beta1"}


def test_spec_and_status_of_an_old_definition_may_be_open():
    root = {"properties": {"spec": {"type": "object"}, "status": {"type": "object", "properties": {"a": TEXT}}}}
    crd = make_old_crd(root)

    properties = make_schema(crd, "v1", {"1.30": DEFINITIONS})["properties"]

    assert list_versions(crd) == ["v1"]
    assert properties["spec"] == {"type": "object"}
    assert properties["status"] == {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}


def test_an_old_definition_that_drops_unknown_fields_is_read_like_a_new_one():
    crd = make_old_crd({"properties": {"spec": {"type": "object"}}}, preserveUnknownFields=False)

    assert make_schema(crd, "v1", {"1.30": DEFINITIONS})["properties"]["spec"]["additionalProperties"] is False


def test_a_definition_without_a_schema_leaves_all_but_the_head_open():
    crd = make_old_crd({})
    del crd["spec"]["validation"]

    schema = make_schema(crd, "v1", {"1.30": DEFINITIONS})

    assert "additionalProperties" not in schema
    assert list(schema["properties"]) == ["apiVersion", "kind", "metadata"]


# Types of Kubernetes


def test_a_type_that_is_written_out_becomes_a_reference():
    assert convert_field(CONTAINER) == {"$ref": f"kubernetes:{CORE}.Container"}
    assert convert_field({"type": "array", "items": CONTAINER})["items"] == {"$ref": f"kubernetes:{CORE}.Container"}


def test_a_default_stays_beside_a_reference():
    made = convert_field(CONTAINER | {"default": {"name": "a"}})

    assert made == {"$ref": f"kubernetes:{CORE}.Container", "default": {"name": "a"}}


def test_a_variant_stays_written_out_with_references_in_it():
    variant = CONTAINER | {"properties": CONTAINER["properties"] | {"more": TEXT}}

    made = convert_field(variant)

    assert made["properties"]["more"] == TEXT
    assert made["properties"]["resources"] == {"$ref": f"kubernetes:{CORE}.ResourceRequirements"}
    assert made["properties"]["ports"]["items"] == {"$ref": f"kubernetes:{CORE}.ContainerPort"}


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"type": "array"}, ": type"),
        ({"properties": PORT["properties"] | {"containerPort": NUMBER | {"nullable": True}}}, ".containerPort: null"),
        ({"required": ["name"]}, ": required"),
        ({"required": ["containerPort", "name"]}, ": required"),
        ({"x-kubernetes-preserve-unknown-fields": True}, ": fields"),
        ({"oneOf": [{"required": ["name"]}]}, ": oneOf"),
        ({"properties": PORT["properties"] | {"name": {"type": "integer"}}}, ".name: type"),
        ({"properties": PORT["properties"] | {"name": TEXT | {"enum": ["a"]}}}, ".name: enum"),
        ({"properties": {"name": TEXT}}, ": fields"),
    ],
)
def test_what_speaks_against_a_type(change: dict[str, Any], difference: str):
    assert list(find_differences(PORT, f"{CORE}.ContainerPort", DEFINITIONS)) == []
    assert list(find_differences(PORT | change, f"{CORE}.ContainerPort", DEFINITIONS)) == [difference]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"items": TEXT}, "[]: type"),
        ({"x-kubernetes-list-type": "set"}, ": list type"),
        ({"x-kubernetes-list-type": "atomic"}, ": list type"),
        ({"x-kubernetes-list-map-keys": ["name"]}, ": list type"),
    ],
)
def test_what_speaks_against_a_list(change: dict[str, Any], difference: str):
    properties: dict[str, Any] = CONTAINER["properties"]
    other = CONTAINER | {"properties": properties | {"ports": properties["ports"] | change}}

    assert list(find_differences(other, f"{CORE}.Container", DEFINITIONS)) == [f".ports{difference}"]


@pytest.mark.parametrize(
    "value", [TEXT, {"type": "number"}, False, {"x-kubernetes-int-or-string": True, "maximum": 3}], ids=str
)
def test_a_quantity_is_nothing_else(value: Any):
    other = {
        "type": "object",
        "properties": {name: {"type": "object", "additionalProperties": value} for name in RESOURCES["properties"]},
    }

    assert list(find_differences(other, f"{CORE}.ResourceRequirements", DEFINITIONS))


def test_metadata_without_fields_fits_in_a_type():
    node = {"type": "object", "properties": {"metadata": {"type": "object"}, "size": TEXT, "extra": TEXT}}

    assert convert_field(node) == {"$ref": f"kubernetes:{CORE}.PodTemplate"}


def test_the_property_decides_between_types_that_are_alike():
    node = {
        "type": "object",
        "properties": {"key": TEXT, "name": TEXT, "optional": {"type": "boolean"}},
        "required": ["key"],
    }
    index = index_definitions(DEFINITIONS)

    assert find_native(node, "configMap", DEFINITIONS, index) == f"{CORE}.ConfigMapKeySelector"
    assert find_native(node, "bearerTokenSecret", DEFINITIONS, index) == f"{CORE}.SecretKeySelector"
    assert find_native(node, "x", DEFINITIONS, index) == f"{CORE}.ConfigMapKeySelector"


@pytest.mark.parametrize(
    "fields",
    [{"name": TEXT, "value": TEXT}, {"type": TEXT, "status": TEXT, "reason": TEXT}, {"a": TEXT, "b": TEXT, "c": TEXT}],
)
def test_a_type_is_not_seen_where_the_likeness_may_be_chance(fields: dict[str, Any]):
    assert "$ref" not in convert_field({"type": "object", "properties": fields})


def test_the_release_that_fits_best_is_taken_and_the_first_of_equals():
    older = DEFINITIONS | {f"{CORE}.Container": define({"name": TEXT}, ["name"])}
    spec = {"type": "object", "properties": {"container": CONTAINER}}
    crd = make_crd({"properties": {"spec": spec}})

    assert make_schema(crd, "v1", {"1.31": older, "1.30": DEFINITIONS})["x-kubernetes-version"] == "1.30"
    assert make_schema(crd, "v1", {"1.32": DEFINITIONS, "1.30": DEFINITIONS})["x-kubernetes-version"] == "1.32"


def test_a_release_that_is_preferred_may_make_a_schema_that_is_a_little_larger():
    older = DEFINITIONS | {f"{CORE}.ContainerPort": define({"name": TEXT})}
    spec = {"type": "object", "properties": {f"field{i}": TEXT for i in range(200)} | {"port": PORT}}
    crd = make_crd({"properties": {"spec": spec}})

    schema = make_schema(crd, "v1", {"1.31": older, "1.30": DEFINITIONS})

    assert schema["x-kubernetes-version"] == "1.31"
    assert "$ref" not in schema["properties"]["spec"]["properties"]["port"]
