"""What the API server asks of containers, beyond their schema: one source each, an image, limits above requests.

As pkg/apis/core/validation/validation.go of kubernetes/kubernetes has it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.pod_specs import list_all_containers, list_pod_templates
from gitops_gen.checks.quantities import parse_quantity
from gitops_gen.checks.reference_paths import is_templated, walk
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.kubernetes_parts import ALWAYS_RUNNING, LITERAL, RUNNING_ONCE, join
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show
from gitops_gen.wording import suggest

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_ACTIONS = ("exec", "httpGet", "tcpSocket", "grpc")
_STANDARD = ("cpu", "ephemeral-storage", "memory")
_HUGE_PAGES = "hugepages-"


@rule("KUBE008", "error")
def check_sources(resource: Resource) -> Iterator[Hit]:
    """A variable, a volume and a probe have one source, and not two.

    Why: the API server refuses a variable with both `value` and `valueFrom`, a volume of two kinds, and a probe that
    asks in two ways. It often comes of a patch: Kustomize merges what the base has with what the patch adds.

    Fix: remove one of the two; in a patch, set the other one to null.
    """
    for pod in list_pod_templates(resource):
        for at, volume in walk(pod.spec, "volumes[]"):
            given = [key for key, value in as_mapping(volume).items() if value is not None and key != "name"]
            if len(given) > 1:
                yield _tell_two("the volume", as_mapping(volume).get("name"), given, (*pod.keys, *at))
        for keys, container in pod.containers:
            yield from _check_variables(keys, container)
            for probe in _PROBES:
                held = as_mapping(container.get(probe))
                given = [action for action in _ACTIONS if held.get(action) is not None] if len(held) > 1 else []
                if len(given) > 1:
                    yield _tell_two("the", probe, given, (*keys, probe))


def _check_variables(keys: Keys, container: Mapping[str, Any]) -> Iterator[Hit]:
    for number, variable in enumerate(map(as_mapping, as_list(container.get("env")))):
        if "valueFrom" not in variable:
            continue
        source = as_mapping(variable["valueFrom"])
        given = [key for key, value in source.items() if value is not None and isinstance(key, str)]
        place = (*keys, "env", number)
        if given and variable.get("value") not in (None, ""):
            yield _tell_two("the variable", variable.get("name"), ["value", "valueFrom"], place)
        elif len(given) > 1:
            yield _tell_two("the variable", variable.get("name"), given, place)
        elif variable["valueFrom"] == {}:
            yield Hit("valueFrom is empty", (*place, "valueFrom"), "say where the value comes from, or remove it")
    for number, source in enumerate(map(as_mapping, as_list(container.get("envFrom")))):
        given = [key for key in ("configMapRef", "secretRef") if source.get(key) is not None]
        if len(given) > 1:
            yield _tell_two("an item of", "envFrom", given, (*keys, "envFrom", number))


def _tell_two(what: str, name: object, given: list[str], keys: Keys) -> Hit:
    called = show(name) if isinstance(name, str) else "without a name"
    message = f"{what} {called} has {join(sorted(map(str, given))[:5], 'and')}; one of them is taken"
    return Hit(message[:300], keys, "remove all but one")


@rule("KUBE009", "error")
def check_handlers(resource: Resource) -> Iterator[Hit]:
    """A probe says how to ask.

    Why: the API server refuses a probe without exec, httpGet, tcpSocket or grpc. Often what should stand inside of it
    stands beside it.

    Fix: write one of them into the probe.
    """
    if resource.group_kind not in LITERAL:
        return
    for keys, container in list_all_containers(resource):
        for probe in _PROBES:
            held = container.get(probe)
            if isinstance(held, dict) and all(held.get(action) is None for action in _ACTIONS):
                yield Hit(f"the {probe} does not say how to ask", (*keys, probe), f"write {join(_ACTIONS)} into it")


@rule("KUBE010", "error")
def check_images(resource: Resource) -> Iterator[Hit]:
    """A container has an image.

    Why: the schemas do not require it, because a workload that is patched need not have it; the API server refuses a
    container without one. What looks like a patch itself is not asked: a workload without a selector, a pod without any
    image.

    Fix: write `image`. Kustomize's `images` only changes one that is there.
    """
    if resource.group_kind not in LITERAL or not _is_whole_object(resource):
        return
    for keys, container in list_all_containers(resource):
        if container.get("image") in (None, ""):
            name = container.get("name")
            called = show(name) if isinstance(name, str) else "without a name"
            place = (*keys, "image") if "image" in container else keys
            yield Hit(f"the container {called} has no image", place, "write image")


def _is_whole_object(resource: Resource) -> bool:
    kind = resource.group_kind
    if kind in ALWAYS_RUNNING:
        return as_mapping(resource.data.get("spec")).get("selector") is not None
    return kind in RUNNING_ONCE or any(container.get("image") for _, container in list_all_containers(resource))


@rule("KUBE011", "error")
def check_limits(resource: Resource) -> Iterator[Hit]:
    """A container asks for no more than its limit.

    Why: the API server refuses a request above the limit of the same resource. What cannot be shared, such as a GPU,
    needs a limit, and a request that is the same.

    Fix: raise the limit, or lower the request; for a GPU write the limit alone.
    """
    for keys, container in list_all_containers(resource):
        resources = as_mapping(container.get("resources"))
        limits = as_mapping(resources.get("limits"))
        for name, request in as_mapping(resources.get("requests")).items():
            limit = limits.get(name)
            if not isinstance(name, str) or (limit is None and _is_shared(name)):
                continue
            asked, most = parse_quantity(request), parse_quantity(limit)
            place = (*keys, "resources", "requests", name)
            if asked is None:
                continue
            if limit is None:
                yield Hit(
                    f"{show(name)} is requested, and has no limit", place, f"write {name}: {request} in limits"[:200]
                )
            elif most is not None and asked.exceeds(most):
                message = f"{request} of {show(name)} is requested, and the limit is {limit}"
                yield Hit(message, place, "raise the limit, or lower the request")
            elif most is not None and most.exceeds(asked) and not _is_shared(name):
                message = f"{request} of {show(name)} is requested, and the limit is {limit}: they have to be the same"
                yield Hit(message, place, f"write {limit}, or remove the request")


@rule("KUBE012", "error")
def check_resources(resource: Resource) -> Iterator[Hit]:
    """The resources of a container are cpu, memory, ephemeral-storage or such as have a domain.

    Why: the API server refuses a name without a domain that it does not know: `mem` or `gpu`. A device has the domain
    of its plugin: `nvidia.com/gpu`.

    Fix: write the whole name.
    """
    for keys, container in list_all_containers(resource):
        for part in ("limits", "requests"):
            for name in as_mapping(as_mapping(container.get("resources")).get(part)):
                if isinstance(name, str) and "/" not in name and not _is_shared(name) and not is_templated(name):
                    yield Hit(
                        f"{show(name)} is no resource of a container{suggest(name, _STANDARD)}",
                        (*keys, "resources", part, name),
                        "write cpu, memory or ephemeral-storage; or the domain before it, as in nvidia.com/gpu",
                    )


def _is_shared(name: str) -> bool:
    """Whether requests of it may be below the limit; for huge pages nothing is said."""
    return name in _STANDARD or name.startswith(_HUGE_PAGES) or "kubernetes.io/" in name


RULES: tuple[Rule, ...] = (
    check_sources,
    check_handlers,
    check_images,
    check_limits,
    check_resources,
)
