"""The values that a promotion is made of. Text in them came from outside and is untrusted until it is rendered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gitops_gen.names import Digest, ModelName, RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSelector:
    """Which run is meant: by id, by model version, by alias, or the best of an experiment. Exactly one is set."""

    run_id: RunId | None = None
    model: str | None = None
    """Registered model; with it goes exactly one of `version` and `alias`."""
    version: str | None = None
    alias: str | None = None
    experiment: str | None = None
    """Experiment name or id; with it goes `best`, the metric to order by."""
    best: str | None = None
    lowest: bool = False
    filter: str = ""
    """MLflow's own search syntax, added to the search for the best run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPoint:
    """One logged value of a metric."""

    value: float
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric of a run: its last value and, over its history, the lowest and the highest."""

    name: str
    last: MetricPoint
    lowest: MetricPoint
    highest: MetricPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset that the run used, as MLflow recorded it."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    context: str = ""
    """What it was used for: training, validation, testing …; empty if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCode:
    """Where the training code came from."""

    repository: str = ""
    commit: str = ""
    branch: str = ""
    dirty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureField:
    """One input, output or parameter of a model signature."""

    name: str
    type: str
    shape: tuple[int, ...] | None = None
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a model takes and gives."""

    inputs: tuple[SignatureField, ...] = ()
    outputs: tuple[SignatureField, ...] = ()
    params: tuple[SignatureField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedModel:
    """A model that a run logged."""

    uri: str
    """Where the artifact really is (s3://…, file:///…), never an alias."""
    model_id: str = ""
    """MLflow 3's `m-…`; empty for a model of MLflow 2."""
    name: str = ""
    flavor: str = ""
    """The most specific flavor: sklearn, xgboost, …; `python_function` only if there is no other."""
    python_version: str = ""
    mlflow_version: str = ""
    signature: Signature | None = None
    requirements: tuple[str, ...] = ()
    """Lines of its requirements.txt, sorted, without comments."""
    content_hash: Digest | None = None
    """sha256 over the sorted lines `<sha256 of file>  <path>\n` of all files; None if they cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """An entry of the model registry."""

    name: str
    version: str
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An MLflow run and what hangs on it."""

    run_id: RunId
    name: str
    status: str
    """MLflow's word: RUNNING, SCHEDULED, FINISHED, FAILED or KILLED."""
    experiment_id: str
    experiment_name: str
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    """Sorted by name."""
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[Dataset, ...] = ()
    source: SourceCode = field(default_factory=SourceCode)
    model: LoggedModel | None = None
    version: ModelVersion | None = None
    url: str = ""
    """The run's page in the MLflow UI; empty if the tracking server has none."""
    warnings: tuple[str, ...] = ()
    """What could not be read, each a sentence for the person who promotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image as the registry has it."""

    name: str
    """Registry and repository."""
    digest: Digest
    """Of the index where there is one, else of the manifest: what a node pulls by."""
    tag: str | None = None
    platforms: tuple[str, ...] = ()
    """`os/architecture[/variant]`, sorted."""
    source: str = ""
    """Label or annotation org.opencontainers.image.source."""
    revision: str = ""
    """Label or annotation org.opencontainers.image.revision."""

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}@{self.digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One thing that hangs on an image in its registry: a signature, an attestation, an SBOM."""

    media_type: str
    content: bytes = field(default=b"", repr=False)
    """Of signatures and attestations; of all else it is not fetched."""
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who signs without a key: as the certificate names them."""

    subject: str
    """An e-mail address, or the URI of a workflow."""
    issuer: str
    """The URL of the OpenID Connect provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """Whose signatures count."""

    keys: tuple[str, ...] = ()
    """Public keys as PEM."""
    identities: tuple[Identity, ...] = ()
    trusted_root: str = ""
    """A Sigstore trusted root as JSON, of a Sigstore of one's own; empty for the public one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An in-toto statement about an image."""

    predicate_type: str
    predicate: Mapping[str, Any] = field(default_factory=dict)
    signer: str = ""
    """Who vouches for it; empty if nobody that counts does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyChain:
    """What hangs on an image, and what of it counts."""

    signers: tuple[str, ...] = ()
    """Who signed the image, of those that count."""
    problems: tuple[str, ...] = ()
    """Why signatures that are there do not count."""
    statements: tuple[Statement, ...] = ()
    sboms: tuple[str, ...] = ()
    """Formats of the bills of materials, signed or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a promotion deploys."""

    model: ModelName
    run: Run
    image: Image | None
    """None for a prepackaged server, which loads the model's artifact itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull (or merge) request as the forge has it."""

    number: int
    url: str
    state: str
    """open, closed or merged."""
    title: str
    body: str
    draft: bool = False
    author: str = ""
    warnings: tuple[str, ...] = ()
    """What the forge would not do (labels, reviewers, auto-merge), each a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationState:
    """What Argo CD says of an Application."""

    health: str
    """Argo CD's word: Healthy, Progressing, Degraded, Suspended, Missing or Unknown."""
    sync: str
    """Argo CD's word: Synced, OutOfSync or Unknown."""
    revision: str = ""
    """The commit that was synced."""
    images: tuple[str, ...] = ()
    """Of the objects in the cluster, as they are written there."""
    message: str = ""
    """Why it is not healthy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a pull request should look like."""

    branch: str
    base: str
    title: str
    body: str
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    auto_merge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A rule that a person set aside for this promotion, and why."""

    rule: str
    reason: str
    by: str = ""
    """Who did, as git or the CI system calls them; empty if nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """A release that was taken out of an environment again."""

    digest: str
    """What was deployed."""
    run_id: RunId
    version: str = ""
    """Of the registered model; empty for a run that is not registered."""
    reason: str
    by: str = ""
    """Who did, as git or the CI system calls them; empty if nobody says."""


Result = Literal["passed", "warned", "failed", "overridden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a gate says of a release."""

    gate: str
    """`signature`; of a metric `metric:NAME`."""
    result: Result
    detail: str = ""
    """Why, in a sentence."""
    value: float | None = None
    """Of a metric: its value; None where the run did not log it."""
    champion: float | None = None
    """The same of the release in its place; None where there is none."""
    limits: Mapping[str, float | bool] = field(default_factory=dict)
    """What was asked of a metric, by the keys of its settings."""
    reason: str = ""
    """Why a person set it aside."""
