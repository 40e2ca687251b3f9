"""Trying until the remote holds still: the base branch is opened, a change is prepared on it and delivered."""

from collections.abc import Callable
from dataclasses import replace

from gitops_gen.config import SETTINGS_FILE, load_settings
from gitops_gen.deliver import deliver
from gitops_gen.errors import NotFoundError, RaceLostError
from gitops_gen.ports import Checkout, Repository
from gitops_gen.promotion import Attempt, Outcome, Promotion
from gitops_gen.settings import Settings

_DELAYS = tuple(min(0.1 * 2**attempt, 5.0) for attempt in range(10))
"""Seconds between tries when the remote moved."""


def carry_out(attempt: Attempt, prepare: Callable[[Attempt], Promotion]) -> tuple[Outcome, Promotion]:
    """Prepare a change and deliver it, again on the new base where the remote moved meanwhile.

    Raises:
        RaceLostError: it moves all the time. Nothing was written then.
    """
    request = attempt.request
    for delay in (*_DELAYS, None):
        try:
            promotion = prepare(attempt)
            if request.dry_run:
                return attempt.progress.note(operation="none" if promotion.files else "unchanged"), promotion
            return deliver(attempt, promotion), promotion
        except RaceLostError:
            if delay is None:
                raise
            attempt.ports.sleep(delay)
            checkout, settings = open_base(request.base_branch, attempt.ports.repository)
            attempt = replace(attempt, checkout=checkout, settings=settings)
    raise AssertionError  # the last try has returned or raised


def open_base(branch: str, repository: Repository) -> tuple[Checkout, Settings]:
    """The base branch, by default the one that gitops-gen.yaml names, and its settings.

    Raises:
        NotFoundError: there is no such branch, or no gitops-gen.yaml on it.
    """
    checkout = repository.open(branch)
    settings = _read_settings(checkout, repository.address)
    if not branch and settings.base_branch != checkout.base_branch:
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
