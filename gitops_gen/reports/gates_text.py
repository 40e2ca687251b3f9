"""Verdicts of gates for a terminal."""

from collections.abc import Iterator, Sequence

from gitops_gen.model import Verdict

_WORDS = {"failed": "FAILED", "overridden": "set aside", "warned": "warning", "passed": "passed"}
_ORDER = tuple(_WORDS)


def render_verdicts(verdicts: Sequence[Verdict]) -> str:
    """A line for each gate, failures first, and what it looked at below it."""
    ranked = sorted(verdicts, key=lambda v: (_ORDER.index(v.result), v.gate))
    width = max((len(verdict.gate) for verdict in ranked), default=0)
    lines = (line for verdict in ranked for line in _tell(verdict, width))
    return "".join(f"{line}\n" for line in lines) or "no gate was asked\n"


def _tell(verdict: Verdict, width: int) -> Iterator[str]:
    told = f"{_WORDS[verdict.result]:<10}{verdict.gate:<{width}}  {_tell_values(verdict)}".rstrip()
    yield told
    indent = " " * 10
    if verdict.detail:
        yield f"{indent}{verdict.detail}"
    if verdict.reason:
        yield f"{indent}reason: {verdict.reason}"


def _tell_values(verdict: Verdict) -> str:
    """Of a metric: the values, and what was asked."""
    if not verdict.limits:
        return ""
    value = f"{verdict.value:.6g}" if isinstance(verdict.value, float) else "-"
    before = f" (champion {verdict.champion:.6g})" if isinstance(verdict.champion, float) else ""
    limits = ", ".join(f"{key} {limit:g}" for key, limit in verdict.limits.items() if key != "greater_is_better")
    direction = "greater is better" if verdict.limits.get("greater_is_better") else "lower is better"
    return f"{value}{before}  asked: {limits}, {direction}"
