"""A drawing for a program: JSON, as schemas/graph.schema.json describes it."""

from collections.abc import Sequence

from gitops_gen.reports.json_text import dump_json
from gitops_gen.reports.reference_graph import Drawing


def render_drawings(drawings: Sequence[Drawing]) -> str:
    """One object with all environments; a reference counts once for each role that it has."""
    return dump_json({"environments": [_make_environment(drawing) for drawing in drawings]})


def _make_environment(drawing: Drawing) -> dict[str, object]:
    return {
        "name": drawing.environment,
        "nodes": [
            {
                "id": node.id,
                "kind": node.kind,
                "name": node.name,
                "namespace": node.namespace,
                "folder": node.folder,
                "path": node.path,
                "state": node.state,
            }
            for node in drawing.nodes
        ],
        "links": [
            {
                "source": link.source,
                ("folder" if link.to_folder else "target"): link.target,
                "role": link.role,
                "state": link.state,
                "path": link.path,
                "line": link.line,
            }
            for link in drawing.links
        ],
    }
