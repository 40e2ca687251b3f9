"""The facts of an MLflow run: metrics over their steps, datasets, source code."""

import json
import math
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gitops_gen.adapters.mlflow_best import LARGEST
from gitops_gen.adapters.mlflow_errors import strip_secrets
from gitops_gen.adapters.mlflow_store import MlflowStore
from gitops_gen.model import Dataset, Metric, MetricPoint, SourceCode
from gitops_gen.names import strip_credentials

if TYPE_CHECKING:
    from mlflow.entities import Metric as MlflowMetric
    from mlflow.entities import Run as MlflowRun

HISTORIES_LIMIT = 200
"""Metrics of one run whose history is read; beyond that only the last value is."""
_PARALLEL = 8
_REPOSITORY_TAG = "mlflow.source.git.repoURL"


def read_metrics(store: MlflowStore, run: "MlflowRun") -> tuple[tuple[Metric, ...], tuple[str, ...]]:
    """The run's metrics sorted by name, and a warning if there were too many to read every history."""
    # The points with their steps have no public accessor.
    last = {m.key: m for m in run.data._metric_objs}  # noqa: SLF001
    # A metric that is past step 0 surely has a history; at step 0 there may be one, of several values.
    names = sorted(last, key=lambda name: (last[name].step == 0, name))[:HISTORIES_LIMIT]

    def read_history(name: str) -> "list[MlflowMetric]":
        return store.ask(f"history of metric {name!r}", store.client.get_metric_history, run.info.run_id, name)

    with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
        histories = dict(zip(names, pool.map(read_history, names), strict=True))
    metrics = tuple(summarize_metric(last[name], histories.get(name, ())) for name in sorted(last))
    left = len(last) - len(names)
    if not left:
        return metrics, ()
    return metrics, (f"the run has {len(last)} metrics; of {left} only the last value was read",)


def summarize_metric(last: "MlflowMetric", history: "Iterable[MlflowMetric]") -> Metric:
    """Last, lowest and highest point; of equal ones the earliest. NaN counts only where there is nothing else."""
    last_point = make_point(last.value, last.step)
    points = sorted((make_point(m.value, m.step) for m in history), key=lambda p: p.step)
    numbers = [p for p in points if not math.isnan(p.value)] or [last_point]
    return Metric(
        name=last.key,
        last=last_point,
        lowest=min(numbers, key=lambda p: p.value),
        highest=max(numbers, key=lambda p: p.value),
    )


def make_point(value: float, step: int) -> MetricPoint:
    """A point as it was logged: SQL stores keep an infinite value as the largest float."""
    number = float(value)
    return MetricPoint(value=math.copysign(math.inf, number) if abs(number) >= LARGEST else number, step=int(step))


def read_datasets(run: "MlflowRun") -> tuple[Dataset, ...]:
    """The run's dataset inputs, sorted, each once."""
    found = {
        Dataset(
            name=entry.dataset.name,
            digest=entry.dataset.digest,
            source_type=entry.dataset.source_type or "",
            source=find_source(entry.dataset.source or ""),
            context=next((tag.value for tag in entry.tags if tag.key == "mlflow.data.context"), ""),
        )
        for entry in (run.inputs.dataset_inputs if run.inputs else ())
    }
    return tuple(sorted(found, key=lambda d: (d.name, d.digest, d.context, d.source)))


def find_source(text: str) -> str:
    """The address in a dataset's source, which MLflow keeps as JSON; the JSON if it holds none. No credentials."""
    try:
        source = json.loads(text)
    except ValueError:
        return strip_secrets(text)
    if isinstance(source, dict):
        for key in ("uri", "url", "path", "table_name", "delta_table_name"):
            if isinstance(source.get(key), str) and source[key]:
                return strip_secrets(source[key])
    return strip_credentials(json.dumps(source, sort_keys=True, separators=(",", ":")))


def read_tags(run: "MlflowRun") -> dict[str, str]:
    """The run's tags; a repository's URL without credentials."""
    tags = dict(run.data.tags)
    if _REPOSITORY_TAG in tags:
        tags[_REPOSITORY_TAG] = strip_secrets(tags[_REPOSITORY_TAG])
    return tags


def read_source(tags: Mapping[str, str]) -> SourceCode:
    """Where the training code came from, as MLflow's git tags say."""
    return SourceCode(
        repository=tags.get(_REPOSITORY_TAG, ""),
        commit=tags.get("mlflow.source.git.commit", ""),
        branch=tags.get("mlflow.source.git.branch", ""),
        dirty=tags.get("mlflow.source.git.dirty", "").lower() == "true",
    )
