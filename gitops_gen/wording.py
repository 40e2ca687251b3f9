"""Words of messages about what people wrote: a value described, the nearest name that exists, no passwords."""

import re
from collections.abc import Collection, Mapping, Sequence

from gitops_gen.names import show

NOUNS = {
    "object": "a mapping (keys, indented, below it)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
"""JSON's types, as messages call them."""
BOOLEAN_WORDS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}

_WITH_AT = r"(?<![^\s'\"])[^\s'\"@]*+@[^\s'\"]*+"
_LOGIN = r"(?<![^\s'\"/:@])[^\s'\"/:@]++:[^\s'\"/:@]++@"
# Both begin where a word does and never go back: text of megabytes is read once.
_LONGEST = 10_000
"""Characters of a value that are looked at; a message has room for few of them."""


def with_article(kind: str) -> str:
    """`a Service`, `an Ingress`."""
    return f"{'an' if kind[:1] in {'A', 'E', 'I', 'O'} else 'a'} {kind}"


def suggest(word: str, known: Collection[str]) -> str:
    """The end of a message about an unknown word: the nearest of `known`, or all of them."""
    if not known:
        return ""
    near = find_near(word, known)
    return f"; did you mean {show(near)}?" if near else "; there is " + ", ".join(sorted(known))


def find_near(word: str, known: Collection[str], *, cutoff: float = 0.6) -> str:
    """The one of `known` that is most like `word`, whatever the case; empty if none is. `cutoff` is from 0 to 1."""
    from difflib import get_close_matches  # noqa: PLC0415 - only once something is wrong

    # A set has another order in each run, and of names that differ in their case only the last one counts.
    folded = {_fold(k): k for k in (sorted(known) if isinstance(known, set | frozenset) else known)}
    near = get_close_matches(_fold(word), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else ""


def redact(text: str) -> str:
    """`text` without the user information of the addresses in it."""
    return re.sub(_LOGIN, "***@", re.sub(_WITH_AT, _hide_user, text)) if "@" in text else text


def _hide_user(found: re.Match[str]) -> str:
    """A word with what stands between `://` and its last @ replaced."""
    word = found[0]
    scheme = re.search(r"[a-z]://", word)
    last = word.rfind("@")
    return f"{word[: scheme.end()]}***{word[last:]}" if scheme and scheme.end() <= last else word


def describe(value: object) -> str:
    """A value, for a message."""
    if isinstance(value, str):
        return show(redact(value[:_LONGEST]))
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return str(value)[:40]
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, Sequence) else "a date or a tagged value"


def _fold(word: str) -> str:
    return re.sub(r"[-_ ]", "", word).lower()
