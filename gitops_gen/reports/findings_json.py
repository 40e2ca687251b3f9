"""Findings for a program: JSON, as schemas/validation.schema.json describes it."""

from gitops_gen.findings import CheckResult
from gitops_gen.reports.json_text import dump_json

_COUNTS = ("files", "objects", "builds", "cached", "waived", "baselined", "fixed")


def render_report(result: CheckResult, **_unused: object) -> str:
    """One object with the findings, what was checked, what was not, and the totals."""
    return dump_json(
        {
            "findings": [
                {
                    "path": finding.path,
                    "line": finding.line,
                    "column": finding.column,
                    "rule": finding.rule,
                    "severity": finding.severity,
                    "message": finding.message,
                    "fix": finding.fix,
                }
                for finding in result.findings
            ],
            "checked": dict(sorted(result.checked.items())),
            "unchecked": [{"path": each.path, "reason": each.reason} for each in result.unchecked],
            "summary": {
                "errors": result.count_severity("error"),
                "warnings": result.count_severity("warning"),
                "infos": result.count_severity("info"),
                **{name: result.counts.get(name, 0) for name in _COUNTS},
            },
        }
    )
