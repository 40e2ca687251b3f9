"""What a set of files changes on a base, as git's fast-import takes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gitops_gen.adapters.git_objects import FILE_MODES, FOLDER_MODE, hash_blob
from gitops_gen.adapters.git_store import GitStore
from gitops_gen.adapters.git_trees import find_entries
from gitops_gen.errors import InvalidValueError, RefusedError
from gitops_gen.names import show

STAND_IN_REF = "refs/gitops-gen-tree"

# What `git check-ref-format` forbids, and a leading dash.
_BAD_BRANCH = re.compile(r"^[-/]|[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(?:^|/)\.|[./]$|\.lock(?:/|$)|^@?$")
_GIT_FOLDER = re.compile(r"\.git[ .]*|git~\d+", re.IGNORECASE)
_HIDDEN = re.compile(r"[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
"""Characters that macOS ignores in file names."""


def check_path(path: str) -> str:
    """`path` if it is that of a file inside a repository.

    Raises:
        InvalidValueError: it leaves the repository, reaches into .git or cannot be a file name everywhere.
    """
    parts = path.split("/")
    inside = all(part not in {"", ".", ".."} and not _GIT_FOLDER.fullmatch(_HIDDEN.sub("", part)) for part in parts)
    if not inside or not path.isprintable() or set(path) & set('\\:"'):
        raise InvalidValueError(f"{show(path)} is not the path of a file in the repository")
    return path


def check_branch(branch: str) -> str:
    """`branch` if git allows it as a name.

    Raises:
        InvalidValueError: it does not.
    """
    if _BAD_BRANCH.search(branch):
        raise InvalidValueError(f"{show(branch)} cannot be a branch's name")
    return branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A file as it shall be; without `blob` it is deleted."""

    mode: str
    blob: str | None
    content: bytes


def find_changes(store: GitStore, root: str, files: Mapping[str, bytes | None]) -> dict[str, Change]:
    """Those of `files` (None deletes one) that differ from the tree `root`; the mode of a file stays.

    Raises:
        InvalidValueError: a path is not that of a file in a repository.
        RefusedError: a link, a submodule, a file or a folder stands where another is needed.
    """
    folders = {
        "/".join(parts[:n]) for parts in (p.split("/") for p in map(check_path, files)) for n in range(1, len(parts))
    }
    there = find_entries(store, root, [*files, *folders])
    for path, wanted in [*((p, FILE_MODES) for p in files), *((f, {FOLDER_MODE}) for f in sorted(folders))]:
        if path in there and there[path].mode not in wanted:
            raise RefusedError(
                f"{show(path)} is not a {'folder' if FOLDER_MODE in wanted else 'regular file'} on the base branch",
                hint="the promotion would replace it: move it, or take it away",
            )
    changes = {}
    for path, content in files.items():
        old = there.get(path)
        blob = None if content is None else hash_blob(content, like=root)
        if blob != (old.id if old else None):
            changes[path] = Change(mode=old.mode if old else "100644", blob=blob, content=content or b"")
    return changes


def import_stream(base_commit: str, changes: Mapping[str, Change]) -> bytes:
    """For `git fast-import`: a stand-in commit whose tree is the base's with `changes`; it is never pushed."""
    parts = [f"commit {STAND_IN_REF}\ncommitter - <-> 0 +0000\ndata 0\nfrom {base_commit}\n".encode()]
    for path, change in changes.items():
        if change.blob is None:
            parts.append(f'D "{path}"\n'.encode())
        else:
            parts += [f'M {change.mode} inline "{path}"\ndata {len(change.content)}\n'.encode(), change.content, b"\n"]
    return b"".join(parts)
