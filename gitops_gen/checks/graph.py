"""How the kustomizations of a tree hang together: what each build reads, and which builds a file can change."""

import os
import posixpath
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from gitops_gen.checks.discover import ENDINGS, KUSTOMIZATIONS
from gitops_gen.checks.kustomization import (
    GENERATORS,
    Kustomization,
    Reference,
    list_candidates,
    parse_kustomization,
    resolve,
)
from gitops_gen.checks.tree import Tree

_MAKES = frozenset({"resource", "component", "plugin"})


class Link(NamedTuple):
    """A reference of a kustomization, followed."""

    reference: Reference
    path: str
    """What it leads to, below the checked root; empty where it is remote or leads out."""
    is_folder: bool
    """Whether that is a folder with a kustomization."""
    exists: bool


class Graph:
    """All kustomizations of a tree, by folder; `.` is the root of the tree."""

    def __init__(
        self,
        folders: Mapping[str, Kustomization],
        links: Mapping[str, tuple[Link, ...]],
        doubles: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.folders = folders
        self.links = links
        self.doubles = doubles
        """Folders with more than one kustomization file, with all of these."""
        self._closures: dict[str, tuple[str, ...]] = {}
        self._chains: dict[str, tuple[str, ...]] = {}

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The folders that are built: no other kustomization refers to them, and they are no component.

        Of folders that refer to one another in a ring the first one counts.
        """
        used = {link.path for folder, links in self.links.items() for link in links if link.is_folder}
        builds = sorted(folder for folder, found in self.folders.items() if not found.is_component)
        roots = [folder for folder in builds if folder not in used]
        reached = {folder for root in roots for folder in self.chain(root)}
        for folder in builds:
            if folder not in reached:
                roots.append(folder)
                reached |= set(self.chain(folder))
        return tuple(sorted(roots))

    @cached_property
    def roles(self) -> Mapping[str, frozenset[str]]:
        """What kustomizations use each file for, by path."""
        roles: dict[str, set[str]] = {}
        for links in self.links.values():
            for link in links:
                if link.path and not link.is_folder:
                    roles.setdefault(link.path, set()).add(link.reference.role)
        return {path: frozenset(found) for path, found in roles.items()}

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """The roots that each folder is a part of."""
        users: dict[str, list[str]] = {}
        for root in self.roots:
            for folder in self.chain(root):
                users.setdefault(folder, []).append(root)
        return {folder: tuple(found) for folder, found in users.items()}

    def chain(self, folder: str) -> tuple[str, ...]:
        """`folder` and all folders that its build goes through, the nearest first."""
        if folder not in self._chains:
            chain: list[str] = []
            waiting = deque([folder])
            while waiting:
                at = waiting.popleft()
                if at not in chain and at in self.folders:
                    chain.append(at)
                    waiting += (link.path for link in self._order(at) if link.is_folder)
            self._chains[folder] = tuple(chain)
        return self._chains[folder]

    def _order(self, folder: str) -> Iterator[Link]:
        """What comes in last, first: the last component's word counts more than a resource's."""
        links = self.links[folder]
        yield from (link for link in reversed(links) if link.reference.role == "component")
        yield from (link for link in links if link.reference.role != "component")

    def closure(self, folder: str) -> tuple[str, ...]:
        """All files that the build of `folder` reads, and the paths where one is missing; sorted."""
        if folder not in self._closures:
            paths: set[str] = set()
            for at in self.chain(folder):
                paths.add(self.folders[at].path)
                paths.update(self.doubles.get(at, ()))
                for link in self.links[at]:
                    if link.path and not link.is_folder:
                        paths.update([link.path] if link.exists else _list_missing(link))
            self._closures[folder] = tuple(sorted(paths))
        return self._closures[folder]

    def affected(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The roots whose build the files at `paths` can change, there or not any more.

        A manifest that no kustomization lists counts for that of its folder, which may have forgotten it.
        """
        changed = set(paths)
        beside = {posixpath.dirname(path) or "." for path in changed if posixpath.basename(path) in KUSTOMIZATIONS}
        beside |= {str(self.find_folder(path)) for path in changed - self.roles.keys() if path.endswith(ENDINGS)}
        return tuple(
            root
            for root in self.roots
            if not changed.isdisjoint(self.closure(root)) or not beside.isdisjoint(self.chain(root))
        )

    def find_folder(self, path: str) -> str | None:
        """The folder of the kustomization that is nearest above a file."""
        folder = posixpath.dirname(path)
        while folder and folder not in self.folders:
            folder = posixpath.dirname(folder)
        return folder or ("." if "." in self.folders else None)

    def list_links(self, root: str) -> Iterator[tuple[Kustomization, Link]]:
        """Every reference on the way of a build."""
        for folder in self.chain(root):
            yield from ((self.folders[folder], link) for link in self.links[folder])

    def is_complete(self, folder: str) -> bool:
        """Whether all that the build of `folder` makes can be told from files: no Helm, nothing remote or missing."""
        return not any(self.folders[at].uses_helm for at in self.chain(folder)) and all(
            link.exists and link.reference.role != "plugin"
            for _, link in self.list_links(folder)
            if link.reference.role in _MAKES
        )

    def tell_apart(self, folders: Iterable[str]) -> dict[str, str]:
        """A text for each of `folders`; those with different texts must not be built by one process.

        They have other settings that hold for a whole process, or objects of the same name and namespace.
        """
        counts: Counter[tuple[str, str]] = Counter()
        texts = {}
        for folder in folders:
            settings = self._list_settings(folder)
            datas = [self.folders[at].data for at in self.chain(folder)]
            namespace = next((str(data["namespace"]) for data in datas if data.get("namespace")), "")
            shared = [(f"{settings} {namespace}", name) for name in self._list_names(folder)]
            number = max((counts[each] for each in shared), default=0)
            counts.update({each: number + 1 - counts[each] for each in shared})
            texts[folder] = f"{settings} {number}"
        return texts

    def _list_names(self, folder: str) -> Iterator[str]:
        """What stands for the objects of a build: the files that they are in, the names of generators."""
        for at in self.chain(folder):
            yield from (
                link.path for link in self.links[at] if link.reference.role == "resource" and not link.is_folder
            )
            for field in GENERATORS:
                yield from (f"{field} {entry.get('name')}" for _, entry in self.folders[at].list_items(field))

    def _list_settings(self, folder: str) -> str:
        """What kustomize keeps for all that one process builds: `openapi`, `configurations`, `crds` and `vars`."""
        parts = []
        for at in self.chain(folder):
            data = self.folders[at].data
            if data.get("vars") or (data.get("openapi") and not self._comes_first(folder, at)):
                return f"only {folder}"
            parts += [link.path for link in self.links[at] if link.reference.role == "configuration"]
        return " ".join(sorted(set(parts)))

    def _comes_first(self, folder: str, at: str) -> bool:
        """Whether `at` is read before anything else that `folder` is made of."""
        seen = set()
        while folder != at and folder not in seen:
            seen.add(folder)
            first = next((link for link in self.links[folder] if link.reference.role == "resource"), None)
            if first is None or not first.is_folder:
                return False
            folder = first.path
        return folder == at


def read_graph(tree: Tree, kustomizations: Iterable[str]) -> Graph:
    """The graph of `kustomizations`, paths of files, and of those in `tree` that they refer to."""
    folders: dict[str, Kustomization] = {}
    links: dict[str, tuple[Link, ...]] = {}
    doubles: dict[str, tuple[str, ...]] = {}
    waiting = sorted({posixpath.dirname(path) or "." for path in kustomizations}, reverse=True)
    while waiting:
        folder = waiting.pop()
        if folder in folders:
            continue
        names = [path for path in list_files(folder) if tree.read(path) is not None]
        source = tree.read(names[0]) if names else None
        if source is None:
            continue
        if len(names) > 1:
            doubles[folder] = tuple(names)
        folders[folder] = parse_kustomization(source.path, source.documents)
        links[folder] = tuple(_follow(tree, folder, reference) for reference in folders[folder].references)
        waiting += (link.path for link in links[folder] if link.is_folder)
    return Graph(folders, links, doubles)


def list_files(folder: str) -> tuple[str, ...]:
    """The paths that the kustomization of `folder` may have."""
    return tuple(posixpath.normpath(posixpath.join(folder, name)) for name in KUSTOMIZATIONS)


def _follow(tree: Tree, folder: str, reference: Reference) -> Link:
    path = None if reference.is_remote else resolve(folder, reference.target)
    if path is None:
        return Link(reference, "", is_folder=False, exists=False)
    if tree.is_folder(path):
        has_kustomization = reference.may_be_folder and any(tree.exists(file) for file in list_files(path))
        return Link(reference, path, is_folder=has_kustomization, exists=has_kustomization)
    return Link(reference, path, is_folder=False, exists=tree.exists(path) and _is_plain(tree, path))


def _is_plain(tree: Tree, path: str) -> bool:
    """Whether there is a file to read, and no pipe or device, which a build would wait for."""
    return os.path.isfile(os.path.join(tree.root, path))


def _list_missing(link: Link) -> Iterator[str]:
    """Where the missing target of a reference would stand."""
    yield from list_candidates(link.path) if link.reference.may_be_folder else (link.path,)
