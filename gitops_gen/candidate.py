"""What a promotion starts from: the base branch, the model's settings, and the case that the gates decide."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gitops_gen.config import default_model_settings, load_model_settings
from gitops_gen.errors import ConfigError, NotFoundError, RefusedError
from gitops_gen.evidence import Evidence
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.gate_checks import Arrival
from gitops_gen.gate_settings import Gates, merge_gates
from gitops_gen.gates import Case
from gitops_gen.model import Identity, Image, Release, Run, Signers, SupplyChain
from gitops_gen.names import EnvironmentName, ImageRef, ModelName, parse_image_ref, show
from gitops_gen.ports import Checkout
from gitops_gen.promotion import Attempt
from gitops_gen.render.argocd import application_path
from gitops_gen.render.environment import SUFFIX
from gitops_gen.settings import Environment, ModelSettings, Settings
from gitops_gen.tags import IMAGE
from gitops_gen.timeline import evidence_path, read_stays


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
    release = Release(model=model, run=run, image=image)
    predecessor = read_champion(attempt, base, environment.predecessor)
    case = Case(
        release=release,
        environment=environment,
        gates=gates,
        champion=read_champion(attempt, base, environment.name),
        predecessor=predecessor,
        supply=_check_supply_chain(attempt, gates, image) if image and gates.asks_supply_chain else None,
        arrival=_find_arrival(attempt, environment, predecessor) if gates.soak != "0s" else None,
        now=attempt.ports.now(),
    )
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


def _find_arrival(attempt: Attempt, environment: Environment, predecessor: Evidence | None) -> Arrival | None:
    if environment.predecessor is None or predecessor is None:
        return None
    place = (attempt.model, environment.predecessor)
    stays = read_stays(attempt.checkout, evidence_path(*place)).get(place)
    return Arrival(environment=environment.predecessor, time=stays[0].since.time) if stays else None


def _check_supply_chain(attempt: Attempt, gates: Gates, image: Image) -> SupplyChain:
    """What hangs on the image, and whose signatures on it are good.

    Raises:
        ConfigError: a key cannot be read, or is not in the repository.
    """
    attachments = attempt.ports.registry.list_attachments(image)
    return attempt.ports.signatures.verify(image, attachments, _read_signers(attempt.checkout, gates))


def _read_signers(checkout: Checkout, gates: Gates) -> Signers:
    """Whose signatures count: keys and trusted root as they stand on the base branch."""
    keys, root = gates.signers.get("keys", ()), gates.signers.get("trustedRoot", "")
    paths = [path for path in (*keys, root) if path]
    files = checkout.read_files(paths)
    for path in paths:
        if path not in files:
            raise ConfigError(
                f"gates.signers names {show(path)}, which is not on branch {checkout.base_branch}",
                hint="commit the file there first",
            )
    return Signers(
        keys=tuple(files[path].decode(errors="replace") for path in keys),
        identities=tuple(Identity(**entry) for entry in gates.signers.get("identities", ())),
        trusted_root=files[root].decode(errors="replace") if root else "",
    )


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
