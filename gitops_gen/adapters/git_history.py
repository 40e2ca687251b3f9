"""What a branch has been through: the commits that changed a file, and the file as they have it."""

import re
from collections.abc import Mapping, Sequence

from gitops_gen.adapters.git_objects import FILE_MODES, parse_commit
from gitops_gen.adapters.git_store import GitStore
from gitops_gen.adapters.git_trees import find_entries
from gitops_gen.ports import Revision

_HEAD = re.compile(r"\x01([0-9a-f]{40}|[0-9a-f]{64}) (\d+)\n*")
_LOG = ("log", "-z", "--first-parent", "--diff-merges=first-parent", "--no-renames", "--name-only")


def list_revisions(store: GitStore, tip: str, patterns: Sequence[str]) -> tuple[Revision, ...]:
    """The first parents from `tip` on that changed files which match `patterns`; the history must be here."""
    wanted = [f":(top,glob){pattern}" for pattern in patterns]
    output = store.run(*_LOG, "--format=%x01%H %ct", tip, "--", *wanted).decode(errors="surrogateescape")
    found: list[tuple[str, int, list[str]]] = []
    for line in output.split("\0"):
        head = _HEAD.fullmatch(line)
        if head:
            found.append((head[1], int(head[2]), []))
        elif line.strip("\n"):
            found[-1][2].append(line.lstrip("\n"))
    commits = store.read_commits(commit for commit, _, _ in found)
    parsed = {commit: parse_commit(data) for commit, data in commits.items()}
    return tuple(
        Revision(
            commit=commit,
            time=time,
            author=parsed[commit].author,
            subject=parsed[commit].subject,
            paths=tuple(sorted(paths)),
        )
        for commit, time, paths in found
    )


def read_places(store: GitStore, places: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], bytes]:
    """Files by (commit, path), as far as they are there."""
    paths: dict[str, set[str]] = {}
    for commit, path in places:
        paths.setdefault(commit, set()).add(path)
    trees = {commit: parse_commit(data).tree for commit, data in store.read_commits(paths).items()}
    files = {
        (commit, path): entry.id
        for commit, tree in trees.items()
        for path, entry in find_entries(store, tree, paths[commit]).items()
        if entry.mode in FILE_MODES
    }
    contents = store.read(files.values())
    return {place: contents[id_] for place, id_ in files.items()}
