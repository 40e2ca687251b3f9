"""The pods that objects describe, and the containers that stand elsewhere in them: where each kind has them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.reference_paths import walk
from gitops_gen.checks.rule import Keys, Resource

CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")

_TEMPLATE = ("spec.template",)
TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("apps.openshift.io", "DeploymentConfig"): _TEMPLATE,
    ("argoproj.io", "Rollout"): _TEMPLATE,
    ("batch", "CronJob"): ("spec.jobTemplate.spec.template",),
    ("batch", "Job"): _TEMPLATE,
    ("kubeflow.org", "Notebook"): _TEMPLATE,
    ("machinelearning.seldon.io", "SeldonDeployment"): ("spec.predictors[].componentSpecs[]",),
    ("serving.knative.dev", "Configuration"): _TEMPLATE,
    ("serving.knative.dev", "Service"): _TEMPLATE,
    ("", "ReplicationController"): _TEMPLATE,
    ("", "Pod"): ("",),
}
"""Pod templates (`metadata` and `spec`) by group and kind."""

_PREDICTED = ("spec.predictor", "spec.transformer", "spec.explainer")
SPECS: dict[tuple[str, str], tuple[str, ...]] = {
    ("argoproj.io", "ClusterWorkflowTemplate"): ("spec", "spec.templates[]"),
    ("argoproj.io", "CronWorkflow"): ("spec.workflowSpec", "spec.workflowSpec.templates[]"),
    ("argoproj.io", "EventSource"): ("spec.template",),
    ("argoproj.io", "Sensor"): ("spec.template",),
    ("argoproj.io", "Workflow"): ("spec", "spec.templates[]"),
    ("argoproj.io", "WorkflowTemplate"): ("spec", "spec.templates[]"),
    ("monitoring.coreos.com", "Alertmanager"): ("spec",),
    ("monitoring.coreos.com", "Prometheus"): ("spec",),
    ("monitoring.coreos.com", "ThanosRuler"): ("spec",),
    ("serving.kserve.io", "ClusterServingRuntime"): ("spec",),
    ("serving.kserve.io", "InferenceService"): (*_PREDICTED, "spec.predictor.workerSpec"),
    ("serving.kserve.io", "ServingRuntime"): ("spec",),
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): ("spec.template", "spec.template.driver"),
    ("sparkoperator.k8s.io", "SparkApplication"): ("spec", "spec.driver"),
    ("tekton.dev", "PipelineRun"): (
        "spec",
        "spec.podTemplate",
        "spec.taskRunTemplate",
        "spec.taskRunTemplate.podTemplate",
    ),
    ("tekton.dev", "Task"): ("spec",),
    ("tekton.dev", "TaskRun"): ("spec", "spec.podTemplate", "spec.taskSpec"),
    ("triggers.tekton.dev", "EventListener"): ("spec", "spec.resources.kubernetesResource.spec.template.spec"),
}
"""Where else fields of a pod's spec stand, by group and kind."""

_ARGO = (
    "templates[].container",
    "templates[].script",
    "templates[].containerSet.containers[]",
    "templates[].sidecars[]",
)
_ARGO_SPEC = tuple(f"spec.{path}" for path in _ARGO)
_STEPS = ("steps[]", "stepTemplate", "sidecars[]")
CONTAINERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("argoproj.io", "ClusterWorkflowTemplate"): _ARGO_SPEC,
    ("argoproj.io", "CronWorkflow"): tuple(f"spec.workflowSpec.{path}" for path in _ARGO),
    ("argoproj.io", "EventSource"): ("spec.template.container",),
    ("argoproj.io", "Sensor"): ("spec.template.container",),
    ("argoproj.io", "Workflow"): _ARGO_SPEC,
    ("argoproj.io", "WorkflowTemplate"): _ARGO_SPEC,
    ("machinelearning.seldon.io", "SeldonDeployment"): ("spec.predictors[].svcOrchSpec",),
    ("serving.kserve.io", "InferenceService"): tuple(f"{path}.*" for path in _PREDICTED),
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): ("spec.template.driver", "spec.template.executor"),
    ("sparkoperator.k8s.io", "SparkApplication"): ("spec.driver", "spec.executor"),
    ("tekton.dev", "Pipeline"): tuple(
        f"spec.{tasks}[].taskSpec.{step}" for tasks in ("tasks", "finally") for step in _STEPS
    ),
    ("tekton.dev", "Task"): tuple(f"spec.{path}" for path in _STEPS),
    ("tekton.dev", "TaskRun"): tuple(f"spec.taskSpec.{path}" for path in _STEPS),
}
"""Containers (`env`, `envFrom` and so on) that stand in no list of a pod's containers, by group and kind."""


class Pod(NamedTuple):
    """A pod's description, or a part of one."""

    keys: Keys
    """The way to `spec`."""
    spec: dict[str, Any]
    metadata: dict[str, Any]
    """Of the template; empty where there is none."""

    def list_containers(self) -> Iterator[tuple[Keys, dict[str, Any]]]:
        """Each container with the way to it."""
        for field in CONTAINER_LISTS:
            for keys, container in walk(self.spec, f"{field}[]"):
                if isinstance(container, dict):
                    yield (*self.keys, *keys), container


def list_templates(resource: Resource) -> Iterator[Pod]:
    """The pod templates of an object: what it runs as pods."""
    for path in TEMPLATES.get(resource.group_kind, ()):
        for keys, template in walk(resource.data, path):
            spec = template.get("spec") if isinstance(template, dict) else None
            if isinstance(spec, dict):
                metadata = template.get("metadata")
                yield Pod((*keys, "spec"), spec, metadata if isinstance(metadata, dict) else {})


def list_pods(resource: Resource) -> Iterator[Pod]:
    """The pod templates of an object, and each other place that has fields of a pod's spec."""
    yield from list_templates(resource)
    for path in SPECS.get(resource.group_kind, ()):
        for keys, spec in walk(resource.data, path):
            if isinstance(spec, dict):
                yield Pod(keys, spec, {})


def list_containers(resource: Resource) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """Every container of an object with the way to it."""
    for pod in list_pods(resource):
        yield from pod.list_containers()
    for path in CONTAINERS.get(resource.group_kind, ()):
        for keys, container in walk(resource.data, path):
            if isinstance(container, dict):
                yield keys, container
