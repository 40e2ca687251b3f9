"""How people name a run."""

import pytest

from gitops_gen.errors import InvalidValueError
from gitops_gen.model import RunSelector
from gitops_gen.selectors import parse_selector


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("0a1b", RunSelector(run_id="0a1b")),
        ("runs:/0a1b", RunSelector(run_id="0a1b")),
        ("models:/churn/3", RunSelector(model="churn", version="3")),
        ("models:/catalog.schema.churn@champion", RunSelector(model="catalog.schema.churn", alias="champion")),
        ("models:/My Model@best one", RunSelector(model="My Model", alias="best one")),
    ],
)
def test_a_run_is_an_id_a_version_or_an_alias(text, selector):
    assert parse_selector(text) == selector


@pytest.mark.parametrize(
    "text", ["models:/churn", "models:/churn/latest", "models:/a/b/3", "models:/../3x", "models:/x@"]
)
def test_what_names_no_version_is_refused(text):
    with pytest.raises(InvalidValueError, match="does not name a model version"):
        parse_selector(text)


@pytest.mark.parametrize("text", ["../../x", "a b", "-n", "x" * 65, "\N{PILE OF POO}", "a\0"])
def test_what_is_no_run_id_is_refused(text):
    with pytest.raises(InvalidValueError, match="not an MLflow run id"):
        parse_selector(text)


def test_the_best_of_an_experiment_takes_experiment_and_metric():
    assert parse_selector(experiment="churn", best="auc", lowest=True, search="params.a = '1'") == RunSelector(
        experiment="churn", best="auc", lowest=True, filter="params.a = '1'"
    )
    for options in ({}, {"experiment": "churn"}, {"best": "auc"}):
        with pytest.raises(InvalidValueError, match="no run is named"):
            parse_selector(**options)


def test_naming_a_run_and_searching_for_one_exclude_each_other():
    with pytest.raises(InvalidValueError, match="as well"):
        parse_selector("0a1b", experiment="churn", best="auc")
