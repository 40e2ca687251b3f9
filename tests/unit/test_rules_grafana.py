"""What manifests cannot show of the rules of dashboards: any JSON, any object, what is unknown."""

import copy
import json

import pytest
from hypothesis import given, settings

from gitops_gen.checks.dashboard_queries import fill, list_expressions
from gitops_gen.checks.dashboards import find_variables, list_dashboards, list_panels, read_dashboard
from gitops_gen.checks.rule import Hit, Resource
from gitops_gen.checks.rules import grafana_dashboards, grafana_environment, grafana_objects, grafana_selection
from tests.unit.test_rules_prometheus import JSON, list_places, make_environment, put

OBJECT_RULES = (*grafana_dashboards.RULES, *grafana_objects.RULES)
ENVIRONMENT_RULES = (*grafana_environment.RULES, *grafana_selection.RULES)

MODEL = {
    "uid": "fraud",
    "title": "Fraud",
    "schemaVersion": 39,
    "__inputs": [{"name": "DS_PROMETHEUS", "type": "datasource", "pluginId": "prometheus"}],
    "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}, {"name": "model"}]},
    "panels": [
        {
            "id": 1,
            "title": "Requests",
            "datasource": {"type": "prometheus", "uid": "${source}"},
            "targets": [{"refId": "A", "expr": 'rate(requests_total{model="$model"}[$__rate_interval])'}],
            "panels": [{"id": 2, "datasource": "${DS_PROMETHEUS}", "targets": [{"expr": "up"}]}],
        }
    ],
    "rows": [{"panels": [{"id": 3}]}],
}
SELECTOR = {"matchLabels": {"dashboards": "models"}, "matchExpressions": [{"key": "dashboards", "operator": "Exists"}]}


def make(kind, spec, name="fraud", **metadata):
    return {
        "apiVersion": "grafana.integreatly.org/v1beta1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "models", **metadata},
        "spec": spec,
    }


DASHBOARD = make(
    "GrafanaDashboard",
    {
        "instanceSelector": SELECTOR,
        "json": json.dumps(MODEL),
        "datasources": [{"inputName": "DS_PROMETHEUS", "datasourceName": "Prometheus"}],
        "folderRef": "services",
    },
)
SOURCE = make(
    "GrafanaDatasource",
    {
        "instanceSelector": SELECTOR,
        "datasource": {
            "name": "Prometheus",
            "type": "prometheus",
            "access": "proxy",
            "secureJsonData": {"a": "${key}"},
        },
        "valuesFrom": [{"targetPath": "secureJsonData.a", "valueFrom": {"secretKeyRef": {"name": "s", "key": "key"}}}],
    },
)
FOLDER = make("GrafanaFolder", {"instanceSelector": SELECTOR}, name="services")
GRAFANA = make("Grafana", {}, labels={"dashboards": "models"})
MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "fraud", "namespace": "models", "labels": {"grafana_dashboard": "1"}},
    "data": {
        "churn.json": json.dumps({**MODEL, "uid": "churn", "title": "Churn", "__inputs": [], "panels": [{"id": 1}]})
    },
}
ALL = [DASHBOARD, SOURCE, FOLDER, GRAFANA, MAP]


def find(*objects):
    return [rule.id for data in objects for rule in OBJECT_RULES for _ in rule.check(Resource(data))]


def find_together(*objects, **more):
    environment = make_environment(*objects, **more)
    return [rule.id for rule in ENVIRONMENT_RULES for _ in rule.check(environment)]


def with_json(data):
    return put(DASHBOARD, ("spec", "json"), json.dumps(data))


def test_what_is_right_breaks_no_rule():
    assert find(*ALL) == []
    assert find_together(*ALL) == []


@pytest.mark.parametrize("value", [None, True, 0, -1, 1.5, "", "x", "$x", [], {}, [None], [[]], [{}], {"": None}])
def test_any_value_may_stand_anywhere_in_a_dashboard(value):
    for keys in list_places(MODEL):
        if keys:
            changed = with_json(put(MODEL, keys, value))
            find(changed)
            find_together(changed, SOURCE, GRAFANA, FOLDER)


@pytest.mark.parametrize("data", ALL, ids=lambda data: data["kind"])
@pytest.mark.parametrize("value", [None, True, 0, "", "x", "\ud800", [], {}, [None], [[]], [{}], {"": None}, {1: 2}])
def test_any_value_may_stand_anywhere_in_an_object(data, value):
    for keys in list_places(data):
        if keys and keys[0] in {"spec", "data", "metadata"}:
            changed = put(data, keys, value)
            find(changed)
            find_together(*(changed if each is data else each for each in ALL))


@given(JSON, JSON)
@settings(max_examples=150, deadline=None)
def test_any_object_can_be_asked_about(spec, model):
    changed = put(DASHBOARD, ("spec", "json"), json.dumps(model, skipkeys=True))
    find(changed, {**DASHBOARD, "spec": spec}, {**MAP, "data": spec})
    environment = make_environment({**DASHBOARD, "spec": spec}, {**SOURCE, "spec": spec}, changed, GRAFANA)
    for rule in ENVIRONMENT_RULES:
        assert all(isinstance(hit, Hit) for hit in rule.check(environment))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, '{"a": ' + "9" * 10_000 + "}", "{" + " " * 5_000_000]
)
def test_hostile_json_does_no_harm(text):
    find(put(DASHBOARD, ("spec", "json"), text))


def test_panels_stand_in_rows_of_two_kinds():
    assert [panel.data.get("id") for panel in list_panels(MODEL)] == [3, 1, 2]


@pytest.mark.parametrize(
    ("labels", "data", "count"),
    [
        ({"grafana_dashboard": ""}, {"a.json": "{}"}, 1),
        ({"console.openshift.io/dashboard": "true"}, {"a.json": "{}", "b.txt": "{}"}, 1),
        ({}, {"a.json": json.dumps(MODEL)}, 1),
        ({}, {"a.json": '{"panels": []}'}, 0),
        (None, {"a.json": None, 1: "{}"}, 0),
        ({"grafana_dashboard": "1"}, {"a.json": "  "}, 0),
    ],
)
def test_a_config_map_holds_dashboards_where_its_label_or_their_keys_say_so(labels, data, count):
    resource = Resource({**MAP, "metadata": {"name": "a", "labels": labels}, "data": data})
    assert len(list(list_dashboards(resource))) == count


@pytest.mark.parametrize(
    ("text", "filled", "is_certain"),
    [
        ("up", "up", True),
        ("rate(a[$__rate_interval])", "rate(a[5m])", True),
        ("rate(a[${window}])", "rate(a[5m])", True),
        ("max_over_time(a[$__range:$__interval])", "max_over_time(a[1h:1m])", True),
        ('a{b=~"$c", d="[[e]]|${f:regex}"}', 'a{b=~"x", d="x|x"}', True),
        ("a * $__interval_ms", "a * 60000", True),
        ("sum by ($label) (a)", "sum by (gitops_gen_variable) (a)", False),
        ("$metric", "gitops_gen_variable", False),
        ('label_replace(a, "b", "$1", "c", "(.*)")', 'label_replace(a, "b", "x", "c", "(.*)")', True),
    ],
)
def test_variables_are_filled_in(text, filled, is_certain):
    assert fill(text) == (filled, is_certain)


def test_an_expression_of_thousands_of_variables_is_left_alone():
    text = "$a" * 10_000
    assert fill(text) == (text, False)


def test_the_three_ways_to_write_a_variable_are_known():
    assert find_variables("$a ${b} ${c:regex} ${d.text} [[e]] [[f:csv]] $ $$ ${} [5m]") == [*"abcdef"]


@pytest.mark.parametrize(
    ("source", "expression", "is_promql"),
    [
        ({"type": "prometheus", "uid": "a"}, "up", True),
        ({"type": "loki", "uid": "a"}, "up", False),
        ({"uid": "${source}"}, "up", True),
        ("$source", "up", True),
        ("Loki", "up", False),
        (None, "up", True),
        (None, '{a="b"} |= "c"', False),
        ("${unknown}", "up", True),
    ],
)
def test_a_query_goes_to_prometheus_where_its_data_source_is_one(source, expression, is_promql):
    model = {**MODEL, "panels": [{"id": 1, "datasource": source, "targets": [{"expr": expression}]}]}
    assert bool(list(list_expressions(model))) == is_promql


def test_filters_that_grafana_adds_leave_nothing_certain():
    model = copy.deepcopy(MODEL)
    model["templating"]["list"].append({"name": "filters", "type": "adhoc"})
    model["panels"] = [{"id": 1, "targets": [{"expr": "sum("}]}]
    assert [expression.problem for expression in list_expressions(model)] == [None]


def test_the_new_schema_is_not_looked_at():
    assert read_dashboard('{"apiVersion": "dashboard.grafana.app/v2beta1", "spec": {}}').data == {}
    assert find(with_json({"elements": {}, "layout": {}})) == ["GRAFANA010"]


def test_nothing_is_missing_where_a_build_was_not_made():
    lonely = put(FOLDER, ("spec", "parentFolderRef"), "elsewhere")
    assert find_together(lonely, GRAFANA) == ["GRAFANA016"]
    assert find_together(lonely, GRAFANA, unknown=("platform/grafana",)) == []


@pytest.mark.parametrize(
    ("external", "rules"),
    [
        (None, ["GRAFANA016"]),
        ({"objects": [{"kind": "GrafanaFolder", "names": ["else*"]}]}, []),
        ({"objects": [{"kind": "GrafanaFolder", "names": ["elsewhere"], "namespaces": ["other"]}]}, ["GRAFANA016"]),
    ],
)
def test_what_is_declared_is_there(external, rules):
    lonely = put(FOLDER, ("spec", "parentFolderRef"), "elsewhere")
    assert find_together(lonely, GRAFANA, external=external) == rules


def test_data_sources_of_a_sidecar_leave_nothing_certain():
    wrong = put(MODEL, ("panels", 0, "datasource"), "nobody")
    sidecar = {**MAP, "metadata": {"name": "sources", "labels": {"grafana_datasource": "1"}}, "data": {}}
    assert find_together(with_json(wrong), SOURCE, GRAFANA, FOLDER) == ["GRAFANA013"]
    assert find_together(with_json(wrong), SOURCE, GRAFANA, FOLDER, sidecar) == []


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        ({}, True),
        ({"matchLabels": {"dashboards": "models"}}, True),
        ({"matchLabels": {"dashboards": "other"}}, False),
        ({"matchExpressions": [{"key": "dashboards", "operator": "In", "values": ["models"]}]}, True),
        ({"matchExpressions": [{"key": "dashboards", "operator": "NotIn", "values": ["models"]}]}, False),
        ({"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "team", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "team", "operator": "sounds like"}]}, True),
    ],
)
def test_a_selector_matches_as_the_operator_does(selector, fits):
    folder = make("GrafanaFolder", {"instanceSelector": selector}, name="services")
    assert find_together(folder, GRAFANA) == ([] if fits else ["GRAFANA015"])
