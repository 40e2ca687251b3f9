"""Which files there are to check, and which not, and why. Kept light: every run does it, the shortest too."""

import errno
import os
from typing import NamedTuple

ENDINGS = (".yaml", ".yml", ".json")
SETTINGS_FILE = "gitops-gen.yaml"
"""The settings' place in a GitOps repository, as gitops_gen/config.py has it, which is slow to import."""
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""File names that kustomize takes for a folder's kustomization."""
HIDDEN_KEPT = frozenset({".tekton", ".argocd"})
"""Folders that hold manifests although their names begin with a dot."""
_PASSED_OVER = frozenset({".git", ".gitops-gen"})  # git's own and ours: schemas and the baseline
_FOREIGN = frozenset({"node_modules", "__pycache__", "venv"})
NO_FILE = "not a regular file"
"""A named pipe, a socket, a device: reading one may never end."""


class Found(NamedTuple):
    """What a search found; paths are below the root, with `/`, sorted."""

    files: list[str]
    problems: list[tuple[str, str, str]]
    """(code, path, detail) of what cannot be taken, as rules/files.py has it."""
    passed_over: list[tuple[str, str]]
    """(path, reason)."""


def discover(root: str, starts: list[str]) -> Found:
    """All YAML and JSON files at or below `starts`, each a path below `root` (`.` for the root itself).

    A start that is a file of another kind is left out: it is no manifest, though a build may read it.
    """
    found = Found([], [], [])
    pending = []
    for start in starts:
        full = os.path.join(root, start) if start != "." else root
        if os.path.islink(full) and start != ".":
            _take_link(root, start, found)
        elif os.path.isdir(full):
            pending.append((full, "" if start == "." else start.rstrip("/") + "/"))
        elif _is_taken(start.rpartition("/")[2]):
            if os.path.isfile(full) or not os.path.exists(full):
                found.files.append(start)
            else:
                found.problems.append(("unreadable", start, NO_FILE))
    while pending:
        folder, prefix = pending.pop()
        pending += _list_folder(root, folder, prefix, found)
    # Starts may overlap.
    return Found(sorted(set(found.files)), sorted(set(found.problems)), sorted(set(found.passed_over)))


def _list_folder(root: str, folder: str, prefix: str, found: Found) -> list[tuple[str, str]]:
    """Take what lies in a folder; gives the folders in it that are to be entered, each with its path's prefix."""
    try:
        with os.scandir(folder) as entries:
            listing = list(entries)
    except OSError as error:
        found.problems.append(("unreadable", prefix.rstrip("/") or ".", error.strerror or "no access"))
        return []
    chart = any(entry.name == "Chart.yaml" for entry in listing)
    folders = []
    for entry in listing:
        name = entry.name
        path = prefix + name
        if entry.is_symlink():
            _take_link(root, path, found)
        elif entry.is_dir(follow_symlinks=False):
            reason = _judge_folder(entry, chart=chart)
            if reason is None:
                folders.append((entry.path, path + "/"))
            elif reason:
                found.passed_over.append((path + "/", reason))
        elif _is_taken(name):
            if entry.is_file(follow_symlinks=False):
                found.files.append(path)
            else:
                found.problems.append(("unreadable", path, NO_FILE))
    return folders


def _is_taken(name: str) -> bool:
    return name.endswith(ENDINGS) or name == "Kustomization"


def _judge_folder(entry: os.DirEntry[str], *, chart: bool) -> str | None:
    """Why a folder is not entered; None if it is, empty if nobody would ask."""
    name = entry.name
    if name in _PASSED_OVER:
        return ""
    if name.startswith(".") and name not in HIDDEN_KEPT:
        return "a hidden folder"
    if name in _FOREIGN and (name != "venv" or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))):
        return "not part of the repository"
    if chart and name == "templates":
        return "templates of a Helm chart: render them with `helm template` and check the result"
    return None


def _take_link(root: str, path: str, found: Found) -> None:
    """A link inside needs no check: what it leads to is checked in its own place."""
    full = os.path.join(root, path)
    target = os.readlink(full)
    try:
        real = os.path.realpath(full, strict=True)
    except OSError as error:
        code = "link-loop" if error.errno == errno.ELOOP else "broken-link"
        found.problems.append((code, path, target))
        return
    top = os.path.realpath(root)
    if not is_in(real, top):
        found.problems.append(("outside", path, target))
    elif os.path.isdir(real) and is_in(os.path.realpath(os.path.dirname(full)), real):
        found.problems.append(("link-loop", path, target))


def is_in(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it; both absolute."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def find_root(start: str) -> str:
    """The repository that a folder is in: the nearest one up with a gitops-gen.yaml, else with a .git; else itself.

    Settings above the top of the checkout are those of another repository.
    """
    ours, checkout = _find_up(start, SETTINGS_FILE), find_checkout(start)
    if ours and (not checkout or is_in(ours, checkout)):
        return ours
    return checkout or os.path.abspath(start)


def find_checkout(start: str) -> str:
    """The top of the git checkout that a folder is in; empty if it is in none."""
    return _find_up(start, ".git")


def _find_up(start: str, name: str) -> str:
    folder = os.path.abspath(start)
    while not os.path.exists(os.path.join(folder, name)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent
    return folder
