"""The chain of a release, as a value: what runs, its image, its run, its code, its data, and where it has been."""

from dataclasses import dataclass

from gitops_gen.evidence import Evidence
from gitops_gen.model import Image, Run
from gitops_gen.timeline import Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A release from its data to the environments."""

    model: str
    evidence: Evidence | None
    """The newest; None for a run that was never promoted."""
    stays: tuple[Stay, ...]
    """In all environments, the newest first."""
    run: Run | None
    """As MLflow has it now; None if it does not say."""
    image: Image | None
    """As the registry has it now; None if it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a query led to."""

    query: str
    repository: str
    branch: str
    commit: str
    chains: tuple[Chain, ...]
    warnings: tuple[str, ...] = ()
