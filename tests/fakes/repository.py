"""A git remote in memory."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gitops_gen.errors import InvalidValueError, NotFoundError, RaceLostError, RefusedError, UnreachableError
from gitops_gen.ports import Checkout, Published, Revision


@dataclass(frozen=True, kw_only=True)
class FakeCommit:
    """A commit; `ours` is set for what publish has made."""

    parent: str
    files: Mapping[str, bytes]
    message: str
    author: str
    ours: bool = False
    time: int = 1_700_000_000
    merged: tuple[str, ...] = ()
    """What it merges besides its parent."""


@dataclass(frozen=True, kw_only=True)
class FakeCheckout:
    """Fits ports.Checkout."""

    base_branch: str
    base_commit: str
    files: Mapping[str, bytes]
    commits: Mapping[str, FakeCommit] = field(default_factory=dict)

    def list_history(self, *patterns: str, newest: int = 0) -> tuple[Revision, ...]:
        wanted = [re.compile(re.escape(p).replace(r"\*", "[^/]*") + "(/.*)?") for p in patterns]
        found, name, seen = [], self.base_commit, 0
        while name and (seen < newest or not newest):
            seen += 1
            commit = self.commits[name]
            is_last = not commit.parent or seen == newest
            before = {} if is_last else self.commits[commit.parent].files
            changed = sorted(p for p in _diff(before, commit.files) if any(w.fullmatch(p) for w in wanted))
            if changed:
                found.append(
                    Revision(
                        commit=name,
                        time=commit.time,
                        author=commit.author,
                        subject=commit.message.partition("\n")[0],
                        paths=tuple(changed),
                    )
                )
            name = commit.parent
        return tuple(found)

    def read_at(self, places: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], bytes]:
        files = {commit: self.commits[commit].files for commit, _ in places if commit in self.commits}
        return {(c, path): files[c][path] for c, path in places if path in files.get(c, {})}

    def list_files(self, prefix: str = "") -> tuple[str, ...]:
        folder = prefix.strip("/")
        return tuple(sorted(path for path in self.files if not folder or path.startswith(f"{folder}/")))

    def read_files(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        return {path: self.files[path] for path in paths if path in self.files}


@dataclass
class FakeRepository:
    """Fits ports.Repository; `commit` is what other people do, and `is_down` makes it unreachable."""

    address: str = "https://git.example.com/team/gitops.git"
    default_branch: str = "main"
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, FakeCommit] = field(default_factory=dict)
    is_down: bool = False

    def commit(
        self,
        branch: str,
        files: Mapping[str, bytes | None],
        *,
        message: str = "Somebody's work",
        author: str = "Somebody Else",
        start: str = "",
        parents: tuple[str, ...] = (),
        time: int = 1_700_000_000,
    ) -> str:
        """Put a commit on `branch`, which begins at the commit `start` if it is new; `parents` are merged besides."""
        parent = self.branches.get(branch, start)
        content = _apply(self.commits[parent].files if parent else {}, files)
        made = FakeCommit(parent=parent, files=content, message=message, author=author, time=time, merged=parents)
        return self._add(branch, made)

    def _add(self, branch: str, commit: FakeCommit) -> str:
        name = hashlib.sha256(f"{len(self.commits)} {commit.parent} {commit.message}".encode()).hexdigest()[:40]
        self.commits[name] = commit
        self.branches[branch] = name
        return name

    def open(self, base_branch: str = "") -> FakeCheckout:
        self._check_up()
        branch = base_branch or self.default_branch
        if branch not in self.branches:
            raise NotFoundError(f"{self.address} has no branch '{branch}'")
        commit = self.branches[branch]
        return FakeCheckout(
            base_branch=branch, base_commit=commit, files=self.commits[commit].files, commits=self.commits
        )

    def publish(
        self,
        checkout: Checkout,
        *,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        force: bool = False,
    ) -> Published:
        self._check_up()
        base = self.commits[checkout.base_commit].files
        if branch == checkout.base_branch:
            raise InvalidValueError(f"'{branch}' is the base branch: a promotion has a branch of its own")
        if any(not part or part in {".", "..", ".git"} for path in files for part in path.split("/")):
            raise InvalidValueError("not the path of a file in the repository")
        wanted = _apply(base, files)
        if wanted == base:
            return Published(commit=checkout.base_commit, pushed=False)
        if self.branches.get(checkout.base_branch) != checkout.base_commit:
            raise RaceLostError(f"branch {checkout.base_branch} of {self.address} moved meanwhile; nothing was pushed")
        tip = self.branches.get(branch, "")
        if tip and tip != checkout.base_commit:
            found = self.commits[tip]
            if not found.ours and not force:
                raise RefusedError(
                    f"branch {branch} of {self.address} has a commit that gitops-gen did not make:"
                    f" '{found.message.splitlines()[0]}' by '{found.author}'",
                    hint="merge or move that work first, or replace the branch with --force",
                )
            before = self.commits[found.parent].files if found.parent else {}
            changes = _diff(base, wanted)
            same_base = all(before.get(path) == base.get(path) for path in changes)
            if found.ours and _diff(before, found.files) == changes and same_base:
                return Published(commit=tip, pushed=False)
        made = FakeCommit(parent=checkout.base_commit, files=wanted, message=message, author="gitops-gen", ours=True)
        return Published(commit=self._add(branch, made), pushed=True, created=not tip)

    def list_branches(self, prefix: str) -> Mapping[str, str]:
        self._check_up()
        return {name: commit for name, commit in sorted(self.branches.items()) if name.startswith(prefix)}

    def delete_branch(self, branch: str) -> bool:
        self._check_up()
        tip = self.branches.get(branch)
        if tip is None or branch == self.default_branch:
            return False
        if not self.commits[tip].ours and tip != self.branches[self.default_branch]:
            return False
        del self.branches[branch]
        return True

    def _check_up(self) -> None:
        if self.is_down:
            raise UnreachableError(f"{self.address} cannot be reached: Connection refused")


def _apply(files: Mapping[str, bytes], changes: Mapping[str, bytes | None]) -> dict[str, bytes]:
    merged = {**files, **changes}
    return {path: content for path, content in merged.items() if content is not None}


def _diff(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> dict[str, bytes | None]:
    return {path: new.get(path) for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
