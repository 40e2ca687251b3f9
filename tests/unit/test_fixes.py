import json
from pathlib import Path

import pytest

from gitops_gen.adapters.files import replace_file
from gitops_gen.checks.tree import Tree
from gitops_gen.deprecated_fields import replace_deprecated_fields
from gitops_gen.errors import ConfigError, GitopsGenError
from gitops_gen.evidence import hash_evidence
from gitops_gen.findings import Finding
from gitops_gen.fixes import (
    Fixer,
    add_resource,
    apply_fixes,
    fix_deprecated_fields,
    fix_image_pin,
    fix_missing_resource,
)
from gitops_gen.image_pins import pin_containers, pin_images

DIGEST = "sha256:" + "4" * 64
OTHER = "sha256:" + "5" * 64
NAME = "registry.example.com/ml/churn"
IMAGE = {"name": NAME, "tag": "3", "digest": DIGEST}
EVIDENCE = {"model": {"name": "churn"}, "image": IMAGE}
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"


def write_evidence(**changes: object) -> str:
    run = {"id": "a" * 32, "metrics": {}, "parameters": {}}
    data: dict = {**EVIDENCE, "run": run, "overrides": [], "environment": "dev", "version": 1, **changes}
    data["hash"] = hash_evidence(data)
    return json.dumps(data)


def make_tree(root: Path, files: dict[str, str]) -> Tree:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, newline="")
    return Tree(str(root))


def make_finding(path: str, rule: str = "RULE", line: int = 1) -> Finding:
    return Finding(path=path, line=line, column=1, rule=rule, severity="error", message="wrong")


def mend(root: Path, files: dict[str, str], path: str, fixer: Fixer) -> dict[str, str]:
    return dict(apply_fixes(make_tree(root, files), [make_finding(path)], {"RULE": fixer}).files)


def replace(text: str, **files: str) -> str:
    return replace_deprecated_fields(text, lambda path: files.get(path.removesuffix(".yaml")))


# The model's entry under `images`


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'images:\n- name: churn # ours\n  newName: old\n  newTag: "2" # by hand\n  digest: sha256:0\n\n# x\n',
            f'images:\n- name: churn # ours\n  newName: {NAME}\n  newTag: "3" # by hand\n  digest: {DIGEST}\n\n# x\n',
        ),
        (
            f"images:\n  - newTag: '2'\n    name: {NAME}\n# then\nnamespace: x\n",
            f"images:\n  - newTag: '3'\n    name: {NAME}\n    digest: {DIGEST}\n# then\nnamespace: x\n",
        ),
        (
            "images:\n- name: w\n- name: churn\n  #\nkind: x\n",
            f'images:\n- name: w\n- name: churn\n  newName: {NAME}\n  newTag: "3"\n  digest: {DIGEST}\n  #\nkind: x\n',
        ),
        (
            "images:\n- {name: churn, newTag: '2'} # ours\n- {name: w}\n",
            f"images:\n- {{name: churn, newTag: '3', newName: {NAME}, digest: {DIGEST}}} # ours\n- {{name: w}}\n",
        ),
        (
            "images: [{name: churn, newTag: '2'}] # ours\n",
            f"images: [{{name: churn, newTag: '3', newName: {NAME}, digest: {DIGEST}}}] # ours\n",
        ),
        (
            f"images:\r\n- name: base\r\n  newName: {NAME}\r\n  newTag: 2\r\n",
            f'images:\r\n- name: base\r\n  newName: {NAME}\r\n  newTag: "3"\r\n  digest: {DIGEST}\r\n',
        ),
    ],
    ids=["all", "tag first", "bare", "flow item", "flow", "line ends"],
)
def test_the_entry_becomes_what_the_evidence_records(before, after):
    assert pin_images(before, EVIDENCE) == after
    assert pin_images(after, EVIDENCE) is None


def test_an_image_without_a_tag_loses_the_one_that_is_there():
    untagged = {**EVIDENCE, "image": {"name": NAME, "tag": None, "digest": DIGEST}}
    mended = pin_images(f"images:\n- newTag: '2'\n  name: {NAME}\n", untagged)
    assert mended == f"images:\n- name: {NAME}\n  digest: {DIGEST}\n"


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("namespace: x\n", EVIDENCE),
        ("images:\n- name: web\n", EVIDENCE),
        ("images:\n- {name: churn, tagSuffix: -x}\n", EVIDENCE),
        ("images: churn\n", EVIDENCE),
        ("\ufeffimages:\n- name: churn\n", EVIDENCE),
        ("images:\n- &a {name: churn}\n- *a\n", EVIDENCE),
        ("- a\n", EVIDENCE),
        ("", EVIDENCE),
        ("images:\n- name: churn\n", {"model": {"name": "churn"}}),
    ],
)
def test_without_an_entry_nothing_is_pinned(text, evidence):
    assert pin_images(text, evidence) is None


def test_an_overlay_is_pinned_by_the_evidence_beside_it(tmp_path):
    text = f"images:\n- name: churn\n  newName: {NAME}\n  newTag: '3'\n"
    files = {"o/kustomization.yaml": text, "o/evidence.yaml": write_evidence()}
    for path in files:
        assert mend(tmp_path, files, path, fix_image_pin) == {"o/kustomization.yaml": f"{text}  digest: {DIGEST}\n"}


@pytest.mark.parametrize("evidence", ["", "{}", write_evidence().replace(DIGEST, OTHER), write_evidence(image=None)])
def test_evidence_that_is_missing_or_was_edited_pins_nothing(evidence, tmp_path):
    files = {"o/kustomization.yaml": "images:\n- name: churn\n", "o/evidence.yaml": evidence}
    assert mend(tmp_path, files, "o/kustomization.yaml", fix_image_pin) == {}


# Containers in a manifest

MANIFEST = f"""\
# one\r
apiVersion: v1\r
kind: ConfigMap\r
metadata: {{name: m}}\r
---\r
spec:\r
  predictors:\r
  - componentSpecs:\r
    - spec:\r
        containers:\r
        - image: "{NAME}:3" # ours\r
        - {{name: é, image: {NAME}:3}}\r
        - image: {NAME}:33\r
        initContainers: [{{image: '{NAME}:3'}}]\r
"""


def test_a_container_gets_the_digest_behind_its_tag_and_all_else_stays():
    mended = pin_containers(MANIFEST.encode(), [IMAGE, IMAGE], path="m.yaml")
    assert mended == MANIFEST.replace(f"{NAME}:3", f"{NAME}:3@{DIGEST}").replace(f":3@{DIGEST}3", ":33")


@pytest.mark.parametrize(
    "images",
    [[], [{**IMAGE, "tag": "4"}], [{**IMAGE, "tag": None}], [IMAGE, {**IMAGE, "digest": OTHER}]],
    ids=["none", "other tag", "no tag", "in doubt"],
)
def test_a_container_is_pinned_only_where_name_and_tag_say_which_image(images):
    assert pin_containers(MANIFEST.encode(), images, path="m.yaml") is None


def test_a_manifest_that_cannot_be_read_is_left_alone():
    for text in (f"containers: [{{image: {NAME}:3}}\n", f"containers:\n- image: >-\n    {NAME}:3\n"):
        assert pin_containers(text.encode(), [IMAGE], path="m.yaml") is None


@pytest.mark.parametrize("path", ["models/churn/base/m.yaml", "models/churn/overlays/dev/more/m.yaml"])
def test_a_manifest_is_pinned_by_the_evidence_of_its_model(path, tmp_path):
    files = {path: MANIFEST, "models/churn/overlays/dev/evidence.yaml": write_evidence()}
    assert f"{NAME}:3@{DIGEST}" in mend(tmp_path, files, path, fix_image_pin)[path]


def test_overlays_that_disagree_pin_nothing_in_the_base(tmp_path):
    files = {
        "m/base/m.yaml": MANIFEST,
        "m/overlays/dev/evidence.yaml": write_evidence(),
        "m/overlays/prod/evidence.yaml": write_evidence(image={**IMAGE, "digest": OTHER}),
    }
    assert mend(tmp_path, files, "m/base/m.yaml", fix_image_pin) == {}


# A file that is not among the resources


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("resources:\n- a.yaml\n- c.yaml\n", "resources:\n- a.yaml\n- b.yaml\n- c.yaml\n"),
        ("resources:\n- c.yaml\n- a.yaml\n", "resources:\n- c.yaml\n- a.yaml\n- b.yaml\n"),
        (
            "resources:\n  - 'a.yaml' # one\n  # three\n  - 'c.yaml'\n\n# below\nimages: []\n",
            "resources:\n  - 'a.yaml' # one\n  - 'b.yaml'\n  # three\n  - 'c.yaml'\n\n# below\nimages: []\n",
        ),
        ('resources:\r\n- "z.yaml"', 'resources:\r\n- "z.yaml"\r\n- "b.yaml"\r\n'),
        ("resources: [a.yaml, c.yaml] # all\n", "resources: [a.yaml, b.yaml, c.yaml] # all\n"),
        ("kind: Kustomization\n\nimages: []\n", "kind: Kustomization\nresources:\n- b.yaml\n\nimages: []\n"),
        ("patches:\n  - path: p.yaml\n", "patches:\n  - path: p.yaml\nresources:\n  - b.yaml\n"),
        ("resources: []\n", "resources:\n- b.yaml\n"),
        ("", "resources:\n- b.yaml\n"),
        ("# ours\n", "# ours\nresources:\n- b.yaml\n"),
        ("resources:\n- ./b.yaml\n", "resources:\n- ./b.yaml\n"),
    ],
)
def test_a_resource_is_added_in_the_style_of_the_list(before, after):
    assert add_resource(before, "b.yaml") == after
    assert add_resource(after, "b.yaml") == after


@pytest.mark.parametrize("text", ["{resources: [a.yaml]}\n", "resources:\n-\n  a.yaml\n", "resources: a\n", "- a\n"])
def test_an_odd_layout_is_refused(text):
    with pytest.raises(ConfigError):
        add_resource(text, "b.yaml")


RESOURCES = {
    "app/kustomization.yaml": "resources:\n- a.yaml\n- sub\n",
    "app/a.yaml": OBJECT.format("a"),
    "app/sub/kustomization.yaml": "resources:\n- c.yaml\n",
    "app/sub/c.yaml": OBJECT.format("c"),
}


def test_a_file_that_nothing_names_is_added(tmp_path):
    files = {**RESOURCES, "app/more/b.yaml": OBJECT.format("b")}
    mended = mend(tmp_path, files, "app/more/b.yaml", fix_missing_resource)
    assert mended == {"app/kustomization.yaml": "resources:\n- a.yaml\n- more/b.yaml\n- sub\n"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("b.yaml", OBJECT.format("a")),
        ("b.yaml", OBJECT.format("c")),
        ("b.yaml", "replicas: 3\n"),
        ("b.yaml", ""),
        ("b.yaml", "kind: [\n"),
        ("b.yaml", OBJECT.format("b") + "---\njust text\n"),
        ("b.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: x}\n"),
        ("b.txt", OBJECT.format("b")),
        ("kustomization.yaml", OBJECT.format("b")),
    ],
    ids=["patch", "patch below", "no object", "empty", "broken", "text", "kustomization", "ending", "itself"],
)
def test_what_may_be_no_resource_is_not_added(name, text, tmp_path):
    files = {**RESOURCES, f"app/{name}": text}
    assert mend(tmp_path, files, f"app/{name}", fix_missing_resource) == {}


@pytest.mark.parametrize("missing", ["gone.yaml", "https://example.com/x", "sub/sub", "../app"])
def test_nothing_is_added_to_what_is_not_all_here(missing, tmp_path):
    files = {**RESOURCES, "app/b.yaml": OBJECT.format("b")}
    files["app/kustomization.yaml"] += f"- {missing}\n"
    assert mend(tmp_path, files, "app/b.yaml", fix_missing_resource) == {}


def test_without_a_kustomization_nothing_is_added(tmp_path):
    assert mend(tmp_path, {"b.yaml": OBJECT.format("b")}, "b.yaml", fix_missing_resource) == {}


# Deprecated fields: tests/integration/test_fixes_build.py has the builds


def test_bases_go_behind_the_resources_with_their_comments():
    text = "bases:\n  - ../a # one\n  # two\n  - ../b\n\n# files\nresources:\n- c.yaml\n# images\nimages: []\n"
    after = "# files\nresources:\n- c.yaml\n- ../a # one\n# two\n- ../b\n# images\nimages: []\n"
    assert replace(text) == after


def test_a_field_without_a_successor_is_only_renamed():
    text = "kind: Kustomization\n# shared\nbases:   # both\n\n-   ../a\n-   ../b\nimageTags: [{name: a, newTag: b}]\n"
    after = replace(text)
    assert after == text.replace("bases:", "resources:").replace("imageTags:", "images:")


def test_an_inline_merge_is_moved_in_as_far_as_its_key():
    text = "patchesStrategicMerge:\n-   |-\n    kind: A\n\n    # said\n    metadata: {name: a}\n- p.yaml\n"
    after = "patches:\n-   patch: |-\n        kind: A\n\n        # said\n        metadata: {name: a}\n- path: p.yaml\n"
    assert replace(text, p="kind: A") == after


@pytest.mark.parametrize("key", ["bases", "imageTags", "patchesStrategicMerge", "patchesJson6902", "commonLabels"])
@pytest.mark.parametrize("empty", ["", " []", " null"])
def test_an_empty_field_goes(key, empty):
    text = f"kind: Kustomization\n\n# none\n{key}:{empty}\n\nnamespace: x\n"
    assert replace(text) == "kind: Kustomization\n\n# none\n\nnamespace: x\n"
    assert replace(f"{key}:{empty}\n") == f"{key}:{empty}\n"


def test_labels_in_both_places_are_applied_in_turn():
    text = "commonLabels: {a: b} # ours\nlabels:\n  - pairs: {a: c}\n"
    assert replace(text) == "labels:\n  - pairs: {a: c}\n  - pairs: {a: b} # ours\n    includeSelectors: true\n"


@pytest.mark.parametrize(
    "text",
    [
        "vars:\n- name: A\n  objref: {kind: ConfigMap, name: a, apiVersion: v1}\n",
        "patchesStrategicMerge:\n- missing.yaml\n",
        "patchesStrategicMerge:\n- {kind: A}\n",
        "patchesJson6902:\n- target: {kind: A, name: a}\n  path: missing.yaml\n",
        "patchesJson6902:\n- path: p.yaml\n",
        "patchesJson6902:\n- a\n",
        "commonLabels: {a: b}\nconfigurations: [missing.yaml]\n",
        "commonLabels: {a: b}\nconfigurations: [c.yaml]\n",
        "resources: [\n  a.yaml]\nbases:\n- ../b\n",
        "resources:\n-\n  a.yaml\nbases:\n- ../b\n",
        "resources: text\nbases:\n- ../b\n",
        "resources: [a.yaml]\nbases: [{a: b}]\n",
        "{bases: [../b]}\n",
        " bases:\n - ../b\n",
        "? bases\n: - ../b\n",
        '"b\\u0061ses":\n- ../b\n',
        "'bases' : &b\n- ../b\nresources: *b\n",
        "bases:\n- ../a\nbases:\n- ../b\n",
        "bases: [\n",
        "\ufeffbases:\n- ../b\n",
        "bases:\n- ../b\n---\nbases:\n- ../b\n",
        "- bases\n",
        "",
    ],
)
def test_what_cannot_be_replaced_for_sure_stays(text):
    assert replace(text, c="labels:\n- path: a\n", p="- {op: remove, path: /spec/a}\n") == text


def test_only_a_kustomization_has_such_fields(tmp_path):
    assert mend(tmp_path, {"values.yaml": "bases: [../b]\n"}, "values.yaml", fix_deprecated_fields) == {}
    assert mend(tmp_path, {}, "gone/kustomization.yaml", fix_deprecated_fields) == {}
    (tmp_path / "kustomization.yaml").write_bytes(b"bases: [\xff]\n")
    assert mend(tmp_path, {}, "kustomization.yaml", fix_deprecated_fields) == {}


# Several fixes


def test_fixes_of_one_file_build_on_each_other(tmp_path):
    files = {**RESOURCES, "app/b.yaml": OBJECT.format("b"), "app/d.yaml": OBJECT.format("d")}
    files["app/kustomization.yaml"] = "commonLabels: {a: b}\nresources:\n- a.yaml\nbases: [sub]\n"
    findings = [
        make_finding("app/kustomization.yaml", "FIELD", 1),
        make_finding("app/b.yaml", "FILE"),
        make_finding("app/kustomization.yaml", "FIELD", 4),
        make_finding("app/d.yaml", "FILE"),
        make_finding("app/a.yaml", "NONE"),
    ]
    fixers = {"FIELD": fix_deprecated_fields, "FILE": fix_missing_resource}
    result = apply_fixes(make_tree(tmp_path, files), findings, fixers)
    assert result.fixed == tuple(findings[:4])
    assert result.files == {
        "app/kustomization.yaml": "labels:\n- pairs: {a: b}\n  includeSelectors: true\n"
        "resources:\n- a.yaml\n- b.yaml\n- d.yaml\n- sub\n"
    }
    assert (tmp_path / "app/kustomization.yaml").read_text() == files["app/kustomization.yaml"]


def test_a_fixer_that_fails_or_writes_nonsense_changes_nothing(tmp_path):
    def fail(tree, finding):
        raise GitopsGenError("cannot")

    def garble(tree, finding):
        return {finding.path: "a: [\n", "b.yaml": "b: 1\n"}

    def append(tree, finding):
        source = tree.read(finding.path)
        assert source is not None
        return {finding.path: source.content.decode() + "b: 2\n"}

    tree = make_tree(tmp_path, {"a.yaml": "a: 1\n"})
    findings = [make_finding("a.yaml", rule) for rule in ("FAIL", "GARBLE", "APPEND", "FAIL", "SAME")]
    fixers: dict[str, Fixer] = {
        "FAIL": fail,
        "GARBLE": garble,
        "APPEND": append,
        "SAME": lambda _tree, _finding: {"a.yaml": "a: 1\nb: 2\n"},
    }
    result = apply_fixes(tree, findings, fixers)
    assert result.files == {"a.yaml": "a: 1\nb: 2\n"}
    assert [finding.rule for finding in result.fixed] == ["APPEND", "SAME"]


def test_a_file_is_replaced_with_its_permissions(tmp_path):
    path = tmp_path / "run.sh"
    path.write_text("old")
    path.chmod(0o750)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o750
    with pytest.raises(OSError, match=r"run\.sh"):
        replace_file(path / "below", b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.sh"]
