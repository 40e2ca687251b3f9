"""Quantities of Kubernetes, such as 500m, 2 or 1Gi, compared as k8s.io/apimachinery compares them: exactly."""

import re
from functools import lru_cache
from typing import NamedTuple

_PATTERN = r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?[0-9]{1,3}))?"
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_LONGEST = 60


class Quantity(NamedTuple):
    """A number, as a fraction."""

    numerator: int
    denominator: int

    def exceeds(self, other: "Quantity") -> bool:
        """Whether it is more than the other one."""
        return self.numerator * other.denominator > other.numerator * self.denominator


def parse_quantity(value: object) -> Quantity | None:
    """A quantity as YAML has it, text or number; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _parse(str(value))


@lru_cache(maxsize=1024)  # few are written in many places
def _parse(text: str) -> Quantity | None:
    found = re.fullmatch(_PATTERN, text, re.ASCII) if len(text) <= _LONGEST else None
    if found is None:
        return None
    sign, whole, fraction, suffix, exponent = found.groups()
    digits = whole + (fraction or "")
    if not digits:
        return None
    number = int(digits) * (-1 if sign == "-" else 1)
    power = _DECIMAL.get(suffix or "", 0) + int(exponent or 0) - len(fraction or "")
    number <<= _BINARY.get(suffix or "", 0)
    return Quantity(number * 10**power, 1) if power >= 0 else Quantity(number, 10**-power)
