"""What manifests cannot show of the rules of SeldonDeployment: any data, any depth, what messages say."""

import copy

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gitops_gen.checks.rule import Resource
from gitops_gen.checks.rules.seldon import RULES

VALID = {
    "apiVersion": "machinelearning.seldon.io/v1",
    "kind": "SeldonDeployment",
    "metadata": {"name": "churn", "namespace": "models"},
    "spec": {
        "protocol": "v2",
        "transport": "grpc",
        "serverType": "kafka",
        "predictors": [
            {
                "name": "main",
                "traffic": 100,
                "annotations": {"seldon.io/svc-name": "churn"},
                "svcOrchSpec": {
                    "env": [
                        {"name": "KAFKA_BROKER", "value": "kafka:9092"},
                        {"name": "KAFKA_INPUT_TOPIC", "value": "in"},
                        {"name": "KAFKA_OUTPUT_TOPIC", "value": "out"},
                    ]
                },
                "graph": {
                    "name": "scaler",
                    "type": "UNKNOWN_TYPE",
                    "methods": ["TRANSFORM_INPUT"],
                    "endpoint": {"type": "GRPC"},
                    "children": [
                        {
                            "name": "churn",
                            "implementation": "MLFLOW_SERVER",
                            "modelUri": "s3://example-models/churn",
                            "logger": {"mode": "all"},
                        }
                    ],
                },
                "componentSpecs": [
                    {"spec": {"containers": [{"name": "scaler", "image": "registry.example.com/scaler:1.0.0"}]}}
                ],
            },
            {
                "name": "shadow",
                "shadow": True,
                "traffic": 10,
                "annotations": {"seldon.io/no-engine": "true"},
                "svcOrchSpec": {
                    "env": [{"name": name} for name in ("KAFKA_OUTPUT_TOPIC", "KAFKA_INPUT_TOPIC", "KAFKA_BROKER")]
                },
                "graph": {
                    "name": "churn",
                    "implementation": "LIGHTGBM_SERVER",
                    "modelUri": "s3://example-models/churn-b",
                },
                "componentSpecs": [
                    {"spec": {"containers": [{"name": "churn", "image": "registry.example.com/lightgbm:1.0.0"}]}}
                ],
            },
        ],
    },
}


def list_places(data, keys=()):
    yield keys
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from list_places(value, (*keys, key))


def put(keys, value):
    changed = copy.deepcopy(VALID)
    data = changed
    for key in keys[:-1]:
        data = data[key]
    data[keys[-1]] = value
    return changed


def find(data):
    return [(rule.id, hit) for rule in RULES for hit in rule.check(Resource(data))]


def make_chain(length):
    """A graph, one unit below the other, of which only the first ones have containers."""
    graph = {"name": f"unit-{length}"}
    for number in range(length - 1, 0, -1):
        graph = {"name": f"unit-{number}", "children": [graph]}
    predictor = {"name": "main", "graph": graph}
    predictor["componentSpecs"] = [
        {"spec": {"containers": [{"name": f"unit-{n}", "image": "a"} for n in range(1, 11)]}}
    ]
    return {"spec": {"predictors": [predictor]}}


PLACES = [keys for keys in list_places(VALID) if keys]
WORDS = ["", "kafka", "rpc", "REST", "grpc", "tensorflow", "UNKNOWN_TYPE", "SKLEARN_SERVER", "\ud800", "é\n"]
KEYS = [
    *("annotations", "children", "componentSpecs", "containers", "endpoint", "env", "graph", "image", "implementation"),
    *(
        "logger",
        "methods",
        "modelUri",
        "mode",
        "name",
        "predictors",
        "shadow",
        "spec",
        "svcOrchSpec",
        "traffic",
        "type",
    ),
    *("seldon.io/no-engine", "seldon.io/svc-name"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=5)
        | st.dictionaries(st.integers() | st.none() | st.booleans(), inner, max_size=2)
    ),
    max_leaves=12,
)


def test_the_valid_manifest_breaks_no_rule():
    assert find(VALID) == []


@pytest.mark.parametrize(
    "value", [None, True, 0, -1, 1.5, float("nan"), "", "x", [], {}, [None], [[]], [{}], {"": None}]
)
def test_a_value_of_any_shape_in_any_place_raises_nothing(value):
    for keys in PLACES:
        for _, hit in find(put(keys, value)):
            assert isinstance(hit.message, str)


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_any_data_in_any_place_raises_nothing(keys, value):
    for _, hit in find(put(keys, value)):
        assert hit.message.isprintable()
        assert hit.fix.isprintable()


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4))
def test_any_document_raises_nothing(data):
    find(data)


@pytest.mark.parametrize(
    ("keys", "rule", "place"),
    [
        (("spec", "predictors", 0, "graph", "children", 0, "modelUri"), "SELDON012", ...),
        (("spec", "predictors", 0, "graph", "children", 0, "logger", "mode"), "SELDON016", ...),
        (("spec", "predictors", 0, "graph", "methods"), "SELDON014", ("spec", "predictors", 0, "graph", "type")),
        (("spec",), "SELDON004", ("spec",)),
    ],
)
def test_a_null_counts_as_left_out(keys, rule, place):
    [(found, hit)] = find(put(keys, None))
    assert (found, hit.keys) == (rule, keys if place is ... else place)


def test_units_are_found_as_deep_as_the_schema_goes():
    hits = find(make_chain(12))
    assert [hit.keys for _, hit in hits] == [("spec", "predictors", 0, "graph", *("children", 0) * 10, "name")]
    assert "'unit-11'" in hits[0][1].message


def test_a_graph_blown_up_by_aliases_ends():
    graph = {"name": "a"}
    for _ in range(9):
        graph = {"name": "a", "children": [graph] * 50}
    hits = find({"spec": {"predictors": [{"name": "main", "graph": graph}]}})
    assert {rule for rule, _ in hits} == {"SELDON011"}
    assert len(hits) == 1000


def test_hits_lead_from_the_root_of_the_object():
    resource = Resource(put(("spec", "protocol"), "v3"), 2, ("items", 4))
    assert [hit.keys for rule in RULES for hit in rule.check(resource)] == [("spec", "protocol")]


def test_traffic_that_is_no_whole_number_is_left_to_the_schema():
    assert find(put(("spec", "predictors", 0, "traffic"), "100")) == []
    assert find(put(("spec", "predictors", 0, "traffic"), True)) == []


def test_a_broken_predictor_does_not_make_the_other_one_single():
    broken = copy.deepcopy(VALID)
    broken["spec"]["predictors"][0] = "main"
    assert find(broken) == []
    broken["spec"]["predictors"][1] |= {"shadow": False, "traffic": 50}
    assert find(broken) == []


def test_two_live_predictors_share_the_traffic_beside_a_shadow():
    changed = copy.deepcopy(VALID)
    canary = copy.deepcopy(changed["spec"]["predictors"][0]) | {"name": "canary", "traffic": 30, "annotations": {}}
    changed["spec"]["predictors"].append(canary)
    [(rule, hit)] = find(changed)
    assert (rule, hit.keys) == ("SELDON006", ("spec", "predictors"))
    assert "sums to 130 and not to 100: predictor 'main' 100, predictor 'canary' 30" in hit.message
    changed["spec"]["predictors"][0]["traffic"] = 70
    assert find(changed) == []


def test_each_further_predictor_of_a_name_is_found():
    changed = copy.deepcopy(VALID)
    shadow = changed["spec"]["predictors"][1] | {"shadow": False, "traffic": 0}
    changed["spec"]["predictors"] += [shadow, shadow]
    hits = find(changed)
    assert [(rule, hit.keys) for rule, hit in hits] == [
        ("SELDON005", ("spec", "predictors", 2, "name")),
        ("SELDON005", ("spec", "predictors", 3, "name")),
    ]
    assert "predictors[1] and predictors[3] are both called 'shadow'" in hits[1][1].message


def test_mixed_endpoint_types_are_one_problem_whatever_the_transport():
    hits = find(put(("spec", "predictors", 0, "graph", "children", 0, "endpoint"), {"type": "REST"}))
    assert [rule for rule, _ in hits] == ["SELDON020"]
