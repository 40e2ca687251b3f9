"""What our commits look like, and how one is told from somebody else's."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gitops_gen.adapters.git_objects import Commit, parse_commit
from gitops_gen.adapters.git_process import GitFailedError
from gitops_gen.adapters.git_store import GitStore
from gitops_gen.adapters.git_trees import diff_trees

FILES_TRAILER = "Gitops-Gen-Files"
"""The commit changes just these files: sha256 over the sorted lines `<blob id or -> <path>`."""

_TRAILER_LINE = re.compile(r"[A-Za-z0-9-]+: .*")
_OWN_TRAILER = re.compile(rf"{FILES_TRAILER}\s*:\s*(.*)", re.IGNORECASE)
_MERGES = 20
"""How many commits deep a branch is looked at that the forge's "update branch" button has put merges on."""
_BASE_HISTORY = 200
"""How many commits of the base are searched for what was merged."""


def read_files_hash(commit: Commit) -> str:
    """What the trailer of a commit says; empty if it has none."""
    for line in reversed(commit.message.rstrip().rpartition("\n\n")[2].splitlines()):
        if own := _OWN_TRAILER.fullmatch(line):
            return own[1]
    return ""


def hash_files(changes: Mapping[str, str | None]) -> str:
    """The trailer's value for paths and their new blob ids, None for a file that is deleted."""
    lines = sorted(f"{blob or '-'} {path}\n" for path, blob in changes.items())
    return "sha256:" + hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()


def add_trailers(message: str, *trailers: str) -> str:
    """`message` with `trailers` at the end of its block of trailers, or as such a block; ours is not said twice."""
    text = message.replace("\r\n", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    lines = [line.rstrip() for line in text.split("\n") if not _OWN_TRAILER.fullmatch(line.rstrip())]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    *paragraphs, last = body.split("\n\n")
    block = last.splitlines() if paragraphs else []
    in_block = bool(block) and all(_TRAILER_LINE.fullmatch(line) for line in block)
    own = [line for line in trailers if not in_block or line not in block]
    return "\n".join([body + ("" if in_block else "\n"), *own]) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBranch:
    """A branch that carries our commit and nothing else."""

    files_hash: str
    base_tree: str
    """The tree that the commit changes, or that the forge has merged into it since."""


class BranchReader:
    """Looks at one branch of a remote, seen from one commit of the base branch."""

    def __init__(self, store: GitStore, base_commit: str) -> None:
        self._store = store
        self._base = base_commit

    def read(self, tip: str) -> tuple[Commit, OwnBranch | None]:
        """The commit at the tip, and the branch if it is ours."""
        self._store.fetch_history(tip, 2)
        commit = self._commit(tip)
        if commit is None:
            raise GitFailedError("fetch", f"the remote did not send commit {tip}")
        if len(commit.parents) > 1:
            self._store.fetch_history(tip, _MERGES)
        return commit, self._recognise(tip)

    def _commit(self, commit_id: str) -> Commit | None:
        data = self._store.read_commits([commit_id]).get(commit_id)
        return parse_commit(data) if data is not None else None

    def _recognise(self, commit_id: str) -> OwnBranch | None:
        commit = self._commit(commit_id)
        if commit is None:
            return None
        if len(commit.parents) == 1:
            parent = self._commit(commit.parents[0])
            said = read_files_hash(commit)
            if parent is None or said != self._hash_changes(parent, commit):
                return None
            return OwnBranch(files_hash=said, base_tree=parent.tree)
        if len(commit.parents) == 2:  # noqa: PLR2004 - two sides of a merge
            for mine, theirs in (commit.parents, commit.parents[::-1]):
                own = self._recognise(mine)
                merged = self._commit(theirs)
                if own and merged and own.files_hash == self._hash_changes(merged, commit) and self._is_of_base(theirs):
                    return OwnBranch(files_hash=own.files_hash, base_tree=merged.tree)
        return None

    def _hash_changes(self, old: Commit, new: Commit) -> str:
        changes = diff_trees(self._store, old.tree, new.tree)
        return hash_files({path: after.id if after else None for path, (_, after) in changes.items()})

    def _is_of_base(self, commit_id: str) -> bool:
        """Whether it is a commit of the base branch: else it is somebody's work that only this branch may have."""
        if commit_id == self._base:
            return True
        self._store.fetch_history(self._base, _BASE_HISTORY, trees=False)
        return commit_id in self._store.run("rev-list", self._base).decode().split()
