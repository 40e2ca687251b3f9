"""What differs between two builds."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitops_gen.difference import (
    MISSING,
    Difference,
    FieldChange,
    FolderDifference,
    compare_builds,
    compare_values,
    parse_build,
)
from gitops_gen.reports.difference_markdown import render_difference_markdown
from gitops_gen.reports.difference_text import render_difference_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def make(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "models"}, **more}


def tell(before: list, after: list) -> list[tuple[str, str, str]]:
    return [(change.operation, change.kind, change.name) for change in compare_builds(before, after)]


def test_objects_are_matched_by_kind_and_name_whatever_their_order():
    one, two = make("Service", "a", spec={"x": 1}), make("Service", "b")
    assert tell([one, two], [two, one]) == []
    assert tell([one], [one, two]) == [("added", "Service", "b")]
    assert tell([one, two], [make("Service", "a", spec={"x": 2})]) == [
        ("changed", "Service", "a"),
        ("removed", "Service", "b"),
    ]


def test_items_of_a_list_are_matched_by_their_names():
    before = {"containers": [{"name": "model", "image": "a"}, {"name": "proxy", "image": "p"}]}
    after = {"containers": [{"name": "proxy", "image": "p"}, {"name": "model", "image": "b"}, {"name": "x"}]}
    assert list(compare_values(before, after)) == [
        FieldChange(path="containers[model].image", before="a", after="b"),
        FieldChange(path="containers[x]", before=MISSING, after={"name": "x"}),
    ]


def test_other_lists_are_compared_by_place_and_plain_ones_as_a_whole():
    assert [c.path for c in compare_values({"a": [1, 2]}, {"a": [1, 3]})] == ["a[1]"]
    assert [c.path for c in compare_values({"a": [1, 2]}, {"a": [1]})] == ["a"]
    assert [c.path for c in compare_values({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": 2}]})] == ["a[1]"]
    assert [c.path for c in compare_values({"a.b": {"c d": 1}}, {"a.b": {"c d": 2}})] == ['["a.b"]["c d"]']
    assert [c.path for c in compare_values({"a": 1}, {"a": True})] == ["a"]


def test_generated_names_with_a_hash_are_the_same_object():
    before = make("ConfigMap", "evidence-5fbc2h7m4d", data={"a": "1"})
    after = make("ConfigMap", "evidence-7g2k8t9m6c", data={"a": "2"})
    (change,) = compare_builds([before], [after])
    assert (change.operation, [c.path for c in change.changes]) == ("changed", ["data.a", "metadata.name"])
    assert tell([make("Service", "a-5fbc2h7m4d")], [make("Service", "a-7g2k8t9m6c")]) == [
        ("removed", "Service", "a-5fbc2h7m4d"),
        ("added", "Service", "a-7g2k8t9m6c"),
    ]


def test_a_text_of_several_lines_is_told_by_the_lines_that_differ():
    before, after = (make("ConfigMap", "c", data={"a.yaml": f"one\n{word}\nthree\n"}) for word in ("two", "2"))
    folder = FolderDifference(folder="f", resources=tuple(compare_builds([before], [after])))
    difference = Difference(before="a", after="b", folders=(folder,))
    assert render_difference_text(difference).splitlines()[2:] == ['    data["a.yaml"]', "    - two", "    + 2"]
    assert '`data["a.yaml"]`: 2 lines differ' in render_difference_markdown(difference)


def test_what_a_secret_holds_is_never_told():
    before, after = (make("Secret", "s", data={"password": text}) for text in ("aHVudGVyMg==", "c3dvcmRmaXNo"))
    (change,) = compare_builds([before], [make("Secret", "s", stringData={"password": "swordfish"})])
    assert "swordfish" not in str(change)
    assert "aHVudGVyMg" not in str(change)
    assert compare_builds([before], [{**after, "data": {"password": "longer than before"}}]) != []
    text = render_difference_text(
        Difference(before="a", after="b", folders=(FolderDifference(folder="f", resources=(change,)),)), rendered=True
    )
    assert "swordfish" not in text


def test_where_objects_come_from_is_no_difference():
    text = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  annotations:\n"
        "    config.kubernetes.io/origin: 'path: {}'\n"
    )
    assert compare_builds(parse_build(text.format("x")), parse_build(text.format("y"))) == []
    assert "annotations" not in parse_build(text)[0]["metadata"]


@given(value=VALUES)
def test_a_value_does_not_differ_from_itself(value):
    assert list(compare_values(value, copy.deepcopy(value))) == []


@given(before=VALUES, after=VALUES)
def test_values_that_differ_have_a_change(before, after):
    assert bool(list(compare_values(before, after))) == (repr(before) != repr(after) and not _same(before, after))


def _same(before: Any, after: Any) -> bool:
    if type(before) is not type(after):
        return False
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[k], after[k]) for k in before)
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_same, before, after))
    return before == after


@given(value=st.text(), rendered=st.booleans())
def test_no_value_does_anything_in_markdown(value, rendered):
    before, after = (
        make("ConfigMap", "c", data={"k": value}),
        make("ConfigMap", "c", data={"k": value + "`<b>@x\n```\n"}),
    )
    folder = FolderDifference(
        folder="models/churn/overlays/staging", resources=tuple(compare_builds([before], [after]))
    )
    markdown = render_difference_markdown(Difference(before="a", after="b", folders=(folder,)), rendered=rendered)
    tokens = MarkdownIt("commonmark", {"html": True}).parse(markdown)
    kinds = {child.type for token in tokens for child in [token, *(token.children or [])]}
    assert not kinds & {"html_block", "image", "link_open"}
    inline = [child.content for token in tokens for child in token.children or [] if child.type == "html_inline"]
    assert set(inline) <= {"<code>", "</code>"}
