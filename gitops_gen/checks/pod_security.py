"""The Pod Security Standards of Kubernetes: what a pod sets that its levels forbid, and what it leaves out.

Facts: the package policy of k8s.io/pod-security-admission v0.34, with the lists of its latest version.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.pod_specs import PodTemplate
from gitops_gen.checks.reference_paths import PathTable
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show

_CAPABILITY_NAMES = """
    AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT
"""
_DEFAULT_CAPABILITIES = frozenset(_CAPABILITY_NAMES.split())
_SELINUX_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_SYSCTL_NAMES = """
    kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range
    net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time
    net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem
    net.ipv4.tcp_wmem
"""
_SYSCTLS = frozenset(_SYSCTL_NAMES.split())
_VOLUME_TYPES = "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret"
_VOLUMES = frozenset(_VOLUME_TYPES.split())
_PROFILES = ("RuntimeDefault", "Localhost")
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
_HANDLERS = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
_HOSTS = PathTable(
    {
        f"{handler}.{action}.host": handler.rpartition(".")[2]
        for handler in _HANDLERS
        for action in ("httpGet", "tcpSocket")
    }
)


class Violation(NamedTuple):
    """Something that a level forbids, or asks for."""

    keys: Keys
    """The way to it from the root of the object; to the container that lacks it."""
    message: str
    """`container 'churn' is privileged`."""
    fix: str
    missing: str = ""
    """The field of the securityContext to add, with its value, where that is all that is wrong."""
    since: int = 0
    """The minor release of Kubernetes 1 from which on it is forbidden."""


def find_baseline(pod: PodTemplate) -> Iterator[Violation]:
    """What the level baseline forbids in a pod."""
    yield from _check_host(pod)
    for keys, container, context in _list_contexts(pod):
        yield from _check_context(keys, container, context)
    for keys, container in pod.containers:
        yield from _check_container(keys, container)
    for key, value in as_mapping(pod.metadata.get("annotations")).items():
        fits = not _is_text(value) or value in {"", "runtime/default"} or value.startswith("localhost/")
        if isinstance(key, str) and key.startswith(_APPARMOR) and not fits:
            yield Violation(
                (*pod.metadata_keys, "annotations", key), f"the annotation {show(key)} switches AppArmor off", _REMOVE
            )


def find_restricted(pod: PodTemplate) -> Iterator[Violation]:
    """What the level restricted forbids in a pod, or misses there, beyond the level baseline."""
    for number, volume in enumerate(as_list(pod.spec.get("volumes"))):
        if isinstance(volume, dict) and not any(volume.get(field) is not None for field in _VOLUMES):
            kinds = [key for key in volume if key != "name" and volume[key] is not None]
            if "hostPath" not in kinds and kinds:
                yield Violation(
                    (*pod.keys, "volumes", number),
                    f"volume {_show(volume)} is of the type {show(str(kinds[0]))}",
                    "put a PersistentVolumeClaim in between, and mount that",
                )
    pod_context = as_mapping(pod.spec.get("securityContext"))
    if pod_context.get("runAsNonRoot") is False:
        yield Violation((*pod.keys, "securityContext", "runAsNonRoot"), "the pod may run as root", _NON_ROOT)
    if _is_root(pod_context):
        yield Violation((*pod.keys, "securityContext", "runAsUser"), "the pod runs as root", _USER)
    windows = as_mapping(pod.spec.get("os")).get("name") == "windows"
    for keys, container in pod.containers:
        if _is_text(container.get("securityContext")):  # a template
            continue
        context = as_mapping(container.get("securityContext"))
        yield from _check_user(keys, container, context, pod_context)
        if not windows:
            yield from _check_confinement(keys, container, context, pod_context)


_REMOVE = "remove it"
_NON_ROOT = "set runAsNonRoot: true"
_USER = "set another number, or leave it to the image"


def _check_host(pod: PodTemplate) -> Iterator[Violation]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(field) is True:
            yield Violation((*pod.keys, field), f"the pod has {field}: it shares that of its node", _REMOVE)
    for number, volume in enumerate(as_list(pod.spec.get("volumes"))):
        if isinstance(volume, dict) and volume.get("hostPath") is not None:
            yield Violation(
                (*pod.keys, "volumes", number),
                f"volume {_show(volume)} is a folder of the node (hostPath)",
                "use an emptyDir, or a PersistentVolumeClaim",
            )
    sysctls = as_list(as_mapping(pod.spec.get("securityContext")).get("sysctls"))
    for number, sysctl in enumerate(sysctls):
        name = as_mapping(sysctl).get("name")
        if isinstance(name, str) and name not in _SYSCTLS:
            yield Violation(
                (*pod.keys, "securityContext", "sysctls", number), f"the pod sets the sysctl {show(name)}", _REMOVE
            )


def _list_contexts(pod: PodTemplate) -> Iterator[tuple[Keys, dict[str, Any] | None, dict[str, Any]]]:
    """Every securityContext: the way to it, the container that it is of, and it; no container for the pod's own."""
    context = pod.spec.get("securityContext")
    if isinstance(context, dict):
        yield (*pod.keys, "securityContext"), None, context
    for keys, container in pod.containers:
        context = container.get("securityContext")
        if isinstance(context, dict):
            yield (*keys, "securityContext"), container, context


def _check_context(keys: Keys, container: dict[str, Any] | None, context: dict[str, Any]) -> Iterator[Violation]:
    linux = as_mapping(context.get("seLinuxOptions"))
    for field in ("type", "user", "role"):
        value = linux.get(field, "")
        if isinstance(value, str) and value not in (_SELINUX_TYPES if field == "type" else ("",)):
            yield Violation(
                (*keys, "seLinuxOptions", field), f"{_owner(container)} sets the SELinux {field} {show(value)}", _REMOVE
            )
    for field, profile in (("seccompProfile", "seccomp"), ("appArmorProfile", "AppArmor")):
        value = as_mapping(context.get(field)).get("type")
        if isinstance(value, str) and value not in _PROFILES:
            yield Violation(
                (*keys, field, "type"),
                f"{_owner(container)} has the {profile} profile {show(value)}",
                "write RuntimeDefault",
            )
    if as_mapping(context.get("windowsOptions")).get("hostProcess") is True:
        yield Violation(
            (*keys, "windowsOptions", "hostProcess"), f"{_owner(container)} is a process of its node", _REMOVE
        )


def _check_container(keys: Keys, container: dict[str, Any]) -> Iterator[Violation]:
    context = as_mapping(container.get("securityContext"))
    if context.get("privileged") is True:
        yield Violation((*keys, "securityContext", "privileged"), f"{_owner(container)} is privileged", _REMOVE)
    added = as_list(as_mapping(context.get("capabilities")).get("add"))
    for number, capability in enumerate(added):
        if isinstance(capability, str) and capability not in _DEFAULT_CAPABILITIES:
            yield Violation(
                (*keys, "securityContext", "capabilities", "add", number),
                f"{_owner(container)} adds the capability {show(capability)}",
                _REMOVE,
            )
    mount = context.get("procMount")
    if isinstance(mount, str) and mount != "Default":
        yield Violation((*keys, "securityContext", "procMount"), f"{_owner(container)} has its /proc unmasked", _REMOVE)
    for number, port in enumerate(as_list(container.get("ports"))):
        host = as_mapping(port).get("hostPort")
        if isinstance(host, int) and not isinstance(host, bool) and host != 0:
            yield Violation(
                (*keys, "ports", number, "hostPort"),
                f"{_owner(container)} takes port {host} of its node",
                "remove it: a Service reaches the containerPort",
            )
    yield from _check_probe_hosts(keys, container)


def _check_probe_hosts(keys: Keys, container: dict[str, Any]) -> Iterator[Violation]:
    for way, host, handler in _HOSTS.find(container):
        if _is_text(host) and host:
            yield Violation((*keys, *way), f"{_owner(container)}: {handler} asks another host", _REMOVE, since=34)


def _check_user(
    keys: Keys, container: dict[str, Any], context: dict[str, Any], pod_context: dict[str, Any]
) -> Iterator[Violation]:
    non_root = context.get("runAsNonRoot")
    if non_root is False:
        yield Violation((*keys, "securityContext", "runAsNonRoot"), f"{_owner(container)} may run as root", _NON_ROOT)
    elif non_root is None and pod_context.get("runAsNonRoot") is None:
        yield Violation(keys, f"{_owner(container)} may run as root", _NON_ROOT, "runAsNonRoot: true")
    if _is_root(context):
        yield Violation((*keys, "securityContext", "runAsUser"), f"{_owner(container)} runs as root", _USER)


def _check_confinement(
    keys: Keys, container: dict[str, Any], context: dict[str, Any], pod_context: dict[str, Any]
) -> Iterator[Violation]:
    escalation = context.get("allowPrivilegeEscalation")
    if escalation is True:
        yield Violation(
            (*keys, "securityContext", "allowPrivilegeEscalation"),
            f"{_owner(container)} may gain privileges",
            "write false",
        )
    elif escalation is None:
        field = "allowPrivilegeEscalation: false"
        yield Violation(keys, f"{_owner(container)} may gain privileges", f"set {field}", field)
    capabilities = as_mapping(context.get("capabilities"))
    if "ALL" not in as_list(capabilities.get("drop")) and not _is_text(capabilities.get("drop")):
        field = "capabilities: {drop: [ALL]}"
        yield Violation(keys, f"{_owner(container)} keeps capabilities", f"set {field}", field)
    for number, capability in enumerate(as_list(capabilities.get("add"))):
        if capability != "NET_BIND_SERVICE" and capability in _DEFAULT_CAPABILITIES:
            yield Violation(
                (*keys, "securityContext", "capabilities", "add", number),
                f"{_owner(container)} adds the capability {show(capability)}",
                _REMOVE,
            )
    if context.get("seccompProfile") is None and pod_context.get("seccompProfile") is None:
        field = "seccompProfile: {type: RuntimeDefault}"
        yield Violation(keys, f"{_owner(container)} has no seccomp profile", f"set {field}", field)


def _is_root(context: dict[str, Any]) -> bool:
    user = context.get("runAsUser")
    return user == 0 and isinstance(user, int) and not isinstance(user, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _owner(container: dict[str, Any] | None) -> str:
    return "the pod" if container is None else f"container {_show(container)}"


def _show(part: dict[str, Any]) -> str:
    name = part.get("name")
    return show(name) if isinstance(name, str) else "without a name"
