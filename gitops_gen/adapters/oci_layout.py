"""An OCI image layout (a folder, .tar or .tar.gz): the digests in it, and a registry that serves one image from it.

Nothing is unpacked: content is looked up by name, and believed only if it matches its digest.
"""

import gzip
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from gitops_gen.adapters.oci_attachments import Source, list_attachments
from gitops_gen.adapters.oci_manifest import (
    BODY_LIMIT,
    INDEX_TYPES,
    OCI_INDEX,
    OCI_MANIFEST,
    Descriptor,
    check_digest,
    digest_of,
    parse_manifest,
    read_image,
    read_verified,
)
from gitops_gen.errors import InvalidValueError, NotFoundError, RefusedError
from gitops_gen.model import Attachment, Image
from gitops_gen.names import Digest, ImageRef, show

REF_NAME = "org.opencontainers.image.ref.name"
"""The annotation in index.json that holds the tag."""

LayoutReader = Callable[[str], bytes | None]
"""Gives the content of `index.json` or `blobs/sha256/<hex>`; None if the layout has no such file."""

_INDEX = "index.json"
_MARKER = "oci-layout"
_ARCHIVE_MEMBERS = 100_000
_ARCHIVE_BYTES = 64 * 1024**3
_ARCHIVE_JSON_BYTES = 64 * 1024**2


def open_layout(path: Path) -> LayoutReader:
    """A reader of the layout at `path`: a folder, or a tar file, with or without gzip.

    Raises:
        NotFoundError: there is nothing at `path`.
        InvalidValueError: it is no OCI image layout.
        RefusedError: its index.json is too large.
    """
    if not path.exists():
        raise NotFoundError(f"there is no image layout at {path}")
    read = _open_folder(path) if path.is_dir() else _open_archive(path)
    if read(_INDEX) is None or read(_MARKER) is None:
        raise InvalidValueError(
            f"{path} is no OCI image layout: it has no {_INDEX} or no {_MARKER}",
            hint="docker buildx build --output type=oci,dest=image.tar writes one, and so does skopeo copy … oci:DIR",
        )
    return read


def list_digests(path: Path) -> frozenset[Digest]:
    """The digests that an image pushed from the layout at `path` can have. Raises as `open_layout` does."""
    return list_layout_digests(open_layout(path), place=str(path))


def list_layout_digests(read: LayoutReader, *, place: str) -> frozenset[Digest]:
    """The digests that an image pushed from a layout can have: of its index.json, what it lists, and what that lists.

    Raises:
        RefusedError: a file in the layout is malformed or does not match its digest.
    """
    body = _read_index(read, place=place)
    return frozenset({digest_of(body), *(d.digest for d in _list_descriptors(body, read, place=place))})


class RegistryLayout:
    """A registry that has the images of one layout, under one name or under any; fits ports.Registry."""

    def __init__(self, path: Path, *, name: str = "") -> None:
        """`name` is registry and repository, empty for any; raises as `open_layout` does."""
        self._place = str(path)
        self._name = name
        self._read = open_layout(path)

    def resolve(self, ref: ImageRef) -> Image:
        """What `ref` points at in the layout as it is now; an image without a tag of its own answers to any.

        Raises:
            NotFoundError: another name, or no such tag or digest.
            RefusedError: a file is malformed, does not match its digest, or is no container image.
        """
        if self._name and ref.name != self._name:
            raise NotFoundError(f"{self._place} stands for {self._name} and has no {ref.name}")
        body = _read_index(self._read, place=self._place)
        if not ref.digest and not ref.tag:
            ref = ref._replace(tag="latest")
        found = self._find_digest(body, ref) if ref.digest else self._find_tag(body, ref)
        content = read_verified(found, self._fetch, place=str(ref))
        return read_image(ref, found.media_type, content, self._fetch)

    def list_attachments(self, image: Image) -> tuple[Attachment, ...]:
        """What hangs on the image in the layout: manifests that name it as their subject, and cosign's tags."""
        body = _read_index(self._read, place=self._place)
        listed = parse_manifest(body, OCI_INDEX, place=self._place).children

        def fetch(name: str) -> tuple[str, bytes] | None:
            wanted = [d for d in listed if name in (d.digest, d.annotations.get(REF_NAME))]
            content = self._read(_blob_name(wanted[0])) if wanted else None
            return (wanted[0].media_type, content) if content is not None else None

        def fetch_referrers(digest: Digest) -> bytes:
            entries = [
                {"mediaType": d.media_type, "digest": d.digest}
                for d in listed
                if d.media_type == OCI_MANIFEST and _read_subject(self._read(_blob_name(d))) == digest
            ]
            return json.dumps({"mediaType": OCI_INDEX, "manifests": entries}).encode()

        return list_attachments(image, Source(fetch, fetch_referrers, self._fetch))

    def _find_digest(self, body: bytes, ref: ImageRef) -> Descriptor:
        for descriptor in _list_descriptors(body, self._read, place=self._place):
            if descriptor.digest == ref.digest:
                return descriptor
        raise NotFoundError(f"the image layout {self._place} has no image {ref.digest}")

    def _find_tag(self, body: bytes, ref: ImageRef) -> Descriptor:
        images = [d for d in parse_manifest(body, OCI_INDEX, place=self._place).children if not d.is_attestation]
        named = [d for d in images if d.annotations.get(REF_NAME) in (ref.tag, f"{ref.name}:{ref.tag}")]
        if not named and len(images) == 1 and not images[0].annotations.get(REF_NAME):
            named = images
        if not named:
            tags = sorted({d.annotations[REF_NAME] for d in images if d.annotations.get(REF_NAME)})
            raise NotFoundError(
                f"the image layout {self._place} has no tag {ref.tag}",
                hint=f"it has: {show(', '.join(tags))}" if tags else "name the image by digest",
            )
        if len({d.digest for d in named}) > 1:
            raise RefusedError(
                f"the image layout {self._place} has several images with the tag {ref.tag}",
                hint="name the image by digest",
            )
        return named[0]

    def _fetch(self, descriptor: Descriptor) -> bytes:
        body = self._read(_blob_name(descriptor))
        if body is None:
            raise NotFoundError(
                f"the image layout {self._place} lacks {descriptor.digest}, which its index names",
                hint="write the layout again, with all platforms",
            )
        return body


def _read_index(read: LayoutReader, *, place: str) -> bytes:
    body = read(_INDEX)
    if body is None:
        raise InvalidValueError(f"{place} is no OCI image layout: it has no {_INDEX}")
    return body


def _list_descriptors(body: bytes, read: LayoutReader, *, place: str) -> Iterator[Descriptor]:
    """All images and indexes that index.json leads to, each once; an index that the layout lacks is not followed."""
    seen: set[Digest] = set()
    waiting = list(parse_manifest(body, OCI_INDEX, place=place).children)
    while waiting:
        descriptor = waiting.pop(0)
        if descriptor.digest in seen or descriptor.is_attestation:
            continue
        seen.add(descriptor.digest)
        yield descriptor
        nested = read(_blob_name(descriptor)) if descriptor.media_type in INDEX_TYPES else None
        if nested is not None:
            check_digest(nested, descriptor.digest, place=place)
            waiting += parse_manifest(nested, descriptor.media_type, place=place).children


def _read_subject(body: bytes | None) -> str:
    """The digest that a manifest hangs on; empty if it hangs on none."""
    try:
        subject = json.loads(body or b"{}").get("subject")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return str(subject.get("digest")) if isinstance(subject, dict) else ""


def _blob_name(descriptor: Descriptor) -> str:
    return "blobs/" + descriptor.digest.replace(":", "/")


def _open_folder(path: Path) -> LayoutReader:
    def read(name: str) -> bytes | None:
        file = path / name
        try:
            if not file.is_file():  # nor a pipe or device, which would block
                return None
            with file.open("rb") as stream:
                body = stream.read(BODY_LIMIT + 1)
        except OSError as error:
            raise InvalidValueError(f"{file}: cannot be read: {error.strerror}") from error
        if len(body) > BODY_LIMIT:
            raise RefusedError(f"{file}: larger than {BODY_LIMIT // 1024**2} MiB, too large for a manifest or config")
        return body

    return read


class _BoundedStream:
    """A file for tarfile that refuses to read much at once: a header that claims gigabytes is an attack."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek = stream.seek
        self.tell = stream.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= BODY_LIMIT:
            raise tarfile.ReadError("too large a header")
        return self._stream.read(size)


def _open_archive(path: Path) -> LayoutReader:
    """One pass over the tar file that keeps its JSON files, the only ones that are ever asked for."""
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if is_gzip else file
            with tarfile.open(fileobj=cast("BinaryIO", _BoundedStream(stream)), mode="r:") as archive:
                return _read_json_files(archive, path).get
    except (tarfile.TarError, OSError, EOFError, ValueError, RecursionError, zlib.error) as error:
        raise InvalidValueError(
            f"{path} is no OCI image layout: it is neither a folder nor a whole tar file",
            hint="docker buildx build --output type=oci,dest=image.tar writes one",
        ) from error


def _read_json_files(archive: tarfile.TarFile, path: Path) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    total = kept = 0
    for count, member in enumerate(archive):
        total += max(member.size, 0)
        if count >= _ARCHIVE_MEMBERS or total > _ARCHIVE_BYTES or kept > _ARCHIVE_JSON_BYTES:
            raise InvalidValueError(f"{path} is no OCI image layout: it has too many or too large files")
        stream = archive.extractfile(member) if member.isreg() and member.size <= BODY_LIMIT else None
        body = stream.read(member.size) if stream else b""
        if body.lstrip()[:1] == b"{":
            contents[member.name.removeprefix("./")] = body
            kept += len(body)
    return contents
