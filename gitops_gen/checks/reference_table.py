"""Where objects name other objects: a line for each place, by the kind that has it.

A line is `Target(path, kind, role)`. The path leads to the name, in the words of `reference_paths`; what else says
which object is meant stands beside it, in the same mapping.
"""

from collections.abc import Mapping
from typing import NamedTuple

CORE = ""
ARGO = "argoproj.io"
KAFKA = "kafka.strimzi.io"
KNATIVE = "serving.knative.dev"
KSERVE = "serving.kserve.io"
MLOPS = "mlops.seldon.io"
RBAC = "rbac.authorization.k8s.io"


class Target(NamedTuple):
    """One place that names an object."""

    path: str
    kind: str
    """Of the object that is named; what `kind_key` leads to counts before it."""
    role: str
    """What the one does with the other: `mounts`."""
    group: str | None = CORE
    """None for any."""
    kind_key: str = ""
    """A key beside the name that has the kind, or that says with `scopes` which kind it is."""
    scopes: Mapping[object, str] | None = None
    """The kind for each value of `kind_key`; with another one it is no reference."""
    namespace_key: str = ""
    """A key beside the name that has the namespace; without it the object stands in the same one."""
    cluster: bool = False
    """Whether the object has no namespace."""
    loose: bool = False
    """Whether clusters usually have such objects from elsewhere: that it is not here says nothing then."""
    unless: tuple[str, ...] = ()
    """Keys beside the name that make it mean something else."""


_READS = "reads"
MOUNTS = "mounts"

CONTAINER: tuple[Target, ...] = (
    Target("env[].valueFrom.configMapKeyRef.name", "ConfigMap", _READS),
    Target("env[].valueFrom.secretKeyRef.name", "Secret", _READS),
    Target("envFrom[].configMapRef.name", "ConfigMap", _READS),
    Target("envFrom[].secretRef.name", "Secret", _READS),
)
"""In each container."""

POD: tuple[Target, ...] = (
    Target("serviceAccountName", "ServiceAccount", "runs as"),
    Target("serviceAccount", "ServiceAccount", "runs as", unless=("serviceAccountName",)),
    Target("imagePullSecrets[].name", "Secret", "pulls with"),
    Target("priorityClassName", "PriorityClass", "ranks as", "scheduling.k8s.io", cluster=True, loose=True),
    Target("runtimeClassName", "RuntimeClass", "runs in", "node.k8s.io", cluster=True, loose=True),
    Target("volumes[].configMap.name", "ConfigMap", MOUNTS),
    Target("volumes[].secret.secretName", "Secret", MOUNTS),
    Target("volumes[].persistentVolumeClaim.claimName", "PersistentVolumeClaim", MOUNTS),
    Target("volumes[].projected.sources[].configMap.name", "ConfigMap", MOUNTS),
    Target("volumes[].projected.sources[].secret.name", "Secret", MOUNTS),
)
"""In the spec of each pod."""

_SCALED = (Target("spec.scaleTargetRef.name", "Deployment", "scales", None, kind_key="kind"),)
_ROLE = Target("roleRef.name", "Role", "grants", RBAC, kind_key="kind")
_SUBJECT = Target(
    "subjects[].name",
    "ServiceAccount",
    "grants to",
    kind_key="kind",
    scopes={"ServiceAccount": "ServiceAccount"},
    namespace_key="namespace",
)


_ISSUED = Target("spec.issuerRef.name", "Issuer", "issued by", None, kind_key="kind", loose=True)
_STORED = Target("spec.secretStoreRef.name", "SecretStore", "reads from", None, kind_key="kind", loose=True)

OBJECTS: Mapping[tuple[str, str], tuple[Target, ...]] = {
    ("autoscaling", "HorizontalPodAutoscaler"): _SCALED,
    ("keda.sh", "ScaledObject"): (
        *_SCALED,
        Target(
            "spec.triggers[].authenticationRef.name", "TriggerAuthentication", "signs in by", "keda.sh", kind_key="kind"
        ),
    ),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): (
        Target("spec.targetRef.name", "Deployment", "scales", None, kind_key="kind"),
    ),
    (CORE, "ServiceAccount"): (
        Target("imagePullSecrets[].name", "Secret", "pulls with"),
        Target("secrets[].name", "Secret", _READS, loose=True),
    ),
    ("apps", "StatefulSet"): (Target("spec.serviceName", "Service", "governed by", loose=True),),
    ("networking.k8s.io", "Ingress"): (
        Target("spec.rules[].http.paths[].backend.service.name", "Service", "routes to"),
        Target("spec.defaultBackend.service.name", "Service", "routes to"),
        Target("spec.tls[].secretName", "Secret", "serves with"),
        Target("spec.ingressClassName", "IngressClass", "belongs to", "networking.k8s.io", cluster=True, loose=True),
    ),
    ("route.openshift.io", "Route"): (
        Target("spec.to.name", "Service", "routes to", kind_key="kind"),
        Target("spec.alternateBackends[].name", "Service", "routes to", kind_key="kind"),
    ),
    ("gateway.networking.k8s.io", "HTTPRoute"): (
        Target(
            "spec.rules[].backendRefs[].name", "Service", "routes to", None, kind_key="kind", namespace_key="namespace"
        ),
        Target(
            "spec.parentRefs[].name",
            "Gateway",
            "attached to",
            None,
            kind_key="kind",
            loose=True,
            namespace_key="namespace",
        ),
    ),
    (RBAC, "RoleBinding"): (_ROLE, _SUBJECT),
    (RBAC, "ClusterRoleBinding"): (_ROLE, _SUBJECT),
    (CORE, "PersistentVolumeClaim"): (
        Target("spec.storageClassName", "StorageClass", "stored by", "storage.k8s.io", cluster=True, loose=True),
        Target("spec.volumeName", "PersistentVolume", "bound to", cluster=True, loose=True),
    ),
    ("external-secrets.io", "ExternalSecret"): (_STORED,),
    ("cert-manager.io", "Certificate"): (_ISSUED,),
    ("operators.coreos.com", "Subscription"): (
        Target(
            "spec.source", "CatalogSource", "installs from", "operators.coreos.com", namespace_key="sourceNamespace"
        ),
    ),
    # AppProjects stand where Argo CD runs, Applications may stand elsewhere: their name is all that counts.
    (ARGO, "Application"): (Target("spec.project", "AppProject", "belongs to", ARGO, cluster=True),),
    (ARGO, "ApplicationSet"): (Target("spec.template.spec.project", "AppProject", "belongs to", ARGO, cluster=True),),
    (KSERVE, "InferenceService"): (
        Target("spec.predictor.model.runtime", "ServingRuntime", "served by", KSERVE, loose=True),
    ),
    (KSERVE, "InferenceGraph"): (
        Target("spec.nodes.*.steps[].serviceName", "InferenceService", "asks", KSERVE, unless=("serviceUrl",)),
    ),
    ("machinelearning.seldon.io", "SeldonDeployment"): (
        Target("spec.predictors[].explainer.serviceAccountName", "ServiceAccount", "runs as"),
        Target("spec.predictors[].explainer.envSecretRefName", "Secret", _READS),
    ),
    (MLOPS, "Model"): (
        Target("spec.server", "Server", "served by", MLOPS),
        Target("spec.explainer.modelRef", "Model", "explains", MLOPS),
        Target("spec.explainer.pipelineRef", "Pipeline", "explains", MLOPS),
        Target("spec.secretName", "Secret", _READS),
    ),
    (MLOPS, "Pipeline"): (Target("spec.steps[].name", "Model", "asks", MLOPS),),
    (MLOPS, "Experiment"): (
        Target("spec.candidates[].name", "Model", "compares", MLOPS),
        Target("spec.mirror.name", "Model", "mirrors to", MLOPS),
    ),
    (MLOPS, "Server"): (Target("spec.serverConfig", "ServerConfig", "configured by", MLOPS, loose=True),),
    ("sparkoperator.k8s.io", "SparkApplication"): (
        Target("spec.driver.serviceAccount", "ServiceAccount", "runs as"),
        Target("spec.executor.serviceAccount", "ServiceAccount", "runs as"),
        Target("spec.sparkConfigMap", "ConfigMap", MOUNTS),
        Target("spec.hadoopConfigMap", "ConfigMap", MOUNTS),
        *(
            Target(f"spec.{part}.{field}[].name", kind, MOUNTS)
            for part in ("driver", "executor")
            for field, kind in (("configMaps", "ConfigMap"), ("secrets", "Secret"))
        ),
    ),
    (KAFKA, "KafkaConnect"): (
        Target("spec.tls.trustedCertificates[].secretName", "Secret", _READS),
        Target("spec.authentication.certificateAndKey.secretName", "Secret", _READS),
        Target("spec.authentication.passwordSecret.secretName", "Secret", _READS),
    ),
    ("monitoring.coreos.com", "Alertmanager"): (Target("spec.configSecret", "Secret", _READS),),
    ("monitoring.coreos.com", "Prometheus"): (Target("spec.additionalScrapeConfigs.name", "Secret", _READS),),
    ("grafana.integreatly.org", "GrafanaDashboard"): (
        Target("spec.configMapRef.name", "ConfigMap", _READS),
        Target("spec.folderRef", "GrafanaFolder", "stands in", "grafana.integreatly.org"),
    ),
}
"""Each other place, by group and kind of the object that has it."""

CLUSTER_LABEL = "strimzi.io/cluster"
LABELLED: Mapping[str, str] = {
    "KafkaConnector": "KafkaConnect",
    "KafkaNodePool": "Kafka",
    "KafkaRebalance": "Kafka",
    "KafkaTopic": "Kafka",
    "KafkaUser": "Kafka",
}
"""The kind that Strimzi's label names, by the kind that has it."""

CLUSTER_KINDS = frozenset(
    {"ClusterAnalysisTemplate", "ClusterInterceptor", "ClusterIssuer", "ClusterRole", "ClusterSecretStore"}
    | {"ClusterServingRuntime", "ClusterTask", "ClusterTriggerAuthentication", "ClusterTriggerBinding"}
    | {"ClusterWorkflowTemplate"}
)
"""Kinds without a namespace among those that `kind_key` chooses from."""
