"""The git side of the demo: a source repository, a bare remote, and the merge that a forge would do."""

import os
from collections.abc import Mapping
from pathlib import Path

import git

from gitops_gen.adapters.kustomize import write_files

_IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "gitops-gen demo"), ("EMAIL", "demo@gitops-gen.invalid"))
}


def use_demo_identity() -> None:
    """Let this process commit under the demo's name, whoever runs it."""
    os.environ.update(_IDENTITY)


def start_repository(folder: Path, files: Mapping[str, bytes], message: str) -> str:
    """A new repository in `folder` with `files` committed on main; gives the commit."""
    folder.mkdir(parents=True, exist_ok=True)
    write_files(folder, files)
    repository = git.Repo.init(folder, initial_branch="main")
    repository.git.add("--all")
    repository.git.commit("--no-gpg-sign", "--message", message)
    return str(repository.head.commit.hexsha)


def make_remote(folder: Path, bare: Path) -> None:
    """A bare copy of the repository in `folder`, as a forge would hold it."""
    git.Repo(folder).clone(str(bare), bare=True)


def show_diff(bare: Path, branch: str, *, stat: bool) -> str:
    """What `branch` changes over main: a line a file, or all of it."""
    options = ["--stat=100"] if stat else []
    return str(git.Repo(bare).git.diff(*options, f"main...{branch}"))


def merge(bare: Path, branch: str) -> None:
    """Take `branch` into main and delete it, as the merge button does."""
    remote = git.Repo(bare)
    remote.git.update_ref("refs/heads/main", f"refs/heads/{branch}")
    remote.git.branch("--delete", "--force", branch)


def export(bare: Path, revision: str, folder: Path) -> None:
    """Write the files of `revision` below `folder`."""
    remote = git.Repo(bare)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".archive").open("wb") as stream:
        remote.archive(stream, treeish=revision, format="tar")
    import tarfile

    with tarfile.open(folder / ".archive") as archive:
        archive.extractall(folder, filter="data")
    (folder / ".archive").unlink()
