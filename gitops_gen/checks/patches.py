"""The patches of a kustomization, in files and inline, and which objects each is meant for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gitops_gen.checks.kustomization import Kustomization, list_mappings, list_strings, resolve
from gitops_gen.checks.positions import Place
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.source import Source
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.yaml_reader import Problem

_NATIVE_GROUPS = frozenset({"", "apps", "autoscaling", "batch", "extensions", "policy"})
_SELECTED = ("group", "version", "kind", "name", "namespace")
_TERM = re.compile(r"\s*(!?)([\w./-]+)\s*(?:(==|=|!=)\s*([\w.-]*))?\s*")


_READ = frozenset({"duplicate-key", "value", "bom", "line-ends"})
"""Problems of a text that do not keep it from being read to its end."""


class PatchText(NamedTuple):
    """What an entry of a kustomization holds or names: YAML, with one patch or more."""

    entry: Keys
    path: str
    text: Keys | None
    """As in Patch."""
    source: Source
    target: Mapping[str, Any] | None


class Patch(NamedTuple):
    """One patch: a list of JSON 6902 operations, or a document to merge."""

    kustomization: Kustomization
    entry: Keys
    """Where the kustomization names it."""
    path: str
    """The file that its text stands in."""
    text: Keys | None
    """Where in that file the text stands; None where it is the file."""
    document: int
    """Which document of the text it is."""
    data: Any
    target: Mapping[str, Any] | None

    @property
    def operations(self) -> list[Any]:
        """Its JSON 6902 operations; none where it is merged."""
        return self.data if isinstance(self.data, list) else []

    @property
    def merged(self) -> dict[str, Any]:
        """What it merges; empty where it has operations."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def is_merged_by_key(self) -> bool:
        """Whether kustomize knows the kind and merges lists item by item; a custom resource's list is replaced."""
        return is_native(str(self.merged.get("apiVersion", "")))


def is_native(api_version: str) -> bool:
    """Whether Kubernetes itself serves that API."""
    group = api_version.rpartition("/")[0]
    return group in _NATIVE_GROUPS or group.endswith(".k8s.io")


def list_patches(tree: Tree, kustomization: Kustomization) -> Iterator[Patch]:
    """The patches that `kustomization` applies, in its order; those that cannot be read are left out."""
    for found in list_texts(tree, kustomization):
        for document, data in enumerate(found.source.documents):
            yield Patch(kustomization, found.entry, found.path, found.text, document, data, found.target)


def list_texts(tree: Tree, kustomization: Kustomization) -> Iterator[PatchText]:
    """The texts of these patches, whatever stands in them."""
    for field in ("patchesStrategicMerge", "patches", "patchesJson6902"):
        value = kustomization.data.get(field)
        for index, text in list_strings(value):
            keys: Keys = (field, index)
            if "\n" in text:
                yield PatchText(keys, kustomization.path, keys, Source("", text.encode()), None)
            else:
                yield from _read_file(tree, kustomization, text, keys, None)
        for index, item in list_mappings(value):
            keys = (field, index)
            inline, path, target = item.get("patch"), item.get("path"), item.get("target")
            selector = target if isinstance(target, dict) else None
            if isinstance(inline, str) and inline:
                text_keys = (*keys, "patch")
                yield PatchText(keys, kustomization.path, text_keys, Source("", inline.encode()), selector)
            elif isinstance(path, str) and path:
                yield from _read_file(tree, kustomization, path, keys, selector)


def _read_file(
    tree: Tree, kustomization: Kustomization, target: str, entry: Keys, selector: Mapping[str, Any] | None
) -> Iterator[PatchText]:
    path = resolve(kustomization.folder, target)
    source = tree.read(path) if path else None
    if source is not None:
        yield PatchText(entry, source.path, None, source, selector)


def find_break(source: Source) -> Problem | None:
    """What kept a text from being read to its end."""
    return next((problem for problem in source.read.problems if problem.code not in _READ), None)


def locate_in_patch(tree: Tree, patch: Patch, keys: Keys) -> Place:
    """Line and column, in the file `patch.path`, of a place in the patch."""
    source = tree.read(patch.path)
    if source is None:
        return 1, 1
    if patch.text is None:
        return source.locate(patch.document, keys)
    text: Any = source.documents[0]
    for key in patch.text:
        text = text[key]
    line, _ = Source("", str(text).encode()).locate(patch.document, keys)
    return source.locate_line(0, patch.text, line - 1)


def split_pointer(path: object) -> Keys:
    """The keys of a JSON pointer; numbers and `-` are texts still."""
    parts = str(path).split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


class Identity(NamedTuple):
    """What a patch's target can select an object by: all that it was and became in the build."""

    objects: tuple[Resource, ...]
    """As it stands in its file, where that is known, and as it was built."""

    def is_selected(self, target: Mapping[str, Any]) -> bool:
        """Whether a target's selectors take it. They are regular expressions for the whole of a value."""
        values = {key: {_read_field(found, key) for found in self.objects} for key in _SELECTED}
        if "" in values["namespace"]:
            values["namespace"].add("default")
        return all(_fits(target.get(key), texts) for key, texts in values.items()) and all(
            _selects(target.get(key), [_read_pairs(found, field) for found in self.objects])
            for key, field in (("labelSelector", "labels"), ("annotationSelector", "annotations"))
        )

    def is_meant(self, patch: Patch) -> bool:
        """Whether a patch applies to it: by target, else by the kind and name in the patch."""
        if patch.target is not None:
            return self.is_selected(patch.target)
        meant = Resource(patch.merged)
        return any(
            found.kind == meant.kind and _read_field(found, "group") == _read_field(meant, "group")
            for found in self.objects
        ) and any(found.name == meant.name for found in self.objects)

    def list_unselected(self, target: Mapping[str, Any]) -> list[Keys]:
        """Those of a target's selectors that do not take it."""
        return [(key,) for key, value in target.items() if value and not self.is_selected({key: value})]

    def list_unlike(self, patch: Resource) -> list[Keys]:
        """Where a patch without a target names another object."""
        wanted: tuple[tuple[str, Keys], ...] = (
            ("kind", ("kind",)),
            ("group", ("apiVersion",)),
            ("name", ("metadata", "name")),
        )
        return [
            keys
            for key, keys in wanted
            if all(_read_field(found, key) != _read_field(patch, key) for found in self.objects)
        ]


def is_any_meant(patch: Patch, identities: Iterable[Identity]) -> bool:
    """Whether a patch applies to one of some objects."""
    return any(identity.is_meant(patch) for identity in identities)


def _read_field(resource: Resource, key: str) -> str:
    group, _, version = resource.api_version.rpartition("/")
    return {
        "group": group,
        "version": version,
        "kind": resource.kind,
        "name": resource.name,
        "namespace": resource.namespace,
    }[key]


def _read_pairs(resource: Resource, field: str) -> Mapping[str, Any]:
    metadata = resource.data.get("metadata")
    pairs = metadata.get(field) if isinstance(metadata, dict) else None
    return pairs if isinstance(pairs, dict) else {}


def _fits(pattern: object, values: Iterable[str]) -> bool:
    if not isinstance(pattern, str) or not pattern:
        return True
    try:
        compiled = re.compile(pattern)
    except re.error:  # Go's expressions are others in small things
        return True
    return any(compiled.fullmatch(value) for value in values)


def _selects(selector: object, pairs: list[Mapping[str, Any]]) -> bool:
    if not isinstance(selector, str) or not selector:
        return True
    if " in " in selector or " notin " in selector or "(" in selector:
        return True  # not told from here
    return any(all(_holds(term, each) for term in selector.split(",")) for each in pairs)


def _holds(term: str, pairs: Mapping[str, Any]) -> bool:
    match = _TERM.fullmatch(term)
    if match is None:
        return True
    negated, key, operator, value = match.groups()
    if not operator:
        return (key in pairs) != bool(negated)
    return (str(pairs.get(key)) == value) == (operator != "!=")
