"""What every forge does alike: the fake and the three adapters, the latter held to their published descriptions."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gitops_gen.errors import UnreachableError
from gitops_gen.model import Proposal
from tests.contract.stages import KINDS, TOKEN, Stage, open_any

PROPOSAL = Proposal(
    branch="gitops-gen/staging/churn",
    base="main",
    title="Promote churn 3 to staging: ümläut `code` <b>",
    body="| metric | value |\n|---|---|\n| auc | 0.9 |\n\n- [ ] looked at it\n",
    labels=("promotion",),
)


@pytest.fixture(params=["fake", *KINDS])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with open_any(request.param) as opened:
        yield opened


def list_numbers(stage: Stage, branch: str = PROPOSAL.branch, base: str = "main") -> list[int]:
    return [pull.number for pull in stage.forge.list_pull_requests(branch=branch, base=base)]


def test_a_created_pull_request_is_found_again(stage: Stage) -> None:
    assert list_numbers(stage) == []
    opened = stage.forge.create(PROPOSAL)
    assert (opened.state, opened.title, opened.body) == ("open", PROPOSAL.title, PROPOSAL.body)
    assert (opened.draft, opened.author, opened.warnings) == (False, "robot", ())
    assert opened.url.startswith("http")
    assert stage.forge.list_pull_requests(branch=PROPOSAL.branch, base="main") == (opened,)
    assert stage.labels(opened.number) == ["promotion"]


def test_only_the_same_branch_and_base_are_listed(stage: Stage) -> None:
    stage.forge.create(replace(PROPOSAL, branch="gitops-gen/staging/other"))
    stage.forge.create(replace(PROPOSAL, base="release"))
    wanted = stage.forge.create(PROPOSAL)
    assert list_numbers(stage) == [wanted.number]
    assert list_numbers(stage, base="elsewhere") == []


def test_all_are_listed_newest_first_with_their_state(stage: Stage) -> None:
    for _ in range(5):
        number = stage.forge.create(PROPOSAL).number
        stage.set_state(number, "closed")
    stage.set_state(2, "merged")
    stage.forge.create(PROPOSAL)
    listed = stage.forge.list_pull_requests(branch=PROPOSAL.branch, base="main")
    assert [(pull.number, pull.state) for pull in listed] == [
        (6, "open"),
        (5, "closed"),
        (4, "closed"),
        (3, "closed"),
        (2, "merged"),
        (1, "closed"),
    ]


def test_an_update_changes_title_and_body(stage: Stage) -> None:
    number = stage.forge.create(PROPOSAL).number
    updated = stage.forge.update(number, replace(PROPOSAL, title="Promote churn 4", body="new"))
    assert (updated.number, updated.title, updated.body, updated.state) == (number, "Promote churn 4", "new", "open")
    assert stage.forge.list_pull_requests(branch=PROPOSAL.branch, base="main") == (updated,)


def test_a_draft_is_made_and_made_ready(stage: Stage) -> None:
    opened = stage.forge.create(replace(PROPOSAL, draft=True))
    assert (opened.title, opened.draft) == (PROPOSAL.title, True)
    ready = stage.forge.update(opened.number, PROPOSAL)
    assert (ready.title, ready.draft, ready.warnings) == (PROPOSAL.title, False, ())
    again = stage.forge.update(opened.number, replace(PROPOSAL, draft=True))
    assert (again.title, again.draft) == (PROPOSAL.title, True)
    assert stage.forge.list_pull_requests(branch=PROPOSAL.branch, base="main") == (again,)


def test_labels_and_reviewers_are_added_to_those_that_are_there(stage: Stage) -> None:
    proposal = replace(PROPOSAL, labels=("promotion", "churn"), reviewers=("alice",))
    number = stage.forge.create(proposal).number
    updated = stage.forge.update(number, replace(proposal, labels=("mlops", "churn"), reviewers=("bob", "alice")))
    assert updated.warnings == ()
    assert stage.labels(number) == ["promotion", "churn", "mlops"]
    assert stage.reviewers(number) == ["alice", "bob"]
    assert stage.forge.update(number, proposal).warnings == ()


def test_unknown_reviewers_are_warned_of_and_the_others_asked(stage: Stage) -> None:
    opened = stage.forge.create(replace(PROPOSAL, reviewers=("alice", "nobody", "bob")))
    assert len(opened.warnings) == 1
    assert opened.warnings[0].startswith("review not asked of nobody")
    assert stage.reviewers(opened.number) == ["alice", "bob"]


def test_a_label_that_cannot_be_set_is_warned_of(stage: Stage) -> None:
    opened = stage.forge.create(replace(PROPOSAL, labels=("no-such",)))
    assert len(opened.warnings) == 1
    assert opened.warnings[0].startswith("labels not set (no-such)")
    assert opened.state == "open"


def test_auto_merge_is_turned_on(stage: Stage) -> None:
    opened = stage.forge.create(replace(PROPOSAL, auto_merge=True))
    assert opened.warnings == ()
    assert stage.will_merge(opened.number)


def test_auto_merge_with_nothing_to_wait_for_is_warned_of(stage: Stage) -> None:
    stage.remove_checks()
    opened = stage.forge.create(replace(PROPOSAL, auto_merge=True))
    assert len(opened.warnings) == 1
    assert opened.warnings[0].startswith("auto-merge not turned on")
    assert not stage.will_merge(opened.number)


def test_closing_replaces_the_body_and_says_why(stage: Stage) -> None:
    number = stage.forge.create(PROPOSAL).number
    closed = stage.forge.close(number, body="superseded", comment="nothing is left to change")
    assert (closed.state, closed.body, closed.title, closed.warnings) == ("closed", "superseded", PROPOSAL.title, ())
    assert stage.comments(number) == ["nothing is left to change"]
    assert stage.forge.create(PROPOSAL).number == number + 1


def test_closing_without_a_comment_leaves_none(stage: Stage) -> None:
    number = stage.forge.create(PROPOSAL).number
    stage.forge.close(number, body="", comment="")
    assert stage.comments(number) == []


def test_a_comment_replaces_the_body_and_leaves_it_open(stage: Stage) -> None:
    number = stage.forge.create(PROPOSAL).number
    changed = stage.forge.comment(number, body="told", comment="the run was deleted")
    assert (changed.state, changed.body, changed.title) == ("open", "told", PROPOSAL.title)
    assert stage.comments(number) == ["the run was deleted"]
    stage.forge.comment(number, body="", comment="")
    assert stage.comments(number) == ["the run was deleted"]


def test_the_check_of_a_commit_passes_or_fails(stage: Stage) -> None:
    one, two = "a" * 40, "b" * 40
    stage.forge.set_check(one, passes=False, description="x" * 200)
    stage.forge.set_check(two, passes=True, description="all is well")
    checks = stage.checks()
    assert [(commit, passes) for commit, passes, _ in checks] == [(one, False), (two, True)]
    assert checks[0][2].startswith("x" * 100)
    assert checks[1][2] == "all is well"


def test_a_second_one_for_the_same_branches_is_refused(stage: Stage) -> None:
    stage.forge.create(PROPOSAL)
    with pytest.raises(UnreachableError, match=r"4(09|22) .*already exists"):
        stage.forge.create(PROPOSAL)


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
@pytest.mark.parametrize("call", ["list", "create", "update", "close", "comment", "check"])
def test_a_refusal_names_the_address_the_status_and_what_the_forge_said(stage: Stage, status: int, call: str) -> None:
    number = stage.forge.create(PROPOSAL).number
    stage.fail(status, f"because {TOKEN}\x1b[31m\n said so" if "server" in vars(stage) else "because said so")
    calls: dict[str, Callable[[], object]] = {
        "list": lambda: stage.forge.list_pull_requests(branch=PROPOSAL.branch, base="main"),
        "create": lambda: stage.forge.create(PROPOSAL),
        "update": lambda: stage.forge.update(number, PROPOSAL),
        "close": lambda: stage.forge.close(number, body="", comment="x"),
        "comment": lambda: stage.forge.comment(number, body="", comment="x"),
        "check": lambda: stage.forge.set_check("c" * 40, passes=True, description="x"),
    }
    with pytest.raises(UnreachableError) as caught:
        calls[call]()
    error = caught.value
    assert stage.forge.address in error.message
    assert f"{status} " in error.message
    assert "said so" in error.message
    assert TOKEN not in error.message + error.hint
    assert error.message.isprintable()
    assert error.hint
    assert error.exit_code == 3
