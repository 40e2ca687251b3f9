"""Quantities and versions, as rules in CEL compute with them.

Source: k8s.io/apiserver, pkg/cel/library/quantity.go and semverlib.go. Both are maps with one key here, and have
functions of the same names: what they are is told by the key.
"""

import re
from fractions import Fraction
from typing import Any

from gitops_gen.checks.cel_library import UNSUPPORTED

Row = tuple[str, tuple[str, ...], str, Any, bool]
"""A function: name, types of what it takes, type of what it gives, itself, and whether it stands behind a dot."""

_QUANTITY = re.compile(r"([+-]?)(\d*\.?\d*)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,4}|)", re.ASCII)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_LONGEST = 100
_LARGEST = 300
"""The exponent."""
_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(
    rf"(0|[1-9]\d{{0,17}})\.(0|[1-9]\d{{0,17}})\.(0|[1-9]\d{{0,17}})(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?",
    re.ASCII,
)
_INTEGERS = range(-(2**63), 2**63)
Tagged = dict[str, Any]


def _parse_quantity(text: str) -> Tagged:
    found = _QUANTITY.fullmatch(text)
    if not text or found is None or len(text) > _LONGEST:
        raise ValueError("quantities must match the regular expression of quantities")
    sign, number, suffix = found.groups()
    if suffix in _BINARY:
        factor = Fraction(2) ** _BINARY[suffix]
    else:
        power = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:])
        if abs(power) > _LARGEST:
            raise ValueError(f"{UNSUPPORTED}a quantity of that size")
        factor = Fraction(10) ** power
    value = abs(Fraction(number) if number.strip(".") else Fraction()) * factor
    nanos = -(-value.numerator * 10**9 // value.denominator)  # no less than a billionth is kept: rounded up
    return _tag_quantity(Fraction(-nanos if sign == "-" else nanos, 10**9))


def _tag_quantity(value: Fraction) -> Tagged:
    return {"~quantity": str(value)}


def _read_quantity(quantity: Tagged) -> Fraction:
    return Fraction(quantity["~quantity"])


def _is_quantity(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and _QUANTITY.fullmatch(text) is not None


def _sign(quantity: Tagged) -> int:
    value = _read_quantity(quantity)
    return (value > 0) - (value < 0)


def _is_integer(quantity: Tagged) -> bool:
    value = _read_quantity(quantity)
    return value.denominator == 1 and int(value) in _INTEGERS


def _as_integer(quantity: Tagged) -> int:
    if not _is_integer(quantity):
        raise ValueError("cannot convert value to integer")
    return int(_read_quantity(quantity))


def _add(quantity: Tagged, other: Any) -> Tagged:  # noqa: ANN401 - a quantity or a number
    return _tag_quantity(_read_quantity(quantity) + _read_other(other))


def _subtract(quantity: Tagged, other: Any) -> Tagged:  # noqa: ANN401 - as above
    return _tag_quantity(_read_quantity(quantity) - _read_other(other))


def _read_other(other: Any) -> Fraction:  # noqa: ANN401 - as above
    return Fraction(other) if isinstance(other, int) else _read_quantity(other)


def _parse_version(text: str, normalize: bool = False) -> Tagged:
    found = _VERSION.fullmatch(_normalize(text) if normalize else text)
    identifiers = (found[4] or "").split(".") if found else []
    if found is None or any(part.isdigit() and part != "0" and part.startswith("0") for part in identifiers):
        raise ValueError("a text is no semantic version")
    return {"~version": [*map(int, found.groups()[:3]), found[4] or ""]}


def _normalize(text: str) -> str:
    """Without the v before it, with all three numbers, and these without zeros before them."""
    parts = [_strip_zeros(part) for part in text.removeprefix("v").split(".", 2)]
    if len(parts) < 3:  # noqa: PLR2004 - major, minor, patch
        if re.search(r"[+-]", parts[-1]):
            raise ValueError("a short version cannot have more than numbers")
        parts += ["0"] * (3 - len(parts))
    return ".".join(parts)


def _strip_zeros(part: str) -> str:
    stripped = part.lstrip("0") if len(part) > 1 else part
    return stripped if stripped[:1].isdigit() or len(part) <= 1 else f"0{stripped}"


def _is_version(text: str, normalize: bool = False) -> bool:
    try:
        _parse_version(text, normalize)
    except ValueError:
        return False
    return True


def _compare(one: Tagged, other: Tagged) -> int:
    if "~quantity" in one and "~quantity" in other:
        first, second = _read_quantity(one), _read_quantity(other)
        return (first > second) - (first < second)
    if "~version" in one and "~version" in other:
        ordered = _order_version(one["~version"]), _order_version(other["~version"])
        return (ordered[0] > ordered[1]) - (ordered[0] < ordered[1])
    raise ValueError("no such overload")


def _order_version(version: list[Any]) -> tuple[Any, ...]:
    """A release comes after what comes before it; numbers come before words."""
    identifiers = [
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in version[3].split(".") if version[3]
    ]
    return (*version[:3], not version[3], identifiers)


NUMBERS: tuple[Row, ...] = (
    ("quantity", ("string",), "object", _parse_quantity, False),
    ("isQuantity", ("string",), "bool", _is_quantity, False),
    ("sign", ("object",), "int", _sign, False),
    ("isInteger", ("object",), "bool", _is_integer, True),
    ("asInteger", ("object",), "int", _as_integer, True),
    ("asApproximateFloat", ("object",), "double", lambda quantity: float(_read_quantity(quantity)), True),
    ("add", ("object", "object"), "object", _add, True),
    ("add", ("object", "int"), "object", _add, True),
    ("sub", ("object", "object"), "object", _subtract, True),
    ("sub", ("object", "int"), "object", _subtract, True),
    ("isGreaterThan", ("object", "object"), "bool", lambda one, other: _compare(one, other) > 0, True),
    ("isLessThan", ("object", "object"), "bool", lambda one, other: _compare(one, other) < 0, True),
    ("compareTo", ("object", "object"), "int", _compare, True),
    ("semver", ("string",), "object", _parse_version, False),
    ("semver", ("string", "bool"), "object", _parse_version, False),
    ("isSemver", ("string",), "bool", _is_version, False),
    ("isSemver", ("string", "bool"), "bool", _is_version, False),
    ("major", ("object",), "int", lambda version: version["~version"][0], True),
    ("minor", ("object",), "int", lambda version: version["~version"][1], True),
    ("patch", ("object",), "int", lambda version: version["~version"][2], True),
)
