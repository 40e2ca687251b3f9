"""The gates on metrics, decided as MLflow's own model validation does (mlflow.models.evaluation.validation)."""

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal

from gitops_gen.gate_settings import MetricGate
from gitops_gen.model import Verdict

PREFIX = "metric:"
_LEAST = 1e-10
"""What a relative change from 0 has to be at least, in MLflow."""


def judge_metric(
    name: str, gate: MetricGate, value: float | None, champion: float | None, *, has_champion: bool
) -> Verdict:
    """The verdict on one metric; a value that is missing or not finite fails.

    Without a champion the changes are not asked for. A champion without this metric fails, as in MLflow: nothing can be
    said of the change.
    """
    limits = list_limits(gate)
    failures = tuple(_list_failures(gate, value, champion, has_champion=has_champion))
    return Verdict(
        gate=PREFIX + name,
        result="failed" if failures else "passed",
        detail="; ".join(failures),
        value=value,
        champion=champion,
        limits=limits,
    )


def list_limits(gate: MetricGate) -> dict[str, float | bool]:
    """What a gate asks for, by the keys of its settings."""
    asked = {
        "threshold": gate.threshold,
        "min_absolute_change": gate.min_absolute_change,
        "min_relative_change": gate.min_relative_change,
    }
    given = {key: float(limit) for key, limit in asked.items() if limit is not None}
    return {**given, "greater_is_better": gate.greater_is_better}


def read_limits(limits: Mapping[str, float | bool]) -> MetricGate:
    """The gate that `list_limits` wrote down.

    Raises:
        TypeError: there is another key, or one is missing.
    """
    return MetricGate(**limits)  # type: ignore[arg-type] # checked by its schema


def _list_failures(
    gate: MetricGate, value: float | None, champion: float | None, *, has_champion: bool
) -> Iterator[str]:
    if value is None:
        yield "the run did not log it"
        return
    if not math.isfinite(value):
        yield "it is not a number"
        return
    sign = 1 if gate.greater_is_better else -1
    side = "below" if gate.greater_is_better else "above"
    if gate.threshold is not None and sign * value < sign * gate.threshold:
        yield f"it is {side} the threshold {gate.threshold:g}"
    changes = (gate.min_absolute_change, gate.min_relative_change)
    if not has_champion or changes == (None, None):
        return
    if champion is None or not math.isfinite(champion):
        yield "the champion has no value to compare it with"
        return
    if gate.min_absolute_change is not None:
        # In decimals, as MLflow compares, so that 0.3 over 0.1 is a change of 0.2 or it is not: the same in both.
        wanted = Decimal(champion + sign * gate.min_absolute_change)
        if sign * Decimal(value) < sign * wanted:
            yield f"it changes by {value - champion:+.4g}, and has to by {sign * gate.min_absolute_change:+g}"
    if gate.min_relative_change is not None:
        yield from _compare_relative(gate.min_relative_change, value, champion, sign)


def _compare_relative(least: float, value: float, champion: float, sign: int) -> Iterator[str]:
    if champion == 0:  # there is no share of it
        wanted = Decimal(sign * _LEAST) if least >= 0 else Decimal(0)
        if sign * Decimal(value) < sign * wanted:
            yield "it is no better than the champion's 0" if least >= 0 else "it is worse than the champion's 0"
        return
    change = sign * (value - champion) / abs(champion)
    if change < least:
        yield f"it changes by {sign * change:+.2%}, and has to by {sign * least:+.2%}"
