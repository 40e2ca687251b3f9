"""The rules on pods: the Pod Security Standards against their own code's verdicts, and where pods stand in each kind.

pod_security_verdicts.jsonl has 120 pods made at random, each with the strictest level that admits it. The verdicts are
those of k8s.io/pod-security-admission v0.34.1, version latest (`policy.NewEvaluator(policy.DefaultChecks())`).
"""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.checks.catalogue import BY_KIND
from gitops_gen.checks.pod_security import find_baseline, find_restricted
from gitops_gen.checks.pod_specs import list_pod_templates
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.rules import credentials, safety_access, safety_argocd, safety_pods

_TEXT = (Path(__file__).parent / "pod_security_verdicts.jsonl").read_text(encoding="utf-8")
VERDICTS = [json.loads(line) for line in _TEXT.splitlines()]
POD = {"containers": [{"name": "a", "image": "a"}]}
WAYS = {
    ("v1", "Pod"): {"spec": POD},
    ("apps/v1", "Deployment"): {"spec": {"template": {"spec": POD}}},
    ("batch/v1", "CronJob"): {"spec": {"jobTemplate": {"spec": {"template": {"spec": POD}}}}},
    ("argoproj.io/v1alpha1", "Rollout"): {"spec": {"template": {"spec": POD}}},
    ("kubeflow.org/v1", "Notebook"): {"spec": {"template": {"spec": POD}}},
    ("serving.knative.dev/v1", "Service"): {"spec": {"template": {"spec": POD}}},
    ("serving.kserve.io/v1alpha1", "ServingRuntime"): {"spec": POD},
    ("serving.kserve.io/v1beta1", "InferenceService"): {"spec": {"predictor": POD}},
    ("machinelearning.seldon.io/v1", "SeldonDeployment"): {
        "spec": {"predictors": [{"componentSpecs": [{"spec": POD}]}]}
    },
}
RULES = (*safety_pods.RULES, *safety_access.RULES, *safety_argocd.RULES, *credentials.RULES[1:])


def find_level(pod):
    if list(find_baseline(pod)):
        return "privileged"
    return "baseline" if list(find_restricted(pod)) else "restricted"


def test_the_levels_are_those_of_kubernetes():
    levels = {"privileged": 0, "baseline": 0, "restricted": 0}
    for row in VERDICTS:
        (pod,) = list_pod_templates(Resource({"apiVersion": "v1", "kind": "Pod", **row}))
        assert find_level(pod) == row["level"], row
        levels[row["level"]] += 1
    assert min(levels.values()) == 40


@pytest.mark.parametrize("kind", WAYS, ids=lambda kind: kind[1])
def test_pods_are_found_in_each_kind(kind):
    data = {"apiVersion": kind[0], "kind": kind[1], **WAYS[kind]}
    (pod,) = list_pod_templates(Resource(data))
    assert [container["name"] for _, container in pod.containers] == ["a"]
    ((keys, _),) = pod.containers
    for key in keys:
        data = data[key]
    assert data == POD["containers"][0]
    assert "safety_pods" in BY_KIND[kind[0].rpartition("/")[0], kind[1]]


def test_missing_fields_are_told_once_for_a_container_and_can_be_pasted():
    data = {"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment"}
    hits = list(safety_pods.check_restricted.check(Resource({**data, **WAYS[data["apiVersion"], data["kind"]]})))
    (hit,) = hits
    assert hit.message == "container 'a' has no runAsNonRoot, allowPrivilegeEscalation, capabilities and seccompProfile"
    pasted = hit.fix.partition(": ")[2]
    assert pasted == (
        "{runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, "
        "seccompProfile: {type: RuntimeDefault}}"
    )


def test_templates_are_no_violations():
    container = {"name": "a", "image": "a", "securityContext": "{{ toYaml .Values.context }}", "resources": "{{ x }}"}
    data = {"spec": {"predictors": [{"componentSpecs": [{"spec": {"containers": [container]}}]}]}}
    resource = Resource({"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment", **data})
    assert [hit for rule in safety_pods.RULES for hit in rule.check(resource)] == []


_NAMES = """
    spec template containers securityContext capabilities drop add ports env volumes name type rules verbs resources
    predictors componentSpecs predictor roleRef subjects data stringData secretGenerator literals metadata sysctls
    livenessProbe httpGet host limits requests project os annotations labels kind
"""
NAMES = st.sampled_from(_NAMES.split())
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("*") | st.just({"name": []}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["spec", "rules", "roleRef", "data", "stringData", "secretGenerator"]), ODD))
def test_no_rule_minds_odd_values(data):
    kinds = [*WAYS, ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"), ("argoproj.io/v1alpha1", "Application")]
    for version, kind in kinds:
        resource = Resource({**data, "apiVersion": version, "kind": kind})
        for rule in RULES:
            for hit in rule.check(resource):
                assert hit.message
                assert hit.fix
