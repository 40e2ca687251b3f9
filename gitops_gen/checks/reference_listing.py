"""The references of one object to others: by their names, by their labels, by what they are labelled with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitops_gen.checks import reference_table as table
from gitops_gen.checks.environments import Member
from gitops_gen.checks.reference_paths import is_templated, read, read_text, walk
from gitops_gen.checks.reference_pods import list_containers, list_pods
from gitops_gen.checks.reference_selectors import POD, SERVICE
from gitops_gen.checks.reference_table import CLUSTER_KINDS, CLUSTER_LABEL, LABELLED, Target
from gitops_gen.checks.reference_table_pipelines import PIPELINES
from gitops_gen.checks.rule import Keys


class Edge(NamedTuple):
    """A place of an object that names another object, or chooses some by their labels."""

    keys: Keys
    """Where it stands in the object."""
    kind: str
    """Of the other one: for a selector `Pod` or `Service`."""
    role: str
    """What the one does with the other: `mounts`."""
    name: str = ""
    """Empty for a selector."""
    namespace: str = ""
    """Where the other one is looked for; empty for what has none, or where nobody knows."""
    group: str | None = None
    """Of the other one; None for any."""
    optional: bool = False
    """Whether it may be missing, or is made where it is."""
    loose: bool = False
    """Whether clusters usually have such objects from elsewhere."""
    selector: Mapping[str, Any] | None = None
    """`matchLabels` and `matchExpressions`."""


def list_references(member: Member) -> Iterator[Edge]:
    """All references of an object to other objects."""
    for keys, container in list_containers(member.resource):
        yield from _list_named(member, container, keys, table.CONTAINER)
    for pod in list_pods(member.resource):
        yield from _list_named(member, pod.spec, pod.keys, table.POD)
    kind = member.resource.group_kind
    yield from _list_named(member, member.data, (), table.OBJECTS.get(kind) or PIPELINES.get(kind, ()))
    yield from _list_units(member)
    yield from _list_labels(member)
    yield from _list_selectors(member)
    yield from _list_destinations(member)


def _list_named(member: Member, data: object, start: Keys, targets: Iterable[Target]) -> Iterator[Edge]:
    for target in targets:
        above, _, last = target.path.rpartition(".")
        for keys, beside in walk(data, above):
            name = beside.get(last) if isinstance(beside, dict) else None
            if not isinstance(name, str) or not name or is_templated(name):
                continue
            if any(beside.get(key) for key in target.unless):
                continue
            kind = _read_kind(target, beside)
            if (kind, member.kind) == ("Model", "Experiment") and read_text(
                member.data, "spec.resourceType"
            ) == "pipeline":
                kind = "Pipeline"
            if kind:
                yield _make_edge(member, target, kind, beside, (*start, *keys, last))


def _read_kind(target: Target, beside: Mapping[str, Any]) -> str:
    """The kind that a reference is about; empty where it is none."""
    told = beside.get(target.kind_key) if target.kind_key else None
    if isinstance(told, dict | list):
        return ""
    if target.scopes is not None:
        return target.scopes.get(told, "")
    return told if isinstance(told, str) and told else target.kind


def _make_edge(member: Member, target: Target, kind: str, beside: Mapping[str, Any], keys: Keys) -> Edge:
    namespace = beside.get(target.namespace_key) if target.namespace_key else None
    is_clusters = target.cluster or kind in CLUSTER_KINDS
    version = beside.get("apiVersion", beside.get("apiGroup", beside.get("group")))
    group = target.group
    if target.kind_key and group is None and isinstance(version, str):
        group = version.rpartition("/")[0] if "apiVersion" in beside else version
    return Edge(
        keys=keys,
        kind=kind,
        role=target.role,
        name=str(beside[str(keys[-1])]),
        namespace="" if is_clusters else namespace if isinstance(namespace, str) and namespace else member.namespace,
        group=group,
        optional=beside.get("optional") is True,
        loose=target.loose,
    )


def _list_units(member: Member) -> Iterator[Edge]:
    """The units of a SeldonDeployment's graph: each may have a ServiceAccount and a Secret."""
    if member.kind != "SeldonDeployment":
        return
    from gitops_gen.checks.rules.seldon_parts import list_all_units  # noqa: PLC0415 - for this kind alone

    places = (
        Target("serviceAccountName", "ServiceAccount", "runs as"),
        Target("envSecretRefName", "Secret", "reads"),
    )
    for unit in list_all_units(member.resource):
        yield from _list_named(member, unit.data, unit.keys, places)


def _list_labels(member: Member) -> Iterator[Edge]:
    kind = LABELLED.get(member.kind) if member.group == table.KAFKA else None
    labels = read(member.data, "metadata.labels")
    name = labels.get(CLUSTER_LABEL) if isinstance(labels, dict) else None
    if kind and isinstance(name, str) and name and not is_templated(name):
        keys = ("metadata", "labels", CLUSTER_LABEL)
        yield Edge(keys, kind, "belongs to", name, member.namespace, table.KAFKA)


_SELECTORS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("monitoring.coreos.com", "PodMonitor"): (POD, "scrapes"),
    ("monitoring.coreos.com", "ServiceMonitor"): (SERVICE, "scrapes"),
    ("policy", "PodDisruptionBudget"): (POD, "protects"),
    ("", "Service"): (POD, "sends to"),
}


def _list_selectors(member: Member) -> Iterator[Edge]:
    kind, role = _SELECTORS.get(member.resource.group_kind, ("", ""))
    selector = read(member.data, "spec.selector")
    if not kind or not isinstance(selector, dict) or not selector:
        return
    if member.kind == "Service":
        selector = {"matchLabels": selector}
    for namespace in _list_namespaces(member):
        yield Edge(("spec", "selector"), kind, role, namespace=namespace, selector=selector)


def _list_namespaces(member: Member) -> Sequence[str]:
    """Where a selector chooses from: its own namespace, or those of a monitor's namespaceSelector; empty for all."""
    chosen = read(member.data, "spec.namespaceSelector")
    if not isinstance(chosen, dict):
        return (member.namespace,)
    if chosen.get("any") is True:
        return ("",)
    names = chosen.get("matchNames")
    listed = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return listed or (member.namespace,)


def _list_destinations(member: Member) -> Iterator[Edge]:
    """The namespace that an Application deploys into."""
    if member.group == table.ARGO and member.kind == "Application":
        name = read_text(member.data, "spec.destination.namespace")
        if name and not is_templated(name):
            options = [option for _, option in walk(member.data, "spec.syncPolicy.syncOptions[]")]
            is_made = "CreateNamespace=true" in options
            keys = ("spec", "destination", "namespace")
            yield Edge(keys, "Namespace", "deploys into", name, group="", optional=is_made)
