"""What the gates say, for the body of a pull request: the headline, the rows of the metrics, the other gates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gitops_gen.gate_metrics import PREFIX
from gitops_gen.model import Override, Verdict
from gitops_gen.reports.markdown import Safe, code

_WORDS = {
    "failed": Safe("**failed**"),
    "overridden": Safe("**set aside**"),
    "warned": Safe("**warning**"),
    "passed": Safe("passed"),
}
_ORDER = tuple(_WORDS)
NOTHING = Safe("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """A gate that is not about a metric."""

    gate: Safe
    verdict: Safe
    detail: Safe


def sum_up(verdicts: Sequence[Verdict], overrides: Sequence[Override]) -> Safe:
    """The verdict on the whole, a sentence; empty where no gate was asked."""
    if not verdicts:
        return Safe("")
    count = {word: sum(1 for v in verdicts if v.result == word) for word in _ORDER}
    parts = [
        f"{count[word]} {text if count[word] == 1 else texts}"
        for word, text, texts in (
            ("failed", "fails", "fail"),
            ("overridden", "was set aside", "were set aside"),
            ("warned", "warns", "warn"),
        )
        if count[word]
    ]
    if not parts:
        held = "The gate holds" if len(verdicts) == 1 else f"All {len(verdicts)} gates hold"
        return Safe(f"**{held}.**")
    who = sorted({override.by for override in overrides if override.by})
    by = f" (by {', '.join(code(name) for name in who)})" if who else ""
    return Safe(f"**Of {len(verdicts)} gates {' and '.join(parts)}{by}; {count['passed']} hold.**")


def name_verdict(verdicts: Sequence[Verdict]) -> str:
    """The worst of the verdicts, for bots; `passed` where no gate was asked."""
    return min((verdict.result for verdict in verdicts), key=_ORDER.index, default="passed")


def rank(verdict: Verdict | None) -> int:
    """Where a verdict stands in a list, failures first; what has none comes last."""
    return len(_ORDER) if verdict is None else _ORDER.index(verdict.result)


def tell_verdict(verdict: Verdict | None) -> Safe:
    """A verdict in a table's cell."""
    return NOTHING if verdict is None else _WORDS[verdict.result]


def tell_limits(verdict: Verdict | None) -> Safe:
    """What was asked of a metric, in a table's cell: `≥ 0.9, change ≥ +1%`."""
    if verdict is None or not verdict.limits:
        return NOTHING
    limits = verdict.limits
    greater = bool(limits.get("greater_is_better", True))
    sign, side = (1, "≥") if greater else (-1, "≤")
    parts = [f"{side} {limits['threshold']:g}"] if "threshold" in limits else []
    if "min_absolute_change" in limits:
        parts.append(f"change {side} {sign * limits['min_absolute_change']:+g}")
    if "min_relative_change" in limits:
        parts.append(f"change {side} {sign * limits['min_relative_change'] * 100:+g}%")
    return Safe(", ".join(parts))


def list_gates(verdicts: Sequence[Verdict]) -> list[GateRow]:
    """The gates that are not about a metric and have something to say, failures first."""
    others = [v for v in verdicts if not v.gate.startswith(PREFIX) and (v.detail or v.result != "passed")]
    others.sort(key=lambda v: (rank(v), v.gate))
    return [
        GateRow(
            gate=code(verdict.gate),
            verdict=tell_verdict(verdict),
            detail=code(verdict.detail, 400) if verdict.detail else Safe(""),
        )
        for verdict in others
    ]


def list_passed(verdicts: Sequence[Verdict]) -> list[Safe]:
    """The other gates that are not about a metric: they hold, and that is all."""
    held = [v.gate for v in verdicts if not v.gate.startswith(PREFIX) and not v.detail and v.result == "passed"]
    return [code(gate) for gate in sorted(held)]


def find_metrics(verdicts: Sequence[Verdict]) -> Mapping[str, Verdict]:
    """The verdicts on metrics, by the metric's name."""
    return {v.gate.removeprefix(PREFIX): v for v in verdicts if v.gate.startswith(PREFIX)}
