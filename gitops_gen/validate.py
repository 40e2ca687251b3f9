"""Check a repository, or some files of it: from paths to findings."""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from gitops_gen.checks.cache import Table
from gitops_gen.checks.discover import KUSTOMIZATIONS, SETTINGS_FILE
from gitops_gen.checks.files import INPUT, OBJECTS, RESOURCE, TEXT, FileChecker, Row, Task, pack_finding
from gitops_gen.checks.levels import OFF, Levels, read_settings
from gitops_gen.checks.many_files import check_files
from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.runs import save_run
from gitops_gen.checks.selection import Selection
from gitops_gen.checks.tally import Tally
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.waiving import apply_waivers
from gitops_gen.errors import NotFoundError
from gitops_gen.findings import CheckResult, Finding, Unchecked
from gitops_gen.validation import BASELINE_FILE, Prepared, ValidateRequest, open_store

if TYPE_CHECKING:
    from gitops_gen.checks.graph import Graph
    from gitops_gen.checks.repository import Online
    from gitops_gen.ports import Kustomize

_MOST_JOBS = 8


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
    store = open_store(request)
    run = Tally()
    run.take_search(prepared.targets)
    ours = SETTINGS_FILE in prepared.found.files
    tree = Tree(request.root)
    checks = _Checks(selection, ObjectChecker(store, selection), find_kustomize, online)
    _check(run, request, prepared, tree=tree, checks=checks, ours=ours)
    levels = Levels(read_settings(tree) if ours else {})
    rows = [row for row in dict.fromkeys(_level(run.rows, levels, ours=ours)) if selection.allows_rule(row[3])]
    rows, waived = apply_waivers(rows, run.waivers, complete=run.complete, selection=selection, levels=levels)
    rows = list(_level(rows, levels, ours=ours))  # what is said of the waivers has come in
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


class _Checks(NamedTuple):
    """What a run checks by."""

    selection: Selection
    checker: ObjectChecker
    find_kustomize: "Callable[[], Kustomize | None]"
    online: "Online | None"


def _check(
    run: Tally, request: ValidateRequest, prepared: Prepared, *, tree: Tree, checks: _Checks, ours: bool
) -> None:
    """Files one by one, then what takes more than one of them; a plain folder of manifests needs no more."""
    found, targets = prepared.found.files, prepared.targets.files
    graph = None
    if ours or any(path.rpartition("/")[2] in KUSTOMIZATIONS for path in found):
        from gitops_gen.checks import repository  # noqa: PLC0415 - twice the imports of all the rest

        graph = repository.read_kustomizations(tree, found)
    tasks = [_make_task(path, graph, ours=ours) for path in targets]
    table = Table(prepared.cache, "files", prepared.world)
    jobs = min(request.jobs or os.cpu_count() or 1, _MOST_JOBS)
    files = FileChecker(request.root, checks.checker)
    if graph is not None:
        from gitops_gen.checks.generator_inputs import list_inputs  # noqa: PLC0415 - as above

        inputs = [Task(path, INPUT) for path in list_inputs(graph, request.paths, everything=request.everything)]
        run.take_files(check_files(files, inputs, table=Table(None, "", prepared.world), jobs=1))
    run.take_files(check_files(files, tasks, table=table, jobs=jobs))
    if graph is not None:
        roots = graph.roots if request.everything else graph.affected((*targets, *request.paths, *request.gone))
        build = partial(
            repository.check_builds,
            tree,
            graph,
            find_kustomize=checks.find_kustomize,
            checker=checks.checker,
            files=found,
            table=Table(prepared.cache, "builds", prepared.world),
        )
        outcome = build(roots)
        run.take_builds(outcome)
        if ours:
            from gitops_gen.checks import environment_checks as environments  # noqa: PLC0415 - as above

            asked = repository.list_own_files(found, targets, everything=request.everything)
            rows, unchecked = repository.check_own_files(tree, graph, outcome, asked, targets, online=checks.online)
            run.rows += rows
            run.unchecked += unchecked
            objects, unbuilt = outcome.objects, outcome.unbuilt
            if not request.everything:
                roots = environments.list_neighbours(tree, graph, roots, (*targets, *request.gone))
                others = build([root for root in roots if root not in objects])
                objects = {root: (objects if root in objects else others.objects)[root] for root in roots}
                unbuilt += others.unbuilt
            read = environments.read_environments(tree, graph, objects, unbuilt, found)
            run.rows += environments.check_environments(read, checks.selection)
        run.extra = {path for root in roots for path in graph.closure(root)}
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


def _level(rows: Iterable[Row], levels: Levels, *, ours: bool) -> Iterator[Row]:
    """Each finding with the severity that it has here, without those of rules that are off."""
    for row in rows:
        level = levels.find(row[3], row[0]) if levels else ""
        if not ours and row[3].startswith("PIN") and row[4] == "error":
            level = "warning"  # in a tree that this program did not write, an image may go without a digest
        if level != OFF:
            yield (*row[:4], level, *row[5:]) if level else row


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
