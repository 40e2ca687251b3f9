"""Mend what can be mended by rule: check, change the files, check again."""

from collections.abc import Callable
from pathlib import Path

from gitops_gen.adapters.files import replace_file
from gitops_gen.checks.tree import Tree
from gitops_gen.errors import GitopsGenError
from gitops_gen.findings import CheckResult
from gitops_gen.fixes import FIXERS, apply_fixes
from gitops_gen.ports import Kustomize
from gitops_gen.validate import validate
from gitops_gen.validation import Prepared, ValidateRequest, prepare_run

_ROUNDS = 3
"""One fix may bring the next to light: an added resource whose image is not pinned."""


def mend(
    request: ValidateRequest, prepared: Prepared, *, find_kustomize: Callable[[], Kustomize | None]
) -> CheckResult:
    """What is left when all that can be mended is; the files are written, each in one step.

    Raises:
        GitopsGenError: a file cannot be written; those before it are complete.
    """
    result = validate(request, prepared, find_kustomize=find_kustomize)
    fixed = 0
    for _ in range(_ROUNDS):
        changes = apply_fixes(Tree(request.root), result.findings, FIXERS)
        if not changes.files:
            break
        for path, text in changes.files.items():
            _write(Path(request.root, path), text)
        fixed += len(changes.fixed)
        result = validate(request, prepare_run(request), find_kustomize=find_kustomize)
    return result._replace(counts={**result.counts, "fixed": fixed})


def _write(path: Path, text: str) -> None:
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise GitopsGenError(
            f"{path} cannot be written: {error.strerror}", hint="what was mended so far is complete; run it again"
        ) from error
