"""The facts of a run, from MLflow's entities to ours."""

import math
from types import SimpleNamespace

import pytest

from gitops_gen.adapters.mlflow_best import LARGEST, is_finite
from gitops_gen.adapters.mlflow_hints import list_known, propose
from gitops_gen.adapters.mlflow_run import find_source, make_point, read_source, summarize_metric
from gitops_gen.adapters.tracking_mlflow import TAG_VALUE_LIMIT, cut_tag_value
from gitops_gen.model import MetricPoint, SourceCode


def make_logged(value: float, step: int) -> SimpleNamespace:
    return SimpleNamespace(key="auc", value=value, step=step)


def test_of_equal_extremes_the_earliest_step_is_given():
    history = [make_logged(0.5, 3), make_logged(0.9, 2), make_logged(0.9, 1), make_logged(0.5, 0)]
    metric = summarize_metric(history[0], history)
    assert metric.last == MetricPoint(value=0.5, step=3)
    assert metric.lowest == MetricPoint(value=0.5, step=0)
    assert metric.highest == MetricPoint(value=0.9, step=1)


def test_a_metric_without_a_history_is_its_last_value():
    metric = summarize_metric(make_logged(1.0, 4), [])
    assert metric.last == metric.lowest == metric.highest == MetricPoint(value=1.0, step=4)


def test_a_metric_that_is_only_nan_is_nan_throughout():
    metric = summarize_metric(make_logged(math.nan, 1), [make_logged(math.nan, 0), make_logged(math.nan, 1)])
    assert math.isnan(metric.lowest.value)
    assert math.isnan(metric.highest.value)


@pytest.mark.parametrize(
    ("value", "expected"), [(LARGEST, math.inf), (-LARGEST, -math.inf), (math.inf, math.inf), (2, 2.0)]
)
def test_the_largest_float_is_what_sql_makes_of_infinity(value: float, expected: float):
    assert make_point(value, 0).value == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, LARGEST, -LARGEST])
def test_nan_and_infinity_are_no_numbers_to_compare(value: float):
    assert not is_finite(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"uri": "s3://bucket/x.csv"}', "s3://bucket/x.csv"),
        ('{"url": "https://u:p@host/x.csv?token=t"}', "https://host/x.csv"),
        ('{"path": "org/data", "split": "train"}', "org/data"),
        ('{"tags": {"b": 1, "a": "https://u:p@git/x"}}', '{"tags":{"a":"https://git/x","b":1}}'),
        ("[1]", "[1]"),
        ("https://u:p@host/plain", "https://host/plain"),
        ("", ""),
    ],
)
def test_the_address_of_a_dataset_is_found_in_its_source(text: str, expected: str):
    assert find_source(text) == expected


def test_a_run_without_git_tags_has_no_source_code():
    assert read_source({}) == SourceCode()


def test_names_most_like_a_wrong_one_are_proposed_else_some_that_are_there():
    assert propose("val_acu", ["loss", "val_auc"]) == "did you mean 'val_auc'?"
    assert propose("zzz", ["loss", "val_auc"]) == "there is: 'loss', 'val_auc'"
    assert propose("zzz", []) == ""
    assert list_known(str(n) for n in range(20)).endswith("'9', …")


def test_a_tag_of_exactly_the_limit_is_whole():
    assert cut_tag_value("x" * TAG_VALUE_LIMIT) == "x" * TAG_VALUE_LIMIT
    assert len(cut_tag_value("x" * (TAG_VALUE_LIMIT + 1))) == TAG_VALUE_LIMIT
