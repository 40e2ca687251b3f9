import json

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gitops_gen.render.quoting import block, comment, literal, mend, quote, scalar

HOSTILE = ["{{ 7*7 }}", "a\nb: c", "a: #b", "!!python/object:os.system", "\0", "*a", "&a b", "- x", "yes", "012", "1e3"]
STRINGS = st.one_of(st.sampled_from(HOSTILE), st.text(), st.text(alphabet="\x00\x85\u2028\ufeff\ud800 #:{}[]\"'\\\n-"))


def read_1_1(text: str) -> object:
    return yaml.load(text, yaml.CSafeLoader)


def read_1_2(text: str) -> object:
    return YAML(typ="safe", pure=True).load(text)


@settings(deadline=None, max_examples=50)
@given(STRINGS)
@example("\ud800")
@example("x" * 3000)
def test_a_string_is_that_string_in_yaml_1_1_and_1_2(text: str):
    for written in (scalar(text), quote(text)):
        assert read_1_1(f"a: {written}") == {"a": mend(text)}
        assert read_1_2(f"a: {written}") == {"a": mend(text)}
        assert read_1_2(f"{{a: {written}, b: 1}}") == {"a": mend(text), "b": 1}
        assert "\n" not in written


@pytest.mark.parametrize("word", ["y", "No", "ON", "null", "True", "1.0", "0x1", "2026-01-01", "100m", "", "a:", "~"])
def test_what_some_yaml_reads_as_something_else_is_quoted(word: str):
    assert scalar(word) == json.dumps(word)


@pytest.mark.parametrize("word", ["fraud", "sha256:0a", "https://x.y/z", "gitops-gen.dev/run-id", "localhost:5000/a"])
def test_a_word_that_is_surely_a_string_stays_plain(word: str):
    assert scalar(word) == word


@settings(deadline=None, max_examples=50)
@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1e-7)
@example(1e22)
def test_a_number_is_that_number(number: float):
    assert read_1_1(str(scalar(number))) == number
    assert read_1_2(str(scalar(number))) == number


@pytest.mark.parametrize(("value", "text"), [(None, "null"), (True, "true"), (False, "false"), (3, "3"), (-1, "-1")])
def test_other_scalars_are_written_as_yaml_has_them(value: object, text: str):
    assert scalar(value) == text


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="finite"):
        scalar(float("nan"))


def test_a_mapping_is_no_scalar():
    with pytest.raises(TypeError, match="block"):
        scalar({"a": 1})


TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), STRINGS.map(mend)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(STRINGS.map(mend), inner, max_size=3)),
    max_leaves=10,
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(STRINGS.map(mend), TREES, max_size=3))
@example({"a": [[1, [2]], {"b": [{"c": {}}], "d": []}]})
def test_a_block_is_that_tree_with_its_keys_sorted(tree: dict[str, object]):
    assert read_1_2(f"x:{block(tree, 2)}\n") == {"x": tree}
    assert list(read_1_2(f"x:{block(tree, 2)}\n")["x"]) == sorted(tree)


@settings(deadline=None, max_examples=50)
@given(st.one_of(STRINGS, st.text(alphabet="ab \n#:", min_size=1)))
@example("a\n\nb")
@example("a \nb")
@example(" a")
def test_a_literal_is_that_string(text: str):
    assert read_1_1(f"x:\n  y: {literal(text, 4)}\n") == {"x": {"y": mend(text)}}
    assert read_1_2(f"x:\n  y: {literal(text, 4)}\n") == {"x": {"y": mend(text)}}


def test_plain_text_of_several_lines_is_left_readable():
    assert literal("a\nb", 2) == "|-\n  a\n  b"


@settings(deadline=None, max_examples=50)
@given(STRINGS)
def test_a_comment_stays_one_line_of_what_prints(text: str):
    assert comment(text).isprintable()
