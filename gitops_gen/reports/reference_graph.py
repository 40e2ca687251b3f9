"""Who refers to whom, in the words of a drawing: values, and the formats that they can be written in."""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Literal, NamedTuple

from gitops_gen.reports.printable import show_line

State = Literal["here", "external", "unknown", "missing"]
"""Of what is referred to: in the repository; declared to be in the cluster; perhaps there; not there."""

FORMATS: Mapping[str, str] = {
    "mermaid": "gitops_gen.reports.reference_graph_mermaid",
    "dot": "gitops_gen.reports.reference_graph_dot",
    "json": "gitops_gen.reports.reference_graph_json",
}
"""A format's name and the module whose `render_drawings` writes it."""

MERMAID_LINKS, MERMAID_TEXT = 500, 50_000
"""Lines and characters that Mermaid draws unless the page it stands in allows more."""


class Node(NamedTuple):
    """An object, or what stands for one that is not there."""

    id: str
    """Different for each node of a drawing."""
    kind: str
    name: str
    namespace: str
    folder: str
    """The folder whose build makes it or that its manifest stands in; empty for what the repository does not have."""
    path: str = ""
    """The file it stands in."""
    state: State = "here"
    note: str = ""
    """What a picture says of it besides, where a line would say no more."""


class Link(NamedTuple):
    """A line from an object to what it refers to."""

    source: str
    """Id of a node."""
    target: str
    """Id of a node; where `to_folder` is set, the folder that is deployed."""
    role: str
    """What the one does with the other: `mounts`."""
    state: State
    path: str
    """Where it is written."""
    line: int
    to_folder: bool = False


class Drawing(NamedTuple):
    """All of one environment."""

    environment: str
    """Empty where the repository has none."""
    nodes: Sequence[Node]
    links: Sequence[Link]


def render_graph(format_name: str, drawings: Sequence[Drawing]) -> str:
    """The drawings in a format of FORMATS, without a line break at the end."""
    text: str = import_module(FORMATS[format_name]).render_drawings(drawings)
    return text


def find_limit(format_name: str, drawings: Sequence[Drawing], text: str) -> str:
    """Why a program will not draw the text as it is; empty if it will."""
    links = sum(len(condense(drawing).links) for drawing in drawings)
    if format_name != "mermaid":
        return ""
    if links > MERMAID_LINKS:
        return f"{links} lines, and Mermaid draws {MERMAID_LINKS} unless maxEdges allows more"
    if len(text) > MERMAID_TEXT:
        return f"{len(text):,} characters, and Mermaid reads {MERMAID_TEXT:,} unless maxTextSize allows more"
    return ""


def join_roles(links: Sequence[Link]) -> list[Link]:
    """One link for each two ends, which has the roles of all."""
    joined: dict[tuple[str, str, bool], Link] = {}
    for link in links:
        ends = (link.source, link.target, link.to_folder)
        known = joined.get(ends)
        if known is None:
            joined[ends] = link
        elif link.role not in known.role.split(", "):
            joined[ends] = known._replace(role=f"{known.role}, {link.role}")
    return list(joined.values())


def condense(drawing: Drawing) -> Drawing:
    """What a picture shows: no lines to projects and namespaces that are there, and one node for all that has no line.

    Such a node stands for the objects of one kind in one folder. Applications stand outside of their folders: what
    deploys the folder points at each.
    """
    free = _list_free(drawing)
    nodes = [_stand_free(node, free) for node in drawing.nodes]
    names = {node.id: node for node in nodes}
    notes: dict[str, list[str]] = {}
    links = []
    for link in _point_at_each(drawing, free):
        target = names.get(link.target)
        if link.state == "here" and target is not None and target.kind in _NOTED:
            notes.setdefault(link.source, []).append(f"{_NOTED[target.kind]} {target.name}")
        else:
            links.append(link)
    ends = {link.source for link in links}.union(link.target for link in links if not link.to_folder)
    shown = [node._replace(note=node.note or ", ".join(notes.get(node.id, ()))) for node in nodes]
    kept = [*_merge([node for node in shown if node.id not in ends]), *(node for node in shown if node.id in ends)]
    kept.sort(key=lambda node: (not node.folder, node.folder, node.id not in ends, node.kind, node.id))
    return Drawing(drawing.environment, kept, links)


_NOTED = {"AppProject": "project", "Namespace": "namespace"}
"""What is written into a node in place of a line, by the kind at the line's end."""
APPLICATIONS = frozenset({"Application", "ApplicationSet"})
"""Kinds that deploy others."""
_LABEL = 120
"""Characters of a label."""
_NAMED = 4
"""Names that stand in a node for many objects."""


def _list_free(drawing: Drawing) -> dict[str, list[str]]:
    """The folders that hold nothing but Applications, with the ids of these."""
    folders = list_folders(drawing).items()
    return {
        folder: [node.id for node in nodes]
        for folder, nodes in folders
        if folder and all(node.kind in APPLICATIONS for node in nodes)
    }


def _stand_free(node: Node, free: Mapping[str, object]) -> Node:
    if node.state != "here":
        return node._replace(note=f"in {node.namespace}" if node.namespace else "")
    return node._replace(folder="") if node.folder in free else node


def _point_at_each(drawing: Drawing, free: Mapping[str, Sequence[str]]) -> Iterator[Link]:
    for link in join_roles(drawing.links):
        if link.to_folder and link.target in free:
            yield from (link._replace(target=each, to_folder=False) for each in free[link.target])
        else:
            yield link


def _merge(nodes: Sequence[Node]) -> Iterator[Node]:
    alike: dict[tuple[str, str], list[Node]] = {}
    for node in nodes:
        alike.setdefault((node.folder, node.kind), []).append(node)
    for group in alike.values():
        if len(group) == 1:
            yield group[0]
        else:
            rest = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
            yield group[0]._replace(name=", ".join(node.name for node in group[:_NAMED]) + rest, note="")


def show_label(text: str) -> str:
    """`text` on one line, cut to what a picture has room for."""
    shown = show_line(text)
    return shown if len(shown) <= _LABEL else shown[: _LABEL - 1] + "…"


def list_folders(drawing: Drawing) -> dict[str, list[Node]]:
    """The nodes of each folder, in order; those of no folder stand under the empty text."""
    folders: dict[str, list[Node]] = {}
    for node in drawing.nodes:
        folders.setdefault(node.folder, []).append(node)
    return folders
