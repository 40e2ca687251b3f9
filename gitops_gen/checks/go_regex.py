r"""Go's regular expressions, in which relabelings and label matchers are written: what its compiler refuses.

The grammar is that of regexp/syntax in Go's library with the flags of `regexp.Compile`. Python's own module takes
other things (lookahead, `\1`) and refuses some that Go takes (`\z`, `[[:alpha:]]`, `\pL`). Not looked at: whether a
class that `\p{…}` names is there, and how large a program the repeats make.
"""

import re

from gitops_gen.checks.limits import PATTERNS

_POSIX = frozenset(
    "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split()  # noqa: SIM905 - a list of words
)
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}")
_MOST_REPEATS = 1000
_NAME = re.compile(r"[A-Za-z0-9_]+")
_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?([:)])")
_CLASS = re.compile(r"\\[pP](?:\{\^?[A-Za-z_0-9 ^-]*\}|[CLMNPSZclmnpsz])")
_LAST_CODE = 0x10FFFF
_MOST = 10_000
"""Characters of an expression that is looked at."""


class _Problem(Exception):  # noqa: N818 - never leaves this module
    """What Go refuses."""


def find_regex_problem(text: str) -> str:
    """What is wrong with a regular expression, in words that go on from its name; empty if Go takes it.

    Prometheus puts `^(?s:` before and `)$` behind it, so that `a)(b` is taken.
    """
    if len(text) > _MOST or not PATTERNS.spend(text):
        return ""
    try:
        _Reader(f"(?s:{text})").read()
    except _Problem as problem:
        is_cut = (len(text) - len(text.rstrip("\\"))) % 2  # the last one takes the bracket that Prometheus adds
        return "ends in a single \\" if is_cut else str(problem)
    return ""


class _Reader:
    """One pass over an expression; each method gives the position behind what it read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open = 0
        self._names: set[str] = set()

    def read(self) -> None:
        """Raise a _Problem at what Go refuses."""
        text, at = self._text, 0
        repeatable = repeated = False
        while at < len(text):
            character = text[at]
            was_repeated, repeated = repeated, False
            if character == "(":
                at, opened = self._read_group(at)
                repeatable = repeatable and not opened
            elif character in "|)":
                if character == ")" and not self._open:
                    raise _Problem("has a ) that nothing opens")
                self._open -= character == ")"
                at, repeatable = at + 1, character == ")"
            elif (end := self._find_repeat(at)) > at:
                if was_repeated:
                    raise _Problem(f"repeats a repeat: {text[at - 1 : end]}")
                if not repeatable:
                    raise _Problem(f"has a {text[at:end]} with nothing before it")
                at, repeated = end, True
            else:
                at = self._read_atom(at)
                repeatable = True
        if self._open:
            raise _Problem("has a ( that is not closed")

    def _find_repeat(self, at: int) -> int:
        """Where a repeat that begins here ends; `at` if there is none."""
        text = self._text
        end = at
        if text[at] in "*+?":
            end = at + 1
        elif match := _REPEAT.match(text, at):
            end = match.end()
            least = _to_number(match[1])
            most = _to_number(match[3]) if match[3] else least if not match[2] else -1
            if least > _MOST_REPEATS or most > _MOST_REPEATS or 0 <= most < least:
                raise _Problem(f"repeats {match[0]} times; it is at most {_MOST_REPEATS}, the smaller number first")
        return end + 1 if end > at and text[end : end + 1] == "?" else end

    def _read_atom(self, at: int) -> int:
        character = self._text[at]
        if character == "[":
            return self._read_class(at)
        if character != "\\":
            return at + 1
        letter = self._text[at + 1 : at + 2]
        if letter and letter in "AbBz":
            return at + 2
        if letter == "Q":
            end = self._text.find("\\E", at + 2)
            # The bracket that Prometheus adds ends up inside of the quotation.
            if end < 0 and self._open:
                raise _Problem("has a \\Q that no \\E ends")
            return end + 2 if end >= 0 else len(self._text)
        return self._read_character_class(at) or self._read_escape(at)

    def _read_character_class(self, at: int) -> int:
        r"""Behind `\d` and the like, or `\p{L}`; 0 if it is something else."""
        letter = self._text[at + 1 : at + 2]
        if letter and letter in "dDsSwW":
            return at + 2
        if letter and letter in "pP":
            match = _CLASS.match(self._text, at)
            if match is None:
                raise _Problem(f"has a \\{letter} without the name of a class behind it")
            return match.end()
        return 0

    def _read_escape(self, at: int) -> int:
        text = self._text
        letter = text[at + 1 : at + 2]
        if letter in "01234567":
            match = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(text, at + 1)
            if match is None:
                raise _Problem(f"refers back to a group with \\{letter}, which Go cannot")
            return match.end()
        if letter == "x":
            match = re.compile(r"x(?:[0-9A-Fa-f]{2}|\{([0-9A-Fa-f]+)\})").match(text, at + 1)
            if match is None or (match[1] and int(match[1][-20:], 16) > _LAST_CODE):
                raise _Problem("has a \\x without two hexadecimal digits, or {…}, behind it")
            return match.end()
        if letter in "aftnrv" or (letter.isascii() and not letter.isalnum()):
            return at + 2
        raise _Problem(f"has \\{letter}, which means nothing to Go")

    def _read_group(self, at: int) -> tuple[int, bool]:
        """Where the inside of a group begins, and whether there is one; `(?i)` only sets a flag."""
        text = self._text
        if not text.startswith("(?", at):
            self._open += 1
            return at + 1, True
        for begin in ("(?P<", "(?<"):
            if text.startswith(begin, at):
                return self._read_name(at, at + len(begin))
        match = _FLAGS.match(text, at)
        if match is None:
            what = text[at : at + 3]
            lookaround = what in {"(?=", "(?!"}
            raise _Problem(f"has a lookahead {what}, which Go lacks" if lookaround else f"has {what}, which Go lacks")
        self._open += match[3] == ":"
        return match.end(), match[3] == ":"

    def _read_name(self, at: int, start: int) -> tuple[int, bool]:
        text = self._text
        end = text.find(">", start)
        name = text[start:end] if end >= 0 else ""
        if text[start : start + 1] in {"=", "!"} and text[at + 2] == "<":
            raise _Problem(f"has a lookbehind {text[at : start + 1]}, which Go lacks")
        if not _NAME.fullmatch(name):
            raise _Problem(f"has a group {text[at:start]} without a name of letters, digits and _")
        if name in self._names:
            raise _Problem(f"has two groups of the name {name}")
        self._names.add(name)
        self._open += 1
        return end + 1, True

    def _read_class(self, at: int) -> int:
        text = self._text
        start = at = at + 2 if text.startswith("[^", at) else at + 1
        while at >= len(text) or text[at] != "]" or at == start:
            if at >= len(text):
                raise _Problem("has a [ that is not closed")
            end = text.find(":]", at + 2) if text.startswith("[:", at) else -1
            if end >= 0:
                if text[at + 2 : end].removeprefix("^") not in _POSIX:
                    raise _Problem(f"has {text[at : end + 2]}, which is no class")
                at = end + 2
            elif text[at] == "\\" and (end := self._read_character_class(at)):
                at = end
            else:
                at = self._read_range(at)
        return at + 1

    def _read_range(self, at: int) -> int:
        end = self._read_member(at)
        if self._text.startswith("-", end) and self._text[end + 1 : end + 2] not in {"]", ""}:
            last = self._read_member(end + 1)
            low, high = _to_code(self._text[at:end]), _to_code(self._text[end + 1 : last])
            if low > high >= 0:
                raise _Problem(f"has the range {self._text[at:last]}, whose end comes before its begin")
            return last
        return end

    def _read_member(self, at: int) -> int:
        if at >= len(self._text):
            raise _Problem("has a [ that is not closed")
        return self._read_escape(at) if self._text[at] == "\\" else at + 1


def _to_number(digits: str) -> int:
    return int(digits) if len(digits) < 8 else _MOST_REPEATS + 1  # noqa: PLR2004 - more digits are too many in any case


def _to_code(member: str) -> int:
    """The code point of a class's member; -1 if it is not known here."""
    if not member.startswith("\\"):
        return ord(member)
    rest = member[1:]
    if rest[0] == "x":
        return int(rest.strip("x{}")[-20:], 16)
    if rest[0] in "01234567":
        return int(rest, 8)
    return ord({"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}.get(rest, rest))
