"""gitops-gen.yaml and model.yaml, parsed into settings; an error lists all that is wrong, each with line and key."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from gitops_gen.config_checks import check_model, check_settings
from gitops_gen.config_document import Document, read_document
from gitops_gen.config_problems import Problem, make_error
from gitops_gen.names import EnvironmentName, ModelName
from gitops_gen.settings import (
    Alerts,
    ArgocdSettings,
    Environment,
    ForgeSettings,
    MlflowSettings,
    ModelSettings,
    Monitoring,
    OpenDataHubSettings,
    PullRequestSettings,
    Resources,
    Settings,
    SyncPolicy,
)

SETTINGS_FILE = "gitops-gen.yaml"
"""The settings' place in the GitOps repository."""


def load_settings(text: str | bytes, path: str = SETTINGS_FILE) -> Settings:
    """What gitops-gen.yaml says; `path` names it in messages.

    Raises:
        ConfigError: it is not YAML or breaks its schema; one line `path:line:column: key: what` for each mistake.
    """
    document = read_document(text, path, schema="gitops-gen.schema.json")
    _refuse(document, check_settings(document.data))
    data: Mapping[str, Any] = document.data
    return Settings(
        repository_url=data["repository"]["url"],
        base_branch=data["repository"].get("baseBranch", "main"),
        environments=tuple(_make_environment(name, entry) for name, entry in data["environments"].items()),
        forge=ForgeSettings(**data.get("forge", {})),
        argocd=ArgocdSettings(**data.get("argocd", {})),
        mlflow=MlflowSettings(**_rename(data.get("mlflow", {}), trackingUri="tracking_uri", uiUrl="ui_url")),
        pull_request=_make_pull_request(data.get("pullRequest", {})),
        open_data_hub=OpenDataHubSettings(**data["openDataHub"]) if "openDataHub" in data else None,
        templates=data.get("templates", "").rstrip("/"),
        gates=data.get("gates", {}),
        model_defaults=data.get("modelDefaults", {}),
    )


def load_model_settings(
    text: str | bytes, path: str, name: ModelName, *, environments: Collection[str] | None = None
) -> ModelSettings:
    """What a model.yaml says; an empty one means the defaults. With `environments`, others are a mistake in it.

    Raises:
        ConfigError: as `load_settings`.
    """
    document = read_document(text, path, schema="model.schema.json", optional=True)
    _refuse(document, check_model(document.data, (), environments))
    return _make_model(name, document.data)


def default_model_settings(settings: Settings, name: ModelName, registered_model: str = "") -> ModelSettings:
    """The settings of a model that has no model.yaml yet: modelDefaults over the program's defaults."""
    return _make_model(name, {**settings.model_defaults, "registeredModel": registered_model})


def _refuse(document: Document, found: Iterable[Problem]) -> None:
    """Raise if there is a problem; at one key the schema's word comes before that of the checks."""
    told = {problem.keys for problem in document.problems}
    problems = (*document.problems, *(problem for problem in found if problem.keys not in told))
    if problems:
        raise make_error(document.path, document.tree, problems)


def _rename(data: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in data.items()}


def _make_environment(name: str, data: Mapping[str, Any]) -> Environment:
    return Environment(**{**data, "name": EnvironmentName(name), "sync": _make_sync(data.get("sync", {}))})


def _make_sync(data: Mapping[str, Any]) -> SyncPolicy:
    return SyncPolicy(**_rename(data, selfHeal="self_heal"))


def _make_pull_request(data: Mapping[str, Any]) -> PullRequestSettings:
    lists = {key: tuple(data[key]) for key in ("labels", "reviewers") if key in data}
    return PullRequestSettings(**_rename({**data, **lists}, autoMerge="auto_merge", imageUrl="image_url"))


def _make_model(name: ModelName, data: Mapping[str, Any]) -> ModelSettings:
    values = _rename(data, registeredModel="registered_model", serviceAccount="service_account")
    environments = values.pop("environments", {})
    replicas = {env: entry["replicas"] for env, entry in environments.items() if "replicas" in entry}
    gates = {env: entry["gates"] for env, entry in environments.items() if "gates" in entry}
    resources = {
        kind: {resource: str(quantity) for resource, quantity in quantities.items()}
        for kind, quantities in values.pop("resources", {}).items()
    }
    monitoring = values.pop("monitoring", {})
    alerts = _rename(
        monitoring.get("alerts", {}),
        errorRatio="error_ratio",
        latencyP99Seconds="latency_p99_seconds",
        noTrafficFor="no_traffic_for",
        runbookUrl="runbook_url",
    )
    return ModelSettings(
        **values,
        name=name,
        environment_replicas=replicas,
        environment_gates=gates,
        resources=Resources(**resources),
        monitoring=Monitoring(**{**monitoring, "alerts": Alerts(**alerts)}),
    )
