"""A real MLflow server for a whole test session, and stores that have runs in them."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.servers.mlflow_world import describe_world, write_images

_SEED = Path(__file__).with_name("mlflow_seed.py")
_START_SECONDS = 90
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "PYTHONWARNINGS": "ignore"}
_SERVER = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # its workers take another gigabyte and a half
    "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES": "ftp",  # for a model in storage that does not answer
}


def require_full_mlflow() -> None:
    if any(importlib.util.find_spec(name) is None for name in ("flask", "mlflow", "sklearn", "sqlalchemy")):
        pytest.skip('needs mlflow with its server: pip install "gitops-gen[test]"')


def make_environment() -> dict[str, str]:
    """This process's environment without settings of MLflow, which could lead to somebody's real server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    return kept | _QUIET


def log_runs(uri: str, plan: Sequence[dict], folder: Path) -> dict[str, dict]:
    """Log the runs of `plan` (see `mlflow_world`) to the store at `uri`, from `folder`; gives their ids by key."""
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"ids-{time.monotonic_ns()}.json"
    done = subprocess.run(
        [sys.executable, str(_SEED), uri, str(output)],
        input=json.dumps(plan),
        text=True,
        capture_output=True,
        cwd=folder,
        env=make_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(output.read_text())


@dataclass(slots=True)
class MlflowServer:
    """An MLflow server on a port of its own, which it keeps over `stop` and `start`."""

    folder: Path
    port: int
    process: subprocess.Popen | None = field(default=None)

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log_runs(self, plan: Sequence[dict]) -> dict[str, dict]:
        return log_runs(self.uri, plan, self.folder / "seed")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db"]
        command += ["--artifacts-destination", str(self.folder / "artifacts")]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=make_environment() | _SERVER,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail("mlflow server did not start:\n" + (self.folder / "server.log").read_text()[-4000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server and what it started."""
        if self.process is None:
            return
        for kind in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, kind)
                self.process.wait(timeout=10)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.uri}/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededStore:
    """A store that has the runs of `mlflow_world`; `ids` are what they got, by key."""

    uri: str
    ids: dict[str, dict]

    def run_id(self, key: str) -> str:
        return self.ids[key]["run_id"]


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """An empty `mlflow server` over http."""
    require_full_mlflow()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = MlflowServer(tmp_path_factory.mktemp("mlflow-server"), port)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mlflow_world(mlflow_server: MlflowServer, tmp_path_factory: pytest.TempPathFactory) -> SeededStore:
    """The server, with the runs of `mlflow_world`."""
    images = write_images(tmp_path_factory.mktemp("images"))
    return SeededStore(uri=mlflow_server.uri, ids=mlflow_server.log_runs(describe_world(images)))


@pytest.fixture(scope="session")
def mlflow_store(tmp_path_factory: pytest.TempPathFactory) -> SeededStore:
    """A SQLite store without a server, with the same runs."""
    require_full_mlflow()
    folder = tmp_path_factory.mktemp("mlflow-store")
    images = write_images(tmp_path_factory.mktemp("images"))
    uri = f"sqlite:///{folder}/mlflow.db"
    return SeededStore(uri=uri, ids=log_runs(uri, describe_world(images), folder))
