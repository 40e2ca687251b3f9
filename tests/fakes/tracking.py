"""The Tracking port in memory."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gitops_gen.errors import InvalidValueError, NotFoundError, RefusedError, UnreachableError
from gitops_gen.model import Run, RunSelector
from gitops_gen.names import Digest, show


@dataclass(slots=True, kw_only=True)
class FakeTracking:
    """Runs as values; what is recorded is seen by the next `fetch_run`.

    `is_down` and `refuses_writes` may be set at any time. Filters are not understood: only `params.NAME = 'VALUE'` is.
    """

    runs: Sequence[Run] = ()
    deleted: Collection[str] = ()
    """Ids of those of `runs` that are deleted."""
    runless_versions: Collection[tuple[str, str]] = ()
    """Model and version of versions that come from no run."""
    images: Mapping[str, Mapping[str, frozenset[Digest]]] = field(default_factory=dict)
    """By run id: artifact path to digests."""
    address: str = "http://mlflow.test"
    is_down: bool = False
    refuses_writes: bool = False
    run_tags: dict[str, dict[str, str]] = field(default_factory=dict)
    """What was recorded on runs, by run id."""
    version_tags: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """What was recorded on model versions, by name and version."""

    def fetch_run(self, selector: RunSelector) -> Run:
        self._answer()
        run = self._select(selector)
        tags = {**run.tags, **self.run_tags.get(run.run_id, {})}
        if not run.version:
            return replace(run, tags=tags)
        recorded = self.version_tags.get((run.version.name, run.version.version), {})
        return replace(run, tags=tags, version=replace(run.version, tags={**run.version.tags, **recorded}))

    def find_run(self, selector: RunSelector) -> Run:
        return replace(self.fetch_run(selector), metrics=(), datasets=(), model=None)

    def record(self, run: Run, tags: Mapping[str, str]) -> tuple[str, ...]:
        targets = [f"run {run.run_id}", *([f"version {run.version.version}"] if run.version else [])]
        if tags and (self.is_down or self.refuses_writes):
            reason = "does not answer" if self.is_down else "refuses"
            return tuple(f"tags {', '.join(sorted(tags))} were not written on {t}: MLflow {reason}" for t in targets)
        self.run_tags.setdefault(run.run_id, {}).update(tags)
        if run.version:
            self.version_tags.setdefault((run.version.name, run.version.version), {}).update(tags)
        return ()

    def fetch_image_digests(self, run: Run) -> Mapping[str, frozenset[Digest]]:
        self._answer()
        return self.images.get(run.run_id, {})

    def _answer(self) -> None:
        if self.is_down:
            raise UnreachableError(f"MLflow at {self.address} does not answer: connection refused")

    def _select(self, selector: RunSelector) -> Run:
        if selector.run_id:
            return self._find(selector.run_id)
        if selector.model:
            return self._find_version(selector.model, selector)
        if selector.experiment and selector.best:
            return self._find_best(selector.experiment, selector.best, selector)
        raise InvalidValueError("it is not said which run is meant")

    def _find(self, run_id: str) -> Run:
        if run_id in self.deleted:
            raise NotFoundError(f"run {show(run_id)} is deleted in MLflow at {self.address}")
        for run in self.runs:
            if run.run_id == run_id:
                return run
        raise NotFoundError(f"MLflow at {self.address} has no run {show(run_id)}")

    def _find_version(self, model: str, selector: RunSelector) -> Run:
        if selector.version and not selector.version.isdigit():
            raise InvalidValueError(f"{show(selector.version)} is not a version of a model: versions are numbers")
        if (model, selector.version) in self.runless_versions:
            raise RefusedError(f"version {selector.version} of model {show(model)} comes from no run")
        versions = [(run, run.version) for run in self.runs if run.version and run.version.name == model]
        if not versions:
            raise NotFoundError(f"MLflow at {self.address} has no registered model {show(model)}")
        for run, version in versions:
            if selector.alias in version.aliases or selector.version == version.version:
                return self._find(run.run_id)
        what = f"alias {show(selector.alias)}" if selector.alias else f"version {selector.version}"
        known = [*(a for _, v in versions for a in v.aliases)] if selector.alias else [v.version for _, v in versions]
        raise NotFoundError(f"model {show(model)} has no {what}", hint=f"there is: {', '.join(known)}")

    def _find_best(self, experiment: str, metric: str, selector: RunSelector) -> Run:
        there = [run for run in self.runs if experiment in (run.experiment_name, run.experiment_id)]
        if not there:
            raise NotFoundError(f"MLflow at {self.address} has no experiment {show(experiment)}")
        active = [run for run in there if run.run_id not in self.deleted]
        if not active:
            raise NotFoundError(f"experiment {show(experiment)} is deleted")
        ranked = [
            (point.last.value, run)
            for run in active
            if self._fits(run, selector.filter)
            for point in run.metrics
            if point.name == metric
        ]
        if not ranked:
            raise NotFoundError(f"no run in experiment {show(experiment)} logged a metric {show(metric)}")
        finite = [(value, run) for value, run in ranked if math.isfinite(value)]
        if not finite:
            ids = ", ".join(run.run_id for _, run in ranked)
            raise RefusedError(f"metric {show(metric)} is NaN or infinite in every run that has it: {ids}")
        best = (min if selector.lowest else max)(value for value, _ in finite)
        winners = [run for value, run in finite if value == best]
        if len(winners) > 1:
            raise RefusedError(f"runs tie for the best {show(metric)}: {', '.join(run.run_id for run in winners)}")
        return winners[0]

    def _fits(self, run: Run, text: str) -> bool:
        if not text:
            return True
        name, equals, value = text.partition("=")
        if not equals or not name.startswith("params."):
            raise InvalidValueError(f"MLflow at {self.address} does not accept filter {show(text)}")
        return run.params.get(name.strip().removeprefix("params.")) == value.strip().strip("'")
