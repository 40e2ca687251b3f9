"""Waivers: where they stand, what they are about, and what becomes of findings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.levels import Levels
from gitops_gen.checks.selection import Selection
from gitops_gen.checks.waivers import Waiver, find_waivers
from gitops_gen.checks.waiving import apply_waivers


def make_row(line=1, rule="SELDON001", path="a.yaml"):
    return (path, line, 1, rule, "error", "wrong", "")


def waive(text, *rows, complete=True, **selection):
    placed = [("a.yaml", waiver) for waiver in find_waivers(text.encode())]
    kept, waived = apply_waivers(rows, placed, complete=complete, selection=Selection(**selection), levels=Levels({}))
    return [(row[0], row[1], row[3]) for row in kept], waived


def test_a_waiver_behind_a_value_is_about_its_line():
    text = b"a: 1\nb: 2  # gitops-gen: ignore[SELDON001] never deployed\n"
    assert find_waivers(text) == [Waiver(2, 7, 2, ("SELDON001",), "never deployed")]


def test_a_waiver_on_its_own_is_about_the_next_line_with_something_on_it():
    text = b"a: 1\n  # gitops-gen: ignore[PIN] why\n\n# a comment\n\t\nb: 2\n"
    assert find_waivers(text) == [Waiver(2, 3, 6, ("PIN",), "why")]


def test_a_waiver_at_the_end_is_about_itself():
    assert find_waivers(b"a: 1\n# gitops-gen: ignore[PIN] why\n\n")[0].target == 2


@pytest.mark.parametrize(
    ("text", "rules", "reason"),
    [
        ("# gitops-gen: ignore[A1, B2] why", ("A1", "B2"), "why"),
        ("# gitops-gen: ignore[ a1  b2 ,] why", ("A1", "B2"), "why"),
        ("#gitops-gen: ignore[A1] - why: because - of", ("A1",), "why: because - of"),
        ("# gitops-gen: ignore[A1]: why\r", ("A1",), "why"),
        ("# gitops-gen: ignore[A1]why", ("A1",), "why"),
        ("# gitops-gen: ignore[A1]", ("A1",), ""),
        ("# gitops-gen: ignore[A1] --", ("A1",), ""),
        ("# gitops-gen: ignore[] why", (), "why"),
        ("# gitops-gen: ignore why", (), "why"),
        ("# gitops-gen: ignore[A1 why", (), "[A1 why"),
        ("# gitops-gen: ignore[A1] é 模型", ("A1",), "é 模型"),
    ],
)
def test_a_waiver_names_rules_and_says_why(text, rules, reason):
    [waiver] = find_waivers(text.encode())
    assert (waiver.rules, waiver.reason) == (rules, reason)


@pytest.mark.parametrize(
    "text", ["", "a: 1\n", "a: gitops-gen: ignore[A1] why", "# gitops-gen:ignored", "# ignore[A1] why"]
)
def test_other_comments_are_none(text):
    assert find_waivers(text.encode()) == []


@given(st.binary(max_size=60))
def test_any_bytes_have_waivers_or_none(content):
    for waiver in find_waivers(b"# gitops-gen: ignore" + content):
        assert waiver.target >= waiver.line >= 1


def test_a_waived_finding_is_gone_and_counted():
    text = "a: 1  # gitops-gen: ignore[SELDON001] why\n"
    assert waive(text, make_row(1), make_row(1), make_row(2)) == ([("a.yaml", 2, "SELDON001")], 2)


def test_a_subject_waives_all_of_its_rules():
    assert waive("a: 1  # gitops-gen: ignore[seldon] why\n", make_row(1), make_row(1, "SELDON002")) == ([], 2)


def test_another_rule_another_line_and_another_file_are_not_waived():
    text = "a: 1  # gitops-gen: ignore[SELDON001] why\n"
    rows = [make_row(1, "SELDON002"), make_row(2), make_row(1, path="b.yaml")]
    kept, waived = waive(text, *rows)
    assert waived == 0
    assert kept == [
        ("a.yaml", 1, "SELDON002"),
        ("a.yaml", 2, "SELDON001"),
        ("b.yaml", 1, "SELDON001"),
        ("a.yaml", 1, "WAIVER002"),
    ]


def test_without_a_reason_it_does_not_count():
    kept, waived = waive("a: 1  # gitops-gen: ignore[SELDON001]\n", make_row(1))
    assert (kept, waived) == ([("a.yaml", 1, "SELDON001"), ("a.yaml", 1, "WAIVER001")], 0)


def test_one_of_several_rules_is_use_enough():
    assert waive("a: 1  # gitops-gen: ignore[SELDON001,SELDON002] why\n", make_row(1)) == ([], 1)


@pytest.mark.parametrize("name", ["SELDON999", "NOPE", "X1"])
def test_a_rule_that_is_none_is_told(name):
    kept, _ = waive(f"a: 1  # gitops-gen: ignore[{name}, SELDON001] why\n", make_row(1))
    assert kept == [("a.yaml", 1, "WAIVER003")]


def test_without_builds_nobody_knows_what_a_waiver_of_theirs_is_for():
    for rule in ("KUST001", "PIN", "EVIDENCE002", "ONLINE"):
        text = f"a: 1  # gitops-gen: ignore[{rule}] why\n"
        assert waive(text) == ([("a.yaml", 1, "WAIVER002")], 0)
        assert waive(text, complete=False) == ([], 0)
    assert waive("a: 1  # gitops-gen: ignore[SELDON001] why\n", complete=False)[0] == [("a.yaml", 1, "WAIVER002")]


def test_a_waiver_of_a_rule_that_is_left_out_is_not_judged():
    text = "a: 1  # gitops-gen: ignore[SELDON001] why\n"
    assert waive(text, skip=["SELDON"]) == ([], 0)
    assert waive(text, only=["PIN", "WAIVER"]) == ([], 0)
    assert waive(text, skip=["WAIVER002"]) == ([], 0)
    assert waive(text, skip=["PIN"])[0] == [("a.yaml", 1, "WAIVER002")]


@pytest.mark.parametrize("rule", ["REF001", "REF", "SAFETY003", "ARGOCD046", "PROM024"])
def test_without_builds_a_waiver_of_a_rule_on_environments_is_not_said_to_be_useless(rule):
    kept, waived = waive(f"a: 1 # gitops-gen: ignore[{rule}] known\n", complete=False)
    assert (kept, waived) == ([], 0)
    [row], _ = waive(f"a: 1 # gitops-gen: ignore[{rule}] known\n")
    assert row == ("a.yaml", 1, "WAIVER002")
