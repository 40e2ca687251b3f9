"""Who names whom: the references of each object of an environment, and what they lead to."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from gitops_gen.checks.environments import Environment, Member, list_sources
from gitops_gen.checks.reference_labelled import read_labelled
from gitops_gen.checks.reference_listing import Edge, list_references
from gitops_gen.checks.reference_provided import read_provided
from gitops_gen.checks.reference_repository import find_repository, is_repository
from gitops_gen.checks.reference_selectors import SERVICE, Chosen

__all__ = ["Edge", "ResolvedEdge", "find_edges", "list_references", "resolve", "select"]

State = Literal["found", "external", "missing", "unknown"]


class ResolvedEdge(NamedTuple):
    """A reference, and what it leads to in its environment."""

    source: Member
    edge: Edge
    targets: tuple[Member, ...]
    """The objects that are meant; for pods, what makes them."""
    state: State
    """`missing` where the environment is fully known, and it has no such object and no such was declared."""


def find_edges(environment: Environment) -> Sequence[ResolvedEdge]:
    """The references of all objects of an environment, each followed; made once per environment."""
    return environment.remember(_find_edges)


def _find_edges(environment: Environment) -> Sequence[ResolvedEdge]:
    found = []
    for member in environment.members:
        found += [resolve(environment, member, edge) for edge in list_references(member)]
        found += _list_deployed(environment, member)
    return tuple(found)


def resolve(environment: Environment, member: Member, edge: Edge) -> ResolvedEdge:
    """What a reference leads to."""
    if edge.selector is not None:
        return _select(environment, member, edge)
    target = environment.find(edge.kind, edge.name, edge.namespace, group=edge.group)
    if target is not None:
        return ResolvedEdge(member, edge, (target,), "found")
    if edge.kind == SERVICE:
        makers = _find_makers(environment, edge)
        if makers:
            return ResolvedEdge(member, edge, makers, "found")
    return ResolvedEdge(member, edge, (), _judge(environment, edge))


def _judge(environment: Environment, edge: Edge) -> State:
    """What is known of an object that is not there."""
    if environment.is_external(edge.kind, edge.name, edge.namespace):
        return "external"
    provided = environment.remember(read_provided).find(edge.kind, edge.name, edge.namespace)
    if provided == "external":
        return "external"
    return "unknown" if provided or environment.unknown or edge.loose or edge.optional else "missing"


def _find_makers(environment: Environment, edge: Edge) -> tuple[Member, ...]:
    services = environment.remember(read_labelled)[SERVICE]
    return tuple(each.member for each in services.find(edge.name, edge.namespace))


def select(environment: Environment, kind: str, selector: object, namespaces: Sequence[str]) -> Chosen:
    """The pods or Services that a selector chooses."""
    return environment.remember(read_labelled)[kind].select(selector, namespaces)


def _select(environment: Environment, member: Member, edge: Edge) -> ResolvedEdge:
    chosen = select(environment, edge.kind, edge.selector, [edge.namespace])
    if chosen.certain:
        targets = {id(each.member): each.member for each in chosen.certain}
        return ResolvedEdge(member, edge, tuple(targets.values()), "found")
    provided = environment.remember(read_provided)
    is_unknown = chosen.is_open or bool(environment.unknown) or provided.may_have_more(edge.namespace)
    return ResolvedEdge(member, edge, (), "unknown" if is_unknown else "missing")


def _list_deployed(environment: Environment, member: Member) -> Iterator[ResolvedEdge]:
    """What an Application deploys of this repository."""
    spec = member.data.get("spec")
    if member.group != "argoproj.io" or member.kind != "Application" or not isinstance(spec, dict):
        return
    ours = find_repository(environment.settings)
    for keys, source in list_sources(spec):
        path = source.get("path")
        if isinstance(path, str) and is_repository(source.get("repoURL"), ours):
            folder = path.strip("/").removeprefix("./")
            targets = tuple(each for each in environment.members if each.root == folder)
            if targets:
                yield ResolvedEdge(member, Edge(("spec", *keys, "path"), "", "deploys", path), targets, "found")
