"""What the adapters do with rate limits, broken answers, forks and forges that are elsewhere."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gitops_gen.adapters.forge_http import ForgeError
from gitops_gen.errors import UnreachableError
from gitops_gen.settings import ForgeKind
from tests.contract.forge_server import Reply
from tests.contract.stages import ADAPTERS, KINDS, TOKEN, ServerStage, open_stage
from tests.contract.test_forge_port import PROPOSAL

AUTHORIZATIONS = {"github": f"token {TOKEN}", "gitlab": f"Bearer {TOKEN}", "gitea": f"token {TOKEN}"}


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest) -> Iterator[ServerStage]:
    with open_stage(request.param) as opened:
        yield opened


@pytest.fixture
def github() -> Iterator[ServerStage]:
    with open_stage("github") as opened:
        yield opened


@pytest.fixture
def gitlab() -> Iterator[ServerStage]:
    with open_stage("gitlab") as opened:
        yield opened


@pytest.fixture
def gitea() -> Iterator[ServerStage]:
    with open_stage("gitea") as opened:
        yield opened


def list_all(stage: ServerStage) -> list[int]:
    return [pull.number for pull in stage.forge.list_pull_requests(branch=PROPOSAL.branch, base="main")]


def test_the_token_goes_in_the_authorization_header_alone(
    stage: ServerStage, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:  # noqa: PTH123 - a path in a string, as the environment has it
        file.write("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", netrc)
    list_all(stage)
    (exchange,) = stage.server.exchanges
    assert exchange.headers["Authorization"] == AUTHORIZATIONS[stage.access.project.kind]
    assert [name for name, value in exchange.headers.items() if TOKEN in value] == ["Authorization"]
    assert TOKEN not in repr(stage.access)


def test_a_pull_request_of_a_fork_is_not_ours(stage: ServerStage) -> None:
    stage.server.state.open(PROPOSAL.branch, "main", "from a stranger", "", fork=True)
    assert list_all(stage) == []


def test_a_read_is_tried_again_after_a_fault(stage: ServerStage) -> None:
    stage.server.fail += [("", "", stage.server.api.refuse(502, "bad gateway"))] * 2
    assert list_all(stage) == []
    assert [exchange.status for exchange in stage.server.exchanges] == [502, 502, 200]


def test_a_write_is_not_tried_again_after_a_fault(stage: ServerStage) -> None:
    stage.server.fail.append(("POST", "", stage.server.api.refuse(502, "bad gateway")))
    with pytest.raises(ForgeError, match="502"):
        stage.forge.create(PROPOSAL)
    assert len(stage.server.exchanges) == 1


@pytest.mark.parametrize("status", [429, 403])
def test_what_a_rate_limit_held_back_is_tried_again_when_it_may(stage: ServerStage, status: int) -> None:
    refusal = replace(stage.server.api.refuse(status, "slow down"), headers={"Retry-After": "0"})
    stage.server.fail.append(("POST", "", refusal))
    assert stage.forge.create(replace(PROPOSAL, labels=())).number == 1


def test_a_rate_limit_that_asks_for_a_long_wait_is_an_error_at_once(stage: ServerStage) -> None:
    refusal = replace(stage.server.api.refuse(429, "slow down"), headers={"Retry-After": "3600"})
    stage.server.fail.append(("", "", refusal))
    with pytest.raises(ForgeError, match=r"429 .*slow down") as caught:
        list_all(stage)
    assert "later" in caught.value.hint


def test_an_unreadable_wait_is_no_wait(stage: ServerStage) -> None:
    refusal = replace(stage.server.api.refuse(429, "slow down"), headers={"Retry-After": "soon"})
    stage.server.fail.append(("", "", refusal))
    assert list_all(stage) == []


@pytest.mark.parametrize("data", [b"<html>not json</html>", "a string", 17])
def test_an_answer_that_makes_no_sense_is_an_error(stage: ServerStage, data: object) -> None:
    stage.server.fail.append(("", "", Reply(status=200, data=data)))
    with pytest.raises(UnreachableError, match=r"gave no usable answer|refused") as caught:
        list_all(stage)
    assert stage.forge.address in caught.value.message


def test_a_refusal_in_html_still_has_its_status(stage: ServerStage) -> None:
    stage.server.fail += [("", "", Reply(status=404, data=b"<html>nginx</html>"))]
    with pytest.raises(ForgeError, match="404") as caught:
        list_all(stage)
    assert "nginx" not in caught.value.message


def test_a_write_that_is_sent_elsewhere_is_not_followed(stage: ServerStage) -> None:
    headers = {"Location": "http://elsewhere.invalid/"}
    stage.server.fail.append(("POST", "", Reply(status=301, data={"message": "moved"}, headers=headers)))
    with pytest.raises(UnreachableError) as caught:
        stage.forge.create(PROPOSAL)
    assert "forge.url" in caught.value.hint


@pytest.mark.parametrize("kind", KINDS)
def test_a_forge_that_is_down_is_named(kind: ForgeKind) -> None:
    with open_stage(kind) as stage:
        access = stage.access
    forge = ADAPTERS[kind](access)
    with pytest.raises(UnreachableError, match="no connection") as caught:
        forge.list_pull_requests(branch="a", base="b")
    assert forge.address in caught.value.message
    assert "HTTPConnectionPool" not in caught.value.message


@pytest.mark.parametrize("kind", KINDS)
def test_a_forge_that_says_nothing_is_not_waited_for(kind: ForgeKind) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with open_stage(kind) as stage:
            web = f"http://127.0.0.1:{silent.getsockname()[1]}"
            # PyGithub counts timeouts in whole seconds.
            access = replace(stage.access, project=replace(stage.access.project, web=web), timeout=0.2)
        forge = ADAPTERS[kind](access)
        with pytest.raises(UnreachableError, match=r"nothing within 0\.2 seconds"):
            forge.create(PROPOSAL)


def test_a_comment_that_is_refused_is_warned_of(stage: ServerStage) -> None:
    number = stage.forge.create(PROPOSAL).number
    path = "/notes" if stage.access.project.kind == "gitlab" else "/comments"
    stage.server.fail.append(("POST", path, stage.server.api.refuse(403, "locked")))
    closed = stage.forge.close(number, body="", comment="because")
    assert (closed.state, closed.warnings) == ("closed", ("no comment was left: 403 locked",))


def test_all_that_is_soft_can_be_refused_and_the_pull_request_stands(stage: ServerStage) -> None:
    refuse = stage.server.api.refuse
    stage.server.fail += [("", p, refuse(403, "may not")) for p in ("/labels", "reviewers", "/graphql", "1/merge")]
    stage.server.fail += [("PUT", "merge_requests/1", refuse(403, "may not"))] * 2
    opened = stage.forge.create(replace(PROPOSAL, reviewers=("alice",), auto_merge=True))
    stage.server.fail.clear()
    assert opened.state == "open"
    assert [warning.partition(":")[0] for warning in opened.warnings] == [
        "labels not set (promotion)",
        "review not asked of alice",
        "auto-merge not turned on",
    ]
    assert all("403" in warning for warning in opened.warnings)


def test_github_answers_that_name_another_host_are_not_followed(github: ServerStage) -> None:
    github.forge.create(PROPOSAL)
    github.server.state.url = "http://elsewhere.invalid:1"
    with pytest.raises(UnreachableError, match="not its own") as caught:
        github.forge.update(1, PROPOSAL)
    assert "forge.url" in caught.value.hint


def test_github_starts_no_workflows_on_what_a_workflow_opens(github: ServerStage) -> None:
    github.server.state.author = "github-actions[bot]"
    (warning,) = github.forge.create(PROPOSAL).warnings
    assert "starts no workflows" in warning
    assert "GITOPS_GEN_FORGE_TOKEN" in warning


def test_github_teams_are_asked_by_their_slug(github: ServerStage) -> None:
    proposal = replace(PROPOSAL, reviewers=("acme/mlops", "alice"))
    assert github.forge.create(proposal).warnings == ()
    assert github.reviewers(1) == ["alice", "mlops"]


def test_a_draft_state_that_github_refuses_is_warned_of(github: ServerStage) -> None:
    github.forge.create(PROPOSAL)
    github.server.fail.append(("POST", "/graphql", github.server.api.refuse(403, "not on this plan")))
    updated = github.forge.update(1, replace(PROPOSAL, draft=True))
    assert updated.draft is False
    assert updated.warnings == ("the pull request was not made a draft: 403 not on this plan",)


def test_gitlab_leaves_out_reviewers_who_may_not_look(gitlab: ServerStage) -> None:
    reply = Reply(data=gitlab.server.api.handle(gitlab.server.state, "GET", ["users"], {"username": "bob"}, None).data)
    assert reply.data == [{"id": 3, "username": "bob"}]
    gitlab.forge.create(PROPOSAL)
    shown = gitlab.server.api.handle(
        gitlab.server.state, "GET", ["projects", "acme%2Fteam%2Fdeploy", "merge_requests", "1"], {}, None
    )
    gitlab.server.fail += [("PUT", "merge_requests/1", shown)] * 2
    updated = gitlab.forge.update(1, replace(PROPOSAL, reviewers=("bob",)))
    assert updated.warnings == ("review not asked of bob: GitLab left them out (no access, or one reviewer at most)",)


def test_gitlab_pages_are_asked_of_the_address_that_was_given(gitlab: ServerStage) -> None:
    for _ in range(3):
        number = gitlab.forge.create(PROPOSAL).number
        gitlab.set_state(number, "closed")
    gitlab.server.state.url = "http://internal.invalid"
    assert list_all(gitlab) == [3, 2, 1]


def test_gitlab_merge_requests_that_are_being_merged_are_open(gitlab: ServerStage) -> None:
    gitlab.forge.create(PROPOSAL)
    gitlab.set_state(1, "locked")
    (pull,) = gitlab.forge.list_pull_requests(branch=PROPOSAL.branch, base="main")
    assert pull.state == "open"


def test_gitea_takes_labels_of_the_organisation_too(gitea: ServerStage) -> None:
    assert gitea.forge.create(replace(PROPOSAL, labels=("churn",))).warnings == ()
    assert gitea.labels(1) == ["churn"]


def test_gitea_sets_the_labels_it_finds_where_the_organisation_is_out_of_reach(gitea: ServerStage) -> None:
    gitea.server.fail.append(("GET", "/orgs/", gitea.server.api.refuse(403, "token lacks read:organization")))
    opened = gitea.forge.create(replace(PROPOSAL, labels=("promotion", "churn")))
    assert opened.warnings == ("labels not set (churn): acme/deploy has no such label",)
    assert gitea.labels(1) == ["promotion"]


def test_gitea_teams_are_asked_by_their_name(gitea: ServerStage) -> None:
    assert gitea.forge.create(replace(PROPOSAL, reviewers=("acme/mlops",))).warnings == ()
    assert gitea.reviewers(1) == ["mlops"]


def test_gitea_is_asked_again_to_merge_while_it_looks_for_conflicts(gitea: ServerStage) -> None:
    gitea.server.fail += [("POST", "/merge", gitea.server.api.refuse(405, "Please try again later"))] * 2
    assert gitea.forge.create(replace(PROPOSAL, auto_merge=True)).warnings == ()
    assert gitea.will_merge(1)


def test_gitea_that_looks_for_conflicts_too_long_is_warned_of(gitea: ServerStage) -> None:
    gitea.server.fail += [("POST", "/merge", gitea.server.api.refuse(405, "Please try again later"))] * 3
    opened = gitea.forge.create(replace(PROPOSAL, auto_merge=True))
    assert opened.warnings == ("auto-merge not turned on: 405 Please try again later",)
