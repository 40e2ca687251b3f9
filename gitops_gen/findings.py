"""What a check says: findings in files, and what was counted or left unchecked on the way.

Named tuples, not dataclasses: those take 7 ms to import, a fifth of what the shortest validation takes.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""The worst first."""


class Finding(NamedTuple):
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


class Unchecked(NamedTuple):
    """Something that was not checked, or not to the end, and why."""

    path: str
    reason: str


class CheckResult(NamedTuple):
    """The outcome of a validation."""

    root: str
    """The folder that paths are relative to."""
    findings: tuple[Finding, ...] = ()
    """Sorted by path and place; without those that were waived or stand in the baseline."""
    checked: Mapping[str, int] = {}
    """How many objects of each kind: `apps/v1 Deployment` to 3. What a build makes counts, not what it is made of."""
    unchecked: tuple[Unchecked, ...] = ()
    counts: Mapping[str, int] = {}
    """files, objects, builds, cached, waived, baselined, fixed."""

    def count_severity(self, severity: Severity) -> int:
        """How many findings there are of one severity."""
        return sum(1 for finding in self.findings if finding.severity == severity)
