"""YAML read into plain values, with what is wrong with its text; never an exception."""

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.limits import DEPTH_LIMIT, EVENTS_LIMIT, SIZE_LIMIT
from gitops_gen.checks.scalars import resolve_plain
from gitops_gen.checks.yaml_reader import Problem, check_bytes, read_yaml


def read(text):
    """The one document of a text without problems."""
    found = read_yaml(text.encode())
    assert found.problems == []
    [document] = found.documents
    return document


def find(content):
    """Code, line and column of each problem."""
    content = content.encode() if isinstance(content, str) else content
    return [(problem.code, problem.line, problem.column) for problem in read_yaml(content).problems]


def test_values_are_what_kubernetes_reads():
    text = "a: [1, 0x10, 0o14, 012, 1.5, 1.0, yes, off, ~, 2001-01-01, 1_000, =, 'yes', !!str 1, !!int '7', !own x]\n"
    expected = [1, 16, 12, 10, 1.5, 1, True, False, None, "2001-01-01", 1000, "=", "yes", "1", 7, "x"]
    assert read(text)["a"] == expected
    assert [type(value) for value in read(text)["a"]] == [type(value) for value in expected]


def test_keys_become_text():
    assert read("1: a\ntrue: b\n1.5: c\n'2': d\n") == {"1": "a", "true": "b", "1.5": "c", "2": "d"}


def test_a_number_with_more_digits_than_a_float_holds_is_text():
    for digits in ("9" * 400, "9" * 5000, "-" + "9" * 400):
        assert read(f"a: {digits}\n") == {"a": digits}
    assert read(f"a: {'9' * 30}\n") == {"a": 1e30}


def test_documents_are_told_with_the_line_each_starts_at():
    found = read_yaml(b"# head\na: 1\n---\n# only a comment\n---\n\nb: 2\n--- c\n...\n")
    assert found.documents == [{"a": 1}, {"b": 2}, "c"]
    assert found.lines == [2, 5, 8]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n---\n", "~\n", "--- null\n...\n"])
def test_an_empty_document_is_left_out(text):
    assert read_yaml(text.encode()) == ([], [], [])


def test_of_equal_keys_the_last_one_counts_and_each_is_told():
    found = read_yaml(b"a: 1\nb: 2\na: 3\n'a': 4\n")
    assert found.documents == [{"a": 4, "b": 2}]
    assert found.problems == [Problem("duplicate-key", 3, 1, "a"), Problem("duplicate-key", 4, 1, "a")]


def test_keys_that_become_equal_in_json_are_duplicates():
    assert find("1: a\n'1': b\n") == [("duplicate-key", 2, 1)]
    assert find("yes: a\ntrue: b\n") == [("duplicate-key", 2, 1)]


def test_equal_keys_of_different_mappings_are_none():
    assert find("a: {x: 1}\nb: {x: 2}\nc: [{x: 1}, {x: 2}]\n") == []


def test_merge_keys_give_way_to_what_is_written():
    assert read("a: &a {w: 1, z: 2}\nb: {<<: *a, z: 3}\n")["b"] == {"w": 1, "z": 3}
    assert read("a: &a {w: 1, z: 2}\nb: {z: 3, <<: *a}\n")["b"] == {"w": 1, "z": 3}


def test_of_several_merged_mappings_the_first_one_counts():
    assert read("a: &a {w: 1}\nb: &b {w: 2, z: 2}\nc: {<<: [*a, *b]}\n")["c"] == {"w": 1, "z": 2}


def test_a_merged_mapping_can_be_merged_on():
    assert read("a: &a {w: 1}\nb: &b {<<: *a, z: 2}\nc: {<<: *b}\n")["c"] == {"w": 1, "z": 2}


def test_a_merge_key_that_stands_twice_is_a_duplicate():
    assert find("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n") == [("duplicate-key", 4, 3)]


def test_a_quoted_merge_key_is_a_key():
    assert read("a: {'<<': 1}\n") == {"a": {"<<": 1}}
    assert read("a: <<\n") == {"a": "<<"}


@pytest.mark.parametrize("value", ["text", "1", "[1]", "[[{a: 1}]]", "~"])
def test_only_mappings_can_be_merged(value):
    found = read_yaml(f"a:\n  <<: {value}\n  b: 1\n".encode())
    assert [problem.code for problem in found.problems] == ["key"]
    assert found.documents == [{"a": {"b": 1}}]


def test_an_alias_is_what_its_anchor_was_when_it_stood_there():
    assert read("a: &x 1\nb: *x\nc: &x [2]\nd: *x\n") == {"a": 1, "b": 1, "c": [2], "d": [2]}


def test_a_key_can_be_an_alias_and_an_anchor():
    assert read("w: &k key\nz: {*k : 1}\n&z v: 2\nu: *z\n") == {"w": "key", "z": {"key": 1}, "v": 2, "u": "v"}


def test_anchors_end_with_their_document():
    assert find("a: &x 1\n---\nb: *x\n") == [("syntax", 3, 4)]


def test_what_comes_before_an_unknown_anchor_is_there():
    found = read_yaml(b"a: 1\n---\nb: *x\n")
    assert found.documents == [{"a": 1}]
    assert found.problems[0].detail == "no anchor &x"


@pytest.mark.parametrize("text", ["a: &x [*x]\n", "a: &x {b: [1, {c: *x}]}\n", "&x [*x]\n", "a: &x {b: &y [*x]}\n"])
def test_an_anchor_that_holds_itself_is_found(text):
    assert [code for code, _, _ in find(text)] == ["aliases"]


def test_an_anchor_beside_one_that_is_open_is_none_of_these():
    assert read("a: &x {b: &y [1], c: *y}\n") == {"a": {"b": [1], "c": [1]}}


def make_bomb(levels, width=10):
    lines = ["a0: &a0 [" + ", ".join(["ha"] * width) + "]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * width) + "]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def test_aliases_that_stand_for_too_many_values_are_found():
    assert find(make_bomb(4)) == []
    assert find("x: 1\n---\n" + make_bomb(9)) == [("aliases", 2, 1)]
    assert find(make_bomb(40)) == [("aliases", 1, 1)]


AROUND = 9
"""Events of a document with a list in it, besides the list's items."""


def test_many_values_without_aliases_are_none_of_these():
    count = EVENTS_LIMIT - AROUND
    found = read_yaml(b"a: [" + b"1," * count + b"]\n")
    assert found.problems == []
    assert len(found.documents[0]["a"]) == count


def test_a_file_of_more_values_than_that_is_not_read():
    found = read_yaml(b"a: 1\n---\na: [" + b"1," * EVENTS_LIMIT + b"]\n")
    assert [problem.code for problem in found.problems] == ["values"]
    assert found.documents == []


def test_nesting_has_an_end():
    assert find("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT) == []
    assert find("[" * (DEPTH_LIMIT + 1) + "]" * (DEPTH_LIMIT + 1)) == [("depth", 1, DEPTH_LIMIT + 1)]
    assert [code for code, _, _ in find("[" * 100_000)] == ["depth"]
    assert [code for code, _, _ in find("- " * 3000 + "a\n")] == ["depth"]
    assert [code for code, _, _ in find("".join(" " * n + "a:\n" for n in range(1000)))] == ["depth"]


@pytest.mark.parametrize("links", [2, 40, 300])
def test_aliases_do_not_nest_deeper_than_brackets(links):
    chain = "".join(f"x{n}: &x{n} {'[' * 150}*x{n - 1}{']' * 150}\n" for n in range(1, links + 1))
    assert find("x0: &x0 a\n" + chain) in ([("depth", 1, 1)], [("aliases", 1, 1)])


def test_a_tab_that_indents_is_told_where_it_is():
    assert find("a:\n\tb: 1\n") == [("tab", 2, 1)]
    assert find("a:\n  - b\n  \t- c\n") == [("tab", 3, 3)]


def test_a_tab_elsewhere_is_a_character_like_others():
    assert read('a: "x\ty"\nb:\t1\nc: |\n  x\n  \ty\n') == {"a": "x\ty", "b": 1, "c": "x\n\ty\n"}


def test_a_syntax_error_keeps_the_documents_before_it():
    found = read_yaml(b"a: 1\n---\nb: [1\n---\nc: 1\n")
    assert found.documents == [{"a": 1}]
    [problem] = found.problems
    assert (problem.code, problem.line, problem.column) == ("syntax", 4, 1)
    assert problem.detail == "did not find expected ',' or ']', while parsing a flow sequence"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: b: c\n", (1, 5)),
        ("a: 'b\n", (2, 1)),
        ("a: 1\n b: 2\n", (2, 3)),
        ("a: @b\n", (1, 4)),
        ("a: [1\n", (2, 1)),
        ('a: "\\q"\n', (1, 5)),
        ("%YAML 3.0\n---\na\n", (1, 1)),
        ("--- a\n--- b: c: d\n", (2, 6)),
    ],
)
def test_a_syntax_error_has_its_place(text, place):
    assert find(text) == [("syntax", *place)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: {{ b }}\n", Problem("key", 1, 9, "a mapping")),
        ("{{ b }}: c\n", Problem("key", 1, 6, "a mapping")),
        ("[a, b]: c\n", Problem("key", 1, 6, "a list")),
        ("~: c\n", Problem("key", 1, 1, "nothing")),
        ("? \n: c\n", Problem("key", 1, 2, "nothing")),
        ("a: &x [1]\nb: {*x : 1}\n", Problem("key", 2, 5, "a list")),
    ],
)
def test_a_key_that_json_cannot_have_is_told(text, problem):
    assert read_yaml(text.encode()).problems == [problem]


@pytest.mark.parametrize("text", [".nan", ".inf", "-.inf", "!!float .NaN", "!!int x", "!!bool 1", "!!binary a"])
def test_a_value_that_json_cannot_have_is_told_and_stays_text(text):
    found = read_yaml(f"a: {text}\nb: 1\n".encode())
    assert [(problem.code, problem.line, problem.column) for problem in found.problems] == [("value", 1, 4)]
    assert found.documents == [{"a": text.rpartition(" ")[2], "b": 1}]


def test_tags_are_heeded():
    text = "a: [!!str 1, !!float 1, !!bool yes, !!null ~, !!binary aGk=, ! 1, ! '1', !!timestamp 2001-01-01]\n"
    assert read(text)["a"] == ["1", 1, True, None, "hi", "1", "1", "2001-01-01"]


def test_a_byte_order_mark_is_told_and_passed_over():
    found = read_yaml(b"\xef\xbb\xbfa: 1\n")
    assert (found.documents, found.problems) == ([{"a": 1}], [Problem("bom", 1, 1, "")])


def test_line_ends_of_windows_are_told_once():
    found = read_yaml(b"a: 1\nb: |\r\n  x\r\n  y\r\n")
    assert found.problems == [Problem("line-ends", 2, 5, "")]
    assert found.documents == [{"a": 1, "b": "x\ny\n"}]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-32-le"])
def test_other_encodings_of_unicode_are_told(encoding):
    found = read_yaml("kind: ConfigMap\n".encode(encoding))
    assert found == ([], [], [Problem("encoding", 1, 1, "UTF-16 or UTF-32")])


def test_text_that_is_not_utf8_is_told_where_it_is():
    assert read_yaml("a: 1\nb: Grüße é\n".encode("latin-1")) == ([], [], [Problem("encoding", 2, 6, "byte 0xfc")])


def test_the_column_counts_characters():
    assert find("模型: 🚀: x\n") == [("syntax", 1, 6)]
    assert find("é: é\0".encode()) == [("binary", 1, 5)]


@pytest.mark.parametrize("content", [b"a: 1\n\0", b"\x01", b"a: \x1b[0m", b"a: \xef\xbf\xbe", b"a: \x7f"])
def test_characters_that_text_does_not_have_are_told(content):
    [problem] = read_yaml(content).problems
    assert problem.code == "binary"


def test_an_image_is_binary_or_no_text():
    [problem] = read_yaml(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10).problems
    assert problem.code in {"binary", "encoding"}


def test_the_largest_file_is_read():
    text = b"a: 1\n"
    found = read_yaml(text + b"#" * (SIZE_LIMIT - len(text) - 1) + b"\n")
    assert (found.documents, found.problems) == ([{"a": 1}], [])


@given(st.binary(max_size=200))
def test_any_bytes_give_values_and_problems(content):
    found = read_yaml(content)
    assert len(found.documents) == len(found.lines)
    lines = content.count(b"\n") + content.count(b"\r") + content.count(b"\xc2\x85") + content.count(b"\xe2\x80") + 1
    assert all(1 <= problem.line <= lines + 1 and problem.column >= 1 for problem in found.problems)


YAML_LIKE = st.text(st.sampled_from("ab01-:?*&!|>'\"{}[],#%@`~<.= \n\t\\\ufeff\x85é🚀"), max_size=60)


@given(
    YAML_LIKE
    | st.lists(
        st.sampled_from(
            [
                "a: ",
                "- ",
                "&x ",
                "*x",
                "<<: ",
                "\n",
                "  ",
                "{",
                "}",
                "[",
                "]",
                "1",
                "---\n",
                "!!int ",
                "? ",
                "|\n",
                '"',
                ", ",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_any_text_gives_values_and_problems(text):
    found = read_yaml(text.encode("utf-8", "surrogatepass"))
    assert_plain(found.documents)


def assert_plain(value):
    match value:
        case dict():
            assert all(isinstance(key, str) for key in value)
            for inner in value.values():
                assert_plain(inner)
        case list():
            for inner in value:
                assert_plain(inner)
        case float():
            assert math.isfinite(value)
        case _:
            assert value is None or isinstance(value, str | int)


PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=12)
# What PyYAML leaves without quotes although Kubernetes reads something else.
TEXT = PRINTABLE.filter(lambda text: resolve_plain(text) == text or yaml.safe_dump(text).startswith(("'", '"')))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXT, PLAIN, min_size=1, max_size=4), st.sampled_from([True, False, None]), st.booleans())
def test_plain_structures_are_read_as_pyyaml_reads_them(data, flow, wide):
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=wide, width=40)
    assert yaml.load(text, yaml.CSafeLoader) == data
    found = read_yaml(text.encode())
    assert [problem for problem in found.problems if problem.code != "line-ends"] == []
    assert found.documents == [data]


@given(st.lists(PLAIN.filter(lambda value: value is not None), max_size=4))
def test_so_are_several_documents(documents):
    text = yaml.safe_dump_all(documents, explicit_start=True)
    assert read_yaml(text.encode()).documents == documents


def test_problems_of_bytes_come_without_parsing():
    assert check_bytes(b"") == []
    assert check_bytes(b"\0\0\0\0")[0].code in {"binary", "encoding"}
    assert check_bytes(b"\xef\xbb\xbfa\r\n") == [Problem("bom", 1, 1, ""), Problem("line-ends", 1, 3, "")]


@pytest.mark.parametrize("content", [b"a: \xf4\x90\x80\x80", b"a: \xed\xa0\x80", b"\xff\xfe", b"\xfe\xff\0a"])
def test_bytes_that_are_no_characters_are_told(content):
    [problem] = read_yaml(content).problems
    assert problem.code == "encoding"


@pytest.mark.parametrize("use", ["b: {<<: [" + "*a, " * 2000 + "]}", "b:\n" + "- {<<: *a}\n" * 2000])
def test_merges_that_stand_for_too_much_are_not_written_out(use):
    fields = ", ".join(f"k{number}: 1" for number in range(2000))
    [problem] = read_yaml(f"a: &a {{{fields}}}\n{use}".encode()).problems
    assert problem.code == "values"
