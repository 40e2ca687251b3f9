"""What Argo CD finds in a folder of the repository."""

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import islice

from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.tree import Tree

_MANIFESTS = (".yaml", ".yml", ".json", ".jsonnet")
_KEPT_EMPTY = frozenset({".gitkeep", ".keep", ".gitignore"})
_KUSTOMIZATIONS = frozenset(KUSTOMIZATIONS)
_TOOLS = frozenset({"Chart.yaml", "Chart.yml", *KUSTOMIZATIONS})
_MOST_FOLDERS = 20_000


class Folder:
    """A folder of the repository; `path` is below its root, `.` is the root itself."""

    def __init__(self, tree: Tree, path: str) -> None:
        self._tree = tree
        self.path = clean_path(path)

    @property
    def exists(self) -> bool:
        """Whether it is there, as a folder."""
        return self._tree.is_folder(self.path)

    @cached_property
    def names(self) -> frozenset[str]:
        """Its files."""
        return frozenset(next((files for _, files in _walk(self._tree, self.path)), ()))

    @property
    def has_tool(self) -> bool:
        """Whether kustomize or Helm reads it."""
        return bool(_TOOLS & self.names)

    @property
    def is_generated(self) -> bool:
        """Whether what it makes does not stand in it: Helm or jsonnet makes it."""
        has_chart = bool({"Chart.yaml", "Chart.yml"} & self.names) and not _KUSTOMIZATIONS & self.names
        return has_chart or any(name.endswith(".jsonnet") for name in self.names)

    @property
    def has_manifests(self) -> bool:
        """Whether files of manifests stand in it."""
        return any(name.endswith(_MANIFESTS) for name in self.names)

    @cached_property
    def has_manifests_below(self) -> bool:
        """Whether files of manifests stand in folders below it."""
        below = (files for path, files in _walk(self._tree, self.path) if path != self.path)
        return any(name.endswith(_MANIFESTS) for files in below for name in files)

    @cached_property
    def is_kept_empty(self) -> bool:
        """Whether it only holds what keeps an empty folder in git: then it waits to be filled."""
        files = [name for _, found in _walk(self._tree, self.path) for name in found]
        return bool(files) and _KEPT_EMPTY.issuperset(files)


def clean_path(path: str) -> str:
    """The path of a source as the repository has it."""
    return path.strip().strip("/").removeprefix("./") or "."


def find_folders(tree: Tree, pattern: str) -> Iterator[str]:
    """The folders that a git generator's pattern means: `*` and `?` stand for characters of one folder's name."""
    parts = clean_path(pattern).split("/")
    found = ["."]
    for part in parts:
        found = [f"{above}/{name}".removeprefix("./") for above in found for name in _list_names(tree, above, part)]
    yield from found


def find_files(tree: Tree, pattern: str) -> Iterator[str]:
    """The files that a git generator's pattern means: `**` stands for any folders as well."""
    wanted = clean_path(pattern).replace("**/", "*")
    for folder, files in _walk(tree, literal_prefix(pattern)):
        paths = (f"{folder}/{name}".removeprefix("./") for name in files)
        yield from (path for path in paths if fnmatchcase(path, wanted))


def literal_prefix(pattern: str) -> str:
    """The folders at the beginning of a pattern that are no patterns."""
    kept: list[str] = []
    for part in clean_path(pattern).split("/")[:-1]:
        if any(sign in part for sign in "*?[{"):
            break
        kept.append(part)
    return "/".join(kept) or "."


def _list_names(tree: Tree, above: str, part: str) -> Iterator[str]:
    if not any(sign in part for sign in "*?["):
        yield from [part] if tree.is_folder(f"{above}/{part}") else []
        return
    with os.scandir(os.path.join(tree.root, above)) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".")]
    yield from (name for name in sorted(names) if fnmatchcase(name, part) and tree.is_folder(f"{above}/{name}"))


def _walk(tree: Tree, path: str) -> Iterator[tuple[str, list[str]]]:
    """A folder and those below it, with the names of their files; links are not followed."""
    if not tree.is_folder(path):
        return
    for folder, below, files in islice(os.walk(os.path.join(tree.root, path)), _MOST_FOLDERS):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield os.path.relpath(folder, tree.root).replace(os.sep, "/"), sorted(files)
