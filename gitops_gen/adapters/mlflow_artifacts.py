"""Files that MLflow keeps beside runs and models: listed, brought here, hashed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitops_gen.adapters.mlflow_errors import strip_secrets
from gitops_gen.adapters.mlflow_store import MlflowStore, find_local_path
from gitops_gen.errors import GitopsGenError
from gitops_gen.names import Digest, strip_credentials

if TYPE_CHECKING:
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

FILES_LIMIT = 10_000
"""Files of one model; a folder with more is not listed to its end."""
_WORDS_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or folder among the artifacts."""

    path: str
    is_folder: bool
    size: int | None = None
    """Bytes; None for a folder, or where the storage does not tell."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class ArtifactFolder:
    """A folder of artifacts, wherever MLflow keeps it: behind the server, on this disk, in a bucket.

    Its methods raise what the storage's library raises: OSError, MlflowException, ImportError for a missing library, …
    """

    def __init__(self, store: MlflowStore, uri: str) -> None:
        """Nothing is read yet."""
        self.store = store
        self.uri = uri
        self.local = find_local_path(uri)

    @property
    def public_uri(self) -> str:
        """The URI as it may be shown and committed: a plain path as file://, no credentials."""
        return self.local.absolute().as_uri() if self.local is not None else strip_secrets(self.uri)

    def list_entries(self, path: str = "") -> list[Entry]:
        """What lies directly in the folder `path`, sorted by path."""
        found = self._repository().list_artifacts(path or None)
        entries = (Entry(path=f.path, is_folder=bool(f.is_dir), size=f.file_size) for f in found)
        return sorted((e for e in entries if e.path not in {"", ".", path}), key=lambda e: e.path)

    def list_files(self) -> list[Entry]:
        """All files below.

        Raises:
            ValueError: there are more than `FILES_LIMIT`.
        """
        files: list[Entry] = []
        for entry in self._walk(""):
            files.append(entry)
            if len(files) > FILES_LIMIT:
                raise ValueError(f"there are more than {FILES_LIMIT} files")
        return files

    def bring(self, path: str, target: Path) -> Path:
        """The file or folder `path` (empty for all) on this disk: below `target` if it had to be downloaded."""
        if self.local is not None:
            return self.local / path
        repository: Any = self._repository()  # its methods have no types
        return Path(repository.download_artifacts(path, dst_path=str(target)))

    def explain_missing(self) -> str:
        """Why the folder cannot be read, if it is on the disk of another machine; else empty."""
        if self.local is None or not self.store.is_http or self.local.exists():
            return ""
        return "it is on the MLflow server's own disk; a server with --artifacts-destination hands artifacts out"

    def _walk(self, path: str) -> Iterator[Entry]:
        for entry in self.list_entries(path):
            if entry.is_folder:
                yield from self._walk(entry.path)
            else:
                yield entry

    def _repository(self) -> "ArtifactRepository":
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        return get_artifact_repository(self.uri, tracking_uri=self.store.tracking_uri)


def hash_folder(folder: Path) -> Digest:
    r"""sha256 over the sorted lines `<sha256 of file>  <path>\n` of all files below `folder` (model.LoggedModel)."""
    lines = []
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    return Digest(f"sha256:{hashlib.sha256(''.join(sorted(lines)).encode()).hexdigest()}")


def describe_failure(error: Exception) -> str:
    """One line on why artifacts could not be read; without credentials."""
    if isinstance(error, GitopsGenError):
        return error.message
    if isinstance(error, ImportError) and error.name:
        return f"it needs {error.name}: pip install {error.name}"
    words = " ".join(strip_credentials(str(error)).split())
    return words[:_WORDS_LIMIT] or type(error).__name__
