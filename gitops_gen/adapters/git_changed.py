"""Which files of a checkout differ from a revision: committed since, staged, not staged, and new."""

from pathlib import Path

from gitops_gen.adapters.git_process import GitFailedError, GitProcess
from gitops_gen.errors import NotFoundError


def list_changed(root: str, revision: str) -> tuple[list[str], tuple[str, ...]]:
    """The paths below `root` that are there and differ from `revision`, and those that are gone.

    Raises:
        NotFoundError: `root` is in no checkout, or there is no such revision.
    """
    git = GitProcess(Path(root), environment={})
    try:
        commit = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        differing = git.run("diff", "--name-only", "--no-renames", "--relative", "-z", commit.decode().strip(), "--")
        untracked = git.run("ls-files", "--others", "--exclude-standard", "-z")
    except GitFailedError as error:
        raise NotFoundError(
            f"the changes since {revision} cannot be told: {error.words or 'there is no such revision'}",
            hint="name a commit, branch or tag of this checkout; in CI, fetch it first",
        ) from error
    names = (differing + untracked).decode("utf-8", "surrogateescape").split("\0")
    paths = sorted({name for name in names if name})
    there = [path for path in paths if (full := Path(root, path)).exists() or full.is_symlink()]
    return there, tuple(path for path in paths if path not in set(there))
