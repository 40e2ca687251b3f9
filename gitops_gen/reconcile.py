"""Bring MLflow and the forge in line with what is merged: for a scheduler, or after each merge."""

from collections.abc import Mapping, Sequence

from gitops_gen.attempts import open_base
from gitops_gen.errors import GitopsGenError
from gitops_gen.evidence import Evidence
from gitops_gen.model import Run, RunSelector
from gitops_gen.names import EnvironmentName, parse_run_id
from gitops_gen.reconcile_requests import see_to_requests
from gitops_gen.reconciliation import Action, Operation, ReconcilePorts, ReconcileRequest, Reconciliation, Work
from gitops_gen.tags import promotion_tag
from gitops_gen.timeline import ALL, Place, Stay, evidence_path, read_stays

_MOST_PAST = 20
"""Earlier releases of an environment whose tags are looked at."""
_BRANCHES = "gitops-gen/"


def reconcile(request: ReconcileRequest, ports: ReconcilePorts) -> Reconciliation:
    """Write on model versions where they run, and see to pull requests that are out of date.

    Done twice, it does nothing the second time. What one model, MLflow or the forge refuses is a warning.

    Raises:
        NotFoundError: there is no such branch, or no gitops-gen.yaml on it.
        UnreachableError: the repository does not answer.
    """
    checkout, settings = open_base(request.base_branch, ports.repository)
    work = Work(
        request=request,
        checkout=checkout,
        settings=settings,
        repository=ports.repository,
        tracking=ports.tracking(settings),
        forge=ports.forge(settings),
    )
    pattern = evidence_path(request.model, EnvironmentName("*")) if request.model else ALL
    stays = read_stays(checkout, pattern)
    for place in sorted(stays):
        if place[1] in {environment.name for environment in settings.environments}:
            _tag_versions(work, place, stays[place])
    branches = ports.repository.list_branches(_BRANCHES)
    for place in _list_places(work, stays, branches):
        see_to_requests(work, place, stays.get(place, ()), branches)
    return Reconciliation(dry_run=request.dry_run, actions=tuple(work.actions), warnings=tuple(work.warnings))


def _list_places(work: Work, stays: Mapping[Place, Sequence[Stay]], branches: Mapping[str, str]) -> list[Place]:
    """Models and environments that have, or had, a release or a branch."""
    names = {environment.name for environment in work.settings.environments}
    proposed = [branch.removeprefix(_BRANCHES).split("/", 1) for branch in branches]
    found = {*stays, *((parts[1], parts[0]) for parts in proposed if len(parts) == 2)}  # noqa: PLR2004 - both parts
    wanted = work.request.model
    return sorted(place for place in found if place[1] in names and wanted in {None, place[0]})


def _tag_versions(work: Work, place: Place, stays: Sequence[Stay]) -> None:
    """`deployed` on the version that is there, and no longer on those that were."""
    tag = promotion_tag(EnvironmentName(place[1]), "deployed")
    current = stays[0] if stays and stays[0].until is None else None
    if current is not None:
        _write_tag(work, place, current.evidence, tag, current.since.commit)
    there = current.evidence.run_id if current else ""
    past = {stay.evidence.run_id: stay.evidence for stay in stays if stay.evidence.run_id != there}
    for evidence in list(past.values())[:_MOST_PAST]:
        _write_tag(work, place, evidence, tag, "")


def _write_tag(work: Work, place: Place, evidence: Evidence, tag: str, value: str) -> None:
    run = _find(work, place, evidence)
    if run is None:
        return
    carried = run.version.tags if run.version else run.tags
    if carried.get(tag, "") == value:
        return
    who = f"version {evidence.version}" if evidence.version else f"run {evidence.run_id}"
    operation: Operation = "deployed" if value else "left"
    text = f"{who} runs in {place[1]} since commit {value[:12]}" if value else f"{who} no longer runs in {place[1]}"
    work.note(Action(operation=operation, place=place, text=text), lambda: work.tracking.record(run, {tag: value}))


def _find(work: Work, place: Place, evidence: Evidence) -> Run | None:
    """The run in MLflow; None if it is gone, which is said."""
    registered = str(evidence.data["model"].get("registered", ""))
    selector = (
        RunSelector(model=registered, version=evidence.version)
        if registered and evidence.version
        else RunSelector(run_id=parse_run_id(evidence.run_id))
    )
    try:
        return work.tracking.find_run(selector)
    except GitopsGenError as error:
        work.warn(place, error)
        return None
