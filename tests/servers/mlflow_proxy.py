"""A proxy before an MLflow server that asks for credentials, forbids writing, or breaks in one of several ways."""

import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

_WRITES = ("log-batch", "set-tag")


@dataclass(slots=True)
class MlflowProxy:
    """Forwards to `target`; used as a context manager, on a free port of its own.

    `answers` are pieces of paths with the status and body to give instead of forwarding.
    """

    target: str
    authorization: str = ""
    """The Authorization header that is asked for; empty for none."""
    is_read_only: bool = False
    answers: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    """Of all requests so far."""
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy._handle(self)

            do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815 - the names that http.server calls

            def log_message(self, *args: object) -> None:
                """Nothing: the tests' output is no access log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        assert self._server is not None
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def uri(self) -> str:
        return f"http://{self.host}"

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        self.paths.append(request.path)
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        for piece, (status, kind, text) in self.answers.items():
            if piece in request.path:
                return _send(request, status, kind, text.encode())
        if self.authorization and request.headers.get("Authorization") != self.authorization:
            return _send(request, 401, "text/html", b"<html>You are not authenticated</html>")
        if self.is_read_only and request.path.endswith(_WRITES):
            return _send(request, 403, "text/plain", b"Permission denied")
        return self._forward(request, body)

    def _forward(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        headers = {name: value for name, value in request.headers.items() if name.lower() in {"content-type", "accept"}}
        forwarded = urllib.request.Request(
            self.target + request.path, data=body or None, headers=headers, method=request.command
        )
        try:
            with urllib.request.urlopen(forwarded, timeout=30) as answer:
                _send(request, answer.status, answer.headers.get("Content-Type", ""), answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                _send(request, answer.code, answer.headers.get("Content-Type", ""), answer.read())


def _send(request: BaseHTTPRequestHandler, status: int, kind: str, body: bytes) -> None:
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
