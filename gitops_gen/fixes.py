"""What `validate --fix` mends: each fixer takes a finding and gives whole new texts, or nothing.

A fixer does only what follows from the files alone and leaves all else in them as it is. Which rule has which fixer is
said where the rules are put together.
"""

import posixpath
import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.source import Source
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.yaml_reader import read_yaml
from gitops_gen.deprecated_fields import replace_deprecated_fields
from gitops_gen.errors import GitopsGenError
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.findings import Finding
from gitops_gen.image_pins import pin_containers, pin_images
from gitops_gen.kustomization_lines import KustomizationLines, is_sound
from gitops_gen.overlay import EVIDENCE_FILE
from gitops_gen.render.quoting import quote, scalar
from gitops_gen.yamlio import dump_round_trip, load_round_trip

Fixer = Callable[[Tree, Finding], Mapping[str, str]]
"""The new texts of the files to change, by path; empty if the finding cannot be mended mechanically."""

_HEAD = ("apiVersion", "kind", "metadata", "namespace", "namePrefix", "nameSuffix")
_MANIFESTS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What the fixers made of a set of findings; nothing is written yet."""

    files: Mapping[str, str]
    """The new text of each file that changes, by path."""
    fixed: tuple[Finding, ...]
    """The findings that are mended by them."""


def apply_fixes(tree: Tree, findings: Iterable[Finding], fixers: Mapping[str, Fixer]) -> Fixed:
    """What the fixers, by rule, make of the findings, one after the other, each on the texts that the last one left.

    A fixer that fails, or whose text cannot be read, changes nothing.
    """
    texts: dict[str, str] = {}
    fixed: list[Finding] = []
    edited: Tree = tree
    for finding in findings:
        fixer = fixers.get(finding.rule)
        if fixer is None:
            continue
        changes = _propose(fixer, edited, finding)
        if changes:
            texts |= changes
            edited = _EditedTree(tree, texts)
            fixed.append(finding)
        elif changes is not None and texts and _propose(fixer, tree, finding):
            fixed.append(finding)  # an earlier fix has mended it as well
    return Fixed(files=texts, fixed=tuple(fixed))


def add_resource(text: str, name: str, *, path: str = "kustomization.yaml") -> str:
    """`text`, a kustomization.yaml, with the file `name` under `resources`: in its place if they are sorted, else last.

    Raises:
        ConfigError: it is not YAML, or its resources are not laid out in lines.
    """
    data = load_round_trip(text, path=path)
    if data is None:
        return f"{text.rstrip()}\nresources:\n- {scalar(name)}\n".lstrip("\n")
    lines = KustomizationLines(text, path=path)
    there = [str(item) for item in data.get("resources") or []]
    if name in {posixpath.normpath(item) for item in there}:
        return text
    at = bisect(there, name) if len(there) > 1 and there == sorted(there) else len(there)
    if there and lines.is_flow("resources"):
        data["resources"].insert(at, name)
        return dump_round_trip(data, like=text)
    pad = " " * lines.find_indent("resources" if there else "")
    if there:
        return lines.insert_items("resources", [f"{pad}- {_quote_like(name, lines.read_items('resources'))}"], at)
    if "resources" in data:
        return lines.rename("resources", "resources", [f"{pad}- {scalar(name)}"], value="")
    return lines.insert_key(["resources:", f"{pad}- {scalar(name)}"], _HEAD)


def fix_deprecated_fields(tree: Tree, finding: Finding) -> Mapping[str, str]:
    """The kustomization of the finding with its deprecated fields replaced."""
    text = _read_text(tree, finding.path)
    if text is None or posixpath.basename(finding.path) not in KUSTOMIZATIONS:
        return {}
    folder = posixpath.dirname(finding.path)

    def read_file(path: str) -> str | None:
        return _read_text(tree, posixpath.normpath(posixpath.join(folder, path)))

    return _change(finding.path, text, replace_deprecated_fields(text, read_file, path=finding.path))


def fix_image_pin(tree: Tree, finding: Finding) -> Mapping[str, str]:
    """The overlay's `images`, or the containers of the manifest that the finding is in, pinned as evidence says."""
    folder, name = posixpath.split(finding.path)
    evidence = list(_find_evidence(tree, folder))
    if name in {*KUSTOMIZATIONS, EVIDENCE_FILE}:
        path = _find_kustomization(tree, folder)
        text = _read_text(tree, path) if path else None
        own = _read_evidence(tree, posixpath.join(folder, EVIDENCE_FILE))
        return _change(path, text, pin_images(text, own, path=path)) if text is not None and own else {}
    text = _read_text(tree, finding.path)
    images = [data["image"] for data in evidence if data.get("image")]
    return {} if text is None else _change(finding.path, text, pin_containers(text.encode(), images, path=finding.path))


def fix_missing_resource(tree: Tree, finding: Finding) -> Mapping[str, str]:
    """The kustomization above the file that the finding is in, with that file among its resources.

    Not for a file that is not all whole objects, nor for one that describes an object that is there already: that is a
    patch.
    """
    folder = posixpath.dirname(finding.path)
    while not (path := _find_kustomization(tree, folder)) and folder:
        folder = posixpath.dirname(folder)
    text = _read_text(tree, path) if path and path != finding.path else None
    own = _list_identities(tree.read(finding.path))
    if text is None or not own or not finding.path.endswith(_MANIFESTS):
        return {}
    there = _list_built(tree, folder, set())
    if there is None or own & there:
        return {}
    return _change(path, text, add_resource(text, posixpath.relpath(finding.path, folder or "."), path=path))


FIXERS: Mapping[str, Fixer] = {
    "EVIDENCE004": fix_image_pin,
    "KUST008": fix_deprecated_fields,
    "KUST009": fix_missing_resource,
    "PIN001": fix_image_pin,
    "PIN002": fix_image_pin,
}
"""By rule; a rule without one is for a person to mend."""


class _EditedTree(Tree):
    """A tree with some texts in place of those that are on the disk."""

    def __init__(self, tree: Tree, texts: Mapping[str, str]) -> None:
        super().__init__(tree.root)
        self._texts = texts

    def read_bytes(self, path: str) -> bytes | None:
        return self._texts[path].encode() if path in self._texts else super().read_bytes(path)


def _propose(fixer: Fixer, tree: Tree, finding: Finding) -> Mapping[str, str] | None:
    """What the fixer would change; None if it fails."""
    try:
        changes = {path: text for path, text in fixer(tree, finding).items() if text != _read_text(tree, path)}
    except GitopsGenError:
        return None
    for path, text in changes.items():
        before = read_yaml(tree.read_bytes(path) or b"").problems
        if len(read_yaml(text.encode()).problems) > len(before):
            return None
    return changes


def _change(path: str, before: str, after: str | None) -> Mapping[str, str]:
    return {} if after is None or after == before else {path: after}


def _read_text(tree: Tree, path: str) -> str | None:
    content = tree.read_bytes(path)
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _find_kustomization(tree: Tree, folder: str) -> str:
    paths = (posixpath.join(folder, name) for name in KUSTOMIZATIONS)
    return next((path for path in paths if tree.read_bytes(path) is not None), "")


def _find_evidence(tree: Tree, folder: str) -> Iterator[Mapping[str, Any]]:
    """The evidence of the overlay that a folder is in; for a folder of the base that of each overlay."""
    while True:
        overlays = posixpath.join(folder, "overlays")
        names = sorted(entry.name for entry in Path(tree.root, overlays).iterdir()) if tree.is_folder(overlays) else []
        paths = [posixpath.join(folder, EVIDENCE_FILE), *(posixpath.join(overlays, n, EVIDENCE_FILE) for n in names)]
        found = [data for path in paths if (data := _read_evidence(tree, path))]
        if found or not folder:
            yield from found
            return
        folder = posixpath.dirname(folder)


def _read_evidence(tree: Tree, path: str) -> Mapping[str, Any] | None:
    """The evidence as it was written; None if there is none, or somebody changed it since."""
    text = _read_text(tree, path)
    try:
        evidence = None if text is None else parse_evidence(text, path=path)
    except GitopsGenError:
        return None
    return evidence.data if evidence is not None and evidence.intact else None


def _list_built(tree: Tree, folder: str, seen: set[str]) -> set[tuple[str, str, str]] | None:
    """The objects under `resources`, and so on down; None if that cannot be told from the files."""
    path = _find_kustomization(tree, folder)
    source = tree.read(path) if path and path not in seen else None
    said = source.documents[0] if source and source.documents and is_sound(source.read) else None
    if not isinstance(said, dict):
        return None
    seen.add(path)
    built: set[tuple[str, str, str]] = set()
    for key in ("resources", "bases", "components"):
        for name in said.get(key) or []:
            target = posixpath.normpath(posixpath.join(folder, str(name)))
            below = _list_built(tree, target, seen) if tree.is_folder(target) else _list_identities(tree.read(target))
            if below is None:
                return None
            built |= below
    return built


def _list_identities(source: Source | None) -> set[tuple[str, str, str]] | None:
    """Group, kind and name of each object in a file; None if it is not all objects, or one is a kustomization."""
    if source is None or not is_sound(source.read):
        return None
    objects = list(source.list_resources())
    whole = all(o.api_version and o.kind and o.name and "kustomize.config.k8s.io" not in o.api_version for o in objects)
    enough = len(objects) >= len(source.documents)
    return {(o.api_version.rpartition("/")[0], o.kind, o.name) for o in objects} if whole and enough else None


def _quote_like(name: str, items: list[list[str]]) -> str:
    """The name in the quotes that all items have."""
    firsts = [next(line for line in item if line.lstrip().startswith("-")) for item in items]
    marks = {match[1] if (match := re.match(r" *- *(['\"])", line)) else "" for line in firsts}
    return quote(name) if marks == {'"'} else f"'{name}'" if marks == {"'"} and "'" not in name else scalar(name)
