"""Verdicts on a run and on the order of environments."""

import pytest

from gitops_gen.errors import RefusedError
from gitops_gen.evidence import Evidence, build_evidence
from gitops_gen.gates import Waivers, check_order, check_run, compare_revision, release_digest
from gitops_gen.model import Release, SourceCode
from tests.releases import PRODUCTION, STAGING, digest, make_image, make_release, make_run


def evidence_of(release: Release) -> Evidence:
    return build_evidence(release=release, environment=STAGING.name, overrides=(), program="gitops-gen 1")


def test_a_finished_run_needs_no_override():
    assert check_run(make_run(), Waivers()) == ()


@pytest.mark.parametrize("status", ["RUNNING", "SCHEDULED", "FAILED", "KILLED"])
def test_any_other_run_is_refused_unless_allowed(status):
    run = make_run(status=status)
    with pytest.raises(RefusedError, match=status) as refused:
        check_run(run, Waivers())
    assert "--allow-unfinished" in refused.value.hint
    (override,) = check_run(run, Waivers(allow_unfinished=True))
    assert (override.rule, status in override.reason) == ("run-finished", True)


def test_the_first_environment_has_no_order():
    assert check_order(release=make_release(), environment=STAGING, predecessor=None, waivers=Waivers()) == ()


def test_the_predecessor_must_have_the_same_digest():
    release = make_release(1, "a")
    same, other = evidence_of(release), evidence_of(make_release(2, "b"))
    assert check_order(release=release, environment=PRODUCTION, predecessor=same, waivers=Waivers()) == ()
    with pytest.raises(RefusedError, match=f"staging has {digest('b')}, not {digest('a')}") as refused:
        check_order(release=release, environment=PRODUCTION, predecessor=other, waivers=Waivers())
    assert "--skip-order" in refused.value.hint
    with pytest.raises(RefusedError, match="staging does not have this model"):
        check_order(release=release, environment=PRODUCTION, predecessor=None, waivers=Waivers())


def test_skipping_the_order_takes_a_reason_that_is_kept():
    (override,) = check_order(
        release=make_release(), environment=PRODUCTION, predecessor=None, waivers=Waivers(skip_order="hot fix")
    )
    assert (override.rule, override.reason) == ("environment-order", "hot fix")


def test_a_reason_that_was_not_needed_is_not_kept():
    release = make_release()
    waivers = Waivers(skip_order="just in case", allow_unfinished=True)
    assert check_run(release.run, waivers) == ()
    assert check_order(release=release, environment=PRODUCTION, predecessor=evidence_of(release), waivers=waivers) == ()


def test_a_release_is_known_by_its_image_or_by_its_artifact():
    release = make_release()
    assert release_digest(release) == digest("a")
    assert release_digest(Release(model=release.model, run=release.run, image=None)) == digest("e")
    with pytest.raises(RefusedError, match="no image"):
        release_digest(Release(model=release.model, run=make_run(model=None), image=None))


@pytest.mark.parametrize(
    ("built", "trained", "differ"),
    [
        ("c0ffee1234", "c0ffee1234", False),
        ("C0FFEE12", "c0ffee1234567890", False),
        ("", "c0ffee1234", False),
        ("c0ffee1234", "", False),
        ("c0ffee", "c0ffee1234", True),
        ("deadbeef", "c0ffee12", True),
    ],
)
def test_image_and_run_name_the_same_commit_or_a_warning_says_both(built, trained, differ):
    warning = compare_revision(make_run(source=SourceCode(commit=trained)), make_image(revision=built))
    assert bool(warning) == differ
    assert not differ or (built in warning and trained in warning)
