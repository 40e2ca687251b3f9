"""The promotion into the world: the branch pushed, its pull request created, updated or closed."""

from gitops_gen.errors import GitopsGenError
from gitops_gen.evidence import release_digest
from gitops_gen.model import Proposal, PullRequest
from gitops_gen.plan import branch_name, choose_pull_request, mark_emptied
from gitops_gen.ports import Forge, Published, Repository
from gitops_gen.promotion import Attempt, Operation, Outcome, Progress, Promotion
from gitops_gen.reports.pull_request import cut_body


def deliver(attempt: Attempt, promotion: Promotion) -> Outcome:
    """Push `promotion` and make its one pull request say so; with nothing to change, close what is open.

    Raises:
        RaceLostError: the remote moved; nothing was written.
    """
    repository, progress, force = attempt.ports.repository, attempt.progress, attempt.request.force
    forge = attempt.ports.forge(attempt.settings)
    branch = branch_name(promotion.environment.name, promotion.release.model)
    existing = forge.list_pull_requests(branch=branch, base=attempt.checkout.base_branch) if forge else ()
    if not promotion.files:
        return _withdraw(repository, forge, branch, existing, progress)
    current = choose_pull_request(existing, digest=release_digest(promotion.release), force=force)
    published = repository.publish(
        attempt.checkout, branch=branch, files=promotion.files, message=promotion.message, force=force
    )
    progress.note(branch=branch, commit=published.commit)
    if forge is None:
        pushed: Operation = "created" if published.created else "updated"
        return progress.note(operation=pushed if published.pushed else "unchanged")
    return _propose(attempt, forge, promotion, current, published)


def _withdraw(
    repository: Repository, forge: Forge | None, branch: str, existing: tuple[PullRequest, ...], progress: Progress
) -> Outcome:
    """The base has it all already: what is still proposed is out of date."""
    if forge is None:
        return progress.note(operation="closed" if repository.delete_branch(branch) else "unchanged")
    stale = next((pull_request for pull_request in existing if pull_request.state == "open"), None)
    if stale is None:
        return progress.note(operation="unchanged")
    closed = forge.close(
        stale.number,
        body=mark_emptied(stale.body),
        comment="Closed: the base branch already deploys this release, there is nothing left to change.",
    )
    repository.delete_branch(branch)
    return progress.note(operation="closed", pull_request=closed)


def _propose(
    attempt: Attempt, forge: Forge, promotion: Promotion, current: PullRequest | None, published: Published
) -> Outcome:
    request, progress, defaults = attempt.request, attempt.progress, attempt.settings.pull_request
    proposal = Proposal(
        branch=progress.outcome.branch,
        base=attempt.checkout.base_branch,
        title=promotion.title,
        body=cut_body(promotion.body),
        draft=current.draft if current else request.draft or defaults.draft,  # a person may have changed it
        labels=tuple(dict.fromkeys((*defaults.labels, *request.labels))),
        reviewers=tuple(dict.fromkeys((*defaults.reviewers, *request.reviewers))),
        auto_merge=request.auto_merge or defaults.auto_merge,
    )
    operation: Operation
    if current is None:
        pull_request = _create(attempt.ports.repository, forge, proposal, published)
        operation = "created"
    elif published.pushed or not _says_the_same(current, proposal):
        pull_request = forge.update(current.number, proposal)
        operation = "updated"
    else:
        pull_request = current
        operation = "unchanged"
    progress.warn(*pull_request.warnings)
    return progress.note(operation=operation, pull_request=pull_request)


def _create(repository: Repository, forge: Forge, proposal: Proposal, published: Published) -> PullRequest:
    """The new pull request; if the forge refuses, the branch goes again, for nobody would find it."""
    try:
        return forge.create(proposal)
    except GitopsGenError:
        if published.created:
            repository.delete_branch(proposal.branch)
        raise


def _says_the_same(current: PullRequest, proposal: Proposal) -> bool:
    return current.title == proposal.title and _normalize(current.body) == _normalize(proposal.body)


def _normalize(body: str) -> str:
    return body.replace("\r\n", "\n").strip()
