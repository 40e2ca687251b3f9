"""What takes more than one file: kustomizations and their builds, settings, overlays with their evidence."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from gitops_gen.checks.builds import Outcome, check_kustomizations
from gitops_gen.checks.cache import Table
from gitops_gen.checks.discover import KUSTOMIZATIONS, SETTINGS_FILE
from gitops_gen.checks.files import Row, pack_finding
from gitops_gen.checks.graph import Graph, read_graph
from gitops_gen.checks.limits import begin_file, end_file
from gitops_gen.checks.objects import Hits, ObjectChecker
from gitops_gen.checks.origins import Origins
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.rules.provenance import check_overlay
from gitops_gen.checks.rules.provenance_parts import (
    ModelOverlay,
    awaits_artifact,
    find_release_patch,
    read_overlay,
    split_overlay,
)
from gitops_gen.checks.settings_files import check_overlay_places, check_settings_files
from gitops_gen.checks.tree import Tree
from gitops_gen.findings import Finding, Unchecked

if TYPE_CHECKING:
    from gitops_gen.ports import Kustomize


_NO_ADDRESS = "SELDON012"
"""The rule that an address is missing, which a base may leave to its overlays."""


class Asked(Protocol):
    """What the servers said."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong."""
        ...

    @property
    def unchecked(self) -> tuple[Unchecked, ...]:
        """What they did not answer."""
        ...


Online = Callable[[Sequence[ModelOverlay]], Asked]
"""Asks the servers about overlays."""


def read_kustomizations(tree: Tree, files: Iterable[str]) -> Graph:
    """How the kustomizations among `files` hang together."""
    return read_graph(tree, (path for path in files if path.rpartition("/")[2] in KUSTOMIZATIONS))


def check_builds(
    tree: Tree,
    graph: Graph,
    roots: Sequence[str],
    *,
    find_kustomize: "Callable[[], Kustomize | None]",
    checker: ObjectChecker,
    files: Iterable[str],
    table: Table,
) -> Outcome:
    """What came of the builds of `roots`."""

    def check_object(resource: Resource, root: str) -> Hits:
        begin_file()  # an object is as large as a file at most
        return _place_missing(tree, graph, root, resource, checker.check(resource, pinned=True))

    try:
        return check_kustomizations(
            tree,
            graph,
            roots=roots,
            kustomize=find_kustomize() if roots else None,
            check_object=check_object,
            files=files,
            table=table,
        )
    finally:
        end_file()


def _place_missing(tree: Tree, graph: Graph, root: str, resource: Resource, hits: Hits) -> Hits:
    """The hits on an object in the build of `root`; an address of a model that no release put in is the overlay's."""
    names = split_overlay(root)
    for rule, hit in hits:
        if rule.id == _NO_ADDRESS and names and resource.name == names[0]:
            source = tree.read(graph.folders[root].path)
            place = find_release_patch(source) if source else ()
            if source and place and hit.keys[-1] == "implementation" and awaits_artifact(resource, hit.keys[:-1]):
                yield rule, hit._replace(keys=place, path=source.path)
                continue
        yield rule, hit


def list_own_files(found: Sequence[str], targets: Sequence[str], *, everything: bool) -> Sequence[str]:
    """The files whose settings are checked: those asked for, and all where gitops-gen.yaml is one of them."""
    return found if everything or SETTINGS_FILE in targets else targets


def check_own_files(
    tree: Tree,
    graph: Graph,
    outcome: Outcome,
    settings: Iterable[str],
    targets: Iterable[str],
    *,
    online: Online | None,
) -> tuple[list[Row], list[tuple[str, str]]]:
    """What is wrong with the program's own files, and what could not be asked: path and reason."""
    settings = tuple(settings)
    rows = list(check_settings_files(tree, settings))
    unchecked: list[tuple[str, str]] = []
    folders = {path.rpartition("/")[0] for path in targets} | set(outcome.objects)
    rows += check_overlay_places(tree, graph, sorted(folders.union(graph.folders if SETTINGS_FILE in settings else ())))
    overlays = [overlay for folder in sorted(folders) if (overlay := _read_overlay(tree, outcome, folder)) is not None]
    for overlay in overlays:
        rows += map(pack_finding, check_overlay(overlay, _make_locator(tree, graph, outcome, overlay.folder)))
    if online is not None:
        asked = online(overlays)
        rows += map(pack_finding, asked.findings)
        unchecked += ((entry.path, entry.reason) for entry in asked.unchecked)
    return rows, unchecked


def _read_overlay(tree: Tree, outcome: Outcome, folder: str) -> ModelOverlay | None:
    return read_overlay(tree, folder, [built.resource for built in outcome.objects.get(folder, ())])


def _make_locator(
    tree: Tree, graph: Graph, outcome: Outcome, folder: str
) -> Callable[[Resource, Keys], tuple[str, int, int]]:
    """Where a part of an object that the build of `folder` made comes from."""
    origins = Origins(tree, graph, folder) if folder in graph.folders else None

    def locate(resource: Resource, keys: Keys) -> tuple[str, int, int]:
        built = next((built for built in outcome.objects[folder] if built.resource is resource), None)
        return origins.locate(built, keys) if origins is not None and built is not None else (folder, 1, 1)

    return locate
