"""How long a promotion takes in repositories of 500, 5,000 and 50,000 files, without MLflow, registry and forge.

    python benchmarks/promote.py [ROUNDS]

All else is real: the git remote (a path) with 500 commits, the commit and push, and the kustomize builds. Prints a
Markdown table of medians: of a first release, of a next one where a metric is asked of, for which the history is read
and the overlay of before is built too, and of what a script does instead.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from gitops_gen.adapters.custom_gates import CustomGateRunner  # noqa: E402
from gitops_gen.adapters.kustomize import KustomizeCommand  # noqa: E402 - after the path is set
from gitops_gen.adapters.repository_git import RepositoryGit  # noqa: E402
from gitops_gen.adapters.signatures import SignatureChecker  # noqa: E402
from gitops_gen.adapters.source_git import SourceGit  # noqa: E402
from gitops_gen.choices import Choices, parse_environments  # noqa: E402
from gitops_gen.model import RunSelector  # noqa: E402
from gitops_gen.ports import ArgoCD  # noqa: E402
from gitops_gen.promote import promote  # noqa: E402
from gitops_gen.promotion import PromotePorts, PromoteRequest  # noqa: E402
from gitops_gen.scaffold import plan_scaffold, write_scaffold  # noqa: E402
from gitops_gen.settings import Settings  # noqa: E402
from gitops_gen.tags import IMAGE  # noqa: E402
from tests.fakes.registry import FakeRegistry  # noqa: E402
from tests.fakes.tracking import FakeTracking  # noqa: E402
from tests.releases import make_image, make_run  # noqa: E402

SIZES = (500, 5_000, 50_000)
COMMITS = 500
GATES = """
gates:
  metrics:
    val_auc: {threshold: 0.5, greater_is_better: true}
"""


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def make_remote(folder: Path, size: int) -> Path:
    """A bare GitOps repository with other models' files, `size` in all."""
    work = folder / f"work-{size}"
    choices = Choices(
        repository_url="https://git.example.com/x/y", forge="none", environments=parse_environments(["staging"])
    )
    write_scaffold(plan_scaffold(work, choices))
    for number in range(size - sum(path.is_file() for path in work.rglob("*"))):
        model, part = divmod(number, 10)
        path = work / "models" / f"other-{model}" / "base" / f"part-{part}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"kind: ConfigMap\nmetadata:\n  name: part-{number}\n" + "# filling\n" * 50)
    settings = work / "gitops-gen.yaml"
    settings.write_text(settings.read_text() + GATES)
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "start")
    remote = folder / f"remote-{size}.git"
    git(folder, "clone", "--quiet", "--bare", str(work), str(remote))
    add_history(remote)
    git(remote, "repack", "-a", "-d", "--quiet")  # as forges keep theirs, and let people fetch from them
    git(remote, "config", "uploadpack.allowFilter", "true")
    git(remote, "config", "uploadpack.allowAnySHA1InWant", "true")
    shutil.rmtree(work)
    return remote


def add_history(remote: Path) -> None:
    """Other people's commits, each to a file of its own model."""
    stream = []
    for number in range(COMMITS):
        content = f"# change {number}\n"
        stream += [
            "commit refs/heads/main",
            f"committer somebody <somebody@example.com> {1_700_000_000 + number} +0000",
            "data 6\nchange",
            *(["from refs/heads/main^0"] if not number else []),
            f"M 100644 inline models/other-{number % 40}/notes.md",
            f"data {len(content)}\n{content}",
        ]
    text = "\n".join(stream).encode()
    subprocess.run(["git", "fast-import", "--quiet"], cwd=remote, input=text, check=True, capture_output=True)


def ask_nobody(_settings: Settings) -> ArgoCD:
    raise AssertionError("there is no Argo CD here")


def merge(remote: Path) -> None:
    """Bring the proposed release into the base branch, so that the next one has a champion."""
    git(remote, "update-ref", "refs/heads/main", "refs/heads/gitops-gen/staging/churn")


def promote_once(remote: Path, number: int) -> float:
    """Seconds from the request to the pushed branch."""
    image = make_image(f"{number % 16:x}", tag=str(number))
    tracking = FakeTracking(runs=(make_run(number, tags={IMAGE: str(image)}),))
    start = time.perf_counter()
    with RepositoryGit(str(remote)) as repository:
        outcome = promote(
            PromoteRequest(selector=RunSelector(model="churn", version=str(number)), environment="staging"),
            PromotePorts(
                repository=repository,
                registry=FakeRegistry(image),
                kustomize=KustomizeCommand(),
                tracking=lambda _: tracking,
                forge=lambda _: None,
                signatures=SignatureChecker(),
                argocd=ask_nobody,
                source=SourceGit(),
                custom_gates=CustomGateRunner(),
                sleep=time.sleep,
                now=time.time,
            ),
        )
    seconds = time.perf_counter() - start
    assert outcome.operation in {"created", "updated"}, outcome.error
    return seconds


def clone_once(remote: Path, folder: Path) -> float:
    """Seconds for what a script does instead: clone, change a file, commit, push."""
    start = time.perf_counter()
    git(folder, "clone", "--quiet", remote.as_uri(), "clone")
    clone = folder / "clone"
    (clone / "models" / "image.txt").write_text(str(time.time_ns()))
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "promote")
    git(clone, "push", "--quiet", "--force", "origin", "HEAD:refs/heads/by-clone")
    seconds = time.perf_counter() - start
    shutil.rmtree(clone)
    return seconds


def main(rounds: int) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        os.environ |= {f"GIT_{role}_NAME": "benchmark", f"GIT_{role}_EMAIL": "benchmark@example.com"}
    print("| files | first release | next, with a metric gate | clone, commit and push, no checks | next / clone |")
    print("|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for size in SIZES:
            remote = make_remote(folder, size)
            promote_once(remote, 1)  # warm: imports, the disk's cache
            first = statistics.median(promote_once(remote, number) for number in range(2, rounds + 2))
            merge(remote)
            ours = statistics.median(promote_once(remote, number) for number in range(rounds + 2, 2 * rounds + 2))
            theirs = statistics.median(clone_once(remote, folder) for _ in range(rounds))
            print(f"| {size:,} | {first:.2f} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.2f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
