"""The Gitea adapter against a real Gitea or Forgejo; docs/forges.md says how to give it one.

The token's owner must administer the project, which has a branch main and a label promotion.
"""

import base64
import os
import time
import uuid
from dataclasses import replace

import pytest
import requests

from gitops_gen.adapters.forge_http import ForgeError
from gitops_gen.adapters.forges import make_forge
from gitops_gen.model import Proposal
from gitops_gen.ports import Forge
from gitops_gen.settings import ForgeSettings

URL = os.environ.get("GITOPS_GEN_GITEA_URL", "").rstrip("/")
TOKEN = os.environ.get("GITOPS_GEN_FORGE_TOKEN", "")
PROJECT = os.environ.get("GITOPS_GEN_GITEA_PROJECT", "")
REVIEWER = os.environ.get("GITOPS_GEN_GITEA_REVIEWER", "")

pytestmark = pytest.mark.skipif(
    not (URL and TOKEN and PROJECT),
    reason="set GITOPS_GEN_GITEA_URL, GITOPS_GEN_FORGE_TOKEN and GITOPS_GEN_GITEA_PROJECT to try a real Gitea",
)


def call(method: str, path: str, body: dict[str, object]) -> dict[str, object]:
    response = requests.request(
        method,
        f"{URL}/api/v1/repos/{PROJECT}{path}",
        json=body,
        headers={"Authorization": f"token {TOKEN}"},
        timeout=30,
    )
    response.raise_for_status()
    return response.json() if response.content else {}


def merge(number: int) -> None:
    """Merge it, as soon as the server has looked for conflicts."""
    for _ in range(50):
        if call("GET", f"/pulls/{number}", {})["mergeable"]:
            break
        time.sleep(0.1)
    call("POST", f"/pulls/{number}/merge", {"Do": "merge"})


def open_forge(project: str = PROJECT, token: str = TOKEN) -> Forge:
    forge = make_forge(
        ForgeSettings(kind="gitea", url=URL, project=project), f"{URL}/{project}.git", {"GITEA_TOKEN": token}
    )
    assert forge is not None
    return forge


@pytest.fixture
def proposal() -> Proposal:
    """A branch with one commit of its own, and what to propose for it."""
    name = f"trial-{uuid.uuid4().hex[:12]}"
    push_branch(name, start="main")
    return Proposal(
        branch=name, base="main", title=f"Promote {name}", body="first\n\n- [ ] look", labels=("promotion",)
    )


def push_branch(name: str, *, start: str) -> None:
    call(
        "POST",
        f"/contents/{name}.txt",
        {"branch": start, "new_branch": name, "content": base64.b64encode(name.encode()).decode(), "message": name},
    )


def test_a_pull_request_lives_from_opening_to_closing(proposal: Proposal) -> None:
    forge = open_forge()
    assert forge.list_pull_requests(branch=proposal.branch, base="main") == ()

    opened = forge.create(proposal)
    assert (opened.title, opened.body, opened.state, opened.draft) == (proposal.title, proposal.body, "open", False)
    assert opened.warnings == ()
    assert opened.url.endswith(f"/{PROJECT}/pulls/{opened.number}")

    updated = forge.update(opened.number, replace(proposal, title="Promote it again", body="second", draft=True))
    assert (updated.title, updated.body, updated.draft) == ("Promote it again", "second", True)
    assert forge.list_pull_requests(branch=proposal.branch, base="main") == (updated,)
    assert forge.update(opened.number, proposal).draft is False

    closed = forge.close(opened.number, body="third", comment="superseded")
    assert (closed.state, closed.body, closed.warnings) == ("closed", "third", ())
    comments = requests.get(
        f"{URL}/api/v1/repos/{PROJECT}/issues/{opened.number}/comments",
        headers={"Authorization": f"token {TOKEN}"},
        timeout=30,
    ).json()
    assert [comment["body"] for comment in comments] == ["superseded"]

    again = forge.create(proposal)
    assert [pull.number for pull in forge.list_pull_requests(branch=proposal.branch, base="main")] == [
        again.number,
        opened.number,
    ]


def test_a_comment_and_a_check_stand_beside_an_open_one(proposal: Proposal) -> None:
    forge = open_forge()
    opened = forge.create(proposal)
    changed = forge.comment(opened.number, body="told", comment="the run was deleted")
    assert (changed.body, changed.state) == ("told", "open")
    comments = call("GET", f"/issues/{opened.number}/comments", {})
    assert [comment["body"] for comment in comments] == ["the run was deleted"]
    commit = call("GET", f"/pulls/{opened.number}", {})["head"]["sha"]
    for passes, expected in ((False, "failure"), (True, "success")):
        forge.set_check(commit, passes=passes, description="what runs has changed")
        status = call("GET", f"/commits/{commit}/status", {})
        assert status["state"] == expected
        assert [(each["context"], each["description"]) for each in status["statuses"]] == [
            ("gitops-gen", "what runs has changed")
        ]


def test_a_second_pull_request_for_the_same_branches_is_refused(proposal: Proposal) -> None:
    forge = open_forge()
    forge.create(proposal)
    with pytest.raises(ForgeError, match="refused to open a pull request: 409") as caught:
        forge.create(proposal)
    assert TOKEN not in str(caught.value)


def test_a_merged_pull_request_is_listed_as_merged(proposal: Proposal) -> None:
    forge = open_forge()
    opened = forge.create(proposal)
    merge(opened.number)
    (merged,) = forge.list_pull_requests(branch=proposal.branch, base="main")
    assert merged.state == "merged"


@pytest.mark.skipif(not REVIEWER, reason="set GITOPS_GEN_GITEA_REVIEWER to a person with access to the project")
def test_reviewers_and_labels_that_are_not_there_are_warned_of(proposal: Proposal) -> None:
    forge = open_forge()
    opened = forge.create(
        replace(proposal, reviewers=(REVIEWER, "nobody-of-this-name"), labels=("promotion", "no-such"))
    )
    assert len(opened.warnings) == 2
    assert "no such label" in opened.warnings[0]
    assert "review not asked of nobody-of-this-name" in opened.warnings[1]
    pull = call("GET", f"/pulls/{opened.number}", {})
    assert [user["login"] for user in pull["requested_reviewers"]] == [REVIEWER]
    assert [label["name"] for label in pull["labels"]] == ["promotion"]
    assert forge.update(opened.number, replace(proposal, reviewers=(REVIEWER,))).warnings == ()


def test_auto_merge_is_not_asked_for_where_no_check_is_required(proposal: Proposal) -> None:
    opened = open_forge().create(replace(proposal, auto_merge=True))
    assert opened.warnings == (
        "auto-merge not turned on: branch main requires no status checks that Gitea could wait for",
    )
    assert call("GET", f"/pulls/{opened.number}", {})["merged"] is False


def test_auto_merge_waits_for_the_checks_that_the_base_branch_requires(proposal: Proposal) -> None:
    base = f"base-{uuid.uuid4().hex[:12]}"
    push_branch(base, start="main")
    call(
        "POST",
        "/branch_protections",
        {"branch_name": base, "rule_name": base, "enable_status_check": True, "status_check_contexts": ["ci/check"]},
    )
    opened = open_forge().create(replace(proposal, base=base, auto_merge=True))
    assert opened.warnings == ()
    assert call("GET", f"/pulls/{opened.number}", {})["merged"] is False


def test_a_wrong_token_is_refused_with_the_variable_it_came_from(proposal: Proposal) -> None:
    with pytest.raises(ForgeError, match="401") as caught:
        open_forge(token="0" * 40).create(proposal)
    assert "GITEA_TOKEN" in caught.value.hint


def test_an_unknown_project_is_not_found(proposal: Proposal) -> None:
    with pytest.raises(ForgeError, match="404") as caught:
        open_forge(project="nobody/nothing").list_pull_requests(branch="a", base="main")
    assert "nobody/nothing" in caught.value.hint
