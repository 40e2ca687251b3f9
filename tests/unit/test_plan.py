"""Names of branches, titles and commits, and what becomes of a pull request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.errors import RefusedError
from gitops_gen.model import Dataset, PullRequest, SourceCode
from gitops_gen.names import EnvironmentName, ModelName
from gitops_gen.plan import (
    TITLE_LIMIT,
    branch_name,
    choose_pull_request,
    mark_emptied,
    one_line,
    read_marker,
    write_commit_message,
    write_marker,
    write_title,
)
from tests.releases import STAGING, digest, make_release


def pull_request(number: int, state: str, body: str) -> PullRequest:
    return PullRequest(number=number, url=f"https://x/{number}", state=state, title="t", body=body)


def body_for(character: str) -> str:
    return "text\n" + write_marker({"digest": digest(character), "state": "proposed"}) + "\n"


def test_a_model_has_one_branch_per_environment():
    assert branch_name(EnvironmentName("staging"), ModelName("churn")) == "gitops-gen/staging/churn"


def test_the_title_names_model_version_and_environment():
    assert write_title(make_release(3), STAGING.name) == "Promote churn version 3 to staging"
    assert write_title(make_release(3, version=None), STAGING.name) == "Promote churn run 00000000 to staging"


def test_the_commit_carries_trailers_that_plain_git_finds():
    message = write_commit_message(make_release(3), STAGING.name)
    assert message.splitlines() == [
        "Promote churn version 3 to staging",
        "",
        f"MLflow-Run: {3:032x}",
        "Model-Version: churn 3",
        f"Image-Digest: {digest('a')}",
        "Source-Commit: c0ffee",
        "Dataset-Digest: train 0a1b",
    ]
    assert write_commit_message(make_release(), STAGING.name, subject="Ship it\n").startswith("Ship it\n\nMLflow-Run")


def test_what_a_run_contains_cannot_add_a_trailer_or_a_line():
    release = make_release(
        source=SourceCode(commit="abc\nSigned-off-by: Mallory <m@x>"),
        datasets=(Dataset(name="x\n\nReviewed-by: y", digest="@everyone\r\n"),),
    )
    message = write_commit_message(release, STAGING.name)
    assert len(message.splitlines()) == 2 + 5
    assert not [line for line in message.splitlines() if line.startswith(("Signed-off-by", "Reviewed-by"))]


@given(st.text())
def test_one_line_is_one_line_of_plain_characters(text):
    line = one_line(text, TITLE_LIMIT)
    assert len(line) <= TITLE_LIMIT
    assert line.isascii()
    assert len(line.splitlines()) <= 1


@given(st.dictionaries(st.sampled_from(["digest", "run", "model", "state"]), st.text()))
def test_the_marker_reads_back_and_never_ends_its_comment_early(facts):
    marker = write_marker(facts)
    assert read_marker(f"before {marker} after") == facts
    assert marker.count("-->") == 1
    assert marker.endswith("-->")


def test_a_body_without_a_marker_has_no_facts():
    assert read_marker("nothing") == {}
    assert read_marker("<!-- gitops-gen: {broken} -->") == {}


def test_the_open_pull_request_is_updated():
    existing = (pull_request(3, "closed", body_for("a")), pull_request(2, "open", body_for("b")))
    chosen = choose_pull_request(existing, digest=digest("a"), force=False)
    assert chosen is existing[1]


def test_a_digest_that_a_person_rejected_is_not_proposed_again_without_force():
    existing = (pull_request(4, "closed", body_for("b")), pull_request(2, "closed", body_for("a")))
    with pytest.raises(RefusedError, match=r"pull request 2 .* closed without merging: https://x/2") as refused:
        choose_pull_request(existing, digest=digest("a"), force=False)
    assert "--force" in refused.value.hint
    assert choose_pull_request(existing, digest=digest("a"), force=True) is None
    assert choose_pull_request(existing, digest=digest("c"), force=False) is None


def test_one_that_was_merged_or_that_the_program_closed_is_no_rejection():
    existing = (pull_request(4, "closed", mark_emptied(body_for("a"))), pull_request(2, "merged", body_for("a")))
    assert choose_pull_request(existing, digest=digest("a"), force=False) is None


def test_marking_keeps_the_text_and_the_facts():
    marked = mark_emptied(body_for("a"))
    assert marked.startswith("text\n")
    assert read_marker(marked) == {"digest": digest("a"), "state": "emptied"}
    assert read_marker(mark_emptied("no marker")) == {"state": "emptied"}
