"""What is asked of a validation, and how its outcome is kept: plain values that the shortest run can afford."""

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from gitops_gen.checks.cache import Cache, hash_parts, open_cache
from gitops_gen.checks.discover import Found, discover
from gitops_gen.checks.runs import hash_file, hash_inputs, hash_world

if TYPE_CHECKING:
    from gitops_gen.checks.schema_store import SchemaStore

BASELINE_FILE = ".gitops-gen/baseline.json"
"""Where the baseline is looked for, below the checked root."""
IMPORTED = ".gitops-gen/schemas"
"""Where the schemas of the team's own CRDs are kept, below the checked root."""


class ValidateRequest(NamedTuple):
    """What to check, and by what."""

    root: str
    """The folder that all paths are below: absolute."""
    paths: tuple[str, ...] = ()
    """Files and folders below the root; empty for all of it."""
    gone: tuple[str, ...] = ()
    """Files that were deleted: only the builds that they can change are checked."""
    everything: bool = True
    """False where `paths` and `gone` are all that is wanted, even if they are empty."""
    kubernetes_version: str = ""
    schema_locations: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    """Rules, subjects of rules and kinds to leave out."""
    only: tuple[str, ...] = ()
    """Rules, subjects of rules and kinds to keep to; empty for all."""
    baseline: str = ""
    """Path of a baseline; empty for the root's own, if there is one."""
    compare: bool = True
    """False where findings in the baseline count too, as it is to be written anew."""
    jobs: int = 0
    """Processes; 0 for as many as pay."""
    cache: bool = True


class Prepared(NamedTuple):
    """What every run does first: what there is to check, and whether the answer is known."""

    found: Found
    """All of the root."""
    targets: Found
    """What was asked for."""
    cache: Cache | None
    world: bytes
    """A hash over the program and the options that change what is found in a file."""
    key: bytes
    """A hash over everything that the outcome depends on."""


def prepare_run(request: ValidateRequest) -> Prepared:
    """Search the root and hash what is there."""
    found = discover(request.root, ["."])
    targets = found if request.everything else discover(request.root, list(request.paths))
    cache = open_cache() if request.cache else None
    world = b""
    key = b""
    if cache is not None:
        locations = [_hash_location(location).hex() for location in request.schema_locations]
        selection = repr((request.skip, request.only))
        imported = _hash_imported(os.path.join(request.root, IMPORTED))
        world = hash_world([request.kubernetes_version, selection, *request.schema_locations, *locations, imported])
        asked = repr((request.paths, request.gone, request.everything, request.compare))
        baseline = hash_file(request.baseline or os.path.join(request.root, BASELINE_FILE))
        inputs = hash_inputs(request.root, found)
        key = hash_parts(world, asked.encode("utf-8", "surrogateescape"), request.baseline.encode(), baseline, inputs)
    return Prepared(found, targets, cache, world, key)


def open_store(request: ValidateRequest) -> "SchemaStore":
    """The schemas that a request checks by.

    Raises:
        ConfigError: a location or the version is wrong.
    """
    from gitops_gen.checks.schema_store import SchemaStore  # noqa: PLC0415 - a known answer needs none

    return SchemaStore(
        kubernetes_version=request.kubernetes_version,
        locations=request.schema_locations,
        imported=os.path.join(request.root, IMPORTED),
    )


def _hash_location(path: str) -> bytes:
    if not os.path.isdir(path):
        return hash_file(path)
    listed = discover(path, ["."])
    return hash_parts(*(hash_file(os.path.join(path, name)) for name in listed.files))


def _hash_imported(folder: str) -> str:
    """A hash over the schemas that `schemas import` wrote; links are followed, as where they are read."""
    if not os.path.isdir(folder):
        return ""
    parts = []
    for group in _list_names(folder):
        inner = os.path.join(folder, group)
        for name in _list_names(inner):
            path = os.path.join(inner, name)
            if name.endswith(".json") and os.path.isfile(path):  # a link may lead to devices
                parts += [os.fsencode(f"{group}/{name}"), hash_file(path)]
    return hash_parts(*parts).hex()


def _list_names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:  # no folder, or closed
        return []


class KnownFinding:
    """A finding out of the cache, with what a report asks of it."""

    __slots__ = ("column", "fix", "line", "message", "path", "rule", "severity")

    def __init__(self, row: tuple[str, int, int, str, str, str, str]) -> None:
        self.path, self.line, self.column, self.rule, self.severity, self.message, self.fix = row


class KnownUnchecked:
    """Something that was not checked, out of the cache."""

    __slots__ = ("path", "reason")

    def __init__(self, row: tuple[str, str]) -> None:
        self.path, self.reason = row


class KnownResult:
    """An outcome out of the cache, with what a report asks of it: `CheckResult`'s twin without its imports."""

    def __init__(self, root: str, run: dict[str, Any]) -> None:
        self.root = root
        self.findings = tuple(KnownFinding(row) for row in run["findings"])
        self.checked: dict[str, int] = run["checked"]
        self.unchecked = tuple(KnownUnchecked(row) for row in run["unchecked"])
        self.counts: dict[str, int] = {**run["counts"], "cached": run["counts"]["files"]}

    def count_severity(self, severity: str) -> int:
        """How many findings there are of one severity."""
        return sum(1 for finding in self.findings if finding.severity == severity)
