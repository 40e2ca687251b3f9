"""Where pods are described in objects of each kind, and the containers in them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys, Resource
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
_LAST: list[Any] = [None, ()]
"""The object that was asked about last, and its pods."""


class PodTemplate(NamedTuple):
    """A pod as an object describes it."""

    keys: Keys
    """The way to its spec from the root of the object."""
    spec: dict[str, Any]
    metadata_keys: Keys
    metadata: dict[str, Any]

    def list_containers(self, *lists: str) -> Iterator[tuple[Keys, dict[str, Any]]]:
        """Its containers with the ways to them; by default those that start first and those for debugging as well."""
        for field in lists or _LISTS:
            for number, container in enumerate(as_list(self.spec.get(field))):
                if isinstance(container, dict):
                    yield (*self.keys, field, number), container


def list_pod_templates(resource: Resource) -> tuple[PodTemplate, ...]:
    """The pods that an object describes; none for a kind that describes none."""
    if _LAST[0] is not resource.data:  # the rules ask one after the other about the same object
        _LAST[:] = [resource.data, tuple(_list_pod_templates(resource))]
    found: tuple[PodTemplate, ...] = _LAST[1]
    return found


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
                yield PodTemplate(("spec", name), component, ("spec", name), component)


def _read_template(data: dict[str, Any], way: Keys) -> Iterator[PodTemplate]:
    at: Any = data
    for key in way:
        at = as_list(at)[key] if isinstance(key, int) else as_mapping(at).get(key)
    template = as_mapping(at)
    spec = template.get("spec")
    if isinstance(spec, dict):
        yield PodTemplate((*way, "spec"), spec, (*way, "metadata"), as_mapping(template.get("metadata")))
