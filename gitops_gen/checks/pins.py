"""What a build of an overlay must show before it is pushed: the release's image, by digest, where the model runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gitops_gen.model import Finding, Image
from gitops_gen.names import ModelName, show
from gitops_gen.overlay import EVIDENCE_FILE, evidence_name
from gitops_gen.yamlio import find_position, load_round_trip

_SERVERS = {"SeldonDeployment": "machinelearning.seldon.io/", "InferenceService": "serving.kserve.io/"}
_IMAGE_KEYS = ("image", "storageInitializerImage")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """An image as it stands in a built object."""

    owner: str
    """Kind and name of the object."""
    container: str
    image: str


def check_build(
    built: str, *, path: str, model: ModelName, image: Image | None, kustomization: str = ""
) -> tuple[Finding, ...]:
    """What is wrong with `built`, the output of kustomize for the overlay whose kustomization.yaml is `path`.

    `image` is None for a prepackaged server. With the text of `kustomization`, an `images:` entry in it that
    changed nothing is found too.
    """
    try:
        documents = [d for d in YAML(typ="safe", pure=True).load_all(built) if isinstance(d, Mapping)]
    except (YAMLError, ValueError) as error:
        return (_finding(path, "build-unreadable", f"the build is not YAML: {error}"),)
    uses = [use for document in documents for use in _list_images(document)]
    findings = [*_check_pinned(uses, path), *_check_evidence(documents, model, path)]
    if image is not None:
        findings += _check_served(uses, model, image, path)
    if kustomization:
        findings += _check_entries(documents, kustomization, path)
    return tuple(findings)


def _check_pinned(uses: Sequence[_Use], path: str) -> Iterator[Finding]:
    for use in uses:
        if "@sha256:" not in use.image:
            yield _finding(
                path,
                "image-not-pinned",
                f"{use.owner}: container {show(use.container)} runs {show(use.image)}, which is not pinned to a digest",
                fix="add name, newTag and digest of that image under `images`",
            )


def _check_served(uses: Sequence[_Use], model: ModelName, image: Image, path: str) -> Iterator[Finding]:
    names = {f"SeldonDeployment/{model}": model, f"InferenceService/{model}": "kserve-container"}
    serving = [use for use in uses if names.get(use.owner) == use.container]
    if not serving:
        yield _finding(
            path,
            "model-not-served",
            f"the build has no SeldonDeployment or InferenceService {show(model)} with a container that runs the model",
            fix=f"the container is called {model} in a SeldonDeployment, kserve-container in an InferenceService",
        )
    for use in serving:
        if use.image.partition("@")[2] != image.digest:
            yield _finding(
                path,
                "digest-not-served",
                f"{use.owner}: the model runs {show(use.image, 300)}, and not {image.digest}",
                fix=f"the base's image must be the placeholder `{model}`, which `images` replaces",
            )


def _check_evidence(documents: Sequence[Mapping[str, Any]], model: ModelName, path: str) -> Iterator[Finding]:
    name = evidence_name(model)
    for document in documents:
        ours = document.get("kind") == "ConfigMap" and _get(document, "metadata", "name") == name
        if ours and EVIDENCE_FILE in (document.get("data") or {}):
            return
    yield _finding(
        path,
        "evidence-missing",
        f"the build has no ConfigMap {show(name)} with {EVIDENCE_FILE}",
        fix=f"list {EVIDENCE_FILE} under `files` of the configMapGenerator {name}",
    )


def _check_entries(documents: Sequence[Mapping[str, Any]], kustomization: str, path: str) -> Iterator[Finding]:
    data = load_round_trip(kustomization, path=path)
    used = {image for document in documents for image in _list_container_images(document)}
    for number, entry in enumerate(data.get("images") or []):
        name, digest, tag = (str(entry.get(key) or "") for key in ("newName", "digest", "newTag"))
        name = name or str(entry.get("name"))
        end = f"@{digest}" if digest else f":{tag}" if tag else ""
        if not any(image.startswith(name) and image.endswith(end) for image in used):
            place = find_position(data, ["images", number])
            yield Finding(
                path=path,
                line=place.line,
                column=place.column,
                rule="image-entry-unused",
                severity="error",
                message=f"the `images` entry {show(str(entry.get('name')))} matches no container",
                fix="`name` must be the image as the base has it, without tag",
            )


def _list_images(document: Mapping[str, Any]) -> Iterator[_Use]:
    kind = str(document.get("kind"))
    if kind in _SERVERS and str(document.get("apiVersion")).startswith(_SERVERS[kind]):
        yield from _walk(document.get("spec"), f"{kind}/{_get(document, 'metadata', 'name')}", "")


def _walk(node: Any, owner: str, place: str) -> Iterator[_Use]:  # noqa: ANN401 - YAML is any value
    if isinstance(node, Mapping):
        name = str(node.get("name") or place)
        for key in _IMAGE_KEYS:
            if isinstance(node.get(key), str):
                yield _Use(owner=owner, container=name, image=node[key])
        for key, value in node.items():
            if key != "volumes":  # an `image` there is a block device
                yield from _walk(value, owner, str(key))
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item, owner, place)


def _list_container_images(node: Any) -> Iterator[str]:  # noqa: ANN401 - YAML is any value
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("containers", "initContainers") and isinstance(value, list):
                yield from (str(item["image"]) for item in value if isinstance(item, Mapping) and "image" in item)
            yield from _list_container_images(value)
    elif isinstance(node, list):
        for item in node:
            yield from _list_container_images(item)


def _get(document: Mapping[str, Any], *keys: str) -> Any:  # noqa: ANN401 - YAML is any value
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _finding(path: str, rule: str, message: str, *, fix: str = "") -> Finding:
    return Finding(path=path, line=1, column=1, rule=rule, severity="error", message=message, fix=fix)
