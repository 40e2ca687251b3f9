"""The files of a checkout, as a revision has them, or as they lie there now."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from gitops_gen.adapters.git_process import GitFailedError, GitProcess
from gitops_gen.errors import NotFoundError
from gitops_gen.names import show


def find_top(start: Path) -> Path:
    """The top folder of the checkout that `start` is in.

    Raises:
        NotFoundError: it is in none.
    """
    try:
        return Path(GitProcess(start, environment={}).run("rev-parse", "--show-toplevel").decode().rstrip("\n"))
    except GitFailedError as error:
        raise NotFoundError(
            f"{start} is in no git checkout", hint="go into a checkout of the GitOps repository"
        ) from error


def read_revision(top: Path, revision: str) -> Mapping[str, bytes]:
    """The regular files of a revision by path.

    Raises:
        NotFoundError: there is no such revision.
    """
    git = GitProcess(top, environment={})
    try:
        tree = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}").decode().strip()
        archive = git.run("archive", "--format=tar", tree)
    except GitFailedError as error:
        raise NotFoundError(
            f"this checkout has no revision {show(revision)}",
            hint="name a commit, branch or tag that is here; in CI, fetch it first",
        ) from error
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        files = {member.name: members.extractfile(member) for member in members if member.isfile()}
        return {name: stream.read() for name, stream in files.items() if stream is not None}


def read_work_tree(top: Path) -> Mapping[str, bytes]:
    """The files that are there now, without those that git ignores."""
    git = GitProcess(top, environment={})
    listing = git.run("ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = sorted({name for name in listing.decode("utf-8", "surrogateescape").split("\0") if name})
    return {name: path.read_bytes() for name in names if (path := top / name).is_file() and not path.is_symlink()}
