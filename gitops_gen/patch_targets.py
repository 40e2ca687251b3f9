"""From a line of a patch to the object and the field that it changes."""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.line_keys import Spot, find_spot
from gitops_gen.checks.origins import Origins, follow
from gitops_gen.checks.patches import Patch, split_pointer
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.source import Source
from gitops_gen.file_uses import list_roots
from gitops_gen.overview import Overview


def find_patched(overview: Overview, source: Source, spot: Spot, line: int) -> tuple[Resource, Keys] | None:
    """The first object that the patch on a line changes, as it is built, and the field; None where there is no patch.

    The patch may be a file of its own, or a text in a kustomization, which `spot` then leads to.
    """
    for root in list_roots(overview, source.path):
        origins = Origins(overview.tree, overview.graph, root)
        for built in overview.built.get(root, ()):
            for patch in origins.list_patches(built):
                if patch.path == source.path:
                    inner = _enter(patch, source, spot, line)
                    if inner is not None:
                        return built.resource, tuple(_list_keys(patch, built.resource.data, inner))
    return None


def _enter(patch: Patch, source: Source, spot: Spot, line: int) -> Keys | None:
    """The keys of the line inside the patch; None where it stands outside."""
    inner: Spot | None = spot
    if patch.text is not None:
        if spot.keys != patch.text or line <= spot.line:
            return None
        text = follow(source.documents[spot.document], source.documents[spot.document], spot.keys).value
        inner = find_spot(text.encode(), line - spot.line) if isinstance(text, str) else None
    return inner.keys if inner is not None and inner.document == patch.document else None


def _list_keys(patch: Patch, data: Any, inner: Keys) -> Iterator[str | int]:  # noqa: ANN401 - YAML is any value
    """The keys in the object of what stands at `inner` of a patch."""
    if patch.merged or not inner or not isinstance(inner[0], int):
        yield from inner
        return
    operation = patch.operations[inner[0]]
    pointer = split_pointer(operation.get("path")) if isinstance(operation, dict) else ()
    for token in map(str, pointer):
        key: str | int = token
        if isinstance(data, list):
            key = int(token) if token.isdecimal() and len(token) < len("9999999") else 0
        yield key
        found = follow(data, data, (key,))
        data = found.value if found.is_whole else None
    if inner[1:2] == ("value",):
        yield from inner[2:]
