"""CustomResourceDefinitions out of people's files: found, checked, brought to one form. Nothing in them is trusted."""

import os
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple

from gitops_gen.checks.discover import discover
from gitops_gen.checks.json_reader import read_json
from gitops_gen.checks.limits import EVENTS_LIMIT
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.schema_errors import find_problems
from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.checks.source import Source, list_resources
from gitops_gen.checks.yaml_reader import ReadFile, read_yaml
from gitops_gen.definition_form import adapt, check_names, simplify
from gitops_gen.definition_patterns import translate_pattern
from gitops_gen.errors import GitopsGenError, InvalidValueError, NotFoundError
from gitops_gen.names import show

KIND = "CustomResourceDefinition"
STDIN = "-"
SIZE_LIMIT = 128 * 1024 * 1024
"""Bytes of one file: all definitions of a cluster are 20 MB of YAML."""
_EVENTS_LIMIT = 20 * EVENTS_LIMIT
_V1 = "apiextensions.k8s.io/v1"
_TYPES = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"


class Input(NamedTuple):
    """A file with what stands in it."""

    path: str
    """As messages name it; `-` for standard input."""
    content: bytes


class Definition(NamedTuple):
    """One definition."""

    group: str
    kind: str
    versions: tuple[str, ...]
    """Those that are served."""
    data: dict[str, Any]
    """In the form of apiextensions.k8s.io/v1, without what only people read."""
    place: str
    """`FILE:LINE`, or the file alone for an item of a list."""
    unchecked: tuple[str, ...] = ()
    """Patterns that only Go can read."""


class ReadDefinitions(NamedTuple):
    """What a number of files gave."""

    definitions: tuple[Definition, ...]
    """One for each group and kind, sorted."""
    skipped: int
    """Documents that are something else."""
    warnings: tuple[str, ...]


def read_inputs(paths: Iterable[str], stdin: bytes | None = None) -> Iterator[Input]:
    """The files that are named, and those below the folders; `-` is `stdin`.

    In a folder, files that do not speak of a definition are left out.

    Raises:
        NotFoundError: something is not there. GitopsGenError: it cannot be read.
    """
    for path in paths:
        if path == STDIN:
            yield Input("standard input", stdin or b"")
        elif os.path.isdir(path):
            for name in discover(path, ["."]).files:
                found = _read_file(os.path.join(path, name))
                if KIND.encode() in found.content:
                    yield found
        elif os.path.exists(path):
            yield _read_file(path)
        else:
            raise NotFoundError(f"{show(path, 300)} does not exist", hint="name a file or a folder of CRDs, or -")


def read_definitions(inputs: Iterable[Input]) -> ReadDefinitions:
    """The definitions in some files; of a kind that is there twice the last one counts.

    Raises:
        InvalidValueError: a file cannot be read, a definition cannot be used; the message has file and line.
        NotFoundError: there is no definition at all.
    """
    found: dict[tuple[str, str], Definition] = {}
    warnings = []
    skipped = 0
    for one in inputs:
        source = _LargeSource(one.path, one.content)
        for problem in source.read.problems:
            if problem.code not in {"bom", "line-ends", "duplicate-key"}:
                raise InvalidValueError(
                    f"{one.path}:{problem.line}:{problem.column}: {_HINTS.get(problem.code, 'this cannot be read')}: "
                    f"{show(problem.detail, 300)[1:-1]}".removesuffix(": "),
                    hint="render a template first (helm template), or name the files that hold definitions",
                )
        for data, document, keys in _list_objects(source):
            if data.get("kind") != KIND:
                skipped += 1
                continue
            taken = _take(source, data, document, keys)
            before = found.get((taken.group, taken.kind))
            if before is not None and before.data != taken.data:
                warnings.append(
                    f"{taken.kind}.{taken.group} is defined at {before.place} and at {taken.place}: the latter is taken"
                )
            found[taken.group, taken.kind] = taken
            warnings += (
                f"{taken.kind}.{taken.group}: the pattern {show(pattern, 200)} is left out: only Go can read it"
                for pattern in taken.unchecked
            )
    if not found:
        raise NotFoundError(
            f"there is no {KIND} in what was given",
            hint=f"give files of CRDs, a folder that holds some, or `kubectl get crd -o yaml` on standard input; "
            f"{skipped} other documents were seen",
        )
    return ReadDefinitions(tuple(found[key] for key in sorted(found)), skipped, tuple(warnings))


_HINTS = {
    "syntax": "not YAML",
    "json": "not JSON",
    "values": "too many values to be read",
    "depth": "nested too deeply",
}


class _LargeSource(Source):
    """A file that may hold all definitions of a cluster, in YAML or JSON, whatever its name is."""

    @cached_property
    def read(self) -> ReadFile:
        """Its documents and what is wrong with its text."""
        if self.content.lstrip()[:1] == b"{":
            found = read_json(self.content)
            if found.documents or self.path.endswith(".json"):
                return found
        return read_yaml(self.content, limit=_EVENTS_LIMIT)


def _read_file(path: str) -> Input:
    try:
        if not os.path.isfile(path):
            raise InvalidValueError(f"{show(path, 300)} is not a regular file")
        with open(path, "rb") as stream:
            content = stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise GitopsGenError(f"{show(path, 300)} cannot be read: {error.strerror}") from error
    if len(content) > SIZE_LIMIT:
        raise InvalidValueError(f"{show(path, 300)} is larger than {SIZE_LIMIT // 2**20} MiB")
    return Input(path, content)


def _list_objects(source: Source) -> Iterator[tuple[dict[str, Any], int, Keys]]:
    """Each object with its place, also of the List that `kubectl get --raw` gives."""
    for document, data in enumerate(source.documents):
        items = data.get("items") if isinstance(data, dict) else None
        if isinstance(items, list) and data.get("kind") == f"{KIND}List":
            for number, item in enumerate(items):
                if isinstance(item, dict):
                    yield {"apiVersion": data.get("apiVersion"), "kind": KIND} | item, document, ("items", number)
        else:
            yield from ((one.data, document, one.keys) for one in list_resources(data, document))


def _take(source: Source, data: dict[str, Any], document: int, keys: Keys) -> Definition:
    simple, problem = simplify(data)
    if problem is None:
        schema = _load_schema()
        errors = () if schema.is_valid(simple) else find_problems(schema, simple)
        # A field of a later release does no harm.
        problem = next(((one.keys, one.message) for one in errors if one.code != "unknown-field"), None)
    if problem is None:
        problem = check_names(simple)
    if problem is not None:
        line, column = source.locate(document, (*keys, *problem[0]))
        raise InvalidValueError(
            f"{source.path}:{line}:{column}: this {KIND} cannot be used: {problem[1]}",
            hint="nothing was written; mend it, or leave it out",
        )
    place = source.path if keys else f"{source.path}:{source.read.lines[document]}"
    spec = simple["spec"]
    versions = tuple(one["name"] for one in spec["versions"] if one["served"])
    unchecked: dict[str, None] = {}
    return Definition(
        spec["group"], spec["names"]["kind"], versions, _adapt(simple, unchecked), place, tuple(unchecked)
    )


def _adapt(simple: dict[str, Any], unchecked: dict[str, None]) -> dict[str, Any]:
    """The definition with what the validators read as Go does; patterns that they cannot are added to `unchecked`."""

    def translate(pattern: str) -> str:
        translated = translate_pattern(pattern)
        if pattern and not translated:
            unchecked[pattern] = None
        return translated

    return adapt(simple, translate)


@cache
def _load_schema() -> Schema:
    """Kubernetes' own schema of a definition, closed where it leaves open what stands in `items`, and for `$ref`."""
    found = SchemaStore().find(_V1, KIND)
    assert found is not None  # noqa: S101 - part of every release
    itself = {"$ref": f"#/$defs/{_TYPES}"}
    closed = {f"{_TYPES}OrArray": itself, f"{_TYPES}OrBool": {"anyOf": [{"type": "boolean"}, itself]}}
    types: dict[str, Any] = found.document["$defs"] | closed
    types[_TYPES] |= {"properties": types[_TYPES]["properties"] | {"$ref": {"type": "null"}}}  # no server takes it
    return Schema(found.document | {"$defs": types}, origin=KIND)
