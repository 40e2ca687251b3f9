"""As much of kustomize as an overlay of gitops-gen needs; it refuses what it cannot do."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from gitops_gen.errors import RefusedError
from gitops_gen.ports import NOTHING, ORIGIN_ANNOTATION, BuildError

_KEYS = {"apiVersion", "kind", "namespace", "resources", "labels", "images", "patches", "configMapGenerator"}


class FakeKustomize:
    """Fits ports.Kustomize."""

    def build(self, root: Path, path: str) -> str:
        return yaml.safe_dump_all([_hide(document) for document in _build(root, root / path)], sort_keys=True)

    def build_many(
        self, root: Path, folders: Iterable[str], *, apart: Mapping[str, str] = NOTHING
    ) -> Mapping[str, str | BuildError]:
        return {folder: self._build_annotated(root, folder) for folder in folders}

    def _build_annotated(self, root: Path, folder: str) -> str | BuildError:
        try:
            return yaml.safe_dump_all(_build(root, root / folder), sort_keys=True)
        except RefusedError as error:
            return BuildError(error.message)


def _hide(document: dict[str, Any]) -> dict[str, Any]:
    annotations = document["metadata"].get("annotations", {})
    annotations.pop(ORIGIN_ANNOTATION, None)
    if not annotations:
        document["metadata"].pop("annotations", None)
    return document


def _mark(document: dict[str, Any], origin: str) -> dict[str, Any]:
    document.setdefault("metadata", {}).setdefault("annotations", {})[ORIGIN_ANNOTATION] = origin
    return document


def _build(root: Path, folder: Path) -> list[dict[str, Any]]:
    name = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else folder.as_posix()
    file = folder / "kustomization.yaml"
    if not file.is_file():
        raise RefusedError(f"{name} cannot be built: there is no kustomization.yaml")
    data = yaml.safe_load(file.read_text())
    if unknown := data.keys() - _KEYS:
        raise RefusedError(f"{name} does not build: {sorted(unknown)} is more than this fake can do")
    documents: list[dict[str, Any]] = []
    for resource in data.get("resources", []):
        target = (folder / resource).resolve()
        if target.is_file():
            origin = f"path: {target.relative_to(root.resolve()).as_posix()}\n"
            documents += [_mark(d, origin) for d in yaml.safe_load_all(target.read_text()) if d]
        elif target.is_dir():
            documents += _build(root.resolve(), target)
        else:
            raise RefusedError(f"{name} does not build: there is no {resource}")
    origin = f"configuredIn: {name}/kustomization.yaml\n"
    documents += [_mark(_make_config_map(folder, entry), origin) for entry in data.get("configMapGenerator", [])]
    for document in documents:
        _transform(document, data, name)
    return documents


def _transform(document: dict[str, Any], data: Mapping[str, Any], name: str) -> None:
    metadata = document.setdefault("metadata", {})
    if "namespace" in data:
        metadata["namespace"] = data["namespace"]
    for entry in data.get("labels", []):
        metadata.setdefault("labels", {}).update(entry["pairs"])
    for patch in data.get("patches", []):
        if document["kind"] == patch["target"]["kind"]:
            for operation in yaml.safe_load(patch["patch"]):
                _add(document, operation, name)
    _set_images(document, {image["name"]: image for image in data.get("images", [])})


def _make_config_map(folder: Path, entry: Mapping[str, Any]) -> dict[str, Any]:
    content = {file: (folder / file).read_text() for file in entry["files"]}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": entry["name"]}, "data": content}


def _add(document: dict[str, Any], operation: Mapping[str, Any], name: str) -> None:
    *parents, last = (part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:])
    node: Any = document
    try:
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node[part]
        node[last] = operation["value"]
    except (KeyError, IndexError) as error:
        raise RefusedError(f"{name} does not build: no path {operation['path']}") from error


def _set_images(node: Any, images: Mapping[str, Mapping[str, str]]) -> None:
    if isinstance(node, list):
        for item in node:
            _set_images(item, images)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("containers", "initContainers"):
                for container in value:
                    if container.get("image") in images:
                        container["image"] = _pin(images[container["image"]])
            _set_images(value, images)


def _pin(image: Mapping[str, str]) -> str:
    tag = f":{image['newTag']}" if "newTag" in image else ""
    digest = f"@{image['digest']}" if "digest" in image else ""
    return image.get("newName", image["name"]) + tag + digest
