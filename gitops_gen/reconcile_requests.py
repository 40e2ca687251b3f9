"""Pull requests that are out of date: closed, marked as rejected, or commented on with a check that fails."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gitops_gen.errors import GitopsGenError, NotFoundError
from gitops_gen.evidence import Evidence
from gitops_gen.model import PullRequest, RunSelector
from gitops_gen.names import EnvironmentName, ModelName, parse_run_id
from gitops_gen.plan import EMPTIED, branch_name, mark_emptied, mark_told, read_marker
from gitops_gen.ports import Forge
from gitops_gen.reconciliation import Action, Operation, Work
from gitops_gen.selectors import parse_selector
from gitops_gen.tags import promotion_tag
from gitops_gen.timeline import Place, Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposed:
    """An open pull request, beside what its environment has."""

    place: Place
    request: PullRequest
    facts: Mapping[str, Any]
    """In its marker."""
    current: Evidence | None
    commit: str
    """At the tip of its branch; empty if that is gone."""


def see_to_requests(work: Work, place: Place, stays: Sequence[Stay], branches: Mapping[str, str]) -> None:
    """Close, mark or comment on the pull requests of a model in an environment."""
    if work.forge is None:
        return
    branch = branch_name(EnvironmentName(place[1]), ModelName(place[0]))
    try:
        requests = work.forge.list_pull_requests(branch=branch, base=work.checkout.base_branch)
    except GitopsGenError as error:
        work.warn(place, error)
        return
    current = stays[0].evidence if stays and stays[0].until is None else None
    for request in requests:
        facts = read_marker(request.body)
        if request.state == "open":
            commit = branches.get(branch, "")
            proposed = _Proposed(place=place, request=request, facts=facts, current=current, commit=commit)
            _see_to_open(work, work.forge, proposed)
        elif request.state == "closed" and facts.get("state") != EMPTIED:
            _mark_rejected(work, place, request, facts)


def _see_to_open(work: Work, forge: Forge, proposed: _Proposed) -> None:
    place, request, facts = proposed.place, proposed.request, proposed.facts
    digest, current = facts.get("digest"), proposed.current
    if not digest:
        return  # not one of ours
    if current is not None and current.digest == digest:

        def close() -> None:
            said = "Closed: the base branch already deploys this release, there is nothing left to change."
            forge.close(request.number, body=mark_emptied(request.body), comment=said)
            work.repository.delete_branch(branch_name(EnvironmentName(place[1]), ModelName(place[0])))

        text = f"{place[1]} has {digest} already"
        work.note(Action(operation="closed", place=place, text=text, pull_request=request.number), close)
        return
    problems = list(_find_problems(work, proposed))
    told = hashlib.sha256("\n".join(problems).encode()).hexdigest()[:12] if problems else ""
    if told == facts.get("told", ""):
        return
    again = f"Promote it again (`gitops-gen promote … --env {place[1]}`), or close this."
    comment = "\n".join([*(f"- {problem}" for problem in problems), "", again]) if problems else ""

    def tell() -> None:
        if proposed.commit:
            said = problems[0].replace("`", "") if problems else "up to date with what runs"
            forge.set_check(proposed.commit, passes=not problems, description=said)
        forge.comment(request.number, body=mark_told(request.body, told), comment=comment)

    text = " ".join(problems).replace("`", "") or "what was told is mended"
    operation: Operation = "commented" if problems else "cleared"
    work.note(Action(operation=operation, place=place, text=text, pull_request=request.number), tell)


def _find_problems(work: Work, proposed: _Proposed) -> Iterator[str]:
    """What has changed since a pull request was opened, each a sentence of Markdown."""
    place, facts, current = proposed.place, proposed.facts, proposed.current
    run_id, alias = str(facts.get("run", "")), str(facts.get("alias", ""))
    champion = str(facts.get("champion", ""))
    there = current.digest if current else ""
    if champion != there:
        now = f"has `{there}` now" if there else "has nothing now"
        before = f"`{champion}`" if champion else "nothing"
        yield f"What runs has changed: `{place[1]}` {now}, and this was compared with {before}."
    try:
        work.tracking.find_run(RunSelector(run_id=parse_run_id(run_id)))
    except NotFoundError:
        yield f"The run `{run_id}` was deleted in MLflow."
        return
    except GitopsGenError as error:
        work.warn(place, error)
        return
    if alias:
        try:
            found = work.tracking.find_run(parse_selector(alias))
        except NotFoundError:
            yield f"The alias `{_plain(alias)}` is gone from MLflow."
        except GitopsGenError as error:
            work.warn(place, error)
        else:
            if found.run_id != run_id:
                version = f"version {found.version.version}, " if found.version else ""
                yield f"The alias `{_plain(alias)}` points at {version}run `{found.run_id}` now."


def _plain(text: str) -> str:
    """A name from a pull request's body, where somebody may have edited it, for a comment."""
    return "".join(character for character in text if character.isalnum() or character in "-_./:@ ")


def _mark_rejected(work: Work, place: Place, request: PullRequest, facts: Mapping[str, Any]) -> None:
    """`rejected` on the version whose pull request a person closed."""
    run_id = str(facts.get("run", ""))
    if not run_id or "rolledBack" in facts:
        return
    tag = promotion_tag(EnvironmentName(place[1]), "rejected")
    try:
        run = work.tracking.find_run(RunSelector(run_id=parse_run_id(run_id)))
    except GitopsGenError as error:
        if not isinstance(error, NotFoundError):
            work.warn(place, error)
        return
    carried = run.version.tags if run.version else run.tags
    if carried.get(tag) == request.url:
        return
    who = f"version {run.version.version}" if run.version else f"run {run_id}"
    text = f"{who} was rejected for {place[1]}"
    action = Action(operation="rejected", place=place, text=text, pull_request=request.number)
    work.note(action, lambda: work.tracking.record(run, {tag: request.url}))
