"""The checked folder: files below it by path, read once, and never through a link that leads out of it."""

import os

from gitops_gen.checks.discover import is_in
from gitops_gen.checks.source import Source


class Tree:
    """A folder on this machine; paths are below it, with `/`."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self._sources: dict[str, Source | None] = {}
        self._folders: dict[str, str] = {}

    def read(self, path: str) -> Source | None:
        """The file at `path`; None if there is none, it cannot be read, or it lies outside."""
        if path not in self._sources:
            content = self.read_bytes(path)
            self._sources[path] = None if content is None else Source(path, content)
        return self._sources[path]

    def read_bytes(self, path: str) -> bytes | None:
        """The content of the file at `path`, whatever it is; None as for `read`."""
        full = self._find(path)
        if not is_in(full, self.root) or not os.path.isfile(full):
            return None
        try:
            with open(full, "rb") as stream:
                return stream.read()
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder at `path`, inside."""
        full = self._find(path)
        return is_in(full, self.root) and os.path.exists(full)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at `path`, inside."""
        full = self._find(path)
        return is_in(full, self.root) and os.path.isdir(full)

    def _find(self, path: str) -> str:
        """Where a path really leads; that of its folder is looked up once."""
        folder, name = os.path.split(os.path.join(self.root, path))
        if name in {"", ".", ".."}:
            return os.path.realpath(os.path.join(folder, name))
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        full = os.path.join(self._folders[folder], name)
        return os.path.realpath(full) if os.path.islink(full) else full
