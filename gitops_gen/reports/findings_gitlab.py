"""Findings in a merge request at GitLab: a Code Quality report, which has no place for what was not checked.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from collections.abc import Callable

from gitops_gen.findings import CheckResult, Finding
from gitops_gen.reports.fingerprints import fingerprint_findings
from gitops_gen.reports.json_text import dump_json
from gitops_gen.reports.printable import show_line

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render_report(result: CheckResult, *, read_source: Callable[[str], bytes | None], **_unused: object) -> str:
    """A list with an object for each finding."""
    prints = fingerprint_findings(result.findings, read_source)
    return dump_json(
        [
            {
                "description": _describe_finding(finding),
                "check_name": finding.rule,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES.get(finding.severity, "major"),
                "location": {"path": finding.path, "lines": {"begin": finding.line}},
            }
            for finding, fingerprint in zip(result.findings, prints, strict=True)
        ]
    )


def _describe_finding(finding: Finding) -> str:
    """Merge requests show the description and not the name of the check, so the rule is in both."""
    fix = f" (fix: {finding.fix})" if finding.fix else ""
    return show_line(f"{finding.rule}: {finding.message}{fix}")
