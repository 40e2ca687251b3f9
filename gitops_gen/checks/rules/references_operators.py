"""What OLM installs operators from, and what Strimzi's objects belong to.

The catalogues are those that OpenShift (openshift-marketplace) and upstream OLM (olm) come with.
"""

from collections.abc import Iterator

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_edges import find_edges
from gitops_gen.checks.reference_paths import read_mapping, read_text
from gitops_gen.checks.reference_table import CLUSTER_LABEL, LABELLED
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.rules.references_parts import label, report_missing
from gitops_gen.names import show
from gitops_gen.wording import find_near, suggest

_OLM = "operators.coreos.com"
_KAFKA = "kafka.strimzi.io"
_CATALOGS = {
    "openshift-marketplace": ("certified-operators", "community-operators", "redhat-marketplace", "redhat-operators"),
    "olm": ("operatorhubio-catalog",),
}
_GLOBAL = frozenset({"openshift-operators", "operators"})
"""Namespaces that come with an OperatorGroup."""
_PACKAGES = frozenset(
    {"amq-broker-rhel8", "amq-streams", "ansible-automation-platform-operator", "authorino-operator", "cluster-logging"}
    | {"advanced-cluster-management", "cluster-observability-operator", "crunchy-postgres-operator", "devspaces"}
    | {"external-secrets-operator", "gpu-operator-certified", "grafana-operator", "jaeger-product", "kiali-ossm"}
    | {"kubernetes-nmstate-operator", "kueue-operator", "leader-worker-set", "local-storage-operator", "loki-operator"}
    | {"nfd", "odf-operator", "opendatahub-operator", "openshift-cert-manager-operator", "openshift-gitops-operator"}
    | {"openshift-custom-metrics-autoscaler-operator", "openshift-pipelines-operator-rh", "opentelemetry-product"}
    | {
        "prometheus",
        "prometheus-operator",
        "radanalytics-spark",
        "red-hat-camel-k",
        "redhat-oadp-operator",
        "rhbk-operator",
    }
    | {"rhcl-operator", "rhdh", "rhods-operator", "seldon-operator", "seldon-operator-certified", "serverless-operator"}
    | {"servicemeshoperator", "servicemeshoperator3", "strimzi-kafka-operator", "tempo-product", "web-terminal"}
)
_CHANNELS = frozenset(
    {"alpha", "beta", "candidate", "candidates", "default", "development", "fast", "latest", "preview", "rolling"}
    | {"stable", "tech-preview"}
)
"""Packages of those catalogues, and what their channels are called, as redhat-cop/gitops-catalog installs them."""
_SHORTEST = 5
"""Letters of a name in which a slip can be told from another name."""
_USES_RESOURCES = "strimzi.io/use-connector-resources"


@rule("REF031", "error")
def check_catalog_source(environment: Environment) -> Iterator[Hit]:
    """The catalogue of a Subscription exists.

    Why: OLM resolves a Subscription from the CatalogSource that `source` and `sourceNamespace` name. Where there is
    none, it stays without an install plan, and no operator is installed. OpenShift comes with redhat-operators,
    certified-operators, community-operators and redhat-marketplace in openshift-marketplace; OLM upstream with
    operatorhubio-catalog in olm.

    Fix: mend `source` or `sourceNamespace`, or add the CatalogSource, or declare it under `validate.external.objects`
    in gitops-gen.yaml.
    """
    for found in find_edges(environment):
        if found.source.group != _OLM or found.edge.kind != "CatalogSource" or found.state != "missing":
            continue
        known = _CATALOGS.get(found.edge.namespace, ())
        if found.edge.name in known:
            continue
        names = (*known, *environment.list_names("CatalogSource", found.edge.namespace))
        place = next((place for place, catalogs in _CATALOGS.items() if found.edge.name in catalogs), "")
        yield environment.hit(
            found.source,
            f"{label(found.source)} installs from CatalogSource {show(found.edge.name)}, and there is none of that "
            f"name in namespace {show(found.edge.namespace)}"
            + (f"; it is in {show(place)}" if place else suggest(found.edge.name, names)),
            ("spec", "sourceNamespace") if place else found.edge.keys,
            f"write sourceNamespace: {place}" if place else "mend the name, or add the CatalogSource",
        )


@rule("REF032", "error")
def check_operator_group(environment: Environment) -> Iterator[Hit]:
    """The namespace of a Subscription has one OperatorGroup.

    Why: OLM installs nothing into a namespace without an OperatorGroup, and nothing into one that has two
    (`TooManyOperatorGroups`). Only openshift-operators and operators come with one.

    Fix: add an OperatorGroup to the namespace, or keep one of them.
    """
    groups = environment.select("OperatorGroup", group=_OLM)
    for member in environment.select("Subscription", group=_OLM):
        if not member.namespace or member.namespace in _GLOBAL or environment.unknown:
            continue
        if environment.is_external("OperatorGroup", "", member.namespace):
            continue
        if not any(group.namespace in {"", member.namespace} for group in groups):
            yield environment.hit(
                member,
                f"namespace {show(member.namespace)} has no OperatorGroup, so OLM does not install {label(member)}",
                ("spec", "name"),
                "add an OperatorGroup to the namespace",
            )
    seen: dict[str, Member] = {}
    for group in groups:
        first = seen.setdefault(group.namespace, group)
        if group.namespace and first.name != group.name:
            yield environment.hit(
                group,
                f"namespace {show(group.namespace)} has two OperatorGroups, {show(first.name)} and {show(group.name)}",
                ("metadata", "name"),
                "keep one of them",
            )


@rule("REF033", "warning")
def check_package(environment: Environment) -> Iterator[Hit]:
    """The package and the channel of a Subscription are spelled as the catalogue has them.

    Why: OLM finds no operator under a name or in a channel that the catalogue does not have; the Subscription only
    says so in its status (`ResolutionFailed`). Which names there are depends on the catalogue, so only what looks like
    a slip is reported.

    Fix: write the name of the package or channel as `oc get packagemanifests` shows it.
    """
    for member in environment.select("Subscription", group=_OLM):
        for key, known in (("name", _PACKAGES), ("channel", _CHANNELS)):
            value = read_text(member.data, f"spec.{key}")
            near = _find_slip(value, known)
            if near:
                yield environment.hit(
                    member,
                    f"{label(member)}: {show(value)} is no {'package' if key == 'name' else 'channel'} that is known; "
                    f"did you mean {show(near)}?",
                    ("spec", key),
                    f"write {near}",
                )


@rule("REF034", "error")
def check_kafka_cluster(environment: Environment) -> Iterator[Hit]:
    """The cluster that an object of Strimzi belongs to exists.

    Why: the label `strimzi.io/cluster` names the Kafka (for a KafkaConnector the KafkaConnect) in the same namespace.
    Strimzi leaves out a KafkaTopic, KafkaUser or KafkaNodePool without a cluster: the topic is never made.

    Fix: set the label to the name of the Kafka; the namespace must be the cluster's too.
    """
    yield from report_missing(
        environment, lambda found: found.source.group == _KAFKA and found.edge.role == "belongs to"
    )
    for member in environment.select(*LABELLED, group=_KAFKA):
        labels = read_mapping(member.data, "metadata.labels")
        if CLUSTER_LABEL not in labels:
            yield environment.hit(
                member,
                f"{label(member)} has no label {CLUSTER_LABEL}, so it belongs to no {LABELLED[member.kind]}",
                ("metadata", "labels") if labels else ("metadata",),
                f"add the label {CLUSTER_LABEL}",
            )


@rule("REF035", "warning")
def check_connector_resources(environment: Environment) -> Iterator[Hit]:
    """The KafkaConnect of a KafkaConnector takes connectors from resources.

    Why: Strimzi only looks at KafkaConnector objects of a KafkaConnect with the annotation
    `strimzi.io/use-connector-resources: "true"`. Without it the connector is never made.

    Fix: add the annotation to the KafkaConnect.
    """
    for found in find_edges(environment):
        if found.source.kind != "KafkaConnector" or found.edge.kind != "KafkaConnect" or found.state != "found":
            continue
        told = read_mapping(found.targets[0].data, "metadata.annotations").get(_USES_RESOURCES)
        if told not in ("true", True):
            yield environment.hit(
                found.source,
                f"{label(found.source)} is left out: {label(found.targets[0])} has no annotation "
                f'{_USES_RESOURCES}: "true"',
                found.edge.keys,
                "add the annotation to the KafkaConnect",
            )


RULES: tuple[Rule, ...] = (
    check_catalog_source,
    check_operator_group,
    check_package,
    check_kafka_cluster,
    check_connector_resources,
)


def _find_slip(value: str, known: frozenset[str]) -> str:
    """What was meant, where a name is all but one of `known`."""
    if value != value.strip():
        return value.strip()
    near = "" if value in known or len(value) < _SHORTEST else find_near(value, known, cutoff=0.8)
    return near if abs(len(near) - len(value)) <= 1 else ""
