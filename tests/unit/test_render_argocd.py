from dataclasses import replace

import pytest

from gitops_gen.ownership import read_stamp
from gitops_gen.render.argocd import application_path, render_application
from gitops_gen.render.environment import Templates
from gitops_gen.settings import ArgocdSettings, SyncPolicy
from gitops_gen.yamlio import load_round_trip
from tests.rendered import FRAUD, SETTINGS, STAGING

SET = replace(SETTINGS, argocd=ArgocdSettings(layout="applicationset", namespace="openshift-gitops", project="ml"))


def render(settings=SETTINGS, environment=STAGING):
    return load_round_trip(render_application(settings, FRAUD, environment, Templates()), path="x")


def test_an_application_deploys_one_overlay_into_its_namespace():
    application = render()
    assert application_path(SETTINGS, FRAUD, STAGING) == "argocd/staging/fraud.yaml"
    assert application["metadata"]["name"] == "fraud-staging"
    assert application["spec"]["source"] == {
        "repoURL": SETTINGS.repository_url,
        "targetRevision": "main",
        "path": "models/fraud/overlays/staging",
    }
    destination = {"server": "https://kubernetes.default.svc", "namespace": "models-staging"}
    assert application["spec"]["destination"] == destination


@pytest.mark.parametrize("prune", [True, False])
@pytest.mark.parametrize("heal", [True, False])
def test_the_sync_policy_is_the_environments(prune: bool, heal: bool):
    environment = replace(STAGING, sync=SyncPolicy(prune=prune, self_heal=heal))
    policy = render(environment=environment)["spec"]["syncPolicy"]
    assert policy["automated"] == {"prune": prune, "selfHeal": heal}


def test_a_manual_environment_has_no_automated_sync():
    policy = render(environment=replace(STAGING, sync=SyncPolicy(automated=False)))["spec"]["syncPolicy"]
    assert "automated" not in policy
    assert policy["retry"]["limit"] == 5


def test_a_cluster_can_be_given_by_name():
    destination = render(environment=replace(STAGING, cluster="edge-1"))["spec"]["destination"]
    assert destination == {"name": "edge-1", "namespace": "models-staging"}


def test_only_the_field_that_an_autoscaler_writes_is_ignored():
    ignored = render()["spec"]["ignoreDifferences"]
    assert ignored == [
        {"group": "machinelearning.seldon.io", "kind": "SeldonDeployment", "jsonPointers": ["/spec/replicas"]}
    ]


def test_an_application_set_serves_every_model_of_an_environment():
    path = application_path(SET, FRAUD, STAGING)
    assert path == "argocd/staging/applicationset.yaml"
    made = render(SET)
    assert made["metadata"] == {"name": "models-staging", "namespace": "openshift-gitops"}
    assert made["spec"]["generators"][0]["git"]["directories"] == [{"path": "models/*/overlays/staging"}]
    template = made["spec"]["template"]
    assert template["metadata"]["name"] == "{{ index .path.segments 1 }}-staging"
    assert template["spec"]["source"]["path"] == "{{ .path.path }}"
    assert template["spec"]["syncPolicy"] == render()["spec"]["syncPolicy"]
    assert template["spec"]["project"] == "ml"


@pytest.mark.parametrize("settings", [SETTINGS, SET])
def test_the_stamp_follows_the_settings(settings):
    first = read_stamp(render_application(settings, FRAUD, STAGING, Templates()))
    other = replace(STAGING, namespace="elsewhere")
    second = read_stamp(render_application(settings, FRAUD, other, Templates()))
    assert first
    assert second
    assert first.settings != second.settings
