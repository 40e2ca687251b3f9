"""`schemas import`: the schemas of the team's own CRDs, into the repository, where `validate` finds them."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gitops_gen.adapters.files import replace_file
from gitops_gen.checks.discover import is_in
from gitops_gen.checks.native import choose_release, format_release
from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.crd_schema import make_schema
from gitops_gen.definitions import Definition, Input, read_definitions
from gitops_gen.errors import ConfigError, GitopsGenError, InvalidValueError
from gitops_gen.schema_compaction import dump_schema
from gitops_gen.validation import IMPORTED

SchemaStatus = Literal["added", "updated", "unchanged", "removed", "kept"]

_NO_CHANGE = ("unchanged", "kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSchema:
    """One version of a kind, and what becomes of its file."""

    group: str
    kind: str
    version: str
    path: str
    """Below the root of the repository."""
    status: SchemaStatus
    """`removed`: the definition does not serve this version any more. `kept`: nothing is written, as the schema that
    the program carries knows the fields that the definition leaves open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What an import did, or would do."""

    operation: Literal["imported", "unchanged"]
    root: str
    dry_run: bool
    schemas: tuple[ImportedSchema, ...]
    """Sorted by path."""
    skipped: int
    """Documents that are no definitions."""
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The outcome as bots read it."""
        return {
            "operation": self.operation,
            "root": self.root,
            "dry_run": self.dry_run,
            "schemas": [
                {"group": one.group, "kind": one.kind, "version": one.version, "path": one.path, "status": one.status}
                for one in self.schemas
            ],
            "skipped": self.skipped,
            "warnings": list(self.warnings),
        }


def import_schemas(root: str, inputs: Iterable[Input], *, dry_run: bool = False) -> ImportOutcome:
    """Put the schemas of all definitions in `inputs` below `root`; a kind that is there already is replaced.

    Raises:
        InvalidValueError: a definition cannot be used, or the folder leads out of the repository; nothing was written.
        NotFoundError: there is no definition. GitopsGenError: a file cannot be read or written.
    """
    read = read_definitions(inputs)
    store = SchemaStore()
    wanted = {path: text for one in read.definitions for path, text in _write_all(one, store).items()}
    schemas = sorted((row for one in read.definitions for row in _compare(root, one, wanted)), key=lambda row: row.path)
    if not dry_run:
        _check_folders(root, schemas)
        for row in schemas:
            _write(root, row, wanted.get(row.path, ""))
    return ImportOutcome(
        operation="unchanged" if all(row.status in _NO_CHANGE for row in schemas) else "imported",
        root=root,
        dry_run=dry_run,
        schemas=tuple(schemas),
        skipped=read.skipped,
        warnings=(*read.warnings, *_explain_kept(schemas)),
    )


def _write_all(definition: Definition, store: SchemaStore) -> dict[str, str]:
    """The text of the schema of each version that is served, by its path; empty where the carried one is to be kept.

    Raises:
        InvalidValueError: one cannot be used.
    """
    texts = {}
    for version in definition.versions:
        name = f"{definition.kind}.{definition.group}/{version}"
        schema = make_imported(definition, version)
        text = dump_schema(schema)
        try:
            store.load(json.loads(text), name, definition.kind)
        except ConfigError as error:
            raise InvalidValueError(
                f"{definition.place}: {error.message}", hint="nothing was written; mend the CRD, or leave it out"
            ) from error
        carried = store.find(f"{definition.group}/{version}", definition.kind)
        path = f"{IMPORTED}/{definition.group}/{definition.kind.lower()}_{version}.json"
        texts[path] = "" if carried is not None and leaves_open(schema, carried) else text
    return texts


def leaves_open(schema: Mapping[str, Any], carried: Schema) -> bool:
    """Whether a definition says nothing about what the schema that the program carries knows: some CRDs are a stub."""
    known = carried.resolve(carried.document.get("properties", {}).get("spec"))
    said = schema.get("properties", {}).get("spec", {})
    return bool(known.get("properties")) and not said.keys() & {"properties", "$ref"}


def make_imported(definition: Definition, version: str) -> dict[str, Any]:
    """The schema of one version, all of it as the definition has it: no types of Kubernetes in the place of parts.

    Raises:
        InvalidValueError: it is nested too deeply.
    """
    release = format_release(choose_release(""))
    types: Mapping[str, Any] = {}
    try:
        return make_schema(definition.data, version, {release: types}, keep_messages=True)
    except RecursionError as error:
        raise InvalidValueError(f"{definition.place}: the schema of {version} is nested too deeply") from error


def _explain_kept(schemas: Iterable[ImportedSchema]) -> Iterable[str]:
    for row in schemas:
        if row.status == "kept":
            yield (
                f"{row.kind}.{row.version}.{row.group}: the CRD says nothing about spec; the carried schema knows its "
                "fields and stays"
            )


def _compare(root: str, definition: Definition, wanted: Mapping[str, str]) -> Iterable[ImportedSchema]:
    """What becomes of each file of a kind: those that are wanted, and those that were there."""
    folder = f"{IMPORTED}/{definition.group}"
    prefix = f"{definition.kind.lower()}_"
    present = os.path.join(root, folder)
    there = os.listdir(present) if os.path.isdir(present) else ()
    old = {f"{folder}/{name}" for name in there if name.startswith(prefix) and name.endswith(".json")}
    for path in sorted(old.union(path for path in wanted if path.startswith(f"{folder}/{prefix}"))):
        yield ImportedSchema(
            group=definition.group,
            kind=definition.kind,
            version=path.rpartition("_")[2].removesuffix(".json"),
            path=path,
            status=_judge(root, path, wanted.get(path)),
        )


def _judge(root: str, path: str, text: str | None) -> SchemaStatus:
    target = Path(root, path)
    if text is None:
        return "removed"
    if not text:
        return "kept"
    if not target.is_file():
        return "added"
    try:
        return "unchanged" if target.read_text(encoding="utf-8") == text else "updated"
    except ValueError:
        return "updated"
    except OSError as error:
        raise GitopsGenError(f"{target} cannot be read: {error.strerror}") from error


def _check_folders(root: str, schemas: Iterable[ImportedSchema]) -> None:
    """Refuse to write through a link that leads out of the repository."""
    top = os.path.realpath(root)
    for folder in {os.path.dirname(row.path) for row in schemas}:
        if not is_in(os.path.realpath(os.path.join(root, folder)), top):
            raise InvalidValueError(f"{folder} is a link that leads out of the repository", hint="remove the link")


def _write(root: str, row: ImportedSchema, text: str) -> None:
    target = Path(root, row.path)
    try:
        if row.status == "removed":
            target.unlink()
        elif row.status not in _NO_CHANGE:
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, text.encode())
    except OSError as error:
        raise GitopsGenError(f"{target} cannot be written: {error.strerror}") from error
