"""The tables of a pull request's body in which champion and challenger stand side by side."""

import math
from dataclasses import dataclass

from gitops_gen.evidence import Evidence
from gitops_gen.reports.markdown import Safe, code
from gitops_gen.reports.pull_request_gates import NOTHING, find_metrics, rank, tell_limits, tell_verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table, its cells already Markdown."""

    name: Safe
    before: Safe
    after: Safe
    change: Safe = Safe("")  # noqa: RUF009 - an immutable str
    gate: Safe = NOTHING
    """What was asked of a metric."""
    verdict: Safe = NOTHING


def compare_metrics(champion: Evidence | None, challenger: Evidence) -> list[Row]:
    """The metrics of both, what is asked of them first and failures before all."""
    before = champion.metrics if champion else {}
    after = challenger.metrics
    verdicts = find_metrics(challenger.verdicts)
    names = before.keys() | after.keys() | verdicts.keys()
    return [
        Row(
            name=code(name),
            before=_number(before.get(name)),
            after=_number(after.get(name)),
            change=_change(before.get(name), after.get(name)),
            gate=tell_limits(verdicts.get(name)),
            verdict=tell_verdict(verdicts.get(name)),
        )
        for name in sorted(names, key=lambda name: (rank(verdicts.get(name)), name))
    ]


def _number(value: float | None) -> Safe:
    if value is None:
        return NOTHING
    return Safe(f"{value:.6g}") if math.isfinite(value) else Safe("**not a number**")


def _change(before: float | None, after: float | None) -> Safe:
    if before is None or after is None or not math.isfinite(before) or not math.isfinite(after):
        return NOTHING
    if before == after:
        return Safe("0")
    share = f" ({(after - before) / abs(before):+.2%})" if before else ""
    return Safe(f"{after - before:+.4g}{share}")


def compare_datasets(champion: Evidence | None, challenger: Evidence) -> Safe:
    """Whether the metrics were taken on the same data, a sentence; empty for a first release."""
    if champion is None:
        return Safe("")
    old, new = ({d["digest"] for d in e.data["run"]["datasets"] if "digest" in d} for e in (champion, challenger))
    if old == new and old:
        return Safe("Both runs recorded the same datasets, by digest.")
    return Safe("**The two runs did not record the same datasets: their metrics may not be comparable.**")


def compare_parameters(champion: Evidence | None, challenger: Evidence) -> list[Row]:
    """The parameters that differ; of a first release all."""
    before, after = champion.parameters if champion else {}, challenger.parameters
    return [
        Row(
            name=code(name),
            before=code(before[name]) if name in before else NOTHING,
            after=code(after[name]) if name in after else NOTHING,
        )
        for name in sorted(before.keys() | after.keys())
        if champion is None or before.get(name) != after.get(name)
    ]
