"""Manifests that a kustomization may have forgotten: those at or below its folder, up to the next one's."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gitops_gen.checks.discover import KUSTOMIZATIONS, discover
from gitops_gen.checks.graph import Graph
from gitops_gen.checks.tree import Tree
from gitops_gen.findings import Finding

_ORPHAN = "KUST009"
_CHARTS = "charts"


def assign_files(
    tree: Tree, graph: Graph, roots: Sequence[str], files: Iterable[str] | None
) -> Mapping[str, Sequence[str]]:
    """The files that nothing refers to, by the folder of the kustomization that is nearest above them.

    `files` are all that there are; None looks for them at and below the folders that the builds of `roots` go through.
    """
    if files is None:
        folders = sorted({folder for root in roots for folder in graph.chain(root)})
        tops = [folder for folder in folders if not any(_is_below(folder, other) for other in folders)]
        files = dict.fromkeys(path for top in tops for path in discover(tree.root, [top]).files)
    assigned: dict[str, list[str]] = {}
    for path in files:
        if path in graph.roles or posixpath.basename(path) in KUSTOMIZATIONS:
            continue
        folder = graph.find_folder(path)
        if folder is not None and _CHARTS not in posixpath.relpath(path, folder).split("/"):
            assigned.setdefault(folder, []).append(path)
    return assigned


def drop_read_by_argo(tree: Tree, graph: Graph, findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those on files that an Argo CD Application reads from their folder, without kustomize."""
    kept = list(findings)
    if not any(finding.rule == _ORPHAN for finding in kept):
        return kept
    folders = {folder for folder in _list_read(tree) if folder not in graph.folders}
    return [
        finding
        for finding in kept
        if finding.rule != _ORPHAN
        or not any(_is_below(posixpath.dirname(finding.path) or ".", f, True) for f in folders)
    ]


def _is_below(folder: str, other: str, same: bool = False) -> bool:
    if folder == other:
        return same
    return other == "." or folder.startswith(f"{other}/")


def _list_read(tree: Tree) -> Iterator[str]:
    """The folders that Applications and ApplicationSets of the tree name."""
    for path in discover(tree.root, ["."]).files:
        content = tree.read_bytes(path) or b""
        if b"argoproj.io" in content and b"path" in content:
            source = tree.read(path)
            for resource in source.list_resources() if source else ():
                if resource.kind in {"Application", "ApplicationSet"}:
                    yield from _list_paths(resource.data.get("spec"))


def _list_paths(node: Any) -> Iterator[str]:  # noqa: ANN401 - YAML is any value
    if isinstance(node, dict):
        if isinstance(node.get("path"), str):
            yield posixpath.normpath(node["path"].split("{{")[0].split("*")[0])
        for value in node.values():
            yield from _list_paths(value)
    elif isinstance(node, list):
        for item in node:
            yield from _list_paths(item)
