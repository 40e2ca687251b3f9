"""What ServiceMonitors and PodMonitors choose."""

from collections.abc import Iterator, Sequence

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_edges import ResolvedEdge, find_edges, select
from gitops_gen.checks.reference_paths import is_templated, walk
from gitops_gen.checks.reference_selectors import Labelled
from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.references_parts import explain_selector, label
from gitops_gen.names import show
from gitops_gen.wording import suggest

_GROUP = "monitoring.coreos.com"


@rule("REF016", "warning")
def check_service_monitor(environment: Environment) -> Iterator[Hit]:
    """A ServiceMonitor selects a Service that is there.

    Why: a selector that fits nothing is no error for Prometheus: there are no targets and no metrics, and alerts on
    them never fire. Services of this environment count, and those that Seldon Core and KServe make: a Service for each
    predictor, labelled `seldon-deployment-id` and `app.kubernetes.io/managed-by`, or
    `serving.kserve.io/inferenceservice` and `component`. A namespace in which another operator, or an Application
    of another repository, makes Services is left alone.

    Fix: mend the labels of `selector`, or `namespaceSelector`, so that they are those of the Service.
    """
    yield from _check_selection(environment, "ServiceMonitor")


@rule("REF017", "error")
def check_service_monitor_port(environment: Environment) -> Iterator[Hit]:
    """A port that a ServiceMonitor reads is one of the Services that it selects.

    Why: `port` is the name of a port of the Service, `targetPort` that of a container. Prometheus drops every target
    that has no such port, and says nothing.

    Fix: write the name of the Service's port: `http` or `grpc` for a SeldonDeployment. A port that only containers have
    (Seldon's `metrics`) needs a PodMonitor.
    """
    yield from _check_ports(environment, "ServiceMonitor", "endpoints", ("port",))


@rule("REF018", "warning")
def check_pod_monitor(environment: Environment) -> Iterator[Hit]:
    """A PodMonitor selects pods that are there.

    Why: a selector that fits nothing is no error for Prometheus: there are no targets and no metrics, and alerts on
    them never fire. Pods of this environment count, and those that Seldon Core and KServe make. A namespace in which
    another operator, or an Application of another repository, makes pods is left alone.

    Fix: mend the labels of `selector`, or `namespaceSelector`, so that they are those of the pods.
    """
    yield from _check_selection(environment, "PodMonitor")


@rule("REF019", "error")
def check_pod_monitor_port(environment: Environment) -> Iterator[Hit]:
    """A port that a PodMonitor reads is one of the containers that it selects.

    Why: `port` is the name of a container's port. Prometheus drops every target that has no such port, and says
    nothing.

    Fix: write the name of the container's port: `metrics` for a model of Seldon Core, what `ports` of the predictor
    says for one of KServe.
    """
    yield from _check_ports(environment, "PodMonitor", "podMetricsEndpoints", ("port", "portNumber"))


RULES: tuple[Rule, ...] = (
    check_service_monitor,
    check_service_monitor_port,
    check_pod_monitor,
    check_pod_monitor_port,
)


def _check_selection(environment: Environment, kind: str) -> Iterator[Hit]:
    for member, edges in _group_edges(environment, kind):
        if all(found.state == "missing" for found in edges):
            edge = edges[0].edge
            places = " or ".join(show(found.edge.namespace) for found in edges if found.edge.namespace)
            yield environment.hit(
                member,
                f"{label(member)} selects {_name_labels(edge.selector)}, and no {edge.kind.lower()}"
                f" in namespace {places} has these labels" + explain_selector(environment, edge),
                edge.keys,
                f"write labels of the {edge.kind.lower() if edge.kind == 'Pod' else edge.kind}",
            )


def _check_ports(environment: Environment, kind: str, field: str, names: tuple[str, ...]) -> Iterator[Hit]:
    for member, edges in _group_edges(environment, kind):
        edge = edges[0].edge
        chosen = select(environment, edge.kind, edge.selector, [found.edge.namespace for found in edges])
        if not chosen.certain or chosen.is_open:
            continue
        for at, endpoint in walk(member.data.get("spec"), f"{field}[]"):
            for name in names:
                port = endpoint.get(name) if isinstance(endpoint, dict) else None
                if isinstance(port, str | int) and not is_templated(str(port)):
                    yield from _check_port(environment, member, ("spec", *at, name), port, chosen.certain)


def _check_port(
    environment: Environment, member: Member, keys: Keys, port: str | int, chosen: Sequence[Labelled]
) -> Iterator[Hit]:
    if any(each.has_port(port) for each in chosen):
        return
    names = sorted({each.name for found in chosen for each in found.ports if each.name})
    what = "service" if chosen[0].kind == "Service" else "pod"
    told = show(port) if isinstance(port, str) else str(port)
    yield environment.hit(
        member,
        f"{label(member)} reads the port {told}, and no {what} that it selects has one of that name"
        + suggest(str(port), names),
        keys,
        f"write the name of a port of the {what}",
    )


def _group_edges(environment: Environment, kind: str) -> Iterator[tuple[Member, list[ResolvedEdge]]]:
    """Each monitor of a kind with its selector in each namespace."""
    found: dict[int, list[ResolvedEdge]] = {}
    for each in find_edges(environment):
        if each.source.kind == kind and each.source.group == _GROUP and each.edge.selector is not None:
            found.setdefault(id(each.source), []).append(each)
    for edges in found.values():
        yield edges[0].source, edges


def _name_labels(selector: object) -> str:
    labels = selector.get("matchLabels") if isinstance(selector, dict) else None
    if not isinstance(labels, dict) or not labels:
        return "by expressions"
    return show(", ".join(f"{key}={value}" for key, value in labels.items()))
