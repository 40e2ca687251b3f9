"""One file on its own, from bytes to findings."""

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from gitops_gen.checks.catalogue import load_rules
from gitops_gen.checks.credential_filter import needs_scan
from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.limits import EVENTS_LIMIT, SIZE_LIMIT, begin_file, end_file, read_start
from gitops_gen.checks.objects import KUSTOMIZE_GROUP, ObjectChecker, looks_like_object
from gitops_gen.checks.rule import Hit, Resource, Rule, make_finding
from gitops_gen.checks.rules.files import FileProblem
from gitops_gen.checks.schema_errors import PROBLEMS_LIMIT
from gitops_gen.checks.source import Source
from gitops_gen.checks.waivers import find_waivers
from gitops_gen.findings import Finding

Row = tuple[str, int, int, str, str, str, str]
"""A finding as a plain tuple: path, line, column, rule, severity, message, fix."""

OBJECTS = "objects"
"""A file of manifests that a cluster gets as they are."""
RESOURCE = "resource"
"""A file of manifests that a kustomization builds on: images are pinned there, not here."""
TEXT = "text"
"""A file of which only the syntax counts: a patch, a generator's input, the program's own settings."""
INPUT = "input"
"""A file that a kustomization makes a ConfigMap of and that is no YAML: it is only scanned for credentials."""

FINDINGS_LIMIT = PROBLEMS_LIMIT
"""Findings of one file that are told."""


class FileReport(NamedTuple):
    """What one file gave, in types that can be stored."""

    findings: list[Row]
    kinds: dict[str, int]
    unchecked: str
    """Why it was not checked to the end; empty if it was."""
    waivers: list[tuple[int, int, int, tuple[str, ...], str]]


class Task(NamedTuple):
    """A file to check, and as what."""

    path: str
    mode: str
    label: str = ""
    """What it counts as where only its text is checked."""


def to_row(path: str, rule: Rule, hit: Hit, place: tuple[int, int]) -> Row:
    """The finding that a hit is, at a place."""
    return make_finding(rule, hit, hit.path or path, *place)[:]


def pack_finding(finding: Finding) -> Row:
    """A finding as a plain tuple, which can be stored."""
    return finding[:]


class FileChecker:
    """Checks files one by one; schemas once compiled are kept."""

    def __init__(self, root: str, checker: ObjectChecker) -> None:
        self._root = root
        self._checker = checker

    def read(self, path: str) -> bytes | FileProblem:
        """The content of a file; a problem where it cannot be had."""
        full = os.path.join(self._root, path)
        try:
            content = read_start(full, SIZE_LIMIT + 1)
            if len(content) > SIZE_LIMIT:
                size = f"{os.path.getsize(full):,}"
                return FileProblem("size", path, f"{size} bytes, over the limit of {SIZE_LIMIT // 2**20} MiB")
        except OSError as error:
            return FileProblem("unreadable", path, error.strerror or "no access")
        return content

    def check(self, task: Task, content: bytes) -> FileReport:
        """What is wrong with a file on its own."""
        begin_file()
        try:
            return self._check(task, content)
        finally:
            end_file()

    def _check(self, task: Task, content: bytes) -> FileReport:
        source = Source(task.path, content)
        if task.mode == INPUT:
            return FileReport(list(self._check_credentials(source)), {}, "", _list_waivers(content))
        if task.path.endswith(".json") and not is_manifest_json(content):
            return FileReport(list(self._check_credentials(source)), {}, _NO_JSON, [])
        read = source.read
        if any(problem.code == "values" for problem in read.problems):
            return FileReport(list(_explain_size(task.path)), {}, _TOO_LARGE, _list_waivers(content))
        told = (
            to_row(task.path, rule, hit, (hit.line, hit.column))
            for rule in (load_rules("text") if read.problems else ())
            for hit in rule.check(read.problems)
        )
        rows = list(islice(told, FINDINGS_LIMIT + 1))
        rows += self._check_credentials(source)
        if task.mode == TEXT:
            return FileReport(rows, {task.label: 1}, "", _list_waivers(content))
        return self._check_objects(task, source, rows)

    def _check_credentials(self, source: Source) -> Iterator[Row]:
        if needs_scan(source.content):
            from gitops_gen.checks import credential_checks  # noqa: PLC0415 - most files hold nothing like it

            for rule, hit, place in credential_checks.check_credentials(source, self._checker.takes):
                yield to_row(source.path, rule, hit, place)

    def _check_objects(self, task: Task, source: Source, rows: list[Row]) -> FileReport:
        kinds: dict[str, int] = {}
        plain = left_out = 0
        is_kustomization = task.path.rpartition("/")[2] in KUSTOMIZATIONS
        for resource in _list_kustomizations(source) if is_kustomization else source.list_resources():
            if len(rows) > FINDINGS_LIMIT:
                break
            if not is_kustomization and not resource.keys and not looks_like_object(resource.data):
                if "schemaVersion" in resource.data and self._check_devfile(task.path, resource, source, rows):
                    kinds["devfile"] = kinds.get("devfile", 0) + 1
                else:
                    plain += 1
                continue
            if not self._checker.takes(resource.kind):
                left_out += 1
                continue
            kind = f"{resource.api_version} {resource.kind}".strip() or "object without a kind"
            kinds[kind] = kinds.get(kind, 0) + 1
            for rule, hit in self._checker.check(resource, pinned=task.mode == OBJECTS):
                place = (hit.line, hit.column)
                if not hit.line:
                    place = source.locate(resource.document, resource.keys + hit.keys)
                rows.append(to_row(task.path, rule, hit, place))
                if len(rows) > FINDINGS_LIMIT:
                    break
        plain += sum(1 for document in source.documents if not isinstance(document, dict))
        reason = _LEFT_OUT if left_out else _NO_OBJECTS if plain else ""
        unasked = "; ".join(self._checker.take_unchecked())
        reason = _TOO_MANY if len(rows) > FINDINGS_LIMIT else reason or unasked
        return FileReport(rows[:FINDINGS_LIMIT], kinds, reason, _list_waivers(source.content))

    def _check_devfile(self, path: str, resource: Resource, source: Source, rows: list[Row]) -> bool:
        """Whether it is a devfile; what is wrong with it is put to `rows`."""
        from gitops_gen.checks import devfiles  # noqa: PLC0415 - few files are devfiles

        if not devfiles.is_devfile(path, resource.data) or not self._checker.takes(devfiles.KIND):
            return False
        for rule, hit in devfiles.check_devfile(resource.data):
            rows.append(to_row(path, rule, hit, source.locate(resource.document, hit.keys)))
        return True


_NO_OBJECTS = "no apiVersion and kind: only its syntax was checked"
_NO_JSON = "JSON without apiVersion and kind"
_LEFT_OUT = "left out by --skip or --only"
_TOO_LARGE = "too many values to be read"
_TOO_MANY = f"more than {FINDINGS_LIMIT:,} findings: the others are not told"


def _explain_size(path: str) -> Iterator[Row]:
    problem = FileProblem("size", path, f"more than {EVENTS_LIMIT:,} keys and values")
    for rule in load_rules("files"):
        for hit in rule.check([problem]):
            yield to_row(path, rule, hit, (1, 1))


def _list_waivers(content: bytes) -> list[tuple[int, int, int, tuple[str, ...], str]]:
    return [(w.line, w.column, w.target, w.rules, w.reason) for w in find_waivers(content)]


def is_manifest_json(content: bytes) -> bool:
    """Whether a JSON file may hold objects."""
    return b'"apiVersion"' in content or b'"kind"' in content


def _list_kustomizations(source: Source) -> Iterator[Resource]:
    return (_as_kustomization(data, at) for at, data in enumerate(source.documents) if isinstance(data, dict))


def _as_kustomization(data: dict[str, Any], document: int) -> Resource:
    """A kustomization may leave out apiVersion and kind."""
    kind = data.get("kind", "Kustomization")
    version = data.get("apiVersion", f"{KUSTOMIZE_GROUP}/{'v1alpha1' if kind == 'Component' else 'v1beta1'}")
    if kind == "Kustomization" and version == f"{KUSTOMIZE_GROUP}/v1alpha1":
        version = f"{KUSTOMIZE_GROUP}/v1beta1"
    return Resource({**data, "apiVersion": version, "kind": kind}, document)
