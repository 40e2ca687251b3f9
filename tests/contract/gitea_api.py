"""Gitea's API as far as gitops-gen uses it; what it says when it refuses was seen on a real Forgejo."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.contract.descriptions import FOLDER, Description
from tests.contract.forge_server import NAME, OWNER, Pull, Reply, State


class GiteaApi:
    prefix = "/git/api/v1"
    page_parameter = "limit"

    def __init__(self) -> None:
        self.description = Description.load(FOLDER / "gitea.yaml")

    def refuse(self, status: int, message: str) -> Reply:
        return Reply(status=status, data={"message": message, "url": "https://forge.invalid/api/swagger"})

    def handle(self, state: State, method: str, parts: Sequence[str], query: Mapping[str, str], body: Any) -> Reply:
        match method, parts:
            case "GET", ["orgs", org, "labels"]:
                if org != OWNER:
                    return self.refuse(404, "The target couldn't be found.")
                return Reply(data=[{"id": 100 + n, "name": name} for n, name in enumerate(state.labels[2:])])
            case _, ["repos", owner, name, *rest] if (owner, name) == (OWNER, NAME):
                return self._handle(state, method, rest, body)
        return self.refuse(404, "The target couldn't be found.")

    def _handle(self, state: State, method: str, rest: Sequence[str], body: Any) -> Reply:  # noqa: C901, PLR0911, PLR0912 - routes
        match method, rest:
            case "GET", ["pulls"]:
                return Reply(data=[self._render(state, pull) for pull in reversed(state.pulls)])
            case "POST", ["pulls"]:
                if state.is_taken(body["head"], body["base"]):
                    return self.refuse(409, "pull request already exists for these targets [id: 1]")
                pull = state.open(body["head"], body["base"], body["title"], body.get("body", ""))
                return Reply(status=201, data=self._render(state, pull))
            case "PATCH", ["pulls", number]:
                pull = state.find(number)
                for name in ("title", "body", "state"):
                    setattr(pull, name, body.get(name, getattr(pull, name)))
                return Reply(status=201, data=self._render(state, pull))
            case "POST", ["pulls", number, "merge"]:
                assert state.checks
                state.find(number).auto_merge = True
                return Reply(status=201)
            case "POST", ["pulls", number, "requested_reviewers"]:
                for name in body.get("reviewers", ()):
                    if name not in state.people:
                        return self.refuse(404, f"user does not exist [uid: 0, name: {name}]")
                state.find(number).reviewers += [*body.get("reviewers", ()), *body.get("team_reviewers", ())]
                return Reply(status=201, data=[])
            case "POST", ["issues", number, "labels"]:
                names = {n + 1: name for n, name in enumerate(state.labels[:2])}
                names |= {100 + n: name for n, name in enumerate(state.labels[2:])}
                state.find(number).labels += [names[label] for label in body["labels"]]
                return Reply(data=[])
            case "POST", ["statuses", sha]:
                state.statuses.append((sha, body["state"], body["description"]))
                return Reply(status=201, data={"id": 1})
            case "POST", ["issues", number, "comments"]:
                state.find(number).comments.append(body["body"])
                return Reply(status=201, data={"id": 1})
            case "GET", ["labels"]:
                return Reply(data=[{"id": n + 1, "name": name} for n, name in enumerate(state.labels[:2])])
            case "GET", ["branches", name]:
                return Reply(data={"name": name, "enable_status_check": state.checks})
        return self.refuse(404, "The target couldn't be found.")

    def _render(self, state: State, pull: Pull) -> dict[str, Any]:
        return {
            "number": pull.number,
            "html_url": f"{state.url}/git/{OWNER}/{NAME}/pulls/{pull.number}",
            "title": pull.title,
            "body": pull.body,
            "state": "open" if pull.state == "open" else "closed",
            "merged": pull.state == "merged",
            "user": {"login": pull.author},
            "labels": [{"id": 1, "name": name} for name in pull.labels],
            "requested_reviewers": [{"login": name} for name in pull.reviewers],
            "head": {"ref": pull.branch, "sha": "0" * 40, "repo_id": 2 if pull.fork else 1},
            "base": {"ref": pull.base, "repo_id": 1, "repo": {"default_merge_style": "squash"}},
        }
