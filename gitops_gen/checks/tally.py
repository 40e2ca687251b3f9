"""What a validation has found so far: of files, of builds, and of what was left unchecked."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gitops_gen.checks.catalogue import load_rules
from gitops_gen.checks.files import Row, pack_finding, to_row
from gitops_gen.checks.many_files import Checked
from gitops_gen.checks.rules.files import FileProblem
from gitops_gen.checks.waivers import Waiver
from gitops_gen.checks.waiving import Placed

if TYPE_CHECKING:
    from gitops_gen.checks.builds import Outcome
    from gitops_gen.checks.discover import Found

# Rules whose word on a file that a kustomization builds on is the build's: a patch may mend what the file lacks.
_BY_BUILD = (
    "SCHEMA001",
    "SCHEMA002",
    "SCHEMA003",
    "SCHEMA004",
    "SCHEMA010",
    "SCHEMA011",
    "SCHEMA012",
    "SELDON",
    "PIN",
    "ARGOCD",
    "PROM",
    "GRAFANA",
    "SAFETY",
    "EVENTS",
    "KUBE",
    "KINDS",
    "REF",
)

_RULES = " in CEL of "
"""What is told once of a kind, not of each file: rules of its schema that could not be asked."""


class Tally:
    """What was found, and what it is about."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.kinds: dict[str, dict[str, int]] = {}
        """The objects in each file."""
        self.checked: Counter[str] = Counter()
        self.unchecked: list[tuple[str, str]] = []
        self.waivers: list[Placed] = []
        self.builds = 0
        self.cached = 0
        self.complete = True
        """False where builds were not made, so that not all rules had their say."""
        self.is_final = True
        """False where another try may give something else."""
        self.extra: set[str] = set()
        """What builds read besides."""

    def take_search(self, found: "Found") -> None:
        """Add what the search for files could not take."""
        self.rows += _explain_files([FileProblem(*problem) for problem in found.problems])
        self.unchecked += found.passed_over

    def take_files(self, checked: Checked) -> None:
        """Add what files gave one by one."""
        self.cached = checked.cached
        self.rows += _explain_files(checked.problems)
        self.unchecked += ((problem.path, "it could not be read") for problem in checked.problems)
        told: set[str] = set()
        for path, report in checked.reports.items():
            self.rows += report.findings
            self.kinds[path] = report.kinds
            if report.unchecked and not (_RULES in report.unchecked and report.unchecked in told):
                self.unchecked.append((path, report.unchecked))
                told.add(report.unchecked)
            self.waivers += ((path, Waiver(*waiver)) for waiver in report.waivers)

    def take_builds(self, outcome: "Outcome") -> None:
        """Add what builds gave; where they made a file's objects, their word on these objects counts."""
        built = list(map(pack_finding, outcome.findings))
        confirmed = {_tell(row) for row in built}
        kept = [
            row
            for row in self.rows
            if row[0] not in outcome.covered or not row[3].startswith(_BY_BUILD) or _tell(row) in confirmed
        ]
        told = {_tell(row) for row in kept}
        self.rows = kept + [row for row in built if _tell(row) not in told]
        self.unchecked += ((entry.path, entry.reason) for entry in outcome.unchecked)
        self.checked.update(outcome.checked)
        self.builds = outcome.builds
        self.is_final = outcome.is_final
        for path in outcome.covered & self.kinds.keys():
            del self.kinds[path]  # they were checked as the build has them
        self.complete = not outcome.unchecked


def _explain_files(problems: Sequence[FileProblem]) -> Iterator[Row]:
    for rule in load_rules("files") if problems else ():
        for hit in rule.check(problems):
            yield to_row(hit.path, rule, hit, (1, 1))


def _tell(row: Row) -> tuple[str, str, str]:
    """What makes two findings of a file the same one: rule and message, and not the line."""
    return row[0], row[3], row[5]
