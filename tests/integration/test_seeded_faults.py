"""Mistakes that people make, each put into a repository of examples/: found in the right file, within two lines.

What is found must be an error or a warning. A mutation that is known not to be found says why (`missed`), and is
tested as well: the day that it is found, its entry changes.
"""

import shutil
from collections import Counter

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.mutations import EXAMPLES, Mutation, apply_mutation
from tests.mutations_fields import FIELDS
from tests.mutations_kustomize import KUSTOMIZE
from tests.mutations_seldon import SELDON
from tests.mutations_settings import PROVENANCE, SETTINGS
from tests.mutations_syntax import SYNTAX

ALL: tuple[Mutation, ...] = (*SYNTAX, *FIELDS, *KUSTOMIZE, *SELDON, *SETTINGS, *PROVENANCE)
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/repository"))
WITHIN = 2


def show(mutation: Mutation) -> str:
    return f"{mutation.example}/{mutation.path.rpartition('/')[2]}: {mutation.name}"


def check(root):
    request = ValidateRequest(root=str(root), cache=False, jobs=1)
    return validate(request, prepare_run(request), find_kustomize=KustomizeCommand)


def copy_example(name, folder):
    return shutil.copytree(EXAMPLES / name / "repository", folder / "repository", symlinks=True)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_in_an_example_as_it_is(name, tmp_path):
    result = check(copy_example(name, tmp_path))
    assert result.findings == ()
    assert result.counts["builds"] > 0


@pytest.mark.parametrize("mutation", ALL, ids=show)
def test_a_mistake_is_found_where_it_was_made(mutation, tmp_path):
    root = copy_example(mutation.example, tmp_path)
    path, line = apply_mutation(mutation, root)
    findings = [finding for finding in check(root).findings if finding.severity in {"error", "warning"}]
    near = [f for f in findings if f.path == path and abs(f.line - line) <= WITHIN]
    told = "\n".join(f"{f.path}:{f.line} {f.rule} {f.message}" for f in findings)
    if mutation.missed:
        assert not near, f"this is found by now, take away `missed`:\n{told}"
        return
    assert near, f"nothing at {path}:{line}, but\n{told}"
    if mutation.rule:
        assert mutation.rule in {f.rule for f in near}, told


def test_at_least_97_in_100_are_found():
    """Each one's outcome is tested above; this counts what is recorded there."""
    missed = [f"{show(mutation)}: {mutation.missed}" for mutation in ALL if mutation.missed]
    assert len(ALL) >= 100
    assert len(missed) <= 0.03 * len(ALL), missed


def test_each_mutation_is_another():
    assert [name for name, count in Counter(map(show, ALL)).items() if count > 1] == []
    assert {mutation.example for mutation in ALL} == set(NAMES)
