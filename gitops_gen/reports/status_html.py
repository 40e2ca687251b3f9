"""The status as one page that needs nothing else: no script, no picture, no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gitops_gen.assets import read_asset
from gitops_gen.evidence import Evidence
from gitops_gen.gate_metrics import PREFIX
from gitops_gen.reports.markdown import safe_url
from gitops_gen.reports.printable import show_line
from gitops_gen.reports.pull_request_gates import name_verdict
from gitops_gen.reports.status_svg import draw_metric, draw_path
from gitops_gen.reports.status_text import tell_time
from gitops_gen.standing import Cell, Status
from gitops_gen.timeline import Stay

TEMPLATE = "status.html.j2"
_MOST_METRICS = 6
_WORDS = {"failed": "failed", "overridden": "set aside", "warned": "warning", "passed": "passed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A line of a model's table."""

    environment: str
    version: str = ""
    run: str = ""
    digest: str = ""
    since: str = ""
    verdict: str = ""
    kind: str = "none"
    request: str = ""
    url: str = ""
    live: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """A model on the page."""

    name: str
    path: Markup
    rows: Sequence[_Row]
    charts: Sequence[Markup]
    releases: Sequence[Mapping[str, str]]


def render_status_html(status: Status) -> str:
    """The page; all text on it is escaped."""
    jinja = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = jinja.from_string(read_asset("templates", TEMPLATE))
    return template.render(
        repository=show_line(status.repository),
        branch=show_line(status.branch),
        commit=status.commit[:12],
        live=status.asked_live,
        warnings=[show_line(warning) for warning in status.warnings],
        sections=[_make_section(status, model) for model in status.models],
    )


def _make_section(status: Status, model: str) -> _Section:
    cells = [status.cells[model, name] for name in status.environments]
    follows = [
        number > 0 and status.predecessors.get(name) == status.environments[number - 1]
        for number, name in enumerate(status.environments)
    ]
    releases = _list_releases(cells)
    return _Section(
        name=model,
        path=draw_path(cells, follows),
        rows=[_tell(cell) for cell in cells],
        charts=[draw_metric(name, _collect(name, releases)) for name in _choose_metrics(cells)],
        releases=[_tell_stay(stay) for cell in cells for stay in cell.stays],
    )


def _tell(cell: Cell) -> _Row:
    request = cell.pull_request
    proposed = f"#{request.number} {show_line(request.title)}" if request else ""
    url = safe_url(request.url) if request else ""
    live = ""
    if cell.live is not None:
        other = ", another image runs" if cell.is_live is False else ""
        live = show_line(f"{cell.live.health}, {cell.live.sync}{other}")
    if cell.evidence is None:
        return _Row(environment=cell.environment, request=proposed, url=url, live=live)
    evidence = cell.evidence
    kind = name_verdict(evidence.verdicts)
    return _Row(
        environment=cell.environment,
        version=show_line(evidence.version),
        run=show_line(evidence.run_id),
        digest=evidence.digest,
        since=tell_time(cell.stays[0].since.time) if cell.stays else "",
        verdict=_WORDS[kind] if cell.intact else "edited by hand",
        kind=kind if cell.intact else "failed",
        request=proposed,
        url=url,
        live=live,
    )


def _tell_stay(stay: Stay) -> Mapping[str, str]:
    return {
        "environment": stay.environment,
        "version": show_line(stay.evidence.version or stay.evidence.run_id[:12]),
        "digest": stay.evidence.digest,
        "since": tell_time(stay.since.time),
        "until": tell_time(stay.until.time) if stay.until else "",
        "commit": stay.since.commit[:12],
        "subject": show_line(stay.since.subject),
    }


def _list_releases(cells: Sequence[Cell]) -> list[Evidence]:
    """Each release once, in the order in which they came to any environment."""
    stays = sorted((stay for cell in cells for stay in reversed(cell.stays)), key=lambda stay: stay.since.time)
    releases: dict[str, Evidence] = {}
    for stay in stays:
        releases.setdefault(stay.evidence.digest, stay.evidence)
    return list(releases.values())


def _collect(name: str, releases: Sequence[Evidence]) -> list[tuple[str, float]]:
    return [
        (show_line((release.version and f"v{release.version}") or release.run_id[:8]), release.metrics[name])
        for release in releases
        if name in release.metrics
    ]


def _choose_metrics(cells: Sequence[Cell]) -> list[str]:
    """Those that are asked of, and where few are, others."""
    deployed = [cell.evidence for cell in cells if cell.evidence is not None]
    asked = {v.gate.removeprefix(PREFIX) for e in deployed for v in e.verdicts if v.gate.startswith(PREFIX)}
    every = {name for evidence in deployed for name in evidence.metrics}
    return [*sorted(asked & every), *sorted(every - asked)][:_MOST_METRICS]
