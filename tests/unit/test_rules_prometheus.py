"""What manifests cannot show of the rules of Prometheus' kinds: any data, any depth, what is unknown."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.checks.catalogue import BY_KIND, load_rules
from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.externals import Externals
from gitops_gen.checks.known_metrics import KnownMetrics
from gitops_gen.checks.prometheus_durations import read_duration
from gitops_gen.checks.rule import Hit, Resource
from gitops_gen.checks.rules import prometheus_metrics
from gitops_gen.checks.rules.prometheus import RULES
from gitops_gen.checks.tree import Tree

RULE = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "fraud", "namespace": "models"},
    "spec": {
        "groups": [
            {
                "name": "fraud",
                "interval": "1m",
                "labels": {"team": "fraud"},
                "rules": [
                    {"record": "job:up:sum", "expr": "sum by (job) (up)", "labels": {"a": "b"}},
                    {
                        "alert": "Down",
                        "expr": "job:up:sum == 0",
                        "for": "5m",
                        "keep_firing_for": "5m",
                        "labels": {"severity": "critical"},
                        "annotations": {"summary": "{{ $labels.job }} is down", "runbook_url": "https://example.com"},
                    },
                ],
            }
        ]
    },
}
RELABELING = {"sourceLabels": ["a"], "targetLabel": "b", "regex": "(.*)", "action": "replace", "replacement": "$1"}
MONITOR = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "ServiceMonitor",
    "metadata": {"name": "fraud", "namespace": "models"},
    "spec": {
        "selector": {
            "matchLabels": {"app": "fraud"},
            "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a"]}],
        },
        "namespaceSelector": {"matchNames": ["models"]},
        "endpoints": [{"port": "http", "interval": "30s", "scrapeTimeout": "10s", "relabelings": [RELABELING]}],
    },
}
PROBE = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "Probe",
    "metadata": {"name": "fraud", "namespace": "models"},
    "spec": {
        "interval": "30s",
        "targets": {"staticConfig": {"static": ["https://example.com"], "relabelingConfigs": [RELABELING]}},
    },
}
ROUTES = {
    "apiVersion": "monitoring.coreos.com/v1alpha1",
    "kind": "AlertmanagerConfig",
    "metadata": {"name": "fraud", "namespace": "models"},
    "spec": {
        "receivers": [
            {"name": "chat", "webhookConfigs": [{"url": "https://example.com"}], "emailConfigs": [{"to": "a"}]}
        ],
        "muteTimeIntervals": [
            {
                "name": "nights",
                "timeIntervals": [
                    {
                        "times": [{"startTime": "22:00", "endTime": "24:00"}],
                        "weekdays": ["monday:friday"],
                        "months": ["1:3"],
                        "years": ["2026"],
                        "daysOfMonth": [{"start": 1, "end": -1}],
                    }
                ],
            }
        ],
        "inhibitRules": [{"sourceMatch": [{"name": "a", "matchType": "=~", "value": "b"}], "targetMatch": []}],
        "route": {
            "receiver": "chat",
            "groupBy": ["alertname"],
            "routes": [
                {
                    "receiver": "chat",
                    "groupWait": "30s",
                    "continue": True,
                    "muteTimeIntervals": ["nights"],
                    "matchers": [{"name": "severity", "matchType": "=", "value": "critical"}],
                    "routes": [{"receiver": "chat"}],
                }
            ],
        },
    },
}
ANALYSIS = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "AnalysisTemplate",
    "metadata": {"name": "fraud", "namespace": "models"},
    "spec": {
        "metrics": [{"name": "a", "provider": {"prometheus": {"query": "sum(up{job='{{args.a}}'})"}}}],
        "triggers": [{"type": "prometheus", "metadata": {"query": "sum(up)"}}],
    },
}
VALID = [RULE, MONITOR, PROBE, ROUTES, ANALYSIS]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
WORDS = st.sampled_from(["", "5m", "up", "sum(", "{{", "replace", "(", "...", "chat", "=~", "\ud800", "é\n"])
KEYS = [
    "spec",
    "groups",
    "rules",
    "expr",
    "alert",
    "record",
    "labels",
    "annotations",
    "for",
    "interval",
    "name",
    "route",
]
KEYS += [
    "routes",
    "receivers",
    "matchers",
    "endpoints",
    "relabelings",
    "regex",
    "action",
    "selector",
    "targets",
    "value",
]
JSON = st.recursive(
    SCALARS | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=5)
        | st.dictionaries(st.integers() | st.none() | st.booleans(), inner, max_size=2)
    ),
    max_leaves=12,
)


def make_environment(*objects, unknown=(), external=None):
    members = [Member(Resource(data), Resource(data).namespace, path="a.yaml") for data in objects]
    return Environment(
        "production",
        members,
        settings={},
        unknown=unknown,
        externals=Externals({"validate": {"external": external or {}}}),
        locate=lambda member, _keys: (member.path, 1, 1),
        tree=Tree("."),
    )


def find(data):
    """What the rules of the object's own kind find in it."""
    group = str(data.get("apiVersion", "")).rpartition("/")[0]
    modules = BY_KIND.get((group, str(data.get("kind"))), ())
    rules = [rule for module in modules for rule in load_rules(module) if rule.subject == "PROM"]
    assert rules
    return [(rule.id, hit) for rule in rules for hit in rule.check(Resource(data))]


def list_places(data, keys=()):
    yield keys
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from list_places(value, (*keys, key))


def put(data, keys, value):
    changed = copy.deepcopy(data)
    inner = changed
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return changed


def test_every_rule_is_asked_about_some_kind():
    asked = {rule.id for modules in BY_KIND.values() for module in modules for rule in load_rules(module)}
    asked |= {rule.id for rule in prometheus_metrics.RULES}
    assert {rule.id for rule in RULES} <= asked


@pytest.mark.parametrize("data", VALID, ids=lambda data: data["kind"])
def test_what_is_right_breaks_no_rule(data):
    assert find(data) == []


@pytest.mark.parametrize("data", VALID, ids=lambda data: data["kind"])
@pytest.mark.parametrize(
    "value", [None, True, 0, -1, 1.5, float("nan"), "", "x", [], {}, [None], [[]], [{}], {"": None}, "\ud800"]
)
def test_any_value_may_stand_anywhere(data, value):
    for keys in list_places(data):
        if keys and keys[0] == "spec":
            for rule_id, hit in find(put(data, keys, value)):
                assert isinstance(hit, Hit), rule_id


@given(st.sampled_from(VALID), JSON)
@settings(max_examples=200, deadline=None)
def test_any_object_can_be_asked_about(data, spec):
    changed = {**data, "spec": spec}
    find(changed)
    environment = make_environment(changed, RULE)
    for rule in prometheus_metrics.RULES:
        assert all(isinstance(hit, Hit) for hit in rule.check(environment))


def test_routes_are_followed_to_any_depth():
    route = {"receiver": "nobody"}
    for _ in range(3000):
        route = {"receiver": "chat", "routes": [route]}
    assert find({**ROUTES, "spec": {**ROUTES["spec"], "route": route}}) == []  # 2,000 routes are looked at
    route = {"receiver": "nobody"}
    for _ in range(500):
        route = {"receiver": "chat", "routes": [route]}
    assert [rule for rule, _ in find({**ROUTES, "spec": {**ROUTES["spec"], "route": route}})] == ["PROM017"]


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("30s", 30_000),
        ("1h30m", 5_400_000),
        ("1d", 86_400_000),
        ("1w2d", 777_600_000),
        ("5ms", 5),
        ("1y", 31_536_000_000),
    ],
)
def test_durations_are_those_of_prometheus(text, milliseconds):
    assert read_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text", ["", "1.5h", "30", "30 s", "-1m", "1m1h", "1us", "\u0661m", None, 30, True, "9" * 100 + "s"]
)
def test_what_is_no_duration_is_none(text):
    assert read_duration(text) is None


def add_alert(expression):
    return put(RULE, ("spec", "groups", 0, "rules", 1, "expr"), expression)


def list_unknown(environment):
    return [(rule.id, hit.message) for rule in prometheus_metrics.RULES for hit in rule.check(environment)]


def test_nothing_is_said_of_metrics_where_a_build_was_not_made():
    data = add_alert("nobody_exposes_it > 1")
    assert [rule for rule, _ in list_unknown(make_environment(data))] == ["PROM024"]
    assert list_unknown(make_environment(data, unknown=("models/churn/overlays/production",))) == []


def test_a_declared_metric_is_known():
    data = add_alert("fraud_score_total > 1")
    assert list_unknown(make_environment(data, external={"metrics": ["fraud_*"]})) == []


def test_a_metric_is_told_once_for_an_object():
    rules = [{"alert": f"A{number}", "expr": "nobody_exposes_it > 1"} for number in range(3)]
    found = list_unknown(make_environment(put(RULE, ("spec", "groups", 0, "rules"), rules)))
    assert found == [("PROM024", "alert 'A0' reads 'nobody_exposes_it', which nothing here is known to expose")]


def test_more_than_five_metrics_are_counted():
    data = add_alert(" or ".join(f"nobody_exposes_{letter}" for letter in "abcdefgh"))
    [(_, message)] = list_unknown(make_environment(data))
    assert "'nobody_exposes_e' and 3 more" in message


@pytest.mark.parametrize(
    ("kind", "api_version", "metric"),
    [
        (
            "SeldonDeployment",
            "machinelearning.seldon.io/v1",
            "seldon_api_executor_client_requests_seconds_summary_count",
        ),
        ("InferenceService", "serving.kserve.io/v1beta1", "request_predict_seconds_bucket"),
        ("Kafka", "kafka.strimzi.io/v1beta2", "kafka_server_replicamanager_leadercount"),
        ("Rollout", "argoproj.io/v1alpha1", "rollout_info"),
        ("Probe", "monitoring.coreos.com/v1", "probe_success"),
    ],
)
def test_what_is_deployed_exposes_its_metrics(kind, api_version, metric):
    deployed = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}
    assert KnownMetrics(make_environment(deployed), frozenset()).has(metric)
    assert not KnownMetrics(make_environment(), frozenset()).has(metric)
