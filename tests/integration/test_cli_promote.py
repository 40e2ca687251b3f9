"""`record-image` and `promote` as people type them: in a checkout, with a real MLflow store and a real git remote."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gitops_gen.cli.app import app
from gitops_gen.settings import ForgeKind
from tests.contract.stages import TOKEN, open_stage
from tests.integration.conftest import World
from tests.oci_images import build_image, write_layout
from tests.servers.mlflow_server import SeededStore

IMAGE = "registry.example.com/ml/churn:1"
BRANCH = "gitops-gen/staging/churn"


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "image", {"1": build_image(), "2": build_image(salt="2")})


@pytest.fixture
def checkout(world: World, mlflow_store: SeededStore, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's checkout with unfinished work in it."""
    for name in [n for n in os.environ if n.startswith(("GIT_DIR", "GIT_INDEX", "GITOPS_GEN_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_store.uri)
    monkeypatch.chdir(world.work)
    (world.work / "README.md").write_text("half a sentence")
    (world.work / "new.txt").write_text("staged")
    world.git("add", "new.txt", folder=world.work)
    return world.work


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def photograph(folder: Path) -> tuple[bytes, str, str]:
    """What of a checkout must stay as it is: index, state, and every ref and where HEAD points."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout

    return (folder / ".git" / "index").read_bytes(), git("status", "--porcelain"), git("show-ref", "--head")


def test_a_run_is_tied_to_its_image_and_promoted_from_a_dirty_checkout(
    world: World, checkout: Path, layout: Path, mlflow_store: SeededStore, tmp_path: Path
):
    name, before = mlflow_store.run_id("champion"), photograph(checkout)
    code, out, err = run("record-image", name, IMAGE, "--image-layout", str(layout))
    assert code == 0, err
    assert f"recorded  {IMAGE}@{build_image().digest}" in out
    assert "warning: " in err, "the image was built from another commit than the run"
    again = run("record-image", "models:/churn@champion", IMAGE, "--image-layout", str(layout), "--output", "json")
    recorded = json.loads(again[1])
    assert (recorded["operation"], recorded["run"], recorded["error"]) == ("unchanged", name, None)

    options = ("--env", "staging", "--image-layout", str(layout))
    code, out, err = run("promote", "models:/churn/1", *options, "--dry-run")
    assert code == 0, err
    assert f"+  digest: {build_image().digest}" in out
    assert out.endswith("dry run: nothing was written; files that would change: 9\n")
    assert world.branches() == ["main"]

    body = tmp_path / "body.md"
    code, out, err = run("promote", "models:/churn@champion", *options, "--body-file", str(body))
    assert code == 0, err
    assert out.startswith("created  staging\n")
    assert f"branch  {BRANCH}" in out
    assert body.read_text().startswith("## `churn` version `1` for `staging`")
    assert "Signed-off-by" not in world.git("log", "-1", "--format=%B", BRANCH)
    code, out, err = run("promote", name, *options, "--output", "json", "--body-file", str(tmp_path))
    assert (code, json.loads(out)["operation"]) == (0, "unchanged")
    assert f"{tmp_path} was not written" in err
    assert photograph(checkout) == before


def test_sign_off_and_another_image_are_options(world: World, checkout: Path, layout: Path, mlflow_store: SeededStore):
    image = IMAGE.replace(":1", ":2")
    code, out, err = run(
        *("promote", mlflow_store.run_id("champion"), "--env", "staging", "--repo", str(world.remote)),
        *("--image", image, "--image-layout", str(layout), "--sign-off", "--base", "main", "-o", "json"),
    )
    assert code == 0, err
    assert json.loads(out)["image"] == f"{image}@{build_image(salt='2').digest}"
    assert "Signed-off-by: Ada <ada@example.com>" in world.git("log", "-1", "--format=%B", BRANCH)


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_each_forge_gets_one_pull_request_through_its_own_api(
    kind: ForgeKind, world: World, checkout: Path, layout: Path, monkeypatch: pytest.MonkeyPatch
):
    options = ("--env", "staging", "--image-layout", str(layout), "--image", IMAGE, "--output", "json")
    with open_stage(kind) as stage:
        project = stage.access.project
        forge = f"forge:\n  kind: {kind}\n  url: {project.web}\n  project: {project.path}\n"
        world.git("stash", "--include-untracked", folder=checkout)
        world.commit({"gitops-gen.yaml": lambda text: re.sub(r"forge:\n  kind: none\n", forge, strip_comments(text))})
        code, out, err = run("promote", "models:/churn/1", *options)
        assert code == 2
        assert "GITOPS_GEN_FORGE_TOKEN" in err, "without a token nothing is pushed"
        assert world.branches() == ["main"]

        monkeypatch.setenv("GITOPS_GEN_FORGE_TOKEN", TOKEN)
        created = json.loads(run("promote", "models:/churn/1", *options)[1])
        again = json.loads(run("promote", "models:/churn/1", *options)[1])
        changed = json.loads(run("promote", "models:/churn/1", *options, "--title", "Other")[1])
        assert [outcome["operation"] for outcome in (created, again, changed)] == ["created", "unchanged", "updated"]
        assert created["pull_request"] == again["pull_request"] == changed["pull_request"]
        assert created["pull_request"]["url"].startswith(project.web)

        stage.set_state(created["pull_request"]["number"], "closed")
        code, out, err = run("promote", "models:/churn/1", *options)
        assert (code, json.loads(out)["operation"]) == (1, "none")
        assert "closed without merging" in err

        stage.fail(403, "not for you")
        code, out, err = run("promote", "models:/churn/1", *options)
        assert code == 3
        assert TOKEN not in out + err


def strip_comments(text: str) -> str:
    return re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("0" * 32, "--env", "staging"), 2, "no run"),
        (("models:/churn/99", "--env", "staging"), 2, "99"),
        (("models:/churn@nobody", "--env", "staging"), 2, "nobody"),
        (("models:/churn/1", "--env", "nowhere"), 2, "nowhere"),
        (("models:/churn/1", "--env", "staging", "--base", "nowhere"), 2, "nowhere"),
        (("models:/churn/1", "--env", "staging", "--repo", "/nowhere"), 2, "/nowhere"),
        (("models:/churn/1", "--env", "staging", "--image", "churn:1"), 2, "names no registry"),
        (("models:/churn/1", "--env", "staging", "--model", "../../x"), 2, "cannot be a model's name"),
        (("models:/churn/1", "--env", "staging", "--image", f"{IMAGE}0"), 2, "no tag"),
        (("models:/churn/1", "--env", "production"), 1, "after staging"),
    ],
)
def test_what_cannot_be_done_ends_in_its_code_with_json(
    arguments: tuple[str, ...], code: int, words: str, checkout: Path, layout: Path, world: World
):
    if "--image" not in arguments:
        arguments = (*arguments, "--image", IMAGE)
    ended, out, err = run("promote", *arguments, "--image-layout", str(layout), "--output", "json")
    outcome = json.loads(out)
    assert (ended, outcome["error"]["exit_code"], outcome["operation"]) == (code, code, "none"), err
    assert words in outcome["error"]["message"]
    assert "error: " in err
    assert world.branches() == ["main"]


@pytest.mark.parametrize("key", ["failed", "running", "deleted"])
def test_runs_that_are_no_good_are_refused(
    key: str, checkout: Path, layout: Path, world: World, mlflow_store: SeededStore
):
    arguments = ("promote", mlflow_store.run_id(key), "--env", "staging", "--model", "churn", "--image", IMAGE)
    code, out, _ = run(*arguments, "--image-layout", str(layout), "-o", "json")
    assert code == (2 if key == "deleted" else 1)
    assert json.loads(out)["operation"] == "none"
    assert world.branches() == ["main"]


def test_without_a_tracking_address_the_settings_are_read(
    checkout: Path, layout: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    settings = checkout / "gitops-gen.yaml"
    assert 'trackingUri: ""' in settings.read_text()
    code, _, err = run("record-image", "0a1b", IMAGE, "--image-layout", str(layout))
    assert code == 2
    assert "there is no MLflow server to ask" in err
    settings.write_text(settings.read_text().replace('trackingUri: ""', "trackingUri: http://127.0.0.1:9"))
    code, _, err = run("record-image", "0a1b", IMAGE, "--image-layout", str(layout))
    assert code == 3
    assert "http://127.0.0.1:9" in err
