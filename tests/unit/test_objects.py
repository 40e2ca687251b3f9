"""One object: what holds whatever its parts are."""

import pytest

from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.selection import Selection

CHECKER = ObjectChecker(SchemaStore(), Selection())


def check(metadata):
    resource = Resource({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    return [(rule.id, hit.keys) for rule, hit in CHECKER.check(resource, pinned=True)]


@pytest.mark.parametrize("name", [{"a": 1}, ["a"], 1, True])
def test_a_name_of_any_other_type_is_a_wrong_type(name):
    assert check({"name": name}) == [("SCHEMA002", ("metadata", "name"))]


@pytest.mark.parametrize("metadata", [{}, {"name": ""}, {"name": None}])
def test_an_object_without_a_name_lacks_a_field(metadata):
    assert [rule for rule, _ in check(metadata)] == ["SCHEMA003"]


@pytest.mark.parametrize("metadata", [{"name": "a"}, {"generateName": "a-"}])
def test_an_object_with_a_name_or_the_start_of_one_is_complete(metadata):
    assert check(metadata) == []
