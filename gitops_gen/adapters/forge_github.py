"""Pull requests on GitHub and GitHub Enterprise, through PyGithub."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import github
import requests
from github.PullRequest import PullRequest as GitHubPullRequest
from github.Repository import Repository as GitHubRepository

from gitops_gen.adapters.forge_http import (
    STATUS_LIMIT,
    USER_AGENT,
    ForgeAccess,
    ForgeError,
    ForgeRetry,
    make_refusal,
    make_silence,
    try_softly,
)
from gitops_gen.model import Proposal, PullRequest
from gitops_gen.ports import CHECK

ACTIONS_BOT = "github-actions[bot]"
"""Who opens a pull request with the token that a workflow is given."""

_NO_WORKFLOWS = (
    "the pull request was opened with the workflow's own GITHUB_TOKEN, so GitHub starts no workflows on it: "
    "give the token of a person or of an app in GITOPS_GEN_FORGE_TOKEN"
)
_PAGE = 100
_METHODS = ("MERGE", "SQUASH", "REBASE")
_MUTATIONS: Mapping[str, str] = {
    name: f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ clientMutationId }} }}"
    for name in ("enablePullRequestAutoMerge", "convertPullRequestToDraft", "markPullRequestReadyForReview")
}


class GitHubForge:
    """The pull requests of one repository; fits ports.Forge."""

    def __init__(self, access: ForgeAccess) -> None:
        self._access = access
        self._client = github.Github(
            auth=github.Auth.Token(access.token),
            base_url=access.project.api,
            timeout=max(1, round(access.timeout)),
            user_agent=USER_AGENT,
            per_page=_PAGE,
            retry=ForgeRetry.make(access.pause),
            # PyGithub would sleep 0.25 s before each request and 1 s before each write.
            seconds_between_requests=0,
            seconds_between_writes=0,
        )
        # Not get_repo, which would ask for it; its way of not asking changed between PyGithub's versions.
        self._repository = GitHubRepository(
            self._client.requester, {}, {"url": f"/repos/{access.project.path}"}, completed=True
        )

    @property
    def address(self) -> str:
        """The API's address and the project."""
        return self._access.project.address

    def list_pull_requests(self, *, branch: str, base: str) -> tuple[PullRequest, ...]:
        """All from `branch` of this repository into `base`, newest first."""
        path = self._access.project.path
        owner = path.partition("/")[0]
        with self._translating("list pull requests"):
            return tuple(
                _read(pull)
                for pull in self._repository.get_pulls(
                    state="all", sort="created", direction="desc", base=base, head=f"{owner}:{branch}"
                )
                # A fork that is gone leaves no repository behind.
                if pull.head.ref == branch and pull.head.repo and pull.head.repo.full_name.lower() == path.lower()
            )

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request; labels, reviewers and auto-merge that GitHub refuses become warnings."""
        with self._translating("open a pull request"):
            pull = self._repository.create_pull(
                base=proposal.base,
                head=proposal.branch,
                title=proposal.title,
                body=proposal.body,
                draft=proposal.draft,
            )
            opened = _read(pull)
        warnings = self._apply(pull, proposal)
        if opened.author == ACTIONS_BOT:
            warnings += (_NO_WORKFLOWS,)
        return replace(opened, warnings=warnings)

    def update(self, number: int, proposal: Proposal) -> PullRequest:
        """Give it the proposal's title, body and draft state; add labels and reviewers that it lacks."""
        with self._translating(f"update pull request {number}"):
            pull = self._repository.get_pull(number)
            pull.edit(title=proposal.title, body=proposal.body)
            updated = _read(pull)
        draft = updated.draft
        warnings: tuple[str, ...] = ()
        if proposal.draft != updated.draft:
            mutation = "convertPullRequestToDraft" if proposal.draft else "markPullRequestReadyForReview"
            what = f"the pull request was not made {'a draft' if proposal.draft else 'ready for review'}"
            warnings = try_softly(what, lambda: self._mutate(mutation, pull))
            draft = updated.draft if warnings else proposal.draft
        return replace(updated, draft=draft, warnings=warnings + self._apply(pull, proposal))

    def close(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Close it unmerged with a new body, and say why in a comment."""
        with self._translating(f"close pull request {number}"):
            pull = self._repository.get_pull(number)
            pull.edit(state="closed", body=body)
            closed = _read(pull)

        def write_comment() -> None:
            with self._translating("comment"):
                pull.create_issue_comment(comment)

        return replace(closed, warnings=try_softly("no comment was left", write_comment) if comment else ())

    def comment(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Replace its body, and leave a comment."""
        with self._translating(f"comment on pull request {number}"):
            pull = self._repository.get_pull(number)
            pull.edit(body=body)
            if comment:
                pull.create_issue_comment(comment)
            return _read(pull)

    def set_check(self, commit: str, *, passes: bool, description: str) -> None:
        """A commit status; see `ports.Forge`."""
        with self._translating("set a status"):
            self._client.requester.requestJsonAndCheck(
                "POST",
                f"{self._repository.url}/statuses/{commit}",
                input={
                    "state": "success" if passes else "failure",
                    "context": CHECK,
                    "description": description[:STATUS_LIMIT],
                },
            )

    def _apply(self, pull: GitHubPullRequest, proposal: Proposal) -> tuple[str, ...]:
        """Labels, reviewers and auto-merge; gives a warning for each that GitHub refused."""
        there = {label.name.lower() for label in pull.labels}
        labels = [label for label in proposal.labels if label.lower() not in there]
        asked = {user.login.lower() for user in pull.requested_reviewers}
        asked |= {team.slug.lower() for team in pull.requested_teams}
        reviewers = [name for name in proposal.reviewers if name.rpartition("/")[2].lower() not in asked]

        def add_labels() -> None:
            with self._translating("add labels"):
                # PyGithub's add_to_labels sends a bare list, which GitHub's description allows in prose only.
                self._client.requester.requestJsonAndCheck(
                    "POST",
                    f"{self._repository.url}/issues/{pull.number}/labels",
                    input={"labels": labels},
                )

        warnings: tuple[str, ...] = ()
        if labels:
            warnings += try_softly(f"labels not set ({', '.join(labels)})", add_labels)
        if reviewers:
            warnings += self._ask_reviewers(pull, reviewers)
        if proposal.auto_merge:
            warnings += try_softly("auto-merge not turned on", partial(self._merge_later, pull))
        return warnings

    def _ask_reviewers(self, pull: GitHubPullRequest, reviewers: Sequence[str]) -> tuple[str, ...]:
        """Ask for reviews; as GitHub refuses all for the sake of one, the others are then asked one by one."""

        def ask() -> None:
            users = [name for name in reviewers if "/" not in name]
            teams = [name.rpartition("/")[2] for name in reviewers if "/" in name]
            with self._translating("ask for reviews"):
                pull.create_review_request(
                    reviewers=users or github.GithubObject.NotSet,
                    team_reviewers=teams or github.GithubObject.NotSet,
                )

        warnings = try_softly(f"review not asked of {', '.join(reviewers)}", ask)
        if not warnings or len(reviewers) == 1:
            return warnings
        return tuple(warning for name in reviewers for warning in self._ask_reviewers(pull, [name]))

    def _merge_later(self, pull: GitHubPullRequest) -> None:
        """Turn auto-merge on, by the first method that the repository allows."""
        for method in _METHODS:
            try:
                self._mutate("enablePullRequestAutoMerge", pull, mergeMethod=method)
            except ForgeError as error:
                if method == _METHODS[-1] or "not allowed" not in error.reason:
                    raise
            else:
                return

    def _mutate(self, mutation: str, pull: GitHubPullRequest, **values: str) -> None:
        """One of the changes that only GitHub's GraphQL API can make."""
        with self._translating(mutation):
            self._client.requester.graphql_query(
                _MUTATIONS[mutation], {"input": {"pullRequestId": pull.node_id, **values}}
            )

    @contextmanager
    def _translating(self, action: str) -> Iterator[None]:
        try:
            yield
        except github.GithubException as error:
            # PyGithub hands on what is no JSON as {"data": text}: a proxy's page, which says nothing to a person.
            body = "" if isinstance(error.data, dict) and error.data.keys() == {"data"} else error.data
            raise make_refusal(self._access, action=action, status=error.status, body=body) from error
        except (AssertionError, RuntimeError) as error:
            # PyGithub's way of saying that an answer names another host, scheme or port than the one that was asked.
            project = self._access.project
            reason = "GitHub's answer names addresses that are not its own"
            raise ForgeError(
                f"the attempt to {action} stopped at {project.address}: {reason}, so nothing was sent there",
                hint="set forge.url in gitops-gen.yaml to the address that the forge itself goes by",
                reason=reason,
                status=None,
            ) from error
        except (requests.RequestException, github.BadAttributeException, ValueError, TypeError, KeyError) as error:
            raise make_silence(self._access, action=action, cause=error) from error


def _read(pull: GitHubPullRequest) -> PullRequest:
    return PullRequest(
        number=pull.number,
        url=pull.html_url,
        state="merged" if pull.merged_at else pull.state,
        title=pull.title,
        body=pull.body or "",
        draft=bool(pull.draft),
        author=pull.user.login if pull.user else "",
    )
