"""`gitops-gen init` as people run it, and what it writes before the real kustomize and the upstream schemas."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.config import load_settings
from tests.crds import FILES, find_errors

URL = "https://github.com/example/models.git"
COMMAND = (sys.executable, "-m", "gitops_gen", "init")
FLAGS = ("--repository-url", URL, "-e", "dev", "-e", "prod=models")
CLUSTERS = """environments:
  dev: {namespace: models-dev}
  prod: {namespace: models, cluster: https://api.prod.example.com:6443, predecessor: dev}
"""


def init(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments, str(directory)], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def init_on_terminal(directory: Path, answers: Sequence[tuple[str, str]], *arguments: str) -> tuple[int, str]:
    """Exit code and all that was shown, where each answer is typed once its question stands there."""
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments, str(directory)], stdin=terminal, stdout=terminal, stderr=terminal, close_fds=True
    )
    os.close(terminal)
    shown, waiting, seen = "", list(answers), 0
    deadline = time.monotonic() + 30
    try:
        while time.monotonic() < deadline:
            if not select.select([main], [], [], 0.2)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                shown += os.read(main, 4096).decode()
            except OSError:  # the terminal's other end is closed: it has ended
                break
            if waiting and waiting[0][0] in shown[seen:]:
                seen = len(shown)
                os.write(main, waiting.pop(0)[1].encode() + b"\n")
        return process.wait(timeout=10), shown
    finally:
        process.kill()
        process.wait()
        os.close(main)


def git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(directory), *arguments], check=True, capture_output=True)


def make_checkout(directory: Path, url: str) -> Path:
    directory.mkdir()
    git(directory, "init", "--quiet", "--initial-branch", "trunk")
    git(directory, "remote", "add", "origin", url)
    return directory


def build(directory: Path, path: str) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all(KustomizeCommand().build(directory, path)))


def test_options_are_enough_and_a_second_run_changes_nothing(tmp_path):
    first = init(tmp_path / "repo", *FLAGS, "--output", "json")
    assert (first.returncode, first.stderr) == (0, "")
    told = json.loads(first.stdout)
    assert told["operation"] == "created"
    assert told["directory"] == str(tmp_path / "repo")
    assert told["warnings"] == []
    assert {file["status"] for file in told["files"]} == {"created"}
    assert [file["path"] for file in told["files"]] == sorted(
        path.relative_to(tmp_path / "repo").as_posix() for path in (tmp_path / "repo").rglob("*") if path.is_file()
    )
    again = json.loads(init(tmp_path / "repo", *FLAGS, "-o", "json").stdout)
    assert again["operation"] == "unchanged"
    assert {file["status"] for file in again["files"]} == {"unchanged"}


def test_all_options_arrive_in_the_settings(tmp_path):
    done = init(
        tmp_path,
        *FLAGS,
        *("--forge", "gitea", "--base-branch", "trunk", "--mlflow-uri", "https://mlflow.example.com"),
        *("--argocd-namespace", "openshift-gitops", "--argocd-project", "ml"),
        *("--open-data-hub", "DataScienceCluster", "--component", "kserve", "--component", "ray=Removed"),
    )
    assert done.returncode == 0, done.stderr
    settings = load_settings((tmp_path / "gitops-gen.yaml").read_bytes())
    assert settings.forge.kind == "gitea"
    assert settings.base_branch == "trunk"
    assert settings.mlflow.tracking_uri == "https://mlflow.example.com"
    assert (settings.argocd.namespace, settings.argocd.project) == ("openshift-gitops", "ml")
    assert settings.open_data_hub is not None
    assert settings.open_data_hub.components == {"kserve": "Managed", "ray": "Removed"}
    assert [(e.name, e.namespace, e.predecessor) for e in settings.environments] == [
        ("dev", "models-dev", None),
        ("prod", "models", "dev"),
    ]


def test_people_are_told_each_file_and_what_to_do_next(tmp_path):
    done = init(tmp_path / "repo", *FLAGS)
    assert "created    bootstrap/appproject.yaml\n" in done.stdout
    assert f"kubectl apply --server-side -k {tmp_path}/repo/bootstrap" in done.stdout
    again = init(tmp_path / "repo")
    assert again.stdout.endswith(f"{tmp_path}/repo: unchanged\n")


def test_a_dry_run_writes_nothing(tmp_path):
    done = init(tmp_path / "repo", *FLAGS, "--dry-run", "-o", "json")
    assert json.loads(done.stdout)["dry_run"] is True
    assert "dry run: nothing was written" in init(tmp_path / "repo", *FLAGS, "-n").stdout
    assert not (tmp_path / "repo").exists()


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("-e", "dev"), "--repository-url is missing", "give --repository-url URL"),
        (
            ("--repository-url", "https://git.example.com/a/b", "-e", "dev"),
            "--forge is missing",
            "give --forge: github",
        ),
        (("--repository-url", URL), "--environment is missing", "give --environment NAME[=NAMESPACE]"),
        ((*FLAGS, "--component", "kserv"), "did you mean 'kserve'?", "mend the option"),
        (("--repository-url", "https://me:hunter2@github.com/a/b", "-e", "dev"), "without credentials", "mend"),
    ],
)
def test_without_a_terminal_what_is_missing_or_wrong_is_an_error_that_names_it(tmp_path, arguments, message, hint):
    done = init(tmp_path / "repo", *arguments, "-o", "json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert message in error["message"]
    assert error["hint"].startswith(hint)
    assert error["exit_code"] == 2
    assert f"error: {error['message']}" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert not (tmp_path / "repo").exists()


def test_a_missing_url_is_answered_with_the_origin_without_its_password(tmp_path):
    checkout = make_checkout(tmp_path / "repo", "https://me:hunter2@github.com/example/models.git")
    done = init(checkout, "-e", "dev")
    assert done.returncode == 2
    assert f"hint: give --repository-url {URL}, the origin of this checkout" in done.stderr


def test_options_that_contradict_the_file_are_refused_with_both_values(tmp_path):
    init(tmp_path, *FLAGS)
    done = init(tmp_path, "--forge", "gitlab")
    assert done.returncode == 2
    assert "gitops-gen.yaml has forge.kind: github, but --forge asks for gitlab" in done.stderr
    assert init(tmp_path, "--forge", "gitlab", "--force").returncode == 0


def test_on_a_terminal_what_is_missing_is_asked_for_with_the_checkout_as_the_default(tmp_path):
    checkout = make_checkout(tmp_path / "repo", "https://me:hunter2@github.com/example/models.git")
    code, shown = init_on_terminal(
        checkout,
        [
            (f"Git address of the repository [{URL}]: ", ""),
            ("Branch that Argo CD follows [trunk]: ", ""),
            ("Forge (github, gitlab, gitea, none) [github]: ", ""),
            ("Environments in the order of promotion [dev staging production]: ", "dev, prod=models"),
        ],
    )
    assert code == 0, shown
    assert "hunter2" not in shown
    settings = load_settings((checkout / "gitops-gen.yaml").read_bytes())
    assert (settings.repository_url, settings.base_branch, settings.forge.kind) == (URL, "trunk", "github")
    assert [(e.name, e.namespace) for e in settings.environments] == [("dev", "models-dev"), ("prod", "models")]


def test_the_origin_of_another_checkout_round_the_folder_is_no_default(tmp_path):
    checkout = make_checkout(tmp_path / "repo", URL)
    (checkout / "inner").mkdir()
    code, shown = init_on_terminal(
        checkout / "inner",
        [
            ("Git address of the repository: ", "https://git.example.com/team/models.git"),
            ("Branch that Argo CD follows [main]: ", ""),
            ("Forge (github, gitlab, gitea, none): ", "none"),
            ("Environments in the order of promotion [dev staging production]: ", ""),
        ],
    )
    assert code == 0, shown
    settings = load_settings((checkout / "inner" / "gitops-gen.yaml").read_bytes())
    assert [e.name for e in settings.environments] == ["dev", "staging", "production"]


def test_on_a_terminal_only_what_is_missing_is_asked_for_and_nothing_with_no_input(tmp_path):
    code, shown = init_on_terminal(tmp_path / "a", [], *FLAGS, "--forge", "github")
    assert code == 0, shown
    code, shown = init_on_terminal(tmp_path / "b", [], "--no-input")
    assert (code, "--repository-url is missing" in shown) == (2, True)
    code, shown = init_on_terminal(tmp_path / "a", [])
    assert (code, "unchanged" in shown) == (0, True)


@pytest.mark.parametrize("kind", ["DataScienceCluster", "KfDef", "none"])
def test_bootstrap_and_platform_build_and_fit_the_upstream_schemas(tmp_path, kind):
    init(tmp_path, *FLAGS, "--open-data-hub", kind)
    path = tmp_path / "gitops-gen.yaml"
    head, _, rest = path.read_text().partition("environments:\n")
    path.write_text(head + CLUSTERS + rest.partition("# pullRequest:")[2].partition("\n")[2])
    assert init(tmp_path).returncode == 0
    documents = build(tmp_path, "bootstrap")
    for overlay in sorted(tmp_path.glob("platform/*/overlays/*")):
        documents += build(tmp_path, overlay.relative_to(tmp_path).as_posix())
    kinds = [document["kind"] for document in documents]
    expected = {
        "DataScienceCluster": {"DataScienceCluster": 2, "DSCInitialization": 2, "AppProject": 3, "Application": 3},
        "KfDef": {"KfDef": 2, "AppProject": 3, "Application": 3},
        "none": {"AppProject": 2, "Application": 1},
    }[kind]
    assert {k: kinds.count(k) for k in FILES if k in kinds} == expected
    for document in documents:
        if document["kind"] in FILES:
            assert find_errors(document) == []


def validate(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gitops_gen", "validate", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("forge", ["github", "gitlab", "gitea"])
@pytest.mark.parametrize("hub", ["DataScienceCluster", "KfDef", "none"])
def test_a_new_repository_has_no_finding(forge, hub, tmp_path):
    init(tmp_path, *FLAGS, "--forge", forge, "--open-data-hub", hub)
    good = validate(tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("no findings\n")


def test_a_file_that_is_gone_is_found_where_it_is_missed(tmp_path):
    init(tmp_path, *FLAGS, "--open-data-hub", "DataScienceCluster")
    (tmp_path / "platform/open-data-hub/base/datasciencecluster.yaml").unlink()
    bad = validate(tmp_path)
    assert bad.returncode == 1
    assert "platform/open-data-hub/base/kustomization.yaml:" in bad.stdout
    assert "bootstrap" not in bad.stdout
