"""HTTP as a registry needs it: bounded bodies and waits, redirects that carry no login away, errors without secrets."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from gitops_gen.adapters.http_limits import BoundedRetry, is_loopback
from gitops_gen.adapters.oci_manifest import BODY_LIMIT
from gitops_gen.errors import UnreachableError

_CONNECT_SECONDS = 10.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_REACH_HINT = "is the address right, the server running, and a proxy or VPN needed?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response, read whole."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    url: str
    """The address that answered, after redirects."""


class _Session(requests.Session):
    """Leaves redirects alone: told not to follow them, requests still parses them and reads their whole body."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - the signature of requests
        return None


class _Authorization(AuthBase):
    """Sets the header that it is given, or none; with it requests does not look into ~/.netrc."""

    def __init__(self, header: str) -> None:
        self._header = header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._header:
            request.headers["Authorization"] = self._header
        return request


class HttpClient:
    """Sends requests on behalf of one registry after another; TLS is always verified (REQUESTS_CA_BUNDLE counts)."""

    def __init__(self, *, insecure: bool = False, timeout: float = 30.0, pause: float = 0.5) -> None:
        """`insecure` allows plain http; `timeout` is seconds without an answer, `pause` the first wait of a retry."""
        self._insecure = insecure
        self._timeout = timeout
        self._session = _Session()
        retry = BoundedRetry(
            connect=1,
            read=1,
            status=3,
            other=0,
            redirect=0,
            backoff_factor=pause,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET", "HEAD", "POST"),
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def list_schemes(self, registry: str) -> tuple[str, ...]:
        """The schemes to try for `registry`, in order: plain http only on loopback or where it was allowed."""
        if is_loopback(registry):
            return ("http", "https")
        return ("https", "http") if self._insecure else ("https",)

    def send(
        self,
        method: str,
        url: str,
        *,
        registry: str,
        authorization: str = "",
        accept: str = "*/*",
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to one request, redirects followed (not those of a form); any status is an answer.

        Raises:
            UnreachableError: no connection, a certificate that does not verify, a body over BODY_LIMIT, too many
                redirects, or plain http where it is not allowed for `registry`.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            self._check_scheme(url, registry)
            answer = self._send_once(method, url, authorization=authorization, accept=accept, form=form)
            location = answer.headers.get("location")
            if form is not None or answer.status not in _REDIRECTS or not location:
                return answer
            target = _join(url, location, registry)
            if split_origin(target) != split_origin(url):
                authorization = ""
            url = target
        raise UnreachableError(f"{registry}: more than {_MOST_REDIRECTS} redirects, the last to {show_address(url)}")

    def _check_scheme(self, url: str, registry: str) -> None:
        scheme, host = split_origin(url)
        if scheme not in ("http", "https") or not host:
            raise UnreachableError(f"{registry} sends us to an address that is not one", hint="is it a registry?")
        if scheme == "http" and not (self._insecure or (is_loopback(registry) and is_loopback(host))):
            raise UnreachableError(
                f"{registry} sends us to {show_address(url)}, which is not encrypted",
                hint="allow plain http only in a network that you trust: --insecure-registry",
            )

    def _send_once(
        self, method: str, url: str, *, authorization: str, accept: str, form: Mapping[str, str] | None
    ) -> Answer:
        try:
            with self._session.request(
                method,
                url,
                headers={"Accept": accept, "Accept-Encoding": "identity"},
                auth=_Authorization(authorization),
                data=form,
                timeout=(min(_CONNECT_SECONDS, self._timeout), self._timeout),
                allow_redirects=False,
                proxies=_bypass_proxies(url),
                stream=True,
            ) as response:
                body = _read_body(response.raw)
                headers = {name.lower(): value for name, value in response.headers.items()}
                status = response.status_code
        except (requests.RequestException, HTTPError) as error:
            reason, hint = _explain(error)
            raise UnreachableError(f"{show_address(url)} cannot be reached: {reason}", hint=hint) from error
        if len(body) > BODY_LIMIT:
            raise UnreachableError(f"{show_address(url)} answers with more than {BODY_LIMIT // 1024**2} MiB")
        return Answer(status=status, headers=headers, body=body, url=url)


def _read_body(raw: BaseHTTPResponse) -> bytes:
    """The body, at most one byte more than BODY_LIMIT; one that breaks off raises."""
    body = b""
    while len(body) <= BODY_LIMIT and (part := raw.read(BODY_LIMIT + 1 - len(body), decode_content=False)):
        body += part
    return body


def _bypass_proxies(url: str) -> dict[str, str] | None:
    """What tells requests that this machine is not reached through a proxy."""
    host = split_origin(url)[1]
    return {"no_proxy": urlsplit(url).hostname or ""} if is_loopback(host) else None


def show_address(url: str) -> str:
    """Scheme, host and port of `url`: what a message may show of it."""
    scheme, host = split_origin(url)
    return "".join(c if c.isprintable() else "?" for c in f"{scheme}://{host}")


def split_origin(url: str) -> tuple[str, str]:
    """Scheme, and host with port, of `url`; both empty if it is no URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises if it is not a number
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def _join(url: str, location: str, registry: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise UnreachableError(f"{registry} redirects to an address that is not one") from error


def _explain(error: Exception) -> tuple[str, str]:
    """Reason and hint, in the words of the system; never the error's own text, which can hold headers and addresses."""
    for cause in _list_causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = f"its certificate is not valid: {cause.verify_message}"
            return reason, "if you trust it, name the file with its authority's certificate in REQUESTS_CA_BUNDLE"
        if isinstance(cause, ssl.SSLError):
            reason = f"TLS failed ({cause.reason or 'no reason given'})"
            return reason, "if it speaks plain http, in a network that you trust: --insecure-registry"
        if isinstance(cause, requests.Timeout | TimeoutError):
            return "no answer in time", _REACH_HINT
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror, _REACH_HINT
    return type(error).__name__, _REACH_HINT


def _list_causes(error: Exception) -> Iterator[BaseException]:
    """The innermost first."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return reversed(chain)
