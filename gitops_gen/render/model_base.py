"""A model's base/: what serves it and what watches it, from model.yaml."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from gitops_gen.names import ModelName
from gitops_gen.ownership import stamp
from gitops_gen.render.annotations import MODEL, REGISTERED_MODEL
from gitops_gen.render.environment import SUFFIX, Templates
from gitops_gen.render.monitoring import list_alerts, list_monitors, metrics_port
from gitops_gen.settings import Backend, ModelSettings

KUSTOMIZATION = "kustomization.yaml"
_SECTIONS = frozenset(["alerts", "monitoring", "resources"])
"""Settings that hold settings; other mappings, such as labels, are one value."""
SERVING: Mapping[Backend, str] = {"seldon": "seldondeployment.yaml", "kserve": "inferenceservice.yaml"}
"""The file that declares the server, by backend."""


def base_folder(model: ModelName) -> str:
    """The folder of a model's base in the repository."""
    return f"models/{model}/base"


def settings_text(model: ModelSettings) -> str:
    """What base/ depends on, as canonical text: the stamp of its files holds its hash.

    Defaults are left out, so that a setting that a later version adds makes no base stale.
    """
    plain = _drop_same(_to_plain(model), _to_plain(ModelSettings(name=model.name)))
    plain.pop("environment_replicas", None)  # those are the overlays'
    return json.dumps(plain, sort_keys=True)


def render_base(model: ModelSettings, templates: Templates) -> Mapping[str, str]:
    """The files of base/ by their path below it, each stamped.

    Raises:
        ConfigError: a team's template fails.
    """
    resources = [SERVING[model.backend], *list_monitors(model)]
    plain = _to_plain(model)
    own = {"app.kubernetes.io/name": model.name, MODEL: model.name}
    serving: Mapping[str, object] = {
        "model": plain,
        "labels": own,
        "annotations": {REGISTERED_MODEL: model.registered_model or model.name},
        "resources": {"limits": plain["resources"]["limits"], "requests": plain["resources"]["requests"]},
        "metrics_port": metrics_port(model),
    }
    watching: Mapping[str, object] = {
        "model": plain,
        "labels": {**model.monitoring.labels, **own},
        "alerts": [_to_plain(alert) for alert in list_alerts(model)],
    }
    values = dict.fromkeys(resources, watching) | {
        SERVING[model.backend]: serving,
        KUSTOMIZATION: {"model": plain, "resources": resources},
    }
    return {
        name: stamp(templates.render(f"model/{name}{SUFFIX}", given), settings=settings_text(model))
        for name, given in sorted(values.items())
    }


def render_model_settings(model: ModelSettings, templates: Templates) -> str:
    """A new model's model.yaml, with comments for the people who own it from then on."""
    plain = _to_plain(model)
    values = {
        "model": plain,
        "environments": {name: {"replicas": count} for name, count in model.environment_replicas.items()},
        "resources": plain["resources"],
    }
    return templates.render(f"model/model.yaml{SUFFIX}", values)


def _drop_same(given: Mapping[str, Any], default: Mapping[str, Any]) -> dict[str, Any]:
    different = {key: value for key, value in given.items() if key not in default or value != default[key]}
    return {
        key: _drop_same(value, default[key]) if isinstance(value, dict) and key in _SECTIONS else value
        for key, value in different.items()
    }


def _to_plain(value: object) -> Any:  # noqa: ANN401 - as deep as the settings
    """Dataclasses as dicts all the way down: what templates see and JSON can hold."""
    if is_dataclass(value):
        return {field.name: _to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _to_plain(item) for key, item in value.items()}
    return value
