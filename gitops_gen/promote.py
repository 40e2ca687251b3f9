"""The main job: a release into an environment, as one commit and one pull request."""

from gitops_gen.attempts import carry_out, open_base
from gitops_gen.candidate import read_candidate
from gitops_gen.errors import GitopsGenError, InvalidValueError
from gitops_gen.gates import judge
from gitops_gen.model import Run
from gitops_gen.names import ModelName, model_name_from_mlflow
from gitops_gen.prepare import prepare
from gitops_gen.promotion import Attempt, Outcome, Progress, PromotePorts, PromoteRequest, Promotion
from gitops_gen.tags import promotion_tag


def promote(request: PromoteRequest, ports: PromotePorts) -> Outcome:
    """Put the release of a run into an environment; a failure is in the outcome's `error`."""
    progress = Progress(Outcome(environment=request.environment, dry_run=request.dry_run))
    try:
        attempt, run = _start(request, ports, progress)
        outcome, promotion = carry_out(attempt, lambda attempt: prepare(attempt, run))
        if outcome.operation in {"created", "updated"}:
            progress.warn(*ports.tracking(attempt.settings).record(run, _describe_promotion(outcome, promotion)))
    except GitopsGenError as error:
        return progress.note(error=error)
    return progress.outcome


def assess(request: PromoteRequest, ports: PromotePorts) -> Outcome:
    """What the gates say of the release of a run, in the outcome's `verdicts`; nothing is rendered or written."""
    progress = Progress(Outcome(environment=request.environment, dry_run=True))
    try:
        case = read_candidate(*_start(request, ports, progress)).case
        return progress.note(verdicts=judge(case, request.waivers))
    except GitopsGenError as error:
        return progress.note(error=error)


def _start(request: PromoteRequest, ports: PromotePorts, progress: Progress) -> tuple[Attempt, Run]:
    """The run that is meant, on the base branch as it is now."""
    checkout, settings = open_base(request.base_branch, ports.repository)
    settings.environment(request.environment)
    run = ports.tracking(settings).fetch_run(request.selector)
    model = request.model or _name_model(run)
    progress.note(run=run, model=model)
    progress.warn(*run.warnings)
    attempt = Attempt(
        request=request, ports=ports, checkout=checkout, settings=settings, model=model, progress=progress
    )
    return attempt, run


def _describe_promotion(outcome: Outcome, promotion: Promotion) -> dict[str, str]:
    facts = {
        "commit": outcome.commit,
        "pull-request": outcome.pull_request.url if outcome.pull_request else "",
        "verdict": "overridden" if promotion.challenger.data["overrides"] else "passed",
    }
    return {promotion_tag(promotion.environment.name, what): value for what, value in facts.items() if value}


def _name_model(run: Run) -> ModelName:
    if run.version is None:
        raise InvalidValueError(
            f"run {run.run_id} is not a version of a registered model, so it has no model's name",
            hint="give the name with --model NAME, or register the model in MLflow",
        )
    return model_name_from_mlflow(run.version.name)
