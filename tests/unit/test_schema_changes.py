"""What differs between two schemas of a kind, and what of it can break objects."""

import pytest

from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.schema_changes import compare_schemas


def compare(old, new, **definitions):
    """The changes of `spec.a`, without the words on them."""
    return [
        (one.path, one.change, one.breaking) for one in compare_whole(make(old, definitions), make(new, definitions))
    ]


def make(field, definitions):
    spec = {"type": "object", "properties": {"a": field}, "additionalProperties": False}
    return {"type": "object", "properties": {"spec": spec}, "$defs": definitions}


def compare_whole(old, new):
    return compare_schemas(Schema(old, origin="old"), Schema(new, origin="new"))


def test_the_same_schema_has_no_differences():
    schema = SchemaStore().find("argoproj.io/v1alpha1", "Application")
    assert compare_schemas(schema, schema) == ()


@pytest.mark.parametrize(
    ("old", "new", "change", "breaking"),
    [
        ({"type": "string"}, {"type": "integer"}, "type", True),
        ({"type": "string"}, {"type": ["string", "null"]}, "type", False),
        ({"type": ["string", "null"]}, {"type": "string"}, "type", True),
        ({"type": "integer"}, {"type": "number"}, "type", False),
        ({"type": "number"}, {"type": "integer"}, "type", True),
        ({"type": "string"}, {}, "type", False),
        ({}, {"type": "string"}, "type", True),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, "enum", False),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, "enum", True),
        ({}, {"enum": ["a"]}, "enum", True),
        ({"enum": ["a"]}, {}, "enum", False),
        ({}, {"default": 1}, "default", False),
        ({"minimum": 1}, {"minimum": 2}, "limit", True),
        ({"minimum": 2}, {"minimum": 1}, "limit", False),
        ({"maxLength": 5}, {"maxLength": 6}, "limit", False),
        ({"maxLength": 5}, {"maxLength": 4}, "limit", True),
        ({}, {"maxItems": 4}, "limit", True),
        ({"pattern": "a"}, {"pattern": "b"}, "limit", True),
        ({"format": "byte"}, {}, "limit", False),
        ({}, {"x-kubernetes-list-type": "set"}, "list", True),
        ({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"]}, {}, "list", False),
        ({"additionalProperties": False}, {}, "open", False),
        ({}, {"additionalProperties": False}, "closed", True),
        ({}, {"oneOf": [{"required": ["b"]}]}, "alternatives", True),
        ({"oneOf": [{"required": ["b"]}]}, {}, "alternatives", False),
        ({}, {"x-kubernetes-validations": [{"rule": "x"}]}, "rule", True),
        ({"x-kubernetes-validations": [{"rule": "x"}]}, {}, "rule", False),
    ],
)
def test_each_change_is_told_with_whether_it_can_break(old, new, change, breaking):
    assert compare(old, new) == [("spec.a", change, breaking)]


def fields(**properties):
    required = [name for name, field in properties.items() if field.pop("required", False)]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (fields(), fields(b={"type": "string"}), ("spec.a.b", "added", False)),
        (fields(), fields(b={"required": True}), ("spec.a.b", "added", True)),
        (fields(), fields(b={"required": True, "default": 1}), ("spec.a.b", "added", False)),
        (fields(b={}), fields(), ("spec.a.b", "removed", True)),
        (fields(b={}), fields(b={"required": True}), ("spec.a.b", "required", True)),
        (fields(b={"default": 1}), fields(b={"default": 1, "required": True}), ("spec.a.b", "required", False)),
        (fields(b={"required": True}), fields(b={}), ("spec.a.b", "optional", False)),
    ],
)
def test_fields_that_come_and_go(old, new, told):
    assert compare(old, new) == [told]


def test_items_and_values_of_maps_are_entered():
    assert compare({"items": {"type": "string"}}, {"items": {"type": "integer"}}) == [("spec.a[]", "type", True)]
    old, new = ({"additionalProperties": {"type": name}} for name in ("string", "integer"))
    assert compare(old, new) == [("spec.a.*", "type", True)]


def test_what_every_object_has_and_the_names_of_definitions_do_not_count():
    whole = {"properties": {"metadata": {"type": "object"}, "apiVersion": {"const": "a"}}, "required": []}
    other = {"properties": {"metadata": {"type": "string"}, "apiVersion": {"const": "b"}}}
    assert compare_whole(whole, other) == ()
    part = {"anyOf": [{"$ref": "#/$defs/one"}]}, {"anyOf": [{"$ref": "#/$defs/two"}]}
    assert compare(*part, one={"required": ["x"]}, two={"required": ["x"]}) == []


def test_a_part_that_stands_in_itself_is_told_once():
    level = {"type": "object", "properties": {"next": {"$ref": "#/$defs/level"}, "size": {"type": "integer"}}}
    other = level | {"properties": level["properties"] | {"size": {"type": "string"}}}
    reference = {"$ref": "#/$defs/level"}
    old, new = (make(reference, {"level": one}) for one in (level, other))
    assert [one.path for one in compare_whole(old, new)] == ["spec.a.size"]
