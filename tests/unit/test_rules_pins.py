"""The rules on pins: their cases, and what manifests cannot show: any shape, and what messages say."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.catalogue import PINNED_KINDS
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.rules.pins import RULES, explain_moving
from gitops_gen.checks.rules.pins_parts import list_parts, parse_image
from gitops_gen.checks.source import Source

CASES = Path(__file__).parent.parent / "cases"
FILES = sorted(CASES.glob("PIN*/*.yaml"))
DIGEST = "sha256:" + "a" * 64
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["models:/x@y", "a@b", "oci://"]),
    lambda child: (
        st.lists(child, max_size=3)
        | st.dictionaries(
            st.sampled_from(["image", "name", "containers", "volumes", "reference", "modelUri", "value", "args"]),
            child,
            max_size=4,
        )
    ),
    max_leaves=25,
)


def check(spec, kind="SeldonDeployment"):
    resource = Resource({"kind": kind, "metadata": {"name": "churn"}, "spec": spec})
    return [(rule.id, hit) for rule in RULES for hit in rule.check(resource)]


def pod(**container):
    return {"predictors": [{"componentSpecs": [{"spec": {"containers": [{"name": "churn", **container}]}}]}]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_breaks_its_rule_where_it_says_so_and_no_other(path: Path):
    source = Source(path.name, path.read_bytes())
    found = [
        (rule.id, source.locate(hit.document, (*resource.keys, *hit.keys))[0])
        for resource in source.list_resources()
        for rule in RULES
        for hit in rule.check(resource)
    ]
    resource_kinds = {(r.api_version.partition("/")[0], r.kind) for r in source.list_resources()}
    assert resource_kinds <= PINNED_KINDS
    assert resource_kinds
    marked = [n for n, line in enumerate(path.read_text().splitlines(), 1) if line.endswith("# here")]
    assert sorted(found) == [(path.parent.name, line) for line in marked]
    assert bool(marked) == path.stem.startswith("bad-")


def test_every_rule_has_cases_and_a_page():
    assert {path.parent.name for path in FILES} == {rule.id for rule in RULES}
    for rule in RULES:
        assert {path.stem.partition("-")[0] for path in FILES if path.parent.name == rule.id} == {"good", "bad"}
        page = str(rule.check.__doc__)
        assert "\n    Why: " in page
        assert "\n    Fix: " in page


@given(ANY)
def test_no_shape_of_data_is_an_error(spec):
    for _, hit in check(spec):
        assert hit.message
        assert hit.fix


@pytest.mark.parametrize("spec", [None, [], "x", 3, {"predictors": None}])
def test_an_object_without_parts_has_no_hits(spec):
    assert check(spec) == []


def test_what_is_nested_very_deep_is_walked():
    node = {"image": "deep:1"}
    for _ in range(3000):
        node = {"children": [node]}
    assert [rule for rule, _ in check(node)] == ["PIN001"]


def test_no_image_is_told_by_two_rules():
    for image in ("x", "x:1", "x:latest", f"x@{DIGEST}", "x@sha256:1", "x@", f"x:latest@{DIGEST}", "x:latest@sha256:1"):
        assert len(check(pod(image=image))) == (image != f"x@{DIGEST}")


def test_an_image_that_another_program_fills_in_is_no_hit():
    assert check(pod(image="")) == []
    assert check(pod()) == []


def test_the_message_names_object_and_container_and_the_fix_what_to_write():
    ((_, hit),) = check(pod(image="registry.example.com/ml/churn:1.4"))
    assert hit.message.startswith("SeldonDeployment/churn: container 'churn' runs 'registry.example.com/ml/churn:1.4'")
    assert '{name: registry.example.com/ml/churn, newTag: "1.4", digest: "sha256:…"}' in hit.fix
    assert hit.keys == ("spec", "predictors", 0, "componentSpecs", 0, "spec", "containers", 0, "image")


def test_a_placeholder_is_told_to_be_replaced():
    ((_, hit),) = check(pod(image="churn"))
    assert '{name: churn, newName: HOST/REPOSITORY, newTag: "TAG", digest: "sha256:…"}' in hit.fix


def test_where_kustomize_does_not_reach_the_fix_says_so():
    ((_, hit),) = check({"explainer": {"containerSpec": {"name": "explainer", "image": "alibi:1"}}})
    assert "spec.explainer.containerSpec.image runs 'alibi:1'" in hit.message
    assert hit.fix == "write alibi:1@sha256:… there: `images` of a kustomization does not reach this place"


def test_a_digest_that_can_be_mended_is_written_out():
    for digest in (DIGEST.upper(), "a" * 64):
        ((rule, hit),) = check(pod(image=f"x@{digest}"))
        assert (rule, hit.fix) == ("PIN003", f"write {DIGEST}")
    ((_, hit),) = check(pod(image="x@sha256:1234"))
    assert hit.fix == "copy the whole digest: sha256: and 64 hexadecimal digits"


def test_a_longer_digest_of_the_registered_algorithms_is_a_digest():
    assert check(pod(image=f"x@sha512:{'a' * 128}")) == []


def test_an_image_that_is_mounted_must_be_pinned_too():
    volumes = [{"name": "m", "image": {"reference": "models:1"}}, {"rbd": {"image": "disk"}}, "x", {"image": "disk"}]
    ((rule, hit),) = check({"predictor": {"volumes": volumes}}, "InferenceService")
    assert (rule, hit.keys) == ("PIN001", ("spec", "predictor", "volumes", 0, "image", "reference"))


def test_what_people_note_in_annotations_and_labels_is_not_run():
    notes = {"image": "x:1", "source": "models:/x@y"}
    assert check({"annotations": notes, "labels": notes, "nodeSelector": notes}) == []


@pytest.mark.parametrize(
    ("uri", "moving"),
    [
        ("models:/churn/3", ""),
        ("models:/m-5a0ad4e4", ""),
        ("models:/churn/latest", "registered last"),
        ("models:/churn/Latest", "registered last"),
        ("models:/churn/Production", "stage 'Production'"),
        ("models:/churn@champion", "alias 'champion'"),
        ("models:/a@b@c", "alias 'c'"),
        ("models:/a@b/3", ""),
        ("models://profile@databricks/churn/3", ""),
        ("models://profile@databricks/churn@champion", "alias 'champion'"),
        ("models:/churn/Production?x=1", "stage 'Production'"),
        ("models:/churn/$(VERSION)", ""),
        ("models:/churn/3/more", ""),
        ("models:/churn/", ""),
        ("models:/churn@", ""),
        ("models:/", ""),
    ],
)
def test_a_model_reference_is_read_as_mlflow_reads_it(uri, moving):
    assert (moving in explain_moving(uri)) if moving else explain_moving(uri) == ""


@pytest.mark.parametrize("text", ["s3://bucket/models:/x@y", "mymodels:/x@y", "see models:/x/3"])
def test_what_only_looks_like_a_model_reference_is_none(text):
    assert [rule for rule, _ in check({"modelUri": text})] == []


def test_a_password_is_not_repeated():
    hits = check(
        {"a": {"modelUri": "oci://bob:hunter2@registry.example.com/x:1"}, "b": {"value": "models://u:pw1@h/x@y"}}
    )
    assert [rule for rule, _ in hits] == ["PIN005", "PIN006"]
    assert "write models:/x/VERSION" in hits[0][1].fix
    assert "hunter2" not in repr(hits)
    assert "pw1" not in repr(hits)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("host:5000/a/b", ("host:5000/a/b", "", "")),
        ("host:5000/a/b:1@sha256:x", ("host:5000/a/b", "1", "sha256:x")),
        ("a", ("a", "", "")),
        ("", ("", "", "")),
    ],
)
def test_an_image_is_taken_apart(text, parts):
    image = parse_image(text)
    assert (image.name, image.tag, image.digest) == parts


@pytest.mark.parametrize(
    ("uri", "rules"), [(f"oci://x@{DIGEST}", []), (f"oci://h/x@{DIGEST}", []), ("oci://x@1", ["PIN006"])]
)
def test_a_model_image_is_pinned_whatever_its_name_looks_like(uri, rules):
    assert [rule for rule, _ in check({"storageUri": uri})] == rules


def test_all_rules_share_one_walk():
    resource = Resource({"spec": pod(image="x:1")})
    assert list_parts(resource) is list_parts(resource)
    assert list_parts(Resource({"spec": pod(image="x:1")})) is not list_parts(resource)
