import pytest

from gitops_gen.checks.built import read_built
from gitops_gen.checks.field_origins import find_field, image_result
from gitops_gen.checks.graph import read_graph
from gitops_gen.checks.kustomization import parse_kustomization
from gitops_gen.checks.origins import Built, Origins, find_item, follow
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.tree import Tree

SOURCE = """\
apiVersion: v1
kind: Service
metadata:
  name: other
---
apiVersion: example.com/v1
kind: Thing
metadata:
  name: x
spec:
  size: 1
  parts:
  - name: one
    weight: 1
  - name: two
    weight: 2
"""


@pytest.fixture
def origins(tmp_path):
    def make(overlay="resources: [x.yaml]\n"):
        (tmp_path / "o").mkdir(exist_ok=True)
        (tmp_path / "o/x.yaml").write_text(SOURCE)
        (tmp_path / "o/kustomization.yaml").write_text(overlay)
        tree = Tree(str(tmp_path))
        return Origins(tree, read_graph(tree, ["o/kustomization.yaml"]), "o")

    return make


def thing(name="x", **spec):
    return Built(
        Resource({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": name}, "spec": spec}),
        "o/x.yaml",
    )


def test_items_are_known_by_name_and_else_by_place():
    items = [{"name": "one"}, {"name": "two"}, {"weight": 1}]
    assert find_item(items, {"name": "two"}, 0) == 1
    assert find_item(items, {"name": "new"}, 0) is None
    assert find_item(items, {"name": "new"}, 2) == 2
    assert find_item(items, "text", 0) == 0
    assert find_item(items, {}, 7) is None


def test_keys_are_followed_as_far_as_they_lead():
    data = {"a": [{"name": "x", "b": 1}, {"name": "y", "b": 2}]}
    built = {"a": [{"name": "y", "b": 3, "c": 4}]}
    assert follow(data, built, ("a", 0, "b")) == (("a", 1, "b"), True, 2)
    assert follow(data, built, ("a", 0, "c")) == (("a", 1), False, {"name": "y", "b": 2})
    assert follow(data, built, ("z",)) == ((), False, data)


def test_a_value_of_the_file_is_in_the_file_whatever_the_name_became(origins):
    built = thing("eu-x-copy", size=1, parts=[{"name": "two", "weight": 2}])
    assert origins().locate(built, ("spec", "parts", 0, "weight")) == ("o/x.yaml", 16, 5)


def test_a_field_that_is_missing_is_missing_from_its_parent(origins):
    assert origins().locate(thing(size=1), ("spec", "colour", "deep")) == ("o/x.yaml", 10, 1)


def test_a_value_that_nothing_set_is_at_the_field_in_the_file(origins):
    assert origins().locate(thing(size=9), ("spec", "size")) == ("o/x.yaml", 11, 3)


def test_without_a_file_the_kustomization_is_named(origins):
    built = thing()._replace(path="o/gone.yaml")
    assert origins("resources:\n- x.yaml\n- gone.yaml\n").locate(built, ("spec",)) == ("o/kustomization.yaml", 3, 3)


def test_what_is_from_nowhere_is_at_the_kustomization(origins):
    assert origins().locate(thing()._replace(path=""), ("spec",)) == ("o/kustomization.yaml", 1, 1)
    assert origins().locate(thing()._replace(path="", generator="o/kustomization.yaml"), ()) == (
        "o/kustomization.yaml",
        1,
        1,
    )


@pytest.mark.parametrize(
    ("entry", "result"),
    [
        ({"name": "a", "newTag": "1"}, ("a", ":1")),
        ({"name": "a", "newName": "b", "digest": "sha256:c"}, ("b", "@sha256:c")),
        ({"newName": "b", "newTag": "1", "digest": "sha256:c"}, ("b", ":1@sha256:c")),
        ({}, ("", "")),
    ],
)
def test_an_images_entry_makes_an_image(entry, result):
    assert image_result(entry) == result


@pytest.mark.parametrize(
    ("data", "keys", "value", "found"),
    [
        (
            {"images": [{"name": "ab", "newTag": "1"}, {"name": "a", "newTag": "1"}]},
            ("image",),
            "a:1",
            ("images", 1, "newTag"),
        ),
        ({"images": [{"name": "a", "newName": "b"}]}, ("image",), "b:old", ("images", 0, "newName")),
        ({"images": [{"name": "a", "newTag": "1"}]}, ("image",), "c:1", None),
        ({"replicas": [{"name": "x", "count": 2}]}, ("spec", "replicas"), 2, ("replicas", 0, "count")),
        ({"replicas": [{"name": {}, "count": 2}]}, ("spec", "replicas"), 2, None),
        ({"namespace": "n"}, ("metadata", "namespace"), "n", ("namespace",)),
        ({"labels": [{"pairs": {"a": "b"}}]}, ("metadata", "labels", "a"), "b", ("labels", 0, "pairs", "a")),
        ({"commonLabels": {"a": "b"}}, ("spec", "selector", "a"), "b", ("commonLabels", "a")),
        ({"nameSuffix": "-eu"}, ("metadata", "name"), "x-eu-1", ("nameSuffix",)),
        (
            {"replacements": [{"targets": [{"fieldPaths": ["a.b", "spec.x"]}]}]},
            ("spec", "x"),
            1,
            ("replacements", 0, "targets", 0, "fieldPaths", 1),
        ),
    ],
)
def test_a_field_of_the_kustomization_is_found(data, keys, value, found):
    built = Resource({"kind": "Thing", "metadata": {"name": "x"}})
    assert find_field(parse_kustomization("k", [data]), built, built, keys, value) == found


def test_origin_annotations_are_read_and_taken_off():
    annotation = 'annotations: {{config.kubernetes.io/origin: "{}"{}}}'
    texts = [
        annotation.format("path: 'base/a b.yaml'\\n", ""),
        annotation.format("configuredIn: o/kustomization.yaml\\nconfiguredBy:\\n  kind: X\\n", ", a: b"),
        annotation.format("path: x.yaml\\nrepo: https://example.com\\n", ""),
        "name: x",
    ]
    built = read_built("\n---\n".join(f"metadata: {{{text}}}" for text in texts))
    assert [(each.path, each.generator) for each in built] == [
        ("base/a b.yaml", ""),
        ("", "o/kustomization.yaml"),
        ("", ""),
        ("", ""),
    ]
    assert [each.resource.data["metadata"] for each in built] == [{}, {"annotations": {"a": "b"}}, {}, {"name": "x"}]
