import pytest

from gitops_gen.checks.pins import check_build
from gitops_gen.checks.rules.provenance_parts import ModelOverlay
from gitops_gen.checks.source import Source
from gitops_gen.evidence import build_evidence
from gitops_gen.evidence_file import dump_evidence
from gitops_gen.model import Release
from tests.rendered import FRAUD, STAGING, folder, make_image, make_run

PATH = "models/fraud/overlays/staging/kustomization.yaml"
IMAGE = make_image(1)
FACTS = """      annotations:
        gitops-gen.dev/datasets: "train=ab12cd34"
        gitops-gen.dev/model-version: "Fraud Detection/1"
        gitops-gen.dev/run-id: "11111111111111111111111111111111"
        gitops-gen.dev/source-commit: "1111111111111111111111111111111111111111"
      labels: {version: "1"}
"""


def evidence_text(image):
    release = Release(model=FRAUD, run=make_run(1), image=image)
    return dump_evidence(build_evidence(release=release, environment=STAGING.name, overrides=(), program="x"))


def config_map(image=IMAGE):
    body = "\n".join(f"    {line}" for line in evidence_text(image).splitlines())
    return f"kind: ConfigMap\nmetadata: {{name: fraud-evidence}}\ndata:\n  evidence.yaml: |\n{body}\n---\n"


def seldon(image=str(IMAGE), container="fraud", more=""):
    return f"""apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {{name: fraud}}
spec:
  predictors:
  - graph: {{name: fraud{more}}}
    componentSpecs:
    - spec:
        volumes: [{{name: disk, rbd: {{image: block-device}}}}]
        containers: [{{name: {container}, image: "{image}"}}]
{FACTS.replace("      ", "    ")}"""


def kserve(predictor, more=""):
    return f"""apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: fraud}}
spec:
  predictor:
{predictor}
{FACTS.replace("      ", "    ")}
{more}
"""


def find(built, *, image=IMAGE, evidence=None, entries=""):
    entry = f"images:\n- {{name: fraud, newName: '{IMAGE.name}', newTag: '{IMAGE.tag}', digest: '{IMAGE.digest}'}}\n"
    kustomization = f"resources: [../../base]\n{entry if image else 'images:'}\n{entries}"
    text = evidence_text(image) if evidence is None else evidence
    sources = (Source(PATH, kustomization.encode()), Source(f"{folder()}/evidence.yaml", text.encode()))
    findings = check_build(built, ModelOverlay(folder(), FRAUD, STAGING.name, *sources))
    assert all(f.path == PATH and f.severity == "error" and f.message for f in findings)
    return findings


def rules(built, *, with_entries=False, **arguments):
    found = [finding.rule for finding in find(built, **arguments)]
    return found if with_entries else [rule for rule in found if rule != "KUST005"]


def test_a_pinned_build_has_no_findings():
    assert rules(config_map() + seldon(), with_entries=True) == []
    container = f'    containers: [{{name: kserve-container, image: "{IMAGE}"}}]'
    assert rules(config_map() + kserve(container), with_entries=True) == []


def test_a_placeholder_that_no_images_entry_replaced_is_found():
    found = rules(config_map() + seldon("fraud"), with_entries=True)
    assert found == ["PIN002", "EVIDENCE009", "KUST005"]


def test_an_image_with_a_tag_alone_is_found():
    findings = find(config_map() + seldon("registry.example.com/old:1"))
    assert [f.rule for f in findings] == ["PIN001", "EVIDENCE009", "KUST005"]
    assert "container 'fraud' runs 'registry.example.com/old:1', which is not pinned to a digest" in findings[0].message


def test_another_digest_is_found():
    assert rules(config_map() + seldon(str(make_image(2)))) == ["EVIDENCE009"]


def test_the_digest_must_be_on_the_models_own_container():
    assert rules(config_map() + seldon(container="sidecar")) == ["EVIDENCE008"]


def test_a_build_without_a_server_is_found():
    assert rules(config_map()) == ["EVIDENCE008"]


def test_another_group_of_the_same_kind_is_no_server():
    other = seldon().replace("machinelearning.seldon.io/v1", "example.com/v1")
    assert rules(config_map() + other) == ["EVIDENCE008"]


@pytest.mark.parametrize(
    "part",
    [
        "initContainers: [{name: init, image: 'busybox:1'}]",
        "explainer: {containerSpec: {name: explain, image: 'alibi:1'}}",
        "graph2: {storageInitializerImage: 'rclone:1'}",
    ],
)
def test_every_other_container_of_the_server_must_be_pinned_too(part):
    assert rules(config_map() + seldon() + f"  - {part}\n") == ["PIN001"]


@pytest.mark.parametrize("part", ["explainer", "transformer"])
def test_kserves_other_components_must_be_pinned_too(part):
    main = f'    containers: [{{name: kserve-container, image: "{IMAGE}"}}]'
    assert rules(config_map() + kserve(main, f"  {part}: {{containers: [{{image: x}}]}}")) == ["PIN002"]


def test_a_prepackaged_server_needs_no_image_but_a_given_one_must_be_pinned():
    content = '    model: {storageUri: "s3://models/1"}'
    annotations = 'annotations:\n      gitops-gen.dev/content-hash: "sha256:' + "1" * 64 + '"'
    built = config_map(None) + kserve(content).replace("annotations:", annotations)
    assert rules(built, image=None) == []
    assert rules(built.replace("model: {", "model: {image: 'x:1', "), image=None) == ["PIN001"]


@pytest.mark.parametrize("config", ["", "kind: ConfigMap\nmetadata: {name: fraud-evidence}\n---\n"])
def test_missing_evidence_is_found(config):
    assert rules(config + seldon()) == ["EVIDENCE011"]


def test_a_patch_that_names_another_run_is_found():
    other = seldon().replace(f'run-id: "{"1" * 32}"', f'run-id: "{"2" * 32}"')
    assert rules(config_map() + other) == ["EVIDENCE006"]


@pytest.mark.parametrize("built", ["a: [", "", "\0", "text"])
def test_a_build_that_is_no_yaml_is_found(built):
    assert rules(built) == ["KUST001"]


def test_an_images_entry_that_changed_nothing_is_found_with_its_line():
    findings = find(config_map() + seldon(), entries="- name: proxy\n  newTag: '2'\n")
    assert [(f.rule, f.line, f.column) for f in findings] == [("KUST005", 5, 3)]
    assert "'proxy'" in findings[0].message


def test_an_images_entry_of_any_workload_counts_as_used():
    job = "---\nkind: Job\nspec: {template: {spec: {initContainers: [{image: 'proxy:2'}]}}}\n"
    assert rules(config_map() + seldon() + job, with_entries=True, entries="- {name: proxy, newTag: '2'}\n") == []


def test_a_kustomization_without_images_has_no_unused_entry():
    built = config_map(None) + kserve('    model: {storageUri: "s3://models/1"}')
    assert "KUST005" not in rules(built, with_entries=True, image=None)
