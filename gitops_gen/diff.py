"""What a change means once kustomize has built it: the overlays of two revisions, compared."""

import posixpath
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitops_gen.adapters.git_revisions import find_top, read_revision, read_work_tree
from gitops_gen.adapters.kustomize import write_files
from gitops_gen.checks.closure import read_closure
from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.difference import Difference, FolderDifference, compare_builds, parse_build
from gitops_gen.ports import BuildError, Kustomize

WORK_TREE = "the work tree"
_OVERLAYS = "overlays"

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRequest:
    """What a person or a bot asks for."""

    before: str = "HEAD"
    """A revision."""
    after: str = ""
    """A revision; empty for the files that lie in the checkout now."""
    environment: str = ""
    """One environment alone; empty for all."""
    start: Path
    """A folder in the checkout."""


def diff(request: DiffRequest, kustomize: Kustomize) -> Difference:
    """The overlays whose build differs; those whose files are the same are not built.

    Raises:
        NotFoundError: there is no checkout or no such revision.
        ConfigError: there is no kustomize.
    """
    top = find_top(request.start)
    before = read_revision(top, request.before)
    after = read_revision(top, request.after) if request.after else read_work_tree(top)
    folders = sorted({*_list_overlays(before, request.environment), *_list_overlays(after, request.environment)})
    closures = {folder: tuple(_close(folder, files) for files in (before, after)) for folder in folders}
    changed = [folder for folder, (one, other) in closures.items() if one != other]
    old, new = (_build(kustomize, {folder: closures[folder][side] for folder in changed}) for side in (0, 1))
    compared = (_compare(folder, old.get(folder), new.get(folder)) for folder in changed)
    return Difference(
        before=request.before,
        after=request.after or WORK_TREE,
        folders=tuple(folder for folder in compared if folder.resources or folder.problem),
    )


def _list_overlays(files: Files, environment: str) -> list[str]:
    """The folders below an `overlays` that have a kustomization."""
    folders = [posixpath.dirname(path) for path in files if posixpath.basename(path) in KUSTOMIZATIONS]
    return [
        folder
        for folder in folders
        if _OVERLAYS in folder.split("/")[:-1] and (not environment or folder.split("/")[-1] == environment)
    ]


def _close(folder: str, files: Files) -> Files:
    def read(paths: Sequence[str]) -> Files:
        return {path: files[path] for path in paths if path in files}

    return read_closure(folder, read).files


def _build(kustomize: Kustomize, closures: Mapping[str, Files]) -> Mapping[str, str | BuildError]:
    """The builds of the folders that are there, in one go."""
    there = {folder: files for folder, files in closures.items() if files}
    if not there:
        return {}
    with tempfile.TemporaryDirectory(prefix="gitops-gen-") as temporary:
        root = Path(temporary).resolve()
        write_files(root, {path: content for files in there.values() for path, content in files.items()})
        return kustomize.build_many(root, sorted(there))


def _compare(folder: str, before: str | BuildError | None, after: str | BuildError | None) -> FolderDifference:
    for side, built in (("before", before), ("after", after)):
        if isinstance(built, BuildError):
            return FolderDifference(folder=folder, problem=f"it does not build {side}: {built.message}")
    old, new = (parse_build(built) if isinstance(built, str) else [] for built in (before, after))
    return FolderDifference(folder=folder, resources=tuple(compare_builds(old, new)))
