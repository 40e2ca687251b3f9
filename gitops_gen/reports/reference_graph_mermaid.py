"""A drawing as a Mermaid flowchart, which forges show in Markdown."""

import re
from collections.abc import Iterator, Sequence

from gitops_gen.reports.reference_graph import APPLICATIONS, Drawing, Link, Node, condense, list_folders, show_label

_UNSAFE = re.compile(r"[^A-Za-z0-9 ._/:,=()-]")
_LINES = {"here": "-->", "external": "-.->", "unknown": "-.->", "missing": "-.->"}
_CLASSES = """\
  classDef here fill:#eef3fb,stroke:#4a6fa5,color:#1b2a41
  classDef application fill:#fdf1dc,stroke:#c98a1b,color:#4a3305
  classDef external fill:#f4f4f4,stroke:#888888,color:#444444,stroke-dasharray:3 3
  classDef unknown fill:#f4f4f4,stroke:#888888,color:#444444,stroke-dasharray:3 3
  classDef box fill:none,stroke:#9aa5b1
  classDef missing fill:#fde8e8,stroke:#c81e1e,color:#8a1212,stroke-width:2px,stroke-dasharray:6 3"""
_RED = "stroke:#c81e1e,stroke-width:2px,color:#c81e1e"


def render_drawings(drawings: Sequence[Drawing]) -> str:
    """One flowchart, a subgraph for each environment and in it one for each folder."""
    lines = ["flowchart LR"]
    links: list[str] = []
    red: list[int] = []
    boxes: list[str] = []
    for number, drawing in enumerate(map(condense, drawings)):
        ids = _Ids(number, drawing)
        lines += _draw_environment(drawing, ids)
        boxes += [ids.environment, *ids.folders.values()]
        for link in drawing.links:
            if link.state == "missing":
                red.append(len(links))
            links.append(_draw_link(link, ids))
    lines += links
    lines.append(_CLASSES)
    if boxes:
        lines.append(f"  class {','.join(boxes)} box")
    if red:
        lines.append(f"  linkStyle {','.join(map(str, red))} {_RED}")
    return "\n".join(lines)


class _Ids:
    """Ids that Mermaid takes: a letter and numbers."""

    def __init__(self, number: int, drawing: Drawing) -> None:
        self.environment = f"e{number}"
        self.nodes = {node.id: f"n{number}_{index}" for index, node in enumerate(drawing.nodes)}
        self.folders = {folder: f"f{number}_{index}" for index, folder in enumerate(list_folders(drawing)) if folder}


def _draw_environment(drawing: Drawing, ids: _Ids) -> Iterator[str]:
    title = f"environment {drawing.environment}" if drawing.environment else "repository"
    yield f'  subgraph {ids.environment}["{_escape(title)}"]'
    yield "    direction LR"
    for folder, nodes in list_folders(drawing).items():
        if folder:
            yield f'    subgraph {ids.folders[folder]}["{_escape(folder)}"]'
            yield "      direction LR"
            yield from (f"      {_draw_node(node, ids)}" for node in nodes)
            yield "    end"
        else:
            yield from (f"    {_draw_node(node, ids)}" for node in nodes)
    yield "  end"


def _draw_node(node: Node, ids: _Ids) -> str:
    label = "<br/>".join(_escape(line) for line in (node.kind, node.name, node.note) if line)
    style = "application" if node.state == "here" and node.kind in APPLICATIONS else node.state
    left, right = ("{{", "}}") if node.state == "missing" else ("[", "]")
    return f'{ids.nodes[node.id]}{left}"{label}"{right}:::{style}'


def _draw_link(link: Link, ids: _Ids) -> str:
    target = ids.folders[link.target] if link.to_folder else ids.nodes[link.target]
    return f'  {ids.nodes[link.source]} {_LINES[link.state]}|"{_escape(link.role)}"| {target}'


def _escape(text: str) -> str:
    """`text` for the inside of quotes: every sign that could mean something is its number."""
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", show_label(text))
