"""What people set: gitops-gen.yaml (`Settings`) and models/<model>/model.yaml (`ModelSettings`), as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gitops_gen.errors import NotFoundError
from gitops_gen.names import EnvironmentName, ModelName, show

ForgeKind = Literal["github", "gitlab", "gitea", "none"]
Backend = Literal["seldon", "kserve"]

IN_CLUSTER = "https://kubernetes.default.svc"
"""The cluster that Argo CD itself runs in, as Argo CD knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPolicy:
    """How Argo CD applies what is merged."""

    automated: bool = True
    prune: bool = True
    self_heal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One place to deploy to."""

    name: EnvironmentName
    namespace: str
    cluster: str = IN_CLUSTER
    """The API server's address, as Argo CD knows it."""
    predecessor: EnvironmentName | None = None
    sync: SyncPolicy = field(default_factory=SyncPolicy)
    gates: Mapping[str, Any] = field(default_factory=dict)
    """What is asked of a release here, over the settings' own `gates`; in the shape of the schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeSettings:
    """Where pull requests are opened."""

    kind: ForgeKind = "none"
    url: str = ""
    """The forge's address; empty means the one in the repository's URL."""
    project: str = ""
    """owner/name; empty means the path in the repository's URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgocdSettings:
    """How Argo CD is told of the models."""

    namespace: str = "argocd"
    url: str = ""
    """Address of its API; empty if nobody is to be asked."""
    project: str = "models"
    layout: Literal["applications", "applicationset"] = "applications"


@dataclass(frozen=True, slots=True, kw_only=True)
class MlflowSettings:
    """Where runs are tracked; the environment's MLFLOW_TRACKING_URI wins over the file."""

    tracking_uri: str = ""
    ui_url: str = ""
    """The address that people open, where it differs from the tracking URI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestSettings:
    """Defaults for pull requests."""

    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    draft: bool = False
    auto_merge: bool = False
    image_url: str = ""
    """The registry's page of an image, with {repository}, {tag} and {digest}; empty for no link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDataHubSettings:
    """Which Open Data Hub is declared: the KfDef of 2021 or today's DataScienceCluster."""

    kind: Literal["DataScienceCluster", "KfDef"] = "DataScienceCluster"
    components: Mapping[str, Literal["Managed", "Removed", "Unmanaged"]] = field(default_factory=dict)
    """For KfDef a Managed component is an application in the list; Unmanaged is for kueue alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """gitops-gen.yaml."""

    repository_url: str
    base_branch: str
    environments: tuple[Environment, ...]
    forge: ForgeSettings = field(default_factory=ForgeSettings)
    argocd: ArgocdSettings = field(default_factory=ArgocdSettings)
    mlflow: MlflowSettings = field(default_factory=MlflowSettings)
    pull_request: PullRequestSettings = field(default_factory=PullRequestSettings)
    open_data_hub: OpenDataHubSettings | None = None
    templates: str = ""
    """Folder in the repository whose files stand in for the program's templates of the same path; empty for none."""
    gates: Mapping[str, Any] = field(default_factory=dict)
    """What is asked of a release in every environment; gate_settings.py merges it with the others."""
    model_defaults: Mapping[str, object] = field(default_factory=dict)
    """What a new model's model.yaml starts with (same shape as model.yaml)."""

    def environment(self, name: str) -> Environment:
        """The environment of that name.

        Raises:
            NotFoundError: there is none; the message lists those that are there.
        """
        for environment in self.environments:
            if environment.name == name:
                return environment
        known = ", ".join(e.name for e in self.environments)
        raise NotFoundError(f"gitops-gen.yaml has no environment {show(name)}", hint=f"it has: {known}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Kubernetes resource quantities of the model container, by resource name."""

    requests: Mapping[str, str] = field(default_factory=lambda: {"cpu": "100m", "memory": "256Mi"})
    limits: Mapping[str, str] = field(default_factory=lambda: {"memory": "1Gi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Thresholds of the PrometheusRule."""

    error_ratio: float = 0.05
    """Share of requests with a 5xx code, 0 to 1."""
    latency_p99_seconds: float = 1.0
    no_traffic_for: str = "30m"
    """Prometheus duration."""
    runbook_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """ServiceMonitor, PodMonitor and PrometheusRule of a model."""

    enabled: bool = True
    interval: str = "30s"
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels that the cluster's Prometheus selects monitors and rules by."""
    alerts: Alerts = field(default_factory=Alerts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """models/<model>/model.yaml."""

    name: ModelName
    registered_model: str = ""
    """The model's name in MLflow's registry; empty if runs of it are not registered."""
    backend: Backend = "seldon"
    server: str = "container"
    """`container` runs the image; else a prepackaged server that loads the artifact itself: for Seldon an
    implementation (MLFLOW_SERVER, SKLEARN_SERVER, XGBOOST_SERVER, …), for KServe a model format (mlflow, sklearn, …).
    """
    protocol: str = ""
    """Seldon: seldon, v2, …; KServe: v1 or v2. Empty for the backend's default."""
    replicas: int = 1
    environment_replicas: Mapping[str, int] = field(default_factory=dict)
    """Replicas where they differ from `replicas`, by environment."""
    resources: Resources = field(default_factory=Resources)
    service_account: str = ""
    monitoring: Monitoring = field(default_factory=Monitoring)
    gates: Mapping[str, Any] = field(default_factory=dict)
    """What is asked of releases of this model, over what the environment asks."""
    environment_gates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The same by environment, over all the others."""
