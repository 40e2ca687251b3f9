"""JSON read into plain values, with what is wrong with its text; never an exception."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.json_reader import read_json
from gitops_gen.checks.limits import DEPTH_LIMIT, EVENTS_LIMIT
from gitops_gen.checks.yaml_reader import Problem


def find(text):
    content = text if isinstance(text, bytes) else text.encode()
    return [(problem.code, problem.line, problem.column) for problem in read_json(content).problems]


def test_a_file_is_one_document():
    assert read_json(b'{"a": [1, 1.5, true, null, "x"]}\n') == ([{"a": [1, 1.5, True, None, "x"]}], [1], [])


def test_tabs_indent_as_well_as_spaces():
    assert read_json(b'{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n') == ([{"a": {"b": 1}}], [1], [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("{}\n{}\n", 2),
        ('{"a": 1,}', 1),
        ("{'a': 1}", 1),
        ('{\n"a": "x\ny"}', 2),
        ('{"a":\n\n01}', 3),
        ('{"a":\ntru}', 2),
        ("// no\n{}", 1),
    ],
)
def test_a_mistake_has_its_line(text, line):
    assert [(code, found) for code, found, _ in find(text)] == [("json", line)]
    assert read_json(text.encode()).documents == []


def test_equal_keys_are_told_where_they_stand():
    text = '{\n\t"b": "a",\n\t"a": {"c": 1, "c": 2},\n\t"a": "a"\n}\n'
    assert read_json(text.encode()) == (
        [{"b": "a", "a": "a"}],
        [1],
        [Problem("duplicate-key", 3, 16, "c"), Problem("duplicate-key", 4, 2, "a")],
    )


def test_equal_keys_that_yaml_cannot_read_are_told_at_the_start():
    assert find(r'{"\ud83d\ude80": 1, "\ud83d\ude80": 2}') == [("duplicate-key", 1, 1)]


def test_equal_keys_with_escapes_are_equal():
    assert find(r'{"a": 1, "\u0061": 2}') == [("duplicate-key", 1, 10)]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 400 + ".0"])
def test_numbers_that_json_cannot_have_are_told_and_stay_text(value):
    found = read_json(f'{{"NaN": "1e999",\n "a": [1, {value}]}}'.encode())
    assert found.problems == [Problem("value", 2, 11, value)]
    assert found.documents == [{"NaN": "1e999", "a": [1, value]}]


def test_a_number_with_thousands_of_digits_is_told():
    assert find('{"a": ' + "9" * 5000 + "}") == [("json", 1, 1)]


def test_large_numbers_are_kept():
    assert read_json(b'{"a": 123456789012345678901234567890}').documents == [{"a": 123456789012345678901234567890}]


def test_half_a_pair_of_utf16_becomes_what_go_makes_of_it():
    assert read_json(rb'{"a\ud800": "\udc00 \ud83d\ude80 \\ud800"}') == (
        [{"a\ufffd": "\ufffd \U0001f680 \\ud800"}],
        [1],
        [],
    )


def test_nesting_has_an_end():
    assert find("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT) == []
    assert find('{"a":\n' * DEPTH_LIMIT + "[]" + "}" * DEPTH_LIMIT) == [("depth", DEPTH_LIMIT + 1, 1)]
    assert find("[" * 100_000) == [("depth", 1, DEPTH_LIMIT + 1)]
    assert find("[" + '"[{",' * 300 + "[{}], [], {}]") == [], "brackets in texts are none"
    assert find("[" + "[],{}," * 300 + "0]") == [], "what is closed does not count"


@pytest.mark.parametrize("bad", ['["' * 200_000, '"' + "\\" * 400_000, '["\\\n' * 100_000, "[" * 201 + '"' * 200_001])
def test_text_that_breaks_off_takes_no_time(bad):
    assert read_json(bad.encode()).problems


def test_marks_encodings_and_nul_are_told_as_in_yaml():
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == ([{"a": 1}], [1], [Problem("bom", 1, 1, "")])
    assert find('{"a":\r\n 1}') == [("line-ends", 1, 6)]
    assert find('{"a": 1}'.encode("utf-16")) == [("encoding", 1, 1)]
    assert find(b'{"a": "\xe9"}') == [("encoding", 1, 8)]
    assert find(b'{"a": 1}\0') == [("binary", 1, 9)]


@given(
    st.binary(max_size=100)
    | st.text(st.sampled_from('{}[]",:0123456789eE+-.truefalsn \n\t\\ud8'), max_size=50).map(str.encode)
)
def test_any_bytes_give_values_and_problems(content):
    found = read_json(content)
    assert found.documents or found.problems
    assert all(problem.line >= 1 and problem.column >= 1 for problem in found.problems)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_what_json_writes_is_read_back(value, indent, escaped):
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    if "\\ud" not in text and "\ud800" not in text:
        assert read_json(text.encode("utf-8", "replace")).documents == [json.loads(text.encode("utf-8", "replace"))]


def test_values_have_an_end_as_in_yaml():
    assert find("[" + "1," * EVENTS_LIMIT + "1]") == [("values", 1, 1)]
    assert find('["' + ",[{:" * EVENTS_LIMIT + '"]') == []
    assert read_json(b"[" + b"1," * 100_000 + b"1]").documents != []


def test_keys_that_stand_twice_are_found_among_many():
    keys = ",".join(f'"k{number}": 1' for number in range(40_000))
    assert [code for code, _, _ in find(f'{{{keys}, "k1": 2}}')] == ["duplicate-key"]


def test_of_many_numbers_that_are_none_some_are_told():
    assert 500 < len(find("[" + "NaN," * 50_000 + "1]")) < 600
