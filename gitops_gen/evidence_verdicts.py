"""Verdicts of gates as evidence has them, and back."""

import math
from collections.abc import Mapping
from typing import Any

from gitops_gen.model import Verdict

LIMITS = ("threshold", "min_absolute_change", "min_relative_change", "greater_is_better")
"""What can be asked of a metric: the keys of its settings, and of its verdict."""


def write_verdict(verdict: Verdict) -> dict[str, Any]:
    """An item of `gates`."""
    words = {"gate": verdict.gate, "result": verdict.result, "detail": verdict.detail, "reason": verdict.reason}
    values = {"value": verdict.value, "champion": verdict.champion}
    return {
        **{key: word for key, word in words.items() if word},
        **{key: write_number(value) for key, value in values.items() if value is not None},
        **verdict.limits,
    }


def read_verdict(entry: Mapping[str, Any]) -> Verdict:
    """The verdict in an item of `gates`; a value that is not a finite number reads as NaN."""
    return Verdict(
        gate=entry["gate"],
        result=entry["result"],
        detail=entry.get("detail", ""),
        value=read_number(entry["value"]) if "value" in entry else None,
        champion=read_number(entry["champion"]) if "champion" in entry else None,
        limits={key: entry[key] for key in LIMITS if key in entry},
        reason=entry.get("reason", ""),
    )


def write_number(value: float) -> float | str:
    """A number as evidence has it: NaN and infinities are words."""
    return float(value) if math.isfinite(value) else str(value)


def read_number(value: object) -> float:
    """A number in evidence; NaN for the words."""
    return float(value) if isinstance(value, int | float) else math.nan
