"""Mistakes that people make, each put into a repository: found in the right file, within two lines.

What is found must be an error or a warning, or of the rule that the mutation names: some give advice. A mutation that
is known not to be found says why (`missed`), and is tested as well: the day that it is found, its entry changes.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.mutation_runs import check, copy_repository, find_near, show, use_cache
from tests.mutations import REPOSITORIES, load_mutations

SLOW_TESTS = "GITOPS_GEN_SLOW_TESTS"
"""Set where time does not matter: then every mistake is made, else every other one."""
ALL = load_mutations()


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with use_cache(tmp_path_factory.mktemp("cache")):
        yield


@pytest.mark.parametrize("name", sorted(REPOSITORIES))
def test_nothing_is_found_in_a_repository_as_it_is(name, tmp_path):
    result = check(copy_repository(name, tmp_path))
    assert result.findings == ()
    assert result.counts["builds"] > 0


@pytest.mark.parametrize("mutation", ALL if os.environ.get(SLOW_TESTS) else ALL[::2], ids=show)
def test_a_mistake_is_found_where_it_was_made(mutation, tmp_path):
    near = find_near(mutation, tmp_path)
    counted = {f.rule for f in near.findings if f.severity in {"error", "warning"} or f.rule == mutation.rule}
    told = "\n".join(f"{f.path}:{f.line} {f.rule} {f.message}" for f in near.findings + near.others)
    if mutation.missed:
        assert not counted, f"this is found by now, take away `missed`:\n{told}"
        return
    assert counted, f"nothing at {near.place}, but\n{told}"
    assert mutation.rule in {"", *counted}, told


def test_at_least_97_in_100_are_found():
    """Each one's outcome is tested above, all with GITOPS_GEN_SLOW_TESTS=1; this counts what is recorded there."""
    missed = [f"{show(mutation)}: {mutation.missed}" for mutation in ALL if mutation.missed]
    assert len(ALL) >= 300
    assert len(missed) <= 0.03 * len(ALL), missed


def test_each_mutation_is_another():
    assert [name for name, count in Counter(map(show, ALL)).items() if count > 1] == []
    assert {mutation.example for mutation in ALL} == set(REPOSITORIES)
