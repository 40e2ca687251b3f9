"""Run as a program: logs the runs that standard input describes to the store in its argument, prints their ids as JSON.

It runs beside the tests, not in them: full MLflow, pandas and scikit-learn cost seconds and warn a lot. The description
is a list of dictionaries, see `tests/servers/mlflow_world.py`.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import mlflow.sklearn
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, Metric, Param, RunTag
from sklearn.linear_model import LogisticRegression

_LEGACY_MLMODEL = """\
flavors:
  python_function: {loader_module: mlflow.xgboost, python_version: 3.9.16}
  xgboost: {data: model.xgb}
mlflow_version: 2.9.2
"""


def seed(uri: str, plan: list[dict]) -> dict[str, dict]:
    mlflow.set_tracking_uri(uri)
    client = MlflowClient()
    return {spec["key"]: log_run(client, spec) for spec in plan}


def log_run(client: MlflowClient, spec: dict) -> dict:
    experiment = client.get_experiment_by_name(spec["experiment"])
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(spec["experiment"])
    run_id = client.create_run(experiment_id, run_name=spec.get("name", spec["key"])).info.run_id
    made = {"run_id": run_id, "experiment_id": experiment_id}
    client.log_batch(
        run_id,
        metrics=[
            Metric(name, value, 1_700_000_000_000 + step, step)
            for name, points in spec.get("metrics", {}).items()
            for step, value in points
        ],
        params=[Param(name, value) for name, value in spec.get("params", {}).items()],
        tags=[RunTag(name, value) for name, value in spec.get("tags", {}).items()],
    )
    if spec.get("sklearn"):
        log_sklearn(run_id, made)
    for name, step in spec.get("logged_models", ()):
        log_generic(client, made, name, step)
    if spec.get("legacy_model"):
        log_legacy(client, run_id)
    if spec.get("artifacts"):
        client.log_artifacts(run_id, spec["artifacts"])
    for model in spec.get("register", ()):
        source = f"models:/{made['model_id']}" if "model_id" in made else f"runs:/{run_id}/model"
        made.setdefault("versions", {})[model] = register(client, model, source, made, spec.get("aliases", ()))
    for model, source in spec.get("register_as", {}).items():
        client.create_registered_model(model)
        full = source.format(**made)
        run = None if spec.get("runless") else run_id
        client.create_model_version(model, full, run, model_id=made.get("logged_models", {}).get("only"))
    if spec.get("status", "FINISHED") != "RUNNING":
        client.set_terminated(run_id, status=spec.get("status", "FINISHED"))
    if spec.get("deleted"):
        client.delete_run(run_id)
    if spec.get("experiment_deleted"):
        client.delete_experiment(experiment_id)
    return made


def log_sklearn(run_id: str, made: dict) -> None:
    frame = pd.DataFrame({"age": [20.0, 30.0, 40.0, 50.0], "calls": [1.0, 0.0, 3.0, 4.0]})
    model = LogisticRegression().fit(frame, [0, 0, 1, 1])
    signature = mlflow.models.infer_signature(frame, model.predict(frame), params={"threshold": 0.5})
    with mlflow.start_run(run_id=run_id):
        source = "https://reader:hunter2@data.example.com/churn.csv"
        mlflow.log_input(mlflow.data.from_pandas(frame, name="churn-2024", source=source), context="training")
        info = mlflow.sklearn.log_model(model, name="model", signature=signature, pip_requirements=["scikit-learn"])
    made["model_id"] = info.model_id


def log_generic(client: MlflowClient, made: dict, name: str, step: int) -> None:
    model = client.create_logged_model(made["experiment_id"], name=name, source_run_id=made["run_id"])
    with TemporaryDirectory() as folder:
        Path(folder, "MLmodel").write_text("flavors:\n  python_function: {loader_module: mlflow.pyfunc.model}\n")
        client.log_model_artifacts(model.model_id, folder)
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(made["run_id"], [LoggedModelOutput(model.model_id, step)])
    made.setdefault("logged_models", {})[name] = model.model_id
    made["storage"] = model.artifact_location


def log_legacy(client: MlflowClient, run_id: str) -> None:
    """A model as MLflow 2 kept it: among the run's artifacts, with a tag that tells of it."""
    client.log_text(run_id, _LEGACY_MLMODEL, "model/MLmodel")
    client.log_text(run_id, "trees", "model/model.xgb")
    history = [{"run_id": run_id, "artifact_path": "model", "utc_time_created": "2024-01-01 00:00:00.0", "flavors": {}}]
    client.set_tag(run_id, "mlflow.log-model.history", json.dumps(history))


def register(client: MlflowClient, model: str, source: str, made: dict, aliases: list[str]) -> str:
    if not client.search_registered_models(f"name = '{model}'"):
        client.create_registered_model(model)
    if source.startswith("runs:/"):
        source = f"{client.get_run(made['run_id']).info.artifact_uri}/model"
    made_version = client.create_model_version(model, source, made.get("run_id"), model_id=made.get("model_id"))
    version = str(made_version.version)
    for alias in aliases:
        client.set_registered_model_alias(model, alias, version)
    return version


if __name__ == "__main__":
    output = seed(sys.argv[1], json.load(sys.stdin))
    Path(sys.argv[2]).write_text(json.dumps(output), encoding="utf-8")
