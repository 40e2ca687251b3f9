"""What a person reads when MLflow fails, and that no secret is in it."""

from types import SimpleNamespace

import pytest
import requests

from gitops_gen.adapters.mlflow_errors import explain_error, explain_opening, explain_outage, strip_secrets
from gitops_gen.errors import ConfigError, InvalidValueError, NotFoundError, UnreachableError


class MlflowError(Exception):
    """As MLflow's client raises: a code and a message."""

    def __init__(self, message: str, code: str = "INTERNAL_ERROR") -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code


def explain(error: Exception) -> Exception:
    return explain_error(error, address="http://m.test", thing="run 'a'")


def test_what_is_not_there_is_not_found():
    error = explain(MlflowError("RESOURCE_DOES_NOT_EXIST: Run with id=a not found", "RESOURCE_DOES_NOT_EXIST"))
    assert isinstance(error, NotFoundError)
    assert error.message == "MLflow at http://m.test has no run 'a'"


def test_what_mlflow_does_not_accept_keeps_its_words():
    error = explain(MlflowError("INVALID_PARAMETER_VALUE: Invalid clause(s)", "INVALID_PARAMETER_VALUE"))
    assert isinstance(error, InvalidValueError)
    assert str(error).endswith("does not accept run 'a': Invalid clause(s)")


@pytest.mark.parametrize("code", ["PERMISSION_DENIED", "UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED"])
def test_a_refusal_says_which_variables_to_set(code: str):
    error = explain(MlflowError("Permission denied", code))
    assert isinstance(error, UnreachableError)
    assert "MLFLOW_TRACKING_TOKEN" in error.hint
    assert "MLFLOW_TRACKING_USERNAME" in error.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("failed with error code 502 != 200. Response body: '<html>x</html>'", "answers run 'a' with 502"),
        ("too many 503 error responses", "answers run 'a' with 503"),
        ("SSLError(CERTIFICATE_VERIFY_FAILED: self-signed)", "certificate that is not trusted"),
        ("HTTPConnectionPool(...): Read timed out. (read timeout=30)", "does not answer: timed out"),
        ("NewConnectionError: [Errno 111] Connection refused", "does not answer: connection refused"),
        (
            "failed with exception at http://u:p@m.test/api",
            "does not answer: failed with exception at http://m.test/api",
        ),
        ("x" * 1000, "…"),
    ],
)
def test_an_outage_names_the_address_and_the_cause(text: str, expected: str):
    error = explain(MlflowError(text))
    assert isinstance(error, UnreachableError)
    assert error.message.startswith(("MLflow at http://m.test",))
    assert expected in error.message
    assert len(error.message) < 400


def test_the_status_of_a_response_counts():
    response = SimpleNamespace(status_code=403)
    error = explain_outage(requests.HTTPError("403 Client Error", response=response), address="a", thing="t")
    assert "refuses t" in error.message


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("set `MLFLOW_ALLOW_FILE_STORE=true`", ConfigError, "no longer reads folders"),
        ("got unsupported URI 'x'", ConfigError, "not a tracking URI"),
        ("Detected out-of-date database schema (found version a)", ConfigError, "another version"),
        ("disk I/O error", UnreachableError, "cannot be opened: disk I/O error"),
    ],
)
def test_a_store_that_does_not_open_says_why(text: str, kind: type[Exception], expected: str):
    error = explain_opening(MlflowError(text), address="sqlite:///x.db")
    assert isinstance(error, kind)
    assert expected in str(error)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://u:p%40ss@host:5000/path", "https://host:5000/path"),
        ("postgresql://u:p@ss@host/db", "postgresql://host/db"),
        ("https://h/x.csv?X-Amz-Signature=a&X-Amz-Date=b", "https://h/x.csv?X-Amz-Date=b"),
        ("https://h/x.csv?token=a", "https://h/x.csv"),
        ("https://h/@me?a=%20b", "https://h/@me?a=%20b"),
        ("/plain/path", "/plain/path"),
        ("databricks", "databricks"),
    ],
)
def test_credentials_are_stripped_and_the_rest_is_kept(uri: str, expected: str):
    assert strip_secrets(uri) == expected
