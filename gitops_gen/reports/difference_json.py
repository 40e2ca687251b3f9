"""A difference for bots, in the shape of schemas/diff.schema.json."""

from typing import Any

from gitops_gen.difference import Difference, ResourceChange
from gitops_gen.reports.difference_text import describe_change


def render_difference_json(difference: Difference, *, rendered: bool = False) -> dict[str, Any]:
    """The whole difference; with `rendered`, with the objects themselves."""
    return {
        "version": 1,
        "before": difference.before,
        "after": difference.after,
        "folders": [
            {
                "folder": folder.folder,
                "problem": folder.problem or None,
                "resources": [_describe(resource, rendered=rendered) for resource in folder.resources],
            }
            for folder in difference.folders
        ],
    }


def _describe(resource: ResourceChange, *, rendered: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operation": resource.operation,
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "namespace": resource.namespace or None,
        "name": resource.name,
        "changes": [describe_change(change) for change in resource.changes],
    }
    if rendered:
        described |= {"before": resource.before, "after": resource.after}
    return described
