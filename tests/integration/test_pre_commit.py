"""pre-commit runs the hooks of .pre-commit-hooks.yaml, with this checkout as the repository that they come from.

The environment of a hook is what `language: python` makes: a fresh virtual environment with the program in it, which
takes minutes of downloads and disk. So this runs in CI alone, or with GITOPS_GEN_SLOW_TESTS=1.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "seldon" / "repository"
MODEL = "models/churn/base/seldondeployment.yaml"
HOOKS = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))]

slow = pytest.mark.skipif(
    not (os.environ.get("CI") or os.environ.get("GITOPS_GEN_SLOW_TESTS")),
    reason="installs the program anew, which takes minutes: set CI=true or GITOPS_GEN_SLOW_TESTS=1",
)


def run(*command, cwd, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "COV_CORE_"))}
    names = {
        f"GIT_{role}_{part}": "nobody@example.com" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
    }
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **names, **variables}
    return subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def git(*words, cwd):
    ended = run("git", *words, cwd=cwd)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def commit_all(folder):
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message=All", cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder).strip()


@pytest.fixture(scope="session")
def hook_source(tmp_path_factory):
    """The files of this checkout, committed or not, as a repository of their own; gives its path and its revision."""
    folder = tmp_path_factory.mktemp("hooks") / "gitops-gen"
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder, commit_all(folder)


@pytest.fixture(scope="session")
def environments(tmp_path_factory):
    """Where pre-commit keeps what it has installed: once for all tests."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def repository(tmp_path, hook_source):
    """A GitOps repository that uses both hooks."""
    source, revision = hook_source
    folder = shutil.copytree(EXAMPLE, tmp_path / "repository")
    configuration = {"repos": [{"repo": str(source), "rev": revision, "hooks": [{"id": hook} for hook in HOOKS]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    commit_all(folder)
    return folder


def pre_commit(folder, environments, *words):
    command = (sys.executable, "-m", "pre_commit", "run", "--color=never", "--verbose", *words)
    cache = {"XDG_CACHE_HOME": str(folder.parent / "cache")}  # the results of other tests and of people stay out
    return run(*command, cwd=folder, PRE_COMMIT_HOME=str(environments), **cache)


def test_there_is_a_hook_for_files_and_one_for_the_repository():
    assert HOOKS == ["gitops-gen-validate", "gitops-gen-validate-all"]


@slow
def test_a_good_repository_passes(repository, environments):
    ended = pre_commit(repository, environments, "--all-files")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("Passed") == 2


@slow
@pytest.mark.parametrize("hook", HOOKS)
def test_a_typo_fails_the_commit_with_its_place(repository, environments, hook):
    path = repository / MODEL
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("    componentSpecs:", "    componentSpec:"), encoding="utf-8")
    line = before.split("\n").index("    componentSpecs:") + 1
    git("add", "--all", cwd=repository)
    ended = pre_commit(repository, environments, hook)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Failed" in ended.stdout
    assert f"{MODEL}:{line}:5" in ended.stdout
    assert "componentSpec" in ended.stdout


@slow
def test_a_commit_is_checked_with_the_overlays_that_it_changes(repository, environments):
    """The hook for files is given one file; what it breaks stands in another."""
    (repository / "models/churn/base/podmonitor.yaml").unlink()
    path = repository / "models/churn/base/kustomization.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("- seldondeployment.yaml", "- seldon.yaml"), encoding="utf-8"
    )
    (repository / MODEL).rename(repository / "models/churn/base/seldon.yaml")
    git("add", "--all", cwd=repository)
    ended = pre_commit(repository, environments, HOOKS[0])
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "models/churn/base/kustomization.yaml:9:3" in ended.stdout


@slow
def test_a_change_to_other_files_is_let_through(repository, environments):
    (repository / "README.md").write_text("# ours\n", encoding="utf-8")
    git("add", "--all", cwd=repository)
    ended = pre_commit(repository, environments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
