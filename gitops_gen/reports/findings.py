"""What a validation found, in the format that a reader wants; a format that nobody asks for is not imported."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as type checkers know it; the module `typing` takes longer to load than a warm run
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_gen.findings import CheckResult
    from gitops_gen.reports.rule_facts import RuleFacts

FORMATS: Mapping[str, str] = {
    "text": "gitops_gen.reports.findings_text",
    "json": "gitops_gen.reports.findings_json",
    "sarif": "gitops_gen.reports.findings_sarif",
    "junit": "gitops_gen.reports.findings_junit",
    "github": "gitops_gen.reports.findings_github",
    "gitlab": "gitops_gen.reports.findings_gitlab",
}
"""A format's name and the module whose `render_report` makes it."""


def render_findings(
    format_name: str,
    result: CheckResult,
    *,
    read_source: Callable[[str], bytes | None],
    rules: Callable[[str], RuleFacts | None],
    color: bool = False,
) -> str:
    """The report, without a line break at its end; `github` is empty when there is nothing to say.

    `read_source` gives the bytes of a file below the root, None if it cannot be read; `rules` what is known of a rule
    by its id; `color` is for terminals and only `text` heeds it.
    """
    module = import_module(FORMATS[format_name])
    report: str = module.render_report(result, read_source=read_source, rules=rules, color=color)
    return report
