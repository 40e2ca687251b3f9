"""Nulls and defaults, as the API server treats them before it validates a custom object."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.defaults import apply_defaults
from gitops_gen.checks.schema_store import Schema, SchemaStore


def make(properties, **more):
    document = {"type": "object", "properties": properties, "x-kubernetes-version": "1.31", **more}
    return Schema(document, origin="test")


NAME = {"type": "string"}
SIZE = {"type": "integer", "default": 3}
NESTED = make(
    {
        "free": {},
        "items": {"type": "array", "items": {"type": "object", "properties": {"size": SIZE}}},
        "loose": {"type": "object", "additionalProperties": SIZE},
        "maybe": {"type": ["string", "null"]},
        "maybeAny": {"anyOf": [{"properties": {"size": SIZE}}, {"type": "null"}]},
        "name": NAME,
        "numbers": {"type": "array", "items": SIZE},
        "words": {"type": "array", "items": NAME},
        "outer": {
            "type": "object",
            "default": {},
            "properties": {"inner": {"type": "object", "default": {"given": 1}, "properties": {"size": SIZE}}},
        },
    },
    required=["name"],
)
OUTER = {"outer": {"inner": {"given": 1, "size": 3}}}


@pytest.mark.parametrize(
    ("data", "treated"),
    [
        ({}, {}),
        ({"name": None}, {}),
        ({"free": None}, {}),
        ({"maybe": None}, {"maybe": None}),
        ({"maybeAny": None}, {"maybeAny": None}),
        ({"maybeAny": {}}, {"maybeAny": {"size": 3}}),
        ({"unknown": None}, {"unknown": None}),
        ({"words": [None]}, {"words": [None]}),
        ({"numbers": [None, 1]}, {"numbers": [3, 1]}),
        ({"loose": {"a": None, "b": 1}}, {"loose": {"a": 3, "b": 1}}),
        ({"items": [{}, {"size": None}, {"size": 5}]}, {"items": [{"size": 3}, {"size": 3}, {"size": 5}]}),
        ({"items": "text"}, {"items": "text"}),
        ({"items": [None]}, {"items": [None]}),
    ],
)
def test_each_null_and_default_is_treated_as_upstream_does(data, treated):
    assert apply_defaults(NESTED, data) == treated | OUTER


def test_a_default_is_filled_with_the_defaults_in_it():
    assert apply_defaults(NESTED, {"outer": {}}) == OUTER
    assert apply_defaults(NESTED, {"outer": None}) == OUTER
    assert apply_defaults(NESTED, {"outer": {"inner": {}}}) == {"outer": {"inner": {"size": 3}}}


def test_what_does_not_change_is_not_copied():
    full = {"name": "a", "items": [{"size": 1}], "outer": {"inner": {"size": 1}}}
    assert apply_defaults(NESTED, full) is full
    partly = {"items": [{"size": 1}], "name": "a"}
    treated = apply_defaults(NESTED, partly)
    assert treated["items"] is partly["items"]
    assert "outer" not in partly


def test_references_are_followed_and_may_have_a_default_beside_them():
    part = {"type": "object", "properties": {"size": SIZE}}
    schema = make({"a": {"$ref": "#/$defs/part", "default": {}}}, **{"$defs": {"part": part}})
    assert apply_defaults(schema, {}) == {"a": {"size": 3}}


def test_a_default_that_goes_on_for_ever_ends():
    level = {"type": "object", "properties": {name: {"$ref": "#/$defs/level", "default": {}} for name in "ab"}}
    schema = make({"a": {"$ref": "#/$defs/level"}}, **{"$defs": {"level": level}})
    assert apply_defaults(schema, {"a": {}})["a"]["a"]["a"]["a"]


def test_a_plain_json_schema_of_the_user_may_take_null_where_it_names_no_type():
    schema = Schema({"properties": {"any": {}, "name": NAME}}, origin="test")
    assert apply_defaults(schema, {"any": None, "name": None}) == {"any": None}


def test_files_that_no_api_server_sees_stay_as_they_are():
    schema = Schema({"properties": {"size": SIZE}}, origin="test", takes_nulls=False)
    data = {"size": None}
    assert apply_defaults(schema, data) is data


@pytest.mark.parametrize("odd", [{"properties": []}, {"properties": None}, {"items": [1]}, {"additionalProperties": 1}])
def test_an_odd_schema_changes_nothing(odd):
    schema = Schema({"x-kubernetes-version": "1.31"}, origin="test")
    schema.document.update(odd)
    assert apply_defaults(schema, {"a": [1], "b": None}) == {"a": [1], "b": None}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "spec"]), inner, max_size=3),
    max_leaves=20,
)
CLUSTER = SchemaStore().find("datasciencecluster.opendatahub.io/v2", "DataScienceCluster")


@given(JSON)
def test_whatever_stands_there_it_is_done_once(data):
    once = apply_defaults(CLUSTER, {"spec": data})
    assert apply_defaults(CLUSTER, once) == once
