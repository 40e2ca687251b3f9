"""What Services send to, and what routes to Services."""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_edges import find_edges, select
from gitops_gen.checks.reference_paths import is_templated, read, walk
from gitops_gen.checks.reference_selectors import POD
from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.references_parts import label, report_missing, report_no_pods
from gitops_gen.names import show
from gitops_gen.wording import suggest

_ROUTES = frozenset({"HTTPRoute", "Ingress", "Rollout", "Route"})


@rule("REF020", "warning")
def check_service_pods(environment: Environment) -> Iterator[Hit]:
    """A Service selects pods that are there.

    Why: a Service whose selector fits no pod has no endpoints: every connection to it fails, and nothing says so. A
    namespace in which another operator, or an Application of another repository, makes pods is left alone.

    Fix: mend `selector`, so that it has the labels of the pods: those of `spec.template.metadata`, not those of the
    Deployment itself.
    """
    yield from report_no_pods(environment, "Service")


@rule("REF021", "error")
def check_target_ports(environment: Environment) -> Iterator[Hit]:
    """A port that a Service sends to by its name is one of the pods.

    Why: a `targetPort` that is a name is looked up among the ports of each pod's containers; a pod that has none of
    that name is no endpoint.

    Fix: write the name of the container's port, or its number; or name the port in the container's `ports`.
    """
    for member in environment.select("Service", group=""):
        selector = read(member.data, "spec.selector")
        if not isinstance(selector, dict) or not selector:
            continue
        chosen = select(environment, POD, {"matchLabels": selector}, [member.namespace])
        pods = chosen.certain
        if not pods or chosen.is_open:
            continue
        names = sorted({port.name for pod in pods for port in pod.ports if port.name})
        for at, port in walk(member.data, "spec.ports[].targetPort"):
            if not isinstance(port, str) or port.isdigit() or is_templated(port):
                continue
            if not any(pod.has_port(port) for pod in pods):
                yield environment.hit(
                    member,
                    f"{label(member)} sends to the port {show(port)}, and none of its pods has one of that name"
                    + suggest(port, names),
                    at,
                    "write the name of the container's port, or its number",
                )


@rule("REF022", "error")
def check_backends(environment: Environment) -> Iterator[Hit]:
    """A Service that an Ingress, a Route, an HTTPRoute or a Rollout sends to exists.

    Why: what routes to a Service that does not exist answers 503, or is not taken up at all.

    Fix: mend the name, or add the Service; operators name theirs after what they serve: `<deployment>-<predictor>` for
    Seldon Core, `<name>-predictor` for KServe.
    """
    yield from report_missing(
        environment,
        lambda found: found.edge.kind == "Service" and found.source.kind in _ROUTES and found.edge.role == "routes to",
    )


@rule("REF023", "error")
def check_backend_ports(environment: Environment) -> Iterator[Hit]:
    """The port that an Ingress, a Route or an HTTPRoute sends to is one of the Service.

    Why: a backend with a port that its Service does not have is not taken up: requests get 503 or 404.

    Fix: write the name or the number of a port of the Service (`spec.ports[].port`), not the container's.
    """
    for found in find_edges(environment):
        if found.source.kind not in _ROUTES or found.edge.role != "routes to" or found.state != "found":
            continue
        service = found.targets[0]
        if (service.group, service.kind) != ("", "Service"):
            continue
        ports = [port for _, port in walk(service.data, "spec.ports[]") if isinstance(port, dict)]
        for keys, wanted in _list_wanted(found.source, found.edge.keys):
            if ports and not any(_is_port(port, wanted, found.source.kind) for port in ports):
                told = show(wanted) if isinstance(wanted, str) else str(wanted)
                known = [str(value) for port in ports for value in (port.get("name"), port.get("port")) if value]
                yield environment.hit(
                    found.source,
                    f"{label(found.source)} sends to the port {told} of {label(service)}, which it does not have"
                    + suggest(str(wanted), known),
                    keys,
                    "write the name or the number of a port of the Service",
                )


RULES: tuple[Rule, ...] = (check_service_pods, check_target_ports, check_backends, check_backend_ports)


def _list_wanted(member: Member, keys: Keys) -> Iterator[tuple[Keys, str | int]]:
    """The ports that stand beside the name of a Service, each with the way to it."""
    beside: Any = member.data
    for key in keys[:-1]:
        beside = beside[key]
    places: Mapping[str, tuple[str, ...]] = {"Ingress": ("port.name", "port.number"), "HTTPRoute": ("port",)}
    if member.kind == "Route" and keys[1] == "to":
        for at, port in walk(member.data, "spec.port.targetPort"):
            if isinstance(port, str | int) and not is_templated(str(port)):
                yield at, port
    for path in places.get(member.kind, ()):
        for at, port in walk(beside, path):
            if isinstance(port, str | int) and not is_templated(str(port)):
                yield (*keys[:-1], *at), port


def _is_port(port: Mapping[str, Any], wanted: str | int, kind: str) -> bool:
    """Whether a Service's port is meant; a Route of OpenShift names the container's port, or the Service's by name."""
    if wanted in (port.get("name"), port.get("port")):
        return True
    return kind == "Route" and (wanted == port.get("targetPort") or "targetPort" not in port)
