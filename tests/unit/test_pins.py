from dataclasses import replace

import pytest

from gitops_gen.checks.pins import check_build
from tests.rendered import FRAUD, make_image

PATH = "models/fraud/overlays/staging/kustomization.yaml"
IMAGE = make_image(1)
EVIDENCE = "kind: ConfigMap\nmetadata: {name: fraud-evidence}\ndata: {evidence.yaml: x}\n---\n"


def seldon(image=str(IMAGE), container="fraud", more=""):
    return f"""{EVIDENCE}apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {{name: fraud}}
spec:
  predictors:
  - graph: {{name: fraud{more}}}
    componentSpecs:
    - spec:
        volumes: [{{name: disk, rbd: {{image: block-device}}}}]
        containers: [{{name: {container}, image: "{image}"}}]
"""


def kserve(spec):
    return f"""{EVIDENCE}apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: fraud}}
spec: {spec}
"""


def rules(built, *, image=IMAGE, kustomization=""):
    findings = check_build(built, path=PATH, model=FRAUD, image=image, kustomization=kustomization)
    assert all(f.path == PATH and f.severity == "error" and f.message for f in findings)
    return [finding.rule for finding in findings]


def test_a_pinned_build_has_no_findings():
    assert rules(seldon()) == []
    assert rules(kserve(f'{{predictor: {{containers: [{{name: kserve-container, image: "{IMAGE}"}}]}}}}')) == []


def test_an_image_without_a_tag_but_with_the_digest_is_pinned():
    image = replace(IMAGE, tag=None)
    assert rules(seldon(str(image)), image=image) == []


def test_a_placeholder_that_no_images_entry_replaced_is_found():
    assert rules(seldon("fraud")) == ["image-not-pinned", "digest-not-served"]


def test_another_digest_is_found():
    assert rules(seldon(str(make_image(2)))) == ["digest-not-served"]


def test_the_digest_must_be_on_the_models_own_container():
    assert rules(seldon(container="sidecar")) == ["model-not-served"]


def test_a_build_without_a_server_is_found():
    assert rules(EVIDENCE) == ["model-not-served"]


def test_another_group_of_the_same_kind_is_no_server():
    assert rules(seldon().replace("machinelearning.seldon.io/v1", "example.com/v1")) == ["model-not-served"]


@pytest.mark.parametrize(
    "part",
    [
        "initContainers: [{name: init, image: 'busybox:1'}]",
        "explainer: {containerSpec: {name: explain, image: 'alibi:1'}}",
        "graph2: {storageInitializerImage: 'rclone:1'}",
    ],
)
def test_every_other_container_of_the_server_must_be_pinned_too(part):
    assert rules(seldon() + f"  - {part}\n") == ["image-not-pinned"]


@pytest.mark.parametrize("part", ["explainer", "transformer"])
def test_kserves_other_components_must_be_pinned_too(part):
    main = f'predictor: {{containers: [{{name: kserve-container, image: "{IMAGE}"}}]}}'
    assert rules(kserve(f"{{{main}, {part}: {{containers: [{{image: x}}]}}}}")) == ["image-not-pinned"]


def test_a_prepackaged_server_needs_no_image_but_a_given_one_must_be_pinned():
    assert rules(kserve("{predictor: {model: {storageUri: s3://x}}}"), image=None) == []
    assert rules(kserve("{predictor: {model: {image: 'x:1'}}}"), image=None) == ["image-not-pinned"]


@pytest.mark.parametrize("config", ["", "kind: ConfigMap\nmetadata: {name: fraud-evidence}\n---\n"])
def test_missing_evidence_is_found(config):
    assert rules(config + seldon().removeprefix(EVIDENCE)) == ["evidence-missing"]


def test_a_build_that_is_no_yaml_is_found():
    assert rules("a: [") == ["build-unreadable"]


def test_an_images_entry_that_changed_nothing_is_found_with_its_line():
    text = f"images:\n- name: fraud\n  newName: {IMAGE.name}\n  digest: {IMAGE.digest}\n- name: proxy\n  newTag: '2'\n"
    findings = check_build(seldon(), path=PATH, model=FRAUD, image=IMAGE, kustomization=text)
    assert [(f.rule, f.line, f.column) for f in findings] == [("image-entry-unused", 5, 3)]
    assert "'proxy'" in findings[0].message


def test_an_images_entry_of_any_workload_counts_as_used():
    job = "---\nkind: Job\nspec: {template: {spec: {initContainers: [{image: 'proxy:2'}]}}}\n"
    assert rules(seldon() + job, kustomization="images: [{name: proxy, newTag: '2'}]\n") == []


def test_a_kustomization_without_images_has_no_unused_entry():
    assert rules(seldon(), kustomization="resources: []\n") == []
