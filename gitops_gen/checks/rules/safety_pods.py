"""What a pod may do on its node, and what it asks for."""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.pod_security import Violation, find_baseline, find_restricted
from gitops_gen.checks.pod_specs import list_pod_templates
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show

_MODEL_KINDS = ("SeldonDeployment", "InferenceService", "ServingRuntime", "ClusterServingRuntime")
_LONG_RUNNING = ("Deployment", "StatefulSet", "Rollout", "DeploymentConfig")
_PROBES = ("readinessProbe", "startupProbe")


@rule("SAFETY001", "warning")
def check_baseline(resource: Resource) -> Iterator[Hit]:
    """No pod asks for what breaks out of its container.

    Why: privileges, namespaces, folders and ports of the node, capabilities beyond those of a container, and security
    profiles that are switched off let whoever gets into the container take the node, and with it every model and secret
    on it. These are what the Pod Security Standard `baseline` forbids; a namespace that enforces it refuses the pod.
    DaemonSets, which look after nodes, are left out.

    Fix: remove the field. What a pod must share with others belongs into a PersistentVolumeClaim, and what must reach
    it goes through a Service.
    """
    for pod in list_pod_templates(resource):
        for violation in find_baseline(pod):
            yield Hit(violation.message, violation.keys, violation.fix)


@rule("SAFETY002", "warning")
def check_restricted(resource: Resource) -> Iterator[Hit]:
    """The pods that serve a model keep to the Pod Security Standard `restricted`.

    Why: a model server runs what others made: a pickled model can run any code when it is loaded. With a user that is
    not root, no capabilities, no way to gain privileges and a seccomp profile that code gets no further than its
    container. A namespace that enforces `restricted` refuses pods without these settings.

    Fix: give each container the securityContext that the finding names. runAsNonRoot and seccompProfile may also stand
    in the securityContext of the pod, for all of its containers.
    """
    for pod in list_pod_templates(resource) if resource.kind in _MODEL_KINDS else ():
        missing: dict[Keys, list[Violation]] = {}
        for violation in find_restricted(pod):
            if violation.missing:
                missing.setdefault(violation.keys, []).append(violation)
            else:
                yield Hit(violation.message, violation.keys, violation.fix)
        containers = dict(pod.containers)
        for keys, violations in missing.items():
            fields = [violation.missing for violation in violations]
            container = containers[keys]
            place = (*keys, "securityContext") if "securityContext" in container else keys
            yield Hit(
                f"container {_show(container)} has no {_join([field.partition(':')[0] for field in fields])}",
                place,
                f"add to its securityContext: {{{', '.join(fields)}}}",
            )


@rule("SAFETY004", "warning")
def check_requests(resource: Resource) -> Iterator[Hit]:
    """Containers that serve say what CPU and memory they need.

    Why: without requests the scheduler puts the pod onto a node that is full already, where it is slow, and the first
    to be evicted. An autoscaler on CPU or memory computes with the requests: without them it does nothing. KServe puts
    in defaults for its own containers, which are not looked at; Seldon's operator does not.

    Fix: set `resources.requests` with cpu and memory.
    """
    for keys, container in _list_servers(resource):
        lacking = [name for name in ("cpu", "memory") if not _asks(container, name)]
        if lacking:
            place = (*keys, "resources") if "resources" in container else keys
            yield Hit(
                f"container {_show(container)} requests no {' or '.join(lacking)}",
                place,
                "add resources: {requests: {cpu: 100m, memory: 256Mi}}, with what the model needs",
            )


@rule("SAFETY005", "warning")
def check_memory_limit(resource: Resource) -> Iterator[Hit]:
    """Containers that serve have a limit of memory.

    Why: a server that leaks memory takes what its neighbours on the node have, until the kernel ends one of them.
    A limit ends the one that leaks. Asked of containers that have requests: SAFETY004 comes first.

    Fix: set `resources.limits.memory`.
    """
    for keys, container in _list_servers(resource):
        resources = container.get("resources")
        if not isinstance(resources, dict) or not _asks(container, "memory"):
            continue
        limits = resources.get("limits")
        if (limits is None or isinstance(limits, dict)) and not as_mapping(limits).get("memory"):
            yield Hit(
                f"container {_show(container)} has no limit of memory",
                (*keys, "resources"),
                "set resources.limits.memory",
            )


@rule("SAFETY006", "warning")
def check_readiness(resource: Resource) -> Iterator[Hit]:
    """A pod that serves says when it is ready.

    Why: without a readiness probe a pod counts as ready as soon as its process runs. A Service sends it requests while
    the model still loads, and a rollout takes the old pods away before the new ones can answer. Seldon's operator,
    KServe and Knative add probes to the containers that they know, which are not looked at.

    Fix: give the container that serves a `readinessProbe` on its port.
    """
    if resource.kind not in _LONG_RUNNING:
        return
    for pod in list_pod_templates(resource):
        staying = pod.list_staying()
        servers = [(keys, container) for keys, container in staying if _has_port(container)]
        if servers and not any(container.get(probe) for _, container in staying for probe in _PROBES):
            keys, container = servers[0]
            port = as_mapping(as_list(container.get("ports"))[0]).get("containerPort")
            yield Hit(
                f"container {_show(container)} serves on a port and has no readinessProbe",
                keys,
                f"add readinessProbe: {{tcpSocket: {{port: {port}}}}}, or an httpGet of a path that says it is ready",
            )


RULES: tuple[Rule, ...] = (check_baseline, check_restricted, check_requests, check_memory_limit, check_readiness)


def _list_servers(resource: Resource) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """The containers that serve and whose resources nothing else sets."""
    model = resource.kind == "SeldonDeployment"
    if model or resource.kind in _LONG_RUNNING:
        for pod in list_pod_templates(resource):
            for keys, container in pod.list_staying():
                if model or _has_port(container):
                    yield keys, container


def _has_port(container: dict[str, Any]) -> bool:
    ports = as_list(container.get("ports"))
    return bool(ports) and isinstance(as_mapping(ports[0]).get("containerPort"), int)


def _asks(container: dict[str, Any], name: str) -> bool:
    """Whether a resource is requested; a limit counts as a request, and what is no mapping is a template."""
    resources = container.get("resources", {})
    if not isinstance(resources, dict):
        return resources is not None
    for field in ("requests", "limits"):
        values = resources.get(field)
        if (isinstance(values, dict) and values.get(name)) or isinstance(values, str):
            return True
    return False


def _show(container: dict[str, Any]) -> str:
    name = container.get("name")
    return show(name) if isinstance(name, str) else "without a name"


def _join(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
