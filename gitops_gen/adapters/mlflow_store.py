"""The way to an MLflow store: its address without credentials, a client that is quiet and leaves no files."""

import logging
import os
import socket
import warnings
from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from gitops_gen.adapters.mlflow_errors import explain_error, explain_opening, explain_outage, strip_secrets
from gitops_gen.errors import ConfigError, UnreachableError
from gitops_gen.names import show

if TYPE_CHECKING:
    from mlflow import MlflowClient

P = ParamSpec("P")
T = TypeVar("T")

_DEFAULTS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    # MLflow's own 7 retries with growing pauses keep a person waiting for minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}
_NOISY_LOGGERS = ("alembic", "mlflow", "urllib3.connectionpool")
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
_SERVICES = ("databricks", "databricks-uc", "uc")
_CONNECT_SECONDS = 5.0


class MlflowStore:
    """One tracking server (or database, or folder) with its model registry."""

    def __init__(self, tracking_uri: str, *, registry_uri: str = "") -> None:
        """Nothing is opened yet.

        Raises:
            ConfigError: there is no tracking URI.
        """
        if not tracking_uri.strip():
            raise ConfigError(
                "it is not said where MLflow is",
                hint="set MLFLOW_TRACKING_URI, or mlflow.trackingUri in gitops-gen.yaml",
            )
        self.tracking_uri = tracking_uri.strip()
        self.registry_uri = registry_uri.strip()
        self.address = strip_secrets(self.tracking_uri)

    @property
    def is_http(self) -> bool:
        """Whether a server answers there, one with a user interface."""
        return urlsplit(self.tracking_uri).scheme in {"http", "https"}

    @cached_property
    def client(self) -> "MlflowClient":
        """MLflow's client, opened at the first use.

        Raises:
            ConfigError: the URI is of no kind that MLflow knows, its library is missing, or the database is not there.
            UnreachableError: nothing listens at the address.
        """
        if self.is_http:
            _knock(self.tracking_uri, self.address)
        else:
            _check_local_store(self.tracking_uri, self.address)
        prepare_mlflow()
        # The libraries below MLflow warn of each other's deprecations when they are imported.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from mlflow import MlflowClient

            try:
                return MlflowClient(self.tracking_uri, self.registry_uri or None)
            except Exception as error:  # databases and plugins raise errors of their own
                raise explain_opening(error, address=self.address) from error

    def ask(self, thing: str, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` (a method of the client) gives; `thing` names in messages what is asked for.

        Raises:
            NotFoundError: it is not there.
            InvalidValueError: MLflow does not accept the question.
            UnreachableError: the server does not answer or refuses.
        """
        import requests
        from mlflow.exceptions import MlflowException

        try:
            return function(*args, **kwargs)
        except MlflowException as error:
            raise explain_error(error, address=self.address, thing=thing) from error
        except (requests.RequestException, OSError) as error:
            raise explain_outage(error, address=self.address, thing=thing) from error


def prepare_mlflow() -> None:
    """Set MLflow's environment variables where the person has not: no telemetry, few retries, no chatter."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


def find_local_path(uri: str) -> Path | None:
    """The folder or file that `uri` (`file:` or a plain path) stands for; None if it is elsewhere."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(uri) if not parts.scheme else None


def _knock(uri: str, address: str) -> None:
    """Fail at once where nothing listens, instead of after all of MLflow's retries; a proxy is left to requests."""
    parts = urlsplit(uri)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise ConfigError(f"{show(address)} is not a tracking URI: {error}") from error
    host = parts.hostname
    if not host:
        raise ConfigError(f"{show(address)} is not a tracking URI: it names no host")
    if getproxies().get(parts.scheme) and not proxy_bypass(host):
        return
    try:
        socket.create_connection((host, port), timeout=_CONNECT_SECONDS).close()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreachableError(
            f"MLflow at {address} does not answer: {reason.lower()}",
            hint="check MLFLOW_TRACKING_URI and that the server runs",
        ) from error


def _check_local_store(uri: str, address: str) -> None:
    """MLflow makes what is not there: an empty database or folder hides a misspelt address."""
    if uri in _SERVICES:
        return
    scheme = urlsplit(uri).scheme.partition("+")[0]
    if scheme in _DATABASES and (find_spec("sqlalchemy") is None or find_spec("alembic") is None):
        raise ConfigError(
            f"to read the MLflow database {address}, SQLAlchemy is needed",
            hint='pip install "gitops-gen[sqlite]"',
        )
    path = _find_database_file(uri, address) if scheme == "sqlite" else find_local_path(uri)
    if path is not None and not path.exists():
        raise ConfigError(
            f"there is no MLflow store at {address}",
            hint="check MLFLOW_TRACKING_URI, or mlflow.trackingUri in gitops-gen.yaml",
        )


def _find_database_file(uri: str, address: str) -> Path | None:
    """The file of a `sqlite:` URI, as SQLAlchemy reads it: three slashes are relative, four absolute."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        database = make_url(uri).database
    except ArgumentError as error:
        raise ConfigError(
            f"{show(address)} is not a tracking URI",
            hint="a database is sqlite:///relative/path.db or sqlite:////absolute/path.db",
        ) from error
    return Path(database) if database and database != ":memory:" and not database.startswith("file:") else None
