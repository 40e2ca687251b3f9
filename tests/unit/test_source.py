"""A file under check: documents, objects and places."""

import pytest

from gitops_gen.checks.positions import Positions
from gitops_gen.checks.rule import Resource, once_per_object
from gitops_gen.checks.source import Source, list_resources


def find(text, path="a.yaml"):
    return list(Source(path, text.encode()).list_resources())


def test_the_ending_says_how_a_file_is_read():
    assert Source("a.json", b'{"a": 1, }').read.problems[0].code == "json"
    assert Source("a.yaml", b'{"a": 1, }').documents == [{"a": 1}]
    assert Source("Kustomization", b"a: 1").documents == [{"a": 1}]


def test_each_document_that_is_a_mapping_is_an_object():
    assert find("kind: A\n---\ntext\n---\n[1]\n---\nkind: B\n") == [Resource({"kind": "A"}), Resource({"kind": "B"}, 3)]


def test_the_items_of_a_list_are_objects():
    text = "apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n"
    assert find(text) == [Resource({"kind": "A"}, 0, ("items", 0)), Resource({"kind": "B"}, 0, ("items", 1))]


def test_a_list_in_a_list_is_taken_apart_too():
    text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - kind: A\n"
    assert find(text) == [Resource({"kind": "A"}, 0, ("items", 0, "items", 0))]


def test_a_list_with_something_else_in_it_is_there_itself():
    data = {"apiVersion": "v1", "kind": "List", "items": [{"kind": "A"}, "text"]}
    assert list(list_resources(data)) == [Resource(data), Resource({"kind": "A"}, 0, ("items", 0))]


def test_the_items_of_a_list_of_a_kind_are_of_it():
    data = {"apiVersion": "v1", "kind": "ConfigMapList", "items": [{"data": {}}, {"kind": "Secret"}]}
    assert list(list_resources(data)) == [
        Resource({"data": {}, "apiVersion": "v1", "kind": "ConfigMap"}, 0, ("items", 0)),
        Resource({"kind": "Secret"}, 0, ("items", 1)),
    ]
    data["kind"] = "List"
    assert next(list_resources(data)) == Resource({"data": {}}, 0, ("items", 0))


@pytest.mark.parametrize(
    "data",
    [
        {"apiVersion": "example.com/v1", "kind": "AllowList", "items": [{}]},
        {"apiVersion": "v1", "kind": "List"},
        {"apiVersion": "v1", "kind": "List", "items": {}},
        {"apiVersion": "v1", "kind": ["List"], "items": [{}]},
        {"items": [{}]},
    ],
)
def test_what_only_looks_like_a_list_is_an_object(data):
    assert list(list_resources(data)) == [Resource(data)]


def test_places_are_those_of_keys_and_values():
    source = Source("a.yaml", b"a: 1\n---\nb:\n- c: 2\n")
    assert source.locate(1, ("b", 0, "c")) == (4, 3)
    assert source.locate(1, ("b", 0, "c"), value=True) == (4, 6)
    assert source.locate(0, ()) == (1, 1)


def test_a_byte_order_mark_takes_no_column():
    assert Source("a.yaml", b"\xef\xbb\xbfa: {b: 1}\n").locate(0, ("a", "b")) == (1, 5)


def test_a_line_of_a_block_has_its_place():
    source = Source("a.yaml", b"a:\n  b: |\n    one\n      two\n\n    three\n  c: 'x'\n  d: >-\n   folded\n")
    assert source.locate_line(0, ("a", "b"), 0) == (3, 5)
    assert source.locate_line(0, ("a", "b"), 1) == (4, 7)
    assert source.locate_line(0, ("a", "b"), 3) == (6, 5)
    assert source.locate_line(0, ("a", "d"), 0) == (9, 4)


def test_a_line_of_something_else_is_where_that_is():
    source = Source("a.yaml", b"a:\n  b: |\n    one\n  c: 'x'\n")
    assert source.locate_line(0, ("a", "c"), 5) == (4, 6)
    assert source.locate_line(0, ("a",), 0) == (1, 1)
    assert source.locate_line(0, ("a", "b"), 100) == (103, 1)


def test_a_resource_says_what_it_is():
    resource = Resource({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"}})
    assert (resource.api_version, resource.kind, resource.name, resource.namespace) == ("v1", "Pod", "a", "b")
    empty = Resource({"apiVersion": 1, "kind": [], "metadata": "a"})
    assert (empty.api_version, empty.kind, empty.name, empty.namespace) == ("", "", "", "")


@pytest.mark.parametrize("text", ["a: 1\nb: {c: 2}\n", "a: &a {c: 1}\nb: *a\n", "b:\n  c: 1\nb: {d: 1, c: 2}\n"])
def test_the_first_place_asked_for_is_as_right_as_the_next(text):
    source = Source("a.yaml", text.encode())
    first = source.locate(0, ("b", "c"))
    assert first == source.locate(0, ("b", "c")) == Positions(text.encode()).find(0, ("b", "c"))


def test_what_an_object_has_is_made_once_for_it():
    calls = []

    @once_per_object
    def count(resource):
        calls.append(resource)
        return len(calls)

    one, other = Resource({"kind": "A"}), Resource({"kind": "A"})
    assert [count(one), count(one), count(other), count(one)] == [1, 1, 2, 1]
