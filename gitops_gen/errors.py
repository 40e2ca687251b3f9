"""The failures that a person can do something about, each with the exit code it ends in."""

from typing import ClassVar


class GitopsGenError(Exception):
    """Work that could not be done, and why: `message` names the thing and the place, `hint` the way out."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidValueError(GitopsGenError):
    """A name, reference or option that cannot be what it should be (exit code 2)."""


class NotFoundError(GitopsGenError):
    """Something was named that is not there: a run, an environment, a branch (exit code 2)."""


class ConfigError(GitopsGenError):
    """gitops-gen.yaml, model.yaml or the set-up is wrong; the message has file, line and key (exit code 2)."""


class RefusedError(GitopsGenError):
    """A rule said no: a gate, a check, the build, a rejected digest (exit code 1)."""

    exit_code = 1


class UnreachableError(GitopsGenError):
    """MLflow, a registry, git or a forge does not answer, or refuses (exit code 3). The message names the address."""

    exit_code = 3


class RaceLostError(GitopsGenError):
    """The remote moved between reading and pushing; nothing was written: start again (exit code 3)."""

    exit_code = 3
