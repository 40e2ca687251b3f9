"""The baseline: what was there at the beginning does not count, what is new does."""

import json

import pytest

from gitops_gen.baseline import read_baseline, split_findings, write_baseline
from gitops_gen.errors import ConfigError
from gitops_gen.findings import Finding

SOURCES = {"a.yaml": b"kind: A\n  replica: 2\n", "b.yaml": b"x: 1\nx: 1\nx: 1\n"}


def make_finding(path="a.yaml", line=2, rule="SCHEMA001", message="unknown field"):
    return Finding(path=path, line=line, column=1, rule=rule, severity="error", message=message)


def read(text):
    return read_baseline(text.encode(), path="baseline.json")


def split(findings, known, sources=SOURCES):
    return split_findings(findings, known, sources.get)


def test_what_is_written_is_known_again():
    findings = [make_finding(), make_finding("b.yaml", 1)]
    known = read(write_baseline(findings, SOURCES.get))
    new = make_finding(rule="SCHEMA002")
    assert split([*findings, new], known) == ([new], findings)


def test_a_finding_that_moved_is_known():
    known = read(write_baseline([make_finding()], SOURCES.get))
    moved = make_finding(line=4)
    assert split([moved], known, {"a.yaml": b"# new\n\nkind: A\n    replica: 2\n"}) == ([], [moved])


@pytest.mark.parametrize("change", [{"path": "b.yaml"}, {"rule": "SCHEMA002"}, {"message": "another"}, {"line": 1}])
def test_a_finding_that_is_another_is_new(change):
    known = read(write_baseline([make_finding()], SOURCES.get))
    other = make_finding(**change)
    assert split([other], known) == ([other], [])


def test_equal_findings_are_known_as_often_as_they_were_there():
    findings = [make_finding("b.yaml", line) for line in (1, 2, 3)]
    known = read(write_baseline(findings[:2], SOURCES.get))
    assert split(findings, known) == (findings[2:], findings[:2])


def test_a_finding_that_is_gone_hurts_nobody():
    assert split([], read(write_baseline([make_finding()], SOURCES.get))) == ([], [])


def test_a_baseline_is_sorted_with_a_line_for_each_finding():
    findings = [make_finding("b.yaml", 1, message="模型"), make_finding("a.yaml"), make_finding("missing.yaml", 9)]
    text = write_baseline(findings, SOURCES.get)
    assert text == write_baseline(findings[::-1], SOURCES.get)
    assert [line["path"] for line in json.loads(text)["findings"]] == ["a.yaml", "b.yaml", "missing.yaml"]
    assert "模型" in text
    assert len(text.splitlines()) == 3 + 3 + 2
    assert text.endswith("}\n")


def test_an_empty_baseline_can_be_read():
    text = write_baseline([], SOURCES.get)
    assert json.loads(text) == {"version": 1, "findings": []}
    assert read(text) == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"version": 2, "findings": []}', b'{"version": 1}', b'{"version": 1, "findings": 5}',
     b'{"version": 1, "findings": [5]}', b'{"version": 1, "findings": [{}]}', b'{"version": [], "findings": []}',
     b"\xff", b"null"],
)  # fmt: skip
def test_what_is_no_baseline_is_refused_with_the_way_out(content):
    with pytest.raises(ConfigError, match=r"baseline\.json is not a baseline") as error:
        read_baseline(content, path="baseline.json")
    assert "--write-baseline" in error.value.hint
