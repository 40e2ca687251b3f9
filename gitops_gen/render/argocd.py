"""What tells Argo CD of a model: an Application for each, or one ApplicationSet for an environment."""

import json
from collections.abc import Mapping

from gitops_gen.names import ModelName
from gitops_gen.ownership import stamp
from gitops_gen.render.annotations import ENVIRONMENT, MODEL
from gitops_gen.render.environment import SUFFIX, Templates
from gitops_gen.settings import Environment, Settings

# Go template of an ApplicationSet: the second folder of models/<model>/overlays/<environment>.
_MODEL_OF_PATH = "{{ index .path.segments 1 }}"
_PATH = "{{ .path.path }}"


def application_path(settings: Settings, model: ModelName, environment: Environment) -> str:
    """Where the model's Application, or the environment's ApplicationSet, stands in the repository."""
    name = "applicationset" if settings.argocd.layout == "applicationset" else model
    return f"argocd/{environment.name}/{name}.yaml"


def render_application(settings: Settings, model: ModelName, environment: Environment, templates: Templates) -> str:
    """The file at `application_path`, stamped.

    Raises:
        ConfigError: a team's template fails.
    """
    if settings.argocd.layout == "applicationset":
        values = _list_values(settings, _MODEL_OF_PATH, environment, path=_PATH) | {
            "set_name": f"models-{environment.name}",
            "directories": f"models/*/overlays/{environment.name}",
        }
        return _render(f"argocd/applicationset.yaml{SUFFIX}", values, templates)
    values = _list_values(settings, model, environment, path=f"models/{model}/overlays/{environment.name}")
    return _render(f"argocd/application.yaml{SUFFIX}", values, templates)


def _render(name: str, values: Mapping[str, object], templates: Templates) -> str:
    return stamp(templates.render(name, values), settings=json.dumps(values, sort_keys=True))


def _list_values(settings: Settings, model: str, environment: Environment, *, path: str) -> dict[str, object]:
    return {
        "name": f"{model}-{environment.name}",
        "labels": {MODEL: model, ENVIRONMENT: environment.name},
        "argocd_namespace": settings.argocd.namespace,
        "project": settings.argocd.project,
        "repository_url": settings.repository_url,
        "base_branch": settings.base_branch,
        "path": path,
        "cluster": environment.cluster,
        "namespace": environment.namespace,
        "sync": {
            "automated": environment.sync.automated,
            "prune": environment.sync.prune,
            "self_heal": environment.sync.self_heal,
        },
    }
