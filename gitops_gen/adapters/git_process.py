"""The real git, run through GitPython: never asks, no leaked GIT_ variables, no hooks, no secret in an argv."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from gitops_gen.errors import ConfigError
from gitops_gen.names import strip_credentials

try:
    import git
except ImportError as error:  # GitPython's way of saying that there is no git program
    raise ConfigError(f"git cannot be run: {str(error).splitlines()[0]}", hint="install git 2.31 or newer") from error

MAX_WORDS = 2000
"""Characters of git's own words that are carried into a message."""
_GRACE = 5.0
"""Seconds for git to end when told to."""

# What a person sets on purpose. GIT_DIR, GIT_INDEX_FILE and the like leak from hooks and aliases and mean another
# repository; GIT_TRACE_CURL and its kin would write headers into what we quote.
_KEPT = re.compile(
    r"GIT_(?:(?:AUTHOR|COMMITTER)_.*|SSH.*|SSL_.*|ASKPASS|EXEC_PATH|HTTP_.*|ALLOW_PROTOCOL|PROXY_.*|CONFIG_"
    r"(?:GLOBAL|SYSTEM|NOSYSTEM|PARAMETERS|COUNT|KEY_\d+|VALUE_\d+))"
)
_FIXED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GCM_INTERACTIVE": "never",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}
_environment_lock = threading.Lock()


class GitFailedError(Exception):
    """A git command that failed: `words` is what git and the remote said, without control characters and secrets."""

    def __init__(self, command: str, words: str) -> None:
        super().__init__(f"git {command}: {words}")
        self.command = command
        self.words = words


@contextmanager
def _without_leaked_variables() -> Iterator[None]:
    """os.environ without the GIT_ variables that nobody meant for us; GitPython copies it when it starts git."""
    with _environment_lock:
        leaked = {k: v for k, v in os.environ.items() if k.startswith("GIT_") and not _KEPT.fullmatch(k)}
        for name in leaked:
            del os.environ[name]
        try:
            yield
        finally:
            os.environ.update(leaked)


def config_environment(entries: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Environment variables that give git these settings, after those that the person gives in the same way."""
    given = os.environ.get("GIT_CONFIG_COUNT", "")
    number = start = int(given) if given.isdigit() else 0
    variables: dict[str, str] = {}
    for number, (key, value) in enumerate(entries, start + 1):
        variables[f"GIT_CONFIG_KEY_{number - 1}"] = key
        variables[f"GIT_CONFIG_VALUE_{number - 1}"] = value
    return variables | {"GIT_CONFIG_COUNT": str(number)}


def clean_words(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` fit for a message: no secret, no user information in URLs, no control characters, not endless."""
    for secret in secrets:
        text = text.replace(secret, "***")
    text = strip_credentials(text)
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text))
    return text.strip()[:MAX_WORDS]


class GitProcess:
    """Runs git in one folder with one environment."""

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str], secrets: Iterable[str] = (), timeout: float = 300.0
    ) -> None:
        self._git = git.Git(str(folder))
        self._environment = {**_FIXED, **environment}
        self._secrets = tuple(secrets)
        self._timeout = timeout

    def start(self, *args: str, own_session: bool = False) -> "subprocess.Popen[bytes]":
        """A running git with pipes on all sides; the caller ends it."""
        with _without_leaked_variables():
            try:
                child = self._git.execute(
                    [git.Git.GIT_PYTHON_GIT_EXECUTABLE, *args],
                    as_process=True,
                    istream=subprocess.PIPE,
                    start_new_session=own_session,
                    env=self._environment,
                )
            except git.GitCommandNotFound as error:
                raise ConfigError("git cannot be run: no such program", hint="install git 2.31 or newer") from error
            # GitPython's wrapper stands in for the Popen in all that is used, and ends git when it is forgotten.
            return cast("subprocess.Popen[bytes]", child)

    def run(self, *args: str, stdin: bytes = b"") -> bytes:
        """What git prints.

        Raises:
            GitFailedError: git ended with another code than 0, or not within the time given.
        """
        command = next(arg for arg in args if not arg.startswith("-") and "=" not in arg)
        # A session of its own is ended as a whole, with the helpers that hold the connection. Only signing may use
        # the terminal, for a passphrase.
        child = self.start(*args, own_session=command != "commit-tree")
        try:
            out, err = child.communicate(stdin, timeout=self._timeout)
        except subprocess.TimeoutExpired as error:
            _end(child)
            raise GitFailedError(command, f"no answer within {self._timeout:g} seconds") from error
        except BaseException:
            _end(child)
            raise
        if child.returncode != 0:
            # push --porcelain says on stdout why a ref was rejected
            text = "\n".join(part.decode(errors="replace") for part in (err, out if command == "push" else b""))
            raise GitFailedError(command, clean_words(text, self._secrets))
        return out


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End git and the helpers in its session."""
    try:
        in_own_session = os.getpgid(child.pid) == child.pid
        (os.killpg if in_own_session else os.kill)(child.pid, signal.SIGTERM)
    except (AttributeError, OSError):  # no such calls on Windows; git may have ended just now
        child.terminate()
    try:
        child.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
