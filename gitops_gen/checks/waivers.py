"""Waivers in a file: `# gitops-gen: ignore[RULE] reason` on the line of a finding, or on a line of its own above it."""

import re
from typing import NamedTuple

MARK = b"gitops-gen: ignore"
_WAIVER = r"#\s*gitops-gen:\s*ignore(?:\[(?P<rules>[^\]]*)\])?(?P<reason>.*)$"
_SPLIT = r"[\s,]+"


class Waiver(NamedTuple):
    """One waiver."""

    line: int
    """Where it is written, from 1."""
    column: int
    target: int
    """The line it is about."""
    rules: tuple[str, ...]
    """Ids or subjects: SELDON003, PIN. Empty if none is named."""
    reason: str


def find_waivers(content: bytes) -> list[Waiver]:
    """The waivers in a file."""
    if MARK not in content:
        return []
    lines = content.decode("utf-8", "replace").split("\n")
    waivers = []
    for number, line in enumerate(lines, 1):
        found = re.search(_WAIVER, line)
        if found is None:
            continue
        rules = tuple(rule.upper() for rule in re.split(_SPLIT, found["rules"] or "") if rule)
        alone = not line[: found.start()].strip()
        target = _find_next(lines, number) if alone else number
        waivers.append(Waiver(number, found.start() + 1, target, rules, found["reason"].strip(" \t\r:-")))
    return waivers


def _find_next(lines: list[str], number: int) -> int:
    """The first line below that is neither empty nor a comment."""
    for following in range(number, len(lines)):
        text = lines[following].strip()
        if text and not text.startswith("#"):
            return following + 1
    return number
