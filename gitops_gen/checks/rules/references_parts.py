"""What the rules on references say of something that is not there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gitops_gen.checks.environments import Environment, Member, list_sources
from gitops_gen.checks.reference_edges import Edge, ResolvedEdge, find_edges
from gitops_gen.checks.reference_labelled import read_labelled
from gitops_gen.checks.rule import Hit, Keys
from gitops_gen.names import show
from gitops_gen.wording import find_near, with_article

_MOST_NAMES = 200
"""Names that one is compared with for a suggestion: more would take too long."""


def list_missing(environment: Environment, fits: Callable[[ResolvedEdge], bool]) -> Iterator[ResolvedEdge]:
    """The references to objects that are not there, each object once for each that names it."""
    seen = set()
    for found in find_edges(environment):
        edge = found.edge
        if found.state != "missing" or edge.selector is not None or edge.optional or not fits(found):
            continue
        key = (id(found.source), edge.kind, edge.name, edge.role)
        if key not in seen:
            seen.add(key)
            yield found


def report_missing(environment: Environment, fits: Callable[[ResolvedEdge], bool]) -> Iterator[Hit]:
    """A hit for each object that is named and not there."""
    for found in list_missing(environment, fits):
        yield tell_missing(environment, found)


def tell_missing(environment: Environment, found: ResolvedEdge) -> Hit:
    """The hit of one reference to an object that is not there."""
    edge = found.edge
    there = find_elsewhere(environment, edge)
    other = environment.find(edge.kind, edge.name, edge.namespace)
    names = environment.list_names(edge.kind, edge.namespace, group=edge.group)
    near = find_near(edge.name, names, cutoff=0.75) if len(names) <= _MOST_NAMES else ""
    place = f" in namespace {show(edge.namespace)}" if edge.namespace else ""
    message = f"{label(found.source)} {edge.role} {edge.kind} {show(edge.name)}, and there is none of that name{place}"
    if other is not None:
        message += f" in {edge.group or 'the core group'}; it is {other.resource.api_version}"
        fix = f"write apiVersion: {other.resource.api_version}"
    elif there:
        message += f"; the one in namespace {show(there)} cannot be used from here"
        fix = f"put {with_article(edge.kind)} into namespace {show(edge.namespace)}"
    elif near:
        message += f"; did you mean {show(near)}?"
        fix = f"write {near}"
    else:
        fix = f"add the {edge.kind}, or declare it under validate.external.objects in gitops-gen.yaml"
    return environment.hit(found.source, message, edge.keys, fix)


def find_elsewhere(environment: Environment, edge: Edge) -> str:
    """Another namespace that has an object of that name; empty if none has."""
    if not edge.namespace:
        return ""
    other = environment.find(edge.kind, edge.name, group=edge.group)
    return other.namespace if other is not None else ""


def explain_selector(environment: Environment, edge: Edge) -> str:
    """The end of a message about a selector that fits nothing: the label that is nearest to being right."""
    wanted = edge.selector.get("matchLabels") if edge.selector else None
    if not isinstance(wanted, dict):
        return ""
    known = environment.remember(read_labelled)[edge.kind].list_near(edge.namespace)
    for each in known[:_MOST_NAMES]:
        wrong = [key for key, value in wanted.items() if each.labels.get(key) != value]
        if len(wrong) == 1 and (len(wanted) > 1 or wrong[0] in each.labels):
            key = wrong[0]
            has = f"has {key}={show(each.labels[key])}" if key in each.labels else f"has no label {show(str(key))}"
            return f"; what {label(each.member)} makes {has}"
    return ""


def report_no_pods(environment: Environment, kind: str) -> Iterator[Hit]:
    """A hit for each object of a kind whose selector fits no pod."""
    for found in find_edges(environment):
        if found.source.kind == kind and found.state == "missing" and found.edge.selector is not None:
            yield environment.hit(
                found.source,
                f"{label(found.source)} selects no pod of namespace {show(found.edge.namespace)}"
                + explain_selector(environment, found.edge),
                found.edge.keys,
                "write labels of the pods' template",
            )


def label(member: Member) -> str:
    """What a message calls an object."""
    return f"{member.kind} {show(member.name)}" if member.name else with_article(member.kind)


def list_read_sources(member: Member) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """The sources of an Application or of an ApplicationSet's template, each with the way to it."""
    start: Keys = ("spec",) if member.kind == "Application" else ("spec", "template", "spec")
    spec: Any = member.data
    for key in start:
        spec = spec.get(key) if isinstance(spec, dict) else None
    if isinstance(spec, dict):
        for keys, source in list_sources(spec):
            yield (*start, *keys), source
