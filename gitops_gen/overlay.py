"""The overlay's kustomization.yaml: written once, then edited in place so that what people put in it stays."""

from collections.abc import Callable

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from gitops_gen.errors import ConfigError, RefusedError
from gitops_gen.model import Release
from gitops_gen.names import EnvironmentName, ModelName
from gitops_gen.render.annotations import ENVIRONMENT, PART_OF
from gitops_gen.render.quoting import scalar
from gitops_gen.render.release_patch import MARK, TARGETS, write_patch
from gitops_gen.settings import Environment, ModelSettings
from gitops_gen.yamlio import dump_round_trip, load_round_trip

BASE = "../../base"
EVIDENCE_FILE = "evidence.yaml"

_HEAD = """\
# Shared with gitops-gen. Each promotion sets: namespace, our image under `images`, the patch marked
# `gitops-gen: release`, and what is missing of the rest. All else is yours and stays as you write it: more
# resources, patches (below ours, so that they win), images, components, comments.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
"""


def overlay_folder(model: ModelName, environment: EnvironmentName) -> str:
    """The folder of a model's overlay in the repository."""
    return f"models/{model}/overlays/{environment}"


def overlay_path(model: ModelName, environment: EnvironmentName) -> str:
    """The overlay's kustomization.yaml in the repository."""
    return f"{overlay_folder(model, environment)}/kustomization.yaml"


def evidence_name(model: ModelName) -> str:
    """The ConfigMap that carries the evidence into the cluster."""
    return f"{model}-evidence"


def new_overlay(*, model: ModelSettings, environment: Environment, release: Release) -> str:
    """The kustomization.yaml of a model that is new in `environment`.

    Raises:
        RefusedError: the release lacks the image, or the artifact, that the model's server needs.
    """
    return edit_overlay(_HEAD, model=model, environment=environment, release=release)


def edit_overlay(text: str, *, model: ModelSettings, environment: Environment, release: Release) -> str:
    """`text` with `release` in it; all that is not the program's stays, comments and order included.

    Raises:
        ConfigError: it is not a kustomization.yaml; the message has path and line.
        RefusedError: as `new_overlay`.
    """
    path = overlay_path(model.name, environment.name)
    data = load_round_trip(text, path=path)
    if not isinstance(data, CommentedMap):
        raise ConfigError(f"{path}: not a kustomization.yaml", hint="delete the file to have it written anew")
    before = dump_round_trip(data, like=text)
    _edit(data, path, model=model, environment=environment, release=release)
    after = dump_round_trip(data, like=text)
    return text if after == before else after


def _edit(data: CommentedMap, path: str, *, model: ModelSettings, environment: Environment, release: Release) -> None:
    _set(data, "namespace", environment.namespace)
    resources = _list(data, "resources", path)
    if BASE not in resources:
        resources.insert(0, BASE)
    _edit_labels(_list(data, "labels", path), model, environment)
    _edit_images(data, path, model, release)
    _edit_patches(_list(data, "patches", path), model, environment, release)
    _edit_generator(_list(data, "configMapGenerator", path), model)


def _edit_labels(labels: CommentedSeq, model: ModelSettings, environment: Environment) -> None:
    wanted = {PART_OF: model.name, ENVIRONMENT: environment.name}
    entry = _find(labels, lambda item: isinstance(item.get("pairs"), CommentedMap) and ENVIRONMENT in item["pairs"])
    if entry is None:
        entry = CommentedMap(pairs=CommentedMap(), includeSelectors=False)
        labels.append(entry)
    for key, value in wanted.items():
        _set(entry["pairs"], key, value)


def _edit_images(data: CommentedMap, path: str, model: ModelSettings, release: Release) -> None:
    if model.server == "container" and release.image is None:
        raise RefusedError(
            f"run {release.run.run_id} has no image, and the model's server is a container",
            hint="record one: gitops-gen record-image RUN IMAGE; or set a prepackaged `server` in model.yaml",
        )
    if "images" not in data and model.server != "container":
        return
    images = _list(data, "images", path)
    entry = _find(images, lambda item: item.get("name") == model.name)
    if model.server != "container" or release.image is None:
        if entry is not None:
            images.remove(entry)
        if not images:
            del data["images"]
        return
    if entry is None:
        entry = CommentedMap()
        _set(entry, "name", model.name)
        images.append(entry)
    _set(entry, "newName", release.image.name)
    if release.image.tag is None:
        entry.pop("newTag", None)
    else:
        _set(entry, "newTag", DoubleQuotedScalarString(release.image.tag), before="digest")
    _set(entry, "digest", release.image.digest)


def _edit_patches(patches: CommentedSeq, model: ModelSettings, environment: Environment, release: Release) -> None:
    target = TARGETS[model.backend]
    entry = _find(patches, lambda item: MARK in str(item.get("patch", "")).splitlines())
    if entry is None:
        entry = CommentedMap(target=CommentedMap())
        patches.insert(0, entry)
    if not isinstance(entry.get("target"), CommentedMap):
        entry.insert(0, "target", CommentedMap())
    chosen = {"group": target.group, "version": target.version, "kind": target.kind, "name": model.name}
    for key, value in chosen.items():
        _set(entry["target"], key, value)
    _set(entry, "patch", LiteralScalarString(write_patch(model, environment.name, release)))


def _edit_generator(generators: CommentedSeq, model: ModelSettings) -> None:
    entry = _find(generators, lambda item: item.get("name") == evidence_name(model.name))
    if entry is None:
        entry = CommentedMap()
        _set(entry, "name", evidence_name(model.name))
        generators.append(entry)
    if not isinstance(entry.get("files"), CommentedSeq):
        entry["files"] = CommentedSeq()
    if not any(str(file).rpartition("=")[2] == EVIDENCE_FILE for file in entry["files"]):
        entry["files"].append(EVIDENCE_FILE)
    if not isinstance(entry.get("options"), CommentedMap):
        entry["options"] = CommentedMap()
    # The evidence is read by people, never mounted: a new name for each would only leave old ones to prune.
    _set(entry["options"], "disableNameSuffixHash", True)


def _list(data: CommentedMap, key: str, path: str) -> CommentedSeq:
    value = data.get(key)
    if value is None:
        data[key] = value = CommentedSeq()
    if not isinstance(value, CommentedSeq):
        line = data.lc.key(key)[0] + 1
        raise ConfigError(f"{path}:{line}: `{key}` is not a list", hint=f"write the items of `{key}` behind dashes")
    return value


def _find(items: CommentedSeq, fits: Callable[[CommentedMap], bool]) -> CommentedMap | None:
    return next((item for item in items if isinstance(item, CommentedMap) and fits(item)), None)


def _set(data: CommentedMap, key: str, value: object, *, before: str = "") -> None:
    """Put `value` under `key`, leaving alone what is right already, and where a comment hangs on the old value."""
    new = DoubleQuotedScalarString(value) if type(value) is str and scalar(value) != value else value
    if key not in data:
        data.insert(list(data).index(before) if before in data else len(data), key, new)
        return
    old = data[key]
    if old == new and isinstance(old, bool) == isinstance(new, bool):
        return
    data[key] = new
