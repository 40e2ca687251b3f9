"""A promotion rendered into a repository in memory, as the unit and the integration tests need it."""

from collections.abc import Mapping
from dataclasses import replace

from gitops_gen.checks.rules.provenance_parts import ModelOverlay
from gitops_gen.checks.source import Source
from gitops_gen.evidence import build_evidence
from gitops_gen.evidence_file import dump_evidence
from gitops_gen.model import Dataset, Image, LoggedModel, ModelVersion, Release, Run, SourceCode
from gitops_gen.names import Digest, EnvironmentName, ModelName, RunId
from gitops_gen.overlay import overlay_folder
from gitops_gen.render.environment import Templates
from gitops_gen.render.release import Rendered, render_release
from gitops_gen.settings import Backend, Environment, ModelSettings, Settings

FRAUD = ModelName("fraud")
STAGING = Environment(name=EnvironmentName("staging"), namespace="models-staging")
PRODUCTION = Environment(name=EnvironmentName("production"), namespace="models")
SETTINGS = Settings(
    repository_url="https://git.example.com/team/models.git", base_branch="main", environments=(STAGING, PRODUCTION)
)
SERVERS: tuple[tuple[Backend, str], ...] = (
    ("seldon", "container"),
    ("seldon", "MLFLOW_SERVER"),
    ("kserve", "container"),
    ("kserve", "sklearn"),
)


def make_image(number: int = 1, *, tag: str | None = "") -> Image:
    return Image(
        name="localhost:5000/team/fraud",
        tag=f"1.{number}" if tag == "" else tag,
        digest=Digest("sha256:" + f"{number:x}" * 64),
    )


def make_run(number: int = 1, **changes: object) -> Run:
    values: dict[str, object] = {
        "run_id": RunId(f"{number:x}" * 32),
        "name": "run",
        "status": "FINISHED",
        "experiment_id": "1",
        "experiment_name": "fraud",
        "source": SourceCode(commit=f"{number:x}" * 40),
        "datasets": (Dataset(name="train", digest="ab12cd34"),),
        "model": LoggedModel(uri=f"s3://models/{number}", content_hash=Digest("sha256:" + f"{number:x}" * 64)),
        "version": ModelVersion(name="Fraud Detection", version=str(number)),
    }
    return Run(**(values | changes))  # type: ignore[arg-type] # the names are Run's own


def make_release(number: int = 1, *, image: Image | None = None, **changes: object) -> Release:
    return Release(model=FRAUD, run=make_run(number, **changes), image=image or make_image(number))


def make_model(backend: Backend = "seldon", server: str = "container", **changes: object) -> ModelSettings:
    return ModelSettings(name=FRAUD, backend=backend, server=server, **changes)  # type: ignore[arg-type] # its own names


def promote(
    existing: Mapping[str, str],
    *,
    model: ModelSettings,
    environment: Environment = STAGING,
    release: Release | None = None,
    settings: Settings = SETTINGS,
    templates: Templates | None = None,
) -> Rendered:
    chosen = release or make_release()
    if model.server != "container":
        chosen = replace(chosen, image=None)
    evidence = build_evidence(release=chosen, environment=environment.name, overrides=(), program="gitops-gen")
    return render_release(
        settings=settings,
        model=model,
        environment=environment,
        release=chosen,
        evidence=dump_evidence(evidence),
        existing=existing,
        templates=templates or Templates(),
    )


def apply(existing: Mapping[str, str], rendered: Rendered) -> dict[str, str]:
    merged: dict[str, str | None] = {**existing, **rendered.files}
    return {path: text for path, text in merged.items() if text is not None}


def make_tree(model: ModelSettings) -> dict[str, str]:
    """A repository with `model` in both environments."""
    tree: dict[str, str] = {}
    for environment in (STAGING, PRODUCTION):
        tree = apply(tree, promote(tree, model=model, environment=environment))
    return tree


def folder(environment: Environment = STAGING) -> str:
    return overlay_folder(FRAUD, environment.name)


def read_overlay(tree: Mapping[str, str], environment: Environment = STAGING) -> ModelOverlay:
    """The overlay as checks see it, not built."""
    paths = (f"{folder(environment)}/{name}" for name in ("kustomization.yaml", "evidence.yaml"))
    sources = (Source(path, tree[path].encode()) for path in paths)
    return ModelOverlay(folder(environment), FRAUD, environment.name, *sources)
