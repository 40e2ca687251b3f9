"""What a promotion starts from: the base branch, the model's settings, and the case that the gates decide."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gitops_gen.config import default_model_settings, load_model_settings
from gitops_gen.errors import NotFoundError, RefusedError
from gitops_gen.evidence import Evidence
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.gate_settings import merge_gates
from gitops_gen.gates import Case
from gitops_gen.inquiries import ask_the_world
from gitops_gen.model import Image, Release, Run
from gitops_gen.names import EnvironmentName, ImageRef, ModelName, parse_image_ref, show
from gitops_gen.ports import Checkout
from gitops_gen.promotion import Attempt
from gitops_gen.render.argocd import application_path
from gitops_gen.render.environment import SUFFIX
from gitops_gen.settings import Environment, ModelSettings, Settings
from gitops_gen.tags import IMAGE
from gitops_gen.timeline import evidence_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What of the base branch a promotion starts from."""

    checkout: Checkout
    texts: Mapping[str, str]
    """The model's files and its Application, by path."""
    templates: Mapping[str, str]
    """The team's own templates, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A release as it stands before the gates, and what it is rendered into."""

    base: Base
    model: ModelSettings
    case: Case


def read_candidate(attempt: Attempt, run: Run) -> Candidate:
    """The release of the run, beside what the base branch has.

    Raises:
        RefusedError: the run has no image, or its tag has moved; the folder is another model's.
    """
    settings, model = attempt.settings, attempt.model
    environment = settings.environment(attempt.request.environment)
    base = read_base(attempt.checkout, settings, environment, model)
    model_settings = read_model_settings(base, settings, run, model)
    image = _resolve_image(attempt, run) if model_settings.server == "container" else None
    attempt.progress.note(image=image)
    attempt.progress.warn(*_list_warnings(run))
    own = model_settings.environment_gates.get(environment.name, {})
    gates = merge_gates(settings.gates, environment.gates, model_settings.gates, own)
    case = Case(
        release=Release(model=model, run=run, image=image),
        environment=environment,
        gates=gates,
        champion=read_champion(attempt, base, environment.name),
        predecessor=read_champion(attempt, base, environment.predecessor),
    )
    case = ask_the_world(attempt, case)
    return Candidate(base=base, model=model_settings, case=case)


def read_base(checkout: Checkout, settings: Settings, environment: Environment, model: ModelName) -> Base:
    """The model's files on the base branch, its Application and the team's templates."""
    paths = [*checkout.list_files(f"models/{model}"), application_path(settings, model, environment)]
    folder = f"{settings.templates}/" if settings.templates else ""
    overrides = [path for path in checkout.list_files(settings.templates) if path.endswith(SUFFIX)] if folder else []
    texts = dict(_decode(checkout.read_files([*paths, *overrides])))
    return Base(
        checkout=checkout,
        texts={path: texts[path] for path in paths if path in texts},
        templates={path.removeprefix(folder): texts[path] for path in overrides if path in texts},
    )


def _decode(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, content in files.items():
        try:
            yield path, content.decode()
        except UnicodeDecodeError:
            continue  # a person's binary file; kustomize gets it as it is


def read_model_settings(base: Base, settings: Settings, run: Run, model: ModelName) -> ModelSettings:
    """The model's model.yaml, or the defaults of one that is new.

    Raises:
        RefusedError: the folder is another registered model's than the run's.
    """
    path = f"models/{model}/model.yaml"
    registered = run.version.name if run.version else ""
    if path not in base.texts:
        return default_model_settings(settings, model, registered)
    environments = [environment.name for environment in settings.environments]
    model_settings = load_model_settings(base.texts[path], path, model, environments=environments)
    if registered and model_settings.registered_model not in {"", registered}:
        raise RefusedError(
            f"{path} belongs to the registered model {show(model_settings.registered_model)}, and run {run.run_id} is "
            f"a version of {show(registered)}",
            hint="name another folder with --model NAME, or change registeredModel there",
        )
    return model_settings


def _resolve_image(attempt: Attempt, run: Run) -> Image:
    """The image to deploy, at the digest that was recorded; a tag that has moved since is refused."""
    registry = attempt.ports.registry
    ref = attempt.request.image or _recorded_image(run)
    if ref.tag is None or ref.digest is None:
        return registry.resolve(ref)
    try:
        tagged = registry.resolve(ref._replace(digest=None))
    except NotFoundError:
        attempt.progress.warn(f"tag {ref.tag} of {ref.name} is gone from the registry; the digest is still there")
        return registry.resolve(ref)
    if tagged.digest != ref.digest:
        raise RefusedError(
            f"{ref.name}:{ref.tag} has moved: {ref.digest} was recorded, {tagged.digest} is there now",
            hint=f"to deploy what is there now, run gitops-gen record-image {run.run_id} {ref.name}:{ref.tag}; "
            f"to deploy what was recorded, pass --image {ref.name}@{ref.digest}",
        )
    return tagged


def _recorded_image(run: Run) -> ImageRef:
    recorded = run.tags.get(IMAGE, "") or (run.version.tags.get(IMAGE, "") if run.version else "")
    if not recorded:
        raise RefusedError(
            f"run {run.run_id} has no image",
            hint=f"tie one to it with gitops-gen record-image {run.run_id} IMAGE, or name one with --image",
        )
    return parse_image_ref(recorded)


def _list_warnings(run: Run) -> Iterator[str]:
    if run.source.dirty:
        yield f"the run was made from commit {run.source.commit} with uncommitted changes"
    for metric in run.metrics:
        if not math.isfinite(metric.last.value):
            yield f"metric {metric.name} of the run is {metric.last.value}, not a number"


def read_champion(attempt: Attempt, base: Base, environment: EnvironmentName | None) -> Evidence | None:
    """The evidence of what an environment has; None if it has none. Warns if it was edited."""
    if environment is None:
        return None
    path = evidence_path(attempt.model, environment)
    if path not in base.texts:
        return None
    evidence = parse_evidence(base.texts[path], path=path)
    if not evidence.intact:
        attempt.progress.warn(f"{path} was changed by hand since it was written: its hash does not fit")
    return evidence
