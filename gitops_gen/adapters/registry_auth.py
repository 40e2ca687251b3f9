"""How a registry wants to be asked: the WWW-Authenticate challenge, answered by Basic or a bearer token.

The token flow is that of the distribution project (docs: spec/auth/token.md and spec/auth/oauth.md).
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from gitops_gen.adapters.registry_credentials import Credential, canonical_registry
from gitops_gen.adapters.registry_http import Answer, HttpClient, show_address
from gitops_gen.errors import UnreachableError
from gitops_gen.names import show

CLIENT_ID = "gitops-gen"

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - a token of RFC 9110, not a secret
_SCHEME = re.compile(rf"({_TOKEN})(?=\s|,|$)(?:[ \t]+[A-Za-z0-9\-._~+/]+=*[ \t]*(?=,|$))?")
_PARAMETER = re.compile(rf'({_TOKEN})[ \t]*=[ \t]*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|({_TOKEN}))', re.DOTALL)
_SEPARATORS = re.compile(r"[\s,]*")
_BEARER_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One way to authenticate that a server offers."""

    scheme: str
    """In lower case."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""


def parse_challenges(header: str) -> tuple[Challenge, ...]:
    """The challenges in a WWW-Authenticate header (RFC 9110, 11.6.1), up to where it stops making sense."""
    challenges: list[Challenge] = []
    parameters: dict[str, str] = {}
    position = 0
    while True:
        separators = _SEPARATORS.match(header, position)
        position = separators.end() if separators else position
        parameter = _PARAMETER.match(header, position) if challenges else None
        scheme = None if parameter else _SCHEME.match(header, position)
        if parameter:
            name, quoted, token = parameter.groups()
            parameters.setdefault(name.lower(), token or re.sub(r"(?s)\\(.)", r"\1", quoted))
            position = parameter.end()
        elif scheme:
            parameters = {}
            challenges.append(Challenge(scheme=scheme[1].lower(), parameters=parameters))
            position = scheme.end()
        else:
            return tuple(challenges)


def authorize(
    client: HttpClient, challenge_header: str, credential: Credential | None, *, registry: str, repository: str
) -> str:
    """The Authorization header that lets us read `repository`; without a login a token for the public is asked for.

    Raises:
        UnreachableError: a login is missing or refused, or the server asks for something unknown.
    """
    challenges = {challenge.scheme: challenge for challenge in reversed(parse_challenges(challenge_header))}
    if bearer := challenges.get("bearer"):
        return f"Bearer {_fetch_token(client, bearer, credential, registry=registry, repository=repository)}"
    if "basic" in challenges or not challenges:
        if credential is None or not credential.password:
            raise make_login_error(registry, "it asks for a login", credential)
        return _basic(credential)
    raise UnreachableError(
        f"registry {registry} asks for {show(', '.join(challenges))} authentication",
        hint="Basic and Bearer are what gitops-gen knows; use a registry or proxy that offers one of them",
    )


def make_login_error(registry: str, reason: str, credential: Credential | None) -> UnreachableError:
    """The error that sends people to `docker login`, and says which login was tried."""
    login = f"docker login {canonical_registry(registry)}"
    return UnreachableError(
        f"registry {registry} refuses: {reason}",
        hint=f"the login came from {credential.source}; renew it: {login}" if credential else f"log in first: {login}",
    )


def _fetch_token(
    client: HttpClient, challenge: Challenge, credential: Credential | None, *, registry: str, repository: str
) -> str:
    realm = challenge.parameters.get("realm", "")
    query = {
        "service": challenge.parameters.get("service", ""),
        "scope": challenge.parameters.get("scope") or f"repository:{repository}:pull",
    }
    query = {name: value for name, value in query.items() if value}
    if credential and credential.identity_token:
        form = query | {
            "grant_type": "refresh_token",
            "client_id": CLIENT_ID,
            "refresh_token": credential.identity_token,
        }
        answer = client.send("POST", realm, registry=registry, form=form)
    else:
        authorization = _basic(credential) if credential else ""
        answer = client.send("GET", _add_query(realm, query), registry=registry, authorization=authorization)
    if answer.status in (401, 403):
        raise make_login_error(
            registry, f"{show_address(answer.url)} gives no token (status {answer.status})", credential
        )
    token = _read_token(answer)
    if answer.status != 200 or not token:  # noqa: PLR2004 - the HTTP status for success
        raise UnreachableError(
            f"{show_address(answer.url)}, which gives out the tokens for registry {registry}, answers {answer.status}"
            + (" without a token" if answer.status == 200 else ""),  # noqa: PLR2004 - as above
        )
    return token


def _add_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _read_token(answer: Answer) -> str:
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    token = (data.get("token") or data.get("access_token")) if isinstance(data, dict) else None
    return token if isinstance(token, str) and _BEARER_TOKEN.fullmatch(token) else ""


def _basic(credential: Credential) -> str:
    pair = f"{credential.username}:{credential.password}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
