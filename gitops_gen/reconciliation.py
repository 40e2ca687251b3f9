"""A reconciliation as it is asked for, as it goes on and as it ends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from gitops_gen.errors import GitopsGenError
from gitops_gen.names import ModelName
from gitops_gen.ports import Checkout, Forge, Repository, Tracking
from gitops_gen.settings import Settings
from gitops_gen.timeline import Place

Operation = Literal["deployed", "left", "rejected", "closed", "commented", "cleared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileRequest:
    """What a scheduler asks for."""

    model: ModelName | None = None
    """One model alone; None for all."""
    dry_run: bool = False
    base_branch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilePorts:
    """The outside world. Tracking and forge are made once gitops-gen.yaml is known."""

    repository: Repository
    tracking: Callable[[Settings], Tracking]
    forge: Callable[[Settings], Forge | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that was done, or would be."""

    operation: Operation
    place: Place
    text: str
    """What and why, in a sentence."""
    pull_request: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """All that was done."""

    dry_run: bool
    actions: tuple[Action, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The same for bots."""
        return {
            "dry_run": self.dry_run,
            "actions": [
                {
                    "operation": action.operation,
                    "model": action.place[0],
                    "environment": action.place[1],
                    "pull_request": action.pull_request,
                    "text": action.text,
                }
                for action in self.actions
            ],
            "warnings": list(self.warnings),
        }


@dataclass(slots=True, kw_only=True)
class Work:
    """One reconciliation as it goes on."""

    request: ReconcileRequest
    checkout: Checkout
    settings: Settings
    repository: Repository
    tracking: Tracking
    forge: Forge | None
    actions: list[Action] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def note(self, action: Action, do: Callable[[], object]) -> None:
        """Do something, unless this is a dry run; a refusal is a warning, and nothing is noted."""
        try:
            told = None if self.request.dry_run else do()
        except GitopsGenError as error:
            self.warn(action.place, error)
            return
        if isinstance(told, tuple) and told:  # warnings of the port
            self.warnings.extend(map(str, told))
            return
        self.actions.append(action)

    def warn(self, place: Place, error: GitopsGenError) -> None:
        """Keep why something about a model in an environment could not be done."""
        self.warnings.append(f"{place[0]} in {place[1]}: {error.message}")
