"""Check a repository, or some files of it: from paths to findings."""

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gitops_gen.checks.cache import Table
from gitops_gen.checks.catalogue import load_rules
from gitops_gen.checks.discover import KUSTOMIZATIONS, SETTINGS_FILE
from gitops_gen.checks.files import (
    OBJECTS,
    RESOURCE,
    TEXT,
    FileChecker,
    Row,
    Task,
    pack_finding,
    to_row,
)
from gitops_gen.checks.many_files import Checked, check_files
from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.rules.files import FileProblem
from gitops_gen.checks.runs import save_run
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.selection import Selection
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.waivers import Waiver
from gitops_gen.checks.waiving import Placed, apply_waivers
from gitops_gen.errors import NotFoundError
from gitops_gen.findings import CheckResult, Finding, Unchecked
from gitops_gen.validation import BASELINE_FILE, Prepared, ValidateRequest

if TYPE_CHECKING:
    from gitops_gen.checks.builds import Outcome
    from gitops_gen.checks.graph import Graph
    from gitops_gen.checks.repository import Online
    from gitops_gen.ports import Kustomize

_MOST_JOBS = 8
# Rules whose word on a file that a kustomization builds on is the build's: a patch may mend what the file lacks.
_BY_BUILD = ("SCHEMA001", "SCHEMA002", "SCHEMA003", "SCHEMA004", "SELDON", "PIN")


class _Run:
    """What a validation has found so far."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.kinds: dict[str, dict[str, int]] = {}
        """The objects in each file."""
        self.checked: Counter[str] = Counter()
        self.unchecked: list[tuple[str, str]] = []
        self.waivers: list[Placed] = []
        self.builds = 0
        self.cached = 0
        self.complete = True
        """False where builds were not made, so that not all rules had their say."""
        self.is_final = True
        """False where another try may give something else."""
        self.extra: set[str] = set()
        """What builds read besides."""


def validate(
    request: ValidateRequest,
    prepared: Prepared,
    *,
    find_kustomize: "Callable[[], Kustomize | None]",
    online: "Online | None" = None,
) -> CheckResult:
    """Everything that is wrong with what was asked for, and what was not checked.

    `find_kustomize` is asked where there is something to build, and gives None where none is installed: then no build
    is made, and the result says so.

    Raises:
        ConfigError: the options are wrong: a schema location, a version, a rule, the baseline.
    """
    selection = Selection(skip=request.skip, only=request.only)
    store = SchemaStore(kubernetes_version=request.kubernetes_version, locations=request.schema_locations)
    run = _Run()
    _take_search(run, prepared)
    ours = SETTINGS_FILE in prepared.found.files
    checker = ObjectChecker(store, selection)
    _check(run, request, prepared, checker=checker, find_kustomize=find_kustomize, online=online, ours=ours)
    rows = [row for row in dict.fromkeys(_soften(run.rows, ours=ours)) if selection.allows_rule(row[3])]
    rows, waived = apply_waivers(rows, run.waivers, complete=run.complete, selection=selection)
    findings, baselined = _compare(sorted(itertools.starmap(Finding, rows)), request)
    result = CheckResult(
        root=request.root,
        findings=tuple(findings),
        checked=dict(sorted(run.checked.items())),
        unchecked=tuple(sorted({Unchecked(path=path, reason=reason) for path, reason in run.unchecked})),
        counts={
            "files": len(prepared.targets.files),
            "objects": sum(run.checked.values()),
            "builds": run.builds,
            "cached": run.cached,
            "waived": waived,
            "baselined": baselined,
            "fixed": 0,
        },
    )
    if prepared.cache is not None and online is None and run.is_final:
        extra = run.extra.difference(prepared.found.files)
        save_run(prepared.cache, prepared.key, request.root, _pack_result(result), sorted(extra))
    return result


def _check(
    run: _Run,
    request: ValidateRequest,
    prepared: Prepared,
    *,
    checker: ObjectChecker,
    find_kustomize: "Callable[[], Kustomize | None]",
    online: "Online | None",
    ours: bool,
) -> None:
    """Files one by one, then what takes more than one of them; a plain folder of manifests needs no more."""
    tree = Tree(request.root)
    graph = None
    if ours or any(path.rpartition("/")[2] in KUSTOMIZATIONS for path in prepared.found.files):
        from gitops_gen.checks import repository  # noqa: PLC0415 - twice the imports of all the rest

        graph = repository.read_kustomizations(tree, prepared.found.files)
    targets = prepared.targets.files
    tasks = [_make_task(path, graph, ours=ours) for path in targets]
    table = Table(prepared.cache, "files", prepared.world)
    jobs = min(request.jobs or os.cpu_count() or 1, _MOST_JOBS)
    _take_files(run, check_files(FileChecker(request.root, checker), tasks, table=table, jobs=jobs))
    if graph is not None:
        roots = graph.roots if request.everything else graph.affected((*targets, *request.paths, *request.gone))
        run.extra = {path for root in roots for path in graph.closure(root)}
        outcome = repository.check_builds(
            tree,
            graph,
            roots,
            find_kustomize=find_kustomize if roots else lambda: None,
            checker=checker,
            files=prepared.found.files,
            table=Table(prepared.cache, "builds", prepared.world),
        )
        _take_builds(run, outcome)
        if ours:
            asked = repository.list_own_files(prepared.found.files, targets, everything=request.everything)
            rows, unchecked = repository.check_own_files(tree, graph, outcome, asked, targets, online=online)
            run.rows += rows
            run.unchecked += unchecked
    for kinds in run.kinds.values():
        run.checked.update(kinds)


def _make_task(path: str, graph: "Graph | None", *, ours: bool) -> Task:
    """As what a file is checked: what the kustomizations use it for decides."""
    if graph is None:
        return Task(path, OBJECTS)
    from gitops_gen.checks.settings_files import is_settings_file  # noqa: PLC0415 - as in _check

    name = path.rpartition("/")[2]
    if ours and is_settings_file(path):
        return Task(path, TEXT, name)
    roles = graph.roles.get(path, frozenset())
    if name in KUSTOMIZATIONS or "resource" in roles:
        return Task(path, RESOURCE)
    return Task(path, TEXT, f"kustomize {min(roles)}") if roles else Task(path, OBJECTS)


def _take_search(run: _Run, prepared: Prepared) -> None:
    run.rows += _explain_files([FileProblem(*problem) for problem in prepared.targets.problems])
    run.unchecked += prepared.targets.passed_over


def _explain_files(problems: Sequence[FileProblem]) -> Iterator[Row]:
    for rule in load_rules("files") if problems else ():
        for hit in rule.check(problems):
            yield to_row(hit.path, rule, hit, (1, 1))


def _take_files(run: _Run, checked: Checked) -> None:
    run.cached = checked.cached
    run.rows += _explain_files(checked.problems)
    run.unchecked += ((problem.path, "it could not be read") for problem in checked.problems)
    for path, report in checked.reports.items():
        run.rows += report.findings
        run.kinds[path] = report.kinds
        if report.unchecked:
            run.unchecked.append((path, report.unchecked))
        run.waivers += ((path, Waiver(*waiver)) for waiver in report.waivers)


def _take_builds(run: _Run, outcome: "Outcome") -> None:
    """Add what builds gave; where they made a file's objects, their word on these objects counts."""
    built = list(map(pack_finding, outcome.findings))
    confirmed = {_tell(row) for row in built}
    kept = [
        row
        for row in run.rows
        if row[0] not in outcome.covered or not row[3].startswith(_BY_BUILD) or _tell(row) in confirmed
    ]
    told = {_tell(row) for row in kept}
    run.rows = kept + [row for row in built if _tell(row) not in told]
    run.unchecked += ((entry.path, entry.reason) for entry in outcome.unchecked)
    run.checked.update(outcome.checked)
    run.builds = outcome.builds
    run.is_final = outcome.is_final
    for path in outcome.covered & run.kinds.keys():
        del run.kinds[path]  # they were checked as the build has them
    run.complete = not outcome.unchecked


def _tell(row: Row) -> tuple[str, str, str]:
    """What makes two findings of a file the same one: rule and message, and not the line."""
    return row[0], row[3], row[5]


def _soften(rows: Iterable[Row], *, ours: bool) -> Iterator[Row]:
    """In a tree that this program did not write, an image without a digest is a warning."""
    for row in rows:
        yield row if ours or not row[3].startswith("PIN") or row[4] != "error" else (*row[:4], "warning", *row[5:])


def _compare(findings: list[Finding], request: ValidateRequest) -> tuple[list[Finding], int]:
    """The findings that are not in the baseline, and how many are."""
    path = request.baseline or os.path.join(request.root, BASELINE_FILE)
    if not request.compare:
        return findings, 0
    if not os.path.isfile(path):
        if request.baseline:
            raise NotFoundError(f"there is no baseline {path}", hint="write one with --write-baseline")
        return findings, 0
    from gitops_gen.baseline import read_baseline, split_findings  # noqa: PLC0415 - only where there is one

    with open(path, "rb") as stream:
        known = read_baseline(stream.read(), path=os.path.relpath(path, request.root))
    new, old = split_findings(findings, known, Tree(request.root).read_bytes)
    return new, len(old)


def _pack_result(result: CheckResult) -> Mapping[str, Any]:
    """An outcome in plain types, as the cache keeps it."""
    return {
        "findings": list(map(pack_finding, result.findings)),
        "checked": dict(result.checked),
        "unchecked": [(entry.path, entry.reason) for entry in result.unchecked],
        "counts": dict(result.counts),
    }
