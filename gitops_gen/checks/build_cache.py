"""What came of a root, kept while nothing has changed that its build reads."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import starmap
from typing import TYPE_CHECKING, Any

from gitops_gen.checks.cache import hash_parts
from gitops_gen.checks.graph import Graph
from gitops_gen.checks.origins import Built
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.tree import Tree
from gitops_gen.findings import Finding, Unchecked

if TYPE_CHECKING:
    from gitops_gen.checks.builds import RootOutcome


def hash_root(tree: Tree, graph: Graph, root: str, files: Mapping[str, Sequence[str]], builders: bytes) -> bytes:
    """A hash over all that the outcome of a root depends on: what its build reads, what lies beside, who builds."""
    folders = graph.chain(root)
    # What a component works on are the resources of all roots that use it.
    users = {user for folder in folders if graph.folders[folder].is_component for user in graph.users.get(folder, ())}
    paths = {path for user in (root, *users) for path in graph.closure(user)}
    paths.update(path for folder in folders for path in files.get(folder, ()))
    return hash_parts(root.encode(), builders, *_read_all(tree, sorted(paths)))


def _read_all(tree: Tree, paths: Iterable[str]) -> Iterable[bytes]:
    for path in paths:
        content = tree.read_bytes(path)
        yield path.encode("utf-8", "surrogateescape")
        yield b"-" if content is None else b"+" + content


def pack_outcome(outcome: "RootOutcome") -> Any:  # noqa: ANN401 - nested tuples
    """An outcome in plain types."""
    return (
        list(map(tuple, outcome.findings)),
        list(map(tuple, outcome.unchecked)),
        [(built.resource.data, built.path, built.generator) for built in outcome.objects],
        list(outcome.covered),
        outcome.is_built,
    )


def unpack_outcome(packed: Any) -> "RootOutcome":  # noqa: ANN401 - as above
    """The outcome that was packed."""
    from gitops_gen.checks.builds import RootOutcome  # noqa: PLC0415 - it imports this module

    rows, unchecked, objects, covered, is_built = packed
    return RootOutcome(
        tuple(starmap(Finding, rows)),
        tuple(starmap(Unchecked, unchecked)),
        tuple(Built(Resource(data), path, generator) for data, path, generator in objects),
        tuple(covered),
        is_built=is_built,
    )
