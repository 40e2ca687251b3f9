"""The main job: a release into an environment, as one commit and one pull request."""

from dataclasses import replace

from gitops_gen.candidate import read_candidate
from gitops_gen.config import SETTINGS_FILE, load_settings
from gitops_gen.deliver import deliver
from gitops_gen.errors import GitopsGenError, InvalidValueError, NotFoundError, RaceLostError
from gitops_gen.gates import judge
from gitops_gen.model import Run
from gitops_gen.names import ModelName, model_name_from_mlflow
from gitops_gen.ports import Checkout, Repository
from gitops_gen.prepare import prepare
from gitops_gen.promotion import Attempt, Outcome, Progress, PromotePorts, PromoteRequest, Promotion
from gitops_gen.settings import Settings
from gitops_gen.tags import promotion_tag

_DELAYS = tuple(min(0.1 * 2**attempt, 5.0) for attempt in range(10))
"""Seconds between tries when the remote moved."""


def promote(request: PromoteRequest, ports: PromotePorts) -> Outcome:
    """Put the release of a run into an environment; a failure is in the outcome's `error`."""
    progress = Progress(Outcome(environment=request.environment, dry_run=request.dry_run))
    try:
        return _promote(request, ports, progress)
    except GitopsGenError as error:
        return progress.note(error=error)


def _promote(request: PromoteRequest, ports: PromotePorts, progress: Progress) -> Outcome:
    attempt = _start(request, ports, progress)
    for delay in (*_DELAYS, None):
        try:
            promotion = prepare(attempt)
            if request.dry_run:
                return progress.note(operation="none" if promotion.files else "unchanged")
            outcome = deliver(attempt, promotion)
            break
        except RaceLostError:
            if delay is None:
                raise
            ports.sleep(delay)
            checkout, settings = _open(request, ports.repository)
            attempt = replace(attempt, checkout=checkout, settings=settings)
    if outcome.operation in {"created", "updated"}:
        progress.warn(*ports.tracking(attempt.settings).record(attempt.run, _describe_promotion(outcome, promotion)))
    return progress.outcome


def assess(request: PromoteRequest, ports: PromotePorts) -> Outcome:
    """What the gates say of the release of a run, in the outcome's `verdicts`; nothing is rendered or written."""
    progress = Progress(Outcome(environment=request.environment, dry_run=True))
    try:
        case = read_candidate(_start(request, ports, progress)).case
        return progress.note(verdicts=judge(case, request.waivers))
    except GitopsGenError as error:
        return progress.note(error=error)


def _start(request: PromoteRequest, ports: PromotePorts, progress: Progress) -> Attempt:
    """The run that is meant, on the base branch as it is now."""
    checkout, settings = _open(request, ports.repository)
    settings.environment(request.environment)
    run = ports.tracking(settings).fetch_run(request.selector)
    model = request.model or _name_model(run)
    progress.note(run=run, model=model)
    progress.warn(*run.warnings)
    return Attempt(
        request=request,
        ports=ports,
        checkout=checkout,
        settings=settings,
        run=run,
        model=model,
        progress=progress,
    )


def _describe_promotion(outcome: Outcome, promotion: Promotion) -> dict[str, str]:
    facts = {
        "commit": outcome.commit,
        "pull-request": outcome.pull_request.url if outcome.pull_request else "",
        "verdict": "overridden" if promotion.challenger.data["overrides"] else "passed",
    }
    return {promotion_tag(promotion.environment.name, what): value for what, value in facts.items() if value}


def _open(request: PromoteRequest, repository: Repository) -> tuple[Checkout, Settings]:
    checkout = repository.open(request.base_branch)
    settings = _read_settings(checkout, repository.address)
    if not request.base_branch and settings.base_branch != checkout.base_branch:
        checkout = repository.open(settings.base_branch)
        settings = _read_settings(checkout, repository.address)
    return checkout, settings


def _read_settings(checkout: Checkout, address: str) -> Settings:
    text = checkout.read_files([SETTINGS_FILE]).get(SETTINGS_FILE)
    if text is None:
        raise NotFoundError(
            f"{address} has no {SETTINGS_FILE} on branch {checkout.base_branch}",
            hint="start one with gitops-gen init, commit and push it",
        )
    return load_settings(text, SETTINGS_FILE)


def _name_model(run: Run) -> ModelName:
    if run.version is None:
        raise InvalidValueError(
            f"run {run.run_id} is not a version of a registered model, so it has no model's name",
            hint="give the name with --model NAME, or register the model in MLflow",
        )
    return model_name_from_mlflow(run.version.name)
