"""Findings for a person: each with its place, the line it is about and the way out; at the end what was checked."""

from __future__ import annotations

from gitops_gen.reports.excerpt import cut_excerpt
from gitops_gen.reports.findings_summary import TONES, summarize_result
from gitops_gen.reports.printable import show_line, show_path
from gitops_gen.reports.source_lines import list_concealed, make_line_reader

TYPE_CHECKING = False  # as type checkers know it; see findings.py
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_gen.findings import CheckResult, Finding

_BOLD, _DIM, _GREEN = "1", "2", "32"


def render_report(
    result: CheckResult, *, read_source: Callable[[str], bytes | None], color: bool, **_unused: object
) -> str:
    """The findings by path and place, then the summary. No line is shown of a file with credentials."""
    paint = _paint if color else _leave
    read_line = make_line_reader(read_source)
    ordered = sorted(result.findings, key=lambda finding: (finding.path, finding.line, finding.column, finding.rule))
    concealed = list_concealed(ordered)
    lines = [None if each.path in concealed else read_line(each.path, each.line) for each in ordered]
    blocks = [_render_finding(finding, line, paint) for finding, line in zip(ordered, lines, strict=True)]
    blocks.append(summarize_result(result, paint))
    return "\n\n".join(blocks)


def _render_finding(finding: Finding, line: str | None, paint: Callable[[str, str], str]) -> str:
    tone = TONES.get(finding.severity, TONES["error"])
    place = f"{paint(show_path(finding.path), _BOLD)}:{finding.line}:{finding.column}"
    rule = paint(f"[{show_line(finding.rule)}]", _DIM)
    shown = [f"{place}: {paint(finding.severity, tone)}: {show_line(finding.message)} {rule}"]
    if line is not None:
        excerpt, cells = cut_excerpt(line, finding.column)
        number = f"{finding.line:>4}"
        shown.append(paint(f"{number} |", _DIM) + f" {excerpt}".rstrip(" "))
        shown.append(paint(" " * len(number) + " |", _DIM) + " " * (cells + 1) + paint("^", tone))
    if finding.fix:
        shown.append(f"     {paint('fix:', _GREEN)} {show_line(finding.fix)}")
    return "\n".join(shown)


def _paint(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m"


def _leave(text: str, _style: str) -> str:
    return text
