"""Times open, read and publish of a promotion against a plain clone, commit and push, by size of the repository.

    python benchmarks/promote_git.py [--runs 7] [--files 500 5000 50000]

Prints a Markdown table of medians in milliseconds. The remotes are bare repositories on this disk, each model in them
with 12 files and an Argo CD Application for each of three environments.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gitops_gen.adapters.repository_git import RepositoryGit

ENVIRONMENTS = ("dev", "staging", "production")
BASE = ("deployment", "service-monitor", "pod-monitor", "prometheus-rule", "kustomization")
MODEL = "model-00003"
OVERLAY = f"models/{MODEL}/overlays/staging"
IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Benchmark"), ("EMAIL", "benchmark@example.com"))
}


def list_paths(count: int) -> Iterator[str]:
    yield "gitops-gen.yaml"
    written = 1
    number = 0
    while written < count:
        model = f"model-{number:05}"
        paths = [f"models/{model}/model.yaml", *(f"models/{model}/base/{name}.yaml" for name in BASE)]
        for environment in ENVIRONMENTS:
            folder = f"models/{model}/overlays/{environment}"
            paths += [f"{folder}/kustomization.yaml", f"{folder}/evidence.yaml", f"argocd/{environment}/{model}.yaml"]
        yield from paths[: count - written]
        written += len(paths)
        number += 1


def make_remote(folder: Path, count: int) -> str:
    git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(folder))
    git(folder, "config", "uploadpack.allowFilter", "true")
    parts = [b"commit refs/heads/main\ncommitter B <b@example.com> 1700000000 +0000\ndata 0\n"]
    for path in list_paths(count):
        content = f"path: {path}\n".encode() * 20
        parts.append(f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n")
    git(folder, "fast-import", "--quiet", stdin=b"".join(parts))
    return folder.as_uri()


def git(folder: Path, *args: str, stdin: bytes = b"") -> None:
    subprocess.run(["git", *args], cwd=folder, input=stdin, capture_output=True, check=True)


def make_files(number: int) -> dict[str, bytes]:
    return {f"{OVERLAY}/{name}.yaml": b"run: %d\n" % number for name in ("kustomization", "evidence")}


def promote(url: str, number: int) -> None:
    with RepositoryGit(url) as repository:
        checkout = repository.open()
        checkout.read_files(["gitops-gen.yaml"])
        paths = [*checkout.list_files(f"models/{MODEL}"), f"argocd/staging/{MODEL}.yaml"]
        found = checkout.read_files(paths)
        if set(found) != set(paths):
            sys.exit("the repository was not read as it is")
        published = repository.publish(
            checkout, branch=f"gitops-gen/{number}", files=dict(make_files(number)), message="Promote"
        )
        if not published.pushed:
            sys.exit("nothing was pushed")


def clone(url: str, number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "clone")
        git(work.parent, "clone", "--quiet", url, str(work))
        git(work, "switch", "--quiet", "--create", f"clone/{number}")
        for path, content in make_files(number).items():
            (work / path).write_bytes(content)
        git(work, "add", OVERLAY)
        git(work, "commit", "--quiet", "--message", "Promote")
        git(work, "push", "--quiet", "origin", f"clone/{number}")


def measure(action: Callable[[str, int], None], url: str, runs: int) -> float:
    times = []
    for number in range(runs):
        start = time.perf_counter()
        action(url, number)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--files", type=int, nargs="+", default=[500, 5_000, 50_000])
    options = parser.parse_args()
    os.environ.update(IDENTITY)
    print("| files | gitops-gen, ms | to the smallest | clone, commit, push, ms | clone to gitops-gen |")
    print("|---:|---:|---:|---:|---:|")
    smallest = 0.0
    for count in options.files:
        with tempfile.TemporaryDirectory() as folder:
            url = make_remote(Path(folder, "remote.git"), count)
            ours = measure(promote, url, options.runs)
            theirs = measure(clone, url, options.runs)
        smallest = smallest or ours
        print(f"| {count:,} | {ours:.0f} | {ours / smallest:.1f} | {theirs:.0f} | {theirs / ours:.1f} |", flush=True)


if __name__ == "__main__":
    main()
