"""The rule on `images` entries that change nothing."""

import re
from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.field_origins import image_result
from gitops_gen.checks.patches import Patch, list_patches, split_pointer
from gitops_gen.checks.rule import Hit, rule
from gitops_gen.checks.unit import Unit
from gitops_gen.names import show

_CONTAINERS = ("containers", "initContainers")
_MOST_NAMED = 3


@rule("KUST005", "error")
def check_images(unit: Unit) -> Iterator[Hit]:
    """An `images` entry matches an image.

    Why: an entry that matches nothing is silent. The overlay builds, and the cluster runs the image that the base
    names instead of the digest in the entry. kustomize compares `name` with the image as the base has it, tag and
    digest left aside, and looks at `image` in lists of `containers` and `initContainers` only.

    Fix: write the image's name as the base has it. For another field, name it in a file under `configurations`.
    """
    entries = list(unit.kustomization.list_items("images"))
    if not entries or not unit.is_complete:
        return
    images, named, elsewhere = _collect(unit)
    for index, entry in entries:
        name = entry.get("name")
        if not isinstance(name, str) or not name:
            continue
        others = {"".join(image_result(other)) for at, other in entries if at != index}
        if any(_matches(name, image) for image in images | others):
            continue
        yield Hit(*_explain(name, named, elsewhere, ("images", index, "name")))


def _explain(name: str, images: set[str], elsewhere: dict[str, str], keys: tuple[str | int, ...]) -> Any:  # noqa: ANN401
    message = f"the entry {show(name)} matches no image"
    bare = re.sub(r"(@.*|:[^/:]*)$", "", name)
    near = next((image for image in sorted(images) if bare != name and _matches(bare, image)), "")
    if near:
        return f"{message}: the base has {show(near)}", keys, f"write name: {bare}"
    place = next((place for image, place in elsewhere.items() if _matches(name, image)), None)
    if place is not None:
        message += f": it is in {place}, where kustomize does not look"
        return message, keys, "name the field in a file under `configurations`, or set it in a patch"
    named = ", ".join(show(image) for image in sorted(images)[:_MOST_NAMED])
    more = f" and {len(images) - _MOST_NAMED} more" if len(images) > _MOST_NAMED else ""
    return f"{message}: there is {named or 'none'}{more}", keys, "write the name as the base has it, without tag"


def _matches(name: str, image: str) -> bool:
    """As kustomize does it, which takes the name for a regular expression."""
    try:
        pattern = re.compile(f"^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$")
    except re.error:
        return True
    return bool(pattern.match(image))


def _collect(unit: Unit) -> tuple[set[str], set[str], dict[str, str]]:
    """What may be an image that kustomize looks at, those that are one, and those in other fields with their fields."""
    images: set[str] = set()
    named: set[str] = set()
    elsewhere: dict[str, str] = {}
    folders = {folder for scope in unit.scopes for folder in unit.graph.chain(scope)}
    kustomizations = [unit.graph.folders[folder] for folder in sorted(folders)]
    for kustomization in kustomizations:
        if kustomization is not unit.kustomization:
            named |= {"".join(image_result(entry)) for _, entry in kustomization.list_items("images")}
        for patch in list_patches(unit.tree, kustomization):
            for text, place in _list_patched(patch):
                (named if _is_called_image(place) else images).add(text)
    anywhere = any("configurations" in kustomization.data for kustomization in kustomizations)
    for resource in unit.resources:
        for text, place, is_seen in _walk(resource.data, ""):
            if is_seen:
                named.add(text)
            elif anywhere:
                images.add(text)
            elif _is_called_image(place):
                elsewhere.setdefault(text, f"{resource.kind} {place}")
    return images | named, named, elsewhere


def _list_patched(patch: Patch) -> Iterator[tuple[str, str]]:
    """Every text that a patch sets, and its field."""
    yield from ((text, place) for text, place, _ in _walk(patch.merged, ""))
    for operation in patch.operations:
        if isinstance(operation, dict):
            last = split_pointer(operation.get("path"))[-1:]
            yield from ((text, place) for text, place, _ in _walk({str(*last): operation.get("value")}, ""))


def _is_called_image(place: str) -> bool:
    return place.lower().endswith("image")


def _walk(node: Any, place: str, *, in_containers: bool = False) -> Iterator[tuple[str, str, bool]]:  # noqa: ANN401
    """Every text that may be an image, its field, and whether kustomize looks there."""
    if isinstance(node, dict):
        for key, value in node.items():
            below = f"{place}.{key}" if place else key
            if isinstance(value, str):
                yield value, below, in_containers and key == "image"
            else:
                yield from _walk(value, below, in_containers=key in _CONTAINERS and isinstance(value, list))
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item, place, in_containers=in_containers)
