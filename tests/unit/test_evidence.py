"""The evidence: the same facts give the same bytes, and any edit shows."""

import json
import math
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.errors import ConfigError, RefusedError
from gitops_gen.evidence import Evidence, build_evidence, hash_evidence, keep_if_same
from gitops_gen.evidence_file import SIZE_LIMIT, dump_evidence, parse_evidence
from gitops_gen.evidence_release import read_release
from gitops_gen.model import Dataset, Metric, MetricPoint, Override, Release, SourceCode
from gitops_gen.names import ModelName
from tests.releases import STAGING, digest, make_release, make_run, metric

SCHEMA = json.loads(Path("schemas/evidence.schema.json").read_text(encoding="utf-8"))


def build(release: Release, *overrides: Override, program: str = "gitops-gen 1") -> Evidence:
    return build_evidence(release=release, environment=STAGING.name, overrides=overrides, program=program)


def test_evidence_reads_back_as_it_was_written_and_fits_its_schema():
    evidence = build(make_release(), Override(rule="environment-order", reason="first release"))
    text = dump_evidence(evidence)
    read = parse_evidence(text, path="evidence.yaml")
    assert read == evidence
    assert read.intact
    assert dump_evidence(read) == text
    jsonschema.validate(read.data, SCHEMA)
    assert (read.digest, read.version, read.run_id) == (digest("a"), "1", f"{1:032x}")
    assert read.metrics == {"val_auc": 0.91, "val_loss": 0.1}


@settings(max_examples=150)
@given(
    name=st.text(),
    params=st.dictionaries(st.text(), st.text(), max_size=4),
    metrics=st.dictionaries(st.text(), st.floats(), max_size=4),
)
def test_whatever_a_run_contains_reads_back_and_stays_intact(name, params, metrics):
    run = make_run(
        name=name,
        params=params,
        metrics=tuple(
            Metric(
                name=key,
                last=MetricPoint(value=value, step=2),
                lowest=MetricPoint(value=value, step=1),
                highest=MetricPoint(value=value, step=3),
            )
            for key, value in metrics.items()
        ),
    )
    evidence = build(Release(model=ModelName("churn"), run=run, image=make_release().image))
    read = parse_evidence(dump_evidence(evidence), path="evidence.yaml")
    assert read.data == evidence.data
    again = build(read_release(read))
    assert again.data == evidence.data
    assert read.intact


def test_an_edit_of_any_field_shows():
    text = dump_evidence(build(make_release()))
    for line in text.splitlines():
        if line.startswith("#") or '"' not in line:
            continue
        head, _, tail = line.rpartition('"')
        edited = parse_evidence(text.replace(line, f'{head}0"{tail}'), path="evidence.yaml")
        assert not edited.intact, line


def test_numbers_that_are_none_are_words_in_the_evidence_and_nan_when_read():
    evidence = build(make_release(metrics=(metric("bad", math.nan), metric("big", math.inf))))
    jsonschema.validate(evidence.data, SCHEMA)
    assert evidence.data["run"]["metrics"]["bad"] == {"value": "nan"}
    assert all(math.isnan(value) for value in evidence.metrics.values())


def test_the_history_of_a_metric_is_kept_where_it_varies():
    varied = Metric(
        name="loss",
        last=MetricPoint(value=0.2, step=9),
        lowest=MetricPoint(value=0.1, step=5),
        highest=MetricPoint(value=0.9, step=0),
    )
    described = build(make_release(metrics=(varied,))).data["run"]["metrics"]["loss"]
    assert described == {
        "value": 0.2,
        "step": 9,
        "lowest": {"value": 0.1, "step": 5},
        "highest": {"value": 0.9, "step": 0},
    }


def test_passwords_in_urls_are_left_out():
    release = make_release(
        source=SourceCode(repository="https://bot:s3cret@git.example.com/a.git", commit="c0ffee"),
        datasets=(Dataset(name="d", digest="1", source='{"url": "https://u:s3cret@data.example.com/x"}'),),
        params={"store": "postgresql://u:s3cret@db/x"},
    )
    text = dump_evidence(build(release))
    assert "s3cret" not in text
    assert "https://git.example.com/a.git" in text


def test_a_new_version_of_the_program_alone_keeps_the_evidence():
    old, new = build(make_release(), program="gitops-gen 1"), build(make_release(), program="gitops-gen 2")
    assert keep_if_same(old, new) is old
    assert keep_if_same(None, new) is new
    assert keep_if_same(build(make_release(2)), new) is new
    edited = Evidence(data={**old.data, "hash": str(digest("0"))})
    assert keep_if_same(edited, new) is new


def test_without_an_image_the_artifact_is_what_is_deployed():
    release = make_release()
    evidence = build(Release(model=release.model, run=release.run, image=None))
    assert evidence.digest == digest("e")
    jsonschema.validate(evidence.data, SCHEMA)


def test_a_bare_run_still_makes_evidence():
    evidence = build(make_release(version=None, model=None, source=SourceCode(), datasets=(), metrics=(), params={}))
    jsonschema.validate(evidence.data, SCHEMA)
    assert evidence.version == ""
    assert parse_evidence(dump_evidence(evidence), path="x").data == evidence.data


def test_too_much_for_a_configmap_is_refused():
    with pytest.raises(RefusedError, match="ConfigMap"):
        dump_evidence(build(make_release(params={"p": "x" * SIZE_LIMIT})))


@pytest.mark.parametrize(
    "text", ["[]", "text", "{}", "run: {}", "image: 3\nmodel: {}", "", "run: {id: 1}\nmodel: {name: x}"]
)
def test_what_is_not_evidence_is_refused_with_its_path(text):
    with pytest.raises(RefusedError, match=r"models/x/evidence\.yaml"):
        parse_evidence(text, path="models/x/evidence.yaml")


def test_what_is_not_yaml_is_refused_with_its_place():
    with pytest.raises(ConfigError, match=r"evidence\.yaml:2:"):
        parse_evidence("a: 1\na: 2\n", path="evidence.yaml")


def test_the_hash_is_over_everything_but_itself():
    data = build(make_release()).data
    assert hash_evidence(data) == hash_evidence({**data, "hash": "other"})
    assert hash_evidence(data) != hash_evidence({**data, "version": 2})
