"""Volumes of pods and where they are mounted: rules on one object."""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.pod_specs import list_pod_templates
from gitops_gen.checks.reference_paths import is_templated, read_text, walk
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.names import show
from gitops_gen.wording import suggest

_WORKFLOWS = {
    "ClusterWorkflowTemplate": "spec",
    "CronWorkflow": "spec.workflowSpec",
    "Workflow": "spec",
    "WorkflowTemplate": "spec",
}
_RUNNERS = ("container", "script", "containerSet.containers[]", "initContainers[]", "sidecars[]")
_COMPLETED = "InferenceService"
"""A kind to whose pods a ServingRuntime may add."""
_MARKS = ("volumeMounts", "volumeDevices")


@rule("REF007", "error")
def check_volume_mounts(resource: Resource) -> Iterator[Hit]:
    """A volume that a container mounts is one of its pod.

    Why: the API server refuses a pod whose `volumeMounts` name a volume that is not in `volumes`. Where an operator
    makes the pod (a SeldonDeployment, a Rollout, a Workflow), the object itself is accepted, and the pod is what fails.

    Fix: add the volume to the pod's `volumes`, or mend the name.
    """
    for keys, container, volumes in _list_mounting(resource):
        for field in _MARKS:
            for at, name in walk(container, f"{field}[].name"):
                if isinstance(name, str) and name not in volumes and not is_templated(name):
                    yield Hit(
                        f"{show(name)} is mounted, and it is no volume of the pod{suggest(name, volumes)}",
                        (*keys, *at),
                        "add it to `volumes`, or mend the name",
                    )


@rule("REF008", "info")
def check_unused_volumes(resource: Resource) -> Iterator[Hit]:
    """A volume of a pod is mounted by one of its containers.

    Why: a volume that nothing mounts is often half of a change: the mount was forgotten, or the volume left behind. The
    kubelet sets it up all the same, and waits for a ConfigMap, Secret or claim that it names.

    Fix: mount it in a container (`volumeMounts`), or remove it.
    """
    if resource.kind in _WORKFLOWS or resource.kind == _COMPLETED:
        return
    for pod in list_pod_templates(resource):
        if not pod.spec.get("volumes"):
            continue
        containers = [container for _, container in pod.containers]
        if not containers or any(_is_unknown(container) for container in containers):
            continue
        used = {
            name
            for each in containers
            for field in _MARKS
            for _, name in walk(each, f"{field}[].name")
            if _is_text(name)
        }
        for at, volume in walk(pod.spec, "volumes[]"):
            name = read_text(volume, "name")
            if name and name not in used and not is_templated(name):
                yield Hit(
                    f"no container mounts the volume {show(name)}",
                    (*pod.keys, *at, "name"),
                    "mount it in a container, or remove it",
                )


RULES: tuple[Rule, ...] = (check_volume_mounts, check_unused_volumes)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_unknown(container: Mapping[str, Any]) -> bool:
    """Whether what a container mounts cannot be told."""
    return any(container.get(field) is not None and not isinstance(container[field], list) for field in _MARKS)


def _list_mounting(resource: Resource) -> Iterator[tuple[Keys, Mapping[str, Any], frozenset[str]]]:
    """Each container with the way to it, and the volumes that it may mount."""
    claims = _read_names(resource.data, "spec.volumeClaimTemplates[].metadata.name")
    for pod in list_pod_templates(resource) if resource.kind != _COMPLETED else ():
        if "volumes" in pod.spec and not isinstance(pod.spec["volumes"], list | None):
            continue
        volumes = claims | _read_names(pod.spec, "volumes[].name")
        for keys, container in pod.containers:
            yield keys, container, volumes
    if resource.kind == _COMPLETED:
        yield from _list_components(resource)
    path = _WORKFLOWS.get(resource.kind) if resource.api_version.startswith("argoproj.io/") else None
    if path is not None:
        yield from _list_workflow(resource, path)


def _list_components(resource: Resource) -> Iterator[tuple[Keys, Mapping[str, Any], frozenset[str]]]:
    """The containers of an InferenceService whose pods no ServingRuntime adds to."""
    for path in ("spec.predictor", "spec.transformer", "spec.explainer"):
        for start, spec in walk(resource.data, path):
            if isinstance(spec, dict) and isinstance(spec.get("containers"), list) and "model" not in spec:
                for keys, container in walk(spec, "containers[]"):
                    if isinstance(container, dict):
                        yield (*start, *keys), container, _read_names(spec, "volumes[].name")


def _list_workflow(resource: Resource, path: str) -> Iterator[tuple[Keys, Mapping[str, Any], frozenset[str]]]:
    for start, spec in walk(resource.data, path):
        if not isinstance(spec, dict) or spec.get("workflowTemplateRef") or spec.get("templateDefaults"):
            continue
        shared = _read_names(spec, "volumes[].name") | _read_names(spec, "volumeClaimTemplates[].metadata.name")
        for keys, template in walk(spec, "templates[]"):
            volumes = shared | _read_names(template, "volumes[].name")
            for runner in _RUNNERS:
                for at, container in walk(template, runner):
                    if isinstance(container, dict):
                        yield (*start, *keys, *at), container, volumes


def _read_names(data: object, path: str) -> frozenset[str]:
    return frozenset(name for _, name in walk(data, path) if isinstance(name, str))
