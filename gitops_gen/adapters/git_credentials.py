"""Where a remote is and how git may enter it: secrets go from here into git's environment and nowhere else."""

import base64
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from gitops_gen.errors import InvalidValueError
from gitops_gen.names import show

USERNAME_VARIABLE = "GITOPS_GEN_GIT_USERNAME"
PASSWORD_VARIABLES = ("GITOPS_GEN_GIT_PASSWORD", "GITOPS_GEN_GIT_TOKEN")
TOKEN_USER = "x-access-token"  # noqa: S105 - a user name: the forges look at the token alone
_TOKEN_LENGTH = 20
"""A user name this long and without a password is a token (https://TOKEN@host/…)."""

_SCP = re.compile(r"[^/:]+:(?!//)")
# From the person's configuration: who they are, how they sign, and how they get in. Nothing that changes what git does.
_WANTED = re.compile(
    r"(?:user|author|committer|gpg|credential|http|url|ssh|protocol)\..*"
    r"|commit\.gpgsign|format\.signoff|core\.(?:sshcommand|askpass|gitproxy)",
    re.DOTALL,
)
_AUTHORIZATION = re.compile(r"\s*authorization\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A git remote; `url` is free of credentials."""

    url: str
    origin: str = ""
    """Scheme, host and port of an http(s) URL; else empty."""
    is_path: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every spelling of the password that must not be seen."""
        if not self.password:
            return ()
        return (self._basic, self.password, quote(self.password, safe=""))

    @property
    def _basic(self) -> str:
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def config(self, given: Iterable[tuple[str, str]] = ()) -> list[tuple[str, str]]:
        """Git settings that name this remote `origin` and let git in; `given` is what the person has set already."""
        settings = [("remote.origin.url", self.url)]
        if not self.origin:
            return settings
        if self.user and not self.password:
            return [*settings, (f"credential.{self.origin}.username", self.user)]
        if self.password:
            header = f"http.{self.origin}/.extraHeader"
            if any(k.startswith("http.") and k.endswith(".extraheader") and _AUTHORIZATION.match(v) for k, v in given):
                settings.append((header, ""))  # forgets theirs: a host refuses two Authorization headers
            settings += [(header, f"Authorization: Basic {self._basic}"), ("credential.helper", "")]
        return settings


def _is_url(text: str) -> bool:
    return "://" in text or (_SCP.match(text) is not None and not Path(text).exists())


def parse_remote(url_or_path: str | Path, credentials: tuple[str, str] | None = None) -> Remote:
    """The remote that is meant, its credentials taken from the argument, the URL or the environment, in this order.

    Raises:
        InvalidValueError: it is empty, starts with `-` (git would take it for an option) or is not a URL.
    """
    text = str(url_or_path)
    if not text or text.startswith("-") or not text.isprintable():
        raise InvalidValueError(f"{show(text)} is not a git repository's URL or path", hint="give --repo URL or PATH")
    if not _is_url(text):
        return Remote(url=str(Path(text).absolute()), is_path=True)
    if "://" not in text:
        return Remote(url=text)
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise InvalidValueError("the repository's URL cannot be read", hint="give --repo URL or PATH") from error
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in {"http", "https"}:
        login = f"{parts.username}@" if parts.username else ""
        return Remote(url=urlunsplit(parts._replace(netloc=f"{login}{host}{port}")))
    user, password = credentials or _credentials_of(unquote(parts.username or ""), unquote(parts.password or ""))
    return Remote(
        url=urlunsplit(parts._replace(netloc=f"{host}{port}")),
        origin=f"{parts.scheme}://{host}{port}",
        user=user,
        password=password,
    )


def _credentials_of(user: str, password: str) -> tuple[str, str]:
    if password:
        return user, password
    if len(user) >= _TOKEN_LENGTH:
        return TOKEN_USER, user
    password = next(filter(None, map(os.environ.get, PASSWORD_VARIABLES)), "")
    user = os.environ.get(USERNAME_VARIABLE, "") or user
    return (user or TOKEN_USER, password) if password else (user, "")


def parse_config(listing: bytes) -> list[tuple[str, str]]:
    """Keys and values of `git config --list -z`; a key without a value is `true`."""
    entries = (entry.partition("\n") for entry in listing.decode(errors="surrogateescape").split("\0") if entry)
    return [(key, value if newline else "true") for key, newline, value in entries]


def carry_over(there: Iterable[tuple[str, str]], here: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a checkout's configuration says about identity, signing and access beyond what holds `here` already."""
    known = list(here)
    extra = []
    for entry in there:
        if entry in known:
            known.remove(entry)
        elif _WANTED.fullmatch(entry[0]):
            extra.append(entry)
    return extra


def read_switch(config: Iterable[tuple[str, str]], key: str) -> bool:
    """A boolean setting as git reads it; the last one counts."""
    values: Mapping[str, str] = dict(config)
    return values.get(key, "").lower() in {"true", "yes", "on", "1"}
