"""The fields of a schema, as people read them."""

import pytest

from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.errors import InvalidValueError, NotFoundError
from gitops_gen.schema_catalog import KnownKind, find_kind
from gitops_gen.schema_fields import find_part, list_fields

SPEC = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "any": {},
        "level": {"$ref": "#/$defs/level"},
        "mode": {"type": "string", "enum": ["A", "B"], "default": "A"},
        "name": {"type": ["string", "null"], "minLength": 1},
        "parts": {
            "type": "array",
            "items": {"type": "object", "properties": {"size": {"type": ["integer", "string"]}}},
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["size"],
        },
        "values": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "words": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
        "free": {"type": "object"},
    },
}
LEVEL = {"type": "object", "properties": {"next": {"$ref": "#/$defs/level"}}, "additionalProperties": False}
HEAD = {"kind": {"const": "A"}, "metadata": {"type": "object", "properties": {"labels": {}}}, "spec": SPEC}
SCHEMA = Schema({"properties": HEAD, "$defs": {"level": LEVEL}, "x-kubernetes-version": "1.31"}, origin="test")


def describe(path="", depth=0):
    found = list_fields(SCHEMA, find_part(SCHEMA, path), depth=depth)
    return [
        f"{'  ' * one.depth}{one.name} {one.type}{' !' * one.required}"
        + "".join(f" {name}={value}" for name, value in one.facts)
        for one in found
    ]


def test_types_facts_and_order():
    assert describe("spec") == [
        "any any",
        "free object open=",
        "level object",
        "  next object",
        "mode string default=A enum=A, B",
        "name string ! nullable= min length=1",
        "parts []object key=size",
        "  size integer or string",
        "values map[string][]string",
        "words []string set=",
    ]


def test_the_whole_object_goes_without_what_is_in_metadata():
    assert describe(depth=1) == ["kind string always=A", "metadata object open=", "spec object open="]
    assert "  labels any" not in describe()
    assert describe("metadata") == ["labels any"]


def test_a_path_enters_lists_maps_and_references():
    assert find_part(SCHEMA, "spec.parts.size").type == "integer or string"
    assert find_part(SCHEMA, "spec.parts[].size").type == "integer or string"
    assert find_part(SCHEMA, "spec.values.whatever").type == "[]string"
    assert find_part(SCHEMA, "spec.level.next.next").type == "object"
    assert find_part(SCHEMA, "spec.name").required


def test_a_field_that_is_not_there_is_told_with_the_nearest():
    with pytest.raises(NotFoundError) as error:
        find_part(SCHEMA, "spec.part")
    assert error.value.message == "there is no field 'part' in spec; did you mean 'parts'?"
    with pytest.raises(NotFoundError, match=r"in spec\.mode"):
        find_part(SCHEMA, "spec.mode.x")


def test_recursive_schemas_of_the_program_end():
    schema = SchemaStore().find("machinelearning.seldon.io/v1", "SeldonDeployment")
    names = [one.name for one in list_fields(schema, find_part(schema, "spec.predictors.graph"))]
    assert names.count("children") == 1


def known(kind, group, *versions, origin="carried"):
    return KnownKind(group=group, kind=kind, versions=versions, origin=origin)


KINDS = (
    known("Deployment", "apps", "v1", origin="kubernetes"),
    known("Experiment", "argoproj.io", "v1alpha1"),
    known("Experiment", "mlops.seldon.io", "v1alpha1"),
    known("Pod", "", "v1", origin="kubernetes"),
    known("Widget", "example.com", "v1beta1", origin="imported"),
    known("Widget", "example.com", "v2", "v1alpha1"),
)


@pytest.mark.parametrize(
    ("name", "group", "version", "origin"),
    [
        ("pod", "", "v1", "kubernetes"),
        ("Deployment.apps", "apps", "v1", "kubernetes"),
        ("deployment.v1.apps", "apps", "v1", "kubernetes"),
        ("Widget", "example.com", "v2", "carried"),
        ("Widget.v1beta1", "example.com", "v1beta1", "imported"),
        ("widget.example.com", "example.com", "v2", "carried"),
        ("Widget.v1alpha1.example.com", "example.com", "v1alpha1", "carried"),
        ("Experiment.mlops.seldon.io", "mlops.seldon.io", "v1alpha1", "carried"),
    ],
)
def test_a_kind_is_named_as_for_kubectl(name, group, version, origin):
    found, chosen = find_kind(KINDS, name)
    assert (found.group, chosen, found.origin) == (group, version, origin)


def test_a_kind_that_is_not_there_or_not_clear_is_told():
    with pytest.raises(NotFoundError, match="did you mean 'Widget'"):
        find_kind(KINDS, "Wiget")
    with pytest.raises(NotFoundError, match=r"there is no 'Widget\.v3'"):
        find_kind(KINDS, "Widget.v3")
    with pytest.raises(InvalidValueError) as error:
        find_kind(KINDS, "Experiment")
    assert error.value.hint == "name one: Experiment.v1alpha1.argoproj.io, Experiment.v1alpha1.mlops.seldon.io"
