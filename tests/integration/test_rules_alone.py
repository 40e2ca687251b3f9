"""Each rule is needed: there is a mistake that slips through when the rule is switched off.

tests/rules_alone.tsv says which one, for each rule. It is made anew with GITOPS_GEN_UPDATE_GOLDENS=1.
"""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitops_gen.checks.catalogue import list_rules
from gitops_gen.checks.discover import SETTINGS_FILE
from tests.cases_runner import check_case, list_cases
from tests.goldens import UPDATE
from tests.mutation_runs import find_near, show, use_cache
from tests.mutations import load_mutations

TABLE = Path(__file__).parents[1] / "rules_alone.tsv"
HEAD = ["rule", "mistake"]
MUTATIONS = {show(mutation): mutation for mutation in load_mutations()}
ASKED = "ONLINE"
"""The subject of the rules on what servers answer, which no file of a repository tells: their cases are answers."""
RULES = [rule.id for rule in list_rules() if rule.subject != ASKED]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with use_cache(tmp_path_factory.mktemp("cache")):
        yield


@pytest.fixture(scope="module")
def table(cache: None) -> dict[str, str]:
    if UPDATE:
        write_table()
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {row["rule"]: row["mistake"] for row in csv.DictReader(stream, delimiter="\t")}


def write_table() -> None:
    """Of the mistakes that one rule alone finds the first one of each, those that name the rule before others.

    Those in the settings come last: where they cannot be read, they switch nothing off.
    """
    found: dict[str, str] = {}
    for name, mutation in sorted(MUTATIONS.items(), key=lambda e: (e[1].path == SETTINGS_FILE, not e[1].rule)):
        if mutation.missed or mutation.rule in found:
            continue
        with tempfile.TemporaryDirectory() as folder:
            near = find_near(mutation, Path(folder)).rules
        if len(near) == 1:
            found.setdefault(near.pop(), name)
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerows([HEAD, *sorted(found.items())])


@pytest.mark.parametrize("rule", RULES)
def test_with_the_rule_off_a_mistake_slips_through(rule, table, tmp_path):
    """That the mistake is found with the rule on is tested with all the others."""
    assert rule in table, f"there is no mistake that {rule} alone finds: write one into tests/mutations_rules.py"
    near = find_near(MUTATIONS[table[rule]], tmp_path, off=rule)
    assert near.rules == set()


def test_the_table_names_no_rule_that_there_is_none_of(table):
    assert set(table) <= set(RULES)


@pytest.mark.parametrize("rule", [rule.id for rule in list_rules() if rule.subject == ASKED])
def test_an_answer_of_a_server_is_found_by_the_rule_alone(rule, tmp_path):
    bad = [case for case in list_cases() if case.rule == rule and case.is_bad]
    found = []
    for number, case in enumerate(bad):
        folder = tmp_path / str(number)
        folder.mkdir()
        found.append({finding.rule for finding in check_case(case, folder).findings})
    assert {rule} in found
