"""Rules on kustomizations: that their cases hold, and that nothing of any shape makes them fall over."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.checks.build_errors import explain_failure, explain_unchecked
from gitops_gen.checks.graph import read_graph
from gitops_gen.checks.rule import Hit, Rule
from gitops_gen.checks.rules.kustomize import BUILD_RULES, RULES, UNIT_RULES
from gitops_gen.checks.tree import Tree
from gitops_gen.ports import BuildError
from tests.kustomizations import check_tree, needs_kustomize

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests/cases").glob("KUST*/*"))
MARK = re.compile(r"[ \t]*# here$", re.MULTILINE)


def copy_case(case, folder):
    """A case without its marks, and where these stood."""
    shutil.copytree(case, folder)
    marks = set()
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text()
            name = path.relative_to(folder).as_posix()
            marks |= {(name, n) for n, line in enumerate(text.splitlines(), 1) if line.endswith("# here")}
            path.write_text(MARK.sub("", text))
    return marks


@needs_kustomize
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_rule_finds_what_is_marked_and_nothing_else(case, tmp_path):
    marks = copy_case(case, tmp_path / "tree")
    outcome = check_tree(tmp_path / "tree")
    assert {(f.path, f.line) for f in outcome.findings if f.rule == case.parent.name} == marks
    assert bool(marks) == case.name.startswith("bad-")
    if not marks:
        assert [f for f in outcome.findings if f.severity == "error"] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_has_its_page_and_its_cases(rule):
    text = str(rule.check.__doc__)
    assert "Why: " in text
    assert "Fix: " in text
    names = [case.name for case in CASES if case.parent.name == rule.id]
    assert any(name.startswith("bad-") for name in names)
    assert any(name.startswith("good-") for name in names)


def test_each_rule_is_asked_about_one_thing_and_has_an_id_of_its_own():
    assert {rule.id for rule in UNIT_RULES}.isdisjoint(rule.id for rule in BUILD_RULES)
    assert len({rule.id for rule in RULES}) == len(RULES) == len(UNIT_RULES) + len(BUILD_RULES)


@needs_kustomize
@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*/repository")), ids=lambda p: p.parent.name)
def test_the_examples_give_no_finding(example):
    outcome = check_tree(example)
    assert outcome.findings == ()
    assert outcome.unchecked == ()
    assert outcome.builds


def write(folder, **files):
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_without_kustomize_what_is_written_is_checked_and_what_is_built_is_listed(tmp_path):
    write(tmp_path, o__kustomization="bases: [../gone]\n")
    outcome = check_tree(tmp_path, kustomize=None)
    assert {(f.rule, f.line) for f in outcome.findings} == {("KUST002", 1), ("KUST008", 1)}
    assert [u.path for u in outcome.unchecked] == ["o/kustomization.yaml"]
    assert "pip install" in outcome.unchecked[0].reason
    assert outcome.builds == 0


@needs_kustomize
@pytest.mark.parametrize(
    ("target", "is_found"),
    [
        ("{kind: Deployment, namespace: default}", True),
        ("{kind: Deployment, namespace: o}", False),
        ("{kind: Deployment, namespace: '.*', group: '', version: v1}", True),
        ("{group: apps, labelSelector: 'tier=front,!gone'}", True),
        ("{labelSelector: tier!=front, kind: Deployment}", False),
        ("{labelSelector: 'tier in (front)'}", True),
        ("{annotationSelector: owner=risk}", True),
        ("{annotationSelector: owner=sales}", False),
        ("{}", True),
        ("{kind: Deployment|StatefulSet, name: w.b}", True),
        ("{kind: deployment}", False),
        ("{name: 'o-web'}", False),
    ],
)
def test_a_target_selects_what_kustomize_selects(target, is_found, tmp_path):
    write(
        tmp_path,
        o__kustomization="namespace: o\nnamePrefix: o-\nresources: [x.yaml]\npatches:\n"
        f"- target: {target}\n  patch: '- {{op: add, path: /metadata/annotations/hit, value: hit}}'\n",
        o__x="apiVersion: apps/v1\nkind: Deployment\n"
        "metadata: {name: web, labels: {tier: front}, annotations: {owner: risk}}\n",
    )
    outcome = check_tree(tmp_path)
    assert {finding.rule for finding in outcome.findings} == (set() if is_found else {"KUST006"})
    assert ("hit" in outcome.objects["o"][0].resource.data["metadata"]["annotations"]) == is_found


WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: web
        image: registry.example.com/web
"""
OVERLAY = """\
resources: [../b]
images:
- name: registry.example.com/web
  newTag: '2'
patches:
- target: {kind: Deployment, name: web}
  patch: '[{"op": "add", "path": "/metadata/labels", "value": {"tier": "front"}}]'
configMapGenerator:
- name: web
replacements:
- source: {kind: ConfigMap, name: web}
  targets:
  - {select: {kind: Deployment}, fieldPaths: [metadata.name]}
"""


@needs_kustomize
@pytest.mark.parametrize(
    ("base", "manifest", "expected"),
    [
        ("resources: [x.yaml]\n", WEB.replace("kind: Deployment", "kind: {"), ("b/x.yaml", "KUST001")),
        ("resources: [x.yaml]\n", WEB.replace("  name: web\nspec", "  title: web\nspec"), ("b/x.yaml", "KUST001")),
        ("resources: [x.yaml]\n", "# later\n", ("b/x.yaml", "KUST017")),
        ("resources: [y.yaml]\n", WEB, ("b/kustomization.yaml", "KUST002")),
        ("resource: [x.yaml]\n", WEB, ("b/kustomization.yaml", "KUST001")),
        ("", WEB, ("b/kustomization.yaml", "KUST001")),
    ],
    ids=["not YAML", "without a name", "empty", "not there", "unknown field", "empty kustomization"],
)
def test_what_is_wrong_below_is_told_there_only(base, manifest, expected, tmp_path):
    write(tmp_path, b__kustomization=base, b__x=manifest, o__kustomization=OVERLAY)
    found = {(f.path, f.rule) for f in check_tree(tmp_path).findings if f.rule != "KUST009"}
    assert found == {expected}


@needs_kustomize
def test_a_patch_that_is_not_yaml_hides_no_image(tmp_path):
    write(
        tmp_path,
        kustomization="resources: [x.yaml]\nimages: [{name: sidecar, newTag: '1'}]\npatches: [{path: p.yaml}]\n",
        x=WEB,
        p="apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web\nspec: {}\n",
    )
    assert [(f.path, f.line, f.rule) for f in check_tree(tmp_path).findings] == [("p.yaml", 4, "KUST001")]


@needs_kustomize
@pytest.mark.parametrize(
    ("patches", "line"),
    [
        ("patches:\n- patch: |-\n    kind: Deployment\n    metadata: {name\n    spec: {}\n", 5),
        ("patchesStrategicMerge:\n- |-\n  kind: Deployment\n  metadata: {name\n  spec: {}\n", 5),
        ("patchesJson6902:\n- target: {version: v1, kind: Deployment, name: web}\n  patch: |-\n    - {op: add\n", 4),
        ("patches:\n- target: {kind: Deployment}\n  patch: '[{op: add'\n", 3),
    ],
)
def test_a_patch_that_is_not_yaml_is_found_at_its_own_line(patches, line, tmp_path):
    write(tmp_path, kustomization=f"{patches}resources: [x.yaml]\n", x=WEB)
    found = {(f.rule, f.line) for f in check_tree(tmp_path).findings if f.rule != "KUST008"}
    assert found == {("KUST001", line)}


@needs_kustomize
@pytest.mark.parametrize(
    "operation",
    [
        "{op: Add, path: /spec/replicas, value: 1}",
        "{path: /spec/replicas, value: 1}",
        "{op: move, path: /spec/replicas}",
        "{op: add, value: 1}",
        "{op: add, path: spec/parts/replicas, value: 1}",
        "{op: test, path: /metadata/name}",
        "{op: replace, path: /spec/template}",
        "{op: [add], path: /spec/template, value: 1}",
    ],
)
def test_a_flaw_of_an_operation_is_told_once(operation, tmp_path):
    write(
        tmp_path,
        kustomization=f"resources: [x.yaml]\npatches:\n- target: {{name: web}}\n  patch: |-\n    - {operation}\n",
        x=WEB,
    )
    assert [(f.rule, f.line) for f in check_tree(tmp_path).findings] == [("KUST016", 5)]


@needs_kustomize
def test_an_object_without_a_name_is_told_by_the_schema_where_there_is_one(tmp_path):
    write(tmp_path, kustomization="resources: [x.yaml]\n", x=f"{WEB}---\napiVersion: v1\nkind: Namespace\n")
    [found] = check_tree(tmp_path).findings
    assert (found.rule, found.path, found.line) == ("KUST001", "x.yaml", 12)
    schema = Rule("SCHEMA003", "error", lambda: iter(()))
    told = [(schema, Hit("lacks the required field 'metadata'")), (schema, Hit("lacks the required field 'spec'"))]
    [found] = check_tree(tmp_path, check_object=lambda _resource, _root: told).findings
    assert (found.rule, found.path, found.line) == ("SCHEMA003", "x.yaml", 12)


@needs_kustomize
@pytest.mark.parametrize("folders", ["a", "ab", "abc"])
def test_a_ring_is_found_at_each_of_its_references(folders, tmp_path):
    for folder, following in zip(folders, folders[1:] + folders[0], strict=True):
        write(tmp_path, **{f"{folder}__kustomization": f"resources:\n- ../{following}\n"})
    write(tmp_path, o__kustomization="resources:\n- ../a\n")
    found = check_tree(tmp_path).findings
    assert [(f.rule, f.path, f.line) for f in found] == [
        ("KUST001", f"{folder}/kustomization.yaml", 2) for folder in folders
    ]


@needs_kustomize
@pytest.mark.parametrize(
    ("target", "line", "hint"),
    [
        ("name: wbe\n    kind: Deployment", 5, "; there is 'Deployment web'"),
        ("name: web\n    kind: Deploy", 6, "; there is 'Deployment web'"),
        ("name: web\n    kind: Deployment\n    namespace: shop", 7, "; there is 'Deployment web'"),
        ("name: web\n    kind: Deployment\n    labelSelector: tier=front", 7, "; there is 'Deployment web'"),
        ("name: shop\n    kind: Secret", 4, ""),
        ("kind: Secret", 5, ""),
    ],
)
def test_a_target_is_found_at_the_selector_that_is_wrong(target, line, hint, tmp_path):
    operation = "{op: add, path: /metadata/labels, value: {tier: front}}"
    write(
        tmp_path,
        kustomization=f"resources:\n- x.yaml\npatches:\n- target:\n    {target}\n  patch: |-\n    - {operation}\n",
        x=WEB,
    )
    [found] = check_tree(tmp_path).findings
    assert (found.rule, found.line) == ("KUST006", line)
    assert found.message.partition(";")[1:] == hint.partition(";")[1:]


@needs_kustomize
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("web", "the entry 'web' matches no image: there is 'registry.example.com/web'"),
        ("v", "the entry 'v' matches no image: there is 'registry.example.com/web'"),
        (
            "agent",
            "the entry 'agent' matches no image: it is in Deployment spec.agentImage, where kustomize does not look",
        ),
        (
            "logger",
            "the entry 'logger' matches no image: it is in Deployment spec.image, where kustomize does not look",
        ),
    ],
)
def test_an_image_is_looked_for_in_fields_that_may_hold_one(name, message, tmp_path):
    write(
        tmp_path,
        kustomization=f"resources: [x.yaml]\nimages: [{{name: {name}, newTag: '1'}}]\n"
        'patches:\n- target: {name: web}\n  patch: \'[{"op": "add", "path": "/spec/mode", "value": "a"}]\'\n',
        x=f"{WEB}  agentImage: agent:1\n  image: logger\n  version: v\n",
    )
    assert [f.message for f in check_tree(tmp_path).findings] == [message]


class Saying:
    """A kustomize that says the same of everything."""

    def __init__(self, answer):
        self.answer = answer

    def build(self, root, path):
        raise AssertionError(path)

    def build_many(self, root, folders, *, apart):
        return dict.fromkeys(folders, self.answer)


def test_remote_and_helm_are_not_even_tried(tmp_path):
    write(
        tmp_path,
        a__kustomization="resources: ['https://example.com/x.yaml']\n",
        b__kustomization="helmCharts: [{name: x}]\n",
    )
    outcome = check_tree(tmp_path, kustomize=Saying(""))
    assert [(u.path, u.reason) for u in outcome.unchecked] == [
        ("a/kustomization.yaml", "it refers to what is not in the repository, which is not fetched"),
        ("b/kustomization.yaml", "it needs Helm, which is not run here"),
    ]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("trouble configuring builtin HelmChartInflationGenerator: must specify --enable-helm", "Helm"),
        ("failed to load generator: external plugins disabled; unable to load external plugin 'Foo'", "plugin"),
        ("kubectl did not finish in 60 seconds", "too long"),
        ("invalid Kustomization: json: unknown field", ""),
    ],
)
def test_what_cannot_be_built_here_is_no_mistake(message, reason, tmp_path):
    assert reason in explain_unchecked(message)
    assert bool(explain_unchecked(message)) == bool(reason)
    write(tmp_path, kustomization="resources: []\n")
    outcome = check_tree(tmp_path, kustomize=Saying(BuildError(message)))
    assert len(outcome.unchecked) == 1
    assert bool(outcome.findings) != bool(reason)


@pytest.mark.parametrize(
    ("kustomization", "message", "line"),
    [
        (
            "resources: []\nnamePrefix:\n- x\n",
            "json: cannot unmarshal array into Go struct field X.namePrefix of type string",
            2,
        ),
        (
            "resources: []\nimages:\n- name: a\n- name: b\n  tag: x\n",
            'invalid Kustomization: json: unknown field "tag"',
            5,
        ),
        ("resources: [\n", "invalid Kustomization: yaml: line 2: did not find expected node content", 2),
        (
            "configMapGenerator:\n- name: a\n- name: a\n",
            'merging from generator &{0x1 <nil>}: id resid.ResId{Gvk:resid.Gvk{Kind:"ConfigMap"}, Name:"a"} exists',
            3,
        ),
        ("resources:\n- a.yaml\n- b.yaml\n", "accumulating resources from 'b.yaml': something of tomorrow", 3),
        ("resources: []\nvars:\n- name: A\n- name: B\n", "field specified in var '{B Service.v1 {x}}' not found", 4),
        ("resources: []\n", "something that nobody has seen", 1),
    ],
)
def test_a_message_is_brought_to_its_line(kustomization, message, line, tmp_path):
    write(tmp_path, kustomization=kustomization)
    tree = Tree(str(tmp_path))
    hit = explain_failure(tree, read_graph(tree, ["kustomization.yaml"]), ".", message)
    source = tree.read(hit.path)
    assert (hit.line or source.locate(hit.document, hit.keys)[0]) == line
    assert hit.message.startswith("does not build: ")


FIELDS = [
    "resources",
    "components",
    "bases",
    "crds",
    "configurations",
    "openapi",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "images",
    "imageTags",
    "replicas",
    "labels",
    "commonLabels",
    "commonAnnotations",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "configMapGenerator",
    "secretGenerator",
    "vars",
    "replacements",
    "transformers",
    "generators",
    "helmCharts",
    "kind",
    "sortOptions",
    "buildMetadata",
]
WORDS = [
    "x.yaml",
    "../o",
    ".",
    "",
    "name",
    "path",
    "patch",
    "target",
    "kind",
    "- op: add\n  path: /a/-\n",
    "a: [",
    "(",
    "*",
]
KEYS = [*WORDS, "files", "literals", "newName", "newTag", "digest", "pairs", "targets", "select", "fieldPaths", "count"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
BUILT = """\
apiVersion: example.com/v1
kind: Thing
metadata:
  name: x
  annotations:
    config.kubernetes.io/origin: |
      path: o/x.yaml
  namespace: x
  labels: {name: x}
spec:
  image: x:1
  replicas: 1
  parts: [{name: one, size: 1}]
"""


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=6), ANYTHING)
def test_a_kustomization_of_any_shape_is_checked_to_the_end(tmp_path_factory, data, patch):
    folder = tmp_path_factory.mktemp("tree")
    write(folder, o__kustomization=yaml.safe_dump(data), o__x=yaml.safe_dump(patch))
    keys = [("spec", "parts", 0, "size"), ("spec", "image"), ("spec", "replicas"), ("spec", "gone"), ()]
    keys += [("metadata", "name"), ("metadata", "namespace"), ("metadata", "labels", "name")]
    for kustomize in (Saying(BUILT), Saying(BuildError('unknown field "name"'))):
        outcome = check_tree(
            folder, kustomize=kustomize, check_object=lambda _r, _root: [(RULES[0], Hit("", key)) for key in keys]
        )
        assert all(finding.line >= 1 for finding in outcome.findings)
    shutil.rmtree(folder)
