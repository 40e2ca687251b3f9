"""All of a repository at once: its kustomizations, what their builds make, and what lands in each environment."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitops_gen.checks import repository
from gitops_gen.checks.cache import Table
from gitops_gen.checks.environment_checks import read_environments
from gitops_gen.checks.environments import Environment
from gitops_gen.checks.graph import Graph
from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.origins import Built
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.selection import Selection
from gitops_gen.checks.tree import Tree
from gitops_gen.validation import Prepared, ValidateRequest, open_store

if TYPE_CHECKING:
    from gitops_gen.ports import Kustomize


class Overview(NamedTuple):
    """What was read of a repository."""

    tree: Tree
    graph: Graph
    store: SchemaStore
    built: Mapping[str, Sequence[Built]]
    """The objects of each root that was built."""
    unbuilt: Sequence[str]
    environments: Sequence[Environment]


def read_overview(
    request: ValidateRequest, prepared: Prepared, *, find_kustomize: "Callable[[], Kustomize | None]"
) -> Overview:
    """Read and build all of the repository at the root of the request.

    Raises:
        ConfigError: a schema location or a version is wrong.
    """
    tree, files = Tree(request.root), prepared.found.files
    store = open_store(request)
    graph = repository.read_kustomizations(tree, files)
    outcome = repository.check_builds(
        tree,
        graph,
        graph.roots,
        find_kustomize=find_kustomize,
        checker=ObjectChecker(store, Selection(skip=request.skip, only=request.only)),
        files=files,
        table=Table(prepared.cache, "builds", prepared.world),
    )
    environments = read_environments(tree, graph, outcome.objects, outcome.unbuilt, files)
    return Overview(tree, graph, store, outcome.objects, tuple(outcome.unbuilt), environments)
