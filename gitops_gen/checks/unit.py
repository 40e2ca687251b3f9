"""What the rules on kustomizations are asked about: one kustomization, or one build."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from gitops_gen.checks.graph import Graph, Link
from gitops_gen.checks.kustomization import GENERATORS, Kustomization
from gitops_gen.checks.origins import Built, Origins
from gitops_gen.checks.patches import Identity, Patch, find_break, list_patches, list_texts
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.source import Source
from gitops_gen.checks.tree import Tree


class Unit:
    """One kustomization, and what it works on."""

    def __init__(self, tree: Tree, graph: Graph, folder: str, files: Sequence[str] = ()) -> None:
        """`files` are manifests that a kustomization may have forgotten."""
        self.tree = tree
        self.graph = graph
        self.folder = folder
        self.files = files

    @property
    def kustomization(self) -> Kustomization:
        """What its file says."""
        return self.graph.folders[self.folder]

    @property
    def data(self) -> Mapping[str, Any]:
        """The same as plain data."""
        return self.kustomization.data

    @property
    def links(self) -> tuple[Link, ...]:
        """Its references, followed."""
        return self.graph.links[self.folder]

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Its patches."""
        return tuple(list_patches(self.tree, self.kustomization))

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """The folders whose resources it works on: itself; of a component the builds that use it."""
        return self.graph.users.get(self.folder, ()) if self.kustomization.is_component else (self.folder,)

    @cached_property
    def is_complete(self) -> bool:
        """Whether all these resources can be told from files, and what patches make of them."""
        return bool(self.scopes) and all(
            self.graph.is_complete(scope) and all(map(self._is_read, self.graph.chain(scope))) for scope in self.scopes
        )

    def _is_read(self, folder: str) -> bool:
        """Whether a kustomization, its manifests and its patches can be read to the end, and none of them is empty."""
        kustomization = self.graph.folders[folder]
        paths = (
            link.path for link in self.graph.links[folder] if link.reference.role == "resource" and not link.is_folder
        )
        return (
            bool(kustomization.data)
            and all(_holds_objects(self.tree.read(path)) for path in paths)
            and all(find_break(text.source) is None for text in list_texts(self.tree, kustomization))
        )

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """The objects that it works on, as their files have them, and those that generators make."""
        found: dict[str, list[Resource]] = {}
        for scope in self.scopes:
            for kustomization, link in self.graph.list_links(scope):
                if link.reference.role == "resource" and not link.is_folder and link.path not in found:
                    source = self.tree.read(link.path)
                    found[link.path] = list(source.list_resources()) if source else []
                if kustomization.path not in found:
                    found[kustomization.path] = list(_list_generated(kustomization))
        return tuple(resource for resources in found.values() for resource in resources)

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """These objects as its patches see them: with the names and namespaces that kustomizations below may give."""
        return self._identify(own=False)

    @cached_property
    def late_identities(self) -> tuple[Identity, ...]:
        """These objects as its replacements see them: its own namePrefix and the like have been at work."""
        return self._identify(own=True)

    def _identify(self, *, own: bool) -> tuple[Identity, ...]:
        folders = {folder for scope in self.scopes for folder in self.graph.chain(scope)}
        if not own:
            folders.discard(self.folder)
        changes = [self.graph.folders[folder].data for folder in sorted(folders)]
        return tuple(Identity(tuple(_list_variants(resource, changes))) for resource in self.resources)


class Build(NamedTuple):
    """A build that kustomize made, or its message where it made none."""

    tree: Tree
    graph: Graph
    root: str
    objects: tuple[Built, ...]
    message: str
    """Empty where it went well."""
    origins: Origins


def _holds_objects(source: Source | None) -> bool:
    return source is not None and find_break(source) is None and any(source.documents)


def _list_generated(kustomization: Kustomization) -> Iterator[Resource]:
    for field in GENERATORS:
        kind = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}[field]
        for _, entry in kustomization.list_items(field):
            options = entry.get("options")
            metadata = {key: entry[key] for key in ("name", "namespace") if isinstance(entry.get(key), str)}
            if isinstance(options, dict):
                metadata |= {key: options[key] for key in ("labels", "annotations") if key in options}
            yield Resource({"apiVersion": "v1", "kind": kind, "metadata": metadata})


def _list_variants(resource: Resource, kustomizations: Sequence[Mapping[str, Any]]) -> Iterator[Resource]:
    """The object as it is, and as namePrefix, nameSuffix, namespace and labels may make it."""
    yield resource
    metadata = resource.data.get("metadata")
    if not isinstance(metadata, dict):
        return
    for data in kustomizations:
        changed = dict(metadata)
        prefix, suffix = (data.get(key) if isinstance(data.get(key), str) else "" for key in _AFFIXES)
        if prefix or suffix:
            changed["name"] = f"{prefix}{resource.name}{suffix}"
        if isinstance(data.get("namespace"), str):
            changed["namespace"] = data["namespace"]
        for field, added in (("labels", _list_labels(data)), ("annotations", data.get("commonAnnotations"))):
            if isinstance(added, dict) and added:
                changed[field] = {**(changed.get(field) or {}), **added}
        if changed != metadata:
            yield Resource({**resource.data, "metadata": changed})


_AFFIXES = ("namePrefix", "nameSuffix")


def _list_labels(data: Mapping[str, Any]) -> dict[str, Any]:
    labels = dict(data["commonLabels"]) if isinstance(data.get("commonLabels"), dict) else {}
    for entry in data["labels"] if isinstance(data.get("labels"), list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("pairs"), dict):
            labels |= entry["pairs"]
    return labels
