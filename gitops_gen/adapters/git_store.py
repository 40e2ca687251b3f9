"""A bare, shallow, partial clone in a temporary folder; what is missing is fetched when it is needed, in one go."""

import os
import re
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path

from gitops_gen.adapters.git_credentials import Remote, carry_over, parse_config
from gitops_gen.adapters.git_objects import Tree, parse_tree
from gitops_gen.adapters.git_process import GitFailedError, GitProcess, config_environment
from gitops_gen.errors import RaceLostError

_CHUNK = 200
"""Names asked of `git cat-file` before its answers are read: they fit into any pipe."""
# The root's files and the names one level below it come with the first request. Each folder that is read is fetched
# by itself then, so that the time does not grow with the repository. Servers may forbid filters by trees, or any.
_FILTERS = ("tree:2", "blob:none", "")
_NO_FILTER = re.compile(r"filter", re.IGNORECASE)
_NO_DEPTH = re.compile(r"shallow", re.IGNORECASE)
_NO_OBJECTS = re.compile(r"unadvertised object|not our ref|did not send all necessary objects", re.IGNORECASE)
_PROMISOR = (
    *("-c", "remote.origin.promisor=true"),
    *("-c", "remote.origin.partialCloneFilter=blob:none"),
)
_SETTINGS = (
    ("core.hooksPath", "/dev/null"),
    ("core.fsync", "none"),  # the folder is thrown away
    ("fastimport.unpackLimit", "1"),
    ("fetch.recurseSubmodules", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("pack.useSparse", "true"),  # else a push walks all of the base's trees, which are not here
    ("protocol.version", "2"),
    ("push.followTags", "false"),
    ("push.gpgSign", "false"),
    ("push.negotiate", "false"),
    ("user.useConfigOnly", "true"),  # an identity is never invented
)
_DEFAULTS = (("http.lowspeedlimit", "1"), ("http.lowspeedtime", "60"))
"""A connection that has been silent for a minute is dead, unless the person says otherwise."""


class GitStore:
    """The objects of one remote, as far as they were needed."""

    def __init__(self, remote: Remote, *, config_from: Path | None, timeout: float) -> None:
        self._remote = remote
        self._config_from = config_from
        self._timeout = timeout
        self._filter = 0
        self._depth = True
        self._trees: dict[str, Tree] = {}
        self._fetched: dict[str, tuple[str, str]] = {}
        self._make_folder()
        self.config = self._read_config()
        self._git = self._make_git()

    def _make_folder(self) -> None:
        # By hand what `git init --bare` makes, without templates, hooks and 5 ms.
        self.folder = Path(tempfile.mkdtemp(prefix="gitops-gen-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("objects", "refs"):
            (self.folder / name).mkdir()
        (self.folder / "HEAD").write_text("ref: refs/heads/none\n")
        (self.folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        self._reader: subprocess.Popen[bytes] | None = None

    def _read_config(self) -> list[tuple[str, str]]:
        own = {"GIT_DIR": str(self.folder)}
        listing = GitProcess(self.folder, environment=own, timeout=self._timeout).run("config", "--list", "-z")
        here = parse_config(listing)
        if self._config_from is None:
            self._carried: list[tuple[str, str]] = []
        else:
            there = GitProcess(self._config_from, environment={}, timeout=self._timeout).run("config", "--list", "-z")
            self._carried = carry_over(parse_config(there), here)
        return here + self._carried

    def _make_git(self) -> GitProcess:
        defaults = [(key, value) for key, value in _DEFAULTS if key not in dict(self.config)]
        settings = [*_SETTINGS, *defaults, *self._carried, *self._remote.config(self.config)]
        environment = {"GIT_DIR": str(self.folder), **config_environment(settings)}
        if "core.sshcommand" not in dict(self.config) and not {"GIT_SSH", "GIT_SSH_COMMAND"} & os.environ.keys():
            environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"  # it would ask on the terminal
        return GitProcess(
            self.folder,
            environment=environment,
            secrets=self._remote.secrets,
            timeout=self._timeout,
        )

    def close(self) -> None:
        """Remove the folder and end the reader."""
        if self._reader is not None:
            self._reader.kill()
            self._reader.communicate()
            self._reader = None
        self._remove()

    def run(self, *args: str, stdin: bytes = b"") -> bytes:
        """Run git in the store's folder."""
        return self._git.run(*args, stdin=stdin)

    def list_refs(self, *patterns: str) -> dict[str, str]:
        """Names and commits on the remote; a symbolic ref has its target under `ref: <name>`."""
        refs = {}
        for line in self.run("ls-remote", "--quiet", "--symref", "origin", *patterns).decode().splitlines():
            value, _, name = line.partition("\t")
            if value.startswith("ref: "):
                refs[f"ref: {name}"] = value.removeprefix("ref: ")
            else:
                refs[name] = value
        return refs

    def fetch_ref(self, remote_ref: str, local_ref: str) -> str:
        """The commit at the tip of `remote_ref`, brought here with as little else as the server can."""
        self._fetch([f"+{remote_ref}:{local_ref}"], depth=1)
        (answer,) = self._ask([local_ref])
        if answer is None:
            raise GitFailedError("fetch", f"{remote_ref} did not arrive")
        self._fetched[local_ref] = (remote_ref, answer[0])
        return answer[0]

    def fetch_history(self, commit: str, depth: int, *, trees: bool = True) -> None:
        """Bring `commit` and its ancestors down to `depth`, with those trees that no earlier fetch has implied."""
        if self._filter == len(_FILTERS) - 1:
            self._fetch([commit], depth=depth)
        else:
            self._fetch([commit], depth=depth, tree_filter="blob:none" if trees else "tree:0")

    def fetch_all_history(self, commit: str, *, depth: int = 0) -> None:
        """Bring `commit` with all ancestors (0), or down to `depth`, and their folders; into a store that is empty.

        A server that deepens a shallow commit leaves out folders that this store may lack.
        """
        self._depth = depth > 0
        self._fetch([commit], depth=depth, tree_filter="blob:none")

    def fetch_all_commits(self, commit: str) -> None:
        """The same without folders."""
        self._depth = False
        self._fetch([commit], depth=0, tree_filter="tree:0")

    def _fetch(self, wanted: Sequence[str], *, depth: int, tree_filter: str = "") -> None:
        while True:
            chosen = _FILTERS[self._filter]
            limits = [f"--depth={depth}"] if self._depth else []
            if chosen:
                limits.append(f"--filter={tree_filter or chosen}")
            try:
                self.run(*(_PROMISOR if chosen else ()), *_FETCH, *limits, "origin", *wanted)
            except GitFailedError as error:
                if chosen and _NO_FILTER.search(error.words):
                    self._filter += 1
                elif self._depth and _NO_DEPTH.search(error.words):
                    self._depth = False
                    self._filter = len(_FILTERS) - 1  # and plain file servers hang on a filter
                else:
                    raise
            else:
                return

    def _fetch_objects(self, ids: Sequence[str], tree_filter: str) -> None:
        """Bring objects by their ids; where the server does not give them so, all of what was fetched, in full."""
        if _FILTERS[self._filter]:
            # Without "noop" the server would think that whoever has the commit has all of it.
            command = (*_PROMISOR, "-c", "fetch.negotiationAlgorithm=noop", *_FETCH, f"--filter={tree_filter}")
            try:
                self.run(*command, "--stdin", "origin", stdin="\n".join(ids).encode())
            except GitFailedError as error:
                if not _NO_OBJECTS.search(error.words):
                    raise
            else:
                return
        self._start_again_in_full()

    def _start_again_in_full(self) -> None:
        wanted = dict(self._fetched)
        self.close()
        self._filter = len(_FILTERS) - 1
        self._make_folder()
        self._git = self._make_git()
        for local_ref, (remote_ref, commit) in wanted.items():
            if self.fetch_ref(remote_ref, local_ref) != commit:
                raise RaceLostError(f"{remote_ref} moved while it was read", hint="run the command again")

    def _ask(self, names: Sequence[str]) -> list[tuple[str, bytes] | None]:
        """Id and content of each object that is here."""
        if self._reader is None:
            self._reader = self._git.start("cat-file", "--batch")
        reader = self._reader
        assert reader.stdin is not None  # noqa: S101 - for mypy: it was started with pipes
        assert reader.stdout is not None  # noqa: S101 - for mypy: it was started with pipes
        answers: list[tuple[str, bytes] | None] = []
        for start in range(0, len(names), _CHUNK):
            chunk = names[start : start + _CHUNK]
            reader.stdin.write("".join(f"{name}\n" for name in chunk).encode())
            reader.stdin.flush()
            for _ in chunk:
                head = reader.stdout.readline().split()
                if len(head) != 3:  # noqa: PLR2004 - id, type, size; else `<name> missing`
                    answers.append(None)
                    continue
                answers.append((head[0].decode(), reader.stdout.read(int(head[2]))))
                reader.stdout.read(1)
        return answers

    def read(self, ids: Iterable[str], *, tree_filter: str = "blob:none") -> dict[str, bytes]:
        """Contents by id; what is missing is fetched in one request."""
        wanted = sorted(set(ids))
        found = dict(zip(wanted, self._ask(wanted), strict=True))
        missing = [id_ for id_, answer in found.items() if answer is None]
        if missing:
            self._fetch_objects(missing, tree_filter)
            found.update(zip(missing, self._ask(missing), strict=True))
        lost = [id_ for id_, answer in found.items() if answer is None]
        if lost:
            raise GitFailedError("fetch", f"the remote did not send object {lost[0]}")
        return {id_: answer[1] for id_, answer in found.items() if answer is not None}

    def read_commits(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Those of the commits that are here already."""
        wanted = list(ids)
        return {i: answer[1] for i, answer in zip(wanted, self._ask(wanted), strict=True) if answer is not None}

    def read_trees(self, ids: Iterable[str]) -> dict[str, Tree]:
        """Folders by id: their names and what stands behind them."""
        wanted = set(ids)
        new = wanted - self._trees.keys()
        if new:
            self._trees.update({id_: parse_tree(data, len(id_) // 2) for id_, data in self.read(new).items()})
        return {id_: self._trees[id_] for id_ in wanted}


_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head")
