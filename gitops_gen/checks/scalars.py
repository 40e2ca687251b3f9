"""Plain YAML scalars as Kubernetes reads them: neither YAML 1.1 nor 1.2, but what kubectl and the API server do.

The facts are those of the YAML reader inside kubectl, tried with `kubectl label --local -o json`: `on`, `yes` and `y`
are true, `012` is 10, `0o14` is 12, a date is text, `1.0` becomes the whole number 1.
"""

import base64
import binascii
import re

_WORDS: dict[str, object] = {
    word: value
    for value, words in (
        (True, "y Y yes Yes YES true True TRUE on On ON"),
        (False, "n N no No NO false False FALSE off Off OFF"),
        (None, "~ null Null NULL"),
        (float("nan"), ".nan .NaN .NAN"),
        (float("inf"), ".inf .Inf .INF +.inf +.Inf +.INF"),
        (float("-inf"), "-.inf -.Inf -.INF"),
    )
    for word in words.split()
}
HINTS = frozenset("yYnNtTfFoO~.+-0123456789")
"""The first letters of those scalars that are not always text."""

_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))")
_SHORT = 18
"""Digits of a number that is an int64 for sure."""
_SAME_IN_JSON = 1e21
"""From here on Go writes a float with an exponent, and it stays one."""


def resolve_plain(text: str) -> object:
    """The value of an unquoted scalar: text, int, float, bool or None. NaN and infinities are floats."""
    if not text:
        return None
    if text[0] not in HINTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-.0123456789":
        return _resolve_number(text)
    return text


def resolve_tagged(tag: str, text: str) -> object:
    """The value of a scalar with an explicit tag; a tag that Kubernetes does not know leaves text.

    Raises:
        ValueError: the text cannot be what the tag says.
    """
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if kind == "binary":
        try:
            return base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except binascii.Error as error:
            raise ValueError("it is not base64") from error
    value = resolve_plain(text)
    match kind:
        case "int" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "float" if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        case "bool" if isinstance(value, bool):
            return value
        case "null" if value is None:
            return None
        case "int" | "float" | "bool" | "null":
            raise ValueError(f"it is not of type {kind}")
        case _:
            return text


def name_key(value: object) -> str | None:
    """A mapping's key as JSON has it; None if it cannot be one."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return repr(value)
        case _:
            return None


def _resolve_number(text: str) -> object:
    if len(text) <= _SHORT and text.isdecimal() and text.isascii() and text[0] != "0":
        return int(text)
    plain = text if text.startswith("._") else text.replace("_", "")
    found = _WHOLE.fullmatch(plain)
    if found is not None:
        sign, hexadecimal, binary, octal, decimal = found.groups()
        digits, base = next((d, b) for d, b in ((hexadecimal, 16), (binary, 2), (octal, 8), (decimal, 10)) if d)
        try:
            value = int(digits, base) * (-1 if sign == "-" else 1)
            return value if -(2**63) <= value < 2**63 else _as_float(value, text)
        except (ValueError, OverflowError):  # more digits than Python reads, or than a float holds: no number for Go
            return text
    if _FLOAT.fullmatch(plain):
        number = float(plain)
        if number not in (float("inf"), float("-inf")):
            return int(number) if number.is_integer() and abs(number) < _SAME_IN_JSON else number
    return text


def _as_float(value: int, text: str) -> object:
    """What becomes of a number that fits no int64; beyond uint64 only decimal digits are a number at all."""
    return float(value) if (value < 2**64 and text[0] != "-") or text.lstrip("+-").isdigit() else text
