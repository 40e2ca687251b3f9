"""Checksums of evidence: whichever fact is edited by hand, it is named."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.evidence import build_evidence, hash_evidence, seal_evidence
from gitops_gen.evidence_checksums import LIMIT, Edit, find_edits, name_fact, write_checksums
from gitops_gen.model import Override, Verdict
from tests.releases import STAGING, make_release


def make_data() -> dict[str, Any]:
    evidence = build_evidence(
        release=make_release(),
        environment=STAGING.name,
        verdicts=(Verdict(gate="metric:val_auc", result="passed", value=0.91, limits={"threshold": 0.9}),),
        overrides=(Override(rule="environment-order", reason="first release", by="Ada"),),
        program="gitops-gen 1",
    )
    return copy.deepcopy(dict(evidence.data))


def list_places(value: Any, keys: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [place for key, item in items for place in list_places(item, (*keys, key))]
    return below or [keys]


PLACES = [place for place in list_places(make_data()) if place[0] not in {"hash", "checksums"}]


def reach(data: Any, keys: tuple[str | int, ...]) -> Any:
    for key in keys:
        data = data[key]
    return data


def test_what_was_just_written_has_no_edits():
    data = make_data()
    assert find_edits(data, data["checksums"]) == []
    assert len(PLACES) > 25


@pytest.mark.parametrize("place", PLACES, ids=name_fact)
def test_a_changed_fact_is_named_whichever_it_is(place):
    data = make_data()
    reach(data, place[:-1])[place[-1]] = "edited"
    assert hash_evidence(data) != data["hash"]
    assert find_edits(data, data["checksums"]) == [Edit("changed", place)]


@pytest.mark.parametrize("place", PLACES, ids=name_fact)
def test_a_removed_fact_is_noticed_whichever_it_is(place):
    data = make_data()
    del reach(data, place[:-1])[place[-1]]
    assert any(edit.what in {"removed", "changed"} for edit in find_edits(data, data["checksums"]))


@settings(max_examples=200)
@given(places=st.sets(st.sampled_from(PLACES), min_size=1, max_size=6), added=st.booleans())
def test_several_edits_are_named_together(places, added):
    data = make_data()
    for place in places:
        reach(data, place[:-1])[place[-1]] = "edited"
    if added:
        data["run"]["parameters"]["approved"] = "yes"
    edits = {edit.keys for edit in find_edits(data, data["checksums"])}
    assert places <= edits
    assert edits - places == ({("run", "parameters", "approved")} if added else set())


def test_a_new_item_of_a_list_is_the_only_edit():
    data = make_data()
    data["run"]["datasets"].insert(0, {"name": "more", "digest": "1"})
    assert find_edits(data, data["checksums"]) == [
        Edit("added", ("run", "datasets", 0, "digest")),
        Edit("added", ("run", "datasets", 0, "name")),
    ]


def test_above_the_limit_there_are_none_and_without_them_no_edit_is_named():
    assert write_checksums({"run": {str(n): n for n in range(LIMIT)}})
    many = {"run": {str(n): n for n in range(LIMIT + 1)}}
    assert write_checksums(many) == ""
    assert "checksums" not in seal_evidence({**many, "checksums": "old"}).data
    assert find_edits(make_data(), "") == []
    assert find_edits(make_data(), "not base64!") == []


def test_facts_have_the_names_that_people_use():
    assert name_fact(("overrides", 0, "reason")) == "overrides[0].reason"
    assert name_fact(()) == ""
