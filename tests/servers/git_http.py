"""Git remotes for tests: bare repositories, a second writer for them, and smart http with and without a password."""

import base64
import io
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

SOMEBODY = "Somebody Else <somebody@example.com>"


def run_git(folder: Path, *args: str, stdin: bytes = b"") -> str:
    """What git prints, run in `folder` without the configuration of whoever runs the tests."""
    return _run_git(folder, *args, stdin=stdin).decode(errors="surrogateescape").removesuffix("\n")


def _run_git(folder: Path, *args: str, stdin: bytes = b"") -> bytes:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    done = subprocess.run(["git", *args], cwd=folder, env=environment, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, f"git {args}: {done.stderr.decode()}"
    return done.stdout


@dataclass(frozen=True)
class BareRepository:
    """A bare repository and what other people do to it."""

    path: Path

    def commit(
        self,
        branch: str,
        files: Mapping[str, bytes | None],
        *,
        message: str = "Somebody's work",
        author: str = SOMEBODY,
        start: str = "",
        parents: tuple[str, ...] = (),
        mode: str = "100644",
        time: int = 1_700_000_000,
    ) -> str:
        """Put a commit on `branch` (which begins at `start` if it is new); `parents` are merged besides."""
        tip = self.branches().get(branch, "") or start
        parts = [f"commit refs/heads/{branch}\ncommitter {author} {time} +0000\n".encode()]
        parts.append(b"data %d\n%s\n" % (len(message.encode()), message.encode()))
        if tip:
            parts.append(f"from {tip}\n".encode())
        parts += [f"merge {parent}\n".encode() for parent in parents]
        for path, content in files.items():
            if content is None:
                parts.append(f'D "{path}"\n'.encode())
            else:
                parts.append(f'M {mode} inline "{path}"\ndata {len(content)}\n'.encode() + content + b"\n")
        run_git(self.path, "fast-import", "--quiet", "--force", stdin=b"".join(parts))
        return self.branches()[branch]

    def branches(self) -> dict[str, str]:
        """Branches and their commits."""
        listing = run_git(self.path, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
        return dict(line.split(" ") for line in listing.splitlines())

    def files(self, revision: str) -> dict[str, bytes]:
        """All files of a revision."""
        with tarfile.open(fileobj=io.BytesIO(_run_git(self.path, "archive", "--format=tar", revision))) as archive:
            members = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
            return {name: stream.read() for name, stream in members.items() if stream}

    def message(self, revision: str) -> str:
        """The message of a commit."""
        return run_git(self.path, "log", "-1", "--format=%B", revision)

    def git(self, *args: str) -> str:
        """What git prints in this repository."""
        return run_git(self.path, *args)

    def set_config(self, key: str, value: str) -> None:
        """A setting of the remote side."""
        run_git(self.path, "config", key, value)

    def set_hook(self, name: str, script: str) -> None:
        """A hook of the remote side, a shell script."""
        hook = self.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)


def make_bare_repository(path: Path, files: Mapping[str, bytes] | None = None, branch: str = "main") -> BareRepository:
    """A bare repository at `path` with one commit of `files`; without files it is empty."""
    path.mkdir(parents=True)
    run_git(path, "init", "--quiet", "--bare", "--template=", f"--initial-branch={branch}")
    repository = BareRepository(path)
    repository.set_config("uploadpack.allowFilter", "true")
    if files:
        repository.commit(branch, files, message="Start")
    return repository


class _Handler(BaseHTTPRequestHandler):
    """CGI for `git http-backend`, with the request's body whole, and the answer's with its length."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: apart, each answer waits 40 ms for the client's ACK
    server: "_Server"

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self._read_body())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def _serve(self, body: bytes) -> None:
        owner = self.server.owner
        owner.requests.append(f"{self.command} {self.path}")
        for watcher in owner.watchers:
            watcher()
        if owner.status:
            self._answer(owner.status, [("Content-Type", "text/plain")], b"the server says no\n")
        elif not owner.lets_in(self.headers.get("Authorization", "")):
            self._answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
        else:
            self._answer(*self._run_backend(body))

    def _run_backend(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        parts = urlsplit(self.path)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        environment |= {
            "GIT_PROJECT_ROOT": str(self.server.owner.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", "") if self.server.owner.speaks_v2 else "",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_USER": self.server.owner.username or "anonymous",  # http-backend lets nobody push without one
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [(k.strip(), v.strip()) for k, _, v in (line.partition(":") for line in head.decode().splitlines())]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        return status, [h for h in headers if h[0] not in {"Status", "Content-Length"}], content

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: "GitHttpServer"

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that hangs up is part of the tests


@dataclass
class GitHttpServer:
    """`git http-backend` on loopback for the bare repositories below `root`; with a username it asks for it."""

    root: Path
    username: str = ""
    password: str = ""
    status: int = 0
    """Where set, the answer to every request."""
    speaks_v2: bool = True
    """Off, it is a server of the old protocol, which gives no objects by their ids."""
    requests: list[str] = field(default_factory=list)
    watchers: list[Callable[[], None]] = field(default_factory=list)
    """Called at each request, before it is answered."""
    _server: _Server | None = None
    _port: int = 0

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.owner = self
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def create(self, name: str, files: Mapping[str, bytes] | None = None) -> str:
        """The URL of a new repository; without files it is empty."""
        make_bare_repository(self.root / f"{name}.git", files).set_config("http.receivepack", "true")
        return f"{self.url}/{name}.git"

    def repository(self, name: str) -> BareRepository:
        """The repository itself, from behind the server."""
        return BareRepository(self.root / f"{name}.git")

    def lets_in(self, authorization: str) -> bool:
        """Whether a request with this header is answered."""
        if not self.username:
            return True
        expected = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return authorization == f"Basic {expected}"


def _serve(root: Path, **settings: str) -> Iterator[GitHttpServer]:
    exec_path = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    if not shutil.which("git-http-backend", path=exec_path):
        pytest.skip("needs git http-backend: apt-get install git")
    server = GitHttpServer(root=root, **settings)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def git_http(tmp_path: Path) -> Iterator[GitHttpServer]:
    """A git server over http that asks for a password."""
    yield from _serve(tmp_path / "http", username="bot", password="s3cret/päss:word")


@pytest.fixture
def git_http_open(tmp_path: Path) -> Iterator[GitHttpServer]:
    """A git server over http that lets everybody in."""
    yield from _serve(tmp_path / "http-open")


@pytest.fixture
def git_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The global git configuration of the test, with an identity; its path, to add to."""
    for name in [n for n in os.environ if n.startswith(("GIT_", "GITOPS_GEN_GIT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("EMAIL", raising=False)
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = Promo Bot\n\temail = promo@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return config
