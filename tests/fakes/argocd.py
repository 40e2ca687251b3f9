"""An Argo CD in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitops_gen.errors import UnreachableError
from gitops_gen.model import ApplicationState


@dataclass
class FakeArgoCD:
    """Fits ports.ArgoCD; `is_down` makes it unreachable."""

    applications: dict[str, ApplicationState] = field(default_factory=dict)
    address: str = "https://argocd.example.com"
    is_down: bool = False

    def list_applications(self, project: str) -> Mapping[str, ApplicationState]:
        if self.is_down:
            raise UnreachableError(f"Argo CD at {self.address} gave no usable answer: no connection")
        assert project == "models"
        return dict(self.applications)
