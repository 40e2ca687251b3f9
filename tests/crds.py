"""Upstream schemas as validators: the CRDs of ../shared/crds, and the native kinds of kubernetes-validate."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator

CRDS = Path(__file__).parents[2] / "shared" / "crds"
KUBERNETES = "1.31"
FILES = {
    "AppProject": "argoproj.io/appproject.yaml",
    "Application": "argoproj.io/application.yaml",
    "ApplicationSet": "argoproj.io/applicationset.yaml",
    "DSCInitialization": "dscinitialization.opendatahub.io/dscinitialization.yaml",
    "DataScienceCluster": "datasciencecluster.opendatahub.io/datasciencecluster.yaml",
    "InferenceService": "serving.kserve.io/inferenceservice.yaml",
    "KfDef": "kfdef.apps.kubeflow.org/kfdef.yaml",
    "PodMonitor": "monitoring.coreos.com/podmonitor.yaml",
    "PrometheusRule": "monitoring.coreos.com/prometheusrule.yaml",
    "SeldonDeployment": "machinelearning.seldon.io/seldondeployment.bundle-v1-only.yaml",
    "ServiceMonitor": "monitoring.coreos.com/servicemonitor.yaml",
}


def find_errors(document: Mapping[str, Any]) -> list[str]:
    """What the API server would refuse or silently drop in a document; skips the test where the CRDs are missing."""
    if document["kind"] not in FILES:
        try:
            kubernetes_validate.validate(dict(document), KUBERNETES, strict=True)
        except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
            return [str(error)]
        return []
    if not CRDS.is_dir():
        pytest.skip("without ../shared/crds, the upstream schemas, which are not part of the repository")
    errors = load_validator(document["apiVersion"], document["kind"]).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in errors]


@cache
def load_validator(api_version: str, kind: str) -> Draft202012Validator:
    """The validator of one version of a kind."""
    crd = yaml.load((CRDS / FILES[kind]).read_text(encoding="utf-8"), yaml.CSafeLoader)
    group, _, name = api_version.partition("/")
    assert crd["spec"]["group"] == group
    (version,) = (version for version in crd["spec"]["versions"] if version["name"] == name)
    schema = _close(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    return Draft202012Validator(schema)


def _close(node: Any) -> Any:
    """An openAPIV3Schema as JSON Schema, in which a field that is not described is an error, not pruned."""
    if isinstance(node, list):
        return [_close(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    schema = {}
    for key, value in node.items():
        if key == "properties":
            schema[key] = {name: _close(field) for name, field in value.items()}
        elif not key.startswith("x-kubernetes"):
            schema[key] = _close(value)
    is_open = node.get("x-kubernetes-preserve-unknown-fields") or node.get("x-kubernetes-embedded-resource")
    if node.get("type") == "object" and "additionalProperties" not in node and not is_open:
        schema["additionalProperties"] = False
    if schema.pop("nullable", False) and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema
