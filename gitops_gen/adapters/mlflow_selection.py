"""From what a person names (run id, version, alias, best of an experiment) to the one MLflow run that is meant."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_gen.adapters.mlflow_best import deleted_experiment, find_best
from gitops_gen.adapters.mlflow_hints import list_known, propose
from gitops_gen.adapters.mlflow_store import MlflowStore
from gitops_gen.errors import InvalidValueError, NotFoundError, RefusedError
from gitops_gen.model import RunSelector
from gitops_gen.names import parse_run_id, show

if TYPE_CHECKING:
    from mlflow.entities import Experiment
    from mlflow.entities import Run as MlflowRun
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The run that is meant and, if it is registered, its model version."""

    run: "MlflowRun"
    experiment: "Experiment"
    version: "MlflowVersion | None"
    warnings: tuple[str, ...] = ()


def select_run(store: MlflowStore, selector: RunSelector) -> Selection:
    """The run that `selector` means.

    Raises:
        NotFoundError: what is named is not there, or is deleted.
        RefusedError: the version comes from no run, two runs tie for the best, or its metric is NaN.
        InvalidValueError: MLflow does not accept the filter, or the selector names nothing.
    """
    match selector:
        case RunSelector(run_id=str() as run_id):
            return _select_by_id(store, run_id)
        case RunSelector(model=str() as model, alias=str() as alias):
            return _select_by_version(store, model, _find_aliased(store, model, alias))
        case RunSelector(model=str() as model, version=str() as version):
            return _select_by_version(store, model, version)
        case RunSelector(experiment=str() as experiment, best=str() as metric):
            run_id, warnings = find_best(store, experiment, metric, lowest=selector.lowest, filter_text=selector.filter)
            selection = _select_by_id(store, run_id)
            return replace(selection, warnings=(*warnings, *selection.warnings))
        case _:
            raise InvalidValueError(
                "it is not said which run is meant",
                hint="give a run id, models:/NAME/VERSION, models:/NAME@ALIAS, or --experiment with --best",
            )


def _select_by_id(store: MlflowStore, run_id: str) -> Selection:
    run, experiment = _fetch_active_run(store, run_id)
    version, warnings = _find_version_of_run(store, run_id)
    return Selection(run=run, experiment=experiment, version=version, warnings=warnings)


def _select_by_version(store: MlflowStore, model: str, version: str) -> Selection:
    found = _fetch_version(store, model, version)
    if not found.run_id:
        raise RefusedError(
            f"version {version} of model {show(model)} comes from no run: nothing vouches for it",
            hint="register the model from the run that made it, or promote that run by its id",
        )
    run, experiment = _fetch_active_run(store, parse_run_id(found.run_id))
    return Selection(run=run, experiment=experiment, version=found, warnings=_check_version(found))


def _fetch_active_run(store: MlflowStore, run_id: str) -> "tuple[MlflowRun, Experiment]":
    run = store.ask(f"run {show(run_id)}", store.client.get_run, run_id)
    experiment = store.ask(
        f"experiment {show(run.info.experiment_id)}", store.client.get_experiment, run.info.experiment_id
    )
    if experiment.lifecycle_stage != "active":
        raise deleted_experiment(store, experiment.name)
    if run.info.lifecycle_stage != "active":
        raise NotFoundError(
            f"run {show(run_id)} is deleted in MLflow at {store.address}",
            hint=f"to bring it back: mlflow runs restore --run-id {run_id}",
        )
    return run, experiment


def _fetch_version(store: MlflowStore, model: str, version: str) -> "MlflowVersion":
    if not (version.isascii() and version.isdigit()):
        raise InvalidValueError(
            f"{show(version)} is not a version of a model: versions are numbers",
            hint="give models:/NAME/VERSION, or models:/NAME@ALIAS for an alias",
        )
    try:
        return store.ask(f"version {version} of model {show(model)}", store.client.get_model_version, model, version)
    except NotFoundError as error:
        _fetch_aliases(store, model)  # says it if the model itself is not there
        versions = sorted((int(v) for v in _list_versions(store, model)), reverse=True)
        raise NotFoundError(error.message, hint=list_known(str(v) for v in versions)) from error


def _find_aliased(store: MlflowStore, model: str, alias: str) -> str:
    aliases = _fetch_aliases(store, model)
    if alias not in aliases:
        raise NotFoundError(
            f"model {show(model)} in MLflow at {store.address} has no alias {show(alias)}",
            hint=list_known(sorted(aliases)) or "it has no alias at all; give models:/NAME/VERSION",
        )
    return aliases[alias]


def _fetch_aliases(store: MlflowStore, model: str) -> dict[str, str]:
    """The aliases of a registered model with the version that each stands for."""
    try:
        registered = store.ask(f"registered model {show(model)}", store.client.get_registered_model, model)
    except NotFoundError as error:
        names = store.ask("registered models", store.client.search_registered_models, max_results=_PAGE)
        raise NotFoundError(error.message, hint=propose(model, [m.name for m in names])) from error
    return {alias: str(version) for alias, version in registered.aliases.items()}


def _list_versions(store: MlflowStore, model: str) -> list[str]:
    quote = '"' if "'" in model else "'"
    found = store.ask(
        f"versions of {show(model)}", store.client.search_model_versions, f"name = {quote}{model}{quote}", _PAGE
    )
    return [str(version.version) for version in found]


def _find_version_of_run(store: MlflowStore, run_id: str) -> "tuple[MlflowVersion | None, tuple[str, ...]]":
    """The newest version that was registered from the run; none where several models were."""
    found = store.ask(f"versions from run {show(run_id)}", store.client.search_model_versions, f"run_id = '{run_id}'")
    newest: dict[str, int] = {}
    for version in found:
        newest[version.name] = max(newest.get(version.name, 0), int(version.version))
    if len(newest) > 1:
        named = ", ".join(f"models:/{name}/{number}" for name, number in sorted(newest.items()))
        return None, (f"run {run_id} is registered as more than one model; promote one of {named} to say which",)
    for name, number in newest.items():
        # A search does not tell the aliases.
        version = _fetch_version(store, name, str(number))
        return version, _check_version(version)
    return None, ()


def _check_version(version: "MlflowVersion") -> tuple[str, ...]:
    if version.status == "READY":
        return ()
    return (f"version {version.version} of model {show(version.name)} is not ready in MLflow: {version.status}",)
