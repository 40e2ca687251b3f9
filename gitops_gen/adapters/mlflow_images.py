"""OCI images among a run's artifacts: layout folders and tars, and the digests in them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gitops_gen.adapters.mlflow_artifacts import ArtifactFolder, Entry
from gitops_gen.adapters.oci_layout import LayoutReader, list_digests, list_layout_digests
from gitops_gen.adapters.oci_manifest import BODY_LIMIT
from gitops_gen.errors import InvalidValueError, RefusedError
from gitops_gen.names import Digest

DEPTH = 3
"""Folders that are looked into, below the run's own."""
_ARCHIVES = (".tar", ".tar.gz", ".tgz")


def find_images(folder: ArtifactFolder) -> dict[str, frozenset[Digest]]:
    """The digests of each image, by artifact path; of a layout folder only its indexes are brought here.

    Raises:
        RefusedError: a layout is malformed. Besides, what the storage raises.
    """
    images = {}
    for path, is_archive in _search(folder, "", DEPTH):
        digests = _read_archive(folder, path) if is_archive else _read_layout(folder, path)
        if digests:
            images[path] = digests
    return images


def is_layout(entries: list[Entry]) -> bool:
    """Whether a folder with these entries is an OCI image layout."""
    return {"oci-layout", "index.json"} <= {entry.name for entry in entries if not entry.is_folder}


def _search(folder: ArtifactFolder, path: str, depth: int) -> Iterator[tuple[str, bool]]:
    """Paths that may be images, each with whether it is an archive."""
    entries = folder.list_entries(path)
    if is_layout(entries):
        yield path, False
        return
    for entry in entries:
        if not entry.is_folder and entry.name.endswith(_ARCHIVES):
            yield entry.path, True
        elif entry.is_folder and depth > 0:
            yield from _search(folder, entry.path, depth - 1)


def _read_archive(folder: ArtifactFolder, path: str) -> frozenset[Digest]:
    """None where the archive is of another kind."""
    with TemporaryDirectory(prefix="gitops-gen-") as temporary:
        try:
            return list_digests(folder.bring(path, Path(temporary)))
        except InvalidValueError:
            return frozenset()


def _read_layout(folder: ArtifactFolder, path: str) -> frozenset[Digest]:
    return list_layout_digests(_make_reader(folder, path), place=f"{folder.public_uri}/{path}".rstrip("/"))


def _make_reader(folder: ArtifactFolder, path: str) -> LayoutReader:
    def read(name: str) -> bytes | None:
        full = f"{path}/{name}".lstrip("/")
        entry = next((e for e in folder.list_entries(full.rpartition("/")[0]) if e.path == full), None)
        if entry is None or entry.is_folder:
            return None
        if (entry.size or 0) > BODY_LIMIT:
            raise RefusedError(f"{folder.public_uri}/{full} is too large for an index: {entry.size} bytes")
        with TemporaryDirectory(prefix="gitops-gen-") as temporary:
            return folder.bring(full, Path(temporary)).read_bytes()

    return read
