"""Findings against the waivers in their files."""

from collections.abc import Iterable, Iterator, Sequence

from gitops_gen.checks.catalogue import BY_ENVIRONMENT, SUBJECTS, find_rule, load_rules
from gitops_gen.checks.files import Row, to_row
from gitops_gen.checks.levels import OFF, Levels
from gitops_gen.checks.selection import Selection
from gitops_gen.checks.waivers import Waiver

Placed = tuple[str, Waiver]
"""A waiver and the file that it stands in."""

# Rules that need more than a file: whether a waiver of theirs is used is known only when builds were made.
_BEYOND_FILE = ("KUST", "PIN", "EVIDENCE", "ONLINE")


def apply_waivers(
    rows: Sequence[Row], waivers: Sequence[Placed], *, complete: bool, selection: Selection, levels: Levels
) -> tuple[list[Row], int]:
    """The findings that are not waived, with those about the waivers themselves; and how many were waived.

    `complete` is False where not all builds were made: then a waiver may have a use that did not show.
    """
    by_place: dict[tuple[str, int], list[Placed]] = {}
    for placed in waivers:
        if placed[1].reason:
            by_place.setdefault((placed[0], placed[1].target), []).append(placed)
    used: set[Placed] = set()
    kept = []
    for row in rows:
        fitting = [placed for placed in by_place.get((row[0], row[1]), ()) if _names_rule(placed[1], row[3])]
        used.update(fitting)
        if not fitting:
            kept.append(row)
    waived = len(rows) - len(kept)
    unjudged = {
        placed
        for placed in waivers
        if not _is_judged(placed[1], complete=complete, selection=selection)
        or any(levels.find(name, placed[0]) == OFF for name in placed[1].rules)
    }
    return [*kept, *_check_waivers(waivers, used | unjudged, selection)], waived


def _check_waivers(waivers: Iterable[Placed], used: set[Placed], selection: Selection) -> Iterator[Row]:
    rules = [rule for rule in load_rules("waivers") if selection.allows_rule(rule.id)] if waivers else []
    for path, waiver in waivers:
        for rule in rules:
            for hit in rule.check(waiver, _is_known, (path, waiver) in used):
                yield to_row(path, rule, hit, (hit.line, hit.column))


def _names_rule(waiver: Waiver, rule_id: str) -> bool:
    return rule_id in waiver.rules or rule_id.rstrip("0123456789") in waiver.rules


def _is_known(name: str) -> bool:
    return name in SUBJECTS or find_rule(name) is not None


def _needs_builds(name: str) -> bool:
    rules = (rule for module in BY_ENVIRONMENT for rule in load_rules(module))
    return name.startswith(_BEYOND_FILE) or any(name in {rule.id, rule.subject} for rule in rules)


def _is_judged(waiver: Waiver, *, complete: bool, selection: Selection) -> bool:
    """Whether all the rules of a waiver had their say."""
    return (complete or not any(map(_needs_builds, waiver.rules))) and all(
        selection.allows_rule(name) for name in waiver.rules
    )
