"""The main job on a real git remote and the real kustomize: what is created, updated, refused, and never half done."""

import json
import re
from dataclasses import replace

import pytest

from gitops_gen.errors import InvalidValueError, NotFoundError, RaceLostError, RefusedError, UnreachableError
from gitops_gen.gates import Waivers
from gitops_gen.model import RunSelector, SourceCode
from gitops_gen.names import ModelName, parse_image_ref
from gitops_gen.plan import read_marker
from gitops_gen.tags import IMAGE
from tests.integration.conftest import BRANCH, World
from tests.releases import digest, make_image, metric

OVERLAY = "models/churn/overlays/staging/kustomization.yaml"
EVIDENCE = "models/churn/overlays/staging/evidence.yaml"


def test_a_first_promotion_brings_the_model_and_opens_a_pull_request(world: World):
    world.add_run(1, "a")
    outcome = world.promote(1)
    assert outcome.error is None
    assert (outcome.operation, outcome.branch, outcome.commit) == ("created", BRANCH, world.head())
    assert list(outcome.files) == sorted(world.changed())
    assert f"digest: {digest('a')}" in world.read(OVERLAY)
    (pull_request,) = world.forge.pull_requests
    assert outcome.pull_request == pull_request
    assert (pull_request.title, pull_request.body) == ("Promote churn version 1 to staging", outcome.body)
    assert world.tracking.run_tags[f"{1:032x}"] == {
        "gitops-gen.staging.commit": outcome.commit,
        "gitops-gen.staging.pull-request": pull_request.url,
        "gitops-gen.staging.verdict": "passed",
    }
    message = world.git("log", "-1", "--format=%B", BRANCH)
    assert f"MLflow-Run: {1:032x}" in message
    assert f"Image-Digest: {digest('a')}" in message


def test_the_same_run_again_changes_nothing(world: World):
    world.add_run(1, "a")
    first = world.promote(1)
    recorded = dict(world.tracking.run_tags[f"{1:032x}"])
    second = world.promote(1)
    assert (second.operation, second.commit) == ("unchanged", first.commit)
    assert second.pull_request.number == first.pull_request.number
    assert len(world.forge.pull_requests) == 1
    assert world.head() == first.commit
    assert world.tracking.run_tags[f"{1:032x}"] == recorded


def test_a_newer_run_updates_the_same_pull_request_with_a_small_difference(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    world.add_run(2, "b")
    second = world.promote(2)
    world.add_run(3, "c")
    third = world.promote(3)
    assert (second.operation, third.operation) == ("created", "updated")
    assert second.pull_request.number == third.pull_request.number
    assert world.changed() == [EVIDENCE, OVERLAY]
    counts = [line.split()[:2] for line in world.git("diff", "--numstat", f"main...{BRANCH}").splitlines()]
    assert sum(int(number) for pair in counts for number in pair) <= 40
    assert world.git("rev-list", "--count", f"main..{BRANCH}") == "1"
    assert third.pull_request.title == "Promote churn version 3 to staging"
    assert "in place of version `1`" in third.body


def test_what_the_base_has_already_is_unchanged(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    outcome = world.promote(1)
    assert (outcome.operation, outcome.pull_request, outcome.files) == ("unchanged", None, ())
    assert world.branches() == ["main"]


def test_a_branch_that_was_left_after_the_merge_is_left_alone(world: World):
    world.add_run(1, "a")
    world.promote(1)
    tip = world.head()
    world.merge()
    world.git("branch", BRANCH, tip)
    assert world.promote(1).operation == "unchanged"
    assert world.head() == tip
    world.add_run(2, "b")
    assert world.promote(2).operation == "created"
    assert world.changed() == [EVIDENCE, OVERLAY]


def test_going_back_to_what_runs_closes_the_pull_request_and_removes_the_branch(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    world.add_run(2, "b")
    world.promote(2)
    outcome = world.promote(1)
    assert outcome.operation == "closed"
    assert outcome.pull_request.state == "closed"
    assert read_marker(outcome.pull_request.body)["state"] == "emptied"
    assert world.branches() == ["main"]
    again = world.promote(2)
    assert again.operation == "created", "a pull request that the program closed is no rejection"


def test_a_rejected_digest_is_not_proposed_again_without_force(world: World):
    world.add_run(1, "a")
    number = world.promote(1).pull_request.number
    world.forge.set_state(number, "closed")
    world.git("branch", "-D", BRANCH)
    refused = world.promote(1)
    assert isinstance(refused.error, RefusedError)
    assert world.branches() == ["main"]
    forced = world.promote(1, force=True)
    assert (forced.operation, forced.pull_request.number) == ("created", number + 1)
    world.add_run(2, "b")
    assert world.promote(2).operation == "updated"


def test_somebody_elses_commits_are_not_overwritten(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.commit({"models/churn/NOTES.md": "mine\n"}, branch=BRANCH)
    theirs = world.head()
    world.add_run(2, "b")
    outcome = world.promote(2)
    assert isinstance(outcome.error, RefusedError)
    assert "by hand" in outcome.error.message
    assert world.head() == theirs
    assert world.promote(2, force=True).operation == "updated"
    assert world.head() != theirs


def test_a_branch_that_a_person_brought_up_to_date_is_still_ours(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.commit({"docs.md": "unrelated\n"})
    world.git("fetch", "origin", folder=world.work)
    world.git("checkout", "-B", BRANCH, f"origin/{BRANCH}", folder=world.work)
    world.git("merge", "--no-edit", "origin/main", folder=world.work)
    world.git("push", "origin", BRANCH, folder=world.work)
    world.add_run(2, "b")
    assert world.promote(2).operation == "updated"


def test_production_takes_only_what_staging_has_on_the_base(world: World):
    world.add_run(1, "a")
    refused = world.promote(1, "production")
    assert isinstance(refused.error, RefusedError)
    assert "staging does not have this model" in refused.error.message
    world.promote(1)
    assert world.promote(1, "production").error is not None, "a pull request that is not merged does not count"
    world.merge()
    outcome = world.promote(1, "production")
    assert (outcome.operation, outcome.branch) == ("created", "gitops-gen/production/churn")
    assert outcome.body.count("Rules set aside") == 0


def test_skipping_the_order_is_recorded_where_people_look(world: World):
    world.add_run(1, "a")
    outcome = world.promote(1, "production", waivers=Waivers(skip_order="hot fix for #12"))
    assert outcome.operation == "created"
    evidence = world.read("models/churn/overlays/production/evidence.yaml", "gitops-gen/production/churn")
    assert '{reason: "hot fix for #12", rule: "environment-order"}' in evidence
    assert "- `environment-order`: `hot fix for #12`" in outcome.body
    assert world.tracking.run_tags[f"{1:032x}"]["gitops-gen.production.verdict"] == "overridden"


def test_what_runs_there_already_needs_no_reason_again(world: World):
    world.add_run(1, "a")
    world.promote(1, "production", waivers=Waivers(skip_order="hot fix"))
    world.merge("gitops-gen/production/churn")
    again = world.promote(1, "production")
    assert (again.operation, again.error) == ("unchanged", None)


@pytest.mark.parametrize("status", ["RUNNING", "FAILED"])
def test_an_unfinished_run_is_refused_unless_allowed(status, world: World):
    world.add_run(1, "a", status=status)
    refused = world.promote(1)
    assert isinstance(refused.error, RefusedError)
    assert world.branches() == ["main"]
    assert world.promote(1, waivers=Waivers(allow_unfinished=True)).operation == "created"
    assert "run-finished" in world.read(EVIDENCE)


def test_a_run_without_an_image_is_refused_and_image_helps(world: World):
    world.add_run(1, "a", tags={})
    refused = world.promote(1)
    assert isinstance(refused.error, RefusedError)
    assert "record-image" in refused.error.hint
    assert world.promote(1, image=parse_image_ref("registry.example.com/ml/churn:1")).operation == "created"


def test_a_tag_that_moved_since_it_was_recorded_is_refused_with_both_digests(world: World):
    world.add_run(1, "a")
    world.push_image(make_image("b", tag="1"))
    refused = world.promote(1)
    assert isinstance(refused.error, RefusedError)
    assert digest("a") in refused.error.message
    assert digest("b") in refused.error.message
    by_digest = world.promote(1, image=parse_image_ref(f"registry.example.com/ml/churn@{digest('a')}"))
    assert by_digest.operation == "created"
    assert "newTag" not in world.read(OVERLAY)


def test_a_tag_that_is_gone_is_only_a_warning_while_the_digest_is_there(world: World):
    world.push_image(make_image("a", tag=None))
    world.add_run(1, "b", tags={IMAGE: f"registry.example.com/ml/churn:gone@{digest('a')}"})
    outcome = world.promote(1)
    assert outcome.operation == "created"
    assert any("tag gone" in warning for warning in outcome.warnings)


def test_a_digest_that_the_registry_does_not_have_is_refused(world: World):
    world.add_run(1, "a", tags={IMAGE: f"registry.example.com/ml/churn:x@{digest('f')}"})
    outcome = world.promote(1)
    assert isinstance(outcome.error, NotFoundError)
    assert world.branches() == ["main"]


@pytest.mark.parametrize("down", ["registry", "tracking", "forge"])
def test_while_a_server_is_down_nothing_is_written(down, world: World):
    world.add_run(1, "a")
    if down == "forge":
        world.forge.failure = UnreachableError("https://forge.invalid does not answer")
    else:
        getattr(world, down).is_down = True
    outcome = world.promote(1)
    assert isinstance(outcome.error, UnreachableError)
    assert outcome.error.exit_code == 3
    assert outcome.operation == "none"
    assert world.branches() == ["main"]
    assert not world.forge.pull_requests


def test_a_forge_that_refuses_the_new_pull_request_leaves_no_branch_behind(world: World):
    class Refusing(type(world.forge)):
        def create(self, proposal):
            raise self.make_error(422, "validation failed")

    world.forge = Refusing()
    world.add_run(1, "a")
    outcome = world.promote(1)
    assert isinstance(outcome.error, UnreachableError)
    assert world.branches() == ["main"]
    assert world.tracking.run_tags == {}


def test_a_forge_that_refuses_an_update_leaves_the_branch_and_the_next_try_mends_it(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.add_run(2, "b")
    create, update = world.forge.create, world.forge.update

    def refuse(number, proposal):
        raise world.forge.make_error(403, "not now")

    world.forge.update = refuse
    assert isinstance(world.promote(2).error, UnreachableError)
    world.forge.update = update
    assert world.forge.create == create
    again = world.promote(2)
    assert (again.operation, again.pull_request.title) == ("updated", "Promote churn version 2 to staging")
    assert len(world.forge.pull_requests) == 1


def test_a_base_that_moves_meanwhile_is_taken_up(world: World):
    world.add_run(1, "a")
    build, moves = world.kustomize.build, [1, 2, 3]

    class Racing:
        def build(self, root, path):
            if moves:
                world.commit({"other.md": f"{moves.pop()}\n"})
            return build(root, path)

    world.kustomize = Racing()
    outcome = world.promote(1)
    assert outcome.operation == "created"
    assert world.naps == [0.1, 0.2, 0.4]
    assert world.git("merge-base", "main", BRANCH) == world.head("main")


def test_a_base_that_never_rests_is_given_up_without_a_trace(world: World):
    world.add_run(1, "a")
    build = world.kustomize.build
    count = iter(range(1000))

    class Racing:
        def build(self, root, path):
            world.commit({"other.md": f"{next(count)}\n"})
            return build(root, path)

    world.kustomize = Racing()
    outcome = world.promote(1)
    assert isinstance(outcome.error, RaceLostError)
    assert len(world.naps) == 10
    assert world.branches() == ["main"]


def test_a_dry_run_shows_the_difference_and_writes_nothing(world: World):
    world.add_run(1, "a")
    world.forge = None
    outcome = world.promote(1, dry_run=True)
    assert (outcome.operation, outcome.error, outcome.commit) == ("none", None, "")
    assert f"+++ b/{OVERLAY}" in outcome.diff
    assert f"+  digest: {digest('a')}" in outcome.diff
    assert outcome.to_json()["diff"] == outcome.diff
    assert world.branches() == ["main"]
    assert world.tracking.run_tags == {}
    world.promote(1)
    world.merge()
    assert world.promote(1, dry_run=True).operation == "unchanged"


def test_without_a_forge_the_branch_is_pushed_and_the_body_is_there(world: World):
    world.forge = None
    world.add_run(1, "a")
    outcome = world.promote(1)
    assert (outcome.operation, outcome.pull_request) == ("created", None)
    assert outcome.body.startswith("## `churn` version `1`")
    assert world.promote(1).operation == "unchanged"
    world.add_run(2, "b")
    assert world.promote(2).operation == "updated"
    world.git("update-ref", "refs/heads/main", BRANCH)
    assert world.promote(2).operation == "closed", "the branch is removed, as there is no pull request to close"
    assert world.branches() == ["main"]


def test_a_missing_environment_settings_file_or_branch_is_named(world: World):
    world.add_run(1, "a")
    outcome = world.promote(1, "stagin")
    assert isinstance(outcome.error, NotFoundError)
    assert "staging, production" in outcome.error.hint
    assert isinstance(world.promote(1, base_branch="nope").error, NotFoundError)
    world.git("rm", "gitops-gen.yaml", folder=world.work)
    world.commit({"x": "y"})
    missing = world.promote(1)
    assert isinstance(missing.error, NotFoundError)
    assert "gitops-gen init" in missing.error.hint


@pytest.mark.parametrize("name", ["../../x", "a/b", "x" * 300, "\N{ROBOT FACE}", "", "Ünïcode"])
def test_a_registered_name_that_cannot_be_a_folder_is_refused(name, world: World):
    run = world.add_run(1, "a")
    world.tracking.runs = (replace(run, version=replace(run.version, name=name)),)
    outcome = world.promote(1)
    assert isinstance(outcome.error, InvalidValueError)
    assert world.branches() == ["main"]
    assert world.promote(1, model=ModelName("churn")).operation == "created"


def test_a_run_that_is_not_registered_needs_a_name(world: World):
    world.add_run(1, "a", version=None)
    refused = world.promote(1)
    assert "--model" in refused.error.hint
    outcome = world.promote(1, model=ModelName("churn"))
    assert (outcome.operation, outcome.to_json()["version"]) == ("created", None)


def test_another_registered_model_does_not_take_over_the_folder(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    run = world.add_run(2, "b")
    world.tracking.runs = (replace(run, version=replace(run.version, name="Churn")),)
    outcome = world.promote(2)
    assert isinstance(outcome.error, RefusedError)
    assert "registered model 'churn'" in outcome.error.message


def test_hostile_values_stay_values(world: World):
    nasty = "x: {{ 7*7 }}\n---\n- !!python/object:os.system\0 | `@everyone` <b> '\" ${HOME} \N{RIGHT-TO-LEFT OVERRIDE}"
    world.add_run(
        1, "a", name=nasty, params={nasty: nasty}, metrics=(metric("a b", 1.0),), source=SourceCode(commit=nasty)
    )
    outcome = world.promote(1)
    assert outcome.error is None, outcome.error and outcome.error.message
    assert "\n---\n" not in world.read(EVIDENCE)
    assert len(world.git("log", "-1", "--format=%(trailers:only)", BRANCH).splitlines()) == 6
    json.dumps(outcome.to_json())
    world.merge()
    assert world.promote(1).operation == "unchanged"


def test_a_metric_that_is_not_a_number_and_another_revision_are_warned_of(world: World):
    world.push_image(make_image("a", tag="1", revision="deadbeef"))
    image = f"registry.example.com/ml/churn:1@{digest('a')}"
    run = world.add_run(2, "b", tags={IMAGE: image}, metrics=(metric("auc", float("nan")),))
    world.tracking.runs = (replace(run, source=replace(run.source, dirty=True)),)
    outcome = world.promote(2)
    assert outcome.operation == "created"
    assert [re.sub(r" .*", "", warning) for warning in outcome.warnings] == ["the", "metric"]
    assert "image-revision" in {verdict.gate for verdict in outcome.verdicts if verdict.result == "warned"}
    assert "was built from commit deadbeef" in outcome.body
    assert all(f"`{warning}`" in outcome.body for warning in outcome.warnings)


def test_mlflow_that_refuses_the_tags_does_not_fail_the_promotion(world: World):
    world.add_run(1, "a")
    world.tracking.refuses_writes = True
    outcome = world.promote(1)
    assert (outcome.operation, outcome.error) == ("created", None)
    assert any("were not written" in warning for warning in outcome.warnings)


def test_what_people_add_to_the_overlay_survives(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    world.commit({OVERLAY: lambda text: f"{text}# ours\ncommonAnnotations:\n  team: fraud # note\n"})
    world.add_run(2, "b")
    assert world.promote(2).operation == "created"
    assert "# ours\ncommonAnnotations:\n  team: fraud # note\n" in world.read(OVERLAY)
    assert world.changed() == [EVIDENCE, OVERLAY]


def test_an_overlay_that_would_not_serve_the_digest_is_not_pushed(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    world.commit(
        {"models/churn/base/seldondeployment.yaml": lambda text: re.sub(r"image: .*", "image: other:latest", text)}
    )
    world.add_run(2, "b")
    outcome = world.promote(2)
    assert isinstance(outcome.error, RefusedError)
    assert "not pinned to a digest" in outcome.error.message
    assert OVERLAY in outcome.error.message
    assert world.branches() == ["main"]


def test_an_overlay_that_does_not_build_is_not_pushed(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    world.commit({OVERLAY: lambda text: text.replace("- ../../base", "- ../../base\n- missing.yaml")})
    world.add_run(2, "b")
    outcome = world.promote(2)
    assert isinstance(outcome.error, RefusedError)
    assert "missing.yaml" in outcome.error.message
    assert world.branches() == ["main"]


def test_an_overlay_that_reaches_out_of_the_repository_is_not_pushed(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    remote = "https://git.example.com/x/y?ref=main"
    world.commit({OVERLAY: lambda text: text.replace("- ../../base", f"- ../../base\n- {remote}")})
    world.add_run(2, "b")
    outcome = world.promote(2)
    assert isinstance(outcome.error, RefusedError)
    assert remote in outcome.error.message


def test_an_overlay_may_use_other_folders_of_the_repository(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n"
    world.commit(
        {
            OVERLAY: lambda text: text.replace("- ../../base", "- ../../base\n- ../../../../shared"),
            "shared/kustomization.yaml": "resources:\n- extra.yaml\n",
            "shared/extra.yaml": config_map,
        }
    )
    world.add_run(2, "b")
    assert world.promote(2).operation == "created"


def test_changed_model_settings_are_rendered_with_the_next_promotion(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    world.commit({"models/churn/model.yaml": lambda text: text.replace("1Gi", "4Gi")})
    world.add_run(2, "b")
    outcome = world.promote(2)
    assert outcome.error is None, outcome.error and outcome.error.message
    assert "4Gi" in world.read("models/churn/base/seldondeployment.yaml")


def test_evidence_that_was_changed_by_hand_is_warned_of(world: World):
    world.add_run(1, "a")
    world.promote(1)
    world.merge()
    world.commit({EVIDENCE: lambda text: text.replace("0.91", "0.99")})
    world.add_run(2, "b")
    outcome = world.promote(2)
    assert outcome.operation == "created"
    assert any("changed by hand" in warning for warning in outcome.warnings)


def test_a_prepackaged_server_is_pinned_by_its_artifact(world: World):
    world.commit({"gitops-gen.yaml": lambda text: f"{text}\nmodelDefaults:\n  server: SKLEARN_SERVER\n"})
    world.add_run(1, "a", tags={})
    outcome = world.promote(1)
    assert outcome.error is None, outcome.error and outcome.error.message
    assert (outcome.image, outcome.operation) == (None, "created")
    assert "s3://models/1" in world.read(OVERLAY)
    assert digest("e") in world.read(EVIDENCE)


def test_a_teams_template_replaces_the_pull_requests_text(world: World):
    world.commit(
        {
            "gitops-gen.yaml": lambda text: f"{text}\ntemplates: ours\n",
            "ours/pull_request.md.j2": "Please read {{ model }}.\n\n{{ marker }}\n",
        }
    )
    world.add_run(1, "a")
    assert world.promote(1).body.startswith("Please read `churn`.")


def test_the_pull_request_is_as_flags_and_settings_say(world: World):
    world.commit(
        {
            "gitops-gen.yaml": lambda text: (
                f"{text}\npullRequest:\n  labels: [model]\n  reviewers: [ada]\n  draft: true\n"
            )
        }
    )
    world.add_run(1, "a")
    outcome = world.promote(
        1,
        title="Ship it\nnow",
        commit_message="Because",
        labels=("model", "urgent"),
        reviewers=("bob",),
        auto_merge=True,
    )
    assert world.forge.labels[1] == ("model", "urgent")
    assert world.forge.reviewers[1] == ("ada", "bob")
    assert world.forge.auto_merges == {1}
    assert (outcome.pull_request.draft, outcome.pull_request.title) == (True, "Ship it?now")
    assert world.git("log", "-1", "--format=%s", BRANCH) == "Because"


def test_labels_that_the_forge_does_not_know_are_warned_of(world: World):
    world.forge.known_labels = frozenset()
    world.add_run(1, "a")
    assert world.promote(1, labels=("nope",)).warnings == ("labels not set (nope): not known",)


def test_the_best_run_of_an_experiment_is_promoted(world: World):
    world.add_run(1, "a")
    world.add_run(2, "b")
    outcome = world.promote(selector=RunSelector(experiment="churn", best="val_auc"))
    assert outcome.run.run_id == f"{2:032x}"


def test_json_tells_the_same_on_success_and_on_failure(world: World):
    world.add_run(1, "a")
    good = world.promote(1).to_json()
    bad = world.promote(1, "production").to_json()
    assert good.keys() == bad.keys()
    assert good["pull_request"] == {"number": 1, "url": "https://forge.invalid/acme/deploy/pull/1"}
    assert good["image"] == f"registry.example.com/ml/churn:1@{digest('a')}"
    assert bad["operation"] == "none"
    assert (bad["model"], bad["version"], bad["run"]) == ("churn", "1", f"{1:032x}")
    assert bad["error"]["exit_code"] == 1
    unknown = world.promote(9).to_json()
    assert (unknown["run"], unknown["environment"], unknown["error"]["exit_code"]) == (None, "staging", 2)


SETTINGS = "gitops-gen.yaml"
GATED = """\
gates:
  metrics:
    val_auc: {threshold: 0.5, min_absolute_change: 0.005, greater_is_better: true}
"""


def test_a_worse_run_is_refused_with_both_values_and_nothing_is_pushed(world: World):
    world.commit({SETTINGS: lambda text: text + GATED})
    world.add_run(2, "a")
    assert world.promote(2).operation == "created"
    world.merge()
    world.add_run(1, "b")
    outcome = world.promote(1)
    assert isinstance(outcome.error, RefusedError)
    assert "metric:val_auc: it changes by -0.01, and has to by +0.005" in outcome.error.message
    (failed,) = [verdict for verdict in outcome.verdicts if verdict.result == "failed"]
    assert (failed.value, failed.champion) == (0.91, 0.92)
    assert (outcome.files, world.branches(), len(world.forge.pull_requests)) == ((), ["main"], 1)


def test_a_gate_that_was_set_aside_is_in_evidence_body_and_tags(world: World):
    world.commit({SETTINGS: lambda text: text + GATED})
    world.add_run(2, "a")
    world.promote(2)
    world.merge()
    world.add_run(1, "b")
    waivers = Waivers(overrides={"metric:val_auc": "the old one leaks"}, by="ann <ann@example.com>")
    outcome = world.promote(1, waivers=waivers)
    assert outcome.operation == "created"
    evidence = world.read(EVIDENCE)
    assert '- {by: "ann <ann@example.com>", reason: "the old one leaks", rule: "metric:val_auc"}' in evidence
    assert 'result: "overridden"' in evidence
    assert "**set aside**" in outcome.body
    assert read_marker(outcome.body)["verdict"] == "overridden"
    assert world.tracking.run_tags[f"{1:032x}"]["gitops-gen.staging.verdict"] == "overridden"
    world.merge()
    assert world.promote(1).operation == "unchanged"


def test_a_model_may_ask_for_more_or_for_less(world: World):
    world.commit({SETTINGS: lambda text: text + GATED.replace("threshold: 0.5", "threshold: 0.99")})
    world.add_run(1, "a")
    assert isinstance(world.promote(1).error, RefusedError)
    less = "environments:\n  staging:\n    gates:\n      metrics:\n        val_auc: null\n"
    world.commit({"models/churn/model.yaml": less})
    assert world.promote(1).operation == "created"
