"""An image is recorded on the run it belongs to, or nothing is written."""

import json
from dataclasses import replace

import pytest

from gitops_gen.errors import NotFoundError, RefusedError, UnreachableError
from gitops_gen.model import Image, ModelVersion, Run, RunSelector, SourceCode
from gitops_gen.names import Digest, RunId, parse_image_ref
from gitops_gen.record_image import record_image
from gitops_gen.tags import IMAGE, IMAGE_REVISION, IMAGE_SOURCE
from tests.fakes.registry import FakeRegistry

COMMIT = "4f0c1d3a" * 5
ONE, TWO = Digest(f"sha256:{'1' * 64}"), Digest(f"sha256:{'2' * 64}")
NAME = "registry.example.com/team/churn"
IMAGE_ONE = Image(
    name=NAME,
    digest=ONE,
    tag="1.0",
    platforms=("linux/amd64",),
    source="https://git.example.com/team/churn",
    revision=COMMIT,
)
RUN = Run(
    run_id=RunId("a1b2"),
    name="merry-fox",
    status="FINISHED",
    experiment_id="1",
    experiment_name="churn",
    source=SourceCode(commit=COMMIT),
)
VERSION = ModelVersion(name="churn", version="3")
REF = parse_image_ref(f"{NAME}:1.0")
BY_ID = RunSelector(run_id=RUN.run_id)


class Notebook:
    """As much of tracking as recording an image takes."""

    address = "https://mlflow.example.com"

    def __init__(self, run=RUN, *, artifacts=None, failures=()):
        self.run = run
        self.artifacts = artifacts or {}
        self.failures = failures
        self.written = []

    def fetch_run(self, selector):
        if selector.run_id != self.run.run_id:
            raise NotFoundError(f"there is no run {selector.run_id}")
        return self.run

    def record(self, run, tags):
        self.written.append((run.run_id, dict(tags)))
        if self.failures:
            return self.failures
        version = run.version and replace(run.version, tags={**run.version.tags, **tags})
        self.run = replace(run, tags={**run.tags, **tags}, version=version)
        return ()

    def fetch_image_digests(self, run):
        return self.artifacts


def record(tracking, registry=None, ref=REF):
    return record_image(BY_ID, ref, tracking=tracking, registry=registry or FakeRegistry(IMAGE_ONE))


def test_image_source_and_revision_are_written_as_tags():
    tracking = Notebook(replace(RUN, version=VERSION))
    outcome = record(tracking)
    expected = {IMAGE: f"{NAME}:1.0@{ONE}", IMAGE_SOURCE: IMAGE_ONE.source, IMAGE_REVISION: COMMIT}
    assert tracking.written == [(RUN.run_id, expected)]
    assert outcome.operation == "recorded"
    assert outcome.tags == expected
    assert outcome.warnings == ()
    assert outcome.previous_image == ""


def test_the_outcome_is_json_that_names_run_model_version_and_image():
    outcome = record(Notebook(replace(RUN, version=VERSION)))
    assert json.loads(json.dumps(outcome.to_json())) == {
        "operation": "recorded",
        "run": "a1b2",
        "model": "churn",
        "version": "3",
        "image": f"{NAME}:1.0@{ONE}",
        "platforms": ["linux/amd64"],
        "source": IMAGE_ONE.source,
        "revision": COMMIT,
        "previous_image": None,
        "tags": {IMAGE: f"{NAME}:1.0@{ONE}", IMAGE_SOURCE: IMAGE_ONE.source, IMAGE_REVISION: COMMIT},
        "warnings": [],
    }


def test_a_run_without_a_model_version_has_none_in_its_json():
    data = record(Notebook()).to_json()
    assert (data["model"], data["version"]) == (None, None)


def test_recording_the_same_image_again_writes_nothing():
    tracking = Notebook(replace(RUN, version=VERSION))
    record(tracking)
    again = record(tracking)
    assert again.operation == "unchanged"
    assert again.previous_image == ""
    assert len(tracking.written) == 1


def test_a_model_version_registered_later_gets_the_tags_too():
    tracking = Notebook()
    record(tracking)
    tracking.run = replace(tracking.run, version=VERSION)
    assert record(tracking).operation == "recorded"
    assert tracking.run.version.tags[IMAGE] == f"{NAME}:1.0@{ONE}"


def test_another_image_is_replaced_and_the_outcome_says_so():
    tracking = Notebook()
    record(tracking)
    bare = Image(name=NAME, digest=TWO, tag="2.0")
    outcome = record(tracking, FakeRegistry(bare), parse_image_ref(f"{NAME}:2.0"))
    assert outcome.operation == "recorded"
    assert outcome.previous_image == f"{NAME}:1.0@{ONE}"
    assert outcome.to_json()["previous_image"] == f"{NAME}:1.0@{ONE}"


def test_what_the_replaced_image_said_of_its_source_does_not_stay():
    tracking = Notebook()
    record(tracking)
    record(tracking, FakeRegistry(Image(name=NAME, digest=TWO, tag="1.0")))
    assert tracking.run.tags == {IMAGE: f"{NAME}:1.0@{TWO}", IMAGE_SOURCE: "", IMAGE_REVISION: ""}


@pytest.mark.parametrize("revision", [COMMIT, COMMIT.upper(), COMMIT[:7]])
def test_the_same_commit_written_otherwise_is_no_reason_to_warn(revision):
    assert record(Notebook(), FakeRegistry(replace(IMAGE_ONE, revision=revision))).warnings == ()


@pytest.mark.parametrize("revision", ["0" * 40, COMMIT[:6], "v1.0"])
def test_another_revision_is_warned_about_with_both_commits(revision):
    (warning,) = record(Notebook(), FakeRegistry(replace(IMAGE_ONE, revision=revision))).warnings
    assert revision in warning
    assert COMMIT in warning


def test_an_image_that_names_no_revision_is_warned_about():
    (warning,) = record(Notebook(), FakeRegistry(replace(IMAGE_ONE, revision=""))).warnings
    assert "org.opencontainers.image.revision" in warning


def test_a_run_without_a_source_commit_is_warned_about():
    (warning,) = record(Notebook(replace(RUN, source=SourceCode()))).warnings
    assert "no source commit" in warning


def test_what_tracking_warned_about_is_kept():
    outcome = record(Notebook(replace(RUN, warnings=("a metric is NaN",))))
    assert outcome.warnings == ("a metric is NaN",)


def test_an_image_that_is_among_the_artifacts_digests_is_recorded():
    tracking = Notebook(artifacts={"image": frozenset({ONE, TWO})})
    assert record(tracking).operation == "recorded"


def test_an_image_other_than_the_runs_artifact_is_refused_with_both_digests_and_nothing_written():
    tracking = Notebook(artifacts={"a.tar": frozenset({ONE}), "image": frozenset({TWO})})
    with pytest.raises(RefusedError) as caught:
        record(tracking)
    assert ONE in caught.value.message
    assert TWO in caught.value.message
    assert "artifact image" in caught.value.message
    assert tracking.written == []


def test_a_tag_that_points_elsewhere_than_the_digest_is_refused_with_both():
    registry = FakeRegistry(IMAGE_ONE, replace(IMAGE_ONE, digest=TWO))
    tracking = Notebook()
    with pytest.raises(RefusedError) as caught:
        record(tracking, registry, parse_image_ref(f"{NAME}:1.0@{ONE}"))
    assert ONE in caught.value.message
    assert TWO in caught.value.message
    assert tracking.written == []


def test_a_tag_that_agrees_with_the_digest_is_recorded_with_it():
    outcome = record(Notebook(), ref=parse_image_ref(f"{NAME}:1.0@{ONE}"))
    assert outcome.tags[IMAGE] == f"{NAME}:1.0@{ONE}"


def test_an_image_that_is_not_in_the_registry_writes_nothing():
    tracking = Notebook()
    with pytest.raises(NotFoundError):
        record(tracking, FakeRegistry())
    assert tracking.written == []


def test_a_reader_who_may_not_write_tags_gets_an_error_that_names_the_server():
    tracking = Notebook(failures=("tags were not written on run a1b2: 403",))
    with pytest.raises(UnreachableError) as caught:
        record(tracking)
    assert caught.value.exit_code == 3
    assert tracking.address in caught.value.message
    assert "403" in caught.value.message
    assert "right to edit" in caught.value.hint
