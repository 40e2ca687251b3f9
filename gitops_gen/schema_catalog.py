"""`schemas list` and `schemas show`: which kinds have a schema in a repository, where it comes from, what it says."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gitops_gen.assets import find_folder
from gitops_gen.checks.native import Definitions, choose_release
from gitops_gen.checks.schema_files import list_groups, read_kinds
from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.errors import InvalidValueError, NotFoundError
from gitops_gen.names import show
from gitops_gen.schema_fields import Field, find_part, list_fields
from gitops_gen.validation import IMPORTED
from gitops_gen.wording import find_near

Origin = Literal["imported", "carried", "kubernetes"]
_VERSION = re.compile(r"v([0-9]+)(?:(alpha|beta)([0-9]+))?")
_STAGES = {None: 2, "beta": 1, "alpha": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKind:
    """A kind that objects are checked by."""

    group: str
    """Empty for the core of Kubernetes."""
    kind: str
    versions: tuple[str, ...]
    """The preferred one first: stable before beta before alpha, then the highest."""
    origin: Origin

    def to_json(self) -> dict[str, Any]:
        """The kind as bots read it."""
        return {"group": self.group, "kind": self.kind, "versions": list(self.versions), "origin": self.origin}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSchema:
    """What one version of a kind looks like, or a part of it."""

    kind: KnownKind
    version: str
    path: str
    """The field that is shown, such as `spec.source`; empty for the whole object."""
    part: Mapping[str, Any]
    """Its schema, which stands on its own."""
    fields: tuple[Field, ...]
    """In the order of a walk; deeper ones behind what they stand in."""
    itself: Field


def list_kinds(root: str, *, kubernetes_version: str = "", text: str = "") -> tuple[KnownKind, ...]:
    """All kinds with a schema, or those whose name, group or origin has `text` in it, sorted by group and kind.

    A version that was imported and is carried too counts as imported.

    Raises:
        ConfigError: the version of Kubernetes is not here, a schema cannot be read.
    """
    found: dict[tuple[str, str], dict[str, Origin]] = {}
    for group, kind, version, origin in _list_all(root, kubernetes_version):
        found.setdefault((group, kind), {}).setdefault(version, origin)
    kinds = []
    for (group, kind), versions in sorted(found.items()):
        for origin in dict.fromkeys(versions.values()):
            chosen = sorted((name for name, one in versions.items() if one == origin), key=_rank, reverse=True)
            kinds.append(KnownKind(group=group, kind=kind, versions=tuple(chosen), origin=origin))
    lower = text.lower()
    return tuple(one for one in kinds if lower in f"{one.kind}.{one.group} {one.origin}".lower())


def show_schema(root: str, name: str, *, path: str = "", depth: int = 0, kubernetes_version: str = "") -> ShownSchema:
    """The fields of `KIND[.VERSION][.GROUP]`, or of the part of it that `path` leads to.

    Args:
        root: the repository, whose imported schemas count.
        name: the kind in letters of any case; the preferred version where none is given.
        path: names of fields with dots between them; items of lists need no name.
        depth: levels to go down; 0 for all.
        kubernetes_version: of the native kinds; empty for the newest.

    Raises:
        NotFoundError: there is no such kind or field. InvalidValueError: several groups have the kind.
    """
    known, version = find_kind(list_kinds(root, kubernetes_version=kubernetes_version), name)
    schema = open_store(root, kubernetes_version).find(_join(known.group, version), known.kind)
    if schema is None:
        raise NotFoundError(f"the schema of {show(name)} is not there any more", hint="try it again")
    itself = find_part(schema, path)
    return ShownSchema(
        kind=known,
        version=version,
        path=path,
        part=_cut_out(schema, itself.node),
        fields=tuple(list_fields(schema, itself, depth=depth)),
        itself=itself,
    )


def find_kind(kinds: tuple[KnownKind, ...], name: str) -> tuple[KnownKind, str]:
    """The kind and the version that `KIND[.VERSION][.GROUP]` means.

    Raises:
        NotFoundError: there is none. InvalidValueError: several groups have one.
    """
    kind, _, rest = name.partition(".")
    alike = [one for one in kinds if one.kind.lower() == kind.lower()]
    if not alike:
        near = find_near(kind, {one.kind for one in kinds})
        raise NotFoundError(
            f"there is no schema of a kind {show(kind)}" + (f"; did you mean {show(near)}?" if near else ""),
            hint="`gitops-gen schemas list` shows all; `gitops-gen schemas import FILE` adds one from its CRD",
        )
    version, _, group = rest.partition(".")
    if not any(version in one.versions for one in alike):
        version, group = "", rest
    fitting = [one for one in alike if group in {"", one.group} and (not version or version in one.versions)]
    if not fitting:
        there = ", ".join(
            f"{one.kind}.{each}{'.' * bool(one.group)}{one.group}" for one in alike for each in one.versions
        )
        raise NotFoundError(f"there is no {show(name)}", hint=f"there is {there}")
    if len({one.group for one in fitting}) > 1:
        there = ", ".join(f"{one.kind}.{one.versions[0]}.{one.group}" for one in fitting)
        raise InvalidValueError(f"several groups have a kind {show(kind)}", hint=f"name one: {there}")
    best = max(fitting, key=lambda one: _rank(one.versions[0]))
    return best, version or best.versions[0]


def open_store(root: str, kubernetes_version: str = "") -> SchemaStore:
    """The schemas of a repository."""
    return SchemaStore(kubernetes_version=kubernetes_version, imported=os.path.join(root, IMPORTED))


def _list_all(root: str, kubernetes_version: str) -> Iterator[tuple[str, str, str, Origin]]:
    imported = os.path.join(root, IMPORTED)
    folders: list[tuple[str, Origin]] = [(imported, "imported")] if os.path.isdir(imported) else []
    folders.append((find_folder("schemas"), "carried"))
    for folder, origin in folders:
        for group in list_groups(folder):
            for kind, version in read_kinds(folder, group):
                yield group, kind, version, origin
    definitions = Definitions(choose_release(kubernetes_version))
    for kind, api_versions in definitions.list_kinds().items():
        for api_version in api_versions:
            found = definitions.find_kind(api_version, kind) or {}
            metadata = found.get("properties", {}).get("metadata", {})
            if str(metadata.get("$ref", "")).endswith(".ObjectMeta"):  # no list, and nothing that is only sent
                group, _, version = api_version.rpartition("/")
                yield group, kind, version, "kubernetes"


def _rank(version: str) -> tuple[int, int, int]:
    """As Kubernetes prefers versions; other names come last."""
    found = _VERSION.fullmatch(version)
    return (_STAGES[found[2]], int(found[1]), int(found[3] or 0)) if found else (-1, 0, 0)


def _join(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


def _cut_out(schema: Schema, node: Mapping[str, Any]) -> dict[str, Any]:
    """A part with the definitions that it refers to."""
    definitions = schema.document.get("$defs", {})
    needed: dict[str, Any] = {}
    pending: list[Any] = [{key: value for key, value in node.items() if key != "$defs"}]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            reference = one.get("$ref")
            name = reference.removeprefix("#/$defs/") if isinstance(reference, str) else ""
            if name in definitions and name not in needed:
                needed[name] = definitions[name]
                pending.append(definitions[name])
            pending += one.values()
        elif isinstance(one, list):
            pending += one
    rest = {key: value for key, value in node.items() if key != "$defs"}
    return rest | ({"$defs": {name: needed[name] for name in sorted(needed)}} if needed else {})
