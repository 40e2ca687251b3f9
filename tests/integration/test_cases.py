"""Every rule finds what it is for, where it is, and nothing else; the cases in tests/cases say what that is."""

import re
from collections import Counter
from pathlib import Path

import pytest

from gitops_gen.checks.catalogue import SUBJECTS, find_rule, list_rules
from gitops_gen.cli.explain import explain_rule
from gitops_gen.findings import CheckResult
from tests.cases_runner import CASES, Case, check_case, list_cases

ALL = list_cases()
RULES = list_rules()
ALSO_BROKEN = {
    "KUST001/bad-number-for-tag": {"SCHEMA002"},  # kustomize refuses what the schema refuses too
    "KUST001/bad-unknown-field": {"SCHEMA001"},  # as above
    "KUST007/bad-replicas": {"SCHEMA003"},  # what the patch drops is required
}
"""Cases in which other rules find errors too, with these rules and the reason."""


def show(case: Case) -> str:
    return case.name


def list_other_errors(case: Case, result: CheckResult) -> set[str]:
    return {finding.rule for finding in result.findings if finding.severity == "error"} - {case.rule}


@pytest.mark.parametrize("case", [case for case in ALL if case.is_bad], ids=show)
def test_what_is_bad_is_found_where_it_is(case, tmp_path):
    result = check_case(case, tmp_path)
    found = {(finding.path, finding.line) for finding in result.findings if finding.rule == case.rule}
    assert found, f"{case.rule} finds nothing; there is {result.findings}"
    if case.places:
        assert found == case.places
    assert list_other_errors(case, result) == ALSO_BROKEN.get(case.name, set()), result.findings


@pytest.mark.parametrize("case", [case for case in ALL if not case.is_bad], ids=show)
def test_what_is_good_is_not_found(case, tmp_path):
    assert not case.places, "there is nothing to mark in a good case"
    result = check_case(case, tmp_path)
    assert [finding for finding in result.findings if finding.rule == case.rule] == []
    assert list_other_errors(case, result) == ALSO_BROKEN.get(case.name, set()), result.findings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_says_what_it_is_for_and_has_cases(rule):
    assert re.fullmatch(r"[A-Z]+[0-9]{3}", rule.id)
    assert rule.subject in SUBJECTS
    assert rule.severity in {"error", "warning", "info"}
    assert rule.title
    assert rule.title[0].isupper() or rule.title.split()[0].rstrip("'s").endswith((".yaml", ".json"))
    paragraphs = rule.help.split("\n")
    assert [paragraph.partition(":")[0] for paragraph in paragraphs if re.match(r"(Why|Fix):", paragraph)] == [
        "Why",
        "Fix",
    ], "Why: and Fix:, once each, in this order"
    assert explain_rule(rule.id).startswith(f"{rule.id} ({rule.severity}): {rule.title}\n")
    kinds = Counter(case.is_bad for case in ALL if case.rule == rule.id)
    assert kinds[True] >= 1, "there is no bad case"
    assert kinds[False] >= 1, "there is no good case"


def test_ids_are_unique_and_numbered_without_gaps():
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    numbers: dict[str, list[int]] = {}
    for rule in RULES:
        numbers.setdefault(rule.subject, []).append(int(rule.id[-3:]))
    assert {subject: sorted(found) for subject, found in numbers.items()} == {
        subject: list(range(1, len(found) + 1)) for subject, found in numbers.items()
    }
    assert list(numbers) == list(SUBJECTS)


def test_each_folder_of_cases_is_a_rule_and_holds_nothing_but_cases():
    assert [folder.name for folder in CASES.iterdir() if not folder.is_dir() or find_rule(folder.name) is None] == []
    assert [
        case.name for case in ALL if not re.fullmatch(r"(good|bad)-[a-z0-9-]+(\.(yaml|json))?", case.path.name)
    ] == []


def test_the_exceptions_are_cases_that_there_are():
    assert ALSO_BROKEN.keys() <= {case.name for case in ALL}
    assert all(find_rule(rule) is not None for rules in ALSO_BROKEN.values() for rule in rules)


def test_a_reader_finds_the_page_of_each_rule():
    pages = Path(__file__).parents[2] / "docs" / "rules"
    assert {path.stem for path in pages.glob("*.md")} == {"README", *(rule.id for rule in RULES)}
