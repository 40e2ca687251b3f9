"""Who runs the program, as git would say it."""

import subprocess
from pathlib import Path

import pytest

from gitops_gen.adapters.git_origin import read_identity


@pytest.fixture(autouse=True)
def _no_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def test_the_variables_win_over_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert read_identity(tmp_path) == ""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    subprocess.run(["git", "config", "user.name", "Ada"], cwd=tmp_path, check=True)
    assert read_identity(tmp_path) == "Ada"
    subprocess.run(["git", "config", "user.email", "ada@example.com"], cwd=tmp_path, check=True)
    assert read_identity(tmp_path) == "Ada <ada@example.com>"
    monkeypatch.setenv("GIT_AUTHOR_NAME", "bot")
    assert read_identity(tmp_path) == "bot <ada@example.com>"


def test_a_folder_that_is_not_there_has_none(tmp_path: Path):
    assert read_identity(tmp_path / "none") == ""
