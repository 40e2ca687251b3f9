"""The frozen facts beside an overlay: which run, data, code and image a model in an environment comes from."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gitops_gen.errors import RefusedError
from gitops_gen.evidence_checksums import write_checksums
from gitops_gen.evidence_verdicts import read_number, read_verdict, write_number, write_verdict
from gitops_gen.model import Metric, Override, Release, RolledBack, Signature, SignatureField, Verdict
from gitops_gen.names import Digest, EnvironmentName, RunId, strip_credentials

_OWN_KEYS = frozenset({"program", "hash", "checksums"})
"""What is said of the evidence itself, not of the release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An evidence.yaml; `data` has the shape of schemas/evidence.schema.json."""

    data: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """What is deployed: the image's digest, or the artifact's for a prepackaged server."""
        image = self.data.get("image")
        return str(image["digest"] if image else self.data["model"]["contentHash"])

    @property
    def run_id(self) -> str:
        """The run it was promoted from."""
        return str(self.data["run"]["id"])

    @property
    def version(self) -> str:
        """The model version; empty for a run that is not registered."""
        return str(self.data["model"].get("version", ""))

    @property
    def metrics(self) -> Mapping[str, float]:
        """The last value of each metric; what is not a finite number reads as NaN."""
        return {name: read_number(point["value"]) for name, point in self.data["run"]["metrics"].items()}

    @property
    def parameters(self) -> Mapping[str, str]:
        """The run's parameters."""
        return dict(self.data["run"]["parameters"])

    @property
    def requirements(self) -> tuple[str, ...]:
        """What the model asks of Python packages, a line each."""
        return tuple(map(str, self.data["model"].get("requirements", ())))

    @property
    def overrides(self) -> tuple[Override, ...]:
        """The rules that were set aside for it."""
        entries = self.data["overrides"]
        return tuple(Override(rule=e["rule"], reason=e["reason"], by=e.get("by", "")) for e in entries)

    @property
    def rolled_back(self) -> tuple[RolledBack, ...]:
        """The releases that were taken out of the environment again, the latest at the end."""
        return tuple(
            RolledBack(
                digest=e["digest"],
                run_id=RunId(e["run"]),
                version=e.get("version", ""),
                reason=e["reason"],
                by=e.get("by", ""),
            )
            for e in self.data.get("rolledBack", ())
        )

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What the gates said of it."""
        return tuple(read_verdict(entry) for entry in self.data["gates"])

    @property
    def intact(self) -> bool:
        """False if anything was changed since it was written."""
        return self.data.get("hash") == hash_evidence(self.data)


def build_evidence(
    *,
    release: Release,
    environment: EnvironmentName,
    verdicts: Sequence[Verdict] = (),
    overrides: Sequence[Override],
    rolled_back: Sequence[RolledBack] = (),
    program: str,
) -> Evidence:
    """The evidence of a promotion; `program` is the name and version that goes into it.

    `rolled_back` is what the environment remembers; the release that comes into it now is left out.
    """
    data: dict[str, Any] = {
        **describe_release(release, environment),
        "gates": [write_verdict(verdict) for verdict in sorted(verdicts, key=lambda v: v.gate)],
        "overrides": [
            _drop_empty({"rule": override.rule, "reason": override.reason, "by": override.by})
            for override in sorted(overrides, key=lambda o: (o.rule, o.reason))
        ],
        "program": program,
        **describe_rolled_back(entry for entry in rolled_back if entry.digest != release_digest(release)),
    }
    return seal_evidence(_strip(data))


def seal_evidence(data: Mapping[str, Any]) -> Evidence:
    """Evidence of `data`, with the hash and the checksums that fit."""
    sealed = {key: value for key, value in data.items() if key != "checksums"}
    if checksums := write_checksums(sealed):
        sealed["checksums"] = checksums
    return Evidence(data={**sealed, "hash": hash_evidence(sealed)})


def describe_rolled_back(entries: Iterable[RolledBack]) -> dict[str, Any]:
    """What evidence says of the releases that were taken out again; nothing where there are none."""
    described = [
        _drop_empty(
            {
                "digest": entry.digest,
                "run": entry.run_id,
                "version": entry.version,
                "reason": strip_credentials(entry.reason),
                "by": entry.by,
            }
        )
        for entry in entries
    ]
    return {"rolledBack": described} if described else {}


def release_digest(release: Release) -> str:
    """What is deployed: the image's digest, or the model artifact's for a prepackaged server.

    Raises:
        RefusedError: there is neither.
    """
    if release.image is not None:
        return release.image.digest
    if release.run.model is not None and release.run.model.content_hash is not None:
        return release.run.model.content_hash
    raise RefusedError(
        f"run {release.run.run_id} has no image, and its model artifact cannot be read to take its hash",
        hint="tie an image to it with gitops-gen record-image, or give access to the artifact store",
    )


def describe_release(release: Release, environment: EnvironmentName) -> dict[str, Any]:
    """What evidence says of a release, before any gate has looked at it; passwords in URLs are still there."""
    run, image = release.run, release.image
    data: dict[str, Any] = {
        "version": 1,
        "environment": environment,
        "model": _describe_model(release),
        "run": {
            "id": run.run_id,
            "name": run.name,
            "experiment": {"id": run.experiment_id, "name": run.experiment_name},
            "status": run.status,
            "parameters": dict(sorted(run.params.items())),
            "metrics": {metric.name: _describe_metric(metric) for metric in run.metrics},
            "datasets": [
                _drop_empty(
                    {
                        "name": dataset.name,
                        "digest": dataset.digest,
                        "context": dataset.context,
                        "sourceType": dataset.source_type,
                        "source": dataset.source,
                    }
                )
                for dataset in sorted(run.datasets, key=lambda d: (d.name, d.digest, d.context))
            ],
        },
        "source": _drop_empty(
            {
                "repository": run.source.repository,
                "commit": run.source.commit,
                "branch": run.source.branch,
                "dirty": run.source.dirty,
            }
        ),
    }
    if image is not None:
        data["image"] = _drop_empty(
            {
                "name": image.name,
                "tag": image.tag,
                "digest": image.digest,
                "platforms": list(image.platforms),
                "source": image.source,
                "revision": image.revision,
            }
        )
    return data


def hash_evidence(data: Mapping[str, Any]) -> Digest:
    """sha256 over the canonical JSON (sorted keys, no spaces, ASCII) of everything but `hash`."""
    body = {key: value for key, value in data.items() if key != "hash"}
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Digest("sha256:" + hashlib.sha256(canonical.encode()).hexdigest())


def keep_if_same(champion: Evidence | None, challenger: Evidence) -> Evidence:
    """The champion where both differ in the program's version alone, so that an upgrade makes no promotion."""
    if champion is None or not champion.intact:
        return challenger
    left, right = ({k: v for k, v in e.data.items() if k not in _OWN_KEYS} for e in (champion, challenger))
    return champion if left == right else challenger


def _strip(value: Any) -> Any:  # noqa: ANN401 - any part of the evidence
    """`value` with no password left in any URL: the evidence is committed."""
    match value:
        case Mapping():
            return {strip_credentials(key): _strip(item) for key, item in value.items()}
        case list():
            return [_strip(item) for item in value]
        case str():
            return strip_credentials(value)
        case _:
            return value


def _describe_model(release: Release) -> dict[str, Any]:
    run, model, version = release.run, release.run.model, release.run.version
    described: dict[str, Any] = {"name": release.model}
    if version is not None:
        described |= {"registered": version.name, "version": version.version}
    if model is not None:
        described |= {
            "id": model.model_id if model.model_id not in model.uri else "",
            "uri": model.uri,
            "flavor": model.flavor,
            "pythonVersion": model.python_version,
            "mlflowVersion": model.mlflow_version or run.tags.get("mlflow.version", ""),
            "requirements": list(model.requirements),
            "contentHash": model.content_hash,
            "signature": _describe_signature(model.signature),
        }
    return _drop_empty(described)


def _describe_signature(signature: Signature | None) -> dict[str, Any] | None:
    if signature is None:
        return None
    parts = {"inputs": signature.inputs, "outputs": signature.outputs, "params": signature.params}
    return {name: [_describe_field(field) for field in fields] for name, fields in parts.items() if fields}


def _describe_field(field: SignatureField) -> dict[str, Any]:
    described: dict[str, Any] = {"name": field.name, "type": field.type}
    if field.shape is not None:
        described["shape"] = list(field.shape)
    if not field.required:
        described["required"] = False
    return described


def _describe_metric(metric: Metric) -> dict[str, Any]:
    described: dict[str, Any] = {"value": write_number(metric.last.value)}
    if metric.last.step or metric.lowest != metric.highest:
        described["step"] = metric.last.step
    for name, point in (("lowest", metric.lowest), ("highest", metric.highest)):
        if metric.lowest != metric.highest:
            described[name] = {"value": write_number(point.value), "step": point.step}
    return described


def _drop_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", False, [], {})}
