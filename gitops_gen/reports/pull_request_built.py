"""What of a pull request's body is neither table of metrics nor gate: requirements, charts, and what is built."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gitops_gen.difference import ResourceChange
from gitops_gen.evidence import Evidence
from gitops_gen.gate_metrics import PREFIX
from gitops_gen.model import Verdict
from gitops_gen.reports.difference_markdown import list_changes
from gitops_gen.reports.markdown import Safe, code

_PLAIN = re.compile(r"[A-Za-z0-9_./ -]{1,32}")
"""Names that may stand in a chart, where nothing can be escaped."""
_FEWEST, _MOST, _CHARTS = 3, 11, 2
_COLOURS = """%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#0969da, #bc4c00"}}}}%%"""
"""The value in blue, what is asked in orange: Mermaid's own first colour can hardly be seen on white."""
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What kustomize made of the overlay, and what differs from the base branch."""

    objects: int
    changes: Sequence[ResourceChange]
    warnings: int = 0
    """Of the rules on pins and evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltView:
    """The same as Markdown."""

    summary: Safe
    changes: Safe
    checks: Safe


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRow:
    """A Python package that another version is asked of."""

    name: Safe
    before: Safe
    after: Safe


def tell_built(built: Built) -> BuiltView:
    """What Argo CD will apply, and what was looked at before the push."""
    count = len(built.changes)
    noun = "object differs" if count == 1 else "objects differ"
    total = "1 object" if built.objects == 1 else f"{built.objects} objects"
    found = "no finding" if not built.warnings else f"{built.warnings} warning{'s' if built.warnings > 1 else ''}"
    return BuiltView(
        summary=Safe(f"What Argo CD will apply: {count} {noun}"),
        changes=list_changes(built.changes),
        checks=Safe(f"Kustomize built the overlay ({total}); its digests and its evidence were checked: {found}."),
    )


def compare_requirements(champion: Evidence | None, challenger: Evidence) -> list[RequirementRow]:
    """The requirements that differ; none for a first release."""
    if champion is None:
        return []
    before, after = (_by_name(evidence.requirements) for evidence in (champion, challenger))
    return [
        RequirementRow(name=code(name), before=_tell(before.get(name)), after=_tell(after.get(name)))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def draw_history(before: Sequence[Evidence], challenger: Evidence) -> Safe:
    """A Mermaid chart for each metric that is asked of, over the last releases; `before` is the oldest first.

    Empty where there are fewer than three releases. GitHub, GitLab and Gitea draw it. Names that are not plain are left
    out, for nothing can be escaped in it.
    """
    asked = [v for v in challenger.verdicts if v.gate.startswith(PREFIX) and _PLAIN.fullmatch(v.gate[len(PREFIX) :])]
    charts = [_draw(verdict, (*before[-_MOST:], challenger)) for verdict in asked]
    return Safe("\n\n".join([chart for chart in charts if chart][:_CHARTS]))


def _draw(verdict: Verdict, releases: Sequence[Evidence]) -> str:
    name = verdict.gate[len(PREFIX) :]
    points = [(_label(release), release.metrics[name]) for release in releases if name in release.metrics]
    points = [(label, value) for label, value in points if math.isfinite(value)]
    if len(points) < _FEWEST:
        return ""
    values = [value for _, value in points]
    threshold = verdict.limits.get("threshold")
    asked = [] if threshold is None else [float(threshold)]
    low, high = min([*values, *asked]), max([*values, *asked])
    room = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    labels = ", ".join(f'"{label}"' for label, _ in points)
    lines = [
        "```mermaid",
        _COLOURS,
        "xychart-beta",
        f'    title "{name} of the last releases{", and what is asked" if asked else ""}"',
        f"    x-axis [{labels}]",
        f"    y-axis {low - room:.6g} --> {high + room:.6g}",
        f"    line [{', '.join(f'{value:.6g}' for value in values)}]",
        *(f"    line [{', '.join([f'{limit:.6g}'] * len(values))}]" for limit in asked),
        "```",
    ]
    return "\n".join(lines)


def _label(release: Evidence) -> str:
    version = f"v{release.version}"
    return version if release.version and _PLAIN.fullmatch(version) else release.run_id[:8]


def _by_name(requirements: Sequence[str]) -> Mapping[str, str]:
    """A requirement by the package that it is about."""
    found = ((_NAME.match(line), line) for line in requirements)
    return {match[0].lower() if match else line: line for match, line in found}


def _tell(requirement: str | None) -> Safe:
    return code(requirement) if requirement is not None else Safe("-")
