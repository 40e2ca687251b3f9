"""Findings on the lines of a pull request at GitHub: workflow commands, one a line.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from gitops_gen.findings import CheckResult, Finding
from gitops_gen.reports.findings_summary import checked_nothing
from gitops_gen.reports.printable import show_text

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render_report(result: CheckResult, **_unused: object) -> str:
    """A command for each finding, and a notice if anything, or everything, was left unchecked."""
    lines = [_write_command(finding) for finding in result.findings]
    if checked_nothing(result):
        lines.append("::notice title=gitops-gen::nothing was checked")
    if result.unchecked:
        reasons: dict[str, int] = {}
        for each in result.unchecked:
            reasons[each.reason] = reasons.get(each.reason, 0) + 1
        listed = "; ".join(f"{reason} ({number})" for reason, number in sorted(reasons.items()))
        lines.append(f"::notice title=gitops-gen::{_escape_data(f'not checked: {len(result.unchecked)}: {listed}')}")
    return "\n".join(lines)


def _write_command(finding: Finding) -> str:
    message = f"{finding.message}\nfix: {finding.fix}" if finding.fix else finding.message
    places = {"file": finding.path, "line": finding.line, "col": finding.column, "title": finding.rule}
    properties = ",".join(f"{name}={_escape_property(str(value))}" for name, value in places.items())
    return f"::{_COMMANDS.get(finding.severity, 'error')} {properties}::{_escape_data(message)}"


def _escape_data(text: str) -> str:
    return show_text(text).replace("%", "%25").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
