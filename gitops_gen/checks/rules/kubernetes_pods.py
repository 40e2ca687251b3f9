"""What the API server asks of pods and of what makes them, beyond their schema.

As pkg/apis/{core,apps,batch}/validation and pkg/kubelet of kubernetes/kubernetes have it.
"""

import re
from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.pod_specs import list_all_containers, list_pod_templates
from gitops_gen.checks.reference_paths import PathTable, is_templated, read, read_text
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.kubernetes_parts import (
    ALWAYS_RUNNING,
    LITERAL,
    RUNNING_ONCE,
    is_text,
    is_whole,
    list_texts,
)
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show
from gitops_gen.wording import suggest

_HANDLERS = (
    *(
        f"{probe}.{action}"
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        for action in ("httpGet", "tcpSocket")
    ),
    *(f"lifecycle.{event}.{action}" for event in ("postStart", "preStop") for action in ("httpGet", "tcpSocket")),
)
_NAMED = PathTable({f"{handler}.port": None for handler in _HANDLERS})
_NUMBERS = PathTable({"ports[].containerPort": 1, "ports[].hostPort": 0, **{f"{each}.port": 1 for each in _HANDLERS}})
"""Where a container has numbers of ports, and the least that one may be."""
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_LABEL = 63
_LONGEST_PORT = 15
_LAST_PORT = 65535
_MODES = 0o777
_MOST_VALUES = 100
_MODE_FIELDS = ("defaultMode", "items[].mode", "sources[].*.items[].mode")
_MODE_PLACES = PathTable(
    {
        f"volumes[].{source}.{field}": None
        for source in ("configMap", "secret", "downwardAPI", "projected")
        for field in _MODE_FIELDS
    }
)
"""Where a pod has the permissions of files."""


@rule("KUBE002", "error")
def check_restart_policy(resource: Resource) -> Iterator[Hit]:
    """The restartPolicy of a Job's pods is OnFailure or Never, and Always that of pods that stay.

    Why: the API server refuses another one. Without any it takes Always, which a Job or a CronJob may not have.

    Fix: write `restartPolicy: OnFailure` or `Never` in a Job; leave it out of a Deployment, a StatefulSet or a
    DaemonSet.
    """
    kind = resource.group_kind
    if kind not in ALWAYS_RUNNING and kind not in RUNNING_ONCE:
        return
    for pod in list_pod_templates(resource):
        value = pod.spec.get("restartPolicy")
        if kind in RUNNING_ONCE and value in (None, "", "Always"):
            keys = (*pod.keys, "restartPolicy") if "restartPolicy" in pod.spec else pod.keys
            said = "is Always" if value else "is not set, which is Always"
            fix = "write restartPolicy: OnFailure, or Never"
            yield Hit(f"the restartPolicy of a {resource.kind} {said}", keys, fix)
        elif kind in ALWAYS_RUNNING and value in ("OnFailure", "Never"):
            yield Hit(
                f"the restartPolicy of a {resource.kind} is {value}; only Always is taken",
                (*pod.keys, "restartPolicy"),
                "remove restartPolicy; or make it a Job",
            )


@rule("KUBE003", "error")
def check_selectors(resource: Resource) -> Iterator[Hit]:
    """The selector of a workload matches the labels of its own pods.

    Why: the API server refuses a Deployment, StatefulSet, DaemonSet, ReplicaSet or ReplicationController whose template
    makes pods that it would not find, and so does the controller of Argo Rollouts with a Rollout.

    Fix: write the labels of `selector` into `template.metadata.labels`. The selector of one that runs cannot be
    changed: then mend the labels.
    """
    if resource.group_kind not in ALWAYS_RUNNING:
        return
    selector = as_mapping(read(resource.data, "spec.selector"))
    wanted = selector if resource.kind == "ReplicationController" else as_mapping(selector.get("matchLabels"))
    for pod in list_pod_templates(resource):
        labels = as_mapping(pod.metadata.get("labels"))
        keys = _find_labels(resource, pod.metadata_keys, labels)
        yield from _check_expressions(selector, labels)
        for key, value in wanted.items():
            if not isinstance(value, str) or not isinstance(key, str) or is_templated(value + key):
                continue
            has = labels.get(key, "")
            if not isinstance(has, str) or is_templated(has) or labels.get(key) == value:
                continue
            said = f"are {key}: {show(has)}" if key in labels else f"have no {show(key)}"
            yield Hit(
                f"the selector wants {key}: {show(value)}, and the labels of the pods {said}"[:300],
                (*keys, key) if key in labels else keys,
                f"write {key}: {value} in template.metadata.labels"[:300],
            )


def _check_expressions(selector: dict[str, Any], labels: dict[str, Any]) -> Iterator[Hit]:
    for number, expression in enumerate(map(as_mapping, as_list(selector.get("matchExpressions")))):
        key, values = read_text(expression, "key"), as_list(expression.get("values"))
        words = [key, labels.get(key, ""), *values[:_MOST_VALUES]]
        if (
            not key
            or len(values) > _MOST_VALUES
            or not all(isinstance(word, str) and not is_templated(word) for word in words)
        ):
            continue
        holds = {
            "In": key in labels and labels[key] in values,
            "NotIn": key not in labels or labels[key] not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }
        if not holds.get(str(expression.get("operator")), True):
            message = f"the labels of the pods do not fit the expression on {show(key)}"
            yield Hit(message, ("spec", "selector", "matchExpressions", number), "mend the labels or the expression")


def _find_labels(resource: Resource, keys: Keys, labels: dict[str, Any]) -> Keys:
    """The way to the labels of a template, or to what they are missing in."""
    if labels:
        return (*keys, "labels")
    return keys if isinstance(read(resource.data, ".".join(map(str, keys))), dict) else keys[:-1]


@rule("KUBE004", "error")
def check_named_ports(resource: Resource) -> Iterator[Hit]:
    """The port that a probe or a hook of a container names is one of that container.

    Why: the kubelet looks the name up among the ports of the same container. Where it is not there, the probe fails
    each time: the pod never gets ready, or is started again and again. Digits in quotes are a name, and refused.

    Fix: name a port of the container, or write its number.
    """
    for keys, container in list_all_containers(resource):
        asked = [(at, name) for at, name, _ in _NAMED.find(container) if is_text(name)]
        names = [name for _, name in list_texts(container, "ports[].name")] if asked else []
        for at, name in asked:
            if name.isdecimal():
                yield Hit(f"{show(name)} is text, which is the name of a port", (*keys, *at), f"write {name}")
            elif name not in names and resource.group_kind in LITERAL:
                message = f"the container has no port called {show(name)}{suggest(name, names)}"
                yield Hit(message, (*keys, *at), "name a port of the container, or write its number")


@rule("KUBE005", "error")
def check_port_numbers(resource: Resource) -> Iterator[Hit]:
    """A port is a number from 1 to 65535.

    Why: the schemas take any whole number, and the API server refuses the others.

    Fix: write the number of the port.
    """
    for keys, container in list_all_containers(resource):
        for at, number, least in _NUMBERS.find(container):
            if number == 0 and resource.group_kind not in LITERAL:
                continue
            if is_whole(number) and not least <= number <= _LAST_PORT:
                yield Hit(f"{str(number)[:20]} is no port", (*keys, *at), "write a number from 1 to 65535")


@rule("KUBE006", "error")
def check_names(resource: Resource) -> Iterator[Hit]:
    """The names of containers, volumes and ports are such as Kubernetes takes.

    Why: the API server refuses a container or a volume with other characters than small letters, digits and dashes, or
    with more than 63; a port's name with more than 15, or without a letter; and two ports of one name in a container.

    Fix: use small letters, digits and dashes, and a shorter name for a port. What mounts the volume or asks for the
    port names it too.
    """
    for pod in list_pod_templates(resource):
        for at, name in list_texts(pod.spec, "volumes[].name"):
            if not _is_label(name):
                yield _refuse_name("a volume", name, (*pod.keys, *at))
        for keys, container in pod.containers:
            for at, name in list_texts(container, "name"):
                if not _is_label(name):
                    yield _refuse_name("a container", name, (*keys, *at))
            seen: set[str] = set()
            for at, name in list_texts(container, "ports[].name"):
                if name in seen:
                    yield Hit(f"two ports are called {show(name)}", (*keys, *at), "give each a name of its own")
                seen.add(name)
                if len(name) > _LONGEST_PORT or not _is_port(name):
                    yield _refuse_name("a port", name, (*keys, *at), _LONGEST_PORT)


def _is_label(name: str) -> bool:
    return len(name) <= _LONGEST_LABEL and _LABEL.fullmatch(name) is not None


def _is_port(name: str) -> bool:
    """As IsValidPortName of k8s.io/apimachinery."""
    return _is_label(name) and "--" not in name and any(character.isalpha() for character in name)


def _refuse_name(what: str, name: str, keys: Keys, longest: int = _LONGEST_LABEL) -> Hit:
    return Hit(
        f"{show(name)} cannot be the name of {what}",
        keys,
        f"use small letters, digits and dashes between them, {longest} characters at most",
    )


@rule("KUBE007", "error")
def check_modes(resource: Resource) -> Iterator[Hit]:
    """The permissions of files in a volume are octal.

    Why: `defaultMode: 644` is six hundred and forty-four, which is no set of permissions: the API server refuses what
    is above 0777. In YAML an octal number begins with 0.

    Fix: write 0644 (or 420, the same in decimal).
    """
    for pod in list_pod_templates(resource):
        for at, mode, _ in _MODE_PLACES.find(pod.spec):
            if is_whole(mode) and not 0 <= mode <= _MODES:
                digits = str(mode)
                octal = len(digits) == len("644") and set(digits) <= set("01234567")
                fix = f"write 0{digits}" if octal else "write an octal number such as 0644"
                yield Hit(f"{digits[:20]} is not from 0 to 0777 (octal)", (*pod.keys, *at), fix)


RULES: tuple[Rule, ...] = (
    check_restart_policy,
    check_selectors,
    check_named_ports,
    check_port_numbers,
    check_names,
    check_modes,
)
