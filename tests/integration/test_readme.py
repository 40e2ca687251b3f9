"""The README's commands, run as a newcomer would: in a fresh clone, with Python and git alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def list_blocks() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_the_first_two_blocks_are_the_demo_and_the_checks():
    demo, checks, *_ = list_blocks()
    for block in (demo, checks):
        assert block.startswith("python3.11 -m venv .venv\n.venv/bin/pip install "), "each stands on its own"
    assert demo.splitlines()[-1] == ".venv/bin/gitops-gen demo"
    assert checks.splitlines()[-1] == ".venv/bin/python tests/check.py"


@pytest.mark.skipif(not os.environ.get("CI"), reason="installs everything anew, which takes minutes: set CI=true")
def test_the_demo_of_the_readme_works_in_a_fresh_clone(tmp_path):
    if not shutil.which("python3.11"):
        pytest.skip("the README's commands are for python3.11, which is not on PATH")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "GIT_", "MLFLOW_"))}
    done = subprocess.run(
        ["sh", "-eu"], input=list_blocks()[0], cwd=clone, env=environ, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "== 13. All that changes" in done.stdout
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=clone, check=True, capture_output=True, text=True)
    assert changed.stdout == "", "a clone stays clean"
