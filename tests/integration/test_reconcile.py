"""MLflow and the forge brought in line with what is merged, on a real git remote."""

from dataclasses import replace

import pytest

from gitops_gen.adapters.repository_git import RepositoryGit
from gitops_gen.errors import UnreachableError
from gitops_gen.model import RunSelector
from gitops_gen.names import ModelName
from gitops_gen.plan import read_marker
from gitops_gen.reconcile import reconcile
from gitops_gen.reconciliation import ReconcilePorts, ReconcileRequest, Reconciliation
from tests.integration.conftest import BRANCH, World
from tests.releases import digest

DEPLOYED = "gitops-gen.staging.deployed"


def bring(world: World, **request: object) -> Reconciliation:
    with RepositoryGit(str(world.remote)) as repository:
        ports = ReconcilePorts(repository=repository, tracking=lambda _: world.tracking, forge=lambda _: world.forge)
        return reconcile(ReconcileRequest(**request), ports)


def tell(found: Reconciliation) -> list[tuple[str, str, int | None]]:
    assert found.warnings == ()
    return [(action.operation, action.place[1], action.pull_request) for action in found.actions]


def release(world: World, number: int, character: str) -> None:
    world.add_run(number, character)
    assert world.promote(number).error is None
    world.merge()


def version_tags(world: World, number: int) -> dict[str, str]:
    return world.tracking.version_tags.get(("churn", str(number)), {})


def test_versions_say_where_they_run_and_no_longer_where_they_ran(world: World):
    release(world, 1, "a")
    first = world.head("main")
    assert tell(bring(world)) == [("deployed", "staging", None)]
    assert version_tags(world, 1)[DEPLOYED] == first
    assert tell(bring(world)) == [], "a second time there is nothing to do"
    release(world, 2, "b")
    assert sorted(tell(bring(world))) == [("deployed", "staging", None), ("left", "staging", None)]
    assert (version_tags(world, 1)[DEPLOYED], version_tags(world, 2)[DEPLOYED]) == ("", world.head("main"))
    assert tell(bring(world)) == []


def test_a_dry_run_says_it_and_does_nothing(world: World):
    release(world, 1, "a")
    assert tell(bring(world, dry_run=True)) == [("deployed", "staging", None)]
    assert DEPLOYED not in version_tags(world, 1)
    assert bring(world, dry_run=True).to_json()["actions"][0]["text"].startswith("version 1 runs in staging since")


def test_a_pull_request_whose_release_is_there_already_is_closed(world: World):
    release(world, 1, "a")
    world.add_run(2, "b")
    number = world.promote(2).pull_request.number
    bring(world)
    world.git("update-ref", "refs/heads/main", world.head())  # merged by hand, past the forge
    found = bring(world)
    assert ("closed", "staging", number) in tell(found)
    (request,) = [pull for pull in world.forge.pull_requests if pull.number == number]
    assert (request.state, read_marker(request.body)["state"]) == ("closed", "emptied")
    assert world.branches() == ["main"]
    assert tell(bring(world)) == []


def test_what_a_person_rejected_stands_on_the_version(world: World):
    release(world, 1, "a")
    world.add_run(2, "b")
    request = world.promote(2).pull_request
    world.forge.set_state(request.number, "closed")
    assert ("rejected", "staging", request.number) in tell(bring(world))
    assert version_tags(world, 2)["gitops-gen.staging.rejected"] == request.url
    assert tell(bring(world)) == []


@pytest.fixture
def proposed(world: World) -> World:
    """Version 1 in staging, and version 2 proposed by its alias."""
    release(world, 1, "a")
    run = world.add_run(2, "b")
    named = replace(run, version=replace(run.version, aliases=("champion",)))
    world.tracking.runs = (world.tracking.runs[0], named)
    assert world.promote(selector=RunSelector(model="churn", alias="champion")).error is None
    bring(world)
    return world


def comments(world: World) -> tuple[str, ...]:
    (number,) = [pull.number for pull in world.forge.pull_requests if pull.state == "open"]
    return world.forge.comments.get(number, ())


def test_an_open_one_that_is_up_to_date_is_left_alone(proposed: World):
    assert tell(bring(proposed)) == []
    assert comments(proposed) == ()
    assert proposed.forge.checks == {}


def test_a_run_that_was_deleted_is_told_once_and_fails_the_check(proposed: World):
    proposed.tracking.deleted = (f"{2:032x}",)
    found = bring(proposed)
    assert [(a.operation, a.text) for a in found.actions if a.pull_request] == [
        ("commented", f"The run {2:032x} was deleted in MLflow.")
    ]
    (comment,) = comments(proposed)
    assert f"- The run `{2:032x}` was deleted in MLflow." in comment
    assert proposed.forge.checks[proposed.head()] == (False, f"The run {2:032x} was deleted in MLflow.")
    assert [a for a in bring(proposed).actions if a.pull_request] == []
    assert len(comments(proposed)) == 1
    proposed.tracking.deleted = ()
    assert [a.operation for a in bring(proposed).actions if a.pull_request] == ["cleared"]
    assert proposed.forge.checks[proposed.head()][0]
    assert len(comments(proposed)) == 1, "that all is well needs no comment"


def test_an_alias_that_moved_is_told(proposed: World):
    run = proposed.add_run(3, "c")
    first, second, _ = proposed.tracking.runs
    moved = replace(run, version=replace(run.version, aliases=("champion",)))
    proposed.tracking.runs = (first, replace(second, version=replace(second.version, aliases=())), moved)
    bring(proposed)
    assert f"The alias `models:/churn@champion` points at version 3, run `{3:032x}` now." in comments(proposed)[0]
    proposed.tracking.runs = proposed.tracking.runs[:2]
    bring(proposed)
    assert "The alias `models:/churn@champion` is gone from MLflow." in comments(proposed)[1]


def test_a_champion_that_changed_is_told_and_promoting_again_mends_it(proposed: World):
    proposed.add_run(3, "c")
    tip = proposed.head()
    assert proposed.promote(3).operation == "updated"
    proposed.merge()
    proposed.forge.set_state(proposed.forge.pull_requests[-1].number, "open")
    proposed.git("branch", BRANCH, tip)  # somebody's branch from before
    (body,) = [pull.body for pull in proposed.forge.pull_requests if pull.state == "open"]
    assert read_marker(body)["digest"] == digest("c")
    proposed.forge.comment(proposed.forge.pull_requests[-1].number, body=body.replace("c" * 64, "d" * 64), comment="")
    bring(proposed)
    assert f"`staging` has `{digest('c')}` now, and this was compared with `{digest('a')}`" in comments(proposed)[0]


def test_what_does_not_answer_is_a_warning(proposed: World):
    release(proposed, 3, "c")
    proposed.tracking.is_down = True
    found = bring(proposed)
    assert found.actions == ()
    assert all("does not answer" in warning for warning in found.warnings)
    assert found.warnings
    proposed.tracking.is_down = False
    proposed.forge.failure = UnreachableError("the forge is down")
    found = bring(proposed)
    assert {action.operation for action in found.actions} == {"deployed", "left"}
    assert any("the forge is down" in warning for warning in found.warnings)


def test_tags_that_mlflow_refuses_are_a_warning_and_no_action(world: World):
    release(world, 1, "a")
    world.tracking.refuses_writes = True
    found = bring(world)
    assert found.actions == ()
    assert "were not written" in found.warnings[0]


def test_one_model_alone_and_pull_requests_of_people(world: World):
    release(world, 1, "a")
    assert tell(bring(world, model=ModelName("fraud"))) == []
    assert tell(bring(world, model=ModelName("churn"))) == [("deployed", "staging", None)]
    world.add_run(2, "b")
    number = world.promote(2).pull_request.number
    world.forge.comment(number, body="I wrote this myself", comment="")
    assert tell(bring(world)) == []
