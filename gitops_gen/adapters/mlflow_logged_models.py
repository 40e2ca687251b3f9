"""Which model a run logged, where its files are, and what they say; for models of MLflow 3 and of MLflow 2."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from gitops_gen.adapters.mlflow_artifacts import ArtifactFolder, Entry, describe_failure, hash_folder
from gitops_gen.adapters.mlflow_model import parse_mlmodel, parse_requirements
from gitops_gen.adapters.mlflow_store import MlflowStore
from gitops_gen.errors import ConfigError, NotFoundError
from gitops_gen.model import LoggedModel
from gitops_gen.names import Digest

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

_HISTORY_TAG = "mlflow.log-model.history"
_MODEL_ID = re.compile(r"models:/(m-[0-9A-Za-z]+)")
_REGISTERED = re.compile(r"models:/([^/@]+)/([0-9]+)")
_RUN_PATH = re.compile(r"runs:/([^/]+)/(.+)")
_COPIES = 5
_DESCRIPTION = "MLmodel"
_REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlace:
    """Where a model's files are."""

    uri: str
    model_id: str = ""
    name: str = ""


def read_model(
    store: MlflowStore, run: "MlflowRun", version: "MlflowVersion | None", *, size_limit: int
) -> tuple[LoggedModel | None, tuple[str, ...]]:
    """The model of the version or, without one, of the run; with a warning for each thing that could not be read."""
    try:
        place, warnings = find_model(store, run, version)
    except NotFoundError as error:
        return None, (f"the logged model is not there any more: {error.message}",)
    if place is None:
        return None, warnings
    model, more = read_place(store, place, size_limit=size_limit)
    return model, (*warnings, *more)


def find_model(
    store: MlflowStore, run: "MlflowRun", version: "MlflowVersion | None"
) -> tuple[ModelPlace | None, tuple[str, ...]]:
    """Where the model is: what the version points at, else what the run logged last.

    Raises:
        NotFoundError: the version points at something that is gone.
    """
    if version is not None and version.source:
        return _follow(store, str(version.source), run), ()
    outputs = list(run.outputs.model_outputs) if run.outputs else []
    if outputs:
        return _find_output(store, outputs)
    return _find_artifact(store, run)


def read_place(store: MlflowStore, place: ModelPlace, *, size_limit: int) -> tuple[LoggedModel, tuple[str, ...]]:
    """What the files at `place` say, and their hash; larger than `size_limit` bytes they are not brought here."""
    folder = ArtifactFolder(store, place.uri)
    model = LoggedModel(uri=folder.public_uri, model_id=place.model_id, name=place.name)
    try:
        with TemporaryDirectory(prefix="gitops-gen-") as temporary:
            files, warnings = _read_files(folder, Path(temporary), size_limit)
    except Exception as error:  # noqa: BLE001 - each kind of storage has a library with errors of its own
        reason = folder.explain_missing() or describe_failure(error)
        return model, (f"the model at {model.uri} cannot be read, so its hash is unknown: {reason}",)
    try:
        model = parse_mlmodel(files.description, uri=model.uri, model_id=model.model_id, name=model.name)
    except ConfigError as error:
        warnings = (*warnings, f"flavor and signature of the model at {model.uri} are unknown: {error.message}")
    requirements = parse_requirements(files.requirements)
    return replace(model, requirements=requirements, content_hash=files.content_hash), warnings


class _Files(NamedTuple):
    """What is read of a model's files; texts of files that are not there are empty."""

    description: str
    """MLmodel."""
    requirements: str
    """requirements.txt."""
    content_hash: Digest | None


def _read_files(folder: ArtifactFolder, target: Path, size_limit: int) -> tuple[_Files, tuple[str, ...]]:
    """What the files say, the hash of all, and a warning if they are too large to be hashed."""
    files = folder.list_files()
    if not files:
        raise FileNotFoundError("there are no files")
    named = {file.path for file in files}
    size = sum(file.size or 0 for file in files)
    if size > size_limit and folder.local is None:
        description, requirements = (
            _read_text(folder.bring(name, target)) if name in named else "" for name in (_DESCRIPTION, _REQUIREMENTS)
        )
        warning = f"the model at {folder.public_uri} was not hashed: it has {size} bytes, more than {size_limit}"
        return _Files(description, requirements, None), (warning,)
    here = folder.bring("", target)
    _check_complete(here, files)
    description, requirements = (
        _read_text(here / name) if name in named else "" for name in (_DESCRIPTION, _REQUIREMENTS)
    )
    return _Files(description, requirements, hash_folder(here)), ()


def _read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace" if path.name == _REQUIREMENTS else "strict")


def _follow(store: MlflowStore, source: str, run: "MlflowRun") -> ModelPlace:
    """The storage that a version's source leads to, through copies of versions, logged models and run paths."""
    for _ in range(_COPIES):
        if found := _MODEL_ID.fullmatch(source):
            return _find_logged_model(store, found[1])
        if found := _RUN_PATH.fullmatch(source):
            source_run = (
                run if found[1] == run.info.run_id else store.ask(f"run {found[1]!r}", store.client.get_run, found[1])
            )
            return _place_artifact(source_run, found[2])
        if not (found := _REGISTERED.fullmatch(source)):
            break
        copied = store.ask(f"model version {source}", store.client.get_model_version, found[1], found[2])
        source = str(copied.source)
    for output in run.outputs.model_outputs if run.outputs else ():
        # A version may be registered by the storage of a logged model instead of its id.
        place = _find_logged_model(store, output.model_id)
        if place.uri.rstrip("/") == source.rstrip("/"):
            return place
    root = str(run.info.artifact_uri).rstrip("/")
    name = source.removeprefix(f"{root}/") if source.startswith(f"{root}/") else source.rstrip("/").rpartition("/")[2]
    return ModelPlace(uri=source, name=name)


def _find_output(store: MlflowStore, outputs: list[Any]) -> tuple[ModelPlace | None, tuple[str, ...]]:
    """The last model that the run logged, by step and then by time; MLflow 3."""
    models = {}
    warnings = []
    for output in outputs:
        try:
            model = store.ask(f"logged model {output.model_id}", store.client.get_logged_model, output.model_id)
        except NotFoundError as error:
            warnings.append(f"the run logged a model that is not there any more: {error.message}")
            continue
        models[output.step, int(model.creation_timestamp), model.model_id] = model
    if not models:
        return None, tuple(warnings)
    last = models[max(models)]
    if len(models) > 1:
        named = ", ".join(sorted(f"{m.name} ({m.model_id})" for m in models.values()))
        warnings.append(f"the run logged {len(models)} models: {named}; the last, {last.model_id}, is taken")
    return _place_logged_model(last), tuple(warnings)


def _find_logged_model(store: MlflowStore, model_id: str) -> ModelPlace:
    return _place_logged_model(store.ask(f"logged model {model_id}", store.client.get_logged_model, model_id))


def _place_logged_model(model: Any) -> ModelPlace:  # noqa: ANN401 - mlflow is imported where it is used
    return ModelPlace(uri=str(model.artifact_location), model_id=str(model.model_id), name=str(model.name or ""))


def _find_artifact(store: MlflowStore, run: "MlflowRun") -> tuple[ModelPlace | None, tuple[str, ...]]:
    """The model that stands among the run's artifacts; MLflow 2."""
    try:
        paths = read_history(run.data.tags.get(_HISTORY_TAG, "")) or _search_artifacts(
            ArtifactFolder(store, str(run.info.artifact_uri))
        )
    except Exception as error:  # noqa: BLE001 - each kind of storage has a library with errors of its own
        return None, (
            f"the run's artifacts cannot be listed, and perhaps a model with them: {describe_failure(error)}",
        )
    if not paths:
        return None, ()
    warnings: tuple[str, ...] = ()
    if len(paths) > 1:
        warnings = (f"the run logged {len(paths)} models: {', '.join(paths)}; the last, {paths[-1]}, is taken",)
    return _place_artifact(run, paths[-1]), warnings


def _place_artifact(run: "MlflowRun", path: str) -> ModelPlace:
    return ModelPlace(uri=f"{str(run.info.artifact_uri).rstrip('/')}/{path}".rstrip("/"), name=path)


def read_history(text: str) -> list[str]:
    """The artifact paths in the tag that MLflow 2 keeps of logged models, the latest last, each once."""
    try:
        entries = json.loads(text)
        ordered = sorted(entries, key=lambda entry: str(entry.get("utc_time_created", "")))
        paths = [str(entry["artifact_path"]).strip("/") for entry in ordered]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []
    inside = [path for path in paths if ".." not in path.split("/")]
    return list(dict.fromkeys(reversed(inside)))[::-1]


def _search_artifacts(folder: ArtifactFolder) -> list[str]:
    """The folders with an MLmodel file, looked for one level deep."""
    folders = [entry.path for entry in folder.list_entries() if entry.is_folder]
    return [path for path in folders if any(entry.name == _DESCRIPTION for entry in folder.list_entries(path))]


def _check_complete(folder: Path, files: list[Entry]) -> None:
    for file in files:
        size = (folder / file.path).stat().st_size
        if file.size is not None and size != file.size:
            raise OSError(f"{file.path} has {size} bytes here and {file.size} in the store")
