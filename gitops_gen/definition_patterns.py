r"""Go's regular expressions as those of JSON Schema: what the validator would read in another way is rewritten. Pure.

Both know `\d`, `\pL`, `(?i)`, `\A` and `\z`. `[[:alpha:]]` and `\Q…\E` are Go's alone; with the flags `s` and `U`, with
a class that is not what `[:^alpha:]` says, and where the validator refuses it, an expression is left out.
"""

import re
from functools import cache

from gitops_gen.checks.validators import load_validators

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7F",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1F\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CLASS = re.compile(r"\[:(\^?)([a-z]+):\]")
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
_FLAGS = re.compile(r"\(\?[a-zA-Z]*[sU][a-zA-Z]*(?:-[a-zA-Z]+)?[:)]")


@cache
def translate_pattern(pattern: str) -> str:
    """The expression as the validator takes it; empty if it cannot be checked."""
    if _FLAGS.search(pattern) or any(found[1] or found[2] not in _CLASSES for found in _CLASS.finditer(pattern)):
        return ""
    quoted = _QUOTED.sub(lambda found: re.escape(found[1]), pattern)
    translated = _CLASS.sub(lambda found: _CLASSES[found[2]], quoted)
    try:
        load_validators().validator_for({"pattern": translated})
    except ValueError:
        return ""
    return translated
