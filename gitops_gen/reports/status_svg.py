"""Drawings for the page of the status: the way through the environments, and a metric over the releases."""

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from gitops_gen.reports.pull_request_gates import name_verdict
from gitops_gen.reports.status_text import tell_time
from gitops_gen.standing import Cell

_BOX, _GAP, _HEIGHT = 208, 44, 96
_CHART = (300, 96)
_PAD = (8, 14)
_SHOWN = 24


def draw_path(cells: Sequence[Cell], predecessors: Sequence[bool]) -> Markup:
    """The environments of a model in their order; an arrow leads where a release comes from the one before."""
    width = len(cells) * _BOX + (len(cells) - 1) * _GAP + 2
    parts = [
        _draw_box(cell, 1 + number * (_BOX + _GAP), follows=follows)
        for number, (cell, follows) in enumerate(zip(cells, predecessors, strict=True))
    ]
    label = escape("; ".join(_describe(cell) for cell in cells))
    return Markup(
        '<svg class="path" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'aria-label="{label}">{parts}</svg>'
    ).format(width=width, height=_HEIGHT + 2, label=label, parts=Markup("").join(parts))


def draw_metric(name: str, values: Sequence[tuple[str, float]]) -> Markup:
    """A metric over releases, the oldest at the left; `values` are a release's name and its value."""
    finite = [(label, value) for label, value in values if math.isfinite(value)]
    if not finite:
        return Markup("")
    width, height = _CHART
    low, high = min(value for _, value in finite), max(value for _, value in finite)
    span = (high - low) or 1.0
    inner = height - 2 * _PAD[1] - 14
    step = (width - 2 * _PAD[0]) / max(1, len(finite) - 1)
    points = [
        (_PAD[0] + number * step, _PAD[1] + inner * (0.5 if high == low else (high - value) / span), label, value)
        for number, (label, value) in enumerate(finite)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
    dots = Markup("").join(
        Markup('<circle cx="{x}" cy="{y}" r="3.5"><title>{label}: {value}</title></circle>').format(
            x=f"{x:.1f}", y=f"{y:.1f}", label=label, value=f"{value:.6g}"
        )
        for x, y, label, value in points
    )
    first, last = points[0], points[-1]
    return Markup(
        '<figure><figcaption>{name} <b>{last}</b></figcaption><svg class="metric" role="img" viewBox="0 0 {w} {h}" '
        'width="{w}" height="{h}" aria-label="{aria}"><polyline points="{line}"/>{dots}'
        '<text x="{x}" y="{y}">{from_}</text><text x="{end}" y="{y}" text-anchor="end">{to}</text></svg></figure>'
    ).format(
        name=_cut(name),
        last=f"{last[3]:.6g}",
        w=width,
        h=height,
        aria=f"{name}: " + ", ".join(f"{label} {value:.6g}" for _, _, label, value in points),
        line=line,
        dots=dots,
        x=_PAD[0],
        y=height - 4,
        from_=f"{_cut(first[2], 16)}: {first[3]:.4g}",
        end=width - _PAD[0],
        to=f"{_cut(last[2], 16)}: {last[3]:.4g}" if len(points) > 1 else "",
    )


def _draw_box(cell: Cell, left: int, *, follows: bool) -> Markup:
    arrow = (
        Markup('<path class="arrow" d="M{a} {m} H{b} m-7 -5 l7 5 l-7 5"/>').format(
            a=left - _GAP + 4, b=left - 4, m=_HEIGHT // 2
        )
        if follows
        else Markup("")
    )
    evidence = cell.evidence
    lines = [(cell.environment, "name")]
    kind = "none"
    if evidence is None:
        lines.append(("nothing yet", "dim"))
    else:
        kind = name_verdict(evidence.verdicts) if cell.intact else "failed"
        what = f"version {evidence.version}" if evidence.version else f"run {evidence.run_id[:12]}"
        since = f"since {tell_time(cell.stays[0].since.time)}" if cell.stays else ""
        lines += [(what, "what"), (evidence.digest[7:19], "mono"), (since, "dim")]
    if cell.pull_request is not None:
        lines.append((f"#{cell.pull_request.number} is open", "open"))
    texts = Markup("").join(
        Markup('<text class="{cls}" x="{x}" y="{y}">{text}</text>').format(
            cls=cls, x=left + 12, y=20 + number * 17, text=_cut(text)
        )
        for number, (text, cls) in enumerate(lines)
    )
    box = Markup('<rect class="{kind}" x="{x}" y="1" width="{w}" height="{h}" rx="8"/>').format(
        kind=kind, x=left, w=_BOX, h=_HEIGHT
    )
    return arrow + box + texts


def _describe(cell: Cell) -> str:
    if cell.evidence is None:
        return f"{cell.environment}: nothing"
    return f"{cell.environment}: {cell.evidence.version or cell.evidence.run_id}"


def _cut(text: str, limit: int = _SHOWN) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
