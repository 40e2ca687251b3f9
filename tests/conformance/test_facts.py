"""The tables of facts: what their notation means, and what the schemas made from them find in a manifest."""

import copy
from typing import Any

import jsonschema_rs
import pytest

from tests.conformance.facts import TABLES, make_schema, make_schemas, read_table
from tests.conformance.test_carried_schemas import bundle

TABLE = {
    "group": "example.org",
    "required": ["spec"],
    "types": {
        "Spec": {
            "name!": "string",
            "mode": "=a b",
            "kind!": "=x",
            "since": "date-time",
            "size": "int-or-string",
            "labels": "{}string",
            "pod": "kubernetes:io.k8s.api.core.v1.PodSpec",
            "children": "[]Spec",
            "open": "Open",
            "?one": ["name", "mode size"],
        },
        "Open": {"name": "any", "...": "any"},
        "Unused": {"name": "string"},
    },
}
TRIGGER: dict[str, Any] = {
    "template": {
        "name": "run",
        "argoWorkflow": {
            "operation": "submit",
            "source": {"resource": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow"}},
            "parameters": [{"src": {"dependencyName": "push", "dataKey": "body"}, "dest": "spec.arguments"}],
        },
    }
}
SENSOR: dict[str, Any] = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Sensor",
    "metadata": {"name": "retrain"},
    "spec": {
        "dependencies": [{"name": "push", "eventSourceName": "webhook", "eventName": "push"}],
        "triggers": [TRIGGER],
    },
}
LISTENER: dict[str, Any] = {
    "apiVersion": "triggers.tekton.dev/v1beta1",
    "kind": "EventListener",
    "metadata": {"name": "listen"},
    "spec": {
        "serviceAccountName": "triggers",
        "triggers": [
            {
                "bindings": [{"ref": "commit"}, {"name": "branch", "value": "main"}],
                "interceptors": [{"ref": {"name": "cel"}, "params": [{"name": "filter", "value": "true"}]}],
                "template": {"ref": "run"},
            }
        ],
    },
}


def test_the_notation():
    schema = make_schema(TABLE, "v1", "Example", "Spec", "1.37")

    text = {"type": "string"}
    spec = {"$ref": "#/$defs/Spec"}
    assert schema["properties"]["spec"] == spec
    assert schema["required"] == ["apiVersion", "kind", "spec"]
    assert schema["$defs"] == {
        "Open": {"type": "object", "properties": {"name": {}}},
        "Spec": {
            "type": "object",
            "additionalProperties": False,
            "required": ["kind", "name"],
            "oneOf": [{"required": ["name"]}, {"required": ["mode", "size"]}],
            "properties": {
                "name": text,
                "mode": text | {"enum": ["a", "b", ""]},
                "kind": text | {"enum": ["x"]},
                "since": text | {"format": "date-time"},
                "size": {"type": ["integer", "string"], "x-kubernetes-int-or-string": True},
                "labels": {"type": "object", "additionalProperties": text},
                "pod": {"$ref": "kubernetes:io.k8s.api.core.v1.PodSpec"},
                "children": {"type": "array", "items": spec},
                "open": {"$ref": "#/$defs/Open"},
            },
        },
    }


@pytest.mark.parametrize("name", TABLES)
def test_every_type_of_a_table_is_used(name: str):
    table = read_table(name)
    group = table["group"]
    used = {each for path, schema in make_schemas("1.37") if path.startswith(group) for each in schema["$defs"]}

    assert used == set(table["types"])


def find(document: dict[str, Any], name: str) -> list[tuple[str, str]]:
    validator = jsonschema_rs.Draft202012Validator(bundle(name))
    return [("/".join(map(str, error.instance_path)), error.kind.name) for error in validator.iter_errors(document)]


def change(document: dict[str, Any], *keys: Any, value: Any) -> dict[str, Any]:
    """A copy with a value put in, or taken out where it is None."""
    changed = copy.deepcopy(document)
    place: Any = changed
    for key in keys[:-1]:
        place = place[key]
    if value is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("keys", "value", "found"),
    [
        ((), None, []),
        (("dependencies",), None, [("spec", "required")]),
        (("triggers", 0, "template", "name"), None, [("spec/triggers/0/template", "required")]),
        (("triggers", 0, "atleastOnce"), True, [("spec/triggers/0", "additionalProperties")]),
        (("triggers", 0, "template", "argoWorkflow", "operation"), "run", [("operation", "enum")]),
        (
            ("triggers", 0, "dlqTrigger"),
            {"tmplate": {}},
            [("dlqTrigger", "additionalProperties"), ("dlqTrigger", "required")],
        ),
        (
            ("template",),
            {"volumes": [{"nam": "x"}]},
            [("volumes/0", "additionalProperties"), ("volumes/0", "required")],
        ),
    ],
)
def test_a_sensor(keys: tuple[Any, ...], value: Any, found: list[tuple[str, str]]):
    document = change(SENSOR, "spec", *keys, value=value) if keys else SENSOR

    errors = find(document, "argoproj.io/sensor_v1alpha1.json")

    assert len(errors) == len(found)
    assert all(place.endswith(end) and kind == name for (place, kind), (end, name) in zip(errors, found, strict=True))


@pytest.mark.parametrize(
    ("keys", "value", "found"),
    [
        ((), None, []),
        (("template", "name"), "run", [("spec/triggers/0/template", "additionalProperties")]),
        (("triggerRef",), "other", [("spec/triggers/0", "oneOf")]),
        (("bindings", 1, "value"), None, [("spec/triggers/0/bindings/1", "oneOf")]),
        (("interceptors", 0, "github"), {}, [("spec/triggers/0/interceptors/0", "additionalProperties")]),
    ],
)
def test_an_event_listener(keys: tuple[Any, ...], value: Any, found: list[tuple[str, str]]):
    document = change(LISTENER, "spec", "triggers", 0, *keys, value=value) if keys else LISTENER

    assert find(document, "triggers.tekton.dev/eventlistener_v1beta1.json") == found
