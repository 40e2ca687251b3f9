"""The life of a model on real parts: MLflow, a registry, git over http, kustomize, and a forge's API over http.

A goes to production; B is worse and refused; C is better, and refused until it is signed; A comes back; C stays out.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from gitops_gen.choices import Choices, parse_environments
from gitops_gen.cli.app import app
from gitops_gen.plan import read_marker
from gitops_gen.scaffold import plan_scaffold
from tests.contract.forge_server import NAME, OWNER
from tests.contract.stages import TOKEN, ServerStage, open_stage
from tests.oci_images import build_image
from tests.servers.git_http import GitHttpServer
from tests.servers.mlflow_server import MlflowServer
from tests.servers.oci_registry import OciRegistry
from tests.signing import Signer, cosign_tag, hang, sign_image

COMMIT = "4f0c1d3a" * 5
OURS, THEIRS = Signer(), Signer()
GATES = """
gates:
  metrics:
    val_auc: {threshold: 0.8, min_absolute_change: 0.0, greater_is_better: true}
  imageSignature: fail
  signers: {keys: [keys/cosign.pub]}
"""
SCHEMAS = {name: json.loads(Path(f"schemas/{name}.schema.json").read_text()) for name in ("status", "trace")}


@dataclass
class Story:
    """The servers, and a bot that runs the program beside them."""

    mlflow: MlflowServer
    registry: OciRegistry
    git: GitHttpServer
    forge: ServerStage
    url: str
    environ: dict[str, str]
    digests: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> Any:
        """The command line, in this process: MLflow's client takes two seconds to load."""
        done = CliRunner(env=self.environ).invoke(app, arguments)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def ask(self, *arguments: str) -> tuple[int, dict]:
        done = self.run(*arguments, "--repo", self.url, "-o", "json")
        return done.exit_code, json.loads(done.stdout)

    def train(self, name: str, auc: float, signer: Signer | None) -> None:
        """Log a run, register its model, push its image, sign it, and tie it to the run."""
        plan = {
            "key": f"story-{name}",
            "experiment": "story",
            "params": {"C": str(auc)},
            "metrics": {"val_auc": [[0, auc]]},
            "tags": {"mlflow.source.git.commit": COMMIT},
            "legacy_model": True,
            "register": ["story"],
        }
        (made,) = self.mlflow.log_runs([plan]).values()
        self.runs[name] = made["run_id"]
        image = build_image(labels={"org.opencontainers.image.revision": COMMIT, "name": name})
        reference = str(self.registry.push(image, "ml/story", name))
        self.digests[name] = image.digest
        if signer:
            self.sign(name, signer)
        done = self.run("record-image", self.runs[name], reference, "--tracking-uri", self.mlflow.uri)
        assert done.exit_code == 0, done.stderr

    def sign(self, name: str, signer: Signer) -> None:
        hanging = hang(sign_image(signer, self.digests[name]))
        self.registry.push_hanging("ml/story", hanging, cosign_tag(self.digests[name]))

    def promote(self, name: str, environment: str, *options: str) -> tuple[int, dict]:
        return self.ask("promote", f"models:/story/{' ABC'.index(name)}", "--env", environment, *options)

    def merge(self, outcome: dict, environment: str) -> None:
        """What the merge button does."""
        remote, branch = self.git.repository("gitops"), f"gitops-gen/{environment}/story"
        main, tip = remote.branches()["main"], remote.branches()[branch]
        assert remote.git("rev-parse", f"{tip}^") == main
        identity = ("-c", "user.name=Forge", "-c", "user.email=forge@example.com")
        commit = remote.git(*identity, "commit-tree", "-m", "Merge", "-p", main, "-p", tip, f"{tip}^{{tree}}")
        remote.git("update-ref", "refs/heads/main", commit)
        remote.git("update-ref", "-d", f"refs/heads/{branch}")
        self.forge.set_state(outcome["pull_request"]["number"], "merged")

    def where(self) -> dict[str, tuple[str | None, int | None]]:
        """What `status` says: the version in each environment, and the open pull request."""
        code, document = self.ask("status")
        assert code == 0
        jsonschema.validate(document, SCHEMAS["status"])
        (model,) = document["models"]
        return {
            name: (
                cell["deployed"] and cell["deployed"]["model_version"],
                cell["pull_request"] and cell["pull_request"]["number"],
            )
            for name, cell in model["environments"].items()
        }

    def trace(self, name: str) -> list[tuple[str, bool]]:
        """Where `trace` says that a release is (True) or was, by its digest."""
        code, document = self.ask("trace", self.digests[name], "--tracking-uri", self.mlflow.uri)
        assert code == 0
        jsonschema.validate(document, SCHEMAS["trace"])
        (chain,) = document["chains"]
        assert chain["run"]["id"] == self.runs[name]
        assert chain["run"]["in_mlflow"]
        assert chain["image"]["in_registry"]
        assert chain["source"]["commit"] == COMMIT
        return [(stay["environment"], stay["until"] is None) for stay in chain["environments"]]


@pytest.fixture
def story(
    tmp_path: Path,
    mlflow_server: MlflowServer,
    oci_registry_htpasswd: OciRegistry,
    git_http: GitHttpServer,
    git_identity: Path,
) -> Iterator[Story]:
    with open_stage("gitea") as forge:
        choices = Choices(
            repository_url="https://git.example.com/platform/gitops",
            forge="none",
            environments=parse_environments(["staging", "production"]),
            mlflow_uri=mlflow_server.uri,
        )
        files = {file.path: file.text.encode() for file in plan_scaffold(tmp_path / "none", choices).files}
        access = f"kind: gitea\n  url: {forge.server.state.url}/git\n  project: {OWNER}/{NAME}"
        settings = files["gitops-gen.yaml"].decode()
        assert settings.count("kind: none") == 1
        files["gitops-gen.yaml"] = (settings.replace("kind: none", access) + GATES).encode()
        files["keys/cosign.pub"] = OURS.pem.encode()
        environ = {
            **os.environ,
            "DOCKER_CONFIG": str(oci_registry_htpasswd.write_docker_config(tmp_path / "docker")),
            "GITOPS_GEN_GIT_USERNAME": git_http.username,
            "GITOPS_GEN_GIT_PASSWORD": git_http.password,
            "GITOPS_GEN_FORGE_TOKEN": TOKEN,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
            "GITHUB_ACTOR": "promotion-bot",
        }
        environ.pop("MLFLOW_TRACKING_URI", None)
        url = git_http.create("gitops", files)
        yield Story(mlflow_server, oci_registry_htpasswd, git_http, forge, url, environ)


def test_the_life_of_a_model(story: Story):
    # A is trained, signed, and goes to staging and on to production.
    story.train("A", 0.90, OURS)
    code, outcome = story.promote("A", "production")
    assert code == 1
    assert "environment-order" in outcome["error"]["message"]
    code, outcome = story.promote("A", "staging")
    assert (code, outcome["operation"]) == (0, "created"), outcome["error"]
    story.merge(outcome, "staging")
    assert story.where() == {"staging": ("1", None), "production": (None, None)}
    code, outcome = story.promote("A", "production")
    assert (code, outcome["operation"]) == (0, "created"), outcome["error"]
    assert story.where()["production"] == (None, outcome["pull_request"]["number"])
    story.merge(outcome, "production")
    assert story.where() == {"staging": ("1", None), "production": ("1", None)}
    assert sorted(story.trace("A")) == [("production", True), ("staging", True)]

    # B is worse: refused by the gate, with the numbers, and nothing is written.
    story.train("B", 0.85, OURS)
    before = story.git.repository("gitops").branches()
    code, outcome = story.promote("B", "staging")
    assert (code, outcome["operation"], outcome["pull_request"]) == (1, "none", None)
    assert "metric:val_auc" in outcome["error"]["message"]
    verdict = next(gate for gate in outcome["gates"] if gate["gate"] == "metric:val_auc")
    assert (verdict["result"], verdict["value"], verdict["champion"]) == ("failed", 0.85, 0.9)
    shown = story.run("gates", "models:/story/2", "--env", "staging", "--repo", story.url)
    assert shown.exit_code == 1
    assert "FAILED    metric:val_auc" in shown.stdout
    assert "0.85 (champion 0.9)" in shown.stdout
    assert story.git.repository("gitops").branches() == before

    # C is better, but signed by somebody else: refused, until it is signed with our key.
    story.train("C", 0.95, THEIRS)
    code, outcome = story.promote("C", "staging")
    assert code == 1
    assert "image-signature: nobody that counts has signed the image" in outcome["error"]["message"]
    assert story.git.repository("gitops").branches() == before
    story.sign("C", OURS)
    for environment in ("staging", "production"):
        code, outcome = story.promote("C", environment)
        assert (code, outcome["operation"]) == (0, "created"), outcome["error"]
        assert "signed by key sha256:" in story.forge.server.state.find(outcome["pull_request"]["number"]).body
        story.merge(outcome, environment)
    assert story.where() == {"staging": ("3", None), "production": ("3", None)}
    assert sorted(story.trace("A")) == [("production", False), ("staging", False)]
    assert sorted(story.trace("C")) == [("production", True), ("staging", True)]

    # C misbehaves in production: back to A.
    code, outcome = story.ask("rollback", "story", "--env", "production", "--reason", "answers nonsense")
    assert (code, outcome["operation"], outcome["rolled_back"]) == (0, "created", story.digests["C"]), outcome["error"]
    assert (outcome["version"], outcome["run"]) == ("1", story.runs["A"])
    request = story.forge.server.state.find(outcome["pull_request"]["number"])
    assert request.title == "Roll back story to version 1 in production"
    assert "answers nonsense" in request.body
    assert "`promotion-bot`" in request.body
    assert read_marker(request.body)["rolledBack"] == story.digests["C"]
    assert story.where()["production"] == ("3", request.number)
    story.merge(outcome, "production")
    assert story.where() == {"staging": ("3", None), "production": ("1", None)}
    assert sorted(story.trace("A")) == [("production", False), ("production", True), ("staging", False)]
    assert sorted(story.trace("C")) == [("production", False), ("staging", True)]

    # C again: refused as rolled back; the model version says so too.
    code, outcome = story.promote("C", "production")
    assert code == 1
    assert "rolled-back" in outcome["error"]["message"]
    assert "answers nonsense" in outcome["error"]["message"]
    code, outcome = story.promote("C", "production", "--dry-run", "--force")
    assert code == 0, outcome["error"]

    # What stands in the repository is right by the program's own check, and plain git answers too.
    folder = story.git.repository("gitops").path.parent / "checked"
    subprocess.run(["git", "clone", "-q", str(story.git.repository("gitops").path), str(folder)], check=True)
    done = subprocess.run(
        [sys.executable, "-m", "gitops_gen", "validate", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    remote = story.git.repository("gitops")
    assert remote.git("log", "--format=%s", f"--grep=Rolled-Back: {story.digests['C']}", "main").splitlines() == [
        "Roll back story to version 1 in production"
    ]
