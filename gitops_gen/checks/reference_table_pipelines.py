"""Where workflows, pipelines, rollouts and events name other objects; see reference_table."""

from collections.abc import Mapping

from gitops_gen.checks.reference_table import ARGO, MOUNTS, Target

TEKTON = "tekton.dev"
TRIGGERS = "triggers.tekton.dev"

_WORKFLOW_SCOPES: Mapping[object, str] = {
    True: "ClusterWorkflowTemplate",
    False: "WorkflowTemplate",
    None: "WorkflowTemplate",
}
_ANALYSIS_SCOPES: Mapping[object, str] = {
    True: "ClusterAnalysisTemplate",
    False: "AnalysisTemplate",
    None: "AnalysisTemplate",
}


def _workflow(prefix: str) -> tuple[Target, ...]:
    def make(path: str) -> Target:
        return Target(
            f"{prefix}{path}.name", "WorkflowTemplate", "runs", ARGO, kind_key="clusterScope", scopes=_WORKFLOW_SCOPES
        )

    used = ("dag.tasks[].templateRef", "steps[][].templateRef")
    return (make("workflowTemplateRef"), *(make(f"templates[].{path}") for path in used))


def _analysis(path: str) -> Target:
    return Target(
        f"{path}.templateName",
        "AnalysisTemplate",
        "analyses with",
        ARGO,
        kind_key="clusterScope",
        scopes=_ANALYSIS_SCOPES,
    )


def _task(path: str) -> Target:
    return Target(f"{path}.name", "Task", "runs", TEKTON, kind_key="kind", unless=("resolver", "bundle", "apiVersion"))


def _tasks(prefix: str) -> tuple[Target, ...]:
    return (_task(f"{prefix}tasks[].taskRef"), _task(f"{prefix}finally[].taskRef"))


def _workspaces(path: str) -> tuple[Target, ...]:
    return (
        Target(f"{path}[].persistentVolumeClaim.claimName", "PersistentVolumeClaim", MOUNTS),
        Target(f"{path}[].configMap.name", "ConfigMap", MOUNTS),
        Target(f"{path}[].secret.secretName", "Secret", MOUNTS),
    )


def _triggers(prefix: str) -> tuple[Target, ...]:
    return (
        Target(f"{prefix}bindings[].ref", "TriggerBinding", "binds", TRIGGERS, kind_key="kind"),
        Target(f"{prefix}template.ref", "TriggerTemplate", "makes", TRIGGERS),
        Target(
            f"{prefix}interceptors[].ref.name",
            "ClusterInterceptor",
            "filters with",
            TRIGGERS,
            kind_key="kind",
            cluster=True,
            loose=True,
        ),
        Target(f"{prefix}serviceAccountName", "ServiceAccount", "runs as"),
    )


def _subscriber(path: str) -> Target:
    return Target(f"{path}.ref.name", "Service", "delivers to", None, kind_key="kind", namespace_key="namespace")


_CANARY = (
    Target("spec.strategy.canary.stableService", "Service", "routes to"),
    Target("spec.strategy.canary.canaryService", "Service", "routes to"),
    Target("spec.strategy.blueGreen.activeService", "Service", "routes to"),
    Target("spec.strategy.blueGreen.previewService", "Service", "routes to"),
    _analysis("spec.strategy.canary.analysis.templates[]"),
    _analysis("spec.strategy.canary.steps[].analysis.templates[]"),
    _analysis("spec.strategy.canary.steps[].experiment.analyses[]"),
    _analysis("spec.strategy.blueGreen.prePromotionAnalysis.templates[]"),
    _analysis("spec.strategy.blueGreen.postPromotionAnalysis.templates[]"),
    Target("spec.workloadRef.name", "Deployment", "rolls out", None, kind_key="kind"),
)

PIPELINES: Mapping[tuple[str, str], tuple[Target, ...]] = {
    (ARGO, "Workflow"): _workflow("spec."),
    (ARGO, "WorkflowTemplate"): _workflow("spec."),
    (ARGO, "ClusterWorkflowTemplate"): _workflow("spec."),
    (ARGO, "CronWorkflow"): _workflow("spec.workflowSpec."),
    (ARGO, "Sensor"): (
        Target("spec.dependencies[].eventSourceName", "EventSource", "listens to", ARGO),
        Target("spec.eventBusName", "EventBus", "listens on", ARGO),
        *(
            target._replace(path=f"spec.triggers[].template.{kind}.source.resource.{target.path}")
            for kind in ("argoWorkflow", "k8s")
            for target in _workflow("spec.")[:1]
        ),
    ),
    (ARGO, "EventSource"): (Target("spec.eventBusName", "EventBus", "sends on", ARGO),),
    (ARGO, "Rollout"): _CANARY,
    (TEKTON, "Pipeline"): _tasks("spec."),
    (TEKTON, "PipelineRun"): (
        Target("spec.pipelineRef.name", "Pipeline", "runs", TEKTON, unless=("resolver", "bundle", "apiVersion")),
        *_tasks("spec.pipelineSpec."),
        *_workspaces("spec.workspaces"),
    ),
    (TEKTON, "TaskRun"): (_task("spec.taskRef"), *_workspaces("spec.workspaces")),
    (TRIGGERS, "EventListener"): (
        *_triggers("spec.triggers[]."),
        Target("spec.triggers[].triggerRef", "Trigger", "asks", TRIGGERS),
    ),
    (TRIGGERS, "Trigger"): _triggers("spec."),
    (TRIGGERS, "TriggerTemplate"): (
        Target(
            "spec.resourcetemplates[].spec.pipelineRef.name", "Pipeline", "runs", TEKTON, unless=("resolver", "bundle")
        ),
        _task("spec.resourcetemplates[].spec.taskRef"),
        Target("spec.resourcetemplates[].spec.taskRunTemplate.serviceAccountName", "ServiceAccount", "runs as"),
        Target("spec.resourcetemplates[].spec.serviceAccountName", "ServiceAccount", "runs as"),
    ),
    ("eventing.knative.dev", "Broker"): (_subscriber("spec.delivery.deadLetterSink"),),
    ("messaging.knative.dev", "Channel"): (_subscriber("spec.delivery.deadLetterSink"),),
    ("eventing.knative.dev", "Trigger"): (
        _subscriber("spec.delivery.deadLetterSink"),
        Target("spec.broker", "Broker", "listens to", "eventing.knative.dev"),
        _subscriber("spec.subscriber"),
    ),
    ("messaging.knative.dev", "Subscription"): (
        Target("spec.channel.name", "Channel", "listens to", None, kind_key="kind"),
        _subscriber("spec.subscriber"),
        _subscriber("spec.reply"),
        _subscriber("spec.delivery.deadLetterSink"),
    ),
}
