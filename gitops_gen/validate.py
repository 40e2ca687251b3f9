"""Check a repository, or some files of it: from paths to findings."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gitops_gen.baseline import read_baseline, split_findings
from gitops_gen.checks.builds import Outcome, check_kustomizations
from gitops_gen.checks.cache import Table
from gitops_gen.checks.catalogue import load_rules
from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.files import OBJECTS, RESOURCE, TEXT, Checked, FileChecker, Row, Task, check_files, to_row
from gitops_gen.checks.graph import Graph, read_graph
from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.origins import Origins
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.rules.files import FileProblem
from gitops_gen.checks.rules.provenance import check_overlay
from gitops_gen.checks.rules.provenance_parts import ModelOverlay, read_overlay
from gitops_gen.checks.runs import save_run
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.selection import Selection
from gitops_gen.checks.settings_files import SETTINGS_FILE, check_settings_files, is_settings_file
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.waivers import Waiver
from gitops_gen.checks.waiving import Placed, apply_waivers
from gitops_gen.errors import NotFoundError
from gitops_gen.findings import CheckResult, Finding, Unchecked
from gitops_gen.ports import Kustomize
from gitops_gen.validation import BASELINE_FILE, Prepared, ValidateRequest

if TYPE_CHECKING:
    from gitops_gen.online import OnlineOutcome

_MOST_JOBS = 8
# Rules whose word on a file that a kustomization builds on is the build's: a patch may mend what the file lacks.
_BY_BUILD = ("SCHEMA001", "SCHEMA002", "SCHEMA003", "SCHEMA004", "SELDON", "PIN")


@dataclass(slots=True)
class _Run:
    """What a validation has found so far."""

    rows: list[Row] = field(default_factory=list)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    """The objects in each file."""
    checked: Counter[str] = field(default_factory=Counter)
    unchecked: list[tuple[str, str]] = field(default_factory=list)
    waivers: list[Placed] = field(default_factory=list)
    complete: bool = True
    """False where builds were not made, so that not all rules had their say."""


def validate(
    request: ValidateRequest,
    prepared: Prepared,
    *,
    find_kustomize: Callable[[], Kustomize | None],
    online: Callable[[Sequence[ModelOverlay]], "OnlineOutcome"] | None = None,
) -> CheckResult:
    """Everything that is wrong with what was asked for, and what was not checked.

    `find_kustomize` is asked where there is something to build, and gives None where none is installed: then no build
    is made, and the result says so.

    Raises:
        ConfigError: the options are wrong: a schema location, a version, a rule, the baseline.
    """
    selection = Selection(skip=request.skip, only=request.only)
    store = SchemaStore(kubernetes_version=request.kubernetes_version, locations=request.schema_locations)
    checker = ObjectChecker(store, selection)
    tree = Tree(request.root)
    graph = read_graph(tree, (p for p in prepared.found.files if p.rpartition("/")[2] in KUSTOMIZATIONS))
    ours = SETTINGS_FILE in prepared.found.files
    targets = prepared.targets.files
    run = _Run()
    _take_search(run, prepared)
    checked = check_files(
        FileChecker(request.root, checker),
        [_make_task(path, graph, ours=ours) for path in targets],
        table=Table(prepared.cache, "files", prepared.world),
        jobs=min(request.jobs or os.cpu_count() or 1, _MOST_JOBS),
    )
    _take_files(run, checked)
    roots = graph.roots if request.everything else graph.affected((*targets, *request.paths, *request.gone))
    outcome = Outcome((), (), {}, 0, {}, frozenset())
    if roots:
        outcome = check_kustomizations(
            tree,
            graph,
            roots=roots,
            kustomize=find_kustomize(),
            check_object=lambda resource, _root: checker.check(resource, pinned=True),
            files=prepared.found.files,
            table=Table(prepared.cache, "builds", prepared.world),
        )
        _take_builds(run, outcome)
    for kinds in run.kinds.values():
        run.checked.update(kinds)
    if ours:
        everywhere = request.everything or SETTINGS_FILE in targets
        run.rows += check_settings_files(tree, prepared.found.files if everywhere else targets)
        overlays = list(_list_overlays(tree, outcome, prepared.found.files if request.everything else targets))
        for overlay in overlays:
            run.rows += map(_pack, check_overlay(overlay, _make_locator(tree, graph, outcome, overlay.folder)))
        if online is not None:
            asked = online(overlays)
            run.rows += map(_pack, asked.findings)
            run.unchecked += ((entry.path, entry.reason) for entry in asked.unchecked)
    rows = [row for row in dict.fromkeys(_soften(run.rows, ours=ours)) if selection.allows_rule(row[3])]
    rows, waived = apply_waivers(rows, run.waivers, complete=run.complete, selection=selection)
    findings, baselined = _compare(sorted(map(_unpack, rows)), request, tree)
    result = CheckResult(
        root=request.root,
        findings=tuple(findings),
        checked=dict(sorted(run.checked.items())),
        unchecked=tuple(sorted({Unchecked(path=path, reason=reason) for path, reason in run.unchecked})),
        counts={
            "files": len(targets),
            "objects": sum(run.checked.values()),
            "builds": outcome.builds,
            "cached": checked.cached,
            "waived": waived,
            "baselined": baselined,
            "fixed": 0,
        },
    )
    if prepared.cache is not None and online is None:
        extra = {path for root in roots for path in graph.closure(root)}.difference(prepared.found.files)
        save_run(prepared.cache, prepared.key, request.root, _pack_result(result), sorted(extra))
    return result


def _pack_result(result: CheckResult) -> dict[str, Any]:
    """An outcome in plain types, as the cache keeps it."""
    return {
        "findings": list(map(_pack, result.findings)),
        "checked": dict(result.checked),
        "unchecked": [(entry.path, entry.reason) for entry in result.unchecked],
        "counts": dict(result.counts),
    }


def _pack(finding: Finding) -> Row:
    f = finding
    return f.path, f.line, f.column, f.rule, f.severity, f.message, f.fix


def _unpack(row: Row) -> Finding:
    path, line, column, rule, severity, message, fix = row
    return Finding(path=path, line=line, column=column, rule=rule, severity=severity, message=message, fix=fix)


def _make_task(path: str, graph: Graph, *, ours: bool) -> Task:
    """As what a file is checked: what the kustomizations use it for decides."""
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
    run.rows += _explain_files(checked.problems)
    run.unchecked += ((problem.path, "it could not be read") for problem in checked.problems)
    for path, report in checked.reports.items():
        run.rows += report.findings
        run.kinds[path] = report.kinds
        if report.unchecked:
            run.unchecked.append((path, report.unchecked))
        run.waivers += ((path, Waiver(*waiver)) for waiver in report.waivers)


def _take_builds(run: _Run, outcome: Outcome) -> None:
    """Add what builds gave; where they made a file's objects, their word on these objects counts."""
    built = list(map(_pack, outcome.findings))
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
    for path in outcome.covered & run.kinds.keys():
        del run.kinds[path]  # they were checked as the build has them
    run.complete = not outcome.unchecked


def _tell(row: Row) -> tuple[str, str, str]:
    """What makes two findings of a file the same one: rule and message, and not the line."""
    return row[0], row[3], row[5]


def _list_overlays(tree: Tree, outcome: Outcome, files: Iterable[str]) -> Iterator[ModelOverlay]:
    """The models' overlays that were built, or that one of `files` lies in."""
    folders = {path.rpartition("/")[0] for path in files} | set(outcome.objects)
    for folder in sorted(folders):
        objects = [built.resource for built in outcome.objects.get(folder, ())]
        overlay = read_overlay(tree, folder, objects)
        if overlay is not None:
            yield overlay


def _make_locator(
    tree: Tree, graph: Graph, outcome: Outcome, folder: str
) -> Callable[[Resource, Keys], tuple[str, int, int]]:
    """Where a part of an object that the build of `folder` made comes from."""
    origins = Origins(tree, graph, folder) if folder in graph.folders else None

    def locate(resource: Resource, keys: Keys) -> tuple[str, int, int]:
        built = next((built for built in outcome.objects[folder] if built.resource is resource), None)
        return origins.locate(built, keys) if origins is not None and built is not None else (folder, 1, 1)

    return locate


def _soften(rows: Iterable[Row], *, ours: bool) -> Iterator[Row]:
    """In a tree that this program did not write, an image without a digest is a warning."""
    for row in rows:
        yield row if ours or not row[3].startswith("PIN") or row[4] != "error" else (*row[:4], "warning", *row[5:])


def _compare(findings: list[Finding], request: ValidateRequest, tree: Tree) -> tuple[list[Finding], int]:
    """The findings that are not in the baseline, and how many are."""
    path = request.baseline or os.path.join(request.root, BASELINE_FILE)
    if not os.path.isfile(path):
        if request.baseline:
            raise NotFoundError(f"there is no baseline {path}", hint="write one with --write-baseline")
        return findings, 0
    with open(path, "rb") as stream:
        known = read_baseline(stream.read(), path=os.path.relpath(path, request.root))
    new, old = split_findings(findings, known, tree.read_bytes)
    return new, len(old)
