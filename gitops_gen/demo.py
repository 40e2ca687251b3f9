"""The whole way of a model, on this machine alone: a story in steps, each really done."""

import io
import json
import time
from collections.abc import Generator, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

from gitops_gen.adapters import demo_git, demo_image, demo_training
from gitops_gen.adapters.custom_gates import CustomGateRunner
from gitops_gen.adapters.demo_training import Recipe
from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.adapters.oci_layout import RegistryLayout
from gitops_gen.adapters.repository_git import RepositoryGit
from gitops_gen.adapters.signatures import SignatureChecker
from gitops_gen.adapters.source_git import SourceGit
from gitops_gen.adapters.tracking_mlflow import TrackingMlflow
from gitops_gen.choices import Choices, parse_environments
from gitops_gen.config import SETTINGS_FILE
from gitops_gen.errors import ConfigError
from gitops_gen.model import RunSelector
from gitops_gen.names import EnvironmentName, ModelName, parse_image_ref, parse_run_id
from gitops_gen.overlay import overlay_folder
from gitops_gen.ports import ArgoCD
from gitops_gen.promote import promote
from gitops_gen.promotion import Outcome, PromotePorts, PromoteRequest
from gitops_gen.record_image import record_image
from gitops_gen.scaffold import plan_scaffold
from gitops_gen.settings import Settings

ENVIRONMENT = "staging"
IMAGE = "registry.example.com/demo/tumour-screening"
SOURCE_URL = "https://git.example.com/demo/tumour-screening"
GITOPS_URL = "https://git.example.com/demo/gitops"
_GATES = """
# What is asked of a release before its pull request is opened.
gates:
  metrics:
    val_auc: {threshold: 0.8, min_absolute_change: -0.005, greater_is_better: true}
"""
_TRAIN_PY = Path(demo_training.__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One step of the demo."""

    title: str
    command: str
    """What a person would type for it; empty where another tool does it."""
    text: str
    markdown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """Where everything of the demo is."""

    root: Path

    @property
    def tracking_uri(self) -> str:
        return f"sqlite:///{(self.root / 'mlflow.db').as_posix()}"

    @property
    def layout(self) -> Path:
        return self.root / "image"

    @property
    def remote(self) -> Path:
        return self.root / "gitops.git"


def run_demo(root: Path) -> Iterator[Scene]:
    """The scenes, each played when it is asked for; `root` is an empty folder that holds all that is made.

    Raises:
        ConfigError: the libraries of the extra `demo` are missing.
    """
    demo_training.check_libraries()
    demo_git.use_demo_identity()
    stage = _Stage(root=root)
    yield _start_gitops_repository(stage)
    commit = demo_git.start_repository(root / "source", {"train.py": _TRAIN_PY.read_bytes()}, "Train the model")
    first = yield from _release(stage, demo_training.FIRST, commit)
    yield Scene(title="The pull request, as a reviewer sees it", command="", text=first.body, markdown=True)
    changes = demo_git.show_diff(stage.remote, first.branch, stat=True)
    yield Scene(title="What the branch brings", command="git diff --stat main...BRANCH", text=changes)
    yield _build(stage, first)
    demo_git.merge(stage.remote, first.branch)
    yield Scene(
        title="Merged",
        command="",
        text=f"{first.branch} is in main now. In a cluster, Argo CD applies it.",
    )
    second = yield from _release(stage, demo_training.SECOND, commit)
    yield Scene(title="The pull request for the better run", command="", text=second.body, markdown=True)
    difference = demo_git.show_diff(stage.remote, second.branch, stat=False)
    yield Scene(title="All that changes", command="git diff main...BRANCH", text=difference)


def _start_gitops_repository(stage: _Stage) -> Scene:
    folder = stage.root / "gitops"
    scaffold = plan_scaffold(
        folder,
        Choices(repository_url=GITOPS_URL, forge="none", environments=parse_environments(["staging", "production"])),
    )
    files = {file.path: file.text.encode() for file in scaffold.files}
    files[SETTINGS_FILE] += _GATES.encode()
    demo_git.start_repository(folder, files, "Start the GitOps repository")
    demo_git.make_remote(folder, stage.remote)
    return Scene(
        title="A GitOps repository",
        command=f"gitops-gen init gitops --repository-url {GITOPS_URL} --environment staging --environment production",
        text="\n".join(sorted(files)) + f"\n\nAnd at the end of {SETTINGS_FILE}:\n{_GATES.rstrip()}",
    )


def _release(stage: _Stage, recipe: Recipe, commit: str) -> Generator[Scene, None, Outcome]:
    """Train, build and record an image, promote: the scenes, and in the end the promotion."""
    tracking = TrackingMlflow(stage.tracking_uri)
    with redirect_stderr(io.StringIO()):  # MLflow tells of each table and version it makes
        trained = demo_training.train(
            recipe,
            tracking_uri=stage.tracking_uri,
            artifacts=stage.root / "artifacts",
            source=SOURCE_URL,
            commit=commit,
        )
    run = tracking.fetch_run(RunSelector(run_id=parse_run_id(trained.run_id)))
    metrics = "\n".join(f"{metric.name:<14}{metric.last.value:.4f}" for metric in run.metrics)
    yield Scene(
        title=f"A run is tracked: {run.name}",
        command="python train.py",
        text=f"run {run.run_id}, version {trained.version} of {demo_training.MODEL}\n{metrics}",
    )
    reference = f"{IMAGE}:{trained.version}"
    demo_image.write_image(stage.layout, tag=trained.version, model=trained.folder, source=SOURCE_URL, revision=commit)
    registry = RegistryLayout(stage.layout)
    selector = RunSelector(model=demo_training.MODEL, version=trained.version)
    recorded = record_image(selector, parse_image_ref(reference), tracking=tracking, registry=registry)
    name = f"models:/{demo_training.MODEL}/{trained.version}"
    yield Scene(
        title="Its image is built, pushed and tied to the run",
        command=f"gitops-gen record-image {name} {reference}",
        text="\n".join(f"{tag}: {value}" for tag, value in recorded.tags.items()),
    )
    with RepositoryGit(str(stage.remote)) as repository:
        outcome = promote(
            PromoteRequest(selector=selector, environment=ENVIRONMENT),
            PromotePorts(
                repository=repository,
                registry=registry,
                kustomize=KustomizeCommand(),
                signatures=SignatureChecker(),
                tracking=lambda _: tracking,
                forge=lambda _: None,
                argocd=_ask_nobody,
                source=SourceGit(),
                custom_gates=CustomGateRunner(),
                sleep=time.sleep,
                now=time.time,
            ),
        )
    if outcome.error:
        raise outcome.error
    yield Scene(
        title="The promotion",
        command=f"gitops-gen promote {name} --env {ENVIRONMENT} --output json",
        text=json.dumps(outcome.to_json(), indent=2),
    )
    return outcome


def _ask_nobody(_settings: Settings) -> ArgoCD:
    raise ConfigError("the demo has no Argo CD")


def _build(stage: _Stage, outcome: Outcome) -> Scene:
    """What kustomize makes of the overlay on the branch: the digest is where the model's container runs."""
    folder = overlay_folder(ModelName(outcome.model), EnvironmentName(ENVIRONMENT))
    checkout = stage.root / "checkout"
    demo_git.export(stage.remote, outcome.branch, checkout)
    built = KustomizeCommand().build(checkout, folder)
    served = next(document for document in built.split("---\n") if "kind: SeldonDeployment" in document)
    return Scene(title="What Argo CD will apply", command=f"kubectl kustomize {folder}", text=served)
