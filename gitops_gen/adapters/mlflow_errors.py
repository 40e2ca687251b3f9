"""What MLflow's failures mean to a person: its exceptions as the program's own, without credentials."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gitops_gen.errors import ConfigError, GitopsGenError, InvalidValueError, NotFoundError, UnreachableError
from gitops_gen.names import show, strip_credentials

_SECRET_PARAMETER = re.compile(
    r"x-amz-(signature|credential|security-token)|x-goog-(signature|credential)"
    r"|sig|signature|(access_|auth_)?token|pass(word|wd)?|pwd|secret|api_?key",
    re.IGNORECASE,
)
_STATUS = re.compile(r"failed with error code (\d{3})")
_TOO_MANY = re.compile(r"too many (\d{3}) error responses")
_BODY = re.compile(r"Response body: '(?P<body>.*)'$", re.DOTALL)
_DENIED_CODES = {"PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED", "UNAUTHENTICATED"}
_INVALID_CODES = {"INVALID_PARAMETER_VALUE", "BAD_REQUEST"}
_MESSAGE_LIMIT = 300

_LOG_IN = (
    "set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, of an account that may do it"
)


def strip_secrets(uri: str) -> str:
    """`uri` without user, password and those query parameters that grant access."""
    clean = strip_credentials(uri)
    parts = urlsplit(clean)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _SECRET_PARAMETER.fullmatch(name)]
    return clean if len(kept) == len(pairs) else urlunsplit(parts._replace(query=urlencode(kept)))


def explain_error(error: Exception, *, address: str, thing: str) -> GitopsGenError:
    """The error to raise for what MLflow's client raised while it was asked for `thing`."""
    code = str(getattr(error, "error_code", ""))
    text = _shorten(error)
    if code == "RESOURCE_DOES_NOT_EXIST":
        return NotFoundError(f"MLflow at {address} has no {thing}")
    if code in _INVALID_CODES and not _STATUS.search(text):
        return InvalidValueError(f"MLflow at {address} does not accept {thing}: {text}")
    return explain_outage(error, address=address, thing=thing)


def explain_outage(error: Exception, *, address: str, thing: str) -> UnreachableError:
    """The error for a server that does not answer, refuses, or answers with something else."""
    code = str(getattr(error, "error_code", ""))
    text = str(error)
    status = _find_status(error)
    if code in _DENIED_CODES or status in {"401", "403"}:
        said = _shorten(error)
        return UnreachableError(f"MLflow at {address} refuses {thing}: {said}", hint=_LOG_IN)
    if code == "ENDPOINT_NOT_FOUND" or status == "404" or "not in a valid JSON format" in text:
        return UnreachableError(
            f"what answers at {address} is not MLflow's API: {_shorten(error)}",
            hint="check MLFLOW_TRACKING_URI, with its path if it has one, and that no login page is in front",
        )
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return UnreachableError(
            f"MLflow at {address} shows a certificate that is not trusted",
            hint="set MLFLOW_TRACKING_SERVER_CERT_PATH (or REQUESTS_CA_BUNDLE) to the authority's certificate",
        )
    if status:
        return UnreachableError(f"MLflow at {address} answers {thing} with {status}", hint="look at the server's log")
    return UnreachableError(
        f"MLflow at {address} does not answer: {_find_cause(error)}",
        hint="check MLFLOW_TRACKING_URI and that the server runs",
    )


def explain_opening(error: Exception, *, address: str) -> GitopsGenError:
    """The error for a store that could not be opened."""
    text = str(error)
    if "MLFLOW_ALLOW_FILE_STORE" in text:
        return ConfigError(
            f"MLflow no longer reads folders of runs such as {address}",
            hint="set MLFLOW_ALLOW_FILE_STORE=true, or move it to a database with `mlflow migrate-filestore`",
        )
    if "unsupported URI" in text:
        return ConfigError(
            f"{show(address)} is not a tracking URI that MLflow knows",
            hint="a tracking URI starts with http://, https:// or sqlite:///",
        )
    if "out-of-date database schema" in text:
        return ConfigError(
            f"the MLflow database at {address} was made by another version of MLflow",
            hint=f"back it up, then run: mlflow db upgrade {address}",
        )
    return UnreachableError(f"MLflow's store at {address} cannot be opened: {_shorten(error)}")


def _find_status(error: Exception) -> str:
    """The HTTP status behind the error; empty if there was none."""
    response = getattr(error, "response", None)
    if response is not None:
        return str(response.status_code)
    found = _STATUS.search(str(error)) or _TOO_MANY.search(str(error))
    return found[1] if found else ""


def _find_cause(error: Exception) -> str:
    text = str(error)
    for words in (
        "Connection refused",
        "timed out",
        "Name or service not known",
        "No route to host",
        "Connection reset",
    ):
        if words.lower() in text.lower():
            return words.lower()
    return _shorten(error)


def _shorten(error: Exception) -> str:
    """The error's own words: one line, no markup, no credentials, not long."""
    text = str(getattr(error, "message", "") or error)
    code = str(getattr(error, "error_code", ""))
    if code:
        text = text.removeprefix(f"{code}: ")
    body = _BODY.search(text)
    if body and body["body"].lstrip().startswith("<"):
        text = text[: body.start()] + "the answer is a web page"
    words = " ".join(strip_credentials(text).split())
    return words if len(words) <= _MESSAGE_LIMIT else words[: _MESSAGE_LIMIT - 1] + "…"
