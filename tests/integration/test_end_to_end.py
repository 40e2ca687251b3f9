"""All parts real: `mlflow server` over http, a registry with htpasswd, git over http with a password, kustomize."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitops_gen.choices import Choices, parse_environments
from gitops_gen.scaffold import plan_scaffold
from tests.oci_images import build_image
from tests.servers.git_http import GitHttpServer
from tests.servers.mlflow_server import MlflowServer
from tests.servers.oci_registry import PASSWORD, OciRegistry

COMMIT = "4f0c1d3a" * 5
OVERLAY = "models/e2e/overlays/staging"


@dataclass
class Stack:
    """The servers, and the environment that a bot would run the program in."""

    mlflow: MlflowServer
    registry: OciRegistry
    git: GitHttpServer
    url: str
    environ: dict[str, str]
    runs: list[str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gitops_gen", *arguments]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False, timeout=300)

    def promote(self, number: int, *arguments: str) -> tuple[int, dict, str]:
        done = self.run("promote", self.runs[number], "--env", "staging", "--repo", self.url, "-o", "json", *arguments)
        return done.returncode, json.loads(done.stdout), done.stderr

    def branches(self) -> dict[str, str]:
        return self.git.repository("gitops").branches()


@pytest.fixture(scope="module")
def runs(mlflow_server: MlflowServer) -> list[str]:
    """Two runs, the second the better one."""
    tags = {"mlflow.source.git.commit": COMMIT, "mlflow.source.git.repoURL": "https://git.example.com/team/churn"}
    plan = [
        {
            "key": f"e2e-{number}",
            "experiment": "e2e",
            "params": {"C": f"0.{number}"},
            "metrics": {"val_auc": [[0, 0.8 + number / 100]], "loss": [[0, 0.5], [1, 0.4]]},
            "tags": tags,
            "legacy_model": True,
        }
        for number in (1, 2)
    ]
    return [made["run_id"] for made in mlflow_server.log_runs(plan).values()]


@pytest.fixture
def stack(
    tmp_path: Path,
    mlflow_server: MlflowServer,
    oci_registry_htpasswd: OciRegistry,
    git_http: GitHttpServer,
    git_identity: Path,
    runs: list[str],
) -> Stack:
    choices = Choices(
        repository_url="https://git.example.com/platform/gitops",
        forge="none",
        environments=parse_environments(["staging"]),
        mlflow_uri=mlflow_server.uri,
    )
    files = {file.path: file.text.encode() for file in plan_scaffold(tmp_path / "none", choices).files}
    environ = {
        **os.environ,
        "DOCKER_CONFIG": str(oci_registry_htpasswd.write_docker_config(tmp_path / "docker")),
        "GITOPS_GEN_GIT_USERNAME": git_http.username,
        "GITOPS_GEN_GIT_PASSWORD": git_http.password,
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    }
    environ.pop("MLFLOW_TRACKING_URI", None)
    url = git_http.create("gitops", files)
    return Stack(mlflow_server, oci_registry_htpasswd, git_http, url, environ, runs)


def record(stack: Stack, number: int) -> str:
    image = build_image(labels={"org.opencontainers.image.revision": COMMIT, "number": str(number)})
    reference = str(stack.registry.push(image, "ml/e2e", f"v{number}"))
    done = stack.run("record-image", stack.runs[number], reference, "--tracking-uri", stack.mlflow.uri, "-o", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["image"].endswith(image.digest)
    return image.digest


def test_a_run_goes_all_the_way_and_again(stack: Stack):
    first, second = record(stack, 0), record(stack, 1)
    code, created, messages = stack.promote(0, "--model", "e2e")
    assert (code, created["operation"]) == (0, "created"), messages
    assert created["image"].endswith(first)
    again = stack.promote(0, "--model", "e2e")
    assert (again[0], again[1]["operation"], again[1]["commit"]) == (0, "unchanged", created["commit"])
    remote = stack.git.repository("gitops")
    remote.git("update-ref", "refs/heads/main", created["commit"])
    code, updated, messages = stack.promote(1, "--model", "e2e")
    assert (code, updated["operation"]) == (0, "updated"), messages
    assert updated["files"] == [f"{OVERLAY}/evidence.yaml", f"{OVERLAY}/kustomization.yaml"]
    difference = remote.git("diff", "--numstat", "main", updated["commit"]).split("\n")
    assert sum(int(n) for line in difference if line for n in line.split()[:2]) <= 40
    assert second in remote.files(updated["commit"])[f"{OVERLAY}/kustomization.yaml"].decode()
    everything = json.dumps([created, again[1], updated]) + messages
    assert PASSWORD not in everything
    assert stack.git.password not in everything


@pytest.mark.parametrize("stopped", ["mlflow", "registry", "git"])
def test_with_one_server_stopped_nothing_is_written_and_its_address_is_named(stopped: str, stack: Stack):
    record(stack, 0)
    before = stack.branches()
    server = getattr(stack, stopped)
    address = {"mlflow": stack.mlflow.uri, "registry": stack.registry.host, "git": stack.git.url}[stopped]
    server.stop()
    try:
        code, outcome, messages = stack.promote(0, "--model", "e2e")
    finally:
        server.start()
    assert code == 3, messages
    assert outcome["operation"] == "none"
    assert address in outcome["error"]["message"]
    assert "Traceback" not in messages
    assert stack.branches() == before


def test_a_wrong_password_is_a_refusal_that_shows_no_secret(stack: Stack):
    stack.environ["GITOPS_GEN_GIT_PASSWORD"] = "wr0ng-and-secret"
    code, outcome, messages = stack.promote(0, "--model", "e2e")
    assert code == 3, messages
    assert stack.git.url in outcome["error"]["message"]
    assert "wr0ng" not in messages + json.dumps(outcome)
