"""The best run of an experiment, by the last value of a metric."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops_gen.adapters.mlflow_hints import NAMES_SHOWN, propose
from gitops_gen.adapters.mlflow_store import MlflowStore
from gitops_gen.errors import InvalidValueError, NotFoundError, RefusedError
from gitops_gen.names import RunId, parse_run_id, show

if TYPE_CHECKING:
    from mlflow.entities import Experiment
    from mlflow.entities import Run as MlflowRun

LARGEST = sys.float_info.max
"""SQL stores keep an infinite metric as the largest float."""
_PAGE = 100


@dataclass(slots=True)
class _Ranking:
    """What a search for the best run came across."""

    best: "list[MlflowRun]" = field(default_factory=list)
    """The best one, and those that tie with it."""
    passed_over: list[str] = field(default_factory=list)
    """Ids of runs whose metric is NaN or infinite."""
    metrics: set[str] = field(default_factory=set)
    """Names of all metrics seen."""
    runs: int = 0


def is_finite(value: float) -> bool:
    """Whether a metric's value is a number to compare: neither NaN nor infinite, in any store."""
    return math.isfinite(value) and abs(value) < LARGEST


def find_best(
    store: MlflowStore, name: str, metric: str, *, lowest: bool, filter_text: str
) -> tuple[RunId, tuple[str, ...]]:
    """The id of the active run in experiment `name` with the best last value of `metric`; with warnings.

    Raises:
        NotFoundError: no such experiment, no active run that fits `filter_text`, or none of them has the metric.
        RefusedError: runs tie for the best, or the metric is NaN or infinite in all that have it.
        InvalidValueError: MLflow does not accept `filter_text`.
    """
    experiment = find_experiment(store, name)
    pages = _search(store, experiment, metric, lowest=lowest, filter_text=filter_text)
    ranking = _rank(pages, metric)
    place = f"experiment {show(experiment.name)}" + (f" with filter {show(filter_text)}" if filter_text else "")
    if not ranking.runs:
        raise NotFoundError(f"no active run in {place}, MLflow at {store.address}")
    if not ranking.best and not ranking.passed_over:
        raise NotFoundError(
            f"no run in {place} logged a metric {show(metric)}", hint=propose(metric, sorted(ranking.metrics))
        )
    if not ranking.best:
        raise RefusedError(
            f"metric {show(metric)} is NaN or infinite in every run of {place} that has it: "
            + ", ".join(ranking.passed_over[:NAMES_SHOWN])
        )
    if len(ranking.best) > 1:
        ids = ", ".join(run.info.run_id for run in ranking.best[:NAMES_SHOWN])
        value = ranking.best[0].data.metrics[metric]
        raise RefusedError(
            f"{len(ranking.best)} runs in {place} tie for the best {show(metric)}, {value!r}: {ids}",
            hint="promote one of them by its run id, or narrow the choice with --filter",
        )
    warnings: tuple[str, ...] = ()
    if ranking.passed_over:
        named = ", ".join(ranking.passed_over[:NAMES_SHOWN])
        warnings = (f"runs whose {show(metric)} is NaN or infinite were passed over: {named}",)
    return parse_run_id(ranking.best[0].info.run_id), warnings


def _rank(runs: "Iterator[MlflowRun]", metric: str) -> _Ranking:
    """The first in `runs`, which come best first, that has a number to compare."""
    ranking = _Ranking()
    for run in runs:
        ranking.runs += 1
        ranking.metrics.update(run.data.metrics)
        value = run.data.metrics.get(metric)
        if value is None:
            continue
        if not is_finite(value):
            ranking.passed_over.append(run.info.run_id)
        elif not ranking.best or value == ranking.best[0].data.metrics[metric]:
            ranking.best.append(run)
        else:
            break
    ranking.best.sort(key=lambda run: run.info.run_id)
    return ranking


def _search(
    store: MlflowStore, experiment: "Experiment", metric: str, *, lowest: bool, filter_text: str
) -> "Iterator[MlflowRun]":
    """The active runs, best first; those without the metric come last, and one page of them is enough."""
    if "`" in metric or '"' in metric:
        raise InvalidValueError(f"{show(metric)} cannot be a metric's name in MLflow")
    thing = f"a search for the best {show(metric)}" + (f" with filter {show(filter_text)}" if filter_text else "")
    token: str | None = None
    while True:
        page = store.ask(
            thing,
            store.client.search_runs,
            [experiment.experiment_id],
            filter_string=filter_text,
            order_by=[f"metrics.`{metric}` {'ASC' if lowest else 'DESC'}"],
            max_results=_PAGE,
            page_token=token,
        )
        yield from page
        token = page.token
        if not token or not any(metric in run.data.metrics for run in page):
            return


def find_experiment(store: MlflowStore, name: str) -> "Experiment":
    """The experiment of that name or, if none has it, of that id."""
    experiment = store.ask(f"experiment {show(name)}", store.client.get_experiment_by_name, name)
    if experiment is None and name.isascii() and name.isdigit():
        experiment = store.ask(f"experiment {show(name)}", store.client.get_experiment, name)
    if experiment is None:
        known = store.ask("experiments", store.client.search_experiments, max_results=_PAGE)
        raise NotFoundError(
            f"MLflow at {store.address} has no experiment {show(name)}", hint=propose(name, [e.name for e in known])
        )
    if experiment.lifecycle_stage != "active":
        raise deleted_experiment(store, name)
    return experiment


def deleted_experiment(store: MlflowStore, name: str) -> NotFoundError:
    """The error for an experiment that is deleted."""
    return NotFoundError(
        f"experiment {show(name)} is deleted in MLflow at {store.address}",
        hint="mlflow experiments restore brings it back, with its runs",
    )
