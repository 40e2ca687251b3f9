"""GitLab's API as far as gitops-gen uses it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tests.contract.descriptions import FOLDER, Description
from tests.contract.forge_server import NAME, OWNER, Pull, Reply, State

_STATES = {"open": "opened"}


class GitLabApi:
    prefix = "/api/v4"
    page_parameter = "per_page"

    def __init__(self) -> None:
        self.description = Description.load(FOLDER / "gitlab.yaml")

    def refuse(self, status: int, message: str) -> Reply:
        return Reply(status=status, data={"message": f"{status} {message}" if status in (401, 403, 404) else [message]})

    def handle(self, state: State, method: str, parts: Sequence[str], query: Mapping[str, str], body: Any) -> Reply:
        match method, parts:
            case "POST", ["projects", project, "statuses", sha] if project == quote(f"{OWNER}/team/{NAME}", safe=""):
                state.statuses.append((sha, body["state"], body["description"]))
                return Reply(status=201, data={"id": 1})
            case "GET", ["users"]:
                return Reply(data=[p for p in self._people(state) if p["username"] == query["username"]])
            case _, ["projects", project, "merge_requests", *rest] if project == quote(f"{OWNER}/team/{NAME}", safe=""):
                return self._handle(state, method, rest, query, body)
        return self.refuse(404, "Project Not Found")

    def _handle(  # noqa: PLR0911 - routes
        self, state: State, method: str, rest: Sequence[str], query: Mapping[str, str], body: Any
    ) -> Reply:
        match method, rest:
            case "GET", []:
                found = [
                    pull
                    for pull in reversed(state.pulls)
                    if (pull.branch, pull.base) == (query["source_branch"], query["target_branch"])
                ]
                return Reply(data=[self._render(state, pull) for pull in found])
            case "POST", []:
                branches = body["source_branch"], body["target_branch"]
                if state.is_taken(*branches):
                    return self.refuse(409, "Another open merge request already exists for this source branch: !1")
                pull = state.open(*branches, body["title"], body.get("description", ""))
                return Reply(status=201, data=self._render(state, pull))
            case "GET", [number]:
                return Reply(data=self._render(state, state.find(number)))
            case "PUT", [number]:
                return self._change(state, state.find(number), body)
            case "PUT", [number, "merge"]:
                assert state.checks
                state.find(number).auto_merge = body["auto_merge"] and body["merge_when_pipeline_succeeds"]
                return Reply(data=self._render(state, state.find(number)))
            case "POST", [number, "notes"]:
                state.find(number).comments.append(body["body"])
                return Reply(status=201, data={"id": 1})
        return self.refuse(404, "Not Found")

    def _change(self, state: State, pull: Pull, body: Mapping[str, Any]) -> Reply:
        pull.title = body.get("title", pull.title)
        pull.body = body.get("description", pull.body)
        pull.state = "closed" if body.get("state_event") == "close" else pull.state
        # What a token may not make, and who may not look, GitLab leaves out without a word.
        pull.labels += [label for label in body.get("add_labels", ()) if label in state.labels]
        if "reviewer_ids" in body:
            pull.reviewers = [state.people[number - 1] for number in body["reviewer_ids"]]
        return Reply(data=self._render(state, pull))

    def _people(self, state: State) -> list[dict[str, Any]]:
        return [{"id": number, "username": name} for number, name in enumerate(state.people, start=1)]

    def _render(self, state: State, pull: Pull) -> dict[str, Any]:
        people = {person["username"]: person for person in self._people(state)}
        return {
            "iid": pull.number,
            "source_project_id": 2 if pull.fork else 1,
            "target_project_id": 1,
            "source_branch": pull.branch,
            "target_branch": pull.base,
            "title": pull.title,
            "description": pull.body,
            "state": _STATES.get(pull.state, pull.state),
            "draft": pull.title.startswith("Draft: "),
            "web_url": f"{state.url}/{OWNER}/team/{NAME}/-/merge_requests/{pull.number}",
            "sha": "0" * 40,
            "author": people[pull.author],
            "labels": pull.labels,
            "reviewers": [people[name] for name in pull.reviewers],
            "head_pipeline": {"status": "running"} if state.checks else None,
        }
