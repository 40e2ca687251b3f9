"""Promotions as commits on a git remote, made without a work tree."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from gitops_gen.adapters.git_changes import STAND_IN_REF, Change, check_branch, find_changes, import_stream
from gitops_gen.adapters.git_checkout import CheckoutGit, reading
from gitops_gen.adapters.git_commits import FILES_TRAILER, BranchReader, add_trailers, hash_files
from gitops_gen.adapters.git_credentials import parse_remote, read_switch
from gitops_gen.adapters.git_errors import translate_commit_failure, translate_push_failure
from gitops_gen.adapters.git_objects import Commit
from gitops_gen.adapters.git_process import GitFailedError
from gitops_gen.adapters.git_store import GitStore
from gitops_gen.adapters.git_trees import find_entries
from gitops_gen.errors import InvalidValueError, NotFoundError, RaceLostError, RefusedError
from gitops_gen.names import show
from gitops_gen.ports import Checkout, Published

_HEADS = "refs/heads/"
_LISTED_BRANCHES = 8


class RepositoryGit:
    """A git remote, by URL or path; close it (or use it in `with`) to remove its temporary folder.

    `config_from` is a checkout whose git configuration counts beside the person's own; `sign_off` None does as
    `format.signOff` says. Credentials count for http(s) alone.
    """

    def __init__(
        self,
        url_or_path: str | Path,
        *,
        credentials: tuple[str, str] | None = None,
        config_from: Path | None = None,
        sign_off: bool | None = None,
        timeout: float = 300.0,
    ) -> None:
        self._remote = parse_remote(url_or_path, credentials)
        self._make_store = partial(GitStore, self._remote, config_from=config_from, timeout=timeout)
        self._sign_off = sign_off
        self._store: GitStore | None = None
        self._opened: CheckoutGit | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary folder. Checkouts that were opened cannot be read any more."""
        if self._opened is not None:
            self._opened.close()
        if self._store is not None:
            self._store.close()
            self._store = None

    @property
    def address(self) -> str:
        """The remote's URL or path, without credentials."""
        return self._remote.url

    def open(self, base_branch: str = "") -> CheckoutGit:
        """The tip of `base_branch`, by default the remote's HEAD. See `Repository.open`."""
        store = self._get_store()
        with reading(self.address):
            branch = check_branch(base_branch) if base_branch else self._find_default_branch(store)
            try:
                commit = store.fetch_ref(_HEADS + branch, f"refs/gitops-gen/{branch}")
            except GitFailedError as error:
                if "find remote ref" not in error.words:
                    raise
                raise self._miss_branch(store, branch) from error
            if self._opened is not None:
                self._opened.close()
            self._opened = CheckoutGit(store, self.address, branch, commit, self._make_store)
        return self._opened

    def _get_store(self) -> GitStore:
        if self._store is None:
            if self._remote.is_path and not Path(self.address).exists():
                raise NotFoundError(f"{self.address} does not exist", hint="check --repo")
            with reading(self.address):
                self._store = self._make_store()
        return self._store

    def _find_default_branch(self, store: GitStore) -> str:
        refs = store.list_refs("HEAD")
        target = refs.get("ref: HEAD", "")
        if "HEAD" in refs and target.startswith(_HEADS):
            return target.removeprefix(_HEADS)
        raise self._miss_branch(store, "")

    def _miss_branch(self, store: GitStore, branch: str) -> NotFoundError:
        heads = [name.removeprefix(_HEADS) for name in store.list_refs(f"{_HEADS}*") if name.startswith(_HEADS)]
        if not heads:
            return NotFoundError(
                f"{self.address} has no commits yet", hint="push a first one (gitops-gen init makes it)"
            )
        more = ", …" if len(heads) > _LISTED_BRANCHES else ""
        listed = ", ".join(map(show, heads[:_LISTED_BRANCHES]))
        what = (
            f"has no branch {show(branch)}" if branch else "has no default branch (its HEAD names none that is there)"
        )
        return NotFoundError(f"{self.address} {what}", hint=f"it has: {listed}{more}")

    def publish(
        self,
        checkout: Checkout,
        *,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        force: bool = False,
    ) -> Published:
        """Make `branch` one commit on top of the checkout's base with `files`, and push it. See `Repository.publish`.

        Where the base has all of `files` already, nothing is pushed and the base's commit is given.
        """
        base = self._check_checkout(checkout)
        if check_branch(branch) == base.base_branch:
            raise InvalidValueError(f"{show(branch)} is the base branch: a promotion has a branch of its own")
        with reading(self.address):
            changes = find_changes(base.store, base.tree, files)
            if not changes:
                return Published(commit=base.base_commit, pushed=False)
            tip = self._check_refs(base, branch)
            files_hash = hash_files({path: change.blob for path, change in changes.items()})
            if tip and tip != base.base_commit and self._has_same(base, branch, tip, changes, files_hash, force=force):
                return Published(commit=tip, pushed=False)
        commit = self._commit(base, changes, message, files_hash)
        self._push(base.store, branch, commit, tip)
        return Published(commit=commit, pushed=True, created=not tip)

    def list_branches(self, prefix: str) -> Mapping[str, str]:
        """The branches on the remote whose name begins with `prefix`, and their commits."""
        with reading(self.address):
            refs = self._get_store().list_refs(f"{_HEADS}{prefix}*")
        return {
            name.removeprefix(_HEADS): commit
            for name, commit in sorted(refs.items())
            if name.startswith(f"{_HEADS}{prefix}")
        }

    def delete_branch(self, branch: str) -> bool:
        """Delete `branch` on the remote if it carries our commit only; False if there was none, or it has more."""
        base = self._opened or self.open()
        with reading(self.address):
            tip = base.store.list_refs(_HEADS + check_branch(branch)).get(_HEADS + branch, "")
            if not tip or branch == base.base_branch:
                return False
            if tip != base.base_commit and BranchReader(base.store, base.base_commit).read(tip)[1] is None:
                return False
        self._push(base.store, branch, "", tip)
        return True

    def _check_checkout(self, checkout: Checkout) -> CheckoutGit:
        if not isinstance(checkout, CheckoutGit) or checkout.store is not self._store:
            raise TypeError("publish takes a checkout that this repository has opened")
        return checkout

    def _check_refs(self, base: CheckoutGit, branch: str) -> str:
        """The commit of `branch` on the remote, empty for none; the base must not have moved."""
        refs = base.store.list_refs(_HEADS + base.base_branch, _HEADS + branch)
        if refs.get(_HEADS + base.base_branch) != base.base_commit:
            raise RaceLostError(
                f"branch {base.base_branch} of {self.address} moved meanwhile; nothing was pushed",
                hint="run the command again",
            )
        return refs.get(_HEADS + branch, "")

    def _has_same(
        self, base: CheckoutGit, branch: str, tip: str, changes: Mapping[str, Change], files_hash: str, *, force: bool
    ) -> bool:
        """Whether our commit on the branch makes just these changes, to just these files as they are on the base."""
        commit, own = BranchReader(base.store, base.base_commit).read(tip)
        if own is None:
            if force:
                return False
            raise self._refuse(branch, commit)
        if own.files_hash != files_hash:
            return False
        return find_entries(base.store, own.base_tree, changes) == find_entries(base.store, base.tree, changes)

    def _refuse(self, branch: str, commit: Commit) -> RefusedError:
        return RefusedError(
            f"branch {branch} of {self.address} has a commit that gitops-gen did not make:"
            f" {show(commit.subject)} by {show(commit.author)}",
            hint="merge or move that work first, or replace the branch with --force",
        )

    def _commit(self, base: CheckoutGit, changes: Mapping[str, Change], message: str, files_hash: str) -> str:
        store = base.store
        try:
            trailers = [f"{FILES_TRAILER}: {files_hash}"]
            if read_switch(store.config, "format.signoff") if self._sign_off is None else self._sign_off:
                who = store.run("var", "GIT_COMMITTER_IDENT").decode(errors="replace")
                trailers.append(f"Signed-off-by: {who.rpartition('>')[0]}>")
            text = add_trailers(message, *trailers).encode(errors="replace")
            store.run("fast-import", "--quiet", "--force", stdin=import_stream(base.base_commit, changes))
            sign = ["-S"] if read_switch(store.config, "commit.gpgsign") else []
            tree = f"{STAND_IN_REF}^{{tree}}"
            command = ("commit-tree", *sign, "-p", base.base_commit, "-F", "-", tree)
            return store.run(*command, stdin=text).decode().strip()
        except GitFailedError as error:
            raise translate_commit_failure(error) from error

    def _push(self, store: GitStore, branch: str, commit: str, expected: str) -> None:
        """Set `branch` to `commit` (empty deletes it) if it still is at `expected` (empty: does not exist)."""
        ref = _HEADS + branch
        options = ("--porcelain", "--no-verify", f"--force-with-lease={ref}:{expected}")
        try:
            store.run("push", *options, "origin", f"{commit}:{ref}")
        except GitFailedError as error:
            raise translate_push_failure(error, self.address, branch) from error
