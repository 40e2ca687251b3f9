"""Credentials in a text that is a value: settings, JSON, a script, an option of a command."""

import re
from collections.abc import Iterator

from gitops_gen.checks.credential_words import is_credential

_LONGEST_LINE = 2000
_SETTING = re.compile(r"\s*(?:-\s+)?[\"']?[\w.\-/]+[\"']?\s*[:=]|\s*[#;!\[{}<]|\s*$")
"""A line of settings: `key = value`, `key: value`, a section, a comment."""
_PAIR = re.compile(
    r"(?<![\w.$-])(?P<dashes>-{0,2})(?P<key>[A-Za-z][\w.\-]{0,80})[\"'\\]{0,2}\s{0,4}(?P<sign>=>|:=|[:=])\s{0,4}"
    r"(?P<quote>\\?[\"']?)(?P<value>[^\s\"'`\\,;]{4,512})(?P<end>\\?[\"']?)(?P<rest>.?)"
)
_CODE = re.compile(r"[()\[\]{}|&<>*]|^[A-Za-z_]+\.[A-Za-z_]|^~|^=")
"""What a value without quotes has where it is a piece of a program."""


def find_in_text(text: str) -> Iterator[tuple[int, str]]:
    """The line (from 0) and the key of each credential in a text."""
    lines = text.split("\n")
    whole = len(lines) == 1 or all(_SETTING.match(line[:200]) for line in lines)
    for offset, line in enumerate(lines):
        if len(line) > _LONGEST_LINE or not (":" in line or "=" in line):
            continue
        for found in _PAIR.finditer(line):
            quoted = bool(found["quote"]) and found["quote"] == found["end"]
            fits = quoted or (whole and _is_setting(line, found, alone=len(lines) == 1))
            if fits and is_credential(found["key"], found["value"]):
                yield offset, found["key"]
                break


def _is_setting(line: str, found: re.Match[str], *, alone: bool) -> bool:
    """Whether a value without quotes is one: of an option, of settings, of a list of them."""
    if _CODE.search(found["value"]) or found["quote"]:
        return False
    attached = line[found.end("key") : found.start("value")] == "="
    if alone:  # an option of a command, the address of a database
        return attached
    return not line[: found.start()].strip("-\t ") or attached
