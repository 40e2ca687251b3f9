"""What every Tracking does: the fake, MLflow's SQLite store, and a real MLflow server over http."""

import math
from dataclasses import dataclass

import pytest

from gitops_gen.adapters.tracking_mlflow import TrackingMlflow
from gitops_gen.errors import InvalidValueError, NotFoundError, RefusedError
from gitops_gen.model import Dataset, Metric, MetricPoint, ModelVersion, Run, RunSelector, SourceCode
from gitops_gen.names import Digest, RunId
from gitops_gen.ports import Tracking
from tests.fakes.tracking import FakeTracking
from tests.servers.mlflow_world import IMAGE_PATHS, describe_world

_SOURCE = SourceCode(
    repository="https://git.example.com/team/churn.git",
    commit="0123456789abcdef0123456789abcdef01234567",
    branch="main",
    dirty=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A Tracking that has the runs of `mlflow_world`."""

    tracking: Tracking
    ids: dict[str, dict]

    def select(self, key: str) -> RunSelector:
        return RunSelector(run_id=self.run_id(key))

    def run_id(self, key: str) -> RunId:
        return RunId(self.ids[key]["run_id"])


@pytest.fixture(params=["fake", "sqlite", "http"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "fake":
        return make_fake_world()
    store = request.getfixturevalue("mlflow_store" if request.param == "sqlite" else "mlflow_world")
    return World(tracking=TrackingMlflow(store.uri), ids=store.ids)


def make_fake_world() -> World:
    plan = describe_world()
    runs = tuple(make_run(spec) for spec in plan)
    deleted = {
        run.run_id for run, spec in zip(runs, plan, strict=True) if {"deleted", "experiment_deleted"} & set(spec)
    }
    digest = Digest("sha256:" + "a" * 64)
    images = {f"{'image':0>8}": dict.fromkeys(IMAGE_PATHS, frozenset({digest}))}
    tracking = FakeTracking(runs=runs, deleted=deleted, runless_versions={("runless", "1")}, images=images)
    return World(tracking=tracking, ids={spec["key"]: {"run_id": f"{spec['key']:0>8}"} for spec in plan})


def make_run(spec: dict) -> Run:
    models = spec.get("register", [])
    return Run(
        run_id=RunId(f"{spec['key']:0>8}"),
        name=spec["key"],
        status=spec.get("status", "FINISHED"),
        experiment_id="1",
        experiment_name=spec["experiment"],
        params=spec.get("params", {}),
        metrics=tuple(make_metric(name, points) for name, points in sorted(spec.get("metrics", {}).items())),
        tags=spec.get("tags", {}),
        datasets=(make_dataset(),) if "sklearn" in spec else (),
        source=_SOURCE if "tags" in spec else SourceCode(),
        version=ModelVersion(name=models[0], version="1", aliases=tuple(sorted(spec.get("aliases", ()))))
        if len(models) == 1
        else None,
        warnings=("it is registered as more than one model",) if len(models) > 1 else (),
    )


def make_metric(name: str, points: list[list]) -> Metric:
    history = [MetricPoint(value=value, step=step) for step, value in points]
    numbers = [p for p in history if not math.isnan(p.value)] or history
    lowest, highest = min(numbers, key=lambda p: p.value), max(numbers, key=lambda p: p.value)
    return Metric(name=name, last=history[-1], lowest=lowest, highest=highest)


def make_dataset() -> Dataset:
    source = "https://data.example.com/churn.csv"
    return Dataset(name="churn-2024", digest="03fbd4a1", source_type="http", source=source, context="training")


def test_a_run_id_gives_that_run_with_what_hangs_on_it(world: World):
    run = world.tracking.fetch_run(world.select("champion"))
    assert run.run_id == world.run_id("champion")
    assert (run.name, run.status, run.experiment_name) == ("champion", "FINISHED", "churn")
    assert run.params == {"C": "1.0", "odd": "a: {{ b }}\n`c`"}
    assert run.tags["team"] == "growth"
    assert run.source == _SOURCE
    assert run.warnings == ()


def test_a_metric_has_its_last_lowest_and_highest_value_with_their_steps(world: World):
    metrics = {m.name: m for m in world.tracking.fetch_run(world.select("champion")).metrics}
    assert list(metrics) == ["loss", "once", "val_auc"]
    assert metrics["val_auc"] == Metric(
        name="val_auc",
        last=MetricPoint(value=0.8, step=2),
        lowest=MetricPoint(value=0.5, step=0),
        highest=MetricPoint(value=0.9, step=1),
    )


def test_a_metric_that_ends_in_nan_stays_nan_but_its_extremes_are_numbers(world: World):
    loss = world.tracking.fetch_run(world.select("champion")).metrics[0]
    assert math.isnan(loss.last.value)
    assert loss.lowest == loss.highest == MetricPoint(value=0.7, step=0)


def test_an_infinite_metric_is_infinite(world: World):
    (metric,) = world.tracking.fetch_run(world.select("infinite")).metrics
    assert metric.last == MetricPoint(value=math.inf, step=0)


def test_a_dataset_has_its_digest_context_and_a_source_without_credentials(world: World):
    (dataset,) = world.tracking.fetch_run(world.select("champion")).datasets
    assert dataset == make_dataset()


def test_a_run_id_finds_the_version_that_was_registered_from_it(world: World):
    version = world.tracking.fetch_run(world.select("champion")).version
    assert version is not None
    assert (version.name, version.version, version.aliases) == ("churn", "1", ("blue", "champion"))


def test_a_run_that_is_registered_as_several_models_has_no_version_and_says_so(world: World):
    run = world.tracking.fetch_run(world.select("twice"))
    assert run.version is None
    assert any("more than one model" in warning for warning in run.warnings)


@pytest.mark.parametrize(
    "selector",
    [RunSelector(model="churn", version="1"), RunSelector(model="churn", alias="champion")],
    ids=["version", "alias"],
)
def test_a_model_version_and_an_alias_lead_to_the_run(world: World, selector: RunSelector):
    run = world.tracking.fetch_run(selector)
    assert run.run_id == world.run_id("champion")
    assert run.version is not None
    assert run.version.version == "1"


@pytest.mark.parametrize(("lowest", "key"), [(False, "champion"), (True, "failed")])
def test_the_best_run_of_an_experiment_is_by_its_last_value_and_never_an_infinite_one(
    world: World, lowest: bool, key: str
):
    run = world.tracking.fetch_run(RunSelector(experiment="churn", best="val_auc", lowest=lowest))
    assert run.run_id == world.run_id(key)


def test_a_filter_narrows_the_search_for_the_best(world: World):
    selector = RunSelector(experiment="ties", best="val_auc", filter="params.side = 'right'")
    assert world.tracking.fetch_run(selector).run_id == world.run_id("tie-2")


def test_two_runs_that_tie_for_the_best_are_refused_by_their_ids(world: World):
    with pytest.raises(RefusedError, match="tie") as caught:
        world.tracking.fetch_run(RunSelector(experiment="ties", best="val_auc"))
    assert world.run_id("tie-1") in caught.value.message
    assert world.run_id("tie-2") in caught.value.message


def test_a_metric_that_is_nan_everywhere_is_refused(world: World):
    with pytest.raises(RefusedError, match="NaN") as caught:
        world.tracking.fetch_run(RunSelector(experiment="nan", best="val_auc"))
    assert world.run_id("nan") in caught.value.message


def test_a_version_that_comes_from_no_run_is_refused(world: World):
    with pytest.raises(RefusedError, match="no run"):
        world.tracking.fetch_run(RunSelector(model="runless", version="1"))


@pytest.mark.parametrize(
    ("selector", "named"),
    [
        (RunSelector(run_id=RunId("0" * 32)), "0" * 32),
        (RunSelector(model="chun", version="1"), "'chun'"),
        (RunSelector(model="chun", alias="champion"), "'chun'"),
        (RunSelector(model="churn", version="77"), "version 77"),
        (RunSelector(model="churn", alias="green"), "'green'"),
        (RunSelector(experiment="chrn", best="val_auc"), "'chrn'"),
        (RunSelector(experiment="churn", best="val_acc"), "'val_acc'"),
    ],
    ids=["run", "model", "model-of-alias", "version", "alias", "experiment", "metric"],
)
def test_what_is_not_there_is_named(world: World, selector: RunSelector, named: str):
    with pytest.raises(NotFoundError) as caught:
        world.tracking.fetch_run(selector)
    assert named in caught.value.message


def test_a_missing_version_or_alias_hints_at_those_that_are_there(world: World):
    with pytest.raises(NotFoundError) as caught:
        world.tracking.fetch_run(RunSelector(model="churn", alias="green"))
    assert "champion" in caught.value.hint


def test_a_deleted_run_and_a_deleted_experiment_are_said_to_be_deleted(world: World):
    for selector in (world.select("deleted"), world.select("gone"), RunSelector(experiment="gone", best="val_auc")):
        with pytest.raises(NotFoundError, match="deleted"):
            world.tracking.fetch_run(selector)


def test_failed_and_unfinished_runs_are_given_with_their_status(world: World):
    assert world.tracking.fetch_run(world.select("failed")).status == "FAILED"
    assert world.tracking.fetch_run(world.select("running")).status == "RUNNING"


@pytest.mark.parametrize(
    "selector",
    [
        RunSelector(),
        RunSelector(model="churn", version="newest"),
        RunSelector(experiment="churn", best="val_auc", filter="this is no filter"),
    ],
    ids=["nothing", "word-as-version", "filter"],
)
def test_a_question_that_makes_no_sense_is_an_invalid_value(world: World, selector: RunSelector):
    with pytest.raises(InvalidValueError):
        world.tracking.fetch_run(selector)


def test_recorded_tags_are_on_the_run_and_on_its_version(world: World):
    run = world.tracking.fetch_run(world.select("legacy"))
    assert world.tracking.record(run, {"gitops-gen.image": "r.example.com/m:1", "gitops-gen.note": "ü"}) == ()
    again = world.tracking.fetch_run(world.select("legacy"))
    assert again.tags["gitops-gen.image"] == "r.example.com/m:1"
    assert again.version is not None
    assert again.version.tags == {"gitops-gen.image": "r.example.com/m:1", "gitops-gen.note": "ü"}


@pytest.mark.parametrize(
    "make", [lambda world: world.select("champion"), lambda _: RunSelector(model="churn", alias="champion")]
)
def test_a_run_can_be_found_without_reading_what_takes_time(world: World, make):
    found, whole = world.tracking.find_run(make(world)), world.tracking.fetch_run(make(world))
    assert (found.run_id, found.status, found.version) == (whole.run_id, whole.status, whole.version)
    assert found.tags == whole.tags
    assert (found.metrics, found.datasets, found.model) == ((), (), None)


def test_a_deleted_run_is_not_found_either_way(world: World):
    with pytest.raises(NotFoundError, match="is deleted"):
        world.tracking.find_run(world.select("deleted"))


def test_recording_nothing_writes_nothing(world: World):
    run = world.tracking.fetch_run(world.select("plain"))
    assert world.tracking.record(run, {}) == ()
    assert world.tracking.fetch_run(world.select("plain")).tags == run.tags


def test_images_among_the_artifacts_are_found_with_their_digests(world: World):
    images = world.tracking.fetch_image_digests(world.tracking.fetch_run(world.select("image")))
    assert sorted(images) == sorted(IMAGE_PATHS)
    assert len(set(images.values())) == 1
    assert all(digest.startswith("sha256:") for digests in images.values() for digest in digests)


def test_a_run_without_images_has_none(world: World):
    assert world.tracking.fetch_image_digests(world.tracking.fetch_run(world.select("plain"))) == {}


def test_the_address_is_known_without_asking(world: World):
    assert "://" in world.tracking.address
