"""From a place in a built object back to the file, line and column that caused it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.field_origins import find_field
from gitops_gen.checks.graph import Graph
from gitops_gen.checks.kustomization import Kustomization
from gitops_gen.checks.patches import Identity, Patch, list_patches, locate_in_patch, split_pointer
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.tree import Tree

Spot = tuple[str, int, int]
"""Path, line and column."""


class Built(NamedTuple):
    """An object of a build, and where kustomize says that it comes from."""

    resource: Resource
    path: str = ""
    """The file it stands in; empty for what a generator made."""
    generator: str = ""
    """The kustomization whose generator made it."""


class Found(NamedTuple):
    """How far some keys lead into a value."""

    keys: Keys
    """As they are there: the index of a list's item may be another."""
    is_whole: bool
    """Whether they lead all the way."""
    value: Any


class Origins:
    """Where the objects of one build come from."""

    def __init__(self, tree: Tree, graph: Graph, root: str) -> None:
        self._tree = tree
        self._graph = graph
        self._root = root
        self._patches = [
            patch for folder in graph.chain(root) for patch in reversed(list(list_patches(tree, graph.folders[folder])))
        ]

    def locate(self, built: Built, keys: Keys) -> Spot:
        """The place that caused what stands at `keys`; of a field that is missing, the place it is missing from."""
        data = built.resource.data
        there = follow(data, data, keys)
        source = self.find_source(built)
        found = follow(source.data, data, there.keys) if source else None
        patches = self.list_patches(built)
        spot = self._find_removal(built, source, keys, there, patches)
        if spot is None:
            spot = self._find_in_source(built, source, found, there, patches)
        if spot is None:
            spot = self._find_in_patches(data, there, patches, exact=True)
        if spot is None:
            spot = self._find_in_fields(built, source, there)
        if spot is None:
            spot = self._find_in_patches(data, there, patches, exact=False)
        return spot or self._find_nearest(built, source, found)

    def find_source(self, built: Built) -> Resource | None:
        """The object as its file has it, before anything was changed."""
        source = self._tree.read(built.path) if built.path else None
        if source is None:
            return None
        alike = [found for found in source.list_resources() if found.kind == built.resource.kind]
        name = built.resource.name
        return next(
            (found for found in alike if found.name == name),
            next((found for found in alike if found.name and found.name in name), alike[0] if alike else None),
        )

    def list_patches(self, built: Built) -> list[Patch]:
        """The patches that changed the object, the last first."""
        source = self.find_source(built)
        identity = Identity((built.resource, *([source] if source else [])))
        return [
            patch for patch in self._patches if self._reaches(patch.kustomization, built) and identity.is_meant(patch)
        ]

    def _reaches(self, kustomization: Kustomization, built: Built) -> bool:
        start = built.path or built.generator
        return kustomization.is_component or not start or start in self._graph.closure(kustomization.folder)

    def place_in_patch(self, patch: Patch, keys: Keys) -> Spot:
        """The place of something in a patch."""
        return (patch.path, *locate_in_patch(self._tree, patch, keys))

    def _find_removal(
        self, built: Built, source: Resource | None, keys: Keys, there: Found, patches: list[Patch]
    ) -> Spot | None:
        """The operation that took away what is missing."""
        if source is None or there.is_whole or not follow(source.data, built.resource.data, keys).is_whole:
            return None
        for patch in patches:
            for number, operation in enumerate(patch.operations):
                removes = isinstance(operation, dict) and operation.get("op") == "remove"
                if removes and _leads(split_pointer(operation.get("path")), keys):
                    return self.place_in_patch(patch, (number,))
        return None

    def _find_in_source(
        self, built: Built, source: Resource | None, found: Found | None, there: Found, patches: list[Patch]
    ) -> Spot | None:
        if source is None or found is None or not found.is_whole:
            return None
        if isinstance(there.value, dict | list):
            if type(found.value) is not type(there.value) or any(
                _covers(patch, built.resource.data, there.keys) for patch in patches
            ):
                return None
        elif found.value != there.value:
            return None
        return self._place(built.path, source, found.keys)

    def _find_in_patches(self, data: Any, there: Found, patches: list[Patch], *, exact: bool) -> Spot | None:  # noqa: ANN401
        if not there.keys:
            return None
        for patch in patches:
            for keys, value in _list_places(patch, data, there.keys):
                if not exact or value == there.value or isinstance(value, dict | list):
                    return self.place_in_patch(patch, keys)
        return None

    def _find_in_fields(self, built: Built, source: Resource | None, there: Found) -> Spot | None:
        for folder in self._graph.chain(self._root):
            kustomization = self._graph.folders[folder]
            if self._reaches(kustomization, built):
                keys = find_field(kustomization, built.resource, source, there.keys, there.value)
                if keys is not None:
                    return self._point(kustomization, keys)
        return None

    def _find_nearest(self, built: Built, source: Resource | None, found: Found | None) -> Spot:
        if source is not None and found is not None:
            return self._place(built.path, source, found.keys)
        for kustomization, link in self._graph.list_links(self._root):
            if link.path == built.path and link.path:
                return self._point(kustomization, link.reference.keys)
        if built.generator:
            for folder in self._graph.chain(self._root):
                if self._graph.folders[folder].path == built.generator:
                    return self._point(self._graph.folders[folder], ())
        return self._graph.folders[self._root].path, 1, 1

    def _place(self, path: str, source: Resource, keys: Keys) -> Spot:
        file = self._tree.read(path)
        return (path, *(file.locate(source.document, (*source.keys, *keys)) if file else (1, 1)))

    def _point(self, kustomization: Kustomization, keys: Keys) -> Spot:
        file = self._tree.read(kustomization.path)
        return (kustomization.path, *(file.locate(0, keys) if file else (1, 1)))


def follow(data: Any, built: Any, keys: Keys) -> Found:  # noqa: ANN401 - YAML is any value
    """Where `keys`, which lead into `built`, lead in `data`: items of lists are known by `name`, else by index."""
    done: list[str | int] = []
    for key in keys:
        built = _step(built, key)
        if isinstance(data, dict) and key in data:
            done.append(key)
            data = data[key]
        elif isinstance(data, list) and isinstance(key, int):
            index = find_item(data, built, key)
            if index is None:
                return Found(tuple(done), is_whole=False, value=data)
            done.append(index)
            data = data[index]
        else:
            return Found(tuple(done), is_whole=False, value=data)
    return Found(tuple(done), is_whole=True, value=data)


def find_item(items: list[Any], item: Any, index: int) -> int | None:  # noqa: ANN401 - as above
    """Which of `items` is meant by `item`, which stands at `index` in another list."""
    name = item.get("name") if isinstance(item, dict) else None
    names = [each.get("name") if isinstance(each, dict) else None for each in items]
    if name is not None and name in names:
        return names.index(name)
    if index < len(items) and (name is None or names[index] is None):
        return index
    return None


def _step(value: Any, key: str | int) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None


def _list_places(patch: Patch, data: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:  # noqa: ANN401 - as above
    """Where in a patch the value at `keys` of the built object is set, the last word first."""
    if patch.merged:
        found = follow(patch.merged, data, keys)
        if found.is_whole:
            yield found.keys, found.value
        return
    for number in reversed(range(len(patch.operations))):
        operation = patch.operations[number]
        if not isinstance(operation, dict) or "value" not in operation:
            continue
        pointer = split_pointer(operation.get("path"))
        if not _leads(pointer, keys):
            continue
        inside = data
        for key in keys[: len(pointer)]:
            inside = _step(inside, key)
        found = follow(operation["value"], inside, keys[len(pointer) :])
        if found.is_whole and (pointer[-1:] != ("-",) or _is_same_item(operation["value"], inside)):
            is_named = not found.keys and isinstance(found.value, dict | list)
            yield (number, "path") if is_named else (number, "value", *found.keys), found.value


def _leads(pointer: Keys, keys: Keys) -> bool:
    return 0 < len(pointer) <= len(keys) and all(
        part == str(key) or (part == "-" and isinstance(key, int)) for part, key in zip(pointer, keys, strict=False)
    )


def _is_same_item(added: Any, item: Any) -> bool:  # noqa: ANN401 - as above
    if isinstance(added, dict) and isinstance(item, dict) and "name" in added:
        return bool(added["name"] == item.get("name"))
    return isinstance(added, dict | list) or bool(added == item)


def _covers(patch: Patch, data: Any, keys: Keys) -> bool:  # noqa: ANN401 - as above
    """Whether a patch wrote all of what stands at `keys`, and not parts of it only."""
    if not any(True for _ in _list_places(patch, data, keys)):
        return False
    if patch.merged:
        return not patch.is_merged_by_key and any(isinstance(key, int) for key in keys)
    return True
