"""What a kustomization says: every reference in it, where it stands, and what its target is to the build."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.rule import Keys

Role = Literal["resource", "component", "patch", "input", "configuration", "plugin", "replacement", "helm"]
"""What a target is: a manifest or folder, a component, a patch, a generator's input, settings of transformers
(configurations, crds, openapi), settings of a transformer, generator or validator, a replacement, a chart's values."""

# As kustomize takes a path for a repository: a scheme, an scp-like address, a query, or a well-known host in front.
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|git::|[^/\s]+@[^/\s]+:|(github\.com|gitlab\.com|bitbucket\.org)[/:]")
_FILE_ENDINGS = (".json", ".yaml", ".yml")
_LISTS: tuple[tuple[str, Role], ...] = (
    ("resources", "resource"),
    ("bases", "resource"),
    ("components", "component"),
    ("crds", "configuration"),
    ("configurations", "configuration"),
)
_INLINE_LISTS: tuple[tuple[str, Role], ...] = (
    ("patchesStrategicMerge", "patch"),
    ("transformers", "plugin"),
    ("generators", "plugin"),
    ("validators", "plugin"),
)
_PATHS: tuple[tuple[str, Role], ...] = (
    ("patches", "patch"),
    ("patchesJson6902", "patch"),
    ("replacements", "replacement"),
)
GENERATORS = ("configMapGenerator", "secretGenerator")
HELM_FIELDS = ("helmCharts", "helmChartInflationGenerator", "helmGlobals")
"""What kustomize builds with Helm, which is off."""


class Reference(NamedTuple):
    """A file, folder or address that a kustomization names."""

    role: Role
    target: str
    """As it is written; of `key=file` the file."""
    keys: Keys
    """Where it stands in the kustomization."""

    @property
    def is_remote(self) -> bool:
        """Whether kustomize would fetch it."""
        return bool(_REMOTE.match(self.target)) or "?ref=" in self.target

    @property
    def may_be_folder(self) -> bool:
        """Whether kustomize would also look for a folder with a kustomization."""
        return self.role in {"resource", "component", "plugin"}


class Kustomization(NamedTuple):
    """A kustomization file as plain data."""

    path: str
    data: Mapping[str, Any]
    """Empty where the file is no mapping."""
    references: tuple[Reference, ...]

    @property
    def folder(self) -> str:
        """Its folder; `.` is the checked root."""
        return posixpath.dirname(self.path) or "."

    @property
    def is_component(self) -> bool:
        """Whether it is `kind: Component`: part of other builds, and none of its own."""
        return self.data.get("kind") == "Component"

    @property
    def uses_helm(self) -> bool:
        """Whether it needs Helm."""
        return any(self.data.get(field) for field in HELM_FIELDS[:2])

    def list_items(self, field: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The mappings in the list `field`, with their indexes."""
        return list_mappings(self.data.get(field))


def parse_kustomization(path: str, documents: list[Any]) -> Kustomization:
    """What the file at `path` says; `documents` are its values."""
    data = documents[0] if documents and isinstance(documents[0], dict) else {}
    return Kustomization(path, data, tuple(list_references(data)))


def list_references(data: Mapping[str, Any]) -> Iterator[Reference]:
    """Everything that a kustomization refers to; what is inline or out of shape is left out."""
    for field, role in _LISTS:
        yield from (Reference(role, text, (field, i)) for i, text in list_strings(data.get(field)))
    for field, role in _INLINE_LISTS:
        yield from (Reference(role, text, (field, i)) for i, text in list_strings(data.get(field)) if "\n" not in text)
    for field, role in _PATHS:
        for i, item in list_mappings(data.get(field)):
            if isinstance(item.get("path"), str) and item["path"]:
                yield Reference(role, item["path"], (field, i, "path"))
    for field in GENERATORS:
        for i, item in list_mappings(data.get(field)):
            yield from _list_inputs(item, (field, i))
    yield from _list_settings(data)


def _list_settings(data: Mapping[str, Any]) -> Iterator[Reference]:
    openapi = data.get("openapi")
    if isinstance(openapi, Mapping) and isinstance(openapi.get("path"), str) and openapi["path"]:
        yield Reference("configuration", openapi["path"], ("openapi", "path"))
    for i, item in list_mappings(data.get("helmCharts")):
        if isinstance(item.get("valuesFile"), str):
            yield Reference("helm", item["valuesFile"], ("helmCharts", i, "valuesFile"))
        for j, text in list_strings(item.get("additionalValuesFiles")):
            yield Reference("helm", text, ("helmCharts", i, "additionalValuesFiles", j))


def _list_inputs(item: Mapping[str, Any], keys: Keys) -> Iterator[Reference]:
    for i, text in list_strings(item.get("files")):
        yield Reference("input", text.rpartition("=")[2], (*keys, "files", i))
    for i, text in list_strings(item.get("envs")):
        yield Reference("input", text, (*keys, "envs", i))
    if isinstance(item.get("env"), str) and item["env"]:
        yield Reference("input", item["env"], (*keys, "env"))


def resolve(folder: str, target: str) -> str | None:
    """The path below the checked root that `target` in `folder` leads to; None if it leads out."""
    path = posixpath.normpath(posixpath.join(folder, target))
    return None if path == ".." or path.startswith(("../", "/")) else path


def list_candidates(path: str) -> tuple[str, ...]:
    """The files that a reference to `path` may mean: itself, or the kustomization in it."""
    if path.endswith(_FILE_ENDINGS):
        return (path,)
    prefix = "" if path == "." else f"{path}/"
    return (path, *(prefix + name for name in KUSTOMIZATIONS))


def list_strings(value: Any) -> Iterator[tuple[int, str]]:  # noqa: ANN401 - YAML is any value
    """The texts in a list, with their indexes; nothing where it is no list."""
    if isinstance(value, list):
        yield from ((i, item) for i, item in enumerate(value) if isinstance(item, str) and item)


def list_mappings(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:  # noqa: ANN401 - YAML is any value
    """The mappings in a list, with their indexes; nothing where it is no list."""
    if isinstance(value, list):
        yield from ((i, item) for i, item in enumerate(value) if isinstance(item, dict))
