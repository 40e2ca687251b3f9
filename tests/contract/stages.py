"""A forge to test against, and the hands of the people on it: the fake in memory, or an adapter and its server."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from gitops_gen.adapters.forge_gitea import GiteaForge
from gitops_gen.adapters.forge_github import GitHubForge
from gitops_gen.adapters.forge_gitlab import GitLabForge
from gitops_gen.adapters.forge_http import ForgeAccess
from gitops_gen.adapters.forge_project import ForgeProject
from gitops_gen.ports import Forge
from gitops_gen.settings import ForgeKind
from tests.contract.forge_server import NAME, OWNER, Api, ForgeServer, serve
from tests.contract.gitea_api import GiteaApi
from tests.contract.github_api import GitHubApi
from tests.contract.gitlab_api import GitLabApi
from tests.fakes.forge import FakeForge

TOKEN = "s3cret-token-of-a-robot"


class Stage(Protocol):
    """What the port's contract tests need beside the forge itself."""

    @property
    def forge(self) -> Forge: ...
    def set_state(self, number: int, state: str) -> None: ...
    def fail(self, status: int, message: str) -> None: ...
    def remove_checks(self) -> None: ...
    def labels(self, number: int) -> list[str]: ...
    def reviewers(self, number: int) -> list[str]: ...
    def comments(self, number: int) -> list[str]: ...
    def will_merge(self, number: int) -> bool: ...
    def checks(self) -> list[tuple[str, bool, str]]: ...


class FakeStage:
    def __init__(self) -> None:
        self.forge = FakeForge(
            known_labels=frozenset({"promotion", "mlops", "churn"}), known_people=frozenset({"robot", "alice", "bob"})
        )

    def set_state(self, number: int, state: str) -> None:
        self.forge.set_state(number, state)

    def fail(self, status: int, message: str) -> None:
        self.forge.failure = self.forge.make_error(status, message)

    def remove_checks(self) -> None:
        self.forge.has_checks = False

    def labels(self, number: int) -> list[str]:
        return list(self.forge.labels[number])

    def reviewers(self, number: int) -> list[str]:
        return list(self.forge.reviewers[number])

    def comments(self, number: int) -> list[str]:
        return list(self.forge.comments.get(number, ()))

    def will_merge(self, number: int) -> bool:
        return number in self.forge.auto_merges

    def checks(self) -> list[tuple[str, bool, str]]:
        return [(commit, passes, said) for commit, (passes, said) in self.forge.checks.items()]


class ServerStage:
    """An adapter in front of its server; `server` is there for what only real HTTP can do."""

    def __init__(self, server: ForgeServer, kind: ForgeKind, timeout: float = 5.0) -> None:
        self.server = server
        path = f"{OWNER}/team/{NAME}" if kind == "gitlab" else f"{OWNER}/{NAME}"
        web = server.state.url + ("/git" if kind == "gitea" else "")
        self.access = ForgeAccess(
            project=ForgeProject(kind=kind, web=web, path=path),
            token=TOKEN,
            variable="GITOPS_GEN_FORGE_TOKEN",
            timeout=timeout,
            pause=0,
        )
        self.forge: Forge = ADAPTERS[kind](self.access)

    def set_state(self, number: int, state: str) -> None:
        self.server.state.find(number).state = state

    def fail(self, status: int, message: str) -> None:
        # Reads are tried again after a 5xx.
        self.server.fail += [("", "", self.server.api.refuse(status, message))] * 4

    def remove_checks(self) -> None:
        self.server.state.checks = False

    def labels(self, number: int) -> list[str]:
        return self.server.state.find(number).labels

    def reviewers(self, number: int) -> list[str]:
        return self.server.state.find(number).reviewers

    def comments(self, number: int) -> list[str]:
        return self.server.state.find(number).comments

    def will_merge(self, number: int) -> bool:
        return self.server.state.find(number).auto_merge

    def checks(self) -> list[tuple[str, bool, str]]:
        return [(commit, state == "success", said) for commit, state, said in self.server.state.statuses]


ADAPTERS: Mapping[ForgeKind, Callable[[ForgeAccess], Forge]] = {
    "github": GitHubForge,
    "gitlab": GitLabForge,
    "gitea": GiteaForge,
}
APIS: Mapping[ForgeKind, Api] = {"github": GitHubApi(), "gitlab": GitLabApi(), "gitea": GiteaApi()}
KINDS: tuple[ForgeKind, ...] = ("github", "gitlab", "gitea")


@contextmanager
def open_stage(kind: ForgeKind) -> Iterator[ServerStage]:
    """An adapter and its server; at the end nothing that was said may be against the forge's description."""
    with serve(ForgeServer(APIS[kind], TOKEN)) as server:
        yield ServerStage(server, kind)
    assert not server.problems, "\n".join(server.problems)


@contextmanager
def open_fake() -> Iterator[FakeStage]:
    """The fake, for the same tests."""
    yield FakeStage()


def open_any(name: str) -> AbstractContextManager[Stage]:
    """A stage by its name: fake, or the forge's kind."""
    for kind in KINDS:
        if kind == name:
            return open_stage(kind)
    return open_fake()
