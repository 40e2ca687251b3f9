"""Whether a commit is on a branch of a repository, asked of the remote: its commits alone are fetched."""

from gitops_gen.adapters.git_checkout import reading
from gitops_gen.adapters.git_credentials import parse_remote
from gitops_gen.adapters.git_store import GitStore
from gitops_gen.errors import NotFoundError
from gitops_gen.names import show

_HEADS = "refs/heads/"
_SHORT = 7


class SourceGit:
    """Git remotes, entered as git is configured to; fits ports.SourceRepository."""

    def __init__(self, *, timeout: float = 300.0) -> None:
        """`timeout` is in seconds, for each command of git."""
        self._timeout = timeout

    def has_commit(self, repository: str, *, branch: str, commit: str) -> bool:
        """Whether `commit` is on the branch. See `ports.SourceRepository`."""
        remote = parse_remote(repository)
        wanted = commit.lower()
        with reading(remote.url):
            store = GitStore(remote, config_from=None, timeout=self._timeout)
            try:
                tip = store.list_refs(_HEADS + branch).get(_HEADS + branch)
                if tip is None:
                    raise NotFoundError(f"{remote.url} has no branch {show(branch)}")
                if tip == wanted:
                    return True
                store.fetch_all_commits(tip)
                known = store.run("rev-list", tip).decode().split()
            finally:
                store.close()
        return any(name == wanted or (len(wanted) >= _SHORT and name.startswith(wanted)) for name in known)
