"""The definitions of ../shared/crds, imported, judge every object of ../shared/corpus as upstream's own schemas do.

Upstream's side is read anew here: the openAPIV3Schema of the file, with what an API server does before it validates.
Compared are the verdict and the places of what is wrong, to the second key.
"""

import base64
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from gitops_gen.checks.rule import Resource
from gitops_gen.checks.schema_errors import find_problems
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.source import list_resources
from gitops_gen.checks.yaml_reader import read_yaml
from gitops_gen.definitions import read_definitions, read_inputs
from gitops_gen.schema_import import import_schemas

SHARED = Path(__file__).parents[3] / "shared"
CRDS, CORPUS = SHARED / "crds", SHARED / "corpus"
OLDER = {"kfdef.kfctl-v1beta1.yaml", "seldondeployment.bundle-v1-only.yaml"}
"""Definitions of which a newer one of the same kind is there, but for those with a version in their name."""
FORMATS = FormatChecker(())
_PRESERVE = "x-kubernetes-preserve-unknown-fields"

pytestmark = pytest.mark.skipif(
    not (CRDS.is_dir() and CORPUS.is_dir()),
    reason="without ../shared/crds and ../shared/corpus, which are not kept here",
)


@cache
def read_objects() -> list[tuple[str, Resource]]:
    """Each object of the corpus, and the file that it is from."""
    objects = []
    for path in sorted(CORPUS.glob("*/**/*.y*ml")):
        for document in read_yaml(path.read_bytes()).documents:
            objects += ((str(path.relative_to(CORPUS)), resource) for resource in list_resources(document))
    return objects


@cache
def read_crds() -> dict[tuple[str, str], tuple[Path, dict[str, Any]]]:
    """File and upstream's schema of each version of each kind that is met; those that keep unknown fields left out."""
    met = {f"kind: {one.kind}\n".encode() for _, one in read_objects()}
    found = {}
    for path in sorted(CRDS.glob("*/*.yaml")):
        content = path.read_bytes()
        if path.name in OLDER or path.stem.count(".") > 1 or not any(kind in content for kind in met):
            continue
        [crd] = read_yaml(content).documents
        spec = crd["spec"]
        if spec.get("preserveUnknownFields", crd["apiVersion"].endswith("v1beta1")):
            continue
        for version in spec["versions"]:
            schema = version.get("schema", spec.get("validation", {})).get("openAPIV3Schema", {})
            found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = path, schema
    return found


def read_corpus() -> list[tuple[str, dict[str, Any]]]:
    """Each object of a kind with a definition, and the file that it is from."""
    return [(path, one.data) for path, one in read_objects() if (one.api_version, one.kind) in read_crds()]


def treat(data: Any, schema: dict[str, Any]) -> Any:
    """An object as the API server validates it: nulls dropped, defaults put in."""
    if isinstance(data, list):
        return [treat(item, schema.get("items", {})) for item in data]
    if not isinstance(data, dict):
        return data
    fields, rest = schema.get("properties", {}), schema.get("additionalProperties")
    treated = {}
    for name, value in data.items():
        field = fields.get(name, rest if isinstance(rest, dict) else None)
        if value is None and field is not None and not field.get("nullable"):
            continue
        treated[name] = value
    for name, field in fields.items():
        if name not in treated and "default" in field:
            treated[name] = field["default"]
    return {
        name: treat(value, fields.get(name, rest if isinstance(rest, dict) else {})) for name, value in treated.items()
    }


def close(node: dict[str, Any], *, kept: bool = True) -> dict[str, Any]:  # noqa: C901 - a table
    """An openAPIV3Schema as JSON Schema in which a field that would be pruned is an error."""
    closed = {key: value for key, value in node.items() if not key.startswith("x-kubernetes")}
    for key in ("allOf", "anyOf", "oneOf"):
        if key in node:
            closed[key] = [close(part, kept=False) for part in node[key]]
    if "not" in node:
        closed["not"] = close(node["not"], kept=False)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            closed[key] = close(node[key], kept=kept)
    if "properties" in node:
        closed["properties"] = {name: close(field, kept=kept) for name, field in node["properties"].items()}
    if node.get("x-kubernetes-int-or-string"):
        closed["type"] = ["integer", "string"]
    if node.get("x-kubernetes-embedded-resource"):
        closed["properties"] = {"apiVersion": {}, "kind": {}, "metadata": {}} | closed.get("properties", {})
        closed["required"] = ["apiVersion", "kind", *node.get("required", [])]
    is_open = node.get(_PRESERVE) or "additionalProperties" in node
    if kept and not is_open and (node.get("type") == "object" or "properties" in node):
        closed["additionalProperties"] = False
    if node.get("nullable") and "type" in closed:
        closed["type"] = [closed["type"], "null"] if isinstance(closed["type"], str) else [*closed["type"], "null"]
    return closed


@FORMATS.checks("byte")
def is_base64(value: object) -> bool:
    try:
        return not isinstance(value, str) or len(base64.b64decode(value, validate=True)) > 0
    except ValueError:
        return False


@cache
def load_upstream(api_version: str, kind: str) -> tuple[dict[str, Any], Draft202012Validator]:
    _, schema = read_crds()[api_version, kind]
    head = {"apiVersion": {}, "kind": {}, "metadata": {_PRESERVE: True}}
    whole = {**schema, "properties": {**schema.get("properties", {}), **head}}
    return whole, Draft202012Validator(close(whole), format_checker=FORMATS)


def list_upstream(data: dict[str, Any]) -> Iterator[tuple[str | int, ...]]:
    schema, validator = load_upstream(data["apiVersion"], data["kind"])
    for error in validator.iter_errors(treat(data, schema)):
        place = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            yield from ((*place, name) for name in error.instance if name not in error.schema.get("properties", {}))
        else:
            yield place


def shorten(places: Iterator[tuple[str | int, ...]]) -> set[tuple[str | int, ...]]:
    return {tuple(key for key in place if isinstance(key, str))[:2] for place in places}


def list_ours(store: SchemaStore, data: dict[str, Any]) -> Iterator[tuple[str | int, ...]]:
    schema = store.find(data["apiVersion"], data["kind"])
    assert schema is not None
    assert ".gitops-gen" in schema.origin
    for problem in () if schema.is_valid(data) else find_problems(schema, data):
        lost = problem.code == "missing" and problem.message.endswith("has no value")
        yield problem.keys[:-1] if lost else problem.keys


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> SchemaStore:
    root = tmp_path_factory.mktemp("repository")
    needed = {read_crds()[data["apiVersion"], data["kind"]][0] for _, data in read_corpus()}
    outcome = import_schemas(str(root), read_inputs(map(str, sorted(needed))))
    assert {row.status for row in outcome.schemas} <= {"added", "kept"}
    return SchemaStore(imported=str(root / ".gitops-gen" / "schemas"))


def test_they_agree_with_upstream_on_the_whole_corpus(store):
    different = []
    invalid = 0
    for path, data in read_corpus():
        schema = store.find(data["apiVersion"], data["kind"])
        if ".gitops-gen" not in schema.origin:
            continue  # a stub upstream
        named = {**data, "metadata": {"name": "a"}}
        upstream = shorten(list_upstream(named))
        ours = shorten(list_ours(store, named))
        invalid += bool(upstream)
        if upstream != ours:
            different.append((path, upstream - ours, ours - upstream))

    assert different == []
    assert len(read_corpus()) > 300
    assert invalid > 30


def test_every_served_version_of_every_definition_can_be_imported(tmp_path):
    paths = [path for path in sorted(CRDS.glob("*/*.yaml")) if path.stat().st_size < 200_000]
    read = read_definitions(read_inputs(map(str, paths)))
    outcome = import_schemas(str(tmp_path), read_inputs(map(str, paths)))

    assert len(read.definitions) > 50
    assert len(outcome.schemas) == sum(len(one.versions) for one in read.definitions)
