"""A promotion or a rollback as it is asked for, as it goes on and as it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gitops_gen.errors import GitopsGenError
from gitops_gen.evidence import Evidence
from gitops_gen.evidence_verdicts import write_verdict
from gitops_gen.gates import Waivers
from gitops_gen.model import Image, PullRequest, Release, Run, RunSelector, Verdict
from gitops_gen.names import ImageRef, ModelName
from gitops_gen.ports import (
    ArgoCD,
    Checkout,
    CustomGates,
    Forge,
    Kustomize,
    Registry,
    Repository,
    SignatureVerifier,
    SourceRepository,
    Tracking,
)
from gitops_gen.settings import Environment, Settings

Operation = Literal["created", "updated", "unchanged", "closed", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteRequest:
    """What a person or a bot asks for."""

    selector: RunSelector
    environment: str
    model: ModelName | None = None
    """The model's name in the repository, where it is not the registered model's."""
    image: ImageRef | None = None
    """Wins over the image that is recorded on the run."""
    waivers: Waivers = field(default_factory=Waivers)
    force: bool = False
    """Propose a rejected digest again, replace a branch with somebody else's commits, overwrite edited files."""
    dry_run: bool = False
    base_branch: str = ""
    title: str = ""
    commit_message: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    auto_merge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotePorts:
    """The outside world. Tracking and forge are made once gitops-gen.yaml is known."""

    repository: Repository
    registry: Registry
    kustomize: Kustomize
    signatures: SignatureVerifier
    tracking: Callable[[Settings], Tracking]
    forge: Callable[[Settings], Forge | None]
    argocd: Callable[[Settings], ArgoCD]
    source: SourceRepository
    custom_gates: CustomGates
    sleep: Callable[[float], None]
    now: Callable[[], float]
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a promotion did; after a failure, all that was known by then."""

    operation: Operation = "none"
    environment: str
    dry_run: bool = False
    rolled_back: str = ""
    """The digest that a rollback takes out; empty for a promotion."""
    model: str = ""
    run: Run | None = None
    image: Image | None = None
    branch: str = ""
    commit: str = ""
    pull_request: PullRequest | None = None
    files: tuple[str, ...] = ()
    body: str = ""
    """The pull request's body in full."""
    diff: str = ""
    verdicts: tuple[Verdict, ...] = ()
    """What the gates say; none for a release that the environment has already."""
    warnings: tuple[str, ...] = ()
    error: GitopsGenError | None = None

    def to_json(self) -> dict[str, Any]:
        """The outcome as bots read it."""
        version = self.run.version if self.run else None
        request = self.pull_request
        error = self.error
        return {
            "operation": self.operation,
            "dry_run": self.dry_run,
            "pull_request": {"number": request.number, "url": request.url} if request else None,
            "branch": self.branch or None,
            "commit": self.commit or None,
            "model": self.model or None,
            "version": version.version if version else None,
            "run": self.run.run_id if self.run else None,
            "image": str(self.image) if self.image else None,
            "environment": self.environment,
            "rolled_back": self.rolled_back or None,
            "files": list(self.files),
            "gates": [write_verdict(verdict) for verdict in self.verdicts],
            "warnings": list(self.warnings),
            "diff": self.diff if self.dry_run else None,
            "error": {"message": error.message, "hint": error.hint, "exit_code": error.exit_code} if error else None,
        }


class Progress:
    """The outcome so far, so that a failure too tells what was known."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def note(self, **facts: Any) -> Outcome:  # noqa: ANN401 - fields of Outcome
        """The outcome with `facts` added."""
        self.outcome = replace(self.outcome, **facts)
        return self.outcome

    def warn(self, *warnings: str) -> None:
        """Add warnings that are not there yet."""
        new = tuple(w for w in warnings if w not in self.outcome.warnings)
        self.note(warnings=self.outcome.warnings + new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a promotion, on one state of the base branch."""

    request: PromoteRequest
    ports: PromotePorts
    checkout: Checkout
    settings: Settings
    model: ModelName
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What is to be published, of a promotion or a rollback: rendered, built and checked."""

    environment: Environment
    release: Release
    champion: Evidence | None
    challenger: Evidence
    files: Mapping[str, bytes | None]
    """Only those that differ from the base branch; None deletes one."""
    title: str
    message: str
    body: str
