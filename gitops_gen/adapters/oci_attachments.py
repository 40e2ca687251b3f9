"""What hangs on an image: found by the OCI referrers API, by the tag that stands in for it, and by cosign's tags.

The ways are those of the OCI distribution specification 1.1 and of cosign 2; BuildKit lists its attestations in the
image's own index.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from gitops_gen.adapters.oci_manifest import (
    INDEX_TYPES,
    MANIFEST_TYPES,
    OCI_INDEX,
    Descriptor,
    check_digest,
    parse_manifest,
)
from gitops_gen.errors import GitopsGenError, NotFoundError, RefusedError
from gitops_gen.model import Attachment, Image
from gitops_gen.names import Digest

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
IN_TOTO = "application/vnd.in-toto+json"
BUNDLE = "application/vnd.dev.sigstore.bundle"
"""How the media types of Sigstore bundles begin."""

_COSIGN_TAGS = (".sig", ".att", ".sbom")
_MOST = 64
"""Manifests that are read; more hang on no honest image."""
_LARGEST = 4 * 1024 * 1024


class Source(NamedTuple):
    """How a registry is asked."""

    fetch: Callable[[str], tuple[str, bytes] | None]
    """Media type and body of the manifest of a tag or digest; None if there is none."""
    fetch_referrers: Callable[[Digest], bytes | None]
    """The index that the referrers API gives; None if the registry has no such API."""
    read: Callable[[Descriptor], bytes]
    """The content that a descriptor points at."""


def list_attachments(image: Image, source: Source) -> tuple[Attachment, ...]:
    """All that hangs on the image; what is malformed is left out, for it proves nothing."""
    found: dict[str, Attachment] = {}
    for number, (media_type, body) in enumerate(_list_manifests(image, source)):
        if number >= _MOST:
            break
        if media_type in INDEX_TYPES:
            continue
        for key, attachment in _read_layers(body, source):
            found.setdefault(key, attachment)
    return tuple(found.values())


def _list_manifests(image: Image, source: Source) -> Iterator[tuple[str, bytes]]:
    for child in _list_referrers(image, source):
        try:
            body = source.read(child)
            check_digest(body, child.digest, place=image.name)
        except (NotFoundError, RefusedError):
            continue
        yield child.media_type, body
    for suffix in _COSIGN_TAGS:
        tagged = source.fetch(image.digest.replace(":", "-") + suffix)
        if tagged is not None:
            yield tagged


def _list_referrers(image: Image, source: Source) -> Iterator[Descriptor]:
    index = source.fetch_referrers(image.digest)
    if index is None:
        tagged = source.fetch(image.digest.replace(":", "-"))
        index = tagged[1] if tagged is not None and tagged[0] in INDEX_TYPES else None
    if index is not None:
        yield from _parse_index(index, image)
    own = source.fetch(image.digest)
    if own is not None and own[0] in INDEX_TYPES:
        for child in _parse_index(own[1], image):
            if child.annotations.get("vnd.docker.reference.type") == "attestation-manifest":
                yield child


def _parse_index(body: bytes, image: Image) -> tuple[Descriptor, ...]:
    try:
        media_type = json.loads(body).get("mediaType", OCI_INDEX)
        children = parse_manifest(body, media_type, place=image.name).children
    except (GitopsGenError, ValueError, AttributeError, RecursionError):
        return ()
    return tuple(child for child in children if child.media_type in MANIFEST_TYPES)


def _read_layers(body: bytes, source: Source) -> Iterator[tuple[str, Attachment]]:
    try:
        data: Mapping[str, Any] = json.loads(body)
        layers = data.get("layers") or []
    except (ValueError, AttributeError, RecursionError):
        return
    for layer in layers if isinstance(layers, list) else ():
        if not isinstance(layer, dict) or not isinstance(layer.get("mediaType"), str):
            continue
        media_type, annotations = layer["mediaType"], layer.get("annotations")
        texts = {k: v for k, v in annotations.items() if isinstance(v, str)} if isinstance(annotations, dict) else {}
        content = _read_content(layer, media_type, source)
        # cosign's tag keeps all signatures of the same payload, each in the annotations of a layer of its own.
        key = f"{layer.get('digest')} {sorted(texts.items())}"
        yield key, Attachment(media_type=media_type, content=content, annotations=texts)


def _read_content(layer: Mapping[str, Any], media_type: str, source: Source) -> bytes:
    size = layer.get("size")
    is_read = media_type in {SIMPLE_SIGNING, DSSE, IN_TOTO} or media_type.startswith(BUNDLE)
    if not is_read or not isinstance(size, int) or size > _LARGEST:
        return b""
    digest = Digest(str(layer.get("digest")))
    try:
        body = source.read(Descriptor(media_type=media_type, digest=digest))
        check_digest(body, digest, place=str(digest))
    except (NotFoundError, RefusedError):
        return b""
    return body
