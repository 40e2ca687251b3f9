"""GitHub's API as far as gitops-gen uses it, its answers filled up from the published description."""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.contract.descriptions import FOLDER, Description, sample
from tests.contract.forge_server import NAME, OWNER, Pull, Reply, State

_ROOT = "/repos/{owner}/{repo}"


class GitHubApi:
    prefix = "/api/v3"
    page_parameter = "per_page"

    def __init__(self) -> None:
        self.description = Description.load(FOLDER / "github.json")

    @functools.cached_property
    def _template(self) -> str:
        schema = self.description.schema_of("get", f"{_ROOT}/pulls/{{pull_number}}", "200")
        return json.dumps(sample(self.description, schema))

    @functools.cached_property
    def _user(self) -> str:
        return json.dumps(sample(self.description, {"$ref": "#/components/schemas/simple-user"}))

    @functools.cached_property
    def _list_item(self) -> str:
        return json.dumps(sample(self.description, {"$ref": "#/components/schemas/pull-request-simple"}))

    @functools.cached_property
    def _status(self) -> Any:
        return sample(self.description, {"$ref": "#/components/schemas/status"})

    @functools.cached_property
    def _comment(self) -> Any:
        return sample(self.description, {"$ref": "#/components/schemas/issue-comment"})

    @functools.cached_property
    def _repository(self) -> str:
        return json.dumps(sample(self.description, {"$ref": "#/components/schemas/repository"}))

    def refuse(self, status: int, message: str) -> Reply:
        return Reply(status=status, data={"message": message, "documentation_url": "https://docs.github.com"})

    def handle(self, state: State, method: str, parts: Sequence[str], query: Mapping[str, str], body: Any) -> Reply:  # noqa: C901, PLR0911, PLR0912 - routes
        if parts == ["graphql"]:
            return self._graphql(state, body)
        if parts[1:3] != [OWNER, NAME]:
            return self.refuse(404, "Not Found")
        match method, parts[3:]:
            case "GET", ["pulls"]:
                owner, _, branch = query["head"].partition(":")
                found = [
                    pull
                    for pull in reversed(state.pulls)
                    if pull.branch == branch and pull.base == query["base"] and owner == OWNER
                ]
                return Reply(data=[self._render(state, pull, self._list_item) for pull in found])
            case "POST", ["pulls"]:
                if state.is_taken(body["head"], body["base"]):
                    error = {"resource": "PullRequest", "code": "custom", "message": "A pull request already exists."}
                    return Reply(status=422, data={**self.refuse(422, "Validation Failed").data, "errors": [error]})
                pull = state.open(body["head"], body["base"], body["title"], body["body"], draft=body["draft"])
                return Reply(status=201, data=self._render(state, pull, self._template))
            case _, ["pulls", number]:
                pull = state.find(number)
                for name in ("title", "body", "state"):
                    setattr(pull, name, (body or {}).get(name, getattr(pull, name)))
                return Reply(data=self._render(state, pull, self._template))
            case "POST", ["pulls", number, "requested_reviewers"]:
                unknown = set(body.get("reviewers", ())) - set(state.people)
                if unknown:
                    return self.refuse(422, "Reviews may only be requested from collaborators.")
                pull = state.find(number)
                pull.reviewers += [*body.get("reviewers", ()), *body.get("team_reviewers", ())]
                return Reply(status=201, data=self._render(state, pull, self._list_item))
            case "POST", ["issues", number, "labels"]:
                if set(body["labels"]) - set(state.labels):
                    return self.refuse(404, "Label does not exist, and you may not make it")
                state.find(number).labels += body["labels"]
                return Reply(data=[])
            case "POST", ["statuses", sha]:
                state.statuses.append((sha, body["state"], body["description"]))
                return Reply(status=201, data=self._status)
            case "POST", ["issues", number, "comments"]:
                state.find(number).comments.append(body["body"])
                return Reply(status=201, data=self._comment)
        return self.refuse(404, "Not Found")

    def _graphql(self, state: State, body: Any) -> Reply:
        values = body["variables"]["input"]
        pull = state.find(values["pullRequestId"].removeprefix("PR_"))
        found = re.search(r"\{ (\w+)\(input", body["query"])
        assert found
        match found[1]:
            case "enablePullRequestAutoMerge" if not state.checks:
                return Reply(data={"data": None, "errors": [{"message": "Pull request is in clean status"}]})
            case "enablePullRequestAutoMerge" if values["mergeMethod"] == "MERGE":
                message = "Merge method merge commits are not allowed on this repository"
                return Reply(data={"data": None, "errors": [{"message": message}]})
            case "enablePullRequestAutoMerge":
                pull.auto_merge = True
            case "convertPullRequestToDraft":
                pull.draft = True
            case "markPullRequestReadyForReview":
                pull.draft = False
        return Reply(data={"data": {found[1]: {"clientMutationId": None}}})

    def _render(self, state: State, pull: Pull, template: str) -> dict[str, Any]:
        root = f"{state.url}{self.prefix}/repos/{OWNER}/{NAME}"
        repository = json.loads(self._repository) | {"full_name": f"{'stranger' if pull.fork else OWNER}/{NAME}"}
        rendered: dict[str, Any] = json.loads(template) | {
            "number": pull.number,
            "node_id": f"PR_{pull.number}",
            "url": f"{root}/pulls/{pull.number}",
            "issue_url": f"{root}/issues/{pull.number}",
            "html_url": f"{state.url}/{OWNER}/{NAME}/pull/{pull.number}",
            "state": "open" if pull.state == "open" else "closed",
            "merged_at": "2026-01-01T00:00:00Z" if pull.state == "merged" else None,
            "title": pull.title,
            "body": pull.body,
            "draft": pull.draft,
            "user": self._person(pull.author),
            "requested_reviewers": [self._person(name) for name in pull.reviewers],
            "requested_teams": [],
            "labels": [
                {
                    "id": 1,
                    "node_id": "L",
                    "url": f"{root}/labels/{name}",
                    "name": name,
                    "color": "00aa00",
                    "default": False,
                    "description": "",
                }
                for name in pull.labels
            ],
        }
        rendered["head"] |= {"ref": pull.branch, "repo": repository}
        rendered["base"] |= {"ref": pull.base}
        return rendered

    def _person(self, login: str) -> dict[str, Any]:
        return json.loads(self._user) | {"login": login}
