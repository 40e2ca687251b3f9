"""Pull requests on Gitea and Forgejo, over their REST API (there is no library for it that is kept up)."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import requests
from requests.auth import AuthBase

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

_PAGE = 50
"""What a Gitea gives at most, unless its administrator set another limit."""
_OK = range(200, 300)
_NOT_ALLOWED = 405
_OUT_OF_REACH = frozenset({403, 404})
_LOOKS = 3
"""How often a merge is asked for while Gitea still looks for conflicts ("please try again later")."""
_DRAFT = "WIP: "
# The prefixes that count unless an administrator changed [repository.pull-request] WORK_IN_PROGRESS_PREFIXES.
_DRAFT_PREFIX = re.compile(r"(?:wip:|\[wip\])\s*", re.IGNORECASE)

_Attributes = Mapping[str, Any]


class _TokenAuth(AuthBase):
    """Sets the header; with it requests does not look into ~/.netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"token {self._token}"
        return request


class GiteaForge:
    """The pull requests of one repository; fits ports.Forge."""

    def __init__(self, access: ForgeAccess, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` waits that many seconds for Gitea to have looked for conflicts."""
        self._access = access
        self._sleep = sleep
        self._session = make_session(access)
        self._session.auth = _TokenAuth(access.token)
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
        self._path = f"/repos/{access.project.path}"

    @property
    def address(self) -> str:
        """The API's address and the project."""
        return self._access.project.address

    def list_pull_requests(self, *, branch: str, base: str) -> tuple[PullRequest, ...]:
        """All from `branch` of this repository into `base`, newest first; Gitea can't filter, so all are read."""
        found: dict[int, PullRequest] = {}
        for item in self._pages(f"{self._path}/pulls", "list pull requests", {"state": "all"}):
            head, target = item.get("head") or {}, item.get("base") or {}
            same_repository = head.get("repo_id") == target.get("repo_id")
            if same_repository and head.get("ref") == branch and target.get("ref") == base:
                found[item["number"]] = _read(item)
        return tuple(found[number] for number in sorted(found, reverse=True))

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request; labels, reviewers and auto-merge that Gitea refuses become warnings."""
        opened = self._send(
            "POST",
            f"{self._path}/pulls",
            "open a pull request",
            {
                "head": proposal.branch,
                "base": proposal.base,
                "title": _title(proposal),
                "body": proposal.body,
            },
        )
        return self._apply(opened, proposal)

    def update(self, number: int, proposal: Proposal) -> PullRequest:
        """Give it the proposal's title, body and draft state; add labels and reviewers that it lacks."""
        updated = self._send(
            "PATCH",
            f"{self._path}/pulls/{number}",
            f"update pull request {number}",
            {"title": _title(proposal), "body": proposal.body},
        )
        return self._apply(updated, proposal)

    def close(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Close it unmerged with a new body, and say why in a comment."""
        closed = _read(
            self._send(
                "PATCH",
                f"{self._path}/pulls/{number}",
                f"close pull request {number}",
                {"state": "closed", "body": body},
            )
        )

        def write_comment() -> None:
            self._send("POST", f"{self._path}/issues/{number}/comments", "comment", {"body": comment})

        return replace(closed, warnings=try_softly("no comment was left", write_comment) if comment else ())

    def comment(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Replace its body, and leave a comment."""
        action = f"comment on pull request {number}"
        changed = _read(self._send("PATCH", f"{self._path}/pulls/{number}", action, {"body": body}))
        if comment:
            self._send("POST", f"{self._path}/issues/{number}/comments", action, {"body": comment})
        return changed

    def set_check(self, commit: str, *, passes: bool, description: str) -> None:
        """A commit status; see `ports.Forge`."""
        state = "success" if passes else "failure"
        said = {"state": state, "context": CHECK, "description": description[:STATUS_LIMIT]}
        self._send("POST", f"{self._path}/statuses/{commit}", "set a status", said)

    def _apply(self, pull: _Attributes, proposal: Proposal) -> PullRequest:
        """Labels, reviewers and auto-merge; the result has a warning for each that Gitea refused."""
        there = {label["name"].lower() for label in pull.get("labels") or ()}
        labels = [label for label in proposal.labels if label.lower() not in there]
        asked = {user["login"].lower() for user in pull.get("requested_reviewers") or () if user}
        reviewers = [name for name in proposal.reviewers if name.lower() not in asked]
        number = pull["number"]
        warnings: tuple[str, ...] = ()
        if labels:
            warnings += try_softly(f"labels not set ({', '.join(labels)})", partial(self._add_labels, number, labels))
        for name in reviewers:
            warnings += try_softly(f"review not asked of {name}", partial(self._ask_reviewer, number, name))
        if proposal.auto_merge:
            warnings += try_softly("auto-merge not turned on", partial(self._merge_later, number, proposal.base, pull))
        return replace(_read(pull), warnings=warnings)

    def _add_labels(self, number: int, labels: list[str]) -> Iterator[str]:
        """Add labels by their ids, first the repository's, then its organisation's; none is made."""
        known = self._find_labels(labels)
        for label in labels:
            if label.lower() not in known:
                yield f"labels not set ({label}): {self._access.project.path} has no such label"
        ids = [known[label.lower()] for label in labels if label.lower() in known]
        if ids:
            self._call("POST", f"{self._path}/issues/{number}/labels", "add labels", {"labels": ids})

    def _find_labels(self, labels: list[str]) -> dict[str, int]:
        wanted = {label.lower() for label in labels}
        known: dict[str, int] = {}
        owner = self._access.project.path.partition("/")[0]
        # The owner may be a person, and a token for the repository alone may not see its organisation's labels.
        for path, optional in ((f"{self._path}/labels", False), (f"/orgs/{owner}/labels", True)):
            if wanted <= known.keys():
                break
            for item in self._pages(path, "list labels", {}, optional=optional):
                known.setdefault(item["name"].lower(), item["id"])
        return known

    def _ask_reviewer(self, number: int, name: str) -> None:
        """Ask a person, or the team of `organisation/team`, for a review."""
        team = name.rpartition("/")[2] if "/" in name else ""
        body = {"team_reviewers": [team]} if team else {"reviewers": [name]}
        self._call("POST", f"{self._path}/pulls/{number}/requested_reviewers", "ask for a review", body)

    def _merge_later(self, number: int, base: str, pull: _Attributes) -> Iterator[str]:
        """Ask for a merge when the checks succeed: only where some are required, as Gitea merges at once without."""
        branch = self._send("GET", f"{self._path}/branches/{quote(base, safe='/')}", "read the base branch")
        if not branch.get("enable_status_check"):
            yield f"auto-merge not turned on: branch {base} requires no status checks that Gitea could wait for"
            return
        style = ((pull.get("base") or {}).get("repo") or {}).get("default_merge_style") or "merge"
        body = {"Do": style, "merge_when_checks_succeed": True}
        sha = (pull.get("head") or {}).get("sha")
        if sha:
            body["head_commit_id"] = sha
        for look in range(_LOOKS):
            if look:
                self._sleep(self._access.pause * look)
            try:
                self._call("POST", f"{self._path}/pulls/{number}/merge", "merge when the checks succeed", body)
            except ForgeError as error:
                if error.status != _NOT_ALLOWED or "again later" not in error.reason or look + 1 == _LOOKS:
                    raise
            else:
                return

    def _pages(
        self, path: str, action: str, query: Mapping[str, str], *, optional: bool = False
    ) -> Iterator[_Attributes]:
        """The items of all pages; none where the list is `optional` and not there, or not for this token."""
        page = 1
        while True:
            response = self._call(
                "GET", path, action, query={**query, "page": str(page), "limit": str(_PAGE)}, optional=optional
            )
            if response.status_code not in _OK:
                return
            yield from self._parse(response, action, list)
            # The link's own address is not followed: behind a proxy it may be another than the one that was asked.
            if "next" not in response.links:
                return
            page += 1

    def _send(self, method: str, path: str, action: str, body: _Attributes | None = None) -> _Attributes:
        answer: _Attributes = self._parse(self._call(method, path, action, body), action, dict)
        return answer

    def _parse(self, response: requests.Response, action: str, kind: type) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = response.json()
        except ValueError as error:
            raise make_silence(self._access, action=action, cause=error) from error
        if isinstance(answer, kind):
            return answer
        wrong = TypeError(f"{type(answer).__name__} where a {kind.__name__} was expected")
        raise make_silence(self._access, action=action, cause=wrong)

    def _call(
        self,
        method: str,
        path: str,
        action: str,
        body: _Attributes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        optional: bool = False,
    ) -> requests.Response:
        try:
            response = self._session.request(
                method,
                self._access.project.api + path,
                params=query,
                json=body,
                timeout=self._access.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise make_silence(self._access, action=action, cause=error) from error
        if response.status_code in _OK or (optional and response.status_code in _OUT_OF_REACH):
            return response
        raise make_refusal(self._access, action=action, status=response.status_code, body=response.content)


def _title(proposal: Proposal) -> str:
    return (_DRAFT if proposal.draft else "") + proposal.title


def _read(item: _Attributes) -> PullRequest:
    title = item["title"]
    bare = _DRAFT_PREFIX.sub("", title, count=1) if _DRAFT_PREFIX.match(title) else title
    return PullRequest(
        number=item["number"],
        url=item["html_url"],
        state="merged" if item.get("merged") else item["state"],
        title=bare,
        body=item.get("body") or "",
        draft=bool(item.get("draft", bare != title)),
        author=(item.get("user") or {}).get("login", ""),
    )
