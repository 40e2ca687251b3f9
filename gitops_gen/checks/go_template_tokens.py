"""The tokens of Go's text/template: what stands between `{{` and `}}`, and which literals are ones.

The rules are those of src/text/template/parse/lex.go, and of strconv for numbers, characters and strings.
"""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

KEYWORDS = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with", "true", "false")
)
TEXT = "text"
OPEN = "{{"
CLOSE = "}}"
END = "the end"
ERROR = "error"
"""Kinds of tokens; others are those in _GROUPS, the keywords, and the character itself of `(`, `)`, `|`, `:=`, `=`."""

_TERMINATORS = " \t\r\n.,|:()"
"""What may come straight after a name, besides `}}` and the end."""
_DIGITS = r"[0-9](?:_?[0-9])*"
_SCANNED = (
    r"(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?"
    r"|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_GROUPS = {
    "space": r"[ \t\r\n]+",
    "sign": r":=|[=|(),]",
    "string": r'"(?:[^"\\\n]|\\[^\n])*"',
    "raw": r"`[^`]*`",
    "character": r"'(?:[^'\\\n]|\\[^\n])*'",
    "variable": r"\$\w*",
    "dot": r"\.(?![\w])",
    "field": r"\.(?![0-9])\w+",
    "number": rf"[+-]?(?=[0-9.+-]){_SCANNED}(?:[+-]{_SCANNED})?",
    "name": r"\w+",
    "other": r"[!#-&(-9;-_a-~]",
}
_TOKEN = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _GROUPS.items())
_INTEGER = r"([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?[0-9])*)"
_FLOAT = rf"[+-]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"
_HEX_DIGITS = r"[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_HEX_FLOAT = rf"[+-]?0[xX]_?(?:{_HEX_DIGITS}\.?(?:{_HEX_DIGITS})?|\.{_HEX_DIGITS})[pP][+-]?{_DIGITS}"
_ESCAPE = (
    r"\\(?:[abfnrtv\\]|x[0-9a-fA-F]{2}|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|[0-3][0-7]{2}|(?P<quote>['\"]))"
)
_LARGEST = 2**63
_SURROGATES = range(0xD800, 0xE000)
_UNICODE = 0x110000
_STARTS = {'"': "a quoted text is not closed", "`": "a raw text is not closed", "'": "a character is not closed"}


class Token(NamedTuple):
    """A token, and where it stands."""

    kind: str
    offset: int
    text: str
    """As it is written; what is wrong, of an error."""


def list_tokens(text: str) -> Iterator[Token]:
    """The tokens of a template, to its end or to the first that is an error."""
    token = re.compile(_TOKEN)
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        if start > at:
            yield Token(TEXT, at, text[at:start])
        begin = start + 2
        if re.compile(r"-[ \t\r\n]").match(text, begin):
            begin += 2
        if text.startswith("/*", begin):
            end = re.compile(r"\*/(?:[ \t\r\n]-)?(}})?").search(text, begin + 2)
            if end is None or end[1] is None:
                yield Token(ERROR, start, "a comment is not closed with */}}")
                return
            at = end.end()
            continue
        yield Token(OPEN, start, OPEN)
        at = begin
        for found in _list_inside(text, begin, token):
            yield found
            at = found.offset + len(found.text)
            if found.kind == ERROR:
                return
    if at < len(text):
        yield Token(TEXT, at, text[at:])
    yield Token(END, len(text), "")


def _list_inside(text: str, at: int, token: re.Pattern[str]) -> Iterator[Token]:
    """The tokens of an action that begins at `at`, with the `}}`."""
    close = re.compile(r"(?:[ \t\r\n]-)?}}")
    begin, depth = at, 0
    while True:
        if end := close.match(text, at):
            closed = Token(CLOSE, at, end[0])
            yield Token(ERROR, at, "a '(' is not closed before }}") if depth else closed
            return
        match = token.match(text, at)
        if match is None:
            yield _explain(text, at, begin)
            return
        kind, word = str(match.lastgroup), match[0]
        if kind == "space" and close.match(text, match.end() - 1):
            word = word[:-1]  # the last one belongs to the trim marker
            if not word:
                continue
        problem = _find_problem(text, at, kind, word)
        depth += (word == "(") - (word == ")")
        if problem or depth < 0:
            yield Token(ERROR, at, problem or "there is a ')' without a '('")
            return
        if kind == "sign" or (kind == "name" and word in KEYWORDS):
            kind = word
        yield Token(kind, at, word)
        at += len(word)


def _find_problem(text: str, at: int, kind: str, word: str) -> str:
    if kind in {"name", "field", "variable"} and not word.isascii() and not word.strip(".$").isidentifier():
        return f"{word!r} has a character that no name has"
    end = at + len(word)
    follows = text[end : end + 1]
    if kind == "number":
        complete = not (follows.isalpha() or follows.isdecimal() or follows == "_")
        return "" if complete and is_number(word) else f"{text[at : end + 1]!r} is no number"
    if kind in {"name", "field", "variable", "dot"} and follows not in _TERMINATORS and not text.startswith("}}", end):
        return f"{word!r} is followed by {follows!r}, with no space between"
    if kind in {"string", "character"}:
        return "" if is_quoted(word) else f"{word} is not what Go can read: an escape is wrong, or a character too many"
    return ""


def _explain(text: str, at: int, begin: int) -> Token:
    if at >= len(text):
        return Token(ERROR, max(begin - 2, 0), "{{ is not closed with }}")
    character = text[at]
    if character == ":":
        return Token(ERROR, at, "':' stands alone; a variable is set with :=")
    return Token(ERROR, at, _STARTS.get(character, f"{character!r} has no place in an action"))


def is_number(word: str) -> bool:
    """Whether Go's templates take a text that looks like a number for one."""
    parts = re.fullmatch(rf"([+-]?{_SCANNED})([+-]{_SCANNED})", word)
    if parts and not re.fullmatch(rf"[+-]?{_SCANNED}", word):
        return word.endswith("i") and _is_float(parts[1]) and _is_float(parts[2][:-1])
    if word.endswith("i"):
        return _is_float(word[:-1])
    if integer := re.fullmatch(_INTEGER, word):
        digits = integer[2].replace("_", "")
        octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdecimal()
        value = int(digits, 8) if octal else int(digits, 0)
        return value <= {"": 2 * _LARGEST - 1, "+": _LARGEST - 1, "-": _LARGEST}[integer[1]]
    return any(mark in word for mark in ".eEpP") and _is_float(word)


def _is_float(word: str) -> bool:
    digits = word.replace("_", "")
    if re.fullmatch(_FLOAT, word):
        return math.isfinite(float(digits))
    if not re.fullmatch(_HEX_FLOAT, word):
        return False
    try:
        float.fromhex(digits)
    except OverflowError:
        return False
    return True


def is_quoted(word: str) -> bool:
    """Whether a text in double quotes, or a character in single ones, is written as Go wants it."""
    quote, inside = word[0], word[1:-1]
    count = at = 0
    escape = re.compile(_ESCAPE)
    while at < len(inside):
        match = escape.match(inside, at) if inside[at] == "\\" else None
        if inside[at] == "\\" and match is None:
            return False
        if match is not None:
            code = int(match["u"] or match["U"] or "0", 16)
            if match["quote"] not in (None, quote) or code in _SURROGATES or code >= _UNICODE:
                return False
        at = match.end() if match else at + 1
        count += 1
    return quote == '"' or count == 1
