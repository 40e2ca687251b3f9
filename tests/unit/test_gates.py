"""Verdicts on a release that wants to go into an environment."""

import math
from dataclasses import replace

import pytest

from gitops_gen.errors import InvalidValueError, RefusedError
from gitops_gen.evidence import Evidence, build_evidence, release_digest
from gitops_gen.gate_checks import compare_revision
from gitops_gen.gate_settings import merge_gates
from gitops_gen.gates import Case, Waivers, judge, list_overrides, parse_overrides, refuse_failed
from gitops_gen.model import Dataset, Override, Release, Signature, SignatureField, SourceCode, Verdict
from gitops_gen.settings import Environment
from tests.releases import PRODUCTION, STAGING, digest, make_image, make_release, make_run, metric

AUC = {"metrics": {"val_auc": {"threshold": 0.5, "min_absolute_change": 0.005, "greater_is_better": True}}}


def evidence_of(release: Release, environment: Environment = STAGING, **options) -> Evidence:
    return build_evidence(
        release=release, environment=environment.name, overrides=options.pop("overrides", ()), program="p", **options
    )


def make_case(release=None, champion=None, predecessor=None, environment=STAGING, **gates):
    return Case(
        release=release or make_release(),
        environment=environment,
        gates=merge_gates(gates),
        champion=evidence_of(champion) if isinstance(champion, Release) else champion,
        predecessor=evidence_of(predecessor) if predecessor else None,
    )


def find(case, gate, waivers=None) -> Verdict:
    (verdict,) = [v for v in judge(case, waivers or Waivers()) if v.gate == gate]
    return verdict


def test_a_good_release_passes_every_gate():
    release = replace(make_release(2), image=make_image("b", revision="c0ffee"))
    verdicts = judge(make_case(release, champion=make_release(1, "a"), **AUC), Waivers())
    assert {v.gate: v.result for v in verdicts} == dict.fromkeys(
        [
            "run-finished",
            "metric:val_auc",
            "comparable-datasets",
            "signature",
            "runtime",
            "source-commit",
            "image-revision",
            "known-dataset",
            "artifact-hash",
        ],
        "passed",
    )


@pytest.mark.parametrize("status", ["RUNNING", "SCHEDULED", "FAILED", "KILLED"])
def test_a_run_that_did_not_finish_fails_unless_that_is_allowed(status):
    case = make_case(make_release(status=status))
    verdict = find(case, "run-finished")
    assert (verdict.result, status in verdict.detail) == ("failed", True)
    with pytest.raises(RefusedError, match=status) as refused:
        refuse_failed((verdict,), case)
    assert "--allow-unfinished" in refused.value.hint
    assert find(case, "run-finished", Waivers(allow_unfinished=True)).result == "overridden"


def test_the_first_environment_has_no_order():
    assert not [v for v in judge(make_case(), Waivers()) if v.gate == "environment-order"]


def test_the_predecessor_must_have_the_same_digest():
    release = make_release(1, "a")
    assert find(make_case(release, predecessor=release, environment=PRODUCTION), "environment-order").result == "passed"
    other = find(make_case(release, predecessor=make_release(2, "b"), environment=PRODUCTION), "environment-order")
    assert (other.result, f"staging has {digest('b')}, not {digest('a')}" in other.detail) == ("failed", True)
    case = make_case(release, environment=PRODUCTION)
    assert "staging does not have this model" in find(case, "environment-order").detail
    with pytest.raises(RefusedError) as refused:
        refuse_failed(judge(case, Waivers()), case)
    assert "--skip-order" in refused.value.hint
    skipped = find(case, "environment-order", Waivers(skip_order="hot fix"))
    assert (skipped.result, skipped.reason) == ("overridden", "hot fix")


def test_metrics_are_held_against_threshold_and_champion():
    worse = find(make_case(make_release(1, "b"), champion=make_release(2, "a"), **AUC), "metric:val_auc")
    assert (worse.result, worse.value, worse.champion) == ("failed", 0.91, 0.92)
    assert worse.limits == {"threshold": 0.5, "min_absolute_change": 0.005, "greater_is_better": True}
    assert (
        find(make_case(make_release(2, "b"), champion=make_release(1, "a"), **AUC), "metric:val_auc").result == "passed"
    )
    assert find(make_case(**AUC), "metric:val_auc").result == "passed"


@pytest.mark.parametrize("metrics", [(), (metric("val_auc", math.nan),), (metric("val_auc", math.inf),)])
def test_a_metric_that_is_missing_or_no_number_fails(metrics):
    assert find(make_case(make_release(metrics=metrics), **AUC), "metric:val_auc").result == "failed"


@pytest.mark.parametrize(
    ("gate", "key", "changes"),
    [
        ("comparable-datasets", "comparableDatasets", {"datasets": (Dataset(name="train", digest="other"),)}),
        ("comparable-datasets", "comparableDatasets", {"datasets": ()}),
        ("runtime", "runtime", {"model": replace(make_run().model, flavor="xgboost")}),
        ("source-commit", "sourceCommit", {"source": SourceCode()}),
        ("source-commit", "sourceCommit", {"source": SourceCode(commit="c0ffee", dirty=True)}),
        ("known-dataset", "knownDataset", {"datasets": ()}),
        ("artifact-hash", "artifactHash", {"model": replace(make_run().model, content_hash=None)}),
        ("signature", "signature", {"model": replace(make_run().model, signature=None)}),
    ],
)
def test_each_gate_fails_warns_or_is_off(gate, key, changes):
    release = make_release(2, "b", **changes)
    for reaction, result in (("fail", "failed"), ("warn", "warned")):
        verdict = find(make_case(release, champion=make_release(1, "a"), **{key: reaction}), gate)
        assert (verdict.result, bool(verdict.detail)) == (result, True)
    case = make_case(release, champion=make_release(1, "a"), **{key: "off"})
    assert gate not in {v.gate for v in judge(case, Waivers())}
    assert (
        find(make_case(make_release(2, "b"), champion=make_release(1, "a"), **{key: "fail"}), gate).result == "passed"
    )


def test_only_datasets_of_the_evaluation_contexts_are_compared():
    train, test = Dataset(name="t", digest="1", context="training"), Dataset(name="e", digest="2", context="eval")
    other = replace(train, digest="9")
    release, champion = make_release(2, "b", datasets=(other, test)), make_release(1, "a", datasets=(train, test))
    assert find(make_case(release, champion=champion), "comparable-datasets").result == "warned"
    same = make_case(release, champion=champion, evaluationContexts=["eval"])
    assert find(same, "comparable-datasets").result == "passed"
    missing = find(make_case(release, champion=champion, evaluationContexts=["test"]), "comparable-datasets")
    assert "neither run recorded a dataset for 'test'" in missing.detail


def test_an_image_of_another_commit_shows():
    for image, result in (
        (make_image(), "failed"),
        (make_image(revision="deadbeef"), "failed"),
        (make_image(revision="c0ffee"), "passed"),
    ):
        release = replace(make_release(), image=image)
        assert find(make_case(release, imageRevision="fail"), "image-revision").result == result


def test_a_break_of_the_signature_takes_a_reason():
    fields = (SignatureField(name="age", type="double"), SignatureField(name="tenure", type="long"))
    release = make_release(2, "b", model=replace(make_run().model, signature=Signature(inputs=fields)))
    case = make_case(release, champion=make_release(1, "a"))
    assert find(case, "signature").detail == "input 'tenure' is new and required"
    verdict = find(case, "signature", Waivers(allow_breaking="all callers are ready"))
    assert (verdict.result, verdict.reason) == ("overridden", "all callers are ready")


def test_all_failures_are_told_at_once():
    case = make_case(make_release(status="FAILED", metrics=()), environment=PRODUCTION, **AUC)
    with pytest.raises(RefusedError) as refused:
        refuse_failed(judge(case, Waivers()), case)
    assert [line.partition(":")[0] for line in refused.value.message.splitlines()[1:]] == [
        "- run-finished",
        "- environment-order",
        "- metric",
    ]
    assert "--override GATE=REASON" in refused.value.hint


def test_what_was_set_aside_is_kept_with_who_did():
    case = make_case(make_release(metrics=()), **AUC)
    for name in ("metric:val_auc", "metric"):
        waivers = Waivers(overrides={name: "no labels yet"}, by="ann")
        verdicts = judge(case, waivers)
        refuse_failed(verdicts, case)
        assert list_overrides(verdicts, case, waivers) == (
            Override(rule="metric:val_auc", reason="no labels yet", by="ann"),
        )


def test_a_reason_that_was_not_needed_is_not_kept():
    case = make_case(predecessor=make_release(), environment=PRODUCTION)
    waivers = Waivers(skip_order="just in case", allow_unfinished=True, allow_breaking="x", overrides={"metric": "x"})
    assert list_overrides(judge(case, waivers), case, waivers) == ()


def test_a_release_that_is_there_keeps_what_was_said_of_it():
    told = (Verdict(gate="signature", result="overridden", detail="d", reason="r"),)
    champion = evidence_of(make_release(), verdicts=told, overrides=(Override(rule="signature", reason="r"),))
    case = make_case(make_release(status="FAILED"), champion=champion, **AUC)
    assert judge(case, Waivers()) == told
    assert list_overrides(told, case, Waivers()) == (Override(rule="signature", reason="r"),)


def test_overrides_are_read_from_gate_and_reason():
    assert parse_overrides(["signature=a=b", "metric:a b= c "]) == {"signature": "a=b", "metric:a b": "c"}


@pytest.mark.parametrize(
    ("text", "told"),
    [("signature", "has no reason"), ("runtime= ", "has no reason"), ("metric:=x", "no gate"), ("sign=x", "no gate")],
)
def test_an_override_of_nothing_or_for_nothing_is_refused(text, told):
    with pytest.raises(InvalidValueError, match=told):
        parse_overrides([text])


def test_what_gates_said_reads_back_from_evidence():
    case = make_case(make_release(1, "b", metrics=(metric("val_auc", math.nan),)), champion=make_release(2, "a"), **AUC)
    verdicts = judge(case, Waivers(overrides={"metric": "because"}))
    read = evidence_of(case.release, verdicts=verdicts).verdicts
    assert {v.gate for v in read} == {v.gate for v in verdicts}
    by_gate = {v.gate: v for v in read}
    for verdict in verdicts:
        there = by_gate[verdict.gate]
        if isinstance(verdict.value, float) and math.isnan(verdict.value):
            assert math.isnan(there.value)
            there = replace(there, value=verdict.value)
        assert there == verdict


def test_a_release_is_known_by_its_image_or_by_its_artifact():
    release = make_release()
    assert release_digest(release) == digest("a")
    assert release_digest(replace(release, image=None)) == digest("e")
    with pytest.raises(RefusedError, match="has no image"):
        release_digest(Release(model=release.model, run=make_run(model=None), image=None))


@pytest.mark.parametrize(
    ("built", "trained", "differ"),
    [
        ("c0ffee11", "C0FFEE11", False),
        ("c0ffee1", "c0ffee1122334455", False),
        ("c0ff", "c0ffee1122334455", True),
        ("", "c0ffee", False),
        ("c0ffee", "", False),
        ("deadbeef", "c0ffee", True),
    ],
)
def test_image_and_run_name_the_same_commit(built, trained, differ):
    text = compare_revision(make_run(source=SourceCode(commit=trained)), make_image(revision=built))
    assert bool(text) == differ
