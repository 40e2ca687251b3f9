"""The login for a registry, found where docker and podman keep it: config files and credential helpers."""

import base64
import binascii
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitops_gen.errors import ConfigError
from gitops_gen.names import show

DOCKER_HUB = "docker.io"
_DOCKER_HUB_NAMES = frozenset({DOCKER_HUB, "index.docker.io", "registry-1.docker.io"})
_DOCKER_HUB_SERVER = "https://index.docker.io/v1/"
_IDENTITY_TOKEN_USER = "<token>"  # noqa: S105 - docker's marker for "the secret is an identity token", not a secret
_HELPER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HELPER_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A login: user and password, or an identity token (an OAuth2 refresh token). Its repr shows no secret."""

    source: str
    """The config file or helper that it came from, for messages."""
    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)


def canonical_registry(host: str) -> str:
    """`host`, with the names that Docker Hub goes by made one."""
    return DOCKER_HUB if host in _DOCKER_HUB_NAMES else host


def list_config_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that may hold a login, in the order of asking: those the environment names, then the usual places."""
    docker = environ.get("DOCKER_CONFIG")
    runtime = environ.get("XDG_RUNTIME_DIR")
    home = environ.get("HOME")
    candidates = (
        Path(environ["REGISTRY_AUTH_FILE"]) if environ.get("REGISTRY_AUTH_FILE") else None,
        Path(docker, "config.json") if docker else None,
        Path(runtime, "containers", "auth.json") if runtime else None,
        Path(home, ".docker", "config.json") if home and not docker else None,
    )
    return tuple(path for path in candidates if path)


def find_credential(registry: str, repository: str, *, environ: Mapping[str, str] | None = None) -> Credential | None:
    """The login for `repository` on `registry`; None if nobody has logged in.

    Raises:
        ConfigError: a config file cannot be read, or its credential helper is missing or fails.
    """
    environ = os.environ if environ is None else environ
    for path in list_config_files(environ):
        config = _read_config(path)
        found = _ask_helpers(config, registry, path=path, environ=environ) or _look_up(
            config, registry, repository, path=path
        )
        if found:
            return found
    return None


def _read_config(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}", hint="it should be docker's config.json"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is not JSON", hint="docker login writes it anew once it is removed") from error
    return data if isinstance(data, dict) else {}


def _ask_helpers(
    config: Mapping[str, Any], registry: str, *, path: Path, environ: Mapping[str, str]
) -> Credential | None:
    host = canonical_registry(registry)
    helpers = config.get("credHelpers")
    own = {_normalize(key): value for key, value in helpers.items()} if isinstance(helpers, dict) else {}
    name = own.get(host) or config.get("credsStore")
    if not name:
        return None
    if not isinstance(name, str) or not _HELPER_NAME.fullmatch(name):
        raise ConfigError(f"{path}: {show(str(name))} cannot be a credential helper's name")
    server = _DOCKER_HUB_SERVER if host == DOCKER_HUB else registry
    return _run_helper(f"docker-credential-{name}", server, path=path, environ=environ)


def _run_helper(program: str, server: str, *, path: Path, environ: Mapping[str, str]) -> Credential | None:
    """What the helper has for `server`; what it prints is never shown, as it may be the secret."""
    executable = shutil.which(program, path=environ.get("PATH"))
    if executable is None:
        raise ConfigError(
            f"{path}: its credential helper {program} is not on PATH",
            hint="install it, or take credsStore and credHelpers out of the file and log in again",
        )
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user's own docker configuration names
            [executable, "get"],
            input=server.encode(),
            capture_output=True,
            timeout=_HELPER_SECONDS,
            env=dict(environ),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(
            f"{path}: its credential helper {program} does not answer for {server}", hint="run docker login again"
        ) from error
    if done.returncode != 0 and b"credentials not found" in done.stdout + done.stderr:
        return None
    try:
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ConfigError(
            f"{path}: its credential helper {program} failed for {server}",
            hint=f"see what it says: echo {server} | {program} get",
        )
    username, secret = str(answer.get("Username") or ""), str(answer.get("Secret") or "")
    if username == _IDENTITY_TOKEN_USER:
        return Credential(source=program, identity_token=secret)
    return Credential(source=program, username=username, password=secret) if secret else None


def _look_up(config: Mapping[str, Any], registry: str, repository: str, *, path: Path) -> Credential | None:
    auths = config.get("auths")
    if not isinstance(auths, dict):
        return None
    entries = {_normalize(key): entry for key, entry in auths.items()}
    for key in _list_keys(canonical_registry(registry), repository):
        found = _parse_entry(entries.get(key), key=key, path=path)
        if found:
            return found
    return None


def _list_keys(host: str, repository: str) -> Iterator[str]:
    """Podman's keys for a repository, the most special first: host/a/b, host/a, host."""
    parts = [host, *repository.split("/")]
    for length in range(len(parts), 0, -1):
        yield "/".join(parts[:length])


def _normalize(key: str) -> str:
    bare = re.sub(r"^https?://", "", key).rstrip("/")
    bare = re.sub(r"/v[12]$", "", bare)
    host, slash, rest = bare.partition("/")
    return canonical_registry(host) + slash + rest


def _parse_entry(entry: object, *, key: str, path: Path) -> Credential | None:
    if not isinstance(entry, dict):
        return None
    if entry.get("identitytoken"):
        return Credential(source=str(path), identity_token=str(entry["identitytoken"]))
    username, password = str(entry.get("username") or ""), str(entry.get("password") or "")
    if entry.get("auth"):
        try:
            decoded = base64.b64decode(str(entry["auth"]), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{path}: the login for {show(key)} is not base64", hint="run docker login for it again"
            ) from error
        username, _, password = decoded.partition(":")
        password = password.rstrip("\0")
    return Credential(source=str(path), username=username, password=password) if username and password else None
