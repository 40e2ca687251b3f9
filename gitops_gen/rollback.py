"""Back to a release that ran before: its evidence and its pins again, as one commit and one pull request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gitops_gen.assemble import Change, assemble
from gitops_gen.attempts import carry_out, open_base
from gitops_gen.candidate import read_base, read_champion, read_model_settings
from gitops_gen.errors import GitopsGenError, InvalidValueError, NotFoundError, RefusedError
from gitops_gen.evidence import Evidence, describe_rolled_back, seal_evidence
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.evidence_release import read_release
from gitops_gen.model import Release, RolledBack, RunSelector
from gitops_gen.names import EnvironmentName, ModelName, parse_image_ref, parse_run_id, show
from gitops_gen.plan import TITLE_LIMIT, one_line, write_commit_message, write_rollback_title
from gitops_gen.prepare import PROGRAM
from gitops_gen.promotion import Attempt, Outcome, Progress, PromotePorts, PromoteRequest, Promotion
from gitops_gen.tags import promotion_tag
from gitops_gen.timeline import Stay, evidence_path, read_evidence, read_stays

_SHORT_COMMIT = 7
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackRequest:
    """What a person or a bot asks for."""

    model: ModelName
    environment: str
    to: str = ""
    """A digest, a run id or a commit of the base branch; empty for what ran before."""
    reason: str
    by: str = ""
    """Who asks."""
    force: bool = False
    """Go back to what was rolled back itself; replace a branch with somebody else's commits."""
    dry_run: bool = False
    base_branch: str = ""
    title: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    auto_merge: bool = False


def roll_back(request: RollbackRequest, ports: PromotePorts) -> Outcome:
    """Take what an environment has out of it, for a release that it had before; a failure is in the outcome."""
    progress = Progress(Outcome(environment=request.environment, dry_run=request.dry_run, model=request.model))
    try:
        if not request.reason.strip():
            raise InvalidValueError("a rollback needs a reason", hint="say what is wrong with --reason TEXT")
        checkout, settings = open_base(request.base_branch, ports.repository)
        attempt = Attempt(
            request=_as_promotion(request),
            ports=ports,
            checkout=checkout,
            settings=settings,
            model=request.model,
            progress=progress,
        )
        outcome, promotion = carry_out(attempt, lambda attempt: _prepare(attempt, request))
        if outcome.operation in {"created", "updated"} and promotion.champion is not None:
            gone = read_release(promotion.champion)
            tag = promotion_tag(promotion.environment.name, "rolled-back")
            told = f"{promotion.champion.digest}: {request.reason}"
            progress.warn(*ports.tracking(attempt.settings).record(gone.run, {tag: told}))
    except GitopsGenError as error:
        return progress.note(error=error)
    return progress.outcome


def _as_promotion(request: RollbackRequest) -> PromoteRequest:
    return PromoteRequest(
        selector=RunSelector(),
        environment=request.environment,
        model=request.model,
        force=request.force,
        dry_run=request.dry_run,
        base_branch=request.base_branch,
        draft=request.draft,
        labels=request.labels,
        reviewers=request.reviewers,
        auto_merge=request.auto_merge,
    )


def _prepare(attempt: Attempt, request: RollbackRequest) -> Promotion:
    settings, model = attempt.settings, attempt.model
    environment = settings.environment(request.environment)
    base = read_base(attempt.checkout, settings, environment, model)
    champion = read_champion(attempt, base, environment.name)
    if champion is None:
        raise NotFoundError(f"{environment.name} has no {model}: there is nothing to roll back")
    path = evidence_path(model, environment.name)
    stays = read_stays(attempt.checkout, path).get((model, environment.name), ())
    chosen = _choose(attempt, stays, champion, request)
    target = _read_whole(attempt, chosen, path)
    release = read_release(target)
    attempt.progress.note(run=release.run, image=release.image, rolled_back=champion.digest)
    _check_still_there(attempt, release)
    gone = RolledBack(
        digest=champion.digest,
        run_id=parse_run_id(champion.run_id),
        version=champion.version,
        reason=" ".join(request.reason.split()),
        by=request.by,
    )
    remembered = [r for r in champion.rolled_back if r.digest not in {target.digest, champion.digest}]
    data = {key: value for key, value in target.data.items() if key != "rolledBack"}
    challenger = seal_evidence({**data, "program": PROGRAM, **describe_rolled_back((*remembered, gone))})
    title = one_line(request.title, TITLE_LIMIT) if request.title else write_rollback_title(release, environment.name)
    change = Change(
        base=base,
        model=read_model_settings(base, settings, release.run, model),
        environment=environment,
        release=release,
        champion=champion,
        challenger=challenger,
        title=title,
        message=write_commit_message(release, environment.name, subject=title, rolled_back=gone),
        rolled_back=gone,
    )
    return assemble(attempt, change)


def _choose(attempt: Attempt, stays: Sequence[Stay], champion: Evidence, request: RollbackRequest) -> Stay:
    """The stay to go back to.

    Raises:
        NotFoundError: there was no such release here.
        RefusedError: it is there already, or was rolled back itself.
    """
    where = f"{request.environment} of {attempt.checkout.base_branch}"
    bad = {entry.digest: entry.reason for entry in champion.rolled_back}
    others = [stay for stay in stays if stay.evidence.digest != champion.digest]
    if not request.to:
        good = next((stay for stay in others if stay.evidence.digest not in bad), None)
        if good is None:
            but = " but what was rolled back itself" if others else ""
            raise NotFoundError(
                f"there is no release of {attempt.model} to go back to: {where} has had no other{but}",
                hint="promote another run, or name one with --to",
            )
        return good
    found = next((stay for stay in stays if _fits(stay, request.to)), None) or _find_at(attempt, stays, request)
    if found is None:
        known = ", ".join(dict.fromkeys(stay.evidence.run_id for stay in others[:5]))
        raise NotFoundError(
            f"{where} has never had {show(request.to)} of {attempt.model}",
            hint=f"--to takes a digest, a run id, or a commit that brought a release; runs it had: {known}"
            if known
            else "it has had no other release",
        )
    if found.evidence.digest == champion.digest:
        raise RefusedError(f"{where} has {show(request.to)} already", hint="name a release that it had before")
    if found.evidence.digest in bad and not request.force:
        raise RefusedError(
            f"{found.evidence.digest} was rolled back itself: {bad[found.evidence.digest]}",
            hint="name another release with --to, or pass --force",
        )
    return found


def _find_at(attempt: Attempt, stays: Sequence[Stay], request: RollbackRequest) -> Stay | None:
    """The stay that any commit of the base branch, named in full, falls into."""
    if not _COMMIT.fullmatch(request.to):
        return None
    path = evidence_path(attempt.model, EnvironmentName(request.environment))
    content = attempt.checkout.read_at([(request.to, path)]).get((request.to, path))
    evidence = read_evidence(path, content) if content else None
    return next((stay for stay in stays if evidence and stay.evidence.digest == evidence.digest), None)


def _fits(stay: Stay, text: str) -> bool:
    evidence = stay.evidence
    short = text.lower()
    return text in {evidence.digest, evidence.run_id} or (
        len(short) >= _SHORT_COMMIT and any(c.commit.startswith(short) for c in (stay.since, stay.last))
    )


def _read_whole(attempt: Attempt, stay: Stay, path: str) -> Evidence:
    """The evidence to go back to, to the last digit.

    Raises:
        RefusedError: it was edited by hand, so that nobody knows what ran.
    """
    place = (stay.last.commit, path)
    content = attempt.checkout.read_at([place])[place]
    evidence = parse_evidence(content.decode(errors="replace"), path=f"{path} at {stay.last.commit[:12]}")
    if not evidence.intact:
        raise RefusedError(
            f"{path} was edited by hand in commit {stay.last.commit[:12]}: its hash does not fit",
            hint="name another release with --to, or promote the run again",
        )
    return evidence


def _check_still_there(attempt: Attempt, release: Release) -> None:
    """Refuse what could not be pulled any more.

    Raises:
        RefusedError: the registry has the image no longer, or MLflow has another artifact.
    """
    image = release.image
    hint = "name another release with --to; what runs now is left as it is"
    if image is not None:
        ref = parse_image_ref(f"{image.name}@{image.digest}")
        try:
            attempt.ports.registry.resolve(ref)
        except NotFoundError as error:
            raise RefusedError(f"{ref} is gone from the registry: {error.message}", hint=hint) from error
        return
    stored = attempt.ports.tracking(attempt.settings).fetch_run(RunSelector(run_id=release.run.run_id)).model
    wanted = release.run.model.content_hash if release.run.model else None
    if stored is None or stored.content_hash != wanted:
        there = stored.content_hash if stored and stored.content_hash else "no artifact that can be read"
        raise RefusedError(f"run {release.run.run_id} has {there}, and {wanted} ran", hint=hint)
