"""What all forges share over HTTP: bounded retries, who asks, and refusals as errors without secrets."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

import requests
from requests.adapters import HTTPAdapter

from gitops_gen.adapters.forge_project import ForgeProject
from gitops_gen.adapters.http_limits import BoundedRetry
from gitops_gen.errors import UnreachableError
from gitops_gen.settings import ForgeKind

USER_AGENT = "gitops-gen"
LONGEST_WAIT = 60.0
"""Seconds; a forge that asks to wait longer (Retry-After) gets no second try."""

STATUS_LIMIT = 140
"""Characters of a commit status's description that every forge takes."""
_TRIES = 3
_LIMITED = frozenset({403, 429})
_SAID_LIMIT = 300
_REDIRECTS = range(300, 400)
_BROKEN = 500

_PERMISSIONS: Mapping[ForgeKind, str] = {
    "github": "it needs read and write on pull requests (in a workflow, `permissions: pull-requests: write`)",
    "gitlab": "it needs the scope api and at least the role Developer in the project",
    "gitea": "it needs the scopes write:repository and write:issue, and its owner write access to the project",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeAccess:
    """A project and the token to reach it by."""

    project: ForgeProject
    token: str = field(repr=False)
    variable: str
    """The environment variable that the token came from."""
    timeout: float = 30.0
    """Seconds without an answer."""
    pause: float = 1.0
    """Seconds before a second try; it doubles."""


class ForgeError(UnreachableError):
    """A forge that refused, or gave no answer; `reason` says so in a few words, for a warning."""

    def __init__(self, message: str, *, hint: str, reason: str, status: int | None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.status = status


class ForgeRetry(BoundedRetry):
    """A few retries of reads, and of whatever a rate limit held back, each with a bounded wait."""

    longest_wait = LONGEST_WAIT

    @classmethod
    def make(cls, pause: float) -> Self:
        """Retries whose first wait is `pause` seconds."""
        return cls(
            total=_TRIES,
            connect=1,
            read=1,
            redirect=0,
            other=0,
            backoff_factor=pause,
            backoff_max=LONGEST_WAIT,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET", "HEAD"),
            raise_on_status=False,
        )

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """True also for a write that a rate limit refused: it was not carried out."""
        if has_retry_after and status_code in _LIMITED:
            return bool(self.total)
        return super().is_retry(method, status_code, has_retry_after)


def make_session(access: ForgeAccess) -> requests.Session:
    """A session with the retries above; the caller sets the login on it."""
    session = requests.Session()
    # A redirect turns a write into a read, and may lead to a host that the token is not for.
    session.max_redirects = 0
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=ForgeRetry.make(access.pause)))
    return session


def make_refusal(access: ForgeAccess, *, action: str, status: int, body: object) -> ForgeError:
    """The error for an answer with `status` to the attempt to `action` ("open a pull request")."""
    project = access.project
    said = clean_text(read_message(body), access.token)
    reason = said if said.startswith(f"{status} ") else f"{status} {said}".strip()  # GitLab repeats it
    return ForgeError(
        f"{project.title} at {project.address} refused to {action}: {reason}",
        hint=_hint(access, status),
        reason=reason,
        status=status,
    )


def make_silence(access: ForgeAccess, *, action: str, cause: Exception) -> ForgeError:
    """The error for no answer, or none that makes sense, to the attempt to `action`."""
    project = access.project
    reason = _describe(access, cause)
    return ForgeError(
        f"{project.title} at {project.address} gave no usable answer to the attempt to {action}: {reason}",
        hint="is forge.url right, and does the forge answer from this machine (proxy, certificates)?",
        reason=reason,
        status=None,
    )


def try_softly(what: str, step: Callable[[], Iterable[str] | None]) -> tuple[str, ...]:
    """The warnings of `step`; where the forge refuses it, one that says that `what` was not done, and why."""
    warnings: list[str] = []
    try:
        warnings.extend(step() or ())
    except ForgeError as error:
        warnings.append(f"{what}: {error.reason}")
    return tuple(warnings)


def read_message(body: object) -> str:
    """What a forge says in the body of a refusal, in one line; empty if it says nothing readable."""
    if isinstance(body, bytes | str):
        try:
            body = json.loads(body)
        except ValueError:
            return ""
        if isinstance(body, str):
            return body
    return _flatten(body)


def clean_text(text: str, token: str) -> str:
    """A forge's text for a message: one line of printable characters, without the token, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if token:
        line = line.replace(token, "***")
    return line if len(line) <= _SAID_LIMIT else line[: _SAID_LIMIT - 1] + "…"


def _flatten(body: object) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return "; ".join(filter(None, map(_flatten, body)))
    if isinstance(body, dict):
        named = [_flatten(body[key]) for key in ("message", "error", "error_description", "errors") if key in body]
        if named:
            return "; ".join(dict.fromkeys(filter(None, named)))
        return "; ".join(f"{key}: {_flatten(value)}" for key, value in body.items() if _flatten(value))
    return ""


def _describe(access: ForgeAccess, cause: Exception) -> str:
    match cause:
        case requests.Timeout():
            return f"nothing within {access.timeout:g} seconds"
        case requests.exceptions.SSLError():
            return "its certificate does not verify"
        case requests.exceptions.ProxyError():
            return "the proxy does not let it through"
        case requests.ConnectionError():
            # requests folds a read timeout after retries into this one.
            return f"nothing within {access.timeout:g} seconds" if "timed out" in str(cause) else "no connection"
    return clean_text(f"{type(cause).__name__}: {cause}", access.token)


def _hint(access: ForgeAccess, status: int) -> str:
    path, variable = access.project.path, access.variable
    hints = {
        401: f"the token in {variable} is wrong, expired or revoked",
        403: f"the token in {variable} may not: {_PERMISSIONS[access.project.kind]}",
        404: (
            f"is {path} the project's name (forge.project), and may the token in {variable} see it? "
            "A token without access gets the same answer"
        ),
        429: "a rate limit: try again later",
    }
    if status in _REDIRECTS:
        return "the project or the forge has moved: set forge.url and forge.project to where it is now"
    if status >= _BROKEN:
        return f"{access.project.title} has a fault or is down: try again later"
    return hints.get(status, "the message is the forge's own: are both branches there, and do they differ?")
