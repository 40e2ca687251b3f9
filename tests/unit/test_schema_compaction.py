"""How a schema is made smaller, and written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.schema_compaction import dump_schema, share_subtrees, unite_subtrees

TEXT: dict[str, Any] = {"type": "string"}


def refer(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


LONG = {"type": "object", "additionalProperties": False, "properties": {f"field{i}": TEXT for i in range(5)}}


def test_equal_parts_become_one_object_without_prose():
    parts = [LONG | {"description": f"part {i}", "title": "x"} for i in range(2)]
    schema = {"properties": {"b": parts[0], "a": {"items": parts[1]}, "title": TEXT}, "description": "x"}

    united = unite_subtrees(schema)

    assert united == {"properties": {"b": LONG, "a": {"items": LONG}, "title": TEXT}}
    assert united["properties"]["b"] is united["properties"]["a"]["items"]
    assert schema["description"] == "x"


def test_what_repeats_gets_the_name_of_its_first_property():
    schema = share_subtrees({"properties": {"b": {"type": "array", "items": LONG}, "c": LONG, "d": TEXT, "e": TEXT}})

    item = {"$ref": "#/$defs/bItem"}
    assert schema == {
        "properties": {"b": {"type": "array", "items": item}, "c": item, "d": TEXT, "e": TEXT},
        "$defs": {"bItem": LONG},
    }


def test_a_name_that_is_taken_gets_a_number():
    other = LONG | {"required": ["field1"]}
    schema = share_subtrees(
        {"properties": {"a": {"properties": {"x": LONG, "y": LONG}}, "b": {"properties": {"x": other, "z": other}}}}
    )

    assert schema["$defs"] == {"x": LONG, "x2": other}


def test_quantities_are_called_so():
    field = {
        "type": ["integer", "string"],
        "x-kubernetes-int-or-string": True,
        "pattern": "^[0-9]{1,3}(m|k|M|G|T|P|E)?$",
    }

    assert list(share_subtrees({"properties": {"a": field, "b": field}})["$defs"]) == ["quantity"]


@pytest.mark.parametrize("keyword", ["items", "additionalProperties", ""])
def test_levels_that_repeat_become_a_recursion(keyword: str):
    def wrap(inner: dict[str, Any]) -> dict[str, Any]:
        return {"type": "array", keyword: inner} if keyword else inner

    node = LONG
    for _ in range(3):
        node = LONG | {"properties": LONG["properties"] | {"more": wrap(node)}}
    again = {"$ref": "#/$defs/tree"}

    schema = share_subtrees({"properties": {"tree": node, "wood": node}})

    folded = LONG | {"properties": LONG["properties"] | {"more": wrap(again)}}
    assert schema == {"properties": {"tree": again, "wood": again}, "$defs": {"tree": folded}}


@pytest.mark.parametrize(
    "last",
    [
        {"type": "object", "properties": {"name": {"type": "integer"}}},
        {"type": "object", "properties": {"name": TEXT, "more": {"type": "array", "items": TEXT}}},
        {"type": "object", "properties": {"name": TEXT, "more": {"type": "array", "maxItems": 1, "items": {}}}},
        {"type": "object", "properties": {"name": TEXT}},
    ],
)
def test_levels_that_differ_stay_as_they_are(last: dict[str, Any]):
    node = {"type": "object", "properties": {"name": TEXT, "more": {"type": "array", "items": last}}}

    assert share_subtrees({"properties": {"tree": node}}) == {"properties": {"tree": node}}


def list_schemas() -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"])
    leaves: st.SearchStrategy[dict[str, Any]] = st.sampled_from([TEXT, {"type": "integer"}, {}])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(
                lambda fields: {"type": "object", "properties": fields}, st.dictionaries(names, inner, min_size=2)
            ),
            st.builds(lambda item: {"type": "array", "items": item}, inner),
            st.builds(lambda value: {"type": "object", "additionalProperties": value}, inner),
            st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=2)),
        ),
        max_leaves=12,
    )


def put_back(node: Any, definitions: dict[str, Any], depth: int) -> Any:
    """A schema with its references replaced, recursions to a depth."""
    if isinstance(node, list):
        return [put_back(part, definitions, depth) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        return put_back(definitions[name], definitions, depth - 1) if depth else {}
    return {key: put_back(value, definitions, depth) for key, value in node.items()}


@given(inner=list_schemas())
def test_sharing_changes_nothing_but_the_depth_of_recursions(inner: dict[str, Any]):
    schema = {"properties": {"a": inner, "b": {"type": "array", "items": inner}}}

    shared = share_subtrees(schema)

    definitions = shared.pop("$defs", {})
    if not any(json.dumps(refer(name)) in json.dumps(node) for name, node in definitions.items()):
        assert put_back(shared, definitions, 20) == schema


def test_the_text_is_the_same_for_any_order_and_keeps_short_parts_in_a_line():
    schema = {
        "title": "t",
        "properties": {"b": TEXT, "a": LONG, "c": {"pattern": "^" + "a" * 120}},
        "$schema": "s",
        "required": [f"field{i}" for i in range(30)],
    }
    turned = json.loads(json.dumps(schema, sort_keys=True))

    text = dump_schema(schema)

    assert text == dump_schema(turned)
    assert json.loads(text) == schema
    assert text.startswith(
        '{\n "$schema": "s",\n "title": "t",\n "properties": {\n  "a": {\n   "additionalProperties": false,'
    )
    assert '\n  "b": {"type": "string"},\n' in text
    assert '\n  "field0",\n  "field1",\n' in text
    assert [line[:14] for line in text.splitlines() if len(line) > 120] == ['   "pattern": ']
