"""An overlay beside its evidence: what its rules are asked about, and where in it they look."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitops_gen.checks.discover import KUSTOMIZATIONS, SETTINGS_FILE
from gitops_gen.checks.rule import Hit, Keys, Resource
from gitops_gen.checks.source import Source
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.values import as_list, dig
from gitops_gen.render.annotations import CONTENT_HASH, DATASETS, MODEL_VERSION, SOURCE_COMMIT, VERSION

EVIDENCE_FILE = "evidence.yaml"

_RUN_ID_PART = 12
"""Characters of the run id that stand for the version of a run that is not registered."""
_FOLDER = re.compile(r"models/([^/]+)/overlays/([^/]+)")
_SERVERS = {
    "SeldonDeployment": ("machinelearning.seldon.io", ("spec", "predictors", 0), ("graph", "modelUri")),
    "InferenceService": ("serving.kserve.io", ("spec", "predictor"), ("model", "storageUri")),
}


class ModelOverlay(NamedTuple):
    """The overlay of one model in one environment."""

    folder: str
    """`models/<model>/overlays/<environment>`."""
    model: str
    environment: str
    kustomization: Source | None
    evidence: Source | None
    objects: Sequence[Resource] = ()
    """What its build gives; empty where it was not built, and then only the files are checked."""
    configured: bool = True
    """Whether the repository has a gitops-gen.yaml, so that an overlay is meant to have evidence."""
    settings: Source | None = None
    """gitops-gen.yaml."""
    model_settings: Source | None = None
    """The model's model.yaml."""


class Served(NamedTuple):
    """A built object that serves the model."""

    number: int
    """In the overlay's `objects`."""
    resource: Resource
    meta: Keys
    """The mapping whose annotations and labels the pods get."""
    artifact: Keys
    """Where a prepackaged server has the model's address."""
    container: str
    """The container that runs the model, where it has one."""


def split_overlay(folder: str) -> tuple[str, str] | None:
    """Model and environment of an overlay's folder; None if it is none."""
    found = _FOLDER.fullmatch(folder)
    return (found[1], found[2]) if found else None


def read_overlay(tree: Tree, folder: str, objects: Sequence[Resource] = ()) -> ModelOverlay | None:
    """The overlay in `folder`, whose build gave `objects`; None if the folder is no model's overlay."""
    names = split_overlay(folder)
    if names is None:
        return None
    files = (tree.read(f"{folder}/{name}") for name in KUSTOMIZATIONS)
    kustomization = next((source for source in files if source is not None), None)
    evidence = tree.read(f"{folder}/{EVIDENCE_FILE}")
    if kustomization is None and evidence is None:
        return None
    return ModelOverlay(
        folder,
        *names,
        kustomization,
        evidence,
        objects,
        tree.exists(SETTINGS_FILE),
        tree.read(SETTINGS_FILE),
        tree.read(f"models/{names[0]}/model.yaml"),
    )


def read_document(source: Source | None) -> dict[str, Any]:
    """The file's first document; empty if that is no mapping."""
    document = source.documents[0] if source is not None and source.documents else None
    return document if isinstance(document, dict) else {}


def dig_text(data: Any, *keys: str | int) -> str:  # noqa: ANN401 - as above
    """As `dig`; empty if it is no text."""
    value = dig(data, *keys)
    return value if isinstance(value, str) else ""


def reach(data: Any, keys: Keys) -> Keys:  # noqa: ANN401 - as above
    """As much of `keys` as leads somewhere."""
    depth = len(keys)
    while depth and dig(data, *keys[:depth]) is None:
        depth -= 1
    return keys[:depth]


def find_entry(overlay: ModelOverlay) -> tuple[int, dict[str, Any]] | None:
    """The entry under `images` that puts the model's image in: by its name, else by what it puts in."""
    image = dig(read_document(overlay.evidence), "image")
    images = dig(read_document(overlay.kustomization), "images")
    entries = [(n, e) for n, e in enumerate(images if isinstance(images, list) else ()) if isinstance(e, dict)]
    wanted = (("name", overlay.model), ("newName", dig(image, "name")), ("digest", dig(image, "digest")))
    for key, value in wanted:
        for number, entry in entries:
            if value and entry.get(key) == value:
                return number, entry
    return None


def list_served(overlay: ModelOverlay) -> Iterator[Served]:
    """The objects of the build that serve the model."""
    for number, resource in enumerate(overlay.objects):
        group, meta, artifact = _SERVERS.get(resource.kind, ("", (), ()))
        if group and resource.api_version.startswith(f"{group}/") and resource.name == overlay.model:
            container = overlay.model if resource.kind == "SeldonDeployment" else "kserve-container"
            yield Served(number, resource, meta, (*meta, *artifact), container)


def find_release_patch(kustomization: Source) -> Keys:
    """Where a kustomization has the patch that promotions write; empty where it has none."""
    from gitops_gen.render.release_patch import MARK  # noqa: PLC0415 - only once something is missing

    patches = dig(read_document(kustomization), "patches")
    for number, entry in enumerate(as_list(patches)):
        if MARK in (line.strip() for line in dig_text(entry, "patch").splitlines()):
            return ("patches", number, "patch")
    return ()


def awaits_artifact(resource: Resource, keys: Keys) -> bool:
    """Whether releases of the SeldonDeployment put an address into the unit at `keys`, and no image beside it."""
    _, meta, artifact = _SERVERS["SeldonDeployment"]
    name = dig(resource.data, *keys, "name")
    return keys == (*meta, *artifact[:-1]) and not any(
        dig_text(container, "image") and dig(container, "name") == name
        for component in as_list(dig(resource.data, *meta, "componentSpecs"))
        for container in as_list(dig(component, "spec", "containers"))
    )


def list_facts(data: Mapping[str, object]) -> dict[str, str]:
    """The annotations that a promotion writes, by key."""
    version, datasets = dig_text(data, "model", "version"), dig(data, "run", "datasets")
    sets = datasets if isinstance(datasets, list) else []
    pairs = {f"{dig_text(each, 'name')}={dig_text(each, 'digest')}" for each in sets}
    facts = {
        MODEL_VERSION: f"{dig_text(data, 'model', 'registered')}/{version}" if version else "",
        SOURCE_COMMIT: dig_text(data, "source", "commit"),
        DATASETS: ", ".join(sorted(pairs)),
        CONTENT_HASH: "" if dig(data, "image") else dig_text(data, "model", "contentHash"),
    }
    return {key: value for key, value in facts.items() if value}


def list_labels(data: Mapping[str, object]) -> dict[str, str]:
    """The labels that a promotion writes, by key."""
    version = dig_text(data, "model", "version") or dig_text(data, "run", "id")[:_RUN_ID_PART]
    return {VERSION: version} if version.isalnum() and version.isascii() else {}


def hit_file(source: Source | None, keys: Keys, message: str, fix: str) -> Hit:
    """A hit in one of the overlay's files, as deep as `keys` leads there."""
    path = source.path if source is not None else ""
    return Hit(message, reach(read_document(source), keys), fix, path=path)


def hit_object(served: Served, keys: Keys, message: str, fix: str) -> Hit:
    """A hit in a built object: without a path, `document` is its number in the build.

    Where `keys` lead nowhere, something is missing that the overlay was to add.
    """
    return Hit(message, keys, fix, served.number)
