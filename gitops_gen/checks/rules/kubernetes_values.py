"""Values that the API server knows, and no schema lists: those of pkg/apis/*/validation in kubernetes/kubernetes.

A path is a line of reference_paths; in _POD it begins at the pod's spec, in _CONTAINER at a container.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from gitops_gen.checks.pod_specs import list_pod_templates
from gitops_gen.checks.reference_paths import PathTable, is_templated
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.kubernetes_parts import is_text, join
from gitops_gen.names import show
from gitops_gen.wording import find_near, with_article

Values = tuple[str, ...]

_PROTOCOLS = ("TCP", "UDP", "SCTP")
_SECCOMP = ("RuntimeDefault", "Localhost", "Unconfined")
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_TERMS = "matchExpressions[].operator"
_NODES = "affinity.nodeAffinity"
_ACCESS = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_VOLUME_MODES = ("Filesystem", "Block")
_UPDATES = ("RollingUpdate", "OnDelete")
_COMPLETION = ("NonIndexed", "Indexed")
_TARGETS = ("Utilization", "Value", "AverageValue")
_POLICIES = ("Cluster", "Local")

_POD: PathTable[Values] = PathTable(
    {
        "restartPolicy": ("Always", "OnFailure", "Never"),
        "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
        "securityContext.seccompProfile.type": _SECCOMP,
        "securityContext.fsGroupChangePolicy": ("OnRootMismatch", "Always"),
        "tolerations[].operator": ("Equal", "Exists"),
        "tolerations[].effect": ("NoSchedule", "PreferNoSchedule", "NoExecute"),
        "topologySpreadConstraints[].whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
        f"{_NODES}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[].{_TERMS}": (
            *_OPERATORS,
            "Gt",
            "Lt",
        ),
        f"{_NODES}.preferredDuringSchedulingIgnoredDuringExecution[].preference.{_TERMS}": (*_OPERATORS, "Gt", "Lt"),
    }
)
_CONTAINER: PathTable[Values] = PathTable(
    {
        "imagePullPolicy": ("IfNotPresent", "Always", "Never"),
        "ports[].protocol": _PROTOCOLS,
        "terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
        "securityContext.seccompProfile.type": _SECCOMP,
        "livenessProbe.httpGet.scheme": ("HTTP", "HTTPS"),
        "readinessProbe.httpGet.scheme": ("HTTP", "HTTPS"),
        "startupProbe.httpGet.scheme": ("HTTP", "HTTPS"),
    }
)
_SELECTOR = f"spec.selector.{_TERMS}"
_OBJECTS: Mapping[tuple[str, str], Mapping[str, Values]] = {
    ("", "PersistentVolumeClaim"): {"spec.accessModes[]": _ACCESS, "spec.volumeMode": _VOLUME_MODES},
    ("", "Service"): {
        "spec.type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
        "spec.ports[].protocol": _PROTOCOLS,
        "spec.sessionAffinity": ("None", "ClientIP"),
        "spec.externalTrafficPolicy": _POLICIES,
        "spec.internalTrafficPolicy": _POLICIES,
        "spec.ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
    },
    ("apps", "DaemonSet"): {"spec.updateStrategy.type": _UPDATES, _SELECTOR: _OPERATORS},
    ("apps", "Deployment"): {"spec.strategy.type": ("RollingUpdate", "Recreate"), _SELECTOR: _OPERATORS},
    ("apps", "ReplicaSet"): {_SELECTOR: _OPERATORS},
    ("apps", "StatefulSet"): {
        "spec.updateStrategy.type": _UPDATES,
        "spec.podManagementPolicy": ("OrderedReady", "Parallel"),
        "spec.volumeClaimTemplates[].spec.accessModes[]": _ACCESS,
        "spec.volumeClaimTemplates[].spec.volumeMode": _VOLUME_MODES,
        _SELECTOR: _OPERATORS,
    },
    ("autoscaling", "HorizontalPodAutoscaler"): {
        "spec.metrics[].type": ("Resource", "ContainerResource", "Pods", "Object", "External"),
        "spec.metrics[].resource.target.type": _TARGETS,
        "spec.metrics[].containerResource.target.type": _TARGETS,
        "spec.metrics[].pods.target.type": _TARGETS,
        "spec.metrics[].object.target.type": _TARGETS,
        "spec.metrics[].external.target.type": _TARGETS,
        "spec.behavior.*.selectPolicy": ("Max", "Min", "Disabled"),
        "spec.behavior.*.policies[].type": ("Pods", "Percent"),
    },
    ("batch", "CronJob"): {
        "spec.concurrencyPolicy": ("Allow", "Forbid", "Replace"),
        "spec.jobTemplate.spec.completionMode": _COMPLETION,
    },
    ("batch", "Job"): {"spec.completionMode": _COMPLETION},
    ("networking.k8s.io", "Ingress"): {
        "spec.rules[].http.paths[].pathType": ("Prefix", "Exact", "ImplementationSpecific")
    },
    ("networking.k8s.io", "NetworkPolicy"): {
        "spec.policyTypes[]": ("Ingress", "Egress"),
        "spec.ingress[].ports[].protocol": _PROTOCOLS,
        "spec.egress[].ports[].protocol": _PROTOCOLS,
    },
    ("policy", "PodDisruptionBudget"): {
        "spec.unhealthyPodEvictionPolicy": ("IfHealthyBudget", "AlwaysAllow"),
        _SELECTOR: _OPERATORS,
    },
}

_PLACEHOLDER = r"[A-Z0-9]+(?:_[A-Z0-9]+)+"
"""What bases have where each overlay writes a value: FROM_OVERLAY."""
_SUBDOMAIN = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*"
_LONGEST = 253
_NAMES = {
    ("", "Service"): (r"[a-z](?:[-a-z0-9]*[a-z0-9])?", 63),
    ("batch", "CronJob"): (_SUBDOMAIN, 52),
}


@rule("KUBE001", "error")
def check_values(resource: Resource) -> Iterator[Hit]:
    """A field with a fixed set of values has one of them.

    Why: the API server refuses another value, and large and small letters count. The schemas of Kubernetes take any
    text there; so do those of operators, which pass pods on as they were written.

    Fix: write one of the values that the message lists.
    """
    yield from _check(resource.data, (), _find_table(resource.group_kind))
    for pod in list_pod_templates(resource):
        yield from _check(pod.spec, pod.keys, _POD)
        for keys, container in pod.containers:
            yield from _check(container, keys, _CONTAINER)


@rule("KUBE019", "error")
def check_name(resource: Resource) -> Iterator[Hit]:
    """The name of an object is one that Kubernetes takes.

    Why: the API server refuses names with capitals, underscores or spaces, and longer ones than 253 characters. A
    Service's is part of a host's name: it has no dots, 63 characters at most, and begins with a letter. The Jobs of a
    CronJob are called after it, with 11 characters more: it has 52 at most.

    Fix: use small letters, digits and dashes.
    """
    name = resource.name
    if not name or is_templated(name):
        return
    pattern, longest = _NAMES.get(resource.group_kind, (_SUBDOMAIN, _LONGEST))
    if len(name) > longest:
        yield Hit(f"{show(name)} has {len(name)} characters; {longest} are taken", ("metadata", "name"), "shorten it")
    elif re.fullmatch(pattern, name) is None:
        fix = "use small letters, digits and dashes"
        yield Hit(f"{show(name)} cannot be the name of {with_article(resource.kind)}", ("metadata", "name"), fix)


@cache
def _find_table(kind: tuple[str, str]) -> PathTable[Values]:
    return PathTable(_OBJECTS.get(kind, {}))


def _check(data: object, start: Keys, table: PathTable[Values]) -> Iterator[Hit]:
    for keys, value, values in table.find(data):
        if value not in values and is_text(value) and re.fullmatch(_PLACEHOLDER, value) is None:
            field = next(key for key in reversed(keys) if isinstance(key, str))
            near = find_near(value, values)
            fix = f"write {near}" if near else f"write {join(values)}"
            yield Hit(f"{show(value)} is no value of {field}; it is {join(values)}", (*start, *keys), fix)


RULES: tuple[Rule, ...] = (check_values, check_name)
