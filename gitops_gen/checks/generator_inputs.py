"""Files that kustomizations make ConfigMaps of and that are neither YAML nor JSON: they are scanned for credentials."""

from collections.abc import Collection, Iterator

from gitops_gen.checks.discover import ENDINGS
from gitops_gen.checks.graph import Graph


def list_inputs(graph: Graph, asked: Collection[str], *, everything: bool) -> Iterator[str]:
    """The paths of such files, each once: those of `asked`, or all. What a Secret is made of has a rule of its own."""
    links = (link for links in graph.links.values() for link in links)
    paths = dict.fromkeys(
        link.path
        for link in links
        if link.exists
        and link.path
        and link.reference.role == "input"
        and link.reference.keys[:1] != ("secretGenerator",)
    )
    found = (path for path in paths if not path.endswith(ENDINGS))
    return (path for path in found if everything or any(_is_below(path, place) for place in asked))


def _is_below(path: str, place: str) -> bool:
    """Whether a file is what is asked for, or lies in it."""
    folder = place.strip("/")
    return folder in {"", ".", path} or path.startswith(f"{folder}/")
