"""The wheel that users install: everything in it, nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel_files(tmp_path_factory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def list_tree(folder: str) -> set[str]:
    tracked = subprocess.run(["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(tracked.stdout.split())


def test_every_template_and_schema_is_packed(wheel_files):
    packed = {name.removeprefix("gitops_gen/_data/") for name in wheel_files if name.startswith("gitops_gen/_data/")}
    assert packed == list_tree("templates") | list_tree("schemas")


def test_every_module_is_packed_and_nothing_else(wheel_files):
    code = {name for name in wheel_files if "/_data/" not in name and ".dist-info/" not in name}
    assert code == list_tree("gitops_gen")
    assert any(name.endswith("/licenses/LICENSE") for name in wheel_files)
