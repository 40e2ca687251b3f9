"""Gates on metrics: the verdicts of MLflow's own model validation."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.models import MetricThreshold
from mlflow.models.evaluation.validation import ModelValidationFailedException, _validate

from gitops_gen.gate_metrics import judge_metric, list_limits, read_limits
from gitops_gen.gate_settings import MetricGate

NUMBERS = st.one_of(
    st.integers(-100, 100).map(float),
    st.floats(-1000, 1000),
    st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.30000000000000004]),
)
ASKED = st.fixed_dictionaries(
    {"greater_is_better": st.booleans()},
    optional={
        "threshold": NUMBERS,
        "min_absolute_change": st.floats(1e-6, 100),
        "min_relative_change": st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.5])),
    },
).filter(lambda asked: len(asked) > 1)


def ask_mlflow(asked, value, champion) -> bool:
    try:
        _validate({"m": MetricThreshold(**asked)}, {"m": value}, {} if champion is None else {"m": champion})
    except ModelValidationFailedException:
        return False
    return True


@given(ASKED, NUMBERS, NUMBERS)
def test_it_decides_as_mlflow_does(asked, value, champion):
    verdict = judge_metric("m", MetricGate(**asked), value, champion, has_champion=True)
    assert (verdict.result == "passed") == ask_mlflow(asked, value, champion)
    assert bool(verdict.detail) == (verdict.result == "failed")


@given(ASKED, NUMBERS)
def test_without_a_champion_only_the_threshold_counts(asked, value):
    verdict = judge_metric("m", MetricGate(**asked), value, None, has_champion=False)
    alone = {key: limit for key, limit in asked.items() if key in {"threshold", "greater_is_better"}}
    assert (verdict.result == "passed") == (len(alone) == 1 or ask_mlflow(alone, value, None))


@given(ASKED)
def test_what_was_asked_reads_back(asked):
    assert read_limits(list_limits(MetricGate(**asked))) == MetricGate(**asked)


@pytest.mark.parametrize(
    ("asked", "value", "champion", "detail"),
    [
        ({"threshold": 0.9}, 0.8, None, "it is below the threshold 0.9"),
        ({"threshold": 0.9}, None, None, "the run did not log it"),
        ({"threshold": 0.9}, math.nan, None, "it is not a number"),
        ({"min_absolute_change": 0.01}, 0.9, 0.9, "it changes by +0, and has to by +0.01"),
        ({"min_relative_change": 0.01}, 0.9, 0.9, "it changes by +0.00%, and has to by +1.00%"),
        ({"min_absolute_change": 0.01}, 0.9, math.nan, "the champion has no value to compare it with"),
        ({"min_relative_change": 0.0}, 0.0, 0.0, "it is no better than the champion's 0"),
    ],
)
def test_it_says_why(asked, value, champion, detail):
    gate = MetricGate(greater_is_better=True, **asked)
    assert judge_metric("m", gate, value, champion, has_champion=champion is not None).detail == detail


@pytest.mark.parametrize(
    ("asked", "value", "champion", "passes"),
    [
        ({"min_absolute_change": -0.01}, 0.895, 0.9, True),
        ({"min_absolute_change": -0.01}, 0.88, 0.9, False),
        ({"min_relative_change": -0.02}, 0.89, 0.9, True),
        ({"min_relative_change": -0.02}, 0.87, 0.9, False),
        ({"min_relative_change": -0.02}, 0.0, 0.0, True),
        ({"min_relative_change": -0.02}, -0.1, 0.0, False),
    ],
)
def test_a_change_below_zero_is_how_much_worse_it_may_get(asked, value, champion, passes):
    for sign, better in ((1, True), (-1, False)):
        gate = MetricGate(greater_is_better=better, **asked)
        verdict = judge_metric("m", gate, sign * value, sign * champion, has_champion=True)
        assert (verdict.result == "passed") == passes
