"""MLflow as the Tracking port: runs read from any store of MLflow, tags written back."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from gitops_gen.adapters.mlflow_artifacts import ArtifactFolder, describe_failure
from gitops_gen.adapters.mlflow_errors import strip_secrets
from gitops_gen.adapters.mlflow_images import find_images
from gitops_gen.adapters.mlflow_logged_models import read_model
from gitops_gen.adapters.mlflow_run import read_datasets, read_metrics, read_source, read_tags
from gitops_gen.adapters.mlflow_selection import select_run
from gitops_gen.adapters.mlflow_store import MlflowStore
from gitops_gen.errors import GitopsGenError, UnreachableError
from gitops_gen.model import ModelVersion, Run, RunSelector
from gitops_gen.names import Digest, parse_run_id

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

SIZE_LIMIT = 2 * 1024**3
"""Bytes of a model beyond which it is not downloaded to be hashed."""
TAG_VALUE_LIMIT = 5000
"""Characters of a tag's value that every MLflow accepts (older servers take 5,000, newer ones 8,000)."""
_TAGS_PER_REQUEST = 100


class TrackingMlflow:
    """An MLflow tracking server and model registry, read by mlflow-skinny's client.

    Credentials come from MLflow's own variables (MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME and _PASSWORD).
    """

    def __init__(
        self,
        tracking_uri: str,
        *,
        ui_url: str = "",
        registry_uri: str = "",
        size_limit: int = SIZE_LIMIT,
    ) -> None:
        """Nothing is read yet; `ui_url` is the address that people open, by default the tracking server's.

        Raises:
            ConfigError: `tracking_uri` is empty.
        """
        self._store = MlflowStore(tracking_uri, registry_uri=registry_uri)
        self._ui_url = strip_secrets(ui_url or (self._store.tracking_uri if self._store.is_http else "")).rstrip("/")
        self._size_limit = size_limit

    @property
    def address(self) -> str:
        """The tracking URI, without credentials."""
        return self._store.address

    def fetch_run(self, selector: RunSelector) -> Run:
        """The run that is meant, with its model; see `ports.Tracking`."""
        selection = select_run(self._store, selector)
        run, experiment = selection.run, selection.experiment
        metrics, metric_warnings = read_metrics(self._store, run)
        model, model_warnings = read_model(self._store, run, selection.version, size_limit=self._size_limit)
        tags = read_tags(run)
        return Run(
            run_id=parse_run_id(run.info.run_id),
            name=run.info.run_name or "",
            status=run.info.status,
            experiment_id=str(experiment.experiment_id),
            experiment_name=experiment.name,
            params=dict(run.data.params),
            metrics=metrics,
            tags=tags,
            datasets=read_datasets(run),
            source=read_source(tags),
            model=model,
            version=_make_version(selection.version) if selection.version else None,
            url=self._make_url(run),
            warnings=(*selection.warnings, *metric_warnings, *model_warnings),
        )

    def find_run(self, selector: RunSelector) -> Run:
        """The run that is meant, without what takes time to read; see `ports.Tracking`."""
        selection = select_run(self._store, selector)
        run, experiment = selection.run, selection.experiment
        return Run(
            run_id=parse_run_id(run.info.run_id),
            name=run.info.run_name or "",
            status=run.info.status,
            experiment_id=str(experiment.experiment_id),
            experiment_name=experiment.name,
            params=dict(run.data.params),
            tags=read_tags(run),
            version=_make_version(selection.version) if selection.version else None,
            url=self._make_url(run),
        )

    def record(self, run: Run, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Write `tags` on the run and its model version; a warning for each of the two where that failed."""
        values = {name: cut_tag_value(value) for name, value in sorted(tags.items())}
        if not values:
            return ()
        writes = {f"run {run.run_id}": partial(self._tag_run, run.run_id, values)}
        if run.version:
            named = f"version {run.version.version} of model {run.version.name}"
            writes[named] = partial(self._tag_version, run.version, values)
        warnings = []
        for named, write in writes.items():
            try:
                write()
            except GitopsGenError as error:
                reason = f"{error.message} ({error.hint})" if error.hint else error.message
                warnings.append(f"tags {', '.join(values)} were not written on {named}: {reason}")
        return tuple(warnings)

    def fetch_image_digests(self, run: Run) -> Mapping[str, frozenset[Digest]]:
        """For each OCI image (layout folder or tar) among the run's artifacts: artifact path to its digests."""
        found = self._store.ask(f"run {run.run_id!r}", self._store.client.get_run, run.run_id)
        folder = ArtifactFolder(self._store, str(found.info.artifact_uri))
        try:
            return find_images(folder)
        except GitopsGenError:
            raise
        except Exception as error:  # each kind of storage has a library with errors of its own
            raise UnreachableError(
                f"the artifacts of run {run.run_id} at {folder.public_uri} cannot be read: {describe_failure(error)}"
            ) from error

    def _make_url(self, run: "MlflowRun") -> str:
        return f"{self._ui_url}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}" if self._ui_url else ""

    def _tag_run(self, run_id: str, values: Mapping[str, str]) -> None:
        client = self._store.client
        from mlflow.entities import RunTag

        entities = [RunTag(name, value) for name, value in values.items()]
        for start in range(0, len(entities), _TAGS_PER_REQUEST):
            batch = entities[start : start + _TAGS_PER_REQUEST]
            self._store.ask(f"tags on run {run_id}", client.log_batch, run_id, tags=batch, synchronous=True)

    def _tag_version(self, version: ModelVersion, values: Mapping[str, str]) -> None:
        client = self._store.client
        for name, value in values.items():
            self._store.ask(
                f"tag {name} on the model version",
                client.set_model_version_tag,
                version.name,
                version.version,
                name,
                value,
            )


def cut_tag_value(value: str) -> str:
    """`value` as every MLflow store takes it: no NUL (PostgreSQL refuses it), cut with a visible mark."""
    clean = value.replace("\0", "")
    return clean if len(clean) <= TAG_VALUE_LIMIT else clean[: TAG_VALUE_LIMIT - 1] + "…"


def _make_version(version: "MlflowVersion") -> ModelVersion:
    return ModelVersion(
        name=version.name,
        version=str(version.version),  # a str over http, an int on SQLite
        aliases=tuple(sorted(version.aliases)),
        tags=dict(version.tags),
    )
