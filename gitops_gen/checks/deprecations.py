"""API versions that Kubernetes has deprecated or stopped serving, and those of custom kinds that a newer one replaces.

Native releases: the lifecycle markers in the Go modules k8s.io/api, k8s.io/apiextensions-apiserver and
k8s.io/kube-aggregator, and https://kubernetes.io/docs/reference/using-api/deprecation-guide/; an alpha version that was
dropped before its marker said so has the release that first lacks it. Custom kinds: the versions in their own CRDs and
the release notes of their operators.
"""

from typing import NamedTuple

Release = tuple[int, int]


class Deprecation(NamedTuple):
    """What becomes of a kind's API version."""

    deprecated_in: str
    """The release of Kubernetes, `1.19`; of a custom kind that of its operator, `Strimzi 0.49`, empty if unknown."""
    removed_in: str
    """As `deprecated_in`: the first release that does not serve it; empty if none is set."""
    replacement: str
    """What the newest release serves instead, `apps/v1 Deployment`; empty if nothing takes its place."""
    gone: bool = False
    """Of a custom kind: it was dropped so long ago that it counts as removed, whatever the release of Kubernetes."""

    @property
    def end(self) -> str:
        """`Kubernetes 1.22`, `Strimzi 1.0`: whose release removed it; empty if none is set."""
        return f"Kubernetes {self.removed_in}" if _read_release(self.removed_in) else self.removed_in


_WEBHOOKS = "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
_MUTATING = "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
_VALIDATING = "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
_REVIEWS = "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview"
_RBAC = "ClusterRole ClusterRoleBinding Role RoleBinding"
_FLOW = "FlowSchema PriorityLevelConfiguration"
_DEVICES = "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice"
_CLAIMS = "ResourceClaim ResourceClaimTemplate"
_KAFKA = "Kafka KafkaBridge KafkaConnect KafkaConnector KafkaMirrorMaker2 KafkaRebalance"
_TASKS = "Pipeline PipelineRun Task TaskRun"

# apiVersion, deprecated in, removed in, the apiVersion to use instead (a kind behind it if that changes too), kinds.
_NATIVE = (
    ("admissionregistration.k8s.io/v1alpha1", "1.35", "1.38", "admissionregistration.k8s.io/v1", _MUTATING),
    ("admissionregistration.k8s.io/v1alpha1", "1.29", "1.32", "admissionregistration.k8s.io/v1", _VALIDATING),
    ("admissionregistration.k8s.io/v1beta1", "1.16", "1.22", "admissionregistration.k8s.io/v1", _WEBHOOKS),
    ("admissionregistration.k8s.io/v1beta1", "1.31", "1.34", "admissionregistration.k8s.io/v1", _VALIDATING),
    ("admissionregistration.k8s.io/v1beta1", "1.37", "1.40", "admissionregistration.k8s.io/v1", _MUTATING),
    ("apiextensions.k8s.io/v1beta1", "1.16", "1.22", "apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("apiregistration.k8s.io/v1beta1", "1.19", "1.22", "apiregistration.k8s.io/v1", "APIService"),
    ("apps/v1beta1", "1.8", "1.16", "apps/v1", "ControllerRevision Deployment StatefulSet"),
    ("apps/v1beta1", "1.8", "1.16", "", "DeploymentRollback"),
    ("apps/v1beta1", "1.8", "1.16", "autoscaling/v1", "Scale"),
    ("apps/v1beta2", "1.9", "1.16", "apps/v1", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet"),
    ("apps/v1beta2", "1.9", "1.16", "autoscaling/v1", "Scale"),
    ("auditregistration.k8s.io/v1alpha1", "1.19", "1.19", "", "AuditSink"),
    ("authentication.k8s.io/v1alpha1", "1.29", "1.32", "authentication.k8s.io/v1", "SelfSubjectReview"),
    ("authentication.k8s.io/v1beta1", "1.30", "1.33", "authentication.k8s.io/v1", "SelfSubjectReview"),
    ("authentication.k8s.io/v1beta1", "1.19", "1.22", "authentication.k8s.io/v1", "TokenReview"),
    ("authorization.k8s.io/v1beta1", "1.19", "1.22", "authorization.k8s.io/v1", _REVIEWS),
    ("autoscaling/v2beta1", "1.22", "1.25", "autoscaling/v2", "HorizontalPodAutoscaler"),
    ("autoscaling/v2beta2", "1.23", "1.26", "autoscaling/v2", "HorizontalPodAutoscaler"),
    ("batch/v1beta1", "1.21", "1.25", "batch/v1", "CronJob"),
    ("batch/v2alpha1", "1.21", "1.21", "batch/v1", "CronJob"),
    ("certificates.k8s.io/v1alpha1", "1.34", "1.37", "certificates.k8s.io/v1", "ClusterTrustBundle"),
    ("certificates.k8s.io/v1alpha1", "1.35", "1.35", "certificates.k8s.io/v1", "PodCertificateRequest"),
    ("certificates.k8s.io/v1beta1", "1.19", "1.22", "certificates.k8s.io/v1", "CertificateSigningRequest"),
    ("certificates.k8s.io/v1beta1", "1.37", "1.40", "certificates.k8s.io/v1", "ClusterTrustBundle"),
    ("certificates.k8s.io/v1beta1", "1.37", "1.40", "certificates.k8s.io/v1", "PodCertificateRequest"),
    ("coordination.k8s.io/v1alpha1", "1.32", "1.32", "coordination.k8s.io/v1beta1", "LeaseCandidate"),
    ("coordination.k8s.io/v1alpha2", "1.35", "1.38", "coordination.k8s.io/v1beta1", "LeaseCandidate"),
    ("coordination.k8s.io/v1beta1", "1.19", "1.22", "coordination.k8s.io/v1", "Lease"),
    ("discovery.k8s.io/v1alpha1", "1.21", "1.21", "discovery.k8s.io/v1", "EndpointSlice"),
    ("discovery.k8s.io/v1beta1", "1.21", "1.25", "discovery.k8s.io/v1", "EndpointSlice"),
    ("events.k8s.io/v1beta1", "1.22", "1.25", "events.k8s.io/v1", "Event"),
    ("extensions/v1beta1", "1.8", "1.16", "apps/v1", "DaemonSet Deployment ReplicaSet"),
    ("extensions/v1beta1", "1.8", "1.16", "", "DeploymentRollback"),
    ("extensions/v1beta1", "1.14", "1.22", "networking.k8s.io/v1", "Ingress"),
    ("extensions/v1beta1", "1.9", "1.16", "networking.k8s.io/v1", "NetworkPolicy"),
    ("extensions/v1beta1", "1.11", "1.16", "", "PodSecurityPolicy"),
    ("extensions/v1beta1", "1.2", "1.16", "autoscaling/v1", "Scale"),
    ("flowcontrol.apiserver.k8s.io/v1alpha1", "1.20", "1.21", "flowcontrol.apiserver.k8s.io/v1", _FLOW),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "1.23", "1.26", "flowcontrol.apiserver.k8s.io/v1", _FLOW),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "1.26", "1.29", "flowcontrol.apiserver.k8s.io/v1", _FLOW),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "1.29", "1.32", "flowcontrol.apiserver.k8s.io/v1", _FLOW),
    ("networking.k8s.io/v1alpha1", "1.28", "1.29", "", "ClusterCIDR"),
    ("networking.k8s.io/v1alpha1", "1.30", "1.31", "networking.k8s.io/v1", "IPAddress ServiceCIDR"),
    ("networking.k8s.io/v1beta1", "1.34", "1.37", "networking.k8s.io/v1", "IPAddress ServiceCIDR"),
    ("networking.k8s.io/v1beta1", "1.19", "1.22", "networking.k8s.io/v1", "Ingress IngressClass"),
    ("node.k8s.io/v1alpha1", "1.20", "1.22", "node.k8s.io/v1", "RuntimeClass"),
    ("node.k8s.io/v1beta1", "1.22", "1.25", "node.k8s.io/v1", "RuntimeClass"),
    ("policy/v1beta1", "1.22", "1.25", "policy/v1", "Eviction"),
    ("policy/v1beta1", "1.21", "1.25", "policy/v1", "PodDisruptionBudget"),
    ("policy/v1beta1", "1.21", "1.25", "", "PodSecurityPolicy"),
    ("rbac.authorization.k8s.io/v1alpha1", "1.17", "1.23", "rbac.authorization.k8s.io/v1", _RBAC),
    ("rbac.authorization.k8s.io/v1beta1", "1.17", "1.22", "rbac.authorization.k8s.io/v1", _RBAC),
    ("resource.k8s.io/v1alpha1", "1.27", "1.27", "resource.k8s.io/v1", _CLAIMS),
    ("resource.k8s.io/v1alpha1", "1.27", "1.27", "resource.k8s.io/v1 DeviceClass", "ResourceClass"),
    ("resource.k8s.io/v1alpha1", "1.27", "1.27", "", "PodScheduling"),
    ("resource.k8s.io/v1alpha2", "1.31", "1.31", "resource.k8s.io/v1", "ResourceSlice " + _CLAIMS),
    ("resource.k8s.io/v1alpha2", "1.31", "1.31", "resource.k8s.io/v1 DeviceClass", "ResourceClass"),
    ("resource.k8s.io/v1alpha2", "1.31", "1.31", "", "PodSchedulingContext ResourceClaimParameters"),
    ("resource.k8s.io/v1alpha2", "1.31", "1.31", "", "ResourceClassParameters"),
    ("resource.k8s.io/v1alpha3", "1.32", "1.32", "", "PodSchedulingContext"),
    ("resource.k8s.io/v1alpha3", "1.34", "1.34", "resource.k8s.io/v1", _DEVICES),
    ("resource.k8s.io/v1alpha3", "1.36", "1.39", "resource.k8s.io/v1", "DeviceTaintRule"),
    ("resource.k8s.io/v1beta1", "1.35", "1.38", "resource.k8s.io/v1", _DEVICES),
    ("resource.k8s.io/v1beta2", "1.36", "1.39", "resource.k8s.io/v1", _DEVICES),
    ("resource.k8s.io/v1beta2", "1.39", "1.42", "resource.k8s.io/v1", "DeviceTaintRule"),
    ("scheduling.k8s.io/v1alpha1", "1.14", "1.23", "scheduling.k8s.io/v1", "PriorityClass"),
    ("scheduling.k8s.io/v1alpha1", "1.36", "1.36", "scheduling.k8s.io/v1beta1", "Workload"),
    ("scheduling.k8s.io/v1alpha2", "1.37", "1.37", "scheduling.k8s.io/v1beta1", "PodGroup Workload"),
    ("scheduling.k8s.io/v1beta1", "1.14", "1.22", "scheduling.k8s.io/v1", "PriorityClass"),
    ("settings.k8s.io/v1alpha1", "1.20", "1.20", "", "PodPreset"),
    ("storage.k8s.io/v1alpha1", "1.21", "1.24", "storage.k8s.io/v1", "CSIStorageCapacity VolumeAttachment"),
    ("storage.k8s.io/v1alpha1", "1.32", "1.35", "storage.k8s.io/v1", "VolumeAttributesClass"),
    ("storage.k8s.io/v1beta1", "1.19", "1.22", "storage.k8s.io/v1", "CSIDriver StorageClass VolumeAttachment"),
    ("storage.k8s.io/v1beta1", "1.17", "1.22", "storage.k8s.io/v1", "CSINode"),
    ("storage.k8s.io/v1beta1", "1.24", "1.27", "storage.k8s.io/v1", "CSIStorageCapacity"),
    ("storage.k8s.io/v1beta1", "1.34", "1.37", "storage.k8s.io/v1", "VolumeAttributesClass"),
    ("storagemigration.k8s.io/v1alpha1", "1.33", "1.35", "storagemigration.k8s.io/v1", "StorageVersionMigration"),
    ("storagemigration.k8s.io/v1beta1", "1.37", "1.40", "storagemigration.k8s.io/v1", "StorageVersionMigration"),
    ("v1", "1.19", "", "", "ComponentStatus"),
    ("v1", "1.33", "", "discovery.k8s.io/v1 EndpointSlice", "Endpoints"),
)
_GRAFANA = "grafana.integreatly.org/v1beta1"
_CUSTOM = (
    ("infrastructure.opendatahub.io/v1alpha1", "", "", "infrastructure.opendatahub.io/v1", "HardwareProfile"),
    ("integreatly.org/v1alpha1", "", "Grafana Operator 5", _GRAFANA, "Grafana GrafanaDashboard"),
    ("integreatly.org/v1alpha1", "", "Grafana Operator 5", f"{_GRAFANA} GrafanaDatasource", "GrafanaDataSource"),
    ("kafka.strimzi.io/v1beta2", "Strimzi 0.49", "Strimzi 1.0", "kafka.strimzi.io/v1", f"{_KAFKA} KafkaNodePool"),
    ("kafka.strimzi.io/v1beta2", "Strimzi 0.49", "Strimzi 1.0", "kafka.strimzi.io/v1", "KafkaTopic KafkaUser"),
    ("kafka.strimzi.io/v1beta1", "Strimzi 0.22", "Strimzi 1.0", "kafka.strimzi.io/v1", "KafkaTopic KafkaUser"),
    ("kafka.strimzi.io/v1alpha1", "Strimzi 0.22", "Strimzi 1.0", "kafka.strimzi.io/v1", "KafkaTopic KafkaUser"),
    ("machinelearning.seldon.io/v1alpha2", "", "", "machinelearning.seldon.io/v1", "SeldonDeployment"),
    ("machinelearning.seldon.io/v1alpha3", "", "", "machinelearning.seldon.io/v1", "SeldonDeployment"),
    ("org.eclipse.che/v1", "", "", "org.eclipse.che/v2", "CheCluster"),
    ("tekton.dev/v1beta1", "Tekton Pipelines 0.50", "", "tekton.dev/v1", _TASKS),
    ("tekton.dev/v1beta1", "Tekton Pipelines 0.41", "", "", "ClusterTask"),
    ("workspace.devfile.io/v1alpha1", "", "", "workspace.devfile.io/v1alpha2", "DevWorkspace DevWorkspaceTemplate"),
)
_KUSTOMIZE = "kustomize.config.k8s.io/v1beta1"
_GONE = (
    ("kafka.strimzi.io/v1beta1", "Strimzi 0.22", "Strimzi 0.23", "kafka.strimzi.io/v1", _KAFKA),
    ("kafka.strimzi.io/v1alpha1", "Strimzi 0.22", "Strimzi 0.23", "kafka.strimzi.io/v1", _KAFKA),
    # In no CRD of kfctl's or of Open Data Hub's operator.
    ("kfdef.apps.kubeflow.org/v1alpha1", "", "", "kfdef.apps.kubeflow.org/v1", "KfDef"),
    ("kfdef.apps.kubeflow.org/v1beta1", "", "", "kfdef.apps.kubeflow.org/v1", "KfDef"),
    # kustomize refuses it.
    ("kustomize.config.k8s.io/v1alpha1", "", "", _KUSTOMIZE, "Kustomization"),
    ("serving.kserve.io/v1alpha2", "", "KServe 0.7", "serving.kserve.io/v1beta1", "InferenceService"),
    ("serving.kubeflow.org/v1alpha2", "", "KServe 0.7", "serving.kserve.io/v1beta1", "InferenceService"),
    ("serving.kubeflow.org/v1beta1", "", "KServe 0.7", "serving.kserve.io/v1beta1", "InferenceService"),
)


def _list_rows() -> dict[tuple[str, str], Deprecation]:
    rows: dict[tuple[str, str], Deprecation] = {}
    for table, gone in ((_NATIVE, False), (_CUSTOM, False), (_GONE, True)):
        for api_version, deprecated_in, removed_in, target, kinds in table:
            for kind in kinds.split():
                replacement = target if not target or " " in target else f"{target} {kind}"
                rows[api_version, kind] = Deprecation(deprecated_in, removed_in, replacement, gone)
    return rows


_ROWS = _list_rows()


def find_deprecation(api_version: str, kind: str) -> Deprecation | None:
    """What becomes of a kind's API version; a List of a kind fares as the kind. None if nothing does."""
    found = _ROWS.get((api_version, kind))
    if found is None and kind.endswith("List"):
        item = _ROWS.get((api_version, kind.removesuffix("List")))
        found = item and item._replace(replacement=item.replacement and f"{item.replacement}List")
    return found


def is_deprecated(deprecation: Deprecation, release: Release) -> bool:
    """Whether `release` of Kubernetes warns of it, or serves it no more; a custom kind's counts in every release."""
    since = _read_release(deprecation.deprecated_in)
    return since is None or release >= since


def is_removed(deprecation: Deprecation, release: Release) -> bool:
    """Whether `release` of Kubernetes serves it no more; of a custom kind, whether it is gone."""
    end = _read_release(deprecation.removed_in)
    return deprecation.gone if end is None else release >= end


def _read_release(text: str) -> Release | None:
    """The release of Kubernetes that a text such as `1.22` names; None if it names another program's, or none."""
    major, dot, minor = text.partition(".")
    return (int(major), int(minor)) if dot and major.isdigit() and minor.isdigit() else None
