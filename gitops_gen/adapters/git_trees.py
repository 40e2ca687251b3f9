"""Walks over git trees, level by level, so that each level costs one request at most."""

from collections.abc import Iterable

from gitops_gen.adapters.git_objects import FOLDER_MODE, Entry, Tree
from gitops_gen.adapters.git_store import GitStore


def find_entries(store: GitStore, root: str, paths: Iterable[str]) -> dict[str, Entry]:
    """What stands at those of `paths` that are there, folders and links included."""
    found: dict[str, Entry] = {}
    pending = [(path, path.split("/"), root) for path in paths]
    while pending:
        trees = store.read_trees(tree for _, _, tree in pending)
        deeper = []
        for path, (name, *rest), tree in pending:
            entry = trees[tree].get(name)
            if entry is None:
                continue
            if not rest:
                found[path] = entry
            elif entry.mode == FOLDER_MODE:
                deeper.append((path, rest, entry.id))
        pending = deeper
    return found


def walk_tree(store: GitStore, root: str, prefix: str) -> dict[str, Entry]:
    """All that is not a folder below the tree `root`, by path; `prefix` is put before each."""
    found: dict[str, Entry] = {}
    level = [(prefix, root)]
    while level:
        trees = store.read_trees(tree for _, tree in level)
        below = []
        for folder, tree in level:
            for name, entry in trees[tree]:
                if entry.mode == FOLDER_MODE:
                    below.append((f"{folder}{name}/", entry.id))
                else:
                    found[f"{folder}{name}"] = entry
        level = below
    return found


def diff_trees(store: GitStore, old: str, new: str) -> dict[str, tuple[Entry | None, Entry | None]]:
    """Paths whose entries differ between two trees, with both."""
    changes: dict[str, tuple[Entry | None, Entry | None]] = {}
    nothing = Tree()
    level: list[tuple[str, str | None, str | None]] = [("", old, new)] if old != new else []
    while level:
        trees = store.read_trees(tree for _, *pair in level for tree in pair if tree)
        below: list[tuple[str, str | None, str | None]] = []
        for folder, one, other in level:
            before = trees[one] if one else nothing
            after = trees[other] if other else nothing
            for name in before.names_unlike(after):
                a, b = before.get(name), after.get(name)
                path = f"{folder}{name}"
                tree_a, tree_b = (e.id if e and e.mode == FOLDER_MODE else None for e in (a, b))
                if tree_a or tree_b:
                    below.append((f"{path}/", tree_a, tree_b))
                file_a, file_b = (e if e and e.mode != FOLDER_MODE else None for e in (a, b))
                if file_a or file_b:
                    changes[path] = (file_a, file_b)
        level = below
    return changes
