"""A branch of a git remote, read at one commit without a work tree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from gitops_gen.adapters.git_errors import translate_remote_failure
from gitops_gen.adapters.git_history import list_revisions, read_places
from gitops_gen.adapters.git_objects import FILE_MODES, FOLDER_MODE, Entry, parse_commit
from gitops_gen.adapters.git_process import GitFailedError
from gitops_gen.adapters.git_store import GitStore
from gitops_gen.adapters.git_trees import find_entries, walk_tree
from gitops_gen.ports import Revision


class CheckoutGit:
    """The base branch at one commit. Links and submodules are not files."""

    def __init__(
        self, store: GitStore, address: str, base_branch: str, base_commit: str, make_store: Callable[[], GitStore]
    ) -> None:
        self.store = store
        self.base_branch = base_branch
        self.base_commit = base_commit
        self._address = address
        self._make_store = make_store
        self._history: GitStore | None = None
        self._newest = 0
        self.tree = parse_commit(store.read_commits([base_commit])[base_commit]).tree

    def list_files(self, prefix: str = "") -> tuple[str, ...]:
        """Paths of all files below the folder `prefix`, sorted; only that folder's names are fetched."""
        folder = prefix.strip("/")
        with reading(self._address):
            root: Entry | None = Entry(FOLDER_MODE, self.tree)
            if folder:
                root = find_entries(self.store, self.tree, [folder]).get(folder)
            if root is None or root.mode != FOLDER_MODE:
                return ()
            found = walk_tree(self.store, root.id, f"{folder}/" if folder else "")
        return tuple(sorted(path for path, entry in found.items() if entry.mode in FILE_MODES))

    def read_files(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The contents of those of `paths` that are there, brought in one request."""
        with reading(self._address):
            entries = find_entries(self.store, self.tree, dict.fromkeys(paths))
            files = {path: entry.id for path, entry in entries.items() if entry.mode in FILE_MODES}
            contents = self.store.read(files.values())
        return {path: contents[id_] for path, id_ in files.items()}

    def list_history(self, *patterns: str, newest: int = 0) -> tuple[Revision, ...]:
        """The commits of the branch itself that changed files which match, newest first. See `Checkout`."""
        with reading(self._address):
            return list_revisions(self._open_history(newest), self.base_commit, patterns)

    def read_at(self, places: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], bytes]:
        """The contents of files as commits have them, brought in one request. See `Checkout`."""
        with reading(self._address):
            return read_places(self._history or self._open_history(0), places)

    def _open_history(self, newest: int) -> GitStore:
        if self._history is not None and self._newest and (newest == 0 or newest > self._newest):
            self.close()
        if self._history is None:
            self._history, self._newest = self._make_store(), newest
            self._history.fetch_all_history(self.base_commit, depth=newest)
        return self._history

    def close(self) -> None:
        """Remove what was fetched of the history."""
        if self._history is not None:
            self._history.close()
            self._history = None


@contextmanager
def reading(address: str) -> Iterator[None]:
    """Failures of git as what they mean for whoever reads from the remote at `address`."""
    try:
        yield
    except GitFailedError as error:
        raise translate_remote_failure(error, address) from error
