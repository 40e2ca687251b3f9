"""Rules on waivers. Each takes a waiver and whether it waived something."""

from collections.abc import Callable, Iterator

from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.waivers import Waiver
from gitops_gen.names import show

Known = Callable[[str], bool]
"""Whether there is a rule, or a subject, of that name."""


def _hit(waiver: Waiver, message: str, fix: str) -> Hit:
    return Hit(message, fix=fix, line=waiver.line, column=waiver.column)


@rule("WAIVER001", "error")
def check_reason(waiver: Waiver, _known: Known, _used: bool) -> Iterator[Hit]:
    """A waiver says why.

    Why: whoever reads the file later must be able to tell whether the reason still holds. Without one the waiver does
    not count.

    Fix: write the reason behind the bracket: `# gitops-gen: ignore[PIN001] built on the node, never pulled`.
    """
    if waiver.rules and not waiver.reason:
        yield _hit(waiver, f"the waiver of {', '.join(waiver.rules)} has no reason", "write it behind the bracket")


@rule("WAIVER002", "warning")
def check_used(waiver: Waiver, known: Known, used: bool) -> Iterator[Hit]:
    """A waiver waives something.

    Why: what it was for is mended, or the waiver stands on the wrong line; left in place it would hide the next mistake
    there.

    Fix: remove it, or put it on the line of the finding or right above it.
    """
    if waiver.rules and waiver.reason and not used and all(map(known, waiver.rules)):
        yield _hit(waiver, f"the waiver of {', '.join(waiver.rules)} waives nothing", "remove it")


@rule("WAIVER003", "error")
def check_rules(waiver: Waiver, known: Known, _used: bool) -> Iterator[Hit]:
    """A waiver names the rules that it is about.

    Why: one that names none, or a rule that does not exist, waives nothing.

    Fix: write the id that stands behind the finding: `# gitops-gen: ignore[SELDON003] reason`.
    """
    if not waiver.rules:
        yield _hit(waiver, "the waiver names no rule", "write ignore[RULE] and the reason behind it")
    for name in waiver.rules:
        if not known(name):
            yield _hit(waiver, f"there is no rule {show(name)}", "write the id that stands behind the finding")


RULES: tuple[Rule, ...] = (check_reason, check_used, check_rules)
