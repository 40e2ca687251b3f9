"""From a run to the files of a promotion: read, decided, rendered, built and checked; nothing is written yet."""

import difflib
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitops_gen import __version__
from gitops_gen.adapters.kustomize import write_files
from gitops_gen.checks.closure import read_closure
from gitops_gen.checks.pins import check_build
from gitops_gen.checks.rules.provenance_parts import ModelOverlay
from gitops_gen.checks.source import Source
from gitops_gen.config import default_model_settings, load_model_settings
from gitops_gen.errors import NotFoundError, RefusedError
from gitops_gen.evidence import Evidence, build_evidence, keep_if_same
from gitops_gen.evidence_file import dump_evidence, parse_evidence
from gitops_gen.gates import Waivers, check_order, check_run, compare_revision, release_digest
from gitops_gen.model import Image, Override, Release, Run
from gitops_gen.names import EnvironmentName, ImageRef, ModelName, parse_image_ref, show
from gitops_gen.overlay import EVIDENCE_FILE, overlay_folder, overlay_path
from gitops_gen.plan import TITLE_LIMIT, one_line, write_commit_message, write_title
from gitops_gen.ports import Checkout
from gitops_gen.promotion import Attempt, Promotion
from gitops_gen.render.argocd import application_path
from gitops_gen.render.environment import SUFFIX, Templates
from gitops_gen.render.release import render_release
from gitops_gen.reports.pull_request import TEMPLATE, render_body
from gitops_gen.settings import Environment, ModelSettings, Settings
from gitops_gen.tags import IMAGE

PROGRAM = f"gitops-gen {__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """What of the base branch a promotion starts from."""

    checkout: Checkout
    texts: Mapping[str, str]
    """The model's files and its Application, by path."""
    templates: Mapping[str, str]
    """The team's own templates, by name."""


def prepare(attempt: Attempt) -> Promotion:
    """The promotion of the run on top of the base branch.

    Raises:
        RefusedError: the run, the order of environments, the image or the built overlay says no.
    """
    request, settings, run, model = attempt.request, attempt.settings, attempt.run, attempt.model
    environment = settings.environment(request.environment)
    tree = _read_tree(attempt.checkout, settings, environment, model)
    model_settings = _read_model_settings(tree, settings, run, model)
    image = _resolve_image(attempt) if model_settings.server == "container" else None
    attempt.progress.note(image=image)
    attempt.progress.warn(*_list_warnings(run, image))
    release = Release(model=model, run=run, image=image)
    champion, predecessor = (
        _read_evidence(attempt, tree, name) for name in (environment.name, environment.predecessor)
    )
    overrides = _check_rules(request.waivers, release, environment, champion, predecessor)
    challenger = keep_if_same(
        champion, build_evidence(release=release, environment=environment.name, overrides=overrides, program=PROGRAM)
    )
    evidence = dump_evidence(challenger)
    rendered = render_release(
        settings=settings,
        model=model_settings,
        environment=environment,
        release=release,
        evidence=evidence,
        existing=tree.texts,
        templates=Templates(tree.templates, folder=settings.templates),
    )
    attempt.progress.warn(*rendered.warnings)
    files = {path: None if text is None else text.encode() for path, text in rendered.files.items()}
    if files:
        _check(attempt, files, environment, evidence)
    title = one_line(request.title, TITLE_LIMIT) if request.title else write_title(release, environment.name)
    body = render_body(
        release=release,
        environment=environment,
        champion=champion,
        challenger=challenger,
        overrides=overrides,
        files=tuple(files),
        evidence_path=f"{overlay_folder(model, environment.name)}/{EVIDENCE_FILE}",
        warnings=attempt.progress.outcome.warnings,
        template=tree.templates.get(TEMPLATE),
    )
    diff = "".join(_diff(path, tree.texts.get(path), text) for path, text in rendered.files.items())
    attempt.progress.note(files=tuple(files), body=body, diff=diff)
    return Promotion(
        environment=environment,
        release=release,
        champion=champion,
        challenger=challenger,
        files=files,
        title=title,
        message=write_commit_message(release, environment.name, subject=request.commit_message or title),
        body=body,
    )


def _check_rules(
    waivers: Waivers,
    release: Release,
    environment: Environment,
    champion: Evidence | None,
    predecessor: Evidence | None,
) -> tuple[Override, ...]:
    """What was set aside; a digest that the environment has already keeps what was set aside for it then."""
    if champion is not None and champion.digest == release_digest(release):
        return champion.overrides
    return (
        *check_run(release.run, waivers),
        *check_order(release=release, environment=environment, predecessor=predecessor, waivers=waivers),
    )


def _read_tree(checkout: Checkout, settings: Settings, environment: Environment, model: ModelName) -> _Tree:
    paths = [*checkout.list_files(f"models/{model}"), application_path(settings, model, environment)]
    folder = f"{settings.templates}/" if settings.templates else ""
    overrides = [path for path in checkout.list_files(settings.templates) if path.endswith(SUFFIX)] if folder else []
    texts = dict(_decode(checkout.read_files([*paths, *overrides])))
    return _Tree(
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


def _read_model_settings(tree: _Tree, settings: Settings, run: Run, model: ModelName) -> ModelSettings:
    path = f"models/{model}/model.yaml"
    registered = run.version.name if run.version else ""
    if path not in tree.texts:
        return default_model_settings(settings, model, registered)
    environments = [environment.name for environment in settings.environments]
    model_settings = load_model_settings(tree.texts[path], path, model, environments=environments)
    if registered and model_settings.registered_model not in {"", registered}:
        raise RefusedError(
            f"{path} belongs to the registered model {show(model_settings.registered_model)}, and run {run.run_id} is "
            f"a version of {show(registered)}",
            hint="name another folder with --model NAME, or change registeredModel there",
        )
    return model_settings


def _resolve_image(attempt: Attempt) -> Image:
    """The image to deploy, at the digest that was recorded; a tag that has moved since is refused."""
    run, registry = attempt.run, attempt.ports.registry
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


def _list_warnings(run: Run, image: Image | None) -> Iterator[str]:
    if image and (different := compare_revision(run, image)):
        yield different
    if run.source.dirty:
        yield f"the run was made from commit {run.source.commit} with uncommitted changes"
    for metric in run.metrics:
        if not math.isfinite(metric.last.value):
            yield f"metric {metric.name} of the run is {metric.last.value}, not a number"


def _read_evidence(attempt: Attempt, tree: _Tree, environment: EnvironmentName | None) -> Evidence | None:
    if environment is None:
        return None
    path = f"{overlay_folder(attempt.model, environment)}/{EVIDENCE_FILE}"
    if path not in tree.texts:
        return None
    evidence = parse_evidence(tree.texts[path], path=path)
    if not evidence.intact:
        attempt.progress.warn(f"{path} was changed by hand since it was written: its hash does not fit")
    return evidence


def _check(attempt: Attempt, files: Mapping[str, bytes | None], environment: Environment, evidence: str) -> None:
    """Build the overlay as it will be and check it by the rules on pins and evidence.

    Raises:
        RefusedError: it does not build, or serves something else; every finding is in the message.
    """
    folder, path = (place(attempt.model, environment.name) for place in (overlay_folder, overlay_path))

    def read(paths: Sequence[str]) -> Mapping[str, bytes]:
        ours = {p: content for p in paths if (content := files.get(p)) is not None}
        return {**attempt.checkout.read_files([p for p in paths if p not in files]), **ours}

    closure = read_closure(folder, read)
    if closure.remote:
        raise RefusedError(
            f"{path} refers to {', '.join(closure.remote)}, which is not in the repository: what it brings can change "
            "after the merge, and cannot be checked before",
            hint="copy what you need into the repository",
        )
    with tempfile.TemporaryDirectory(prefix="gitops-gen-") as temporary:
        write_files(Path(temporary), closure.files)
        built = attempt.ports.kustomize.build(Path(temporary), folder)
    sources = Source(path, closure.files[path]), Source(f"{folder}/{EVIDENCE_FILE}", evidence.encode())
    findings = check_build(built, ModelOverlay(folder, attempt.model, environment.name, *sources))
    errors = [finding for finding in findings if finding.severity == "error"]
    attempt.progress.warn(*(f"{f.path}: {f.message} [{f.rule}]" for f in findings if f.severity != "error"))
    if errors:
        lines = (f"{f.path}:{f.line}:{f.column}: {f.message} [{f.rule}]" for f in errors)
        raise RefusedError("\n".join(lines), hint="; ".join(dict.fromkeys(f.fix for f in errors if f.fix)))


def _diff(path: str, before: str | None, after: str | None) -> str:
    old, new = ((text or "").splitlines(keepends=True) for text in (before, after))
    names = ("/dev/null" if before is None else f"a/{path}", "/dev/null" if after is None else f"b/{path}")
    lines = difflib.unified_diff(old, new, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
