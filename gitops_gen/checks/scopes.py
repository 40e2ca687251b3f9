"""Which kinds belong to the cluster as a whole, not to a namespace."""

from collections.abc import Iterable

from gitops_gen.checks.rule import Resource

_NATIVE_NAMES = """
    APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle
    ComponentStatus CustomResourceDefinition DeviceClass FlowSchema IPAddress IngressClass MutatingAdmissionPolicy
    MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume PodSecurityPolicy
    PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass
    StorageVersionMigration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration
    VolumeAttachment VolumeAttributesClass
"""
_NATIVE = frozenset(_NATIVE_NAMES.split())
_CUSTOM = frozenset(
    {
        ("argoproj.io", "ClusterAnalysisTemplate"),
        ("argoproj.io", "ClusterWorkflowTemplate"),
        ("bitnami.com", "ClusterSealedSecret"),
        ("cert-manager.io", "ClusterIssuer"),
        ("datasciencecluster.opendatahub.io", "DataScienceCluster"),
        ("dscinitialization.opendatahub.io", "DSCInitialization"),
        ("external-secrets.io", "ClusterExternalSecret"),
        ("external-secrets.io", "ClusterSecretStore"),
        ("keda.sh", "ClusterTriggerAuthentication"),
        ("project.openshift.io", "Project"),
        ("project.openshift.io", "ProjectRequest"),
        ("security.openshift.io", "SecurityContextConstraints"),
        ("services.platform.opendatahub.io", "Auth"),
        ("services.platform.opendatahub.io", "Monitoring"),
        ("serving.kserve.io", "ClusterServingRuntime"),
        ("serving.kserve.io", "ClusterStorageContainer"),
        ("triggers.tekton.dev", "ClusterInterceptor"),
        ("triggers.tekton.dev", "ClusterTriggerBinding"),
    }
)


class Scopes:
    """The scope of each kind: the known ones, and those that definitions in the repository add."""

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._declared: dict[tuple[str, str], bool] = {}
        for resource in resources:
            spec = resource.data.get("spec") if resource.kind == "CustomResourceDefinition" else None
            names = spec.get("names") if isinstance(spec, dict) else None
            if isinstance(spec, dict) and isinstance(names, dict):
                self._declared[str(spec.get("group")), str(names.get("kind"))] = spec.get("scope") == "Cluster"

    def is_cluster_scoped(self, resource: Resource) -> bool:
        """Whether an object has no namespace."""
        group = resource.group
        declared = self._declared.get((group, resource.kind))
        if declared is not None:
            return declared
        if "." not in group or group.endswith(".k8s.io"):
            return resource.kind in _NATIVE
        return (group, resource.kind) in _CUSTOM or group == "config.openshift.io"
