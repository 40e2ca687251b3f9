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
    targets = _list_targets(lines)
    waivers = []
    for number, line in enumerate(lines, 1):
        found = re.search(_WAIVER, line)
        if found is None:
            continue
        rules = tuple(rule.upper() for rule in re.split(_SPLIT, found["rules"] or "") if rule)
        alone = not line[: found.start()].strip()
        target = targets[number - 1] if alone else number
        waivers.append(Waiver(number, found.start() + 1, target, rules, found["reason"].strip(" \t\r:-")))
    return waivers


def _list_targets(lines: list[str]) -> list[int]:
    """For each line the first one below it, from 1, that is neither empty nor a comment; itself if there is none."""
    targets = []
    following = 0
    for number in range(len(lines), 0, -1):
        targets.append(following or number)
        text = lines[number - 1].strip()
        if text and not text.startswith("#"):
            following = number
    return targets[::-1]
