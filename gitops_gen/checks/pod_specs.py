"""Where pods are described in objects of each kind, and the containers in them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys, Resource, once_per_object
from gitops_gen.checks.values import as_list, as_mapping

_TEMPLATE: Keys = ("spec", "template")
_TEMPLATES: dict[tuple[str, str], Keys] = {
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("", "ReplicationController"): _TEMPLATE,
    ("", "Pod"): (),
    ("", "PodTemplate"): ("template",),
    ("batch", "Job"): _TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("argoproj.io", "Rollout"): _TEMPLATE,
    ("apps.openshift.io", "DeploymentConfig"): _TEMPLATE,
    ("kubeflow.org", "Notebook"): _TEMPLATE,
    ("serving.knative.dev", "Service"): _TEMPLATE,
    ("serving.kserve.io", "ServingRuntime"): (),
    ("serving.kserve.io", "ClusterServingRuntime"): (),
}
"""Kind, and the way to what has the pod's metadata and spec."""
_KSERVE = "serving.kserve.io"
_COMPONENTS = ("predictor", "transformer", "explainer")
_SELDON = "machinelearning.seldon.io"
_LISTS = ("initContainers", "containers", "ephemeralContainers")
Container = tuple[Keys, dict[str, Any]]
"""A container, with the way to it from the root of the object."""


class PodTemplate(NamedTuple):
    """A pod as an object describes it."""

    keys: Keys
    """The way to its spec from the root of the object."""
    spec: dict[str, Any]
    metadata_keys: Keys
    metadata: dict[str, Any]
    containers: tuple[Container, ...]
    """Those that start first, those that stay, and those for debugging."""

    def list_staying(self) -> list[Container]:
        """The containers that stay: neither those that start first nor those for debugging."""
        return [(keys, container) for keys, container in self.containers if keys[-2] == "containers"]


@once_per_object
def list_pod_templates(resource: Resource) -> tuple[PodTemplate, ...]:
    """The pods that an object describes; none for a kind that describes none."""
    return tuple(_list_pod_templates(resource))


@once_per_object
def list_all_containers(resource: Resource) -> tuple[Container, ...]:
    """The containers of all pods that an object describes."""
    return tuple(container for pod in list_pod_templates(resource) for container in pod.containers)


def _list_pod_templates(resource: Resource) -> Iterator[PodTemplate]:
    way = _TEMPLATES.get(resource.group_kind)
    if way is not None:
        yield from _read_template(resource.data, way)
    elif resource.group_kind == (_SELDON, "SeldonDeployment"):
        predictors = as_list(as_mapping(resource.data.get("spec")).get("predictors"))
        for at, predictor in enumerate(predictors):
            for number, _ in enumerate(as_list(as_mapping(predictor).get("componentSpecs"))):
                yield from _read_template(resource.data, ("spec", "predictors", at, "componentSpecs", number))
    elif resource.group_kind == (_KSERVE, "InferenceService"):
        spec = as_mapping(resource.data.get("spec"))
        for name in _COMPONENTS:  # a component is a pod's spec, with fields of KServe among them
            component = spec.get(name)
            if isinstance(component, dict):
                yield _make_template(("spec", name), component, ("spec", name), component)


def _read_template(data: dict[str, Any], way: Keys) -> Iterator[PodTemplate]:
    at: Any = data
    for key in way:
        at = as_list(at)[key] if isinstance(key, int) else as_mapping(at).get(key)
    template = as_mapping(at)
    spec = template.get("spec")
    if isinstance(spec, dict):
        yield _make_template((*way, "spec"), spec, (*way, "metadata"), as_mapping(template.get("metadata")))


def _make_template(keys: Keys, spec: dict[str, Any], metadata_keys: Keys, metadata: dict[str, Any]) -> PodTemplate:
    containers = (
        ((*keys, field, number), container)
        for field in _LISTS
        for number, container in enumerate(as_list(spec.get(field)))
        if isinstance(container, dict)
    )
    return PodTemplate(keys, spec, metadata_keys, metadata, tuple(containers))
