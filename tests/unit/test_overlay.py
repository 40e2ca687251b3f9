import difflib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.errors import ConfigError, RefusedError
from gitops_gen.model import Dataset, LoggedModel, ModelVersion, Release, SourceCode
from gitops_gen.names import EnvironmentName, RunId
from gitops_gen.overlay import edit_overlay, new_overlay
from gitops_gen.render.release_patch import MARK, TARGETS, version_label
from gitops_gen.settings import Environment
from gitops_gen.yamlio import load_round_trip
from tests.rendered import FRAUD, SERVERS, STAGING, make_image, make_model, make_release, make_run

PERSONS = """\
---
# Ours: ask the fraud team before you touch this.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

# the order matters
resources:
  - quota.yaml # for the GPU
  - ../../base

images:
  # the sidecar
  - name: proxy
    newTag: "2.0"
  - name: fraud
    newName: old.example.com/fraud # moved in May
    newTag: '0.9'
    digest: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa # pinned

patches:
  # more memory here
  - target: {kind: SeldonDeployment}
    patch: |-
      - op: replace
        path: /spec/predictors/0/replicas
        value: 9
# the end
"""


def new(number=1, *, model=None, environment=STAGING, **changes):
    release = make_release(number, **changes)
    return new_overlay(model=model or make_model(), environment=environment, release=release)


def edit(text, number=1, *, model=None, environment=STAGING, **changes):
    release = make_release(number, **changes)
    return edit_overlay(text, model=model or make_model(), environment=environment, release=release)


def read(text):
    return load_round_trip(text, path="kustomization.yaml")


def read_patch(text):
    patch = next(p for p in read(text)["patches"] if MARK in p.get("patch", ""))
    operations = load_round_trip(patch["patch"], path="patch")
    assert {operation["op"] for operation in operations} == {"add"}
    return {operation["path"].replace("~1", "/"): operation["value"] for operation in operations}


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_editing_from_one_release_to_the_next_gives_what_writing_anew_would(backend, server):
    model = make_model(backend, server)
    assert edit(new(1, model=model), 2, model=model) == new(2, model=model)
    assert edit(new(1, model=model), 1, model=model) == new(1, model=model)


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_the_next_release_changes_few_lines(backend, server):
    model = make_model(backend, server)
    before, after = (new(number, model=model).splitlines() for number in (1, 2))
    changed = [line for line in difflib.ndiff(before, after) if line.startswith("+ ")]
    assert 0 < len(changed) <= 8


def test_a_new_overlay_pins_name_tag_and_digest():
    image = make_image(3)
    assert read(new(3))["images"] == [
        {"name": FRAUD, "newName": image.name, "newTag": image.tag, "digest": image.digest}
    ]


def test_an_image_without_a_tag_is_pinned_by_its_digest_alone():
    untagged = make_image(2, tag=None)
    entry = read(new(2, image=untagged))["images"][0]
    assert "newTag" not in entry
    assert edit(new(1), 2, image=untagged) == new(2, image=untagged)
    assert edit(new(2, image=untagged), 1) == new(1)


def test_the_patch_carries_the_facts_of_the_run():
    run = make_run(1)
    facts = {key: value for key, value in read_patch(new(1)).items() if "gitops-gen.dev" in key}
    prefix = "/spec/predictors/0/annotations/gitops-gen.dev/"
    assert facts == {
        prefix + "run-id": run.run_id,
        prefix + "model-version": "Fraud Detection/1",
        prefix + "source-commit": run.source.commit,
        prefix + "datasets": "train=ab12cd34",
    }
    model, bare = make_model("seldon", "SKLEARN_SERVER"), Release(model=FRAUD, run=run, image=None)
    prepackaged = read_patch(new_overlay(model=model, environment=STAGING, release=bare))
    assert prepackaged[prefix + "content-hash"] == run.model.content_hash


def test_seldons_predictor_gets_its_version_as_label_and_as_annotation():
    patch = read_patch(new(7))
    assert patch["/spec/predictors/0/labels/version"] == "7"
    assert patch["/spec/predictors/0/annotations/version"] == "7"
    assert read_patch(new(7, model=make_model("kserve")))["/spec/predictor/labels/version"] == "7"


def test_what_a_run_does_not_have_is_left_out():
    bare = read_patch(new(1, version=None, source=SourceCode(), datasets=()))
    assert not [key for key in bare if key.endswith(("source-commit", "datasets", "model-version"))]
    assert bare["/spec/predictors/0/labels/version"] == "1" * 12


@pytest.mark.parametrize(
    ("version", "run_id", "label"),
    [("3", "ab", "3"), ("v 1/é", "ab", "v-1"), ("///", "ab", "ab"), ("x" * 80, "ab", "x" * 63), ("-", "a-", "a")],
)
def test_the_version_is_always_a_label_value(version, run_id, label):
    registered = ModelVersion(name="m", version=version)
    assert version_label(make_release(run_id=RunId(run_id), version=registered)) == label


def test_replicas_are_those_of_the_environment():
    model = make_model(replicas=2, environment_replicas={"production": 5})
    production = Environment(name=EnvironmentName("production"), namespace="models")
    assert read_patch(new(model=model))["/spec/predictors/0/replicas"] == 2
    assert read_patch(new(model=model, environment=production))["/spec/predictors/0/replicas"] == 5


def test_kserve_scales_to_zero_without_losing_its_upper_limit():
    patch = read_patch(new(model=make_model("kserve", replicas=0)))
    assert (patch["/spec/predictor/minReplicas"], patch["/spec/predictor/maxReplicas"]) == (0, 1)


@pytest.mark.parametrize(("backend", "server"), [("seldon", "MLFLOW_SERVER"), ("kserve", "sklearn")])
def test_a_prepackaged_server_gets_the_address_of_the_artifact_and_no_image(backend, server):
    text = new(4, model=make_model(backend, server))
    assert read_patch(text)[TARGETS[backend].artifact] == "s3://models/4"
    assert "images" not in read(text)


@pytest.mark.parametrize(
    "uri",
    [
        "mlflow-artifacts:/1/m",
        "models:/fraud@champion",
        "models:/fraud/1",
        "runs:/1/model",
        "file:///tmp/m",
        "/home/m",
        "./m",
        "FILE:///m",
        "s3:",
        "",
    ],
)
def test_an_artifact_that_no_server_can_read_is_refused(uri):
    with pytest.raises(RefusedError, match="cannot read") as caught:
        new_overlay(
            model=make_model("seldon", "MLFLOW_SERVER"),
            environment=STAGING,
            release=make_release(model=LoggedModel(uri=uri)),
        )
    assert "--default-artifact-root" in caught.value.hint


def test_a_run_without_a_model_cannot_feed_a_prepackaged_server():
    release = make_release(model=None)
    with pytest.raises(RefusedError, match="logged no model"):
        new_overlay(model=make_model("kserve", "sklearn"), environment=STAGING, release=release)


def test_a_container_needs_an_image():
    with pytest.raises(RefusedError, match="has no image"):
        new_overlay(model=make_model(), environment=STAGING, release=replace(make_release(), image=None))


def test_all_that_a_person_wrote_survives():
    edited = edit(PERSONS, 2)
    for line in PERSONS.splitlines():
        if not any(word in line for word in ("newName", "newTag: '0.9'", "sha256:aa")):
            assert line in edited.splitlines(), line
    assert "# moved in May" in edited
    assert "# pinned" in edited
    data = read(edited)
    assert data["resources"] == ["quota.yaml", "../../base"]
    assert data["images"][0] == {"name": "proxy", "newTag": "2.0"}
    assert data["images"][1]["digest"] == make_image(2).digest


def test_a_persons_patch_stands_below_ours_and_so_wins():
    patches = read(edit(PERSONS))["patches"]
    assert MARK in patches[0]["patch"]
    assert "value: 9" in patches[1]["patch"]


def test_the_indentation_of_lists_stays():
    assert "  - quota.yaml # for the GPU" in edit(PERSONS).splitlines()
    assert "- ../../base" in edit(new()).splitlines()


def test_a_file_that_is_right_already_is_left_byte_for_byte():
    odd = new().replace("namespace: models-staging", 'namespace:   "models-staging"   # ours')
    assert edit(odd) == odd


def test_a_comment_below_our_patch_stays():
    text = new().replace("configMapGenerator:", "# evidence for auditors\nconfigMapGenerator:")
    text = text.replace("patch: |-", "patch: |- # theirs")
    edited = edit(text, 2)
    assert "  patch: |- # theirs\n    # gitops-gen: release\n" in edited
    assert "\n# evidence for auditors\nconfigMapGenerator:" in edited


def test_what_is_missing_is_added_again():
    stripped = "resources: []\nlabels:\nimages: null\n"
    data, fresh = read(edit(stripped)), read(new())
    for key in ("resources", "labels", "images", "patches", "configMapGenerator", "namespace"):
        assert data[key] == fresh[key]


def test_a_persons_options_of_the_evidence_stay():
    text = "configMapGenerator:\n- name: fraud-evidence\n  files: [evidence.yaml=evidence.yaml, more.txt]\n"
    entry = read(edit(text))["configMapGenerator"][0]
    assert entry["files"] == ["evidence.yaml=evidence.yaml", "more.txt"]
    assert entry["options"] == {"disableNameSuffixHash": True}
    text = "configMapGenerator:\n- name: fraud-evidence\n  options: {disableNameSuffixHash: false, immutable: true}\n"
    entry = read(edit(text))["configMapGenerator"][0]
    assert entry["options"] == {"disableNameSuffixHash": True, "immutable": True}
    assert entry["files"] == ["evidence.yaml"]


def test_another_backend_gets_another_target():
    edited = edit(new(), model=make_model("kserve"))
    assert edited == new(model=make_model("kserve"))
    assert read(edited)["patches"][0]["target"]["kind"] == "InferenceService"


def test_a_patch_that_lost_its_target_gets_it_back():
    text = f"patches:\n- patch: |-\n    {MARK}\n    - {{op: add, path: /x, value: 1}}\n"
    assert read(edit(text))["patches"] == read(new())["patches"]


def test_turning_to_a_prepackaged_server_drops_the_image():
    model = make_model("seldon", "MLFLOW_SERVER")
    assert "images" not in read(edit(new(), model=model))
    kept = new().replace("images:\n", "images:\n- name: proxy\n  newTag: '2'\n")
    assert read(edit(kept, model=model))["images"] == [{"name": "proxy", "newTag": "2"}]
    assert read(edit(new().replace("name: fraud\n  newName", "name: other\n  newName"), model=model))["images"]


@pytest.mark.parametrize("text", ["", "- a\n", "just text\n"])
def test_a_file_that_is_no_kustomization_is_an_error_that_names_it(text):
    with pytest.raises(ConfigError, match=r"models/fraud/overlays/staging/kustomization\.yaml"):
        edit(text)


def test_a_key_of_the_wrong_kind_is_an_error_with_its_line():
    with pytest.raises(ConfigError, match=r"kustomization\.yaml:2: `images` is not a list"):
        edit("kind: Kustomization\nimages: {a: b}\n")


@pytest.mark.parametrize("name", ["on", "no", "y", "null", "true"])
def test_names_that_some_yaml_reads_as_a_boolean_are_quoted(name):
    text = new(environment=Environment(name=EnvironmentName(name), namespace=name))
    assert f'namespace: "{name}"' in text


@settings(deadline=None, max_examples=30)
@given(st.text(), st.text())
def test_text_of_a_run_reaches_the_patch_as_it_is(name: str, digest: str):
    release = make_release(datasets=(Dataset(name=name, digest=digest),), source=SourceCode(commit=name + "#"))
    text = new_overlay(model=make_model(), environment=STAGING, release=release)
    patch = read_patch(text)
    assert patch["/spec/predictors/0/annotations/gitops-gen.dev/datasets"] == f"{name}={digest}"
    assert edit_overlay(text, model=make_model(), environment=STAGING, release=release) == text


def test_a_fact_of_any_length_is_cut():
    patch = read_patch(new(datasets=tuple(Dataset(name=f"d{i}", digest="0" * 40) for i in range(500))))
    datasets = patch["/spec/predictors/0/annotations/gitops-gen.dev/datasets"]
    assert len(datasets) == 2000
    assert datasets.endswith("…")


COMMENTS = st.text(alphabet="abc #:-{}é'\"", max_size=20).map(lambda text: f"# c {text}".rstrip())


@settings(deadline=None, max_examples=30)
@given(st.lists(COMMENTS, min_size=1, max_size=4), st.randoms(use_true_random=False), st.integers(1, 9))
def test_comments_between_any_lines_survive_and_editing_twice_is_editing_once(comments, random, number):
    lines = new().splitlines()
    patch = next(i for i, line in enumerate(lines) if "patch: |-" in line)
    free = [i for i in range(1, len(lines) + 1) if not patch < i <= patch + 1 + len(read_patch(new()))]
    for place, comment in sorted(zip(random.choices(free, k=len(comments)), comments, strict=True), reverse=True):
        lines.insert(place, comment)
    text = "\n".join(lines) + "\n"
    once = edit(text, number)
    assert edit(once, number) == once
    kept = [line.strip() for line in once.splitlines()]
    for comment in comments:
        assert comment in kept
    assert read(once) == read(new(number))
