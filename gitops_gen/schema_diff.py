"""`schemas diff`: what some CRDs would change for a repository, and which of its objects they would break."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from gitops_gen.checks.discover import discover
from gitops_gen.checks.limits import SIZE_LIMIT
from gitops_gen.checks.native import choose_release, list_releases
from gitops_gen.checks.schema_errors import SchemaProblem, find_problems
from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.checks.source import Source
from gitops_gen.crd_schema import make_schema
from gitops_gen.definitions import Definition, Input, read_definitions
from gitops_gen.errors import InvalidValueError
from gitops_gen.schema_catalog import KnownKind, list_kinds, open_store
from gitops_gen.schema_changes import Change, compare_schemas
from gitops_gen.schema_import import leaves_open, make_imported

VersionStatus = Literal["same", "changed", "new", "gone", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """One version of a kind, before and after."""

    group: str
    kind: str
    version: str
    status: VersionStatus
    """`new`: there is no schema of it yet; `gone`: the definition does not serve it any more. `kept`: the definition
    leaves open what the carried schema knows, so an import would change nothing."""
    origin: str
    """Where the schema of today comes from: imported, carried, kubernetes; empty if there is none."""
    changes: tuple[Change, ...] = ()


class Break(NamedTuple):
    """Something in the repository that the new definition refuses and today's schema does not."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffOutcome:
    """All differences."""

    versions: tuple[VersionDiff, ...]
    breaks: tuple[Break, ...]
    skipped: int
    warnings: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether an import would change what is checked."""
        return any(one.status not in {"same", "kept"} for one in self.versions)

    def to_json(self) -> dict[str, Any]:
        """The outcome as bots read it."""
        return {
            "operation": "compared",
            "differs": self.differs,
            "versions": [
                {
                    "group": one.group,
                    "kind": one.kind,
                    "version": one.version,
                    "status": one.status,
                    "origin": one.origin or None,
                    "changes": [change._asdict() for change in one.changes],
                }
                for one in self.versions
            ],
            "breaks": [one._asdict() for one in self.breaks],
            "skipped": self.skipped,
            "warnings": list(self.warnings),
        }


def diff_schemas(root: str, inputs: Iterable[Input]) -> DiffOutcome:
    """Compare the definitions in `inputs` with the schemas that the repository is checked by now. Writes nothing.

    Raises:
        InvalidValueError: a definition cannot be used. NotFoundError: there is none.
    """
    read = read_definitions(inputs)
    kinds = list_kinds(root)
    store = open_store(root)
    versions: list[VersionDiff] = []
    pairs: dict[tuple[str, str], tuple[Schema | None, Schema | None]] = {}
    for definition in read.definitions:
        known = [one for one in kinds if (one.group, one.kind) == (definition.group, definition.kind)]
        for diff, old, new in _compare(definition, known, store):
            versions.append(diff)
            if diff.status in {"changed", "gone"}:
                pairs[f"{definition.group}/{diff.version}", definition.kind] = old, new
    return DiffOutcome(
        versions=tuple(versions),
        breaks=tuple(_find_breaks(root, pairs)) if pairs else (),
        skipped=read.skipped,
        warnings=read.warnings,
    )


def _compare(
    definition: Definition, known: list[KnownKind], store: SchemaStore
) -> Iterator[tuple[VersionDiff, Schema | None, Schema | None]]:
    origins = {version: one.origin for one in reversed(known) for version in one.versions}
    for version in sorted({*definition.versions, *origins}):
        served = version in definition.versions
        old = store.find(f"{definition.group}/{version}", definition.kind) if version in origins else None
        new = _make_like(definition, version, old, origins.get(version, ""), store) if served else None
        changes: tuple[Change, ...] = ()
        status: VersionStatus
        if old is None or new is None:
            status = "new" if served else "gone"
        elif origins[version] == "carried" and leaves_open(new.document, old):
            status = "kept"
        else:
            changes = compare_schemas(old, new)
            status = "changed" if changes else "same"
        diff = VersionDiff(
            group=definition.group,
            kind=definition.kind,
            version=version,
            status=status,
            origin=origins.get(version, ""),
            changes=changes,
        )
        yield diff, old, new


def _make_like(definition: Definition, version: str, old: Schema | None, origin: str, store: SchemaStore) -> Schema:
    """The schema of a version, made as today's was: with the types of the same release of Kubernetes in it, or none."""
    if origin == "carried" and old is not None:
        release = str(old.document.get("x-kubernetes-version", ""))
        document = make_schema(definition.data, version, {release: _load_types(release)})
    else:
        document = make_imported(definition, version)
    schema = store.load(document, f"{definition.kind}.{definition.group}/{version}", definition.kind)
    if schema is None:
        raise InvalidValueError(f"{definition.place}: the schema of {version} cannot be used")
    return schema


def _load_types(release: str) -> dict[str, Any]:
    """The types of one release of Kubernetes."""
    path = os.path.join(list_releases()[choose_release(release)], "_definitions.json")
    with open(path, encoding="utf-8") as stream:
        types: dict[str, Any] = json.load(stream)["$defs"]
    return types


def _find_breaks(root: str, pairs: dict[tuple[str, str], tuple[Schema | None, Schema | None]]) -> Iterator[Break]:
    """What stands in the repository's files and is refused from now on; builds are not made for it."""
    words = [kind.encode() for _, kind in pairs]
    for path in discover(root, ["."]).files:
        try:
            with open(os.path.join(root, path), "rb") as stream:
                content = stream.read(SIZE_LIMIT)
        except OSError:
            continue  # validate tells it
        if any(word in content for word in words):
            source = Source(path, content)
            for resource in source.list_resources():
                key = resource.api_version, resource.kind
                if key in pairs:
                    for problem in _find_new(resource.data, *pairs[key]):
                        line, _ = source.locate(resource.document, (*resource.keys, *problem.keys))
                        yield Break(path, line, problem.message)


def _find_new(data: dict[str, Any], old: Schema | None, new: Schema | None) -> list[SchemaProblem]:
    if new is None:
        return [SchemaProblem("gone", ("apiVersion",), f"{data['apiVersion']} {data['kind']} is not served any more")]
    if new.is_valid(data):
        return []
    known = set() if old is None or old.is_valid(data) else set(find_problems(old, data))
    return [problem for problem in find_problems(new, data) if problem not in known]
