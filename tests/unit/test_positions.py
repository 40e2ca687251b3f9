"""Where in a file a value stands."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.positions import Positions, find_place
from gitops_gen.checks.yaml_reader import read_yaml

REPOSITORIES = Path(__file__).parents[1] / "repositories"
TEXT = """\
apiVersion: v1
kind: List
items:
- metadata: {name: a, labels: {app: "x"}}
-   data:
      'quoted': 1
      2: two
      yes: three
      script: |
        one
        two
---
second: [1, [2, 3]]
"""


def find(text, keys, document=0, *, value=False):
    found = Positions(text.encode()).find(document, keys, value=value)
    if "&" not in text and "<<" not in text and not read_yaml(text.encode()).problems:
        assert find_place(text.encode(), document, keys, value=value) == found
    return found


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ((), (1, 1)),
        (("kind",), (2, 1)),
        (("items",), (3, 1)),
        (("items", 0), (4, 3)),
        (("items", 0, "metadata", "labels", "app"), (4, 32)),
        (("items", 1), (5, 5)),
        (("items", 1, "data", "quoted"), (6, 7)),
        (("items", 1, "data", "2"), (7, 7)),
        (("items", 1, "data", "true"), (8, 7)),
    ],
)
def test_a_key_or_item_has_its_place(keys, place):
    assert find(TEXT, keys) == place


def test_what_stands_behind_a_key_has_one_too():
    assert find(TEXT, ("kind",), value=True) == (2, 7)
    assert find(TEXT, ("items", 0, "metadata"), value=True) == (4, 13)
    assert find(TEXT, (), value=True) == (1, 1)


def test_each_document_has_its_own():
    assert find(TEXT, ("second", 1, 1), 1) == (13, 17)
    assert find(TEXT, (), 1) == (13, 1)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("items", 0, "spec", "x"), (4, 3)),
        (("items", 7), (3, 1)),
        (("items", -1), (3, 1)),
        (("items", "name"), (3, 1)),
        (("kind", "x"), (2, 1)),
        (("nothing",), (1, 1)),
    ],
)
def test_a_way_that_breaks_off_ends_where_it_does(keys, place):
    assert find(TEXT, keys) == place
    assert find(TEXT, keys, value=True) == place


def test_a_document_that_is_not_there_is_the_start():
    assert find(TEXT, ("kind",), 2) == (1, 1)


def test_empty_documents_do_not_count():
    assert find("---\n---\n~\n--- null\n---\n''\n---\na: 1\n", (), 0) == (6, 1)
    assert find("---\n---\n# only\n---\na: 1\n", ("a",)) == (5, 1)


def test_of_equal_keys_the_last_one_counts():
    assert find("a: 1\nb: 2\na: 3\n", ("a",)) == (3, 1)


def test_what_was_merged_stands_where_it_was_written():
    text = "a: &a\n  x: 1\nb: &b\n  z: 2\nc:\n  <<: [*a, *b]\n  w: 3\nd:\n  <<: *a\n"
    assert find(text, ("c", "x")) == (2, 3)
    assert find(text, ("c", "z")) == (4, 3)
    assert find(text, ("c", "w")) == (7, 3)
    assert find(text, ("d", "x")) == (2, 3)
    assert find(text, ("d", "nothing")) == (8, 1)


def test_an_alias_leads_to_its_anchor():
    assert find("a: &a\n  - x: 1\nb: *a\n", ("b", 0, "x")) == (2, 5)


def test_keys_that_are_no_text_are_passed_over():
    assert find("[a]: 1\n{b: c}: 2\nd: 3\n", ("d",)) == (3, 1)


def test_what_stands_before_a_mistake_is_found():
    positions = Positions(b"a: 1\n---\nb: [\n")
    assert positions.find(0, ("a",)) == (1, 1)
    assert positions.find(1, ("b",)) == (1, 1)
    assert Positions(b"[" * 100_000).find(0, (0,)) == (1, 1)


def test_columns_count_characters():
    assert find('{"🚀": {"模型": 1}}', ("🚀", "模型")) == (1, 8)


def test_json_has_places_whatever_indents_it():
    assert find('{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n', ("a", "b")) == (3, 3)


def test_json_may_escape_what_yaml_may_not():
    assert find(r'{"a": "\ud83d\ude80\ud800", "b": 1}', ("b",)) == (1, 29)


def test_a_scalar_is_found_with_its_style():
    positions = Positions(TEXT.encode())
    found = positions.find_scalar(0, ("items", 1, "data", "script"))
    assert (found.style, found.start_mark.line, found.value) == ("|", 8, "one\ntwo\n")
    assert positions.find_scalar(0, ("items",)) is None
    assert positions.find_scalar(0, ("nothing",)) is None
    assert positions.find_scalar(5, ("items",)) is None


def list_ways(value, keys=()):
    yield keys
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from list_ways(inner, (*keys, key))


def test_one_place_is_the_same_as_among_all():
    tried = 0
    for path in sorted(REPOSITORIES.rglob("*.yaml")):
        content = path.read_bytes()
        read = read_yaml(content)
        if read.problems or b"&" in content or b"<<" in content:
            continue
        positions = Positions(content)
        for number, document in enumerate(read.documents):
            for keys in list_ways(document):
                for way in (keys, (*keys, "nothing"), (*keys, 99)):
                    for value in (False, True):
                        found = find_place(content, number, way, value=value)
                        assert found == positions.find(number, way, value=value), (path, way)
                        tried += 1
    assert tried > 10_000


KEYS = st.text("abcdefg é模", min_size=1, max_size=4)
TREES = st.recursive(
    st.integers() | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=3), st.sampled_from([None, 2, "\t"]))
def test_a_key_stands_where_its_place_says(tree, indent):
    text = json.dumps(tree, ensure_ascii=False, indent=indent)
    positions, lines = Positions(text.encode()), text.split("\n")
    for keys in list_ways(tree):
        line, column = positions.find(0, keys)
        assert find_place(text.encode(), 0, keys) == (line, column)
        rest = lines[line - 1][column - 1 :]
        if keys and isinstance(keys[-1], str):
            assert rest.startswith(f'"{keys[-1]}"')
        assert rest


@given(st.binary(max_size=80), st.lists(st.integers(-1, 3) | st.text(max_size=3), max_size=4).map(tuple))
def test_any_bytes_have_places(content, keys):
    line, column = Positions(content).find(0, keys)
    assert line >= 1
    assert column >= 1


@given(st.lists(st.sampled_from(["a: 1\n", "---\n", "~\n", "# c\n", "--- b\n", "- c\n", "...\n", "''\n"]), max_size=8))
def test_documents_are_counted_as_the_reader_counts_them(parts):
    content = "".join(parts).encode()
    found = read_yaml(content)
    if not found.problems:
        positions = Positions(content)
        for number, line in enumerate(found.lines):
            assert positions.find(number, ())[0] >= line
        assert positions.find(len(found.lines), ()) == (1, 1)
