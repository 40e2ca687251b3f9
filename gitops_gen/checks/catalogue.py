"""All rules, by subject; a subject's module is imported when it is needed."""

from functools import cache
from importlib import import_module

from gitops_gen.checks.rule import Rule

SUBJECTS = {
    "FILE": "files",
    "YAML": "text",
    "SCHEMA": "schema",
    "CONFIG": "settings",
    "KUST": "kustomize",
    "PIN": "pins",
    "EVIDENCE": "provenance",
    "ONLINE": "online",
    "SELDON": "seldon",
    "ARGOCD": "argocd",
    "SAFETY": "safety",
    "SECRET": "credentials",
    "REF": "references",
    "PROM": "prometheus",
    "GRAFANA": "grafana",
    "DEVFILE": "devfile",
    "EVENTS": "events",
    "KINDS": "kinds",
    "KUBE": "kubernetes",
    "WAIVER": "waivers",
}
"""What a rule's id begins with, and the module in checks/rules that has it."""

_POD = ("kubernetes_values", "kubernetes_pods", "kubernetes_containers")
"""Modules on pods, whatever makes them."""

BY_KIND = {
    ("machinelearning.seldon.io", "SeldonDeployment"): (
        "seldon_deployment",
        "safety_pods",
        "references_volumes",
        *_POD,
    ),
    ("mlops.seldon.io", "Experiment"): ("seldon_mlops",),
    ("mlops.seldon.io", "Model"): ("seldon_mlops",),
    ("mlops.seldon.io", "Pipeline"): ("seldon_mlops",),
    ("mlops.seldon.io", "Server"): ("seldon_mlops",),
    ("serving.kserve.io", "InferenceService"): ("safety_pods", "references_volumes", *_POD),
    ("serving.kserve.io", "ServingRuntime"): ("safety_pods", *_POD),
    ("serving.kserve.io", "ClusterServingRuntime"): ("safety_pods", *_POD),
    ("serving.knative.dev", "Service"): ("safety_pods", "references_volumes", *_POD),
    ("apps", "Deployment"): ("safety_pods", "references_volumes", *_POD),
    ("apps", "StatefulSet"): ("safety_pods", "references_volumes", *_POD),
    ("apps", "ReplicaSet"): ("safety_pods", "references_volumes", *_POD),
    ("apps.openshift.io", "DeploymentConfig"): ("safety_pods", "references_volumes", *_POD),
    ("argoproj.io", "Rollout"): ("safety_pods", "references_volumes", *_POD),
    ("", "Pod"): ("safety_pods", "references_volumes", *_POD),
    ("batch", "Job"): ("safety_pods", "references_volumes", *_POD),
    ("batch", "CronJob"): ("safety_pods", "references_volumes", *_POD, "kubernetes_objects"),
    ("kubeflow.org", "Notebook"): ("safety_pods", "references_volumes", *_POD),
    ("rbac.authorization.k8s.io", "Role"): ("safety_access",),
    ("rbac.authorization.k8s.io", "ClusterRole"): ("safety_access",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("safety_access",),
    ("argoproj.io", "Application"): ("argocd_apps", "argocd_finalizers", "safety_argocd"),
    ("argoproj.io", "ApplicationSet"): ("argocd_apps", "argocd_finalizers", "argocd_applicationset", "safety_argocd"),
    ("argoproj.io", "AppProject"): ("argocd_project", "argocd_finalizers"),
    ("", "ReplicationController"): ("references_volumes", *_POD),
    ("apps", "DaemonSet"): ("references_volumes", *_POD),
    ("argoproj.io", "ClusterWorkflowTemplate"): ("references_volumes", "references_workflow"),
    ("argoproj.io", "CronWorkflow"): ("references_volumes", "references_workflow"),
    ("tekton.dev", "Pipeline"): ("references_pipeline", "kinds"),
    ("tekton.dev", "Task"): ("references_pipeline", "kinds"),
    ("triggers.tekton.dev", "TriggerTemplate"): ("references_pipeline",),
    ("argoproj.io", "Workflow"): ("references_volumes", "references_workflow"),
    ("argoproj.io", "Sensor"): ("events",),
    ("argoproj.io", "WorkflowTemplate"): ("references_volumes", "references_workflow"),
    ("monitoring.coreos.com", "PrometheusRule"): ("prometheus_rules", "prometheus_alerts"),
    ("monitoring.coreos.com", "ServiceMonitor"): ("prometheus_monitors", "prometheus_relabelings"),
    ("monitoring.coreos.com", "PodMonitor"): ("prometheus_monitors", "prometheus_relabelings"),
    ("monitoring.coreos.com", "Probe"): ("prometheus_monitors", "prometheus_relabelings"),
    ("monitoring.coreos.com", "ScrapeConfig"): ("prometheus_monitors", "prometheus_relabelings"),
    ("monitoring.coreos.com", "AlertmanagerConfig"): ("prometheus_alertmanager", "prometheus_intervals"),
    ("grafana.integreatly.org", "GrafanaDashboard"): ("grafana_dashboards", "grafana_objects"),
    ("integreatly.org", "GrafanaDashboard"): ("grafana_dashboards", "grafana_objects"),
    ("grafana.integreatly.org", "GrafanaDatasource"): ("grafana_objects",),
    ("integreatly.org", "GrafanaDataSource"): ("grafana_objects",),
    ("", "ConfigMap"): ("grafana_dashboards",),
    ("keda.sh", "ScaledJob"): ("prometheus_queries",),
    ("keda.sh", "ScaledObject"): ("prometheus_queries",),
    ("argoproj.io", "AnalysisRun"): ("prometheus_queries",),
    ("argoproj.io", "ClusterAnalysisTemplate"): ("prometheus_queries",),
    ("argoproj.io", "AnalysisTemplate"): ("prometheus_queries",),
    ("", "PersistentVolumeClaim"): ("kubernetes_values",),
    ("", "PodTemplate"): _POD,
    ("", "Service"): ("kubernetes_values", "kubernetes_objects"),
    ("autoscaling", "HorizontalPodAutoscaler"): ("kubernetes_values", "kubernetes_objects"),
    ("networking.k8s.io", "Ingress"): ("kubernetes_values", "kubernetes_objects"),
    ("networking.k8s.io", "NetworkPolicy"): ("kubernetes_values",),
    ("policy", "PodDisruptionBudget"): ("kubernetes_values", "kubernetes_objects"),
    ("eventing.knative.dev", "Broker"): ("kinds",),
    ("eventing.knative.dev", "Trigger"): ("kinds",),
    ("operators.coreos.com", "CatalogSource"): ("kinds",),
    ("operators.coreos.com", "Subscription"): ("kinds",),
    ("serving.kserve.io", "InferenceGraph"): ("kinds",),
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): ("kinds",),
}
"""Modules whose rules hold for every object of a kind, wherever it stands."""

ANNOTATED = {"argo": ("argocd_annotations",)}
"""Modules whose rules hold for every object with an annotation that begins like that, of whatever kind."""

BY_ENVIRONMENT: tuple[str, ...] = (
    "argocd_environment",
    "safety_environment",
    "references_pods",
    "references_applications",
    "references_destinations",
    "references_monitors",
    "references_services",
    "references_scaling",
    "references_places",
    "references_operators",
    "references_events",
    "references_runs",
    "references_waves",
    "prometheus_metrics",
    "grafana_environment",
    "grafana_selection",
)
"""Modules whose rules are asked about all that lands in an environment."""

PINNED_KINDS = frozenset({("machinelearning.seldon.io", "SeldonDeployment"), ("serving.kserve.io", "InferenceService")})
"""Kinds whose images the rules of PIN hold for, in what a cluster gets: builds, and manifests outside of them."""


@cache
def load_rules(module: str) -> tuple[Rule, ...]:
    """The rules of one module of checks/rules."""
    rules: tuple[Rule, ...] = import_module(f"gitops_gen.checks.rules.{module}").RULES
    return rules


def list_rules() -> tuple[Rule, ...]:
    """Every rule there is, in the order of SUBJECTS."""
    return tuple(rule for module in SUBJECTS.values() for rule in load_rules(module))


def find_rule(rule_id: str) -> Rule | None:
    """The rule of that id; None if there is none."""
    module = SUBJECTS.get(rule_id.rstrip("0123456789"))
    return next((rule for rule in load_rules(module) if rule.id == rule_id), None) if module else None
