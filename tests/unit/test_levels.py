"""What gitops-gen.yaml makes of rules, and what it declares to be there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.externals import Externals
from gitops_gen.checks.levels import OFF, Levels, fits, list_rule_names, read_settings
from gitops_gen.checks.tree import Tree

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9) | st.integers(), inner, max_size=3),
    max_leaves=8,
)


def levels(**section):
    return Levels({"validate": section})


def test_nothing_is_set_without_a_section():
    assert not Levels({})
    assert Levels({}).find("SAFETY001", "a.yaml") == ""


@pytest.mark.parametrize(
    ("rules", "level"),
    [
        ({"SAFETY001": "warning"}, "warning"),
        ({"SAFETY": "info"}, "info"),
        ({"SAFETY": "off", "SAFETY001": "error"}, "error"),
        ({"SAFETY": False}, OFF),
        ({"SAFETY": "loud"}, ""),
        ({"SAFETY": True}, ""),
        ({"SAFE": "off"}, ""),
        ({"SAFETY002": "off"}, ""),
        ({1: "off"}, ""),
        ([], ""),
    ],
)
def test_a_rule_counts_before_its_subject(rules, level):
    assert levels(rules=rules).find("SAFETY001", "a.yaml") == level


def test_the_last_place_that_fits_counts():
    found = levels(
        rules={"PROM": "off"},
        paths=[
            {"paths": ["legacy"], "rules": {"PROM": "info"}},
            {"paths": ["legacy/old", "other"], "rules": {"PROM001": "error"}},
            {"paths": ["legacy"], "rules": {"SAFETY": "off"}},
        ],
    )
    assert found.find("PROM001", "a.yaml") == OFF
    assert found.find("PROM001", "legacy/a.yaml") == "info"
    assert found.find("PROM001", "legacy/old/a.yaml") == "error"
    assert found.find("PROM002", "legacy/old/a.yaml") == "info"
    assert found.find("SAFETY001", "legacy/old/a.yaml") == OFF


def test_a_place_without_paths_is_none():
    assert not levels(paths=[{"rules": {"PROM": "off"}}, {"paths": "legacy", "rules": {"PROM": "off"}}, None])


@pytest.mark.parametrize(
    ("pattern", "path", "answer"),
    [
        ("legacy", "legacy/a.yaml", True),
        ("legacy/", "legacy/deep/a.yaml", True),
        ("/legacy/**", "legacy/a.yaml", True),
        ("legacy/a.yaml", "legacy/a.yaml", True),
        ("*.yaml", "deep/a.yaml", True),
        ("*/overlays/dev", "models/churn/overlays/dev/a.yaml", True),
        ("legacy", "legacy.yaml", False),
        ("legacy", "other/legacy/a.yaml", False),
    ],
)
def test_a_folder_means_all_below_it(pattern, path, answer):
    assert fits(pattern, path) is answer


def test_every_named_rule_is_listed_with_the_way_to_it():
    section = {"rules": {"A001": "off"}, "paths": [None, {"paths": ["x"], "rules": {"B": "info", 3: "off"}}]}
    assert list(list_rule_names({"validate": section})) == [
        (("validate", "rules", "A001"), "A001"),
        (("validate", "paths", 1, "rules", "B"), "B"),
    ]


@given(ANYTHING)
def test_whatever_stands_there_is_read(section):
    settings = {"validate": section}
    Levels(settings).find("PROM001", "a.yaml")
    list(list_rule_names(settings))
    externals = Externals(settings)
    assert externals.has_object("Secret", "x") in {True, False}
    assert externals.has_metric("up") in {True, False}


@pytest.mark.parametrize(("text", "expected"), [("a: 1\n", {"a": 1}), ("- a\n", {}), ("", {}), ("a: [\n", {})])
def test_settings_are_read_as_they_stand(tmp_path, text, expected):
    (tmp_path / "gitops-gen.yaml").write_text(text, encoding="utf-8")
    assert read_settings(Tree(str(tmp_path))) == expected


def test_there_may_be_no_settings(tmp_path):
    assert read_settings(Tree(str(tmp_path))) == {}


def externals(*objects, metrics=()):
    return Externals({"validate": {"external": {"objects": list(objects), "metrics": list(metrics)}}})


def test_an_object_is_there_by_kind_name_and_namespace():
    found = externals(
        {"kind": "Secret", "names": ["store", "db-*"], "namespaces": ["models-*"]},
        {"kind": "Namespace", "names": ["shared"]},
    )
    assert found.has_object("Secret", "store", "models-dev")
    assert found.has_object("Secret", "db-main", "models-dev")
    assert found.has_object("Secret", "store"), "nobody knows the namespace"
    assert not found.has_object("Secret", "store", "platform")
    assert not found.has_object("Secret", "stores", "models-dev")
    assert not found.has_object("ConfigMap", "store", "models-dev")
    assert found.has_object("Namespace", "shared")


def test_a_metric_is_there_by_its_name():
    found = externals(metrics=["business_*"])
    assert found.has_metric("business_orders_total")
    assert not found.has_metric("orders_total")
