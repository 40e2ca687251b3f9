"""Images made for tests, byte by byte: pushed to a registry or laid out in a folder."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from gitops_gen.adapters.oci_manifest import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, digest_of
from gitops_gen.names import Digest

Style = Literal["oci", "docker"]
SOURCE = "https://git.example.com/team/churn"
REVISION = "4f0c1d3a" * 5
LABELS = {"org.opencontainers.image.source": SOURCE, "org.opencontainers.image.revision": REVISION}

_CONFIG_TYPES = {
    "oci": "application/vnd.oci.image.config.v1+json",
    "docker": "application/vnd.docker.container.image.v1+json",
}
_LAYER_TYPES = {
    "oci": "application/vnd.oci.image.layer.v1.tar+gzip",
    "docker": "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
_MANIFEST_TYPES = {"oci": OCI_MANIFEST, "docker": DOCKER_MANIFEST}
_INDEX_TYPES = {"oci": OCI_INDEX, "docker": DOCKER_LIST}


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltImage:
    """An image with all its content, ready to be pushed."""

    media_type: str
    body: bytes
    blobs: Mapping[Digest, bytes]
    manifests: tuple[tuple[str, bytes], ...] = ()
    """Media type and body of what the index names, in the order to push."""
    platforms: tuple[str, ...] = ()
    source: str = ""
    revision: str = ""
    descriptor: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> Digest:
        return digest_of(self.body)


def encode(data: object) -> bytes:
    return json.dumps(data, sort_keys=True).encode()


def describe(media_type: str, body: bytes, **more: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(body), "size": len(body), **more}


def build_image(
    platform: str = "linux/amd64",
    *,
    style: Style = "oci",
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    salt: str = "",
) -> BuiltImage:
    """One image; another `salt` gives another digest."""
    labels = LABELS if labels is None else labels
    os, architecture, *variant = platform.split("/")
    layer = gzip.compress(salt.encode() or b"layer", mtime=0)
    config = {"os": os, "architecture": architecture, "config": {"Labels": dict(labels)}, "rootfs": {"type": "layers"}}
    if variant:
        config["variant"] = variant[0]
    config_body = encode(config)
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST_TYPES[style],
        "config": describe(_CONFIG_TYPES[style], config_body),
        "layers": [describe(_LAYER_TYPES[style], layer)],
    }
    if annotations:
        manifest["annotations"] = dict(annotations)
    body = encode(manifest)
    facts = {**labels, **(annotations or {})}
    return BuiltImage(
        media_type=_MANIFEST_TYPES[style],
        body=body,
        blobs={digest_of(blob): blob for blob in (layer, config_body)},
        platforms=(platform,),
        source=facts.get("org.opencontainers.image.source", ""),
        revision=facts.get("org.opencontainers.image.revision", ""),
        descriptor=describe(
            _MANIFEST_TYPES[style],
            body,
            platform={"os": os, "architecture": architecture} | ({"variant": variant[0]} if variant else {}),
        ),
    )


def build_attestation(subject: BuiltImage) -> BuiltImage:
    """What BuildKit lists beside an image: a manifest that is none."""
    made = build_image("unknown/unknown", labels={}, salt=f"attests {subject.digest}")
    annotations = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": subject.digest}
    return replace(made, descriptor={**made.descriptor, "annotations": annotations})


def build_index(
    *children: BuiltImage, style: Style = "oci", annotations: Mapping[str, str] | None = None
) -> BuiltImage:
    """An index over `children`."""
    index: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": _INDEX_TYPES[style],
        "manifests": [dict(child.descriptor) for child in children],
    }
    if annotations:
        index["annotations"] = dict(annotations)
    body = encode(index)
    images = [child for child in children if child.platforms != ("unknown/unknown",)] or [children[0]]
    facts = annotations or {}
    return BuiltImage(
        media_type=_INDEX_TYPES[style],
        body=body,
        blobs={digest: blob for child in children for digest, blob in child.blobs.items()},
        manifests=tuple(m for child in children for m in (*child.manifests, (child.media_type, child.body))),
        platforms=tuple(sorted({p for image in images for p in image.platforms})),
        source=facts.get("org.opencontainers.image.source", images[0].source),
        revision=facts.get("org.opencontainers.image.revision", images[0].revision),
        descriptor=describe(_INDEX_TYPES[style], body),
    )


def build_multi_platform(*, style: Style = "oci", salt: str = "") -> BuiltImage:
    """Two platforms; in OCI's style with an attestation in front, as BuildKit may order them."""
    images = [build_image(p, style=style, salt=salt) for p in ("linux/arm64/v8", "linux/amd64")]
    extra = [build_attestation(images[0])] if style == "oci" else []
    return build_index(*extra, *images, style=style)


def write_layout(folder: Path, images: Mapping[str, BuiltImage]) -> Path:
    """An OCI image layout with `images` by tag (an empty tag is left out)."""
    manifests = []
    for tag, image in images.items():
        bodies = [image.body, *(body for _, body in image.manifests), *image.blobs.values()]
        for body in bodies:
            write_blob(folder, body)
        named = {"annotations": {"org.opencontainers.image.ref.name": tag}} if tag else {}
        manifests.append({**image.descriptor, **named})
    (folder / "oci-layout").write_bytes(encode({"imageLayoutVersion": "1.0.0"}))
    write_index(folder, manifests)
    return folder


def write_blob(folder: Path, body: bytes) -> Path:
    blob = folder / "blobs" / digest_of(body).replace(":", "/")
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(body)
    return blob


def write_index(folder: Path, manifests: list[dict[str, Any]]) -> None:
    (folder / "index.json").write_bytes(encode({"schemaVersion": 2, "manifests": manifests}))


def pack(folder: Path, archive: Path, *, mode: str = "w") -> Path:
    """`folder` as a tar file with its content at the root."""
    with tarfile.open(archive, mode) as tar:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            tar.add(path, path.relative_to(folder).as_posix())
    return archive


def make_tar(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return stream.getvalue()
