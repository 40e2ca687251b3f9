"""The demo, played to its end and compared with what stands under examples/."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.goldens import check_golden

GOLDEN = Path(__file__).parents[2] / "examples" / "demo" / "output.txt"


class Names:
    """Stable names for what differs each time: the first is `NAME 1`, the next `NAME 2`, in the order of appearance."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: dict[str, str] = {}

    def __call__(self, found: re.Match[str]) -> str:
        return self.seen.setdefault(found[0], f"<{self.name} {len(self.seen) + 1}>")


def normalize(output: str, folder: Path) -> str:
    """`output` without what differs from one play, or one machine, to the next."""
    text = output.replace(folder.as_posix(), "<folder>")
    digests, cut = Names("digest"), {}
    text = re.sub(r"sha256:[0-9a-f]{64}", digests, text)
    cut = {digest[:19]: f"{name[:-1]}, cut>" for digest, name in digests.seen.items()}
    text = re.sub(r"sha256:[0-9a-f]{12}(?=…)", lambda found: cut[found[0]], text)
    identifiers = Names("id")
    text = re.sub(r"\bm-[0-9a-f]{32}\b", Names("logged model"), text)
    text = re.sub(r"\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b", identifiers, text)
    short = {identifier[:12]: f"{name[:-1]}, cut>" for identifier, name in identifiers.seen.items()}
    text = re.sub(r"\b[0-9a-f]{12}(?=…)", lambda found: short[found[0]], text)
    text = re.sub(r"^index [0-9a-f]+\.\.[0-9a-f]+", "index <blobs>", text, flags=re.MULTILINE)
    text = re.sub(r'((?:mlflow|python)Version: )"[^"]+"', r'\1"<version>"', text)
    text = re.sub(r'(checksums: )"[A-Za-z0-9+/]+"', r'\1"<checksums>"', text)
    text = re.sub(r"( requirements: )\[.*\]", r"\1[<requirements>]", text)
    return re.sub(r'^( *source: )"\{\\"tags.*$', r'\1"<the program that trained>"', text, flags=re.MULTILINE)


def test_the_demo_prints_what_the_examples_show(tmp_path):
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "gitops_gen", "demo", "--keep", str(folder)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "MLFLOW_"))}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    check_golden(GOLDEN, normalize(done.stdout, folder))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"], "nothing is left outside of its folder"


def test_the_demo_keeps_out_of_a_folder_that_is_there(tmp_path):
    command = [sys.executable, "-m", "gitops_gen", "demo", "--keep", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "name a folder that is not there" in done.stderr


def test_the_demo_without_git_says_what_is_missing(tmp_path):
    command = [sys.executable, "-m", "gitops_gen", "demo"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr == ("error: the demo needs git, and there is none on PATH\nhint: install git 2.31 or newer\n")
