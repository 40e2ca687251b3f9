"""The status for a terminal: a line for each model and environment."""

from collections.abc import Iterator
from datetime import UTC, datetime

from gitops_gen.reports.printable import show_line
from gitops_gen.reports.pull_request_gates import name_verdict
from gitops_gen.standing import Cell, Status

_DIGEST = len("sha256:") + 12
_RUN = 12
_HEAD = ("MODEL", "ENVIRONMENT", "VERSION", "RUN", "DIGEST", "SINCE (UTC)", "GATES", "PROPOSED")


def render_status_text(status: Status) -> str:
    """The matrix as columns; what is wrong stands in the line it is about."""
    head = (*_HEAD, "LIVE") if status.asked_live else _HEAD
    rows = [head, *(_tell(status.cells[m, e], live=status.asked_live) for m in status.models for e in _order(status))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines) if status.models else "there is no model yet\n"


def _order(status: Status) -> Iterator[str]:
    yield from status.environments


def _tell(cell: Cell, *, live: bool) -> tuple[str, ...]:
    request = f"#{cell.pull_request.number}" if cell.pull_request else "-"
    if cell.evidence is None:
        told = (cell.model, cell.environment, "-", "-", "-", "-", "-", request)
    else:
        evidence = cell.evidence
        told = (
            cell.model,
            cell.environment,
            show_line(evidence.version) or "-",
            show_line(evidence.run_id)[:_RUN],
            evidence.digest[:_DIGEST],
            tell_time(cell.stays[0].since.time) if cell.stays else "?",
            name_verdict(evidence.verdicts) if cell.intact else "EDITED BY HAND",
            request,
        )
    return (*told, _tell_live(cell)) if live else told


def tell_time(seconds: float) -> str:
    """A time as people compare them."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M")


def _tell_live(cell: Cell) -> str:
    if cell.live is None:
        return "-"
    other = ", another image runs" if cell.is_live is False else ""
    return show_line(f"{cell.live.health}, {cell.live.sync}{other}")
