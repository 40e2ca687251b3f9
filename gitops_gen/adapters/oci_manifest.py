"""What the manifests of an image say: pure reading, over a function that fetches content by its digest.

The rules are those of the OCI image specification 1.1 and Docker's schema 2, which share their shape.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gitops_gen.errors import InvalidValueError, RefusedError
from gitops_gen.model import Image
from gitops_gen.names import Digest, ImageRef, parse_digest, show

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX_TYPES = frozenset({OCI_INDEX, DOCKER_LIST})
MANIFEST_TYPES = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)
CONFIG_TYPES = frozenset(
    {"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"},
)

SOURCE = "org.opencontainers.image.source"
REVISION = "org.opencontainers.image.revision"

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of a manifest or config, the limit that registries set themselves."""

_MOST_IMAGES = 100
_MOST_FETCHES = 256
_DEPTH = 3
_LABEL_LIMIT = 1000
_PLATFORM_PART = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A pointer to content: what an index says of a manifest, and a manifest of its config."""

    media_type: str
    digest: Digest
    platform: str = ""
    """`os/architecture[/variant]`; empty if unknown."""
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_attestation(self) -> bool:
        """True for provenance and the like, which BuildKit lists beside the images as platform unknown/unknown."""
        return self.platform == "unknown/unknown" or "vnd.docker.reference.type" in self.annotations


Fetch = Callable[[Descriptor], bytes]
"""Gives the content that a descriptor points at, at most BODY_LIMIT bytes; its digest is checked here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An index, or the manifest of one image."""

    is_index: bool
    annotations: Mapping[str, str]
    children: tuple[Descriptor, ...]
    """What an index lists; of an image its config alone."""


def digest_of(body: bytes) -> Digest:
    """The sha256 of `body` as a digest."""
    return Digest(f"sha256:{hashlib.sha256(body).hexdigest()}")


def check_digest(body: bytes, expected: Digest, *, place: str) -> None:
    """Raises RefusedError if `body` is not what `expected` names."""
    actual = digest_of(body)
    if actual != expected:
        raise RefusedError(
            f"{place}: the content does not match its digest: it should be {expected}, but is {actual}",
            hint="do not deploy this image; find out what changed it on the way",
        )


def parse_manifest(body: bytes, media_type: str, *, place: str) -> Manifest:
    """The manifest in `body`, which was served as `media_type`, one of MANIFEST_TYPES.

    Raises:
        RefusedError: it is malformed, or can be taken for an index and a manifest at once (CVE-2021-41190).
    """
    data = _parse_object(body, place=place)
    is_index = media_type in INDEX_TYPES
    foreign = {"config", "layers"} if is_index else {"manifests"}
    if data.get("mediaType", media_type) != media_type or foreign & data.keys():
        raise RefusedError(
            f"{place}: the manifest was served as {media_type}, but does not look like one",
            hint="push the image again",
        )
    children = data.get("manifests") if is_index else [data.get("config")]
    if not isinstance(children, list):
        raise RefusedError(f"{place}: the index has no list of manifests", hint="push the image again")
    return Manifest(
        is_index=is_index,
        annotations=_strings(data.get("annotations")),
        children=tuple(_parse_descriptor(child, place=place) for child in children),
    )


def read_image(ref: ImageRef, media_type: str, body: bytes, fetch: Fetch) -> Image:
    """The image whose index or manifest is `body`; `ref` gives name and tag.

    `source` and `revision` come from the annotations of the index or manifest, else from the labels of the first
    image in it. No more is fetched than it takes.

    Raises:
        RefusedError: something is malformed, does not match its digest, or is no container image.
    """
    place = str(ref)
    fetch = _limit(fetch, place=place)
    top = parse_manifest(body, media_type, place=place)
    if top.is_index:
        images = tuple(_list_images(top, fetch, place=place))
        if not 0 < len(images) <= _MOST_IMAGES:
            raise RefusedError(f"{place}: the index lists {len(images)} images", hint="push the image again")
        platforms = {image.platform or _parse_platform(_read_child(image, fetch, place=place)[1]) for image in images}
        facts = [top.annotations]
        if not (_pick(SOURCE, facts) and _pick(REVISION, facts)):
            manifest, config = _read_child(images[0], fetch, place=place)
            facts += [manifest.annotations, _read_labels(config)]
    else:
        config = _read_config(top, fetch, place=place)
        platforms = {_parse_platform(config)}
        facts = [top.annotations, _read_labels(config)]
    return Image(
        name=ref.name,
        digest=digest_of(body),
        tag=ref.tag,
        platforms=tuple(sorted(platforms - {""})),
        source=_pick(SOURCE, facts),
        revision=_pick(REVISION, facts),
    )


def read_verified(descriptor: Descriptor, fetch: Fetch, *, place: str) -> bytes:
    """The content that `descriptor` points at, checked against its digest."""
    body = fetch(descriptor)
    check_digest(body, descriptor.digest, place=place)
    return body


def _limit(fetch: Fetch, *, place: str) -> Fetch:
    left = iter(range(_MOST_FETCHES))

    def limited(descriptor: Descriptor) -> bytes:
        if next(left, None) is None:
            raise RefusedError(f"{place}: the indexes are nested too wide", hint="push the image again")
        return fetch(descriptor)

    return limited


def _list_images(index: Manifest, fetch: Fetch, *, place: str, depth: int = 1) -> Iterator[Descriptor]:
    for child in index.children:
        if child.is_attestation:
            continue
        if child.media_type not in INDEX_TYPES:
            if child.media_type in MANIFEST_TYPES:
                yield child
            continue
        if depth == _DEPTH:
            raise RefusedError(f"{place}: the indexes are nested too deep", hint="push the image again")
        body = read_verified(child, fetch, place=place)
        nested = parse_manifest(body, child.media_type, place=place)
        yield from _list_images(nested, fetch, place=place, depth=depth + 1)


def _read_child(descriptor: Descriptor, fetch: Fetch, *, place: str) -> tuple[Manifest, Mapping[str, Any]]:
    body = read_verified(descriptor, fetch, place=place)
    manifest = parse_manifest(body, descriptor.media_type, place=place)
    return manifest, _read_config(manifest, fetch, place=place)


def _read_config(manifest: Manifest, fetch: Fetch, *, place: str) -> Mapping[str, Any]:
    (descriptor,) = manifest.children
    if descriptor.media_type not in CONFIG_TYPES:
        raise RefusedError(
            f"{place} is not a container image: its config is {show(descriptor.media_type)}",
            hint="name the image that serves the model, not a chart or another artifact",
        )
    return _parse_object(read_verified(descriptor, fetch, place=place), place=place)


def _read_labels(config: Mapping[str, Any]) -> Mapping[str, str]:
    inner = config.get("config")
    return _strings(inner.get("Labels")) if isinstance(inner, dict) else {}


def _pick(name: str, facts: list[Mapping[str, str]]) -> str:
    for fact in facts:
        value = fact.get(name, "").strip()
        if value and len(value) <= _LABEL_LIMIT and value.isprintable():
            return value
    return ""


def _parse_object(body: bytes, *, place: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"{place}: a manifest or config is not JSON", hint="push the image again") from error
    if not isinstance(data, dict):
        raise RefusedError(f"{place}: a manifest or config is not a JSON object", hint="push the image again")
    return data


def _parse_descriptor(data: object, *, place: str) -> Descriptor:
    if not isinstance(data, dict) or not isinstance(data.get("mediaType"), str):
        raise RefusedError(f"{place}: the manifest names content without a media type", hint="push the image again")
    try:
        digest = parse_digest(str(data.get("digest")))
    except InvalidValueError as error:
        raise RefusedError(f"{place}: the manifest is malformed: {error}", hint="push the image again") from error
    return Descriptor(
        media_type=data["mediaType"],
        digest=digest,
        platform=_parse_platform(data.get("platform")),
        annotations=_strings(data.get("annotations")),
    )


def _parse_platform(data: object) -> str:
    """`os/architecture[/variant]` of a platform object or a config; empty if it has none that can be used."""
    if not isinstance(data, dict):
        return ""
    parts = [data.get("os"), data.get("architecture")]
    if data.get("variant"):
        parts.append(data["variant"])
    if not all(isinstance(part, str) and _PLATFORM_PART.fullmatch(part) for part in parts):
        return ""
    return "/".join(map(str, parts))


def _strings(data: object) -> Mapping[str, str]:
    return {k: v for k, v in data.items() if isinstance(v, str)} if isinstance(data, dict) else {}
