"""What cases cannot show of the rules on objects: which names are proposed, and what is meant to be an object."""

import pytest

from gitops_gen.checks.objects import looks_like_object
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.rules.schema import check_known_kind


@pytest.mark.parametrize(
    ("kind", "known", "near"),
    [
        ("Deploymnet", {"Deployment", "DaemonSet"}, "Deployment"),
        ("servicemonitor", {"ServiceMonitor", "PodMonitor"}, "ServiceMonitor"),
        ("PrometheusRules", {"PrometheusRule"}, "PrometheusRule"),
        ("Prometheus", {"PrometheusRule", "PodMonitor"}, ""),
        ("Alertmanager", {"AlertmanagerConfig"}, ""),
        ("Probe", {"Prune"}, ""),
        ("Prometheus", set(), ""),
    ],
)
def test_only_a_likely_typo_is_proposed(kind, known, near):
    resource = Resource({"apiVersion": "monitoring.coreos.com/v1", "kind": kind})
    [hit] = check_known_kind.check(resource, set(), known)
    assert hit.keys == ("kind",)
    assert hit.message.partition("not checked")[2] == (f"; did you mean {near!r}?" if near else "")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"kind": "Namespace"}, True),
        ({"kind": "Deployment", "spec": {}}, True),
        ({"kind": "Namespace", "metadata": {}}, True),
        ({"apiVersion": "v1"}, True),
        ({"metadata": {}, "spec": {}}, True),
        ({"kind": "classifier"}, False),
        ({"kind": "Classifier", "rounds": 200}, False),
        ({"kind": 3}, False),
        ({"metadata": {}}, False),
        ({"spec": {}}, False),
        ([], False),
        (None, False),
    ],
)
def test_an_object_is_told_from_other_data(data, expected):
    assert looks_like_object(data) is expected
