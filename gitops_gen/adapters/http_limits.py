"""What every HTTP client here keeps to: bounded waits between tries, and plain http for this machine alone."""

import ipaddress
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import urllib3
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.response import BaseHTTPResponse


class BoundedRetry(urllib3.Retry):
    """Retries that give up where the server asks (by Retry-After) for a longer wait than `longest_wait` seconds."""

    longest_wait: ClassVar[float] = 30.0

    def parse_retry_after(self, retry_after: str) -> float:
        """Seconds; 0 for a header that is neither a number nor a date."""
        try:
            return super().parse_retry_after(retry_after)
        except InvalidHeader:
            return 0

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: Any = None,  # noqa: ANN401 - handed through
    ) -> Self:
        """The retries that are left."""
        if response is not None and _pool is not None and (self.get_retry_after(response) or 0) > self.longest_wait:
            raise MaxRetryError(_pool, url or "")
        return super().increment(method, url, response, error, _pool, _stacktrace)


def is_loopback(host: str) -> bool:
    """True if `host` is this machine by its very name; a port may follow, brackets may stand round an address."""
    try:
        name = host if host.count(":") > 1 and "[" not in host else urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or name.endswith(".localhost") or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
