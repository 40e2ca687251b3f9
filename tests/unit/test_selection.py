"""`--skip` and `--only`: rules, subjects and kinds."""

import pytest

from gitops_gen.checks.selection import Selection
from gitops_gen.errors import InvalidValueError


def test_with_no_names_everything_is_wanted():
    selection = Selection()
    assert selection.allows_rule("SELDON003")
    assert selection.allows_kind("SeldonDeployment")


@pytest.mark.parametrize("name", ["SELDON003", "seldon003", "Seldon003"])
def test_a_rule_can_be_left_out(name):
    selection = Selection(skip=[name])
    assert not selection.allows_rule("SELDON003")
    assert selection.allows_rule("SELDON004")


@pytest.mark.parametrize("name", ["SELDON", "seldon"])
def test_a_subject_can_be_left_out(name):
    selection = Selection(skip=[name])
    assert not selection.allows_rule("SELDON003")
    assert selection.allows_rule("PIN001")
    assert selection.allows_kind("Seldon")


def test_only_keeps_to_what_is_named():
    selection = Selection(only=["PIN", "SELDON003"])
    assert [rule for rule in ("PIN001", "PIN002", "SELDON003", "SELDON004") if selection.allows_rule(rule)] == [
        "PIN001",
        "PIN002",
        "SELDON003",
    ]
    assert selection.allows_kind("Deployment"), "rules say nothing of kinds"


def test_what_is_left_out_is_left_out_of_what_is_kept_too():
    selection = Selection(only=["PIN"], skip=["PIN002"])
    assert selection.allows_rule("PIN001")
    assert not selection.allows_rule("PIN002")


def test_kinds_are_told_by_name_whatever_the_case():
    assert not Selection(skip=["configmap"]).allows_kind("ConfigMap")
    assert Selection(only=["ConfigMap", "Secret"]).allows_kind("secret")
    assert not Selection(only=["ConfigMap"]).allows_kind("Secret")
    assert Selection(only=["ConfigMap"]).allows_rule("SELDON003"), "kinds say nothing of rules"


@pytest.mark.parametrize("name", ["SELDON999", "NOPE001", "a-b", "", "PIN*", "1", "a\x1b[2J"])
def test_a_name_that_can_be_nothing_is_refused(name):
    for names in ({"skip": [name]}, {"only": [name]}):
        with pytest.raises(InvalidValueError, match="there is no rule") as error:
            Selection(**names)
        assert "SELDON" in error.value.hint
        assert error.value.message.isprintable()
