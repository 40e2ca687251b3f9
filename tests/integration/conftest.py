"""A GitOps repository on a real git remote, and the rest of the world in memory."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gitops_gen.adapters.custom_gates import CustomGateRunner
from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.adapters.repository_git import RepositoryGit
from gitops_gen.adapters.signatures import SignatureChecker
from gitops_gen.adapters.source_git import SourceGit
from gitops_gen.choices import Choices, parse_environments
from gitops_gen.model import Image, Run, RunSelector
from gitops_gen.names import ModelName, RunId
from gitops_gen.ports import Kustomize
from gitops_gen.promote import promote
from gitops_gen.promotion import Outcome, PromotePorts, PromoteRequest
from gitops_gen.rollback import RollbackRequest, roll_back
from gitops_gen.scaffold import plan_scaffold, write_scaffold
from gitops_gen.tags import IMAGE
from tests.fakes.argocd import FakeArgoCD
from tests.fakes.forge import FakeForge
from tests.fakes.registry import FakeRegistry
from tests.fakes.tracking import FakeTracking
from tests.releases import make_image, make_run

BRANCH = "gitops-gen/staging/churn"


@dataclass(kw_only=True)
class World:
    """A remote with a fresh GitOps repository, a person's checkout of it, and what promote needs besides."""

    remote: Path
    work: Path
    tracking: FakeTracking
    registry: FakeRegistry
    forge: FakeForge | None
    kustomize: Kustomize
    argocd: FakeArgoCD = field(default_factory=FakeArgoCD)
    naps: list[float] = field(default_factory=list)
    now: float = field(default_factory=time.time)

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=folder or self.remote, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def add_run(self, number: int, character: str, **changes: object) -> Run:
        """A run whose image is in the registry and recorded on it."""
        image = make_image(character, tag=str(number))
        self.registry.push(image)
        run = make_run(number, **{"tags": {IMAGE: str(image)}, **changes})
        self.tracking.runs = (*self.tracking.runs, run)
        return run

    def push_image(self, image: Image) -> None:
        self.registry.push(image)

    def promote(self, number: int = 1, environment: str = "staging", **options: object) -> Outcome:
        selector = options.pop("selector", RunSelector(run_id=RunId(f"{number:032x}")))
        request = PromoteRequest(selector=selector, environment=environment, **options)
        with self.open_ports() as ports:
            return promote(request, ports)

    def roll_back(self, environment: str = "staging", **options: object) -> Outcome:
        request = RollbackRequest(
            model=ModelName("churn"), environment=environment, **{"reason": "it answers nonsense", **options}
        )
        with self.open_ports() as ports:
            return roll_back(request, ports)

    @contextmanager
    def open_ports(self) -> Iterator[PromotePorts]:
        with RepositoryGit(str(self.remote)) as repository:
            ports = PromotePorts(
                repository=repository,
                registry=self.registry,
                kustomize=self.kustomize,
                signatures=SignatureChecker(),
                tracking=lambda _: self.tracking,
                forge=lambda _: self.forge,
                argocd=lambda _: self.argocd,
                source=SourceGit(),
                custom_gates=CustomGateRunner(),
                sleep=self.naps.append,
                now=lambda: self.now,
            )
            yield ports

    def branches(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def head(self, branch: str = BRANCH) -> str:
        return self.git("rev-parse", branch)

    def changed(self, branch: str = BRANCH) -> list[str]:
        return self.git("diff", "--name-only", f"main...{branch}").split()

    def read(self, path: str, branch: str = BRANCH) -> str:
        return self.git("show", f"{branch}:{path}") + "\n"

    def merge(self, branch: str = BRANCH) -> None:
        """What the merge button does: a merge commit on main, the branch deleted, the pull request merged."""
        self.git("fetch", "origin", folder=self.work)
        self.git("checkout", "-B", "main", "origin/main", folder=self.work)
        self.git("merge", "--no-ff", "--message", "merge", f"origin/{branch}", folder=self.work)
        self.git("push", "origin", "main", f":{branch}", folder=self.work)
        for pull_request in self.forge.pull_requests if self.forge else ():
            if pull_request.state == "open" and self.forge.proposals[pull_request.number].branch == branch:
                self.forge.set_state(pull_request.number, "merged")

    def commit(self, files: dict[str, str | Callable[[str], str]], branch: str = "main") -> None:
        """A person's commit on a branch of the remote: new texts, or what to make of the old ones."""
        self.git("fetch", "origin", folder=self.work)
        self.git("checkout", "-B", branch, f"origin/{branch}", folder=self.work)
        for path, text in files.items():
            target = self.work / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text if isinstance(text, str) else text(target.read_text()))
        self.git("add", "--all", folder=self.work)
        self.git("commit", "--message", "by hand", folder=self.work)
        self.git("push", "origin", branch, folder=self.work)


@pytest.fixture(autouse=True)
def _identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def make_world(folder: Path, choices: Choices) -> World:
    """A world in `folder` whose repository is as `init` writes it with these choices."""
    work, remote = folder / "work", folder / "remote.git"
    write_scaffold(plan_scaffold(work, choices))
    made = World(
        remote=remote,
        work=work,
        tracking=FakeTracking(),
        registry=FakeRegistry(),
        forge=FakeForge(),
        kustomize=KustomizeCommand(),
    )
    made.git("init", "--quiet", "--initial-branch=main", folder=work)
    made.git("add", "--all", folder=work)
    made.git("commit", "--quiet", "--message", "start", folder=work)
    made.git("clone", "--quiet", "--bare", str(work), str(remote), folder=folder)
    made.git("remote", "add", "origin", str(remote), folder=work)
    return made


@pytest.fixture
def world(tmp_path: Path) -> World:
    choices = Choices(
        repository_url="https://git.example.com/platform/gitops",
        forge="none",
        environments=parse_environments(["staging", "production"]),
    )
    return make_world(tmp_path, choices)
