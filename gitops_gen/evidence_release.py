"""The release that evidence is about: what can be rendered, and promoted, again."""

from collections.abc import Mapping, Sequence
from typing import Any

from gitops_gen.evidence import Evidence
from gitops_gen.evidence_verdicts import read_number
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
from gitops_gen.names import Digest, ModelName, RunId


def read_release(evidence: Evidence) -> Release:
    """The release; what evidence leaves out (tags, aliases, the run's page) is empty."""
    data = evidence.data
    image, model, run, source = data.get("image"), data["model"], data["run"], data["source"]
    return Release(
        model=ModelName(model["name"]),
        run=Run(
            run_id=RunId(run["id"]),
            name=run["name"],
            status=run["status"],
            experiment_id=run["experiment"]["id"],
            experiment_name=run["experiment"]["name"],
            params=dict(run["parameters"]),
            metrics=tuple(_read_metric(name, entry) for name, entry in sorted(run["metrics"].items())),
            datasets=tuple(_read_dataset(entry) for entry in run["datasets"]),
            source=SourceCode(
                repository=source.get("repository", ""),
                commit=source.get("commit", ""),
                branch=source.get("branch", ""),
                dirty=source.get("dirty", False),
            ),
            model=_read_model(model),
            version=ModelVersion(name=model["registered"], version=model["version"]) if "version" in model else None,
        ),
        image=_read_image(image) if image else None,
    )


def _read_image(image: Mapping[str, Any]) -> Image:
    return Image(
        name=image["name"],
        digest=Digest(image["digest"]),
        tag=image.get("tag"),
        platforms=tuple(image.get("platforms", ())),
        source=image.get("source", ""),
        revision=image.get("revision", ""),
    )


def _read_dataset(entry: Mapping[str, Any]) -> Dataset:
    return Dataset(
        name=entry.get("name", ""),
        digest=entry.get("digest", ""),
        source_type=entry.get("sourceType", ""),
        source=entry.get("source", ""),
        context=entry.get("context", ""),
    )


def _read_metric(name: str, entry: Mapping[str, Any]) -> Metric:
    last = MetricPoint(value=_read_value(entry["value"]), step=entry.get("step", 0))
    lowest, highest = (
        MetricPoint(value=_read_value(entry[key]["value"]), step=entry[key]["step"]) if key in entry else last
        for key in ("lowest", "highest")
    )
    return Metric(name=name, last=last, lowest=lowest, highest=highest)


def _read_value(value: object) -> float:
    return float(value) if isinstance(value, str) else read_number(value)


def _read_model(model: Mapping[str, Any]) -> LoggedModel | None:
    if "uri" not in model:
        return None
    return LoggedModel(
        uri=model["uri"],
        model_id=model.get("id", ""),
        flavor=model.get("flavor", ""),
        python_version=model.get("pythonVersion", ""),
        mlflow_version=model.get("mlflowVersion", ""),
        requirements=tuple(model.get("requirements", ())),
        signature=_read_signature(model.get("signature")),
        content_hash=Digest(model["contentHash"]) if "contentHash" in model else None,
    )


def _read_signature(signature: Mapping[str, Any] | None) -> Signature | None:
    if signature is None:
        return None
    return Signature(**{part: _read_fields(signature.get(part, ())) for part in ("inputs", "outputs", "params")})


def _read_fields(fields: Sequence[Mapping[str, Any]]) -> tuple[SignatureField, ...]:
    return tuple(
        SignatureField(
            name=field["name"],
            type=field["type"],
            shape=tuple(field["shape"]) if "shape" in field else None,
            required=field.get("required", True),
        )
        for field in fields
    )
