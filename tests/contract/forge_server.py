"""A forge on loopback, true to its API's description, with pull requests that live in memory."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode

from tests.contract.descriptions import Description, Exchange, find_graphql_problems

OWNER, NAME = "acme", "deploy"
PAGE = 2
"""Items of a page at most, so that everything pages."""


@dataclass(kw_only=True)
class Pull:
    """A pull request as a forge keeps it."""

    number: int
    branch: str
    base: str
    title: str
    body: str
    state: str = "open"
    draft: bool = False
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    author: str = "robot"
    fork: bool = False
    auto_merge: bool = False


@dataclass(kw_only=True)
class State:
    """What is on the forge, and how it behaves."""

    url: str = ""
    pulls: list[Pull] = field(default_factory=list)
    labels: Sequence[str] = ("promotion", "mlops", "churn")
    people: Sequence[str] = ("robot", "alice", "bob")
    checks: bool = True
    """True if there is something that a merge could wait for."""
    author: str = "robot"
    statuses: list[tuple[str, str, str]] = field(default_factory=list)
    """Commit, state and description of what was said of commits."""

    def open(self, branch: str, base: str, title: str, body: str, *, fork: bool = False, draft: bool = False) -> Pull:
        """A new pull request."""
        pull = Pull(
            number=len(self.pulls) + 1,
            branch=branch,
            base=base,
            title=title,
            body=body,
            author=self.author,
            fork=fork,
            draft=draft,
        )
        self.pulls.append(pull)
        return pull

    def is_taken(self, branch: str, base: str) -> bool:
        """True if an open one has these branches."""
        return any((p.branch, p.base, p.state, p.fork) == (branch, base, "open", False) for p in self.pulls)

    def find(self, number: int | str) -> Pull:
        """The pull request with that number."""
        return self.pulls[int(number) - 1]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer; `data` is sent as JSON, bytes as they are."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """`data` as it is sent."""
        if isinstance(self.data, bytes):
            return self.data
        return b"" if self.data is None else json.dumps(self.data).encode()


class Api(Protocol):
    """One forge's REST API over a State."""

    prefix: str
    page_parameter: str
    description: Description

    def handle(self, state: State, method: str, parts: Sequence[str], query: Mapping[str, str], body: Any) -> Reply:
        """The answer to a request below the prefix; a list is paged by the server."""
        ...

    def refuse(self, status: int, message: str) -> Reply:
        """A refusal in this forge's form."""
        ...


class ForgeServer:
    """The server; `fail` holds answers that are given in place of the next ones to requests that match."""

    def __init__(self, api: Api, token: str) -> None:
        self.api = api
        self.token = token
        self.state = State()
        self.exchanges: list[Exchange] = []
        self.fail: list[tuple[str, str, Reply]] = []
        """Method and part of the path (each may be empty), and the answer."""
        self.problems: list[str] = []

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to one request, kept with what its description has against it."""
        path, _, query = target.partition("?")
        graphql = path.endswith("/graphql")
        below = path.removeprefix(self.api.prefix)
        if not graphql and below == path:
            return Reply(status=404, data={"message": f"{path} is not below {self.api.prefix}"})
        values = {name: value[-1] for name, value in parse_qs(query, keep_blank_values=True).items()}
        reply = self._take_failure(method, path)
        injected = reply is not None
        if reply is None and self.token not in headers.get("Authorization", ""):
            reply, injected = self.api.refuse(401, "Bad credentials"), True
        if reply is None:
            parsed = json.loads(body) if body else None
            parts = ["graphql"] if graphql else below.strip("/").split("/")
            reply = self.api.handle(self.state, method, parts, values, parsed)
            if method == "GET" and isinstance(reply.data, list):
                reply = self._page(reply, path, values)
        exchange = Exchange(
            method=method,
            path=below,
            query=query,
            headers=headers,
            body=body,
            status=reply.status,
            answer=reply.body,
        )
        self.exchanges.append(exchange)
        self._judge(exchange, injected=injected, graphql=graphql)
        return reply

    def _take_failure(self, method: str, path: str) -> Reply | None:
        for index, (wanted, part, reply) in enumerate(self.fail):
            if wanted in ("", method) and part in path:
                del self.fail[index]
                return reply
        return None

    def _page(self, reply: Reply, path: str, query: Mapping[str, str]) -> Reply:
        page, size = int(query.get("page", "1")), min(PAGE, int(query.get(self.api.page_parameter, "30")))
        rest = reply.data[page * size :]
        following = urlencode({**query, "page": str(page + 1)})
        link = {"Link": f'<{self.state.url}{path}?{following}>; rel="next"'} if rest else {}
        return Reply(status=reply.status, data=reply.data[(page - 1) * size : page * size], headers=link)

    def _judge(self, exchange: Exchange, *, injected: bool, graphql: bool) -> None:
        where = f"{exchange.method} {exchange.path}?{exchange.query} {exchange.body!r}"
        found = (
            find_graphql_problems(exchange.body)
            if graphql
            else self.api.description.find_problems(exchange, answers=not injected)
        )
        self.problems += [f"{where}: {problem}" for problem in found]
        if exchange.body and exchange.headers.get("Content-Type") != "application/json":
            self.problems.append(f"{where}: Content-Type {exchange.headers.get('Content-Type')}")
        if "gitops-gen" not in exchange.headers.get("User-Agent", ""):
            self.problems.append(f"{where}: User-Agent {exchange.headers.get('User-Agent')}")
        if self.token in f"{exchange.path}?{exchange.query}" or self.token.encode() in exchange.body:
            self.problems.append(f"{where}: the token stands in it")


@contextmanager
def serve(server: ForgeServer) -> Iterator[ForgeServer]:
    """Run it in a thread on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet, or each answer waits 40 ms for an acknowledgement

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.title(): value for name, value in self.headers.items()}
            reply = server.answer(self.command, self.path, headers, self.rfile.read(length))
            self.send_response(reply.status)
            sent = {"Content-Type": "application/json", "Content-Length": str(len(reply.body)), **reply.headers}
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.state.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
