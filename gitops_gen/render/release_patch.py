"""The JSON 6902 patch by which an overlay puts a release into the base: one line for each fact, in a fixed order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gitops_gen.errors import RefusedError
from gitops_gen.model import Release
from gitops_gen.names import EnvironmentName, show, strip_credentials
from gitops_gen.render.annotations import CONTENT_HASH, DATASETS, MODEL_VERSION, RUN_ID, SOURCE_COMMIT, VERSION
from gitops_gen.render.quoting import quote
from gitops_gen.settings import Backend, ModelSettings

MARK = "# gitops-gen: release"
"""First line of the patch, by which it is found again; kustomize takes comments in an inline patch."""

_LABEL_LIMIT = 63
_VALUE_LIMIT = 2000
"""Characters of one annotation; Kubernetes allows 256 KiB for all of an object."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/*[^/\s]")
# Names that only MLflow resolves, and paths of the machine that trained.
_NOT_FOR_SERVERS = frozenset(["dbfs", "file", "mlflow-artifacts", "models", "runs"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The object that the patch changes, and where in it."""

    group: str
    version: str
    kind: str
    meta: str
    """JSON pointer to the mapping whose labels and annotations the controller copies to the pods."""
    replicas: tuple[str, ...]
    artifact: str
    """JSON pointer to the artifact's address, for a prepackaged server."""
    versioned: bool
    """True if metrics take their version from an annotation."""


TARGETS: Mapping[Backend, Target] = {
    "seldon": Target(
        group="machinelearning.seldon.io",
        version="v1",
        kind="SeldonDeployment",
        meta="/spec/predictors/0",
        replicas=("/spec/predictors/0/replicas",),
        artifact="/spec/predictors/0/graph/modelUri",
        # Seldon's executor v1.17 fills predictor_version from the predictor's annotation, not from its label.
        versioned=True,
    ),
    "kserve": Target(
        group="serving.kserve.io",
        version="v1beta1",
        kind="InferenceService",
        meta="/spec/predictor",
        replicas=("/spec/predictor/minReplicas", "/spec/predictor/maxReplicas"),
        artifact="/spec/predictor/model/storageUri",
        versioned=False,
    ),
}


def write_patch(model: ModelSettings, environment: EnvironmentName, release: Release) -> str:
    """The patch's text.

    Raises:
        RefusedError: a prepackaged server could not load the artifact from where it is.
    """
    target = TARGETS[model.backend]
    version = version_label(release)
    annotations = _list_facts(release) | ({VERSION: version} if target.versioned else {})
    lines = [_add(f"{target.meta}/annotations/{_escape(key)}", quote(annotations[key])) for key in sorted(annotations)]
    lines.append(_add(f"{target.meta}/labels/{VERSION}", quote(version)))
    replicas = model.environment_replicas.get(environment, model.replicas)
    # KServe reads a highest number of 0 as no limit.
    lines += [
        _add(path, str(max(replicas, 1) if path.endswith("/maxReplicas") else replicas)) for path in target.replicas
    ]
    if model.server != "container":
        lines.append(_add(target.artifact, quote(artifact_uri(release))))
    return "\n".join([MARK, *lines])


def version_label(release: Release) -> str:
    """The model version as a label value, or the beginning of the run id for a run that is not registered."""
    version = release.run.version.version if release.run.version else ""
    return _to_label(version) or _to_label(release.run.run_id[:12]) or "unknown"


def artifact_uri(release: Release) -> str:
    """Where a prepackaged server loads the model from.

    Raises:
        RefusedError: the run logged no model, or its address is one that only MLflow understands.
    """
    model = release.run.model
    if model is None:
        raise RefusedError(
            f"run {release.run.run_id} logged no model, and a prepackaged server has nothing else to load",
            hint="log the model in the run, or set `server: container` in model.yaml and record an image",
        )
    found = _SCHEME.match(model.uri)
    if found is None or found[1].lower() in _NOT_FOR_SERVERS:
        raise RefusedError(
            f"the model of run {release.run.run_id} is at {show(strip_credentials(model.uri))}, "
            "which a server in the cluster cannot read",
            hint="start `mlflow server` with --no-serve-artifacts --default-artifact-root s3://BUCKET/PATH, "
            "so that runs record where their models really are, and log the model again",
        )
    return strip_credentials(model.uri)


def _list_facts(release: Release) -> dict[str, str]:
    run = release.run
    facts = {
        RUN_ID: run.run_id,
        MODEL_VERSION: f"{run.version.name}/{run.version.version}" if run.version else "",
        SOURCE_COMMIT: run.source.commit,
        DATASETS: ", ".join(sorted({f"{dataset.name}={dataset.digest}" for dataset in run.datasets})),
        # An image carries its model, and its digest is in the pod already.
        CONTENT_HASH: (run.model.content_hash or "") if run.model and not release.image else "",
    }
    return {
        key: value if len(value) <= _VALUE_LIMIT else value[: _VALUE_LIMIT - 1] + "…"
        for key, value in facts.items()
        if value
    }


def _to_label(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:_LABEL_LIMIT].strip("-_.")


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _add(path: str, value: str) -> str:
    return f"- {{op: add, path: {path}, value: {value}}}"
