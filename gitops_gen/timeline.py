"""What ran in an environment, since when, until when: read from the history of its evidence."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gitops_gen.checks.source import Source
from gitops_gen.evidence import Evidence
from gitops_gen.names import EnvironmentName, ModelName
from gitops_gen.overlay import EVIDENCE_FILE, overlay_folder
from gitops_gen.ports import Checkout, Revision

Place = tuple[str, str]
"""Model and environment."""

ALL = f"models/*/overlays/*/{EVIDENCE_FILE}"
"""Where all evidence stands, as a git glob."""
_PATH = re.compile(rf"models/([^/]+)/overlays/([^/]+)/{re.escape(EVIDENCE_FILE)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A release's time in an environment."""

    model: str
    environment: str
    evidence: Evidence
    """As it was at the end; its numbers are as Kubernetes reads them: 1.0 is 1."""
    since: Revision
    """The commit of the base branch that brought it."""
    until: Revision | None = None
    """The one that took it away; None if it is there now."""
    last: Revision
    """The newest commit that has it and changed its evidence."""


def evidence_path(model: ModelName, environment: EnvironmentName) -> str:
    """The evidence of a model in an environment."""
    return f"{overlay_folder(model, environment)}/{EVIDENCE_FILE}"


def read_stays(checkout: Checkout, *patterns: str, newest: int = 0) -> Mapping[Place, tuple[Stay, ...]]:
    """The stays of releases by model and environment, the newest first, as far as the `newest` commits tell (0: all).

    Evidence that cannot be read counts as none.
    """
    revisions = checkout.list_history(*(patterns or (ALL,)), newest=newest)
    places = [(revision.commit, path) for revision in revisions for path in revision.paths if _PATH.fullmatch(path)]
    contents = checkout.read_at(places)
    by_path: dict[str, list[tuple[Revision, Evidence | None]]] = {}
    for revision in reversed(revisions):
        for path in revision.paths:
            if _PATH.fullmatch(path):
                content = contents.get((revision.commit, path))
                by_path.setdefault(path, []).append((revision, read_evidence(path, content) if content else None))
    return {(found[1], found[2]): _join(found[1], found[2], changes) for found, changes in _match(by_path)}


def read_evidence(path: str, content: bytes) -> Evidence | None:
    """The evidence in a file of the history; None if it is none."""
    documents = Source(path, content).documents
    if len(documents) != 1 or not isinstance(documents[0], dict):
        return None
    evidence = Evidence(data=documents[0])
    try:
        _ = evidence.digest, evidence.run_id, evidence.version, evidence.metrics
    except (TypeError, KeyError, AttributeError, ValueError):
        return None
    return evidence


def _match(
    by_path: Mapping[str, list[tuple[Revision, Evidence | None]]],
) -> Iterable[tuple[re.Match[str], list[tuple[Revision, Evidence | None]]]]:
    return ((found, changes) for path, changes in sorted(by_path.items()) if (found := _PATH.fullmatch(path)))


def _join(model: str, environment: str, changes: Iterable[tuple[Revision, Evidence | None]]) -> tuple[Stay, ...]:
    """Stays of changes, the oldest first: what changes in the evidence of one digest ends no stay."""
    stays: list[Stay] = []
    current: Stay | None = None
    for revision, evidence in changes:
        same = current is not None and evidence is not None and evidence.digest == current.evidence.digest
        if current is not None:
            since = current.since if same else revision
            if not same:
                stays.append(replace(current, until=revision))
        else:
            since = revision
        current = (
            None
            if evidence is None
            else Stay(model=model, environment=environment, evidence=evidence, since=since, last=revision)
        )
    if current is not None:
        stays.append(current)
    return tuple(reversed(stays))
