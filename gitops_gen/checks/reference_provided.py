"""What is in a cluster although no file declares it: what comes with Kubernetes, and what operators make."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gitops_gen.checks.environments import Environment, Member, list_sources
from gitops_gen.checks.reference_folders import Folder
from gitops_gen.checks.reference_made import NAMED_BY, list_made
from gitops_gen.checks.reference_paths import is_templated, read_mapping, read_text
from gitops_gen.checks.reference_pods import TEMPLATES
from gitops_gen.checks.reference_repository import find_repository, is_followed, is_repository
from gitops_gen.checks.scopes import Scopes

_EVERYWHERE = frozenset(
    {
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "openshift-service-ca.crt"),
        ("ConfigMap", "config-service-cabundle"),
        ("ConfigMap", "config-trusted-cabundle"),
        ("ConfigMap", "odh-trusted-ca-bundle"),
        ("ServiceAccount", "builder"),
        ("ServiceAccount", "default"),
        ("ServiceAccount", "deployer"),
        ("ServiceAccount", "pipeline"),
    }
)
"""What Kubernetes, OpenShift, OpenShift Pipelines and Open Data Hub put into each namespace."""

_CLUSTER = frozenset(
    {("ClusterRole", name) for name in ("admin", "cluster-admin", "edit", "view")}
    | {("Namespace", "default"), ("Namespace", "operators")}
    | {("PriorityClass", "system-cluster-critical"), ("PriorityClass", "system-node-critical")}
    | {("AppProject", "default"), ("EventBus", "default"), ("Service", "kubernetes")}
)

_OPEN = ("dscinitialization.opendatahub.io", "DSCInitialization")
"""One that makes much else as well."""
_QUIET_GROUPS = frozenset({"argoproj.io", "machinelearning.seldon.io", "tekton.dev", "triggers.tekton.dev"})
_QUIET = frozenset(
    {"AlertmanagerConfig", "GrafanaDashboard", "GrafanaDatasource", "GrafanaFolder", "InferenceGraph"}
    | {"InferenceService", "KafkaRebalance", "KafkaTopic", "Model", "Experiment", "Pipeline", "PodMonitor", "Probe"}
    | {"PrometheusRule", "ScrapeConfig", "ServiceMonitor", "ServingRuntime", "ClusterServingRuntime", "OperatorGroup"}
    | {
        "VerticalPodAutoscaler",
        "ScaledObject",
        "TriggerAuthentication",
        "HTTPRoute",
        "VirtualService",
        "AuthorizationPolicy",
    }
    | {"DestinationRule", "PeerAuthentication", "Kustomization", "SparkApplication", "ScheduledSparkApplication"}
)
"""Kinds whose operators make no ConfigMap, Secret, ServiceAccount, claim or Service that people name."""

_RUNNERS = frozenset(
    {"CronWorkflow", "EventBus", "EventListener", "EventSource", "InferenceGraph", "Pipeline", "PipelineRun", "Sensor"}
    | {"ScheduledSparkApplication", "SeldonRuntime", "Server", "SparkApplication", "Task", "TaskRun", "Workflow"}
    | {"WorkflowTemplate"}
)
"""Those of them whose operators run pods, with labels that nobody here knows."""

_DATA = frozenset({"ConfigMap", "PersistentVolumeClaim", "Secret", "Service", "ServiceAccount"})
_WORKLOADS = frozenset({"DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"})
_RUNNING = frozenset({*TEMPLATES, ("serving.kserve.io", "InferenceService"), ("", "Service")})
_LEFT_OUT = frozenset({"AppProject", "Namespace"})
_SYSTEM = ("kube-", "openshift-")
_LEGACY_TOKENS = ("-token-", "-dockercfg-")


class Provided(NamedTuple):
    """What an environment has besides its members."""

    objects: frozenset[tuple[str, str, str]]
    """Kind, name and namespace; an empty namespace is any."""
    names: frozenset[tuple[str, str]]
    """Kind and name of the same."""
    argocd: str
    """The namespace that Argo CD runs in."""
    makers: Mapping[str, tuple[str, ...]]
    """By namespace, the names of objects whose operators may make ConfigMaps, Secrets and so on called after them."""
    owners: Mapping[str, tuple[str, ...]]
    """By namespace, the names of all objects that some operator sees to."""
    namespaces: frozenset[str]
    """Those that something of the repository runs in."""
    crowded: frozenset[str]
    """Those in which an operator runs pods that nobody here knows."""
    foreign: frozenset[str]
    """Namespaces that something from another repository is deployed into; an empty one is any."""
    left_out: frozenset[str]
    """Kinds that the environment declares no object of: then somebody else sees to all of them."""

    def find(self, kind: str, name: str, namespace: str) -> str:
        """Whether an object is there (`external`), may be there (`unknown`), or not to be expected (empty)."""
        if self._is_there(kind, name, namespace):
            return "external"
        if "" in self.foreign or namespace in self.foreign or kind in self.left_out:
            return "unknown"
        if kind in _DATA and self._is_shared(namespace):
            return "unknown"
        if any(part in name for part in _LEGACY_TOKENS):
            return "unknown"
        makers = self.makers if kind in _DATA else self.owners if kind in _WORKLOADS else {}
        named = (maker for place in {namespace, ""} for maker in makers.get(place, ()))
        return "unknown" if any(name == maker or name.startswith(f"{maker}-") for maker in named) else ""

    def _is_shared(self, namespace: str) -> bool:
        """Whether a namespace is one of the cluster's own, or Argo CD's, which has more than a repository says."""
        return namespace.startswith(_SYSTEM) or namespace == self.argocd

    def _is_there(self, kind: str, name: str, namespace: str) -> bool:
        if (kind, name) in _EVERYWHERE or (kind, name) in _CLUSTER or name.startswith("system:"):
            return True
        if (kind, name, namespace) in self.objects or (kind, name, "") in self.objects:
            return True
        if not namespace and (kind, name) in self.names:
            return True
        return kind == "Namespace" and name.startswith(_SYSTEM)

    def may_have_more(self, namespace: str) -> bool:
        """Whether there may be pods and Services in a namespace that nobody here knows; an empty one is any."""
        if not namespace or "" in self.foreign or namespace in self.foreign or self._is_shared(namespace):
            return True
        if namespace in self.crowded or namespace in self.makers or "" in self.makers:
            return True
        return namespace not in self.namespaces


def read_provided(environment: Environment) -> Provided:
    """What an environment has besides its members; use it by `environment.remember`."""
    objects = {made for member in environment.members for made in list_made(member)}
    objects |= {("Namespace", member.namespace, "") for member in environment.select("Application", "ApplicationSet")}
    argocd = read_text(environment.settings, "argocd.namespace") or "argocd"
    objects.add(("Namespace", argocd, ""))
    scopes = Scopes(member.resource for member in environment.members)
    owners = [
        member
        for member in environment.members
        if member.name and _has_operator(member) and not scopes.is_cluster_scoped(member.resource)
    ]
    return Provided(
        frozenset(objects),
        frozenset(each[:2] for each in objects),
        argocd,
        _group_names(member for member in owners if not _is_quiet(member)),
        _group_names(owners),
        frozenset(member.namespace for member in environment.members if member.resource.group_kind in _RUNNING),
        frozenset(member.namespace for member in environment.select(*_RUNNERS)),
        frozenset(_list_foreign(environment)),
        frozenset(kind for kind in _LEFT_OUT if not environment.select(kind)),
    )


def _group_names(members: Iterable[Member]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for member in members:
        found.setdefault(member.namespace, set()).add(member.name)
    return {namespace: tuple(sorted(names)) for namespace, names in found.items()}


def _has_operator(member: Member) -> bool:
    return "." in member.group and not member.group.endswith(".k8s.io")


def _is_quiet(member: Member) -> bool:
    kind = (member.group, member.kind)
    return member.group in _QUIET_GROUPS or member.kind in _QUIET or (kind in NAMED_BY and kind != _OPEN)


def _list_foreign(environment: Environment) -> Iterator[str]:
    """The namespaces into which Applications deploy what this repository does not have."""
    ours = find_repository(environment.settings)
    for member in environment.select("Application", "ApplicationSet", group="argoproj.io"):
        spec = member.data.get("spec")
        if member.kind == "ApplicationSet":
            spec = read_mapping(member.data, "spec.template.spec")
        if not isinstance(spec, dict):
            continue
        for _, source in list_sources(spec):
            if not is_repository(source.get("repoURL"), ours) or _is_unread(environment, source):
                namespace = read_text(spec, "destination.namespace")
                yield "" if "{{" in namespace else namespace


def _is_unread(environment: Environment, source: Mapping[str, Any]) -> bool:
    """Whether what a source of this repository makes is not read here: charts, plugins, jsonnet, other branches."""
    if any(source.get(key) for key in ("chart", "helm", "plugin")):
        return True
    path, revision = source.get("path"), source.get("targetRevision")
    if not is_followed(environment.settings, revision):
        return True
    folder = Folder(environment.tree, path) if isinstance(path, str) and not is_templated(path) else None
    return folder is not None and folder.is_generated
