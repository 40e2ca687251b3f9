import re
import subprocess
import sys
from itertools import pairwise

import pytest

from gitops_gen.checks.deprecations import _ROWS, find_deprecation, is_deprecated, is_removed
from gitops_gen.checks.native import Definitions, Release, format_release, list_releases

# Types that stand in every group for the API server's own use; no manifest is of them.
PLUMBING = {"DeleteOptions", "Status", "WatchEvent"}
KSERVE = "serving.kserve.io/v1beta1"
SELDON = "machinelearning.seldon.io/v1"
NEWEST = list(list_releases())[-1]


def list_kinds(release: Release) -> set[tuple[str, str]]:
    kinds = Definitions(release).list_kinds()
    return {(version, kind) for kind, versions in kinds.items() if kind not in PLUMBING for version in versions}


def split(replacement: str) -> tuple[str, str]:
    api_version, kind = replacement.split(" ")
    return api_version, kind


def is_native(api_version: str) -> bool:
    group = api_version.rpartition("/")[0]
    return "." not in group or (group.endswith("k8s.io") and not group.startswith("kustomize."))


def test_what_vanished_between_two_releases_is_removed_in_the_later_one():
    releases = list(list_releases())
    vanished = 0
    for before, after in pairwise(releases):
        for api_version, kind in sorted(list_kinds(before) - list_kinds(after)):
            row = find_deprecation(api_version, kind)
            assert row is not None, (api_version, kind)
            assert row.removed_in == format_release(after), (api_version, kind)
            assert (is_removed(row, before), is_removed(row, after)) == (False, True)
            assert is_deprecated(row, after)
            vanished += 1
    assert vanished > 60


def test_what_is_served_is_not_called_removed_and_what_is_removed_is_not_served():
    for release in list_releases():
        served = list_kinds(release)
        for key, row in _ROWS.items():
            assert not (is_removed(row, release) and key in served), (key, release)


def test_what_was_gone_before_the_oldest_release_that_is_here():
    oldest = next(iter(list_releases()))
    gone = {key for key, row in _ROWS.items() if is_removed(row, oldest) and not row.gone}
    assert not gone & list_kinds(oldest)
    assert {("extensions/v1beta1", "Ingress"), ("policy/v1beta1", "PodSecurityPolicy")} <= gone


def test_a_replacement_is_served_by_the_newest_release_and_is_not_on_its_way_out():
    served = list_kinds(NEWEST)
    for key, row in _ROWS.items():
        if not is_native(key[0]) or not row.replacement:
            continue
        replacement = split(row.replacement)
        assert replacement in served, key
        newer = find_deprecation(*replacement)
        assert newer is None or not is_deprecated(newer, NEWEST), key


def test_releases_stand_in_order():
    for key, row in _ROWS.items():
        assert key[0] != row.replacement.split(" ")[0]
        if row.end.startswith("Kubernetes"):
            deprecated = tuple(map(int, row.deprecated_in.split(".")))
            removed = tuple(map(int, row.removed_in.split(".")))
            assert (1, 0) < deprecated <= removed, key
        else:
            assert not re.fullmatch(r"\d+(\.\d+)*", row.removed_in), key


@pytest.mark.parametrize(
    ("api_version", "kind", "release", "removed", "replacement"),
    [
        ("extensions/v1beta1", "Deployment", (1, 25), True, "apps/v1 Deployment"),
        ("extensions/v1beta1", "Ingress", (1, 21), False, "networking.k8s.io/v1 Ingress"),
        ("extensions/v1beta1", "Ingress", (1, 22), True, "networking.k8s.io/v1 Ingress"),
        ("policy/v1beta1", "PodDisruptionBudget", (1, 25), True, "policy/v1 PodDisruptionBudget"),
        ("policy/v1beta1", "PodSecurityPolicy", (1, 25), True, ""),
        ("batch/v1beta1", "CronJobList", (1, 25), True, "batch/v1 CronJobList"),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", (1, 26), True, "autoscaling/v2 HorizontalPodAutoscaler"),
        ("v1", "Endpoints", (1, 33), False, "discovery.k8s.io/v1 EndpointSlice"),
        ("v1", "ComponentStatus", (1, 37), False, ""),
        ("serving.kubeflow.org/v1beta1", "InferenceService", (1, 25), True, f"{KSERVE} InferenceService"),
        ("machinelearning.seldon.io/v1alpha2", "SeldonDeployment", (1, 37), False, f"{SELDON} SeldonDeployment"),
        ("kafka.strimzi.io/v1beta2", "KafkaTopic", (1, 37), False, "kafka.strimzi.io/v1 KafkaTopic"),
        ("kafka.strimzi.io/v1beta1", "Kafka", (1, 25), True, "kafka.strimzi.io/v1 Kafka"),
        ("kfdef.apps.kubeflow.org/v1beta1", "KfDef", (1, 25), True, "kfdef.apps.kubeflow.org/v1 KfDef"),
    ],
)  # fmt: skip
def test_known_ones(api_version, kind, release, removed, replacement):
    row = find_deprecation(api_version, kind)
    assert row is not None
    assert is_deprecated(row, release)
    assert is_removed(row, release) is removed
    assert row.replacement == replacement


def test_before_its_deprecation_nothing_is_said():
    endpoints = find_deprecation("v1", "Endpoints")
    assert endpoints is not None
    assert not is_deprecated(endpoints, (1, 32))
    assert endpoints.end == ""


def test_whose_release_ended_it():
    flow = find_deprecation("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema")
    topic = find_deprecation("kafka.strimzi.io/v1beta1", "KafkaTopic")
    assert flow is not None
    assert topic is not None
    assert (flow.end, topic.end) == ("Kubernetes 1.32", "Strimzi 1.0")


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("apps/v1", "Deployment"), ("v1", "ConfigMapList"), ("", ""), ("apps/v1beta1", "DaemonSet"), ("v1", "List")],
)
def test_all_else_is_in_order(api_version, kind):
    assert find_deprecation(api_version, kind) is None


def test_the_table_costs_next_to_nothing_to_import():
    code = "import sys; a = set(sys.modules); import gitops_gen.checks.deprecations; print(*set(sys.modules) - a)"
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {"dataclasses", "inspect", "json", "yaml"} & set(output.split())
