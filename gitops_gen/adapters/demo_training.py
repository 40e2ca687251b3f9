"""Two small models, really trained and logged to MLflow, for the demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from gitops_gen.errors import ConfigError

EXPERIMENT = "tumour-screening"
MODEL = "tumour-screening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What one training run tries."""

    run_name: str
    params: Mapping[str, Any]
    """Arguments of scikit-learn's LogisticRegression."""
    scaled: bool


FIRST = Recipe(run_name="baseline", params={"C": 0.001, "max_iter": 5000}, scaled=False)
SECOND = Recipe(run_name="scaled-features", params={"C": 0.5, "max_iter": 5000}, scaled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training run leaves behind."""

    run_id: str
    version: str
    folder: Path
    """The logged model's files."""


def check_libraries() -> None:
    """Raises ConfigError if the demo's libraries are not installed; the hint says how to get them."""
    for library in ("mlflow.sklearn", "sklearn"):
        try:
            import_module(library)
        except ImportError as error:
            raise ConfigError(
                f"the demo trains a model and needs {error.name}", hint='pip install "gitops-gen[demo]"'
            ) from error


def train(recipe: Recipe, *, tracking_uri: str, artifacts: Path, source: str, commit: str) -> Trained:
    """Train on scikit-learn's own breast cancer data, log all of it, and register the model."""
    import mlflow
    import mlflow.sklearn
    from mlflow.data.pandas_dataset import from_pandas
    from mlflow.models import infer_signature
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    mlflow.set_tracking_uri(tracking_uri)
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        mlflow.create_experiment(EXPERIMENT, artifact_location=artifacts.as_uri())
    mlflow.set_experiment(EXPERIMENT)
    frame = load_breast_cancer(as_frame=True).frame.astype(float)
    columns = ["mean radius", "mean texture", "mean smoothness", "mean symmetry", "target"]
    training, validation = train_test_split(frame[columns], test_size=0.3, random_state=7)
    features = columns[:-1]
    classifier = LogisticRegression(**recipe.params)
    model = make_pipeline(StandardScaler(), classifier) if recipe.scaled else classifier
    tags = {"mlflow.source.git.repoURL": source, "mlflow.source.git.commit": commit, "mlflow.source.git.branch": "main"}
    with mlflow.start_run(run_name=recipe.run_name, tags=tags) as run:
        for name, data in (("training", training), ("validation", validation)):
            mlflow.log_input(from_pandas(data, name=f"tumours-{name}", targets="target"), context=name)
        model.fit(training[features], training["target"])
        chances = model.predict_proba(validation[features])[:, 1]
        mlflow.log_params({**recipe.params, "scaled": recipe.scaled})
        mlflow.log_metrics(
            {
                "val_accuracy": round(float(accuracy_score(validation["target"], chances > 0.5)), 4),  # noqa: PLR2004 - even odds
                "val_auc": round(float(roc_auc_score(validation["target"], chances)), 4),
                "val_log_loss": round(float(log_loss(validation["target"], chances)), 4),
            }
        )
        logged = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=infer_signature(validation[features], model.predict(validation[features])),
            registered_model_name=MODEL,
        )
    files = Path(mlflow.artifacts.download_artifacts(logged.model_uri))
    return Trained(run_id=run.info.run_id, version=str(logged.registered_model_version), folder=files)
