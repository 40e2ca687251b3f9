"""YAML text of single values: what goes in is untrusted, what comes out is read as that very value."""

import json
import math
import re
from collections.abc import Mapping, Sequence

from gitops_gen.names import show

# A letter first keeps numbers, dates and `.inf` out; the words are those that YAML 1.1, YAML 1.2 or Kubernetes
# read as a boolean or as null.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
# JSON escapes less than YAML asks for: these are not printable there, or are line breaks in YAML 1.1.
_ESCAPED = re.compile("[\x7f-\x9f\xad\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEY_LIMIT = 1000
_LITERAL = re.compile(r"[\x20-\x7e]([\x20-\x7e\n]*[\x21-\x7e])?")


class Yaml(str):
    """Text that is YAML already; everything else that a template puts out is a value to be quoted."""

    __slots__ = ()


def mend(text: str) -> str:
    """`text` with U+FFFD for each lone surrogate, which no file in UTF-8 can hold."""
    return _SURROGATE.sub("\ufffd", text)


def quote(text: str) -> Yaml:
    """`text`, mended, as a double-quoted scalar on one line."""
    return Yaml(_ESCAPED.sub(lambda c: f"\\u{ord(c[0]):04x}", json.dumps(mend(text), ensure_ascii=False)))


def scalar(value: object) -> Yaml:
    """A string, number, boolean or None as a scalar that every YAML version reads as just that.

    Raises:
        ValueError: a number that is not finite.
        TypeError: it is none of these.
    """
    match value:
        case None:
            return Yaml("null")
        case bool():
            return Yaml("true" if value else "false")
        case str():
            return Yaml(value) if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else quote(value)
        case int():
            return Yaml(value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} is not a finite number")
            # YAML 1.1 takes an exponent only behind a decimal point.
            return Yaml(re.sub(r"^(-?[0-9]+)e", r"\1.0e", json.dumps(value)))
        case _:
            raise TypeError(f"a {type(value).__name__} is not a scalar; put `| block(INDENT)` behind it")


def block(value: object, indent: int) -> Yaml:
    """A mapping (keys sorted) or a sequence as lines indented by `indent`, to stand right behind `key:` or `-`."""
    match value:
        case Mapping():
            if not value:
                return Yaml(" {}")
            pad = "\n" + " " * indent
            return Yaml("".join(f"{pad}{_key(key, pad)}:{block(value[key], indent + 2)}" for key in sorted(value)))
        case str():
            return Yaml(f" {scalar(value)}")
        case Sequence():
            if not value:
                return Yaml(" []")
            pad = "\n" + " " * indent
            return Yaml("".join(f"{pad}-{_item(item, indent + 2)}" for item in value))
        case _:
            return Yaml(f" {scalar(value)}")


def _key(key: str, pad: str) -> str:
    # YAML takes 1024 characters at most in front of a colon, unless a question mark announces them.
    text = scalar(key)
    return text if len(text) <= _KEY_LIMIT else f"? {text}{pad}"


def _item(value: object, indent: int) -> str:
    text = block(value, indent)
    return f" {text.lstrip()}" if isinstance(value, Mapping) else text


def literal(text: str, indent: int) -> Yaml:
    """`text` as a literal block, which people can read, where it is plain ASCII; otherwise double-quoted."""
    lines = text.split("\n")
    if not _LITERAL.fullmatch(text) or text[0] == " " or any(line != line.rstrip() for line in lines):
        return quote(text)
    pad = "\n" + " " * indent
    return Yaml("|-" + "".join(f"{pad}{line}" if line else "\n" for line in lines))


def comment(text: str) -> Yaml:
    """`text` for the inside of a comment: one line, nothing but what prints."""
    return Yaml(show(text, limit=200)[1:-1])
