"""The schemas as they are carried: small, without prose, and ready to validate with."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.conformance.write_schemas import SCHEMAS, load_definitions

FILES = sorted(str(path.relative_to(SCHEMAS)) for path in SCHEMAS.glob("*/*.json"))
KEPT = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": ["integer", "string", "null"]},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["integer", "string", "null"]},
}
SELDON = {
    "apiVersion": "machinelearning.seldon.io/v1",
    "kind": "SeldonDeployment",
    "metadata": {"name": "churn"},
    "spec": {
        "predictors": [
            {
                "name": "default",
                "graph": {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}]},
                "componentSpecs": [
                    {"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "100m", "memory": 1}}}]}}
                ],
            }
        ]
    },
}


def bundle(name: str) -> dict[str, Any]:
    """A schema with the definitions that it refers to."""
    schema: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    definitions = load_definitions(schema.get("x-kubernetes-version", "1.31")) | KEPT
    schema.setdefault("$defs", {})
    open_ends = _refer_inside(schema)
    while open_ends:
        name = open_ends.pop()
        if name not in schema["$defs"]:
            schema["$defs"][name] = json.loads(json.dumps(definitions[name]))
            open_ends |= _refer_inside(schema["$defs"][name])
    return schema


def _refer_inside(node: Any) -> set[str]:
    """Turn each `kubernetes:` reference into one to `$defs`, and give the names."""
    if isinstance(node, list):
        return set().union(*map(_refer_inside, node))
    if not isinstance(node, dict):
        return set()
    names = set().union(*map(_refer_inside, node.values()))
    if isinstance(node.get("$ref"), str):
        names.add(node["$ref"].removeprefix("kubernetes:").removeprefix("#/$defs/"))
        node["$ref"] = node["$ref"].replace("kubernetes:", "#/$defs/")
    return names


@pytest.mark.parametrize("name", FILES)
def test_a_schema_compiles_and_knows_its_kind(name: str):
    schema = bundle(name)
    validator = jsonschema_rs.Draft202012Validator(schema)

    group = str(Path(name).parent)
    kind, version = Path(name).stem.rsplit("_", 1)
    assert schema["properties"]["apiVersion"] == {"const": f"{group}/{version}"}
    assert schema["properties"]["kind"]["const"].lower() == kind
    assert not validator.is_valid({"apiVersion": f"{group}/{version}", "kind": "Another"})


@pytest.mark.parametrize("name", FILES)
def test_a_schema_has_no_prose_and_a_head(name: str):
    text = (SCHEMAS / name).read_text(encoding="utf-8")
    schema = json.loads(text)

    assert list(schema)[:2] == ["$schema", "title"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert '"example' not in text
    for node in _list_schemas(schema):
        assert not {"description", "examples"} & node.keys()


@pytest.mark.parametrize("name", FILES)
def test_rules_are_kept_without_their_messages(name: str):
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))

    for rule in (rule for node in _list_schemas(schema) for rule in node.get("x-kubernetes-validations", ())):
        assert {"rule"} <= rule.keys() <= {"rule", "reason", "fieldPath", "optionalOldSelf"}


def test_all_schemas_together_are_small():
    assert sum((SCHEMAS / name).stat().st_size for name in FILES) < 3_000_000


def _list_schemas(node: Any) -> list[dict[str, Any]]:
    """Every schema in a schema; what stands under `properties` and `$defs` is named by people."""
    inner = []
    for key, value in node.items():
        if key in {"properties", "$defs"}:
            inner += list(value.values())
        elif isinstance(value, dict) and key != "default":
            inner.append(value)
    return [node, *(schema for one in inner for schema in _list_schemas(one))]


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_small(name: str):
    assert (SCHEMAS / name).stat().st_size < 60_000


def validate(document: dict[str, Any]) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(bundle("machinelearning.seldon.io/seldondeployment_v1.json"))
    return ["/".join(map(str, error.instance_path)) for error in validator.iter_errors(document)]


def test_a_good_document_is_valid():
    assert validate(SELDON) == []


def test_a_wrong_field_is_found_through_the_recursion_and_inside_a_type_of_kubernetes():
    text = (
        json.dumps(SELDON)
        .replace('"name": "c"', '"name": "c", "modelURI": "x"')
        .replace('"memory"', '"x": 0.5, "memory"')
    )

    assert sorted(validate(json.loads(text))) == [
        "spec/predictors/0/componentSpecs/0/spec/containers/0/resources/limits/x",
        "spec/predictors/0/graph/children/0/children/0",
    ]
