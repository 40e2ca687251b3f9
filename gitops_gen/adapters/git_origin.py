"""Which remote a person's checkout belongs to, found without touching work tree, index or branch."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from gitops_gen.adapters.git_credentials import parse_config, parse_remote
from gitops_gen.adapters.git_process import GitFailedError, GitProcess
from gitops_gen.errors import ConfigError, NotFoundError

_HINT = "name the repository with --repo URL or PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The remote of a checkout."""

    url: str = field(repr=False)
    """As it is configured, so possibly with credentials; relative paths made absolute."""
    branch: str
    """The branch on the remote that the current one follows; its own name if it follows none."""
    checkout: Path
    """The top folder, whose git configuration counts for access, identity and signing."""


def find_remote(start: Path) -> Origin:
    """The remote and branch of the checkout that `start` is in.

    Raises:
        NotFoundError: `start` is in no checkout.
        ConfigError: the checkout has no remote to choose, or no current branch, or git refuses to read it.
    """
    if not start.is_dir():
        raise NotFoundError(f"{start} is not a folder", hint=_HINT)
    git = GitProcess(start, environment={})
    top = _find_top(git, start)
    config = dict(parse_config(git.run("config", "--list", "-z")))
    try:
        current = git.run("symbolic-ref", "--quiet", "--short", "HEAD").decode().strip()
    except GitFailedError as error:
        raise ConfigError(
            f"{top} has no current branch (detached HEAD), so the base branch is not known",
            hint=f"check out a branch, or {_HINT}",
        ) from error
    name = _choose_remote(config, current, top)
    upstream = config.get(f"branch.{current}.merge", "")
    follows = config.get(f"branch.{current}.remote") == name and upstream.startswith("refs/heads/")
    url = config[f"remote.{name}.url"]
    remote = parse_remote(url)
    return Origin(
        url=str((top / url).resolve()) if remote.is_path else url,
        branch=upstream.removeprefix("refs/heads/") if follows else current,
        checkout=top,
    )


def read_identity(start: Path) -> str:
    """`Name <address>` by git's own variables, else by its configuration in a folder; empty if there is neither."""
    try:
        config = dict(parse_config(GitProcess(start, environment={}).run("config", "--list", "-z")))
    except GitFailedError:
        return ""
    name, address = (
        (os.environ.get(f"GIT_AUTHOR_{key.upper()}", "") or config.get(f"user.{key}", "")).strip()
        for key in ("name", "email")
    )
    return f"{name} <{address}>" if name and address else name or address


def _find_top(git: GitProcess, start: Path) -> Path:
    try:
        return Path(git.run("rev-parse", "--show-toplevel").decode(errors="surrogateescape").removesuffix("\n"))
    except GitFailedError as error:
        if "must be run in a work tree" in error.words:
            raise ConfigError(
                f"{start} is a bare repository, not a checkout", hint=f"{_HINT}: it can be this one"
            ) from error
        if "not a git repository" in error.words:
            raise NotFoundError(f"{start} is not in a git checkout", hint=_HINT) from error
        raise ConfigError(f"git refuses to read {start}: {error.words}") from error


def _choose_remote(config: dict[str, str], current: str, top: Path) -> str:
    names = sorted(
        key.removeprefix("remote.").removesuffix(".url")
        for key in config
        if key.startswith("remote.") and key.endswith(".url")
    )
    for name in (config.get(f"branch.{current}.remote", ""), "origin"):
        if name in names:
            return name
    if len(names) == 1:
        return names[0]
    which = f"has {', '.join(names)} but no origin" if names else "has no remote"
    raise ConfigError(f"{top} {which}", hint=f"git remote add origin URL, or {_HINT}")
