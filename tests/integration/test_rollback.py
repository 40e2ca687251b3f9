"""Back to what ran before, on a real git remote and the real kustomize."""

import pytest

from gitops_gen.errors import InvalidValueError, NotFoundError, RefusedError, UnreachableError
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.gates import Waivers
from gitops_gen.plan import read_marker
from tests.integration.conftest import BRANCH, World
from tests.releases import digest

OVERLAY = "models/churn/overlays/staging/kustomization.yaml"
EVIDENCE = "models/churn/overlays/staging/evidence.yaml"


def release(world: World, number: int, character: str) -> None:
    """Bring a release into staging, as a merged pull request."""
    world.add_run(number, character)
    outcome = world.promote(number)
    assert outcome.error is None, outcome.error
    world.merge()


@pytest.fixture
def served(world: World) -> World:
    """A world whose staging had version 1 and has version 2."""
    release(world, 1, "a")
    release(world, 2, "b")
    return world


def test_a_rollback_puts_the_evidence_and_the_pins_of_before_back(served: World):
    before = served.git("show", f"main^:{EVIDENCE}")
    outcome = served.roll_back(by="Ada <ada@example.com>")
    assert outcome.error is None
    assert (outcome.operation, outcome.rolled_back, outcome.branch) == ("created", digest("b"), BRANCH)
    assert served.changed() == [EVIDENCE, OVERLAY]
    assert f"digest: {digest('a')}" in served.read(OVERLAY)
    assert served.read(OVERLAY) == served.git("show", f"main^:{OVERLAY}") + "\n"
    was = parse_evidence(before, path=EVIDENCE).data
    now = parse_evidence(served.read(EVIDENCE), path=EVIDENCE)
    assert now.intact
    own = {"rolledBack", "hash", "checksums"}
    assert {k: v for k, v in now.data.items() if k not in own} == {k: v for k, v in was.items() if k not in own}
    assert now.data["rolledBack"] == [
        {
            "by": "Ada <ada@example.com>",
            "digest": digest("b"),
            "reason": "it answers nonsense",
            "run": f"{2:032x}",
            "version": "2",
        }
    ]


def test_the_pull_request_says_what_is_taken_out_why_and_by_whom(served: World):
    outcome = served.roll_back(by="Ada")
    request = outcome.pull_request
    assert request.title == "Roll back churn to version 1 in staging"
    assert "**This takes version `2` out again, by `Ada`.** Reason: `it answers nonsense`" in request.body
    assert read_marker(request.body)["rolledBack"] == digest("b")
    message = served.git("log", "-1", "--format=%B", BRANCH)
    assert "it answers nonsense" in message
    assert f"Rolled-Back: {digest('b')}" in message
    assert f"Image-Digest: {digest('a')}" in message
    assert served.tracking.version_tags["churn", "2"]["gitops-gen.staging.rolled-back"] == (
        f"{digest('b')}: it answers nonsense"
    )


def test_what_was_rolled_back_is_not_promoted_again_without_force(served: World):
    served.roll_back()
    served.merge()
    refused = served.promote(2)
    assert isinstance(refused.error, RefusedError)
    assert "was rolled back" in refused.error.message
    assert "--force" in refused.error.hint
    assert served.branches() == ["main"]
    forced = served.promote(2, force=True, waivers=Waivers(force=True, by="Ada"))
    assert forced.error is None
    now = parse_evidence(served.read(EVIDENCE), path=EVIDENCE)
    assert "rolledBack" not in now.data
    assert [(o.rule, o.reason, o.by) for o in now.overrides] == [("rolled-back", "--force", "Ada")]


def test_another_release_goes_on_remembering_what_was_rolled_back(served: World):
    served.roll_back()
    served.merge()
    release(served, 3, "c")
    assert [r.digest for r in parse_evidence(served.read(EVIDENCE, "main"), path="").rolled_back] == [digest("b")]
    assert isinstance(served.promote(2).error, RefusedError)
    again = served.roll_back()
    assert again.rolled_back == digest("c")
    remembered = parse_evidence(served.read(EVIDENCE), path="").rolled_back
    assert [r.digest for r in remembered] == [digest("b"), digest("c")]
    assert f"digest: {digest('a')}" in served.read(OVERLAY), "what was rolled back itself is passed over"


@pytest.mark.parametrize("what", ["digest", "run", "commit", "short", "any commit"])
def test_what_to_go_back_to_can_be_named(served: World, what: str):
    served.commit({"README.md": "between\n"})
    between = served.head("main")
    release(served, 3, "c")
    commit = served.git("log", "--first-parent", "--format=%H", "main", "--", EVIDENCE).splitlines()[-1]
    to = {"digest": digest("a"), "run": f"{1:032x}", "commit": commit, "short": commit[:8], "any commit": between}[what]
    outcome = served.roll_back(to=to)
    assert outcome.error is None
    assert f"digest: {digest('b' if what == 'any commit' else 'a')}" in served.read(OVERLAY)


def test_again_changes_nothing_and_a_promotion_takes_the_same_pull_request(served: World):
    first = served.roll_back()
    again = served.roll_back()
    assert (again.operation, again.commit) == ("unchanged", first.commit)
    served.add_run(3, "c")
    third = served.promote(3)
    assert (third.operation, third.pull_request.number) == ("updated", first.pull_request.number)


def test_a_dry_run_writes_nothing(served: World):
    outcome = served.roll_back(dry_run=True)
    assert (outcome.operation, outcome.error) == ("none", None)
    assert f"-  digest: {digest('b')}" in outcome.diff
    assert served.branches() == ["main"]
    assert "gitops-gen.staging.rolled-back" not in served.tracking.version_tags["churn", "2"]


def test_people_s_own_lines_stay(served: World):
    served.commit({OVERLAY: lambda text: text + "# ours\ncommonAnnotations: {team: a}\n"})
    outcome = served.roll_back()
    assert outcome.error is None
    assert "# ours" in served.read(OVERLAY)
    assert served.changed() == [EVIDENCE, OVERLAY]


def test_an_image_that_is_gone_from_the_registry_is_refused(served: World):
    served.registry.delete(digest("a"))
    outcome = served.roll_back()
    assert isinstance(outcome.error, RefusedError)
    assert "gone from the registry" in outcome.error.message
    assert served.branches() == ["main"]


def test_evidence_that_was_edited_is_no_place_to_go_back_to(world: World):
    release(world, 1, "a")
    world.commit({EVIDENCE: lambda text: text.replace('"lbfgs"', '"saga"')})
    release(world, 2, "b")
    outcome = world.roll_back()
    assert isinstance(outcome.error, RefusedError)
    assert "edited by hand in commit" in outcome.error.message


def test_what_cannot_be_done_is_said(served: World):
    assert isinstance(served.roll_back(reason="  ").error, InvalidValueError)
    nothing = served.roll_back(environment="production").error
    assert isinstance(nothing, NotFoundError)
    assert "production has no churn" in nothing.message
    unknown = served.roll_back(to="0" * 32).error
    assert isinstance(unknown, NotFoundError)
    assert f"{1:032x}" in unknown.hint
    there = served.roll_back(to=digest("b")).error
    assert isinstance(there, RefusedError)
    served.roll_back()
    served.merge()
    only = served.roll_back().error
    assert isinstance(only, NotFoundError)
    assert "but what was rolled back itself" in only.message
    bad = served.roll_back(to=digest("b")).error
    assert isinstance(bad, RefusedError)
    forced = served.roll_back(to=digest("b"), force=True)
    assert forced.rolled_back == digest("a")


def test_a_registry_that_does_not_answer_is_no_proof(served: World):
    served.registry.is_down = True
    assert isinstance(served.roll_back().error, UnreachableError)


def test_a_first_release_has_nothing_before_it(world: World):
    release(world, 1, "a")
    error = world.roll_back().error
    assert isinstance(error, NotFoundError)
    assert "has had no other" in error.message
