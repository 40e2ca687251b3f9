"""Argo CD over its REST API: what it says of the Applications, read and nothing else."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from gitops_gen.adapters.http_limits import BoundedRetry, is_loopback
from gitops_gen.errors import ConfigError, UnreachableError
from gitops_gen.model import ApplicationState

TOKEN_VARIABLE = "ARGOCD_AUTH_TOKEN"  # noqa: S105 - the variable's name, as the argocd command has it
_OK, _UNAUTHORIZED, _FORBIDDEN = 200, 401, 403
_LARGEST = 64 * 1024**2


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class ArgoCDHttp:
    """An Argo CD server; fits ports.ArgoCD."""

    def __init__(self, address: str, token: str, *, timeout: float = 30.0, pause: float = 0.5) -> None:
        """`timeout` is seconds without an answer, `pause` seconds before a second try.

        Raises:
            ConfigError: there is no token, or it would go over the network in plain text.
        """
        self.address = address.rstrip("/")
        if not token:
            raise ConfigError(
                f"there is no token for Argo CD at {self.address}",
                hint=f"set {TOKEN_VARIABLE} to one that may get applications (argocd account generate-token)",
            )
        if self.address.startswith("http://") and not is_loopback(self.address.removeprefix("http://").split("/")[0]):
            raise ConfigError(f"{self.address} is not encrypted, and the token would be read", hint="use https")
        self._timeout = timeout
        self._session = requests.Session()
        self._session.auth = _Bearer(token)  # not a header, which a line in ~/.netrc would replace
        retry = BoundedRetry(
            total=2, redirect=0, backoff_factor=pause, status_forcelist=(429, 502, 503, 504), raise_on_status=False
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def list_applications(self, project: str) -> Mapping[str, ApplicationState]:
        """The Applications of an AppProject, by name. See `ports.ArgoCD`."""
        url = f"{self.address}/api/v1/applications?projects={quote(project, safe='')}"
        try:
            answer = self._session.get(url, timeout=self._timeout, allow_redirects=False)
            body = answer.json() if answer.status_code == _OK and len(answer.content) <= _LARGEST else None
        except (requests.RequestException, ValueError) as error:
            raise UnreachableError(
                f"Argo CD at {self.address} gave no usable answer: {_describe(error)}",
                hint="is argocd.url right, and does it answer from this machine (proxy, certificates)?",
            ) from error
        if not isinstance(body, dict):
            raise self._refuse(answer.status_code)
        items = body.get("items") or []  # null where there is none
        named = ((_get(item, "metadata", "name"), item) for item in items if isinstance(item, dict))
        return {name: _read_state(item) for name, item in named if isinstance(name, str)}

    def _refuse(self, status: int) -> UnreachableError:
        hints = {
            _UNAUTHORIZED: f"the token in {TOKEN_VARIABLE} is wrong or expired",
            _FORBIDDEN: f"the token in {TOKEN_VARIABLE} may not get applications of the project (argocd.project)",
        }
        return UnreachableError(
            f"Argo CD at {self.address} refused to list applications: {status}",
            hint=hints.get(status, "is argocd.url the address of Argo CD itself?"),
        )


def _read_state(item: Mapping[str, Any]) -> ApplicationState:
    images = _get(item, "status", "summary", "images")
    return ApplicationState(
        health=_text(item, "status", "health", "status") or "Unknown",
        sync=_text(item, "status", "sync", "status") or "Unknown",
        revision=_text(item, "status", "sync", "revision"),
        images=tuple(image for image in images if isinstance(image, str)) if isinstance(images, list) else (),
        message=_text(item, "status", "health", "message") or _text(item, "status", "operationState", "message"),
    )


def _text(data: object, *keys: str) -> str:
    value = _get(data, *keys)
    return value if isinstance(value, str) else ""


def _get(data: object, *keys: str) -> object:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _describe(error: Exception) -> str:
    match error:
        case requests.exceptions.SSLError():
            return "its certificate does not verify"
        case requests.Timeout():
            return "nothing within the time"
        case requests.ConnectionError():
            return "no connection"
    return type(error).__name__
