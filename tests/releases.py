"""Releases for tests: plain ones, and ones full of what an attacker would log."""

from dataclasses import replace
from typing import Any

from gitops_gen.model import (
    Dataset,
    Image,
    LoggedModel,
    Metric,
    MetricPoint,
    ModelVersion,
    Release,
    Run,
    Signature,
    SignatureField,
    SourceCode,
)
from gitops_gen.names import Digest, EnvironmentName, ModelName, RunId
from gitops_gen.settings import Environment

STAGING = Environment(name=EnvironmentName("staging"), namespace="models-staging")
PRODUCTION = Environment(name=EnvironmentName("production"), namespace="models", predecessor=EnvironmentName("staging"))


def digest(character: str) -> Digest:
    return Digest("sha256:" + character * 64)


def metric(name: str, value: float, step: int = 0) -> Metric:
    point = MetricPoint(value=value, step=step)
    return Metric(name=name, last=point, lowest=point, highest=point)


def make_run(number: int = 1, **changes: Any) -> Run:
    run = Run(
        run_id=RunId(f"{number:032x}"),
        name=f"run-{number}",
        status="FINISHED",
        experiment_id="7",
        experiment_name="churn",
        params={"C": str(number), "solver": "lbfgs"},
        metrics=(metric("val_auc", 0.9 + number / 100), metric("val_loss", 0.1)),
        datasets=(Dataset(name="train", digest="0a1b", context="training"),),
        source=SourceCode(repository="https://git.example.com/ml/churn.git", commit="c0ffee", branch="main"),
        model=LoggedModel(
            uri=f"s3://models/{number}",
            model_id=f"m-{number}",
            flavor="sklearn",
            content_hash=digest("e"),
            signature=Signature(inputs=(SignatureField(name="age", type="double"),)),
        ),
        version=ModelVersion(name="churn", version=str(number)),
        url=f"https://mlflow.example.com/#/experiments/7/runs/{number:032x}",
    )
    return replace(run, **changes)


def make_image(character: str = "a", **changes: Any) -> Image:
    image = Image(name="registry.example.com/ml/churn", tag="1", digest=digest(character), platforms=("linux/amd64",))
    return replace(image, **changes)


def make_release(number: int = 1, character: str = "a", **changes: Any) -> Release:
    return Release(model=ModelName("churn"), run=make_run(number, **changes), image=make_image(character))
