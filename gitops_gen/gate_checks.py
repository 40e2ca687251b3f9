"""The gates on a release that are not about its metrics: pure looks at what would become its evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gitops_gen.checks.prometheus_durations import read_duration
from gitops_gen.contract import compare_signatures
from gitops_gen.evidence import Evidence, release_digest
from gitops_gen.model import Image, Release, Run, Verdict
from gitops_gen.names import EnvironmentName, show
from gitops_gen.settings import Environment

FINISHED = "FINISHED"
_SHORT_COMMIT = 7
_MOST_CHANGES = 8


def compare_revision(run: Run, image: Image) -> str:
    """A warning where image and run name different commits; empty if they agree, or one says none.

    A shortened commit counts.
    """
    built, trained = image.revision.lower(), run.source.commit.lower()
    length = min(len(built), len(trained))
    if not length or built == trained or (length >= _SHORT_COMMIT and built[:length] == trained[:length]):
        return ""
    return f"{image.name} was built from commit {image.revision}, but run {run.run_id} from {run.source.commit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a gate saw."""

    problem: str = ""
    """Why the gate does not hold; empty if it does."""
    note: str = ""
    """What is worth knowing though it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When a release came into the environment before."""

    environment: EnvironmentName
    time: float
    """Of the commit on the base branch, in seconds since 1970."""


def check_run(run: Run) -> Verdict:
    """The run came to its end."""
    if run.status == FINISHED:
        return Verdict(gate="run-finished", result="passed")
    problem = f"the run is {run.status}, not {FINISHED}: its metrics may not be its last"
    return Verdict(gate="run-finished", result="failed", detail=problem)


def check_order(release: Release, environment: Environment, predecessor: Evidence | None) -> Iterator[Verdict]:
    """The environment before this one has the release."""
    if environment.predecessor is None:
        return
    digest = release_digest(release)
    if predecessor is not None and predecessor.digest == digest:
        yield Verdict(gate="environment-order", result="passed")
        return
    there = f"has {predecessor.digest}" if predecessor is not None else "does not have this model"
    problem = f"it comes after {environment.predecessor}, and {environment.predecessor} {there}, not {digest}"
    yield Verdict(gate="environment-order", result="failed", detail=problem)


def check_soak(soak: str, arrival: Arrival | None, now: float) -> Iterator[Verdict]:
    """The release has been in the predecessor for as long as is asked; nothing where none is, or it is not there.

    What is said does not change as time goes on, so that a promotion that is run again changes nothing.
    """
    asked = (read_duration(soak) or 0) / 1000
    if not asked or arrival is None:
        return
    since = _tell_time(arrival.time)
    there = f"{arrival.environment} has had it since {since}"
    over = arrival.time + asked
    if now >= over:
        yield Verdict(gate="soak", result="passed", detail=f"{there}, and {soak} is asked")
        return
    problem = f"{there}, and {soak} is asked: until {_tell_time(over)}"
    yield Verdict(gate="soak", result="failed", detail=problem)


def _tell_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


def check_rolled_back(release: Release, champion: Evidence | None) -> Iterator[Verdict]:
    """The release was not taken out of the environment before; nothing where none was."""
    remembered = champion.rolled_back if champion is not None else ()
    if not remembered:
        return
    digest = release_digest(release)
    found = next((entry for entry in remembered if entry.digest == digest), None)
    if found is None:
        yield Verdict(gate="rolled-back", result="passed")
        return
    by = f" by {found.by}" if found.by else ""
    problem = f"{digest} was rolled back{by}: {found.reason}"
    yield Verdict(gate="rolled-back", result="failed", detail=problem)


def compare_datasets(contexts: Sequence[str], facts: Mapping[str, Any], old: Mapping[str, Any] | None) -> Look:
    """The metrics of both were taken on the same data: else they say nothing of each other."""
    if old is None:
        return Look()
    before, after = (_list_digests(data, contexts) for data in (old, facts))
    if before == after and before:
        return Look()
    which = f" for {' or '.join(map(show, contexts))}" if contexts else ""
    if not before or not after:
        whose = "neither run" if not before and not after else "the champion's run" if not before else "the run"
        verb = "recorded" if whose == "neither run" else "did not record"
        return Look(problem=f"{whose} {verb} a dataset{which}: their metrics may not be comparable")
    return Look(problem=f"the two runs did not record the same datasets{which}: their metrics may not be comparable")


def _list_digests(data: Mapping[str, Any], contexts: Sequence[str]) -> set[str]:
    datasets = data["run"]["datasets"]
    return {d["digest"] for d in datasets if "digest" in d and (not contexts or d.get("context", "") in contexts)}


def check_signature(facts: Mapping[str, Any], old: Mapping[str, Any] | None) -> Look:
    """Callers of the champion can go on as they did."""
    if old is None:
        return Look()
    changes = compare_signatures(old["model"].get("signature"), facts["model"].get("signature"))
    breaking = [change.text for change in changes if change.breaks]
    others = [change.text for change in changes if not change.breaks]
    return Look(problem=_join(breaking), note=_join(others))


def _join(texts: Sequence[str]) -> str:
    left = len(texts) - _MOST_CHANGES
    return "; ".join(texts[:_MOST_CHANGES]) + (f"; and {left} more" if left > 0 else "")


def check_runtime(facts: Mapping[str, Any], old: Mapping[str, Any] | None) -> Look:
    """The model runs on what the champion runs on."""
    if old is None:
        return Look()
    names = (("flavor", "flavor"), ("pythonVersion", "Python"), ("mlflowVersion", "MLflow"))
    pairs = [(what, old["model"].get(key, ""), facts["model"].get(key, "")) for key, what in names]
    changed = [f"{what} is {show(after)} and was {show(before)}" for what, before, after in pairs if before != after]
    return Look(problem=_join(changed))


def check_commit(facts: Mapping[str, Any]) -> Look:
    """The training code is in a commit."""
    commit = facts["source"].get("commit", "")
    if not commit:
        return Look(problem="the run names no commit of its training code")
    if facts["source"].get("dirty"):
        return Look(problem="the run was made with changes that are in no commit")
    return Look()


def check_revision(release: Release) -> Look:
    """The image was built from the run's commit."""
    if release.image is None:
        return Look()
    if not release.image.revision:
        return Look(problem="the image has no org.opencontainers.image.revision: the commit it was built from")
    return Look(problem=compare_revision(release.run, release.image))


def check_dataset(facts: Mapping[str, Any]) -> Look:
    """The data of the run is known."""
    if any(dataset.get("digest") for dataset in facts["run"]["datasets"]):
        return Look()
    return Look(problem="the run recorded no dataset with a digest (mlflow.log_input)")


def check_hash(facts: Mapping[str, Any]) -> Look:
    """The files of the model are known."""
    if facts["model"].get("contentHash"):
        return Look()
    return Look(problem="the model's files could not be read to take their hash")
