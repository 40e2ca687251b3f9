"""What operators and controllers make of an object, by names that are known beforehand.

Sources: external-secrets.io/v1 ExternalSecret (`target.name`, by default its own name), bitnami.com SealedSecret (the
template's name, by default its own), cert-manager.io Certificate (`secretName`), OpenShift's service CA (an annotation
of a Service names the Secret), Strimzi's KafkaUser (a Secret of its name).
"""

from collections.abc import Iterator, Mapping

from gitops_gen.checks.environments import Member
from gitops_gen.checks.reference_paths import read, read_mapping, read_text, walk

NAMED_BY: Mapping[tuple[str, str], tuple[tuple[str, str, bool], ...]] = {
    ("bitnami.com", "SealedSecret"): (("Secret", "spec.template.metadata.name", True),),
    ("cert-manager.io", "Certificate"): (("Secret", "spec.secretName", False),),
    ("dscinitialization.opendatahub.io", "DSCInitialization"): (
        ("Namespace", "spec.applicationsNamespace", False),
        ("Namespace", "spec.monitoring.namespace", False),
    ),
    ("external-secrets.io", "ClusterExternalSecret"): (
        ("Secret", "spec.externalSecretSpec.target.name", False),
        ("Secret", "spec.externalSecretName", True),
    ),
    ("external-secrets.io", "ExternalSecret"): (("Secret", "spec.target.name", True),),
    ("kafka.strimzi.io", "KafkaUser"): (("Secret", "", True),),
    ("k8s.bitwarden.com", "BitwardenSecret"): (("Secret", "spec.secretName", False),),
    ("objectbucket.io", "ObjectBucketClaim"): (("Secret", "", True), ("ConfigMap", "", True)),
    ("onepassword.com", "OnePasswordItem"): (("Secret", "", True),),
    ("project.openshift.io", "Project"): (("Namespace", "", True),),
    ("project.openshift.io", "ProjectRequest"): (("Namespace", "", True),),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): (("Secret", "spec.destination.name", False),),
    ("secrets.hashicorp.com", "VaultPKISecret"): (("Secret", "spec.destination.name", False),),
    ("secrets.hashicorp.com", "VaultStaticSecret"): (("Secret", "spec.destination.name", False),),
    ("secrets.infisical.com", "InfisicalSecret"): (("Secret", "spec.managedSecretReference.secretName", False),),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass"): (("Secret", "spec.secretObjects[].secretName", False),),
    ("isindir.github.com", "SopsSecret"): (("Secret", "spec.secretTemplates[].name", False),),
    ("cdi.kubevirt.io", "DataVolume"): (("PersistentVolumeClaim", "", True),),
}
"""Kind and path to the name of what an object of that group and kind makes, and whether its own name counts else."""

_SERVING_CERTIFICATES = (
    "service.beta.openshift.io/serving-cert-secret-name",
    "service.alpha.openshift.io/serving-cert-secret-name",
)
_MOST_CLAIMS = 100
_SERVICES = {
    "Alertmanager": "alertmanager-operated",
    "EventListener": "el-{}",
    "EventSource": "{}-eventsource-svc",
    "Prometheus": "prometheus-operated",
    "ThanosRuler": "thanos-ruler-operated",
}
"""The Services that operators make, by kind."""


def list_made(member: Member) -> Iterator[tuple[str, str, str]]:
    """Kind, name and namespace of each; an empty namespace is any."""
    for kind, path, by_default in NAMED_BY.get((member.group, member.kind), ()):
        names = [name for _, name in walk(member.data, path) if isinstance(name, str) and name] if path else []
        namespace = "" if member.kind.startswith("Cluster") else member.namespace
        for name in names or ([member.name] if by_default else []):
            yield kind, name, namespace
    annotations = read_mapping(member.data, "metadata.annotations")
    if member.kind == "Service":
        certificates = (annotations.get(key) for key in _SERVING_CERTIFICATES)
        yield from (("Secret", name, member.namespace) for name in certificates if isinstance(name, str))
    if member.kind in {"Ingress", "Gateway"} and any("cert-manager.io/" in str(key) for key in annotations):
        used = (name for _, name in walk(member.data, "spec.tls[].secretName"))
        yield from (("Secret", name, member.namespace) for name in used if isinstance(name, str))
    connection = read_text(member.data, "spec.writeConnectionSecretToRef.name")
    if connection:
        yield "Secret", connection, ""
    if member.kind in _SERVICES:
        yield "Service", _SERVICES[member.kind].format(member.name), member.namespace
    if member.kind == "StatefulSet":
        yield from _list_claims(member)


def _list_claims(member: Member) -> Iterator[tuple[str, str, str]]:
    replicas = read(member.data, "spec.replicas")
    count = min(replicas, _MOST_CLAIMS) if isinstance(replicas, int) else 1
    for _, name in walk(member.data, "spec.volumeClaimTemplates[].metadata.name"):
        if isinstance(name, str):
            for number in range(count):
                yield "PersistentVolumeClaim", f"{name}-{member.name}-{number}", member.namespace
