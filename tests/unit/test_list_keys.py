"""Lists that are maps or sets: what stands there twice."""

import pytest

from gitops_gen.checks.list_keys import _REFUSED, find_twice
from gitops_gen.checks.native import Definitions, choose_release
from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.checks.schema_walk import look_through
from gitops_gen.checks.selection import Selection

SET = {"type": "array", "x-kubernetes-list-type": "set"}
CHECKER = ObjectChecker(SchemaStore(), Selection())


def make_map(*keys, **fields):
    items = {"type": "object", "properties": {**{key: {} for key in keys}, **fields}}
    return {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys), "items": items}


def find(node, value):
    schema = Schema({"type": "object", "properties": {"a": node}}, origin="here")
    places = look_through(schema).list_places({"a": value})
    return [(one.keys, one.first) for one in find_twice(places)]


@pytest.mark.parametrize(
    ("value", "indexes"),
    [
        (["x", "y"], []),
        (["x", "y", "x", "x"], [2]),
        ([1, True, 1.0, "1"], []),
        ([None, None], [1]),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], [1]),
        ([[1], [1], [2]], [1]),
        ([{"a": {1: 2, "x": 3}}, {"a": {1: 2, "x": 3}}], []),
        ([float("nan"), float("nan")], []),
        ("xx", []),
        (None, []),
        ({"x": 1}, []),
    ],
)
def test_a_value_stands_once_in_a_set(value, indexes):
    assert [keys for keys, _ in find(SET, value)] == [("a", index) for index in indexes]


@pytest.mark.parametrize(
    ("value", "indexes"),
    [
        ([{"name": "x"}, {"name": "y"}], []),
        ([{"name": "x", "v": 1}, {"name": "y"}, {"name": "x", "v": 2}], [2]),
        ([{"name": "x"}, {"name": "x"}, {"name": "x"}], [1]),
        ([{}, {}], [1]),
        ([{"name": ["x"]}, {"name": ["x"]}], [1]),
        (["x", "x", None, 3], []),
    ],
)
def test_a_key_stands_once_in_a_map(value, indexes):
    assert [keys for keys, _ in find(make_map("name"), value)] == [("a", index) for index in indexes]


def test_the_earlier_item_is_named():
    assert find(make_map("name"), [{"name": "y"}, {"name": "x"}, {"name": "x"}]) == [(("a", 2), 1)]


def test_all_keys_together_count_and_a_default_is_one():
    ports = make_map("port", "protocol")
    assert find(ports, [{"port": 1}, {"port": 1, "protocol": "UDP"}, {"port": 1, "protocol": "TCP"}]) == [(("a", 2), 0)]
    named = make_map("name", kind={"default": "k"})
    named["x-kubernetes-list-map-keys"] = ["name", "kind"]
    assert find(named, [{"name": "x", "kind": "k"}, {"name": "x"}]) == [(("a", 1), 0)]


def test_a_key_that_is_required_and_missing_is_the_schemas_to_tell():
    node = make_map("name")
    node["items"]["required"] = ["name"]
    assert find(node, [{}, {}]) == []


@pytest.mark.parametrize(
    "node",
    [
        {"type": "array", "x-kubernetes-list-type": "atomic"},
        {"type": "array", "x-kubernetes-list-type": "map"},
        {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [1]},
        {"type": "array", "x-kubernetes-list-type": ["set"]},
    ],
)
def test_other_lists_are_left_alone(node):
    assert find(node, ["x", "x"]) == []


@pytest.mark.parametrize(
    ("node", "value", "keys"),
    [
        ({"type": "array", "items": {"type": "array", "items": SET}}, [[], [["y"], ["x", "x"]]], (1, 1, 1)),
        ({"additionalProperties": {"additionalProperties": SET}}, {"b": {"c": ["x", "x"]}}, ("b", "c", 1)),
        ({"properties": {"b": {"type": "string"}}, "additionalProperties": SET}, {"b": "x", "c": [1, 1]}, ("c", 1)),
    ],
)
def test_lists_are_found_however_deep_they_are(node, value, keys):
    assert find(node, value) == [(("a", *keys), 0)]


def test_a_list_of_itself_ends():
    node = {"type": "array", "items": {"$ref": "#/$defs/self"}}
    schema = Schema({"properties": {"a": node}, "$defs": {"self": node}}, origin="here")
    assert list(look_through(schema).list_places({"a": [[[]], []]})) == []


def test_few_are_told_of_a_long_list():
    assert len(find(SET, [*range(5_000), *range(5_000)])) == 100


@pytest.mark.parametrize("name", sorted(_REFUSED))
def test_the_native_lists_that_are_refused_are_maps_in_the_definitions(name):
    definition, _, field = name.rpartition(".")
    definitions = Definitions(choose_release("1.37"))
    assert definitions.get(definition)["properties"][field]["x-kubernetes-list-type"] == "map"


def check(api_version, kind, spec):
    resource = Resource({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "spec": spec})
    hits = CHECKER.check(resource, pinned=False)
    return [(rule.id, hit.keys[1:]) for rule, hit in hits if rule.id in {"SCHEMA011", "SCHEMA012"}]


POD = {
    "containers": [
        {"name": "a", "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
        {"name": "a", "volumeMounts": [{"name": "x", "mountPath": "/x"}, {"name": "y", "mountPath": "/x"}]},
    ],
    "imagePullSecrets": [{"name": "x"}, {"name": "x"}],
}


def test_a_native_kind_may_have_some_lists_twice():
    assert sorted(check("v1", "Pod", POD)) == [
        ("SCHEMA011", ("containers", 1)),
        ("SCHEMA011", ("containers", 1, "volumeMounts", 1)),
        ("SCHEMA012", ("containers", 0, "env", 1)),
        ("SCHEMA012", ("imagePullSecrets", 1)),
    ]


def test_a_custom_kind_may_not():
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": POD}}
    found = check("argoproj.io/v1alpha1", "Rollout", spec)
    assert {rule for rule, _ in found} == {"SCHEMA011"}
    assert ("SCHEMA011", ("template", "spec", "containers", 0, "env", 1)) in found


def test_finalizers_are_the_api_servers_own():
    metadata = {"name": "a", "finalizers": ["x.example.com/a", "x.example.com/a"]}
    resource = Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    assert list(CHECKER.check(resource, pinned=False)) == []
