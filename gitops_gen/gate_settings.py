"""What a team asks of a release before it may be proposed: the gates of an environment, merged from several files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Reaction = Literal["fail", "warn", "off"]
"""What a gate that does not hold means: no promotion, a warning in the pull request, nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricGate:
    """What is asked of a metric, in the words of `mlflow.models.MetricThreshold`."""

    greater_is_better: bool
    threshold: float | None = None
    """The least value, or the greatest where a lower one is better."""
    min_absolute_change: float | None = None
    """How much better than the champion it has to be; below 0, how much worse it may be."""
    min_relative_change: float | None = None
    """The same as a share of the magnitude of the champion's value: 0.01 is one per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomGate:
    """A gate of the team's own: what is run for it. Exactly one of `command` and `entry_point` is set."""

    command: tuple[str, ...] = ()
    """Program and arguments; no shell."""
    entry_point: str = ""
    """`module:function` of Python."""
    timeout: str = "60s"
    """How long it may take, as a Prometheus duration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What is asked of a release in an environment."""

    metrics: Mapping[str, MetricGate] = field(default_factory=dict)
    comparable_datasets: Reaction = "warn"
    evaluation_contexts: tuple[str, ...] = ()
    """The contexts of the datasets that metrics are taken on; empty for all of a run's datasets."""
    signature: Reaction = "fail"
    runtime: Reaction = "warn"
    source_commit: Reaction = "warn"
    image_revision: Reaction = "warn"
    known_dataset: Reaction = "warn"
    artifact_hash: Reaction = "warn"
    image_signature: Reaction = "off"
    image_provenance: Reaction = "off"
    sbom: Reaction = "off"
    signers: Mapping[str, Any] = field(default_factory=dict)
    """Whose signatures count, in the shape of the schema."""
    builders: tuple[str, ...] = ()
    """The builders that provenance may name; empty for any."""
    predecessor_health: Reaction = "fail"
    source_branch: str = ""
    """The branch that the training code has to be on; empty for any."""
    source_repository: str = ""
    """Where that branch is; empty for the run's own repository."""
    custom: Mapping[str, CustomGate] = field(default_factory=dict)
    soak: str = "0s"
    """How long a release has to have been in the predecessor, as a Prometheus duration."""

    @property
    def asks_supply_chain(self) -> bool:
        """Whether what hangs on the image in its registry matters."""
        return {self.image_signature, self.image_provenance, self.sbom} != {"off"}


_KEYS = {
    "comparableDatasets": "comparable_datasets",
    "evaluationContexts": "evaluation_contexts",
    "sourceCommit": "source_commit",
    "imageRevision": "image_revision",
    "knownDataset": "known_dataset",
    "artifactHash": "artifact_hash",
    "imageSignature": "image_signature",
    "predecessorHealth": "predecessor_health",
    "sourceBranch": "source_branch",
    "sourceRepository": "source_repository",
    "imageProvenance": "image_provenance",
}


def merge_gates(*layers: Mapping[str, Any]) -> Gates:
    """The gates that several files ask for, each in the shape of `gates` in its schema; what comes later wins.

    Metrics and custom gates are merged by name: a null takes away what an earlier file asks.
    """
    merged: dict[str, Any] = {}
    metrics: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for layer in layers:
        merged |= layer
        metrics |= layer.get("metrics", {})
        custom |= layer.get("custom", {})
    values = {_KEYS.get(key, key): value for key, value in merged.items()}
    values["metrics"] = {name: MetricGate(**entry) for name, entry in sorted(metrics.items()) if entry is not None}
    values["custom"] = {
        name: CustomGate(
            command=tuple(entry.get("command", ())),
            entry_point=entry.get("entryPoint", ""),
            timeout=entry.get("timeout", "60s"),
        )
        for name, entry in sorted(custom.items())
        if entry is not None
    }
    for key in ("evaluation_contexts", "builders"):
        values[key] = tuple(values.get(key, ()))
    return Gates(**values)
