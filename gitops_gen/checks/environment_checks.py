"""Asks the rules about each environment of a repository."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitops_gen.checks.catalogue import BY_ENVIRONMENT, load_rules
from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.environments import (
    Environment,
    Group,
    Member,
    find_environment,
    list_names,
    make_members,
    split_environments,
)
from gitops_gen.checks.files import Row, is_manifest_json, to_row
from gitops_gen.checks.graph import Graph
from gitops_gen.checks.levels import read_settings
from gitops_gen.checks.limits import SIZE_LIMIT
from gitops_gen.checks.objects import looks_like_object
from gitops_gen.checks.origins import Built, Origins
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.selection import Selection
from gitops_gen.checks.settings_files import is_settings_file
from gitops_gen.checks.source import Source
from gitops_gen.checks.tree import Tree


def read_environments(
    tree: Tree, graph: Graph, built: Mapping[str, Sequence[Built]], unbuilt: Iterable[str], files: Iterable[str]
) -> tuple[Environment, ...]:
    """The environments of a repository: `built` has the objects of its roots, `files` are all its files.

    What a root makes that is not in `built` counts as unknown.
    """
    settings = read_settings(tree)
    names = list_names(settings, (*graph.roots, *files))
    members = make_members(built, _list_manifests(tree, graph, files), settings, names)
    group = Group(members, tuple(dict.fromkeys((*unbuilt, *(root for root in graph.roots if root not in built)))))
    return tuple(split_environments(group, settings, names, locate=_Locator(tree, graph), tree=tree))


def list_neighbours(tree: Tree, graph: Graph, roots: Iterable[str], paths: Iterable[str]) -> tuple[str, ...]:
    """`roots`, and those whose builds land in an environment that they or the files at `paths` belong to."""
    names = list_names(read_settings(tree), graph.roots)
    asked = {find_environment(place, names) for place in (*roots, *filter(_is_shown, paths))}
    if "" in asked or not names:
        return graph.roots
    return tuple(root for root in graph.roots if find_environment(root, names) in {"", *asked})


def _is_shown(path: str) -> bool:
    """Whether a file is no tool's: those of forges and hooks stand in folders that are hidden."""
    return not path.startswith(".") and "/" in path


def check_environments(environments: Iterable[Environment], selection: Selection) -> Iterator[Row]:
    """What is wrong in each environment; what is wrong in more than one is said once."""
    rules = [rule for module in BY_ENVIRONMENT for rule in load_rules(module) if selection.allows_rule(rule.id)]
    rows = (
        to_row(hit.path, rule, hit, (hit.line, hit.column))
        for environment in environments
        for rule in rules
        for hit in rule.check(environment)
        if not hit.kind or selection.allows_kind(hit.kind)
    )
    return iter(dict.fromkeys(rows))


def _list_manifests(tree: Tree, graph: Graph, files: Iterable[str]) -> Iterator[tuple[str, Resource]]:
    """The objects of the files that no kustomization reads, and which a cluster gets as they are."""
    for path in files:
        if path in graph.roles or path.rpartition("/")[2] in KUSTOMIZATIONS or is_settings_file(path):
            continue
        source = tree.read(path)
        if source is None or len(source.content) > SIZE_LIMIT or not _may_hold_objects(source):
            continue
        for resource in source.list_resources():
            if looks_like_object(resource.data):
                yield path, resource


def _may_hold_objects(source: Source) -> bool:
    return not source.path.endswith(".json") or is_manifest_json(source.content)


class _Locator:
    """Where the parts of members come from."""

    def __init__(self, tree: Tree, graph: Graph) -> None:
        self._tree = tree
        self._graph = graph
        self._origins: dict[str, Origins] = {}

    def __call__(self, member: Member, keys: Keys) -> tuple[str, int, int]:
        if member.built is None:
            source = self._tree.read(member.path)
            resource = member.resource
            place = source.locate(resource.document, (*resource.keys, *keys)) if source else (1, 1)
            return (member.path, *place)
        if member.root not in self._origins:
            self._origins[member.root] = Origins(self._tree, self._graph, member.root)
        return self._origins[member.root].locate(member.built, keys)
