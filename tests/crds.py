"""Upstream CustomResourceDefinitions of ../shared/crds as validators; a test that needs them skips without them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

CRDS = Path(__file__).parents[2] / "shared" / "crds"
FILES = {
    "AppProject": "argoproj.io/appproject.yaml",
    "Application": "argoproj.io/application.yaml",
    "DataScienceCluster": "datasciencecluster.opendatahub.io/datasciencecluster.yaml",
    "DSCInitialization": "dscinitialization.opendatahub.io/dscinitialization.yaml",
    "KfDef": "kfdef.apps.kubeflow.org/kfdef.yaml",
}


def find_errors(document: Mapping[str, Any]) -> list[str]:
    """What the API server would refuse or silently drop in a document."""
    if not CRDS.is_dir():
        pytest.skip("needs ../shared/crds: the upstream schemas, which are not part of the repository")
    version = document["apiVersion"].rpartition("/")[2]
    validator = Draft202012Validator(_load(document["kind"])[version])
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@cache
def _load(kind: str) -> Mapping[str, Any]:
    crd = YAML(typ="safe").load(CRDS / FILES[kind])
    return {v["name"]: _close(v["schema"]["openAPIV3Schema"], root=True) for v in crd["spec"]["versions"]}


def _close(schema: dict[str, Any], *, root: bool = False) -> dict[str, Any]:
    """The schema with unknown fields forbidden wherever the API server would prune them."""
    closed = dict(schema)
    if closed.pop("x-kubernetes-int-or-string", False):
        closed.pop("anyOf", None)
        closed["type"] = ["integer", "string"]
    if "properties" in schema:
        closed["properties"] = {name: _close(inner) for name, inner in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            closed["additionalProperties"] = False
        if root:
            closed["properties"]["metadata"] = {"type": "object"}
    elif isinstance(schema.get("additionalProperties"), dict):
        closed["additionalProperties"] = _close(schema["additionalProperties"])
    if isinstance(schema.get("items"), dict):
        closed["items"] = _close(schema["items"])
    return closed
