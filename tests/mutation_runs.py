"""How one of the mistakes of tests/mutations*.py is made and checked."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.checks.cache import CACHE_VARIABLE
from gitops_gen.findings import CheckResult, Finding
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.mutations import REPOSITORIES, Mutation, apply_mutation

WITHIN = 2
"""Lines between a mistake and its finding."""
_SETTINGS = "gitops-gen.yaml"


class Near(NamedTuple):
    """What came of a mistake."""

    place: str
    """Where it was made: `path:line`."""
    findings: tuple[Finding, ...]
    """Those at that place."""
    others: tuple[Finding, ...]
    """Those that it gave elsewhere."""

    @property
    def rules(self) -> set[str]:
        """The rules that found it where it was made."""
        return {finding.rule for finding in self.findings}


@contextmanager
def use_cache(folder: Path) -> Iterator[None]:
    """The runs share a cache that begins empty: only what a mistake changes is checked and built again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(folder))
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield


def show(mutation: Mutation) -> str:
    """What it is called among all the others."""
    return f"{mutation.example}/{mutation.path.rpartition('/')[2]}: {mutation.name}"


def copy_repository(name: str, folder: Path) -> Path:
    """A copy of one of REPOSITORIES, below `folder`."""
    return shutil.copytree(REPOSITORIES[name], folder / "repository", symlinks=True)


def check(root: Path) -> CheckResult:
    """All that is found in a repository."""
    request = ValidateRequest(root=str(root), jobs=1)
    return validate(request, prepare_run(request), find_kustomize=KustomizeCommand)


def find_near(mutation: Mutation, folder: Path, *, off: str = "") -> Near:
    """Make a mistake in a copy of its repository, and check that; with the rule `off` switched off there."""
    root = copy_repository(mutation.example, folder)
    path, line = apply_mutation(mutation, root)
    if off:
        _switch_off(off, root / _SETTINGS)
    found = check(root).findings
    near = tuple(f for f in found if f.path == path and abs(f.line - line) <= WITHIN)
    return Near(f"{path}:{line}", near, tuple(f for f in found if f not in near))


def _switch_off(rule: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    section = "\nvalidate:\n"
    text = text if section in text else f"{text}{section}"
    path.write_text(text.replace(section, f"{section}  rules: {{{rule}: off}}\n"), encoding="utf-8")
