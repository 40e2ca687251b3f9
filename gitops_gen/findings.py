"""What a check says: findings in files, and what was counted or left unchecked on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""The worst first."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing wrong with a file."""

    path: str
    """Below the checked root, with `/`."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    rule: str
    severity: str
    """error, warning or info."""
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unchecked:
    """Something that was not checked, or not to the end, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The outcome of a validation."""

    root: str
    """The folder that paths are relative to."""
    findings: tuple[Finding, ...] = ()
    """Sorted by path and place; without those that were waived or stand in the baseline."""
    checked: Mapping[str, int] = field(default_factory=dict)
    """How many objects of each kind, in files and in builds together: `apps/v1 Deployment` to 3."""
    unchecked: tuple[Unchecked, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """files, objects, builds, cached, waived, baselined, fixed."""

    def count(self, severity: Severity) -> int:
        """How many findings there are of one severity."""
        return sum(1 for finding in self.findings if finding.severity == severity)
