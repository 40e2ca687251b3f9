"""What a schema says of a field."""

import pytest

from gitops_gen.checks.schema_facts import find_facts
from gitops_gen.checks.schema_store import Schema, SchemaStore

DOCUMENT = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 63, "pattern": "^[a-z]+$", "description": "What it is\n  called."},
        "mode": {"enum": ["a", "b"], "default": "a"},
        "count": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
        "items": {
            "type": "array",
            "x-kubernetes-list-map-keys": ["name"],
            "items": {"$ref": "#/$defs/item"},
        },
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {},
    },
    "additionalProperties": False,
    "$defs": {
        "item": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/item"}},
            "additionalProperties": False,
            "x-kubernetes-validations": [{"rule": "self.name != ''", "message": "name it"}, {"rule": 7}],
        }
    },
}


@pytest.fixture(scope="module")
def schema():
    return Schema(DOCUMENT, origin="test")


def test_a_field_has_its_limits(schema):
    facts = find_facts(schema, ("name",))
    assert facts.told
    assert facts.required
    assert (facts.types, facts.pattern, facts.bounds) == (("string",), "^[a-z]+$", (("maxLength", 63),))
    assert facts.description == "What it is called."
    assert not facts.has_default


def test_values_and_their_default(schema):
    facts = find_facts(schema, ("mode",))
    assert (facts.values, facts.default, facts.has_default, facts.required) == (("a", "b"), "a", True, False)


def test_choices_count_together(schema):
    assert find_facts(schema, ("count",)).types == ("integer", "null")


def test_a_list_and_its_items(schema):
    assert find_facts(schema, ("items",)).list_keys == ("name",)
    item = find_facts(schema, ("items", 3))
    assert (item.fields, item.needs, item.rules) == (("name", "next"), ("name",), (("self.name != ''", "name it"),))
    assert find_facts(schema, ("items", 0, *["next"] * 100, "name")).required


def test_keys_without_a_name_in_the_schema(schema):
    assert find_facts(schema, ("labels", "app")).types == ("string",)
    assert find_facts(schema, ("free",)).is_open
    assert find_facts(schema, ("free", "more", 0)).is_open
    assert not find_facts(schema, ("nmae",)).told
    assert not find_facts(schema, ("name", "deeper")).is_open or find_facts(schema, ("name", "deeper")).told


def test_the_root_lists_its_fields(schema):
    assert find_facts(schema, ()).fields[:2] == ("name", "mode")


def test_a_schema_that_is_there():
    store = SchemaStore()
    deployment = store.find("apps/v1", "Deployment")
    port = find_facts(deployment, ("spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"))
    assert port.required
    assert "integer" in port.types
