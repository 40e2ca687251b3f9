"""Findings for code scanning: SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from gitops_gen import __version__
from gitops_gen.findings import CheckResult, Finding, Unchecked
from gitops_gen.reports.fingerprints import fingerprint_findings
from gitops_gen.reports.json_text import dump_json
from gitops_gen.reports.rule_facts import RuleFacts

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ROOT = "SRCROOT"


def render_report(
    result: CheckResult,
    *,
    read_source: Callable[[str], bytes | None],
    rules: Callable[[str], RuleFacts | None],
    **_unused: object,
) -> str:
    """One run; of the rules, those that found something. What was not checked is a notification of its invocation."""
    first = {finding.rule: finding for finding in reversed(result.findings)}
    ids = sorted(first)
    indexes = {rule: index for index, rule in enumerate(ids)}
    prints = fingerprint_findings(result.findings, read_source)
    run = {
        "tool": {
            "driver": {
                "name": "gitops-gen",
                "version": __version__,
                "rules": [_describe_rule(first[rule], rules(rule)) for rule in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that was checked."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_describe_unchecked(each) for each in result.unchecked],
            }
        ],
        "results": [
            _describe_finding(finding, indexes[finding.rule], fingerprint)
            for finding, fingerprint in zip(result.findings, prints, strict=True)
        ],
    }
    return dump_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _describe_rule(finding: Finding, facts: RuleFacts | None) -> dict[str, Any]:
    """A rule that is in no catalogue has its id for a title and the severity of its first finding."""
    title = (facts and facts.title) or finding.rule
    severity = facts.severity if facts else finding.severity
    return {
        "id": finding.rule,
        "shortDescription": {"text": title},
        "help": {"text": (facts and facts.help) or title},
        "defaultConfiguration": {"level": _LEVELS.get(severity, "error")},
    }


def _describe_finding(finding: Finding, rule_index: int, fingerprint: str) -> dict[str, Any]:
    message = f"{finding.message}\nFix: {finding.fix}" if finding.fix else finding.message
    region = {"startLine": finding.line, "startColumn": finding.column}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS.get(finding.severity, "error"),
        "message": {"text": _write_message(message)},
        "locations": [{"physicalLocation": {"artifactLocation": _locate(finding.path), "region": region}}],
        "partialFingerprints": {"gitops-gen/v1": fingerprint},
    }


def _describe_unchecked(unchecked: Unchecked) -> dict[str, Any]:
    text = f"not checked: {unchecked.reason}"
    notification: dict[str, Any] = {"level": "note", "message": {"text": _write_message(text)}}
    if unchecked.path:
        notification["locations"] = [{"physicalLocation": {"artifactLocation": _locate(unchecked.path)}}]
    return notification


def _locate(path: str) -> dict[str, str]:
    try:
        name = path.encode(errors="surrogateescape")  # the bytes of a name that is not UTF-8
    except UnicodeEncodeError:
        name = path.encode(errors="replace")
    return {"uri": quote(name), "uriBaseId": _ROOT}


def _write_message(text: str) -> str:
    """`text` without links: `[words](address)` is one in a SARIF message."""
    return text.replace("](", "\\](")
