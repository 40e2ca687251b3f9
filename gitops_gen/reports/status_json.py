"""The status for bots, in the shape of schemas/status.schema.json."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gitops_gen.evidence import Evidence
from gitops_gen.evidence_verdicts import write_number
from gitops_gen.ports import Revision
from gitops_gen.reports.pull_request_gates import name_verdict
from gitops_gen.standing import Cell, Status
from gitops_gen.timeline import Stay


def render_status_json(status: Status) -> dict[str, Any]:
    """The whole status."""
    return {
        "version": 1,
        "repository": status.repository,
        "branch": status.branch,
        "commit": status.commit,
        "environments": list(status.environments),
        "models": [
            {
                "name": model,
                "environments": {name: _describe(status.cells[model, name], status) for name in status.environments},
            }
            for model in status.models
        ],
        "warnings": list(status.warnings),
    }


def describe_revision(revision: Revision) -> dict[str, Any]:
    """A commit of the base branch."""
    return {
        "commit": revision.commit,
        "time": datetime.fromtimestamp(revision.time, tz=UTC).isoformat().replace("+00:00", "Z"),
        "author": revision.author,
        "subject": revision.subject,
    }


def describe_stay(stay: Stay) -> dict[str, Any]:
    """A release's time in an environment."""
    return {
        **_describe_release(stay.evidence),
        "since": describe_revision(stay.since),
        "until": describe_revision(stay.until) if stay.until else None,
    }


def _describe_release(evidence: Evidence) -> dict[str, Any]:
    return {
        "digest": evidence.digest,
        "run": evidence.run_id,
        "model_version": evidence.version or None,
        "metrics": {name: write_number(value) for name, value in sorted(evidence.metrics.items())},
    }


def _describe(cell: Cell, status: Status) -> dict[str, Any]:
    evidence, request = cell.evidence, cell.pull_request
    return {
        "deployed": _describe_deployed(cell, evidence) if evidence else None,
        "history": [describe_stay(stay) for stay in cell.stays],
        "pull_request": {"number": request.number, "url": request.url, "title": request.title} if request else None,
        "live": _describe_live(cell) if status.asked_live else None,
    }


def _describe_deployed(cell: Cell, evidence: Evidence) -> dict[str, Any]:
    image: Mapping[str, Any] = evidence.data.get("image", {})
    return {
        **_describe_release(evidence),
        "image": image.get("name"),
        "tag": image.get("tag"),
        "commit": evidence.data["source"].get("commit"),
        "since": describe_revision(cell.stays[0].since) if cell.stays else None,
        "verdict": name_verdict(evidence.verdicts),
        "overrides": [override.rule for override in evidence.overrides],
        "rolled_back": [entry.digest for entry in evidence.rolled_back],
        "intact": cell.intact,
    }


def _describe_live(cell: Cell) -> dict[str, Any] | None:
    if cell.live is None:
        return None
    return {
        "health": cell.live.health,
        "sync": cell.live.sync,
        "revision": cell.live.revision or None,
        "runs_digest": cell.is_live,
        "message": cell.live.message or None,
    }
