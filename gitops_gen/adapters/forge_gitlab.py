"""Merge requests on GitLab, through python-gitlab."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import gitlab
import requests

from gitops_gen.adapters.forge_http import (
    STATUS_LIMIT,
    USER_AGENT,
    ForgeAccess,
    ForgeError,
    make_refusal,
    make_session,
    make_silence,
    try_softly,
)
from gitops_gen.model import Proposal, PullRequest
from gitops_gen.ports import CHECK

_PAGE = 100
_DRAFT = "Draft: "
_DRAFT_PREFIX = re.compile(r"(?:\s*(?:\[draft\]|\(draft\)|draft:)\s*)+", re.IGNORECASE)
# https://docs.gitlab.com/api/pipelines: the states that come before an outcome without a person's help.
_RUNNING = frozenset({"created", "waiting_for_resource", "preparing", "waiting_for_callback", "pending", "running"})
_STATES: Mapping[Any, str] = {"opened": "open", "locked": "open"}
_LOOKS = 3
"""How often a new merge request is looked at for its pipeline, which GitLab starts a moment later."""

_Attributes = Mapping[str, Any]


class GitLabForge:
    """The merge requests of one project; fits ports.Forge."""

    def __init__(self, access: ForgeAccess, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` waits that many seconds for a pipeline to start."""
        self._access = access
        self._sleep = sleep
        self._client = gitlab.Gitlab(
            access.project.web,
            # A personal, project or group token; as a bearer token requests drops it on a redirect to another host.
            oauth_token=access.token,
            timeout=access.timeout,
            user_agent=USER_AGENT,
            per_page=_PAGE,
            keep_base_url=True,
            session=make_session(access),
        )
        self._path = f"/projects/{gitlab.utils.EncodedId(access.project.path)}/merge_requests"

    @property
    def address(self) -> str:
        """The API's address and the project."""
        return self._access.project.address

    def list_pull_requests(self, *, branch: str, base: str) -> tuple[PullRequest, ...]:
        """All from `branch` of this project into `base`, newest first."""
        with self._translating("list merge requests"):
            found = self._client.http_list(
                self._path,
                query_data={
                    "state": "all",
                    "source_branch": branch,
                    "target_branch": base,
                    "order_by": "created_at",
                    "sort": "desc",
                },
                iterator=True,
                obey_rate_limit=False,  # python-gitlab would wait as long as it is told to; the session bounds it
            )
            return tuple(_read(item) for item in found if item["source_project_id"] == item["target_project_id"])

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a merge request; labels, reviewers and auto-merge that GitLab refuses become warnings."""
        opened = self._send(
            "post",
            self._path,
            "open a merge request",
            {
                "source_branch": proposal.branch,
                "target_branch": proposal.base,
                "title": _title(proposal),
                "description": proposal.body,
            },
        )
        return self._apply(opened, proposal)

    def update(self, number: int, proposal: Proposal) -> PullRequest:
        """Give it the proposal's title, body and draft state; add labels and reviewers that it lacks."""
        updated = self._change(
            number,
            f"update merge request {number}",
            {"title": _title(proposal), "description": proposal.body},
        )
        return self._apply(updated, proposal)

    def close(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Close it unmerged with a new description, and say why in a note."""
        closed = _read(
            self._change(number, f"close merge request {number}", {"state_event": "close", "description": body})
        )

        def write_note() -> None:
            self._send("post", f"{self._path}/{number}/notes", "comment", {"body": comment})

        return replace(closed, warnings=try_softly("no comment was left", write_note) if comment else ())

    def comment(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Replace its description, and leave a note."""
        changed = _read(self._change(number, f"comment on merge request {number}", {"description": body}))
        if comment:
            self._send("post", f"{self._path}/{number}/notes", "comment", {"body": comment})
        return changed

    def set_check(self, commit: str, *, passes: bool, description: str) -> None:
        """A commit status; see `ports.Forge`."""
        path = f"{self._path.removesuffix('/merge_requests')}/statuses/{commit}"
        state = "success" if passes else "failed"
        said = {"state": state, "name": CHECK, "description": description[:STATUS_LIMIT]}
        self._send("post", path, "set a status", said)

    def _apply(self, merge_request: _Attributes, proposal: Proposal) -> PullRequest:
        """Labels, reviewers and auto-merge; the result has a warning for each that GitLab refused."""
        number = merge_request["iid"]
        there = {label.lower() for label in merge_request.get("labels") or ()}
        labels = [label for label in proposal.labels if label.lower() not in there]
        asked = {user["username"].lower(): user["id"] for user in merge_request.get("reviewers") or ()}
        reviewers = [name for name in proposal.reviewers if name.lower() not in asked]

        warnings: tuple[str, ...] = ()
        if labels:
            warnings += try_softly(f"labels not set ({', '.join(labels)})", partial(self._add_labels, number, labels))
        if reviewers:
            warnings += try_softly(
                f"review not asked of {', '.join(reviewers)}", partial(self._ask_reviewers, number, asked, reviewers)
            )
        if proposal.auto_merge:
            warnings += try_softly("auto-merge not turned on", partial(self._merge_later, number))
        return replace(_read(merge_request), warnings=warnings)

    def _add_labels(self, number: int, labels: Sequence[str]) -> Iterator[str]:
        """Add labels, which GitLab makes where the project lacks them, or leaves out where the token may not."""
        changed = self._change(number, "add labels", {"add_labels": list(labels)})
        have = {label.lower() for label in changed.get("labels") or ()}
        missing = [label for label in labels if label.lower() not in have]
        if missing:
            yield f"labels not set ({', '.join(missing)}): GitLab left them out"

    def _ask_reviewers(self, number: int, asked: Mapping[str, int], reviewers: Sequence[str]) -> Iterator[str]:
        """Add reviewers by their ids, beside those `asked` already: GitLab takes the whole list."""
        found: dict[str, int] = {}
        for name in reviewers:
            user = self._find_user(name)
            if user is None:
                yield f"review not asked of {name}: GitLab has no such user"
            else:
                found[name] = user
        if not found:
            return
        ids = [*asked.values(), *found.values()]
        changed = self._change(number, "ask for reviews", {"reviewer_ids": ids})
        have = {user["id"] for user in changed.get("reviewers") or ()}
        for name, user in found.items():
            if user not in have:
                yield f"review not asked of {name}: GitLab left them out (no access, or one reviewer at most)"

    def _merge_later(self, number: int) -> Iterator[str]:
        """Ask for a merge when the pipeline succeeds: only while one runs, as GitLab might merge at once without."""
        path = f"{self._path}/{number}"
        for look in range(_LOOKS):
            if look:
                self._sleep(self._access.pause * look)
            now = self._send("get", path, "look for its pipeline")
            if (now.get("head_pipeline") or {}).get("status") in _RUNNING:
                self._send(
                    "put",
                    f"{path}/merge",
                    "merge when the pipeline succeeds",
                    # Both names: a GitLab that knew neither would merge at once.
                    {"auto_merge": True, "merge_when_pipeline_succeeds": True, "sha": now["sha"]},
                )
                return
        yield "auto-merge not turned on: no pipeline is running that GitLab could wait for"

    def _find_user(self, name: str) -> int | None:
        with self._translating(f"find user {name}"):
            users = self._client.http_list(
                "/users", query_data={"username": name}, get_all=False, obey_rate_limit=False
            )
        return next((user["id"] for user in users if user["username"].lower() == name.lower()), None)

    def _change(self, number: int, action: str, attributes: _Attributes) -> _Attributes:
        return self._send("put", f"{self._path}/{number}", action, attributes)

    def _send(self, method: str, path: str, action: str, body: _Attributes | None = None) -> _Attributes:
        with self._translating(action):
            answer = self._client.http_request(
                method, path, post_data=dict(body) if body else None, obey_rate_limit=False
            ).json()
            if not isinstance(answer, dict):
                raise TypeError(f"{type(answer).__name__} where an object was expected")
        return answer

    @contextmanager
    def _translating(self, action: str) -> Iterator[None]:
        try:
            yield
        except requests.TooManyRedirects as error:
            status = 301 if error.response is None else error.response.status_code
            raise self._refuse(action, status, "it sends to another address") from error
        except gitlab.GitlabError as error:
            if error.response_code is None:
                raise make_silence(self._access, action=action, cause=error) from error
            raise self._refuse(action, error.response_code, error.response_body) from error
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise make_silence(self._access, action=action, cause=error) from error

    def _refuse(self, action: str, status: int, body: object) -> ForgeError:
        return make_refusal(self._access, action=action, status=status, body=body)


def _title(proposal: Proposal) -> str:
    return (_DRAFT if proposal.draft else "") + proposal.title


def _read(item: _Attributes) -> PullRequest:
    title, state = item["title"], item["state"]
    bare = _DRAFT_PREFIX.sub("", title, count=1) if _DRAFT_PREFIX.match(title) else title
    return PullRequest(
        number=item["iid"],
        url=item["web_url"],
        state=_STATES.get(state, state),
        title=bare,
        body=item.get("description") or "",
        draft=bool(item.get("draft", bare != title)),
        author=(item.get("author") or {}).get("username", ""),
    )
