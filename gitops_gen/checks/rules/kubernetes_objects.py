"""What the API server asks of Services, Ingresses, autoscalers, budgets and CronJobs, beyond their schema.

As pkg/apis/{core,networking,autoscaling,policy,batch}/validation of kubernetes/kubernetes have it.
"""

import re
from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.go_values import find_schedule_problem, is_duration
from gitops_gen.checks.reference_paths import is_templated, read, read_text, walk
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.kubernetes_parts import is_whole, list_texts
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show

_DESCRIPTORS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_PERCENT = r"[0-9]{1,9}%"
_ALL = 100
_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_LONGEST = 63
_METRICS = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}
_PORTS: Keys = ("spec", "ports")


@rule("KUBE013", "error")
def check_service_ports(resource: Resource) -> Iterator[Hit]:
    """The ports of a Service have names where there are several, and nodePort where its type has them.

    Why: the API server refuses a Service with several ports of which one has no name or two have the same, and a
    `nodePort` in one that is only reached from inside the cluster.

    Fix: give each port a name of its own; set `type: NodePort` or `LoadBalancer`, or remove `nodePort`.
    """
    if resource.kind != "Service":
        return
    spec = as_mapping(resource.data.get("spec"))
    ports = list(map(as_mapping, as_list(spec.get("ports"))))
    seen: set[str] = set()
    for number, port in enumerate(ports):
        name = port.get("name")
        if len(ports) > 1 and name in (None, ""):
            told = f"port {str(port.get('port'))[:20]} has no name, and the Service has {len(ports)} ports"
            yield Hit(told, (*_PORTS, number), "write a name")
        elif isinstance(name, str) and name in seen:
            yield Hit(f"two ports are called {show(name)}", (*_PORTS, number, "name"), "give each a name of its own")
        if isinstance(name, str) and name and not is_templated(name):
            seen.add(name)
            if len(name) > _LONGEST or re.fullmatch(_LABEL, name) is None:
                fix = "use small letters, digits and dashes"
                yield Hit(f"{show(name)} cannot be the name of a port", (*_PORTS, number, "name"), fix)
        if port.get("nodePort") and spec.get("type") in (None, "", "ClusterIP"):
            fix = "set type: NodePort, or remove nodePort"
            yield Hit("a Service of type ClusterIP has no nodePort", (*_PORTS, number, "nodePort"), fix)


@rule("KUBE014", "error")
def check_service_type(resource: Resource) -> Iterator[Hit]:
    """A Service has what its type needs.

    Why: the API server refuses a Service without ports (unless it has no address, or is an ExternalName), an
    ExternalName without `externalName`, and `externalTrafficPolicy` in one that is not reached from outside.

    Fix: add what is missing; remove what belongs to another type.
    """
    if resource.kind != "Service":
        return
    spec = as_mapping(resource.data.get("spec"))
    outside = spec.get("type") in ("NodePort", "LoadBalancer") or bool(spec.get("externalIPs"))
    if spec.get("type") == "ExternalName":
        if not spec.get("externalName"):
            yield Hit("an ExternalName needs externalName", ("spec", "type"), "write externalName: a host")
    elif not spec.get("ports") and spec.get("clusterIP") != "None" and spec:
        place = _PORTS if "ports" in spec else ("spec",)
        yield Hit("the Service has no ports", place, "write ports; or clusterIP: None for one without an address")
    if spec.get("externalTrafficPolicy") and spec.get("type") in (None, "", "ClusterIP") and not outside:
        yield Hit(
            "externalTrafficPolicy only goes with a Service that is reached from outside",
            ("spec", "externalTrafficPolicy"),
            "set type: LoadBalancer or NodePort, or remove it",
        )


@rule("KUBE015", "error")
def check_autoscaler(resource: Resource) -> Iterator[Hit]:
    """A HorizontalPodAutoscaler has no more replicas at least than at most, and metrics that say what they are.

    Why: the API server refuses one whose `maxReplicas` is below `minReplicas` or below 1, and a metric without the
    field of its type.

    Fix: mend the numbers; write the field that the type is called after.
    """
    if resource.kind != "HorizontalPodAutoscaler":
        return
    spec = as_mapping(resource.data.get("spec"))
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if isinstance(most, int) and is_whole(most):
        if isinstance(least, int) and is_whole(least) and most < least:
            message = f"maxReplicas is {str(most)[:20]}, and minReplicas {str(least)[:20]}"
            yield Hit(message, ("spec", "maxReplicas"), "raise maxReplicas, or lower minReplicas")
        elif most < 1:
            yield Hit(f"maxReplicas is {str(most)[:20]}", ("spec", "maxReplicas"), "write a number above 0")
    for number, metric in enumerate(map(as_mapping, as_list(spec.get("metrics")))):
        field = _METRICS.get(str(metric.get("type")))
        if field and metric.get(field) is None:
            keys = ("spec", "metrics", number, "type")
            yield Hit(f"a metric of type {metric['type']} needs {field}", keys, f"write {field}, or mend the type")


@rule("KUBE016", "error")
def check_budget(resource: Resource) -> Iterator[Hit]:
    """A PodDisruptionBudget has minAvailable or maxUnavailable, a number or a percentage.

    Why: the API server refuses one with both, and takes a number as a number: `"1"` in quotes is no percentage. More
    than 100% it refuses too.

    Fix: keep one of them; write the number without quotes, or with % behind it.
    """
    if resource.kind != "PodDisruptionBudget":
        return
    spec = as_mapping(resource.data.get("spec"))
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        message = "minAvailable and maxUnavailable are both set; one of them is taken"
        yield Hit(message, ("spec", "maxUnavailable"), "remove one of them")
    for field in ("minAvailable", "maxUnavailable"):
        value = spec.get(field)
        if not isinstance(value, str) or is_templated(value):
            continue
        if re.fullmatch(_PERCENT, value, re.ASCII) is None:
            yield Hit(f"{show(value)} is no percentage", ("spec", field), "write 50%, or a number without quotes")
        elif int(value[:-1]) > _ALL:
            yield Hit(f"{show(value)} is more than 100%", ("spec", field), "write 100% at most")


@rule("KUBE017", "error")
def check_schedule(resource: Resource) -> Iterator[Hit]:
    """The schedule of a CronJob is one of cron.

    Why: the API server refuses what github.com/robfig/cron does not read: five fields (no seconds), Sunday is 0 and
    not 7. A time zone stands in `timeZone`, and not in the schedule.

    Fix: write minute, hour, day of the month, month and day of the week; or @hourly, @daily, @weekly, @monthly.
    """
    schedule = read_text(resource.data, "spec.schedule") if resource.kind == "CronJob" else ""
    if not schedule or is_templated(schedule):
        return
    keys = ("spec", "schedule")
    if "TZ" in schedule:
        yield Hit("the schedule has a time zone", keys, "write it into timeZone")
    elif problem := find_standard_problem(schedule):
        yield Hit(f"{show(schedule)} is no schedule: {problem}", keys, "write five fields such as 30 4 * * 1")


def find_standard_problem(schedule: str) -> str:
    """What is wrong with a schedule for cron.ParseStandard, which knows @daily and the like; empty if nothing is."""
    if not schedule.startswith("@"):
        return find_schedule_problem(schedule)
    if schedule in _DESCRIPTORS or (schedule.startswith("@every ") and is_duration(schedule[len("@every ") :])):
        return ""
    return "there is @hourly, @daily, @weekly, @monthly, @yearly, and @every with a duration"


@rule("KUBE018", "error")
def check_ingress(resource: Resource) -> Iterator[Hit]:
    """The host of an Ingress is a name, its paths begin with a slash, and a port has a name or a number.

    Why: the API server refuses a host with a scheme, a port, a path, capitals or an address, a path that is not
    absolute, and a backend whose port has both a name and a number, or neither.

    Fix: write the host alone, as in api.example.com; `/` before the path; one of `name` and `number`.
    """
    if resource.kind != "Ingress" or not resource.api_version.startswith("networking.k8s.io/v1"):
        return
    for keys, host in list_texts(resource.data, "spec.rules[].host"):
        if re.search(r"[:/A-Z_\s]", host) or re.fullmatch(r"[0-9]+(?:\.[0-9]+){3}", host):
            yield Hit(f"{show(host)} is no name of a host", keys, "write the name alone, in small letters")
    for keys, path in list_texts(resource.data, "spec.rules[].http.paths[].path"):
        if not path.startswith("/"):
            yield Hit(f"the path {show(path)} does not begin with a slash", keys, f"write /{path}"[:100])
    for keys, service in walk(resource.data, "spec.rules[].http.paths[].backend.service"):
        yield from _check_backend(keys, service)


def _check_backend(keys: Keys, service: Any) -> Iterator[Hit]:  # noqa: ANN401 - YAML
    port = as_mapping(read(service, "port"))
    if not isinstance(service, dict) or len([key for key in ("name", "number") if port.get(key)]) == 1:
        return
    said = "a name and a number" if port.get("name") else "neither a name nor a number"
    place = (*keys, "port") if "port" in service else keys
    yield Hit(f"the port of the backend has {said}", place, "write one of port.name and port.number")


RULES: tuple[Rule, ...] = (
    check_service_ports,
    check_service_type,
    check_autoscaler,
    check_budget,
    check_schedule,
    check_ingress,
)
