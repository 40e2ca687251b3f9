"""A drawing in Graphviz's language."""

from collections.abc import Iterator, Sequence

from gitops_gen.reports.reference_graph import APPLICATIONS, Drawing, Link, Node, condense, list_folders, show_label

_HEAD = """\
digraph "gitops" {
  rankdir=LR; compound=true; newrank=true; fontname="Helvetica";
  node [shape=box, style="rounded,filled", fillcolor="#eef3fb", color="#4a6fa5", fontname="Helvetica", fontsize=10];
  edge [color="#555555", fontname="Helvetica", fontsize=9];"""
_NODES = {
    "here": "",
    "external": ' style="rounded,filled,dashed" fillcolor="#f4f4f4" color="#888888" fontcolor="#444444"',
    "unknown": ' style="rounded,filled,dashed" fillcolor="#f4f4f4" color="#888888" fontcolor="#444444"',
    "missing": ' shape=hexagon style="filled,dashed" fillcolor="#fde8e8" color="#c81e1e" fontcolor="#8a1212"',
}
_LINKS = {
    "here": "",
    "external": " style=dashed",
    "unknown": " style=dotted",
    "missing": ' style=dashed color="#c81e1e" fontcolor="#c81e1e" penwidth=2',
}
_APPLICATION = ' fillcolor="#fdf1dc" color="#c98a1b"'


def render_drawings(drawings: Sequence[Drawing]) -> str:
    """One graph, a cluster for each environment and in it one for each folder."""
    lines = [_HEAD]
    for number, drawing in enumerate(map(condense, drawings)):
        lines += _draw_environment(drawing, number)
    return "\n".join([*lines, "}"])


def _draw_environment(drawing: Drawing, number: int) -> Iterator[str]:
    title = f"environment {drawing.environment}" if drawing.environment else "repository"
    ids = {node.id: f"n{number}_{index}" for index, node in enumerate(drawing.nodes)}
    clusters = {}
    yield f"  subgraph cluster_{number} {{"
    yield f'    label="{_escape(title)}"; fontsize=16; color="#999999";'
    for index, (folder, nodes) in enumerate(list_folders(drawing).items()):
        if folder:
            clusters[folder] = (f"cluster_{number}_{index}", ids[nodes[0].id])
            yield f"    subgraph {clusters[folder][0]} {{"
            yield f'      label="{_escape(folder)}"; fontsize=11; color="#bbbbbb"; style=rounded;'
            yield from (f"      {_draw_node(node, ids)}" for node in nodes)
            yield "    }"
        else:
            yield from (f"    {_draw_node(node, ids)}" for node in nodes)
    yield "  }"
    for link in drawing.links:
        yield f"  {_draw_link(link, ids, clusters)}"


def _draw_node(node: Node, ids: dict[str, str]) -> str:
    label = "\\n".join(_escape(line) for line in (node.kind, node.name, node.note) if line)
    style = _APPLICATION if node.state == "here" and node.kind in APPLICATIONS else _NODES[node.state]
    return f'{ids[node.id]} [label="{label}"{style}];'


def _draw_link(link: Link, ids: dict[str, str], clusters: dict[str, tuple[str, str]]) -> str:
    cluster, first = clusters[link.target] if link.to_folder else ("", ids[link.target])
    head = f" lhead={cluster}" if cluster else ""
    return f'{ids[link.source]} -> {first} [label="{_escape(link.role)}"{head}{_LINKS[link.state]}];'


def _escape(text: str) -> str:
    """`text` for the inside of quotes; a backslash would begin an escape of Graphviz's own, an `&` an entity."""
    return show_label(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
