"""The walker finds a difference in each aspect: the same description twice, with one thing changed in ours."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.walker import compare, compare_plain

DEFINITIONS = {
    "io.k8s.api.core.v1.EnvVar": {
        "type": ["object", "null"],
        "properties": {"name": {"type": "string"}, "size": {"$ref": "#/$defs/io.k8s.api.core.v1.Size"}},
        "required": ["name"],
        "additionalProperties": False,
    },
    "io.k8s.api.core.v1.Size": {"type": "integer"},
}
UPSTREAM: dict[str, Any] = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "required": ["mode"],
            "properties": {
                "mode": {"type": "string", "enum": ["a", "b"], "default": "a", "maxLength": 3},
                "name": {"type": "string", "pattern": "^a", "nullable": True},
                "since": {"type": "string", "format": "date-time"},
                "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
                "share": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "nothing": {"type": "object"},
                "pair": {
                    "type": "object",
                    "x-kubernetes-map-type": "atomic",
                    "x-kubernetes-validations": [{"rule": "true", "message": "x", "reason": "FieldValueInvalid"}],
                },
                "either": {
                    "type": "object",
                    "properties": {"x": {"type": "string"}, "y": {"type": "string"}},
                    "oneOf": [{"required": ["x"]}, {"required": ["y"]}],
                },
                "env": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
                    },
                },
            },
        },
    },
}
EITHER: dict[str, Any] = UPSTREAM["properties"]["spec"]["properties"]["either"]
OURS: dict[str, Any] = {
    "type": "object",
    "required": ["apiVersion", "kind", "spec"],
    "additionalProperties": False,
    "$defs": {"mode": {"type": "string", "enum": ["a", "b"], "maxLength": 3}},
    "properties": {
        "apiVersion": {"const": "example.org/v1"},
        "kind": {"const": "Example"},
        "metadata": {"$ref": "kubernetes:io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"},
        "spec": {
            "type": "object",
            "required": ["mode"],
            "additionalProperties": False,
            "properties": {
                "mode": {"$ref": "#/$defs/mode", "default": "a"},
                "name": {"type": ["string", "null"], "pattern": "^a"},
                "since": {"type": "string", "format": "date-time"},
                "port": {"type": ["integer", "string"]},
                "share": {"type": "number", "exclusiveMinimum": 0},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "free": {"type": "object"},
                "nothing": {"type": "object", "additionalProperties": False},
                "pair": {
                    "type": "object",
                    "additionalProperties": False,
                    "x-kubernetes-map-type": "atomic",
                    "x-kubernetes-validations": [{"rule": "true", "reason": "FieldValueInvalid"}],
                },
                "either": EITHER | {"additionalProperties": False},
                "env": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": {"$ref": "kubernetes:io.k8s.api.core.v1.EnvVar"},
                },
            },
        },
    },
}
NULL = ("spec.env[]", "native nullable")  # the definition allows null, the upstream item does not


def find(ours: dict[str, Any], definitions: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    walk = compare(UPSTREAM, ours, definitions or DEFINITIONS)
    return [(one.path, one.aspect) for one in walk.differences if (one.path, one.aspect) != NULL]


def test_equal_descriptions_have_no_difference():
    assert find(OURS) == []


def test_every_path_is_counted():
    # the object, spec, its 11 fields, labels{}, either.x, either.y, env[], env[].name and env[].size
    assert compare(UPSTREAM, OURS, DEFINITIONS).paths == 19


def spec(ours: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = ours["properties"]["spec"]["properties"]
    return fields


SEEDS: dict[str, tuple[Callable[[dict[str, Any]], object], str, str]] = {
    "a field is missing": (lambda ours: spec(ours).pop("since"), "spec", "fields"),
    "a field is new": (lambda ours: spec(ours).update(new={}), "spec", "fields"),
    "another type": (lambda ours: spec(ours)["since"].update(type="integer"), "spec.since", "type"),
    "integer alone": (lambda ours: spec(ours)["port"].update(type="integer"), "spec.port", "type"),
    "no null": (lambda ours: spec(ours)["name"].update(type="string"), "spec.name", "nullable"),
    "not required": (lambda ours: ours["properties"]["spec"].pop("required"), "spec", "required"),
    "spec not required": (lambda ours: ours["required"].remove("spec"), "", "required"),
    "an open object": (lambda ours: spec(ours)["nothing"].pop("additionalProperties"), "spec.nothing", "rest"),
    "a closed object": (lambda ours: spec(ours)["free"].update(additionalProperties=False), "spec.free", "rest"),
    "a map opened": (lambda ours: spec(ours)["labels"].pop("additionalProperties"), "spec.labels", "rest"),
    "a map of another type": (
        lambda ours: spec(ours)["labels"].update(additionalProperties={"type": "integer"}),
        "spec.labels{}",
        "type",
    ),
    "a value less": (lambda ours: ours["$defs"]["mode"].update(enum=["a"]), "spec.mode", "enum"),
    "no pattern": (lambda ours: spec(ours)["name"].pop("pattern"), "spec.name", "pattern"),
    "no format": (lambda ours: spec(ours)["since"].pop("format"), "spec.since", "format"),
    "another default": (lambda ours: spec(ours)["mode"].update(default="b"), "spec.mode", "default"),
    "another length": (lambda ours: ours["$defs"]["mode"].update(maxLength=4), "spec.mode", "bounds"),
    "an inclusive bound": (
        lambda ours: spec(ours).update(share={"type": "number", "minimum": 0}),
        "spec.share",
        "bounds",
    ),
    "a list that is no map": (lambda ours: spec(ours)["env"].pop("x-kubernetes-list-type"), "spec.env", "list"),
    "other keys of a list": (
        lambda ours: spec(ours)["env"].update({"x-kubernetes-list-map-keys": ["size"]}),
        "spec.env",
        "list",
    ),
    "a list of anything": (lambda ours: spec(ours)["env"].pop("items"), "spec.env", "items"),
    "no map type": (lambda ours: spec(ours)["pair"].pop("x-kubernetes-map-type"), "spec.pair", "map type"),
    "no rules": (lambda ours: spec(ours)["pair"].pop("x-kubernetes-validations"), "spec.pair", "rules"),
    "another reason": (
        lambda ours: spec(ours)["pair"]["x-kubernetes-validations"][0].pop("reason"),
        "spec.pair",
        "rules",
    ),
    "another choice": (lambda ours: spec(ours)["either"].update(oneOf=[]), "spec.either", "branches"),
}


@pytest.mark.parametrize("name", SEEDS)
def test_a_seeded_difference_is_found(name: str):
    seed, path, aspect = SEEDS[name]
    ours = copy.deepcopy(OURS)

    seed(ours)

    assert find(ours) == [(path, aspect)]


@pytest.mark.parametrize(
    ("change", "path", "aspect"),
    [
        ({"properties": {"name": {"type": "string"}}}, "spec.env[]", "native fields"),
        ({"required": []}, "spec.env[]", "native required"),
        ({"additionalProperties": True}, "spec.env[]", "native rest"),
    ],
)
def test_a_seeded_difference_inside_a_type_of_kubernetes_is_found(change: dict[str, Any], path: str, aspect: str):
    name = "io.k8s.api.core.v1.EnvVar"

    assert find(OURS, DEFINITIONS | {name: DEFINITIONS[name] | change}) == [(path, aspect)]


def test_a_seeded_difference_behind_a_reference_of_a_definition_is_found():
    definitions = DEFINITIONS | {"io.k8s.api.core.v1.Size": {"type": "string"}}

    assert find(OURS, definitions) == [("spec.env[].size", "native type")]


def test_a_recursion_of_ours_is_followed_as_deep_as_upstream_goes():
    leaf: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}}}
    upstream = {"type": "object", "properties": {"spec": leaf}}
    for _ in range(3):
        deeper = copy.deepcopy(leaf)
        deeper["properties"]["children"] = {"type": "array", "items": upstream["properties"]["spec"]}
        upstream = {"type": "object", "properties": {"spec": deeper}}
    node = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    }
    ours = {
        "type": "object",
        "additionalProperties": False,
        "required": ["apiVersion", "kind"],
        "$defs": {"node": node},
        "properties": {"apiVersion": {}, "kind": {}, "metadata": {}, "spec": {"$ref": "#/$defs/node"}},
    }

    (difference,) = compare(upstream, json.loads(json.dumps(ours)), {}).differences

    assert (difference.path, difference.aspect) == ("spec.children[].children[].children[]", "fields")


def test_what_is_no_object_of_kubernetes_is_compared_as_it_is():
    upstream = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "kind": {}}}
    ours = upstream | {"additionalProperties": False}

    assert compare_plain(upstream, ours).differences == []
    assert [one.aspect for one in compare_plain(upstream, ours | {"required": []}).differences] == ["required"]
