"""Where models stand, as values: a matrix of models and environments."""

from collections.abc import Mapping
from dataclasses import dataclass

from gitops_gen.evidence import Evidence
from gitops_gen.model import ApplicationState, PullRequest
from gitops_gen.timeline import Place, Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A model in an environment."""

    model: str
    environment: str
    evidence: Evidence | None
    """Of what is deployed; None if nothing is."""
    intact: bool = True
    """False where the evidence was edited by hand."""
    stays: tuple[Stay, ...] = ()
    """What it has had, the newest first."""
    pull_request: PullRequest | None = None
    """The open one, if there is one."""
    live: ApplicationState | None = None
    """None where nobody was asked, or Argo CD does not know it."""

    @property
    def is_live(self) -> bool | None:
        """Whether the cluster has the digest; None where nobody says."""
        if self.live is None or self.evidence is None or not self.live.images:
            return None
        return any(image.endswith(f"@{self.evidence.digest}") for image in self.live.images)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All models in all environments, as the base branch has them."""

    repository: str
    branch: str
    commit: str
    environments: tuple[str, ...]
    """In the order of gitops-gen.yaml."""
    predecessors: Mapping[str, str | None]
    models: tuple[str, ...]
    cells: Mapping[Place, Cell]
    asked_live: bool = False
    warnings: tuple[str, ...] = ()
