"""An OCI image layout made of a model's files, as an image build would leave it, for the demo."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def write_image(layout: Path, *, tag: str, model: Path, source: str, revision: str) -> str:
    """Add an image with the files of `model` to the layout; gives its digest."""
    tar = _pack(model)
    labels = {"org.opencontainers.image.source": source, "org.opencontainers.image.revision": revision}
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Labels": labels},
        "rootfs": {"type": "layers", "diff_ids": [_digest(tar)]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _add_blob(layout, _CONFIG, _encode(config)),
        "layers": [_add_blob(layout, _LAYER, gzip.compress(tar, mtime=0))],
    }
    entry = _add_blob(layout, _MANIFEST, _encode(manifest))
    index_file = layout / "index.json"
    index: dict[str, Any] = {"schemaVersion": 2, "manifests": []}
    if index_file.exists():
        index = json.loads(index_file.read_text())
    index["manifests"].append(entry | {"annotations": {"org.opencontainers.image.ref.name": tag}})
    index_file.write_bytes(_encode(index))
    (layout / "oci-layout").write_bytes(_encode({"imageLayoutVersion": "1.0.0"}))
    return str(entry["digest"])


def _pack(folder: Path) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            content = path.read_bytes()
            member = tarfile.TarInfo(f"opt/model/{path.relative_to(folder).as_posix()}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def _add_blob(layout: Path, media_type: str, content: bytes) -> dict[str, Any]:
    digest = _digest(content)
    path = layout / "blobs" / digest.replace(":", "/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _encode(data: object) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
