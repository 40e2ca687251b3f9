"""The images and the model references in a serving object, wherever they stand in its spec."""

import re
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys, Resource, once_per_object
from gitops_gen.names import show

_IMAGE_KEYS = frozenset({"image", "storageInitializerImage"})
_CONTAINERS = frozenset({"containers", "initContainers", "ephemeralContainers"})
_REPLACED = frozenset({"containers", "initContainers"})
"""Lists whose images kustomize replaces."""
_FREE_TEXT = frozenset({"annotations", "labels", "matchLabels", "nodeSelector"})
_PINNED = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


class Image(NamedTuple):
    """An image reference, taken apart."""

    name: str
    tag: str
    """Empty if there is none."""
    at: bool
    """Whether there is an `@`."""
    digest: str
    """What stands behind it, whatever that is."""

    @property
    def is_pinned(self) -> bool:
        """Whether it has a digest, and a well formed one."""
        return _PINNED.fullmatch(self.digest) is not None


class Use(NamedTuple):
    """An image that an object runs."""

    keys: Keys
    """From the root of the object."""
    text: str
    name: object = None
    """`name` beside it."""

    @property
    def label(self) -> str:
        """What a message calls the place."""
        if isinstance(self.name, str) and self._list in _CONTAINERS:
            return f"container {show(self.name)}"
        return _join(self.keys)

    @property
    def is_replaceable(self) -> bool:
        """Whether `images` of a kustomization reaches it."""
        return self._list in _REPLACED

    @property
    def _list(self) -> str | int:
        return self.keys[-3] if len(self.keys) > 2 and self.keys[-1] == "image" else ""  # noqa: PLR2004 - list, index, image


class Reference(NamedTuple):
    """A text that can name a model."""

    keys: Keys
    text: str
    name: object = None

    @property
    def label(self) -> str:
        """What a message calls the place."""
        if isinstance(self.name, str) and self.keys[-1] == "value":
            return f"{_join(self.keys[:-2])} {show(self.name)}"
        return _join(self.keys)


class Parts(NamedTuple):
    """What an object runs and loads."""

    images: list[Use]
    references: list[Reference]


def parse_image(text: str) -> Image:
    """Name, tag and digest of an image, however odd."""
    rest, at, digest = text.partition("@")
    folder, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(folder + slash + name, tag, bool(at), digest)


@once_per_object
def list_parts(resource: Resource) -> Parts:
    """The images and references of an object."""
    parts = Parts([], [])
    stack: list[tuple[Keys, Any]] = [(("spec",), resource.data.get("spec"))]
    while stack:
        keys, node = stack.pop()
        if isinstance(node, dict):
            _read_mapping(keys, node, parts, stack)
        elif isinstance(node, list):
            _read_list(keys, node, parts, stack)
    return parts


def _read_mapping(keys: Keys, node: dict[str, Any], parts: Parts, stack: list[tuple[Keys, Any]]) -> None:
    for key, value in reversed(node.items()):
        if isinstance(value, str):
            if key in _IMAGE_KEYS and value:
                parts.images.append(Use((*keys, key), value, node.get("name")))
            elif ":/" in value:
                parts.references.append(Reference((*keys, key), value, node.get("name")))
        elif key == "volumes":  # an `image` there is a block device, unless it is a mapping
            parts.images.extend(_list_volumes((*keys, key), value))
        elif key not in _FREE_TEXT and isinstance(value, dict | list):
            stack.append(((*keys, key), value))


def _read_list(keys: Keys, node: list[Any], parts: Parts, stack: list[tuple[Keys, Any]]) -> None:
    for index in range(len(node) - 1, -1, -1):
        value = node[index]
        if isinstance(value, dict | list):
            stack.append(((*keys, index), value))
        elif isinstance(value, str) and ":/" in value:
            parts.references.append(Reference((*keys, index), value))


def _list_volumes(keys: Keys, volumes: Any) -> list[Use]:  # noqa: ANN401 - YAML is any value
    found = []
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        image = volume.get("image") if isinstance(volume, dict) else None
        reference = image.get("reference") if isinstance(image, dict) else None
        if isinstance(reference, str) and reference:
            found.append(Use((*keys, index, "image", "reference"), reference))
    return found


def _join(keys: Keys) -> str:
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return show(text.removeprefix("."), 200)[1:-1]
