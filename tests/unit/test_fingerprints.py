"""Fingerprints: the same for a finding that moved, another for another finding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.reports.fingerprints import fingerprint_findings
from tests.validations import ANY_TEXT, make_finding

TEXT = b"kind: A\nspec:\n  replicas: 0\n  tag: latest\n  replicas: 0\n"


def fingerprint(*findings, text=TEXT):
    return fingerprint_findings(findings, {"a.yaml": text, "b.yaml": text}.get)


@given(st.lists(st.text("ab: #", max_size=9), max_size=9), st.sampled_from([b"\n", b"\r\n"]), st.integers(0, 4))
def test_lines_above_line_ends_and_indentation_change_nothing(above, line_end, indent):
    lines = [line.encode() for line in above] + [b" " * indent + line for line in TEXT.splitlines()]
    moved = [make_finding(line=line + len(above), column=3 + indent) for line in (3, 4, 5)]
    before = fingerprint(*(make_finding(line=line, column=3) for line in (3, 4, 5)))
    assert fingerprint(*moved, text=line_end.join(lines)) == before


@pytest.mark.parametrize(
    "other",
    [
        {"path": "b.yaml"},
        {"rule": "X002"},
        {"message": "other"},
        {"message": "replicas is 2"},
        {"line": 4},
        {"line": 99},
        {"path": "nowhere.yaml"},
    ],
)
def test_another_path_rule_message_or_line_is_another_finding(other):
    finding = {"line": 3, "message": "replicas is 1"}
    assert fingerprint(make_finding(**finding)) != fingerprint(make_finding(**{**finding, **other}))


def test_equal_findings_are_counted_down_the_file_whatever_their_order():
    first, second = make_finding(line=3), make_finding(line=5)
    prints = fingerprint(first, second)
    assert len(set(prints)) == 2
    assert fingerprint(second, first) == prints[::-1]
    assert fingerprint(first) == prints[:1]


@pytest.mark.parametrize(
    ("message", "moved"),
    [
        ("the key stands on line 3 already", "the key stands on line 12 already"),
        ("see lines 3, 4 and 9", "see lines 13, 14 and 19"),
        ("see lines 3-5", "see lines 8-10"),
        ("at line 3, column 7: no value", "at line 4, column 9: no value"),
        ("b.yaml:3:7 has the same name", "b.yaml:30:7 has the same name"),
        ("values.json:3 has it", "values.json:4 has it"),
    ],
)
def test_lines_and_columns_in_a_message_do_not_count(message, moved):
    assert fingerprint(make_finding(message=message)) == fingerprint(make_finding(message=moved))


@pytest.mark.parametrize(
    ("message", "other"),
    [
        ("port 8080 is taken", "port 9090 is taken"),
        ("image example.com:5000/a:1", "image example.com:5000/a:2"),
        ("deadline 3 is short", "deadline 4 is short"),
        ("line 3 and 4 replicas", "line 3 and no replicas"),
    ],
)
def test_other_numbers_do(message, other):
    assert fingerprint(make_finding(message=message)) != fingerprint(make_finding(message=other))


@given(st.lists(st.builds(make_finding, path=ANY_TEXT, message=ANY_TEXT, line=st.integers(1, 6)), max_size=9))
def test_no_two_findings_have_the_same(findings):
    prints = fingerprint(*findings)
    assert len(set(prints)) == len(findings)
    assert all(len(each) == 64 for each in prints)
