"""What stands in a build is brought back to the line that a person wrote; trees as people write them."""

import pytest

from gitops_gen.adapters.kustomize import write_files
from gitops_gen.checks.builds import check_kustomizations
from gitops_gen.checks.graph import read_graph
from gitops_gen.checks.rule import Hit, rule
from gitops_gen.checks.tree import Tree
from tests.kustomizations import KUSTOMIZE, needs_kustomize

BASE = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: churn
  annotations:
    owner: risk
spec:
  predictors:
  - name: default
    replicas: 1
    traffic: 90
    graph:
      name: churn
      type: MODEL
      children: []
    componentSpecs:
    - spec:
        containers:
        - name: churn
          image: churn
          env:
          - name: THRESHOLD
            value: "0.5"
"""
GATEWAY = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
spec:
  replicas: 1
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway}
    spec:
      containers:
      - name: proxy
        image: registry.example.com/ml/proxy:1
      - name: gateway
        image: registry.example.com/ml/gateway
        resources:
          limits:
            cpu: 1
"""
OVERLAY = """\
namespace: models
resources:
- ../../base
"""
K = "overlays/production/kustomization.yaml"


def tree(overlay="", base=BASE, **more):
    files = {
        "base/kustomization.yaml": "resources:\n- seldondeployment.yaml\n- gateway.yaml\n",
        "base/seldondeployment.yaml": base,
        "base/gateway.yaml": GATEWAY,
        K: OVERLAY + overlay,
    }
    return files | {path.replace("__", "/") + ".yaml": text for path, text in more.items()}


def find_all(node, wanted, keys=()):
    """Where a key or a value stands."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        if wanted in (key, value):
            yield (*keys, key)
        yield from find_all(value, wanted, (*keys, key))


def locate(folder, files, find):
    """Places of what `find` gives of each built object."""
    marked = {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if line.endswith("# here")
    }
    write_files(folder, {path: text.encode() for path, text in files.items()})

    @rule("TEST001", "error")
    def check(_):
        """Nothing.

        Why: it is a test.
        """
        yield Hit("")

    sources = Tree(str(folder))
    graph = read_graph(sources, [path for path in files if path.endswith("kustomization.yaml")])
    outcome = check_kustomizations(
        sources,
        graph,
        roots=graph.roots,
        kustomize=KUSTOMIZE,
        check_object=lambda resource, _root: [(check, Hit("", keys)) for keys in find(resource.data)],
    )
    assert outcome.builds == len(graph.roots)
    return {(f.path, f.line) for f in outcome.findings if f.rule == "TEST001"}, marked


OPERATIONS = """\
patches:
- target:
    kind: SeldonDeployment
  patch: |-
    # what differs here
    - {op: replace, path: /spec/predictors/0/traffic, value: 100}
    - op: add
      path: /spec/predictors/0/explainr # here
      value:
        type: AnchorTabular
    - {op: add, path: /metadata/annotations/run-id, value: "1"}
"""
MERGED = """\
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: gateway
    spec:
      template:
        spec:
          containers:
          - name: gateway
            resources:
              limits:
                memry: 1Gi # here
"""
APPENDED = """\
patches:
- target: {kind: SeldonDeployment}
  patch: |-
    - op: add
      path: /spec/predictors/-
      value:
        name: canary
        replcas: 1 # here
        graph: {name: churn, type: MODEL}
"""
IN_FILE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
spec:
  # as many as in the other region
  replicas: three # here
"""
JSON_FILE = """\
- op: replace
  path: /spec/predictors/0/replicas
  value: two # here
- op: add
  path: /spec/predictors/0/shadow
  value: false
"""
COMPONENT = """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target: {kind: Deployment}
  patch: |-
    - {op: add, path: /spec/paused, value: maybe} # here
"""
GENERATED = """\
configMapGenerator:
- name: thresholds
  literals:
  - auc=0.8
  - F_1 score=0.7 # here
"""
IMAGES = """\
images:
- name: registry.example.com/ml/proxy
  newTag: "2"
- name: churn
  newName: registry.example.com/ml/churn
  newTag: "3" # here
"""
CASES = {
    "typo-in-the-base": (tree(base=BASE.replace("    traffic: 90", "    trafic: 90 # here")), "trafic"),
    "typo-in-a-container-of-the-base": (tree(base=BASE.replace("          env:", "          envs: # here")), "envs"),
    "value-in-the-base": (tree(base=BASE.replace('"0.5"', "half # here")), "half"),
    "operation": (tree(OPERATIONS), "explainr"),
    "inline-merge": (tree(MERGED), "memry"),
    "appended-item": (tree(APPENDED), "replcas"),
    "merge-file": (tree("patches:\n- path: three.yaml\n", overlays__production__three=IN_FILE), "three"),
    "old-merge-file": (tree("patchesStrategicMerge:\n- three.yaml\n", overlays__production__three=IN_FILE), "three"),
    "operations-file": (
        tree("patches:\n- path: ops.yaml\n  target: {kind: Seldon.*}\n", overlays__production__ops=JSON_FILE),
        "two",
    ),
    "component": (tree("components:\n- ../../part\n", part__kustomization=COMPONENT), "maybe"),
    "image-of-images": (tree(IMAGES), "registry.example.com/ml/churn:3"),
    "count-of-replicas": (tree("replicas:\n- name: gateway\n  count: 7 # here\n"), 7),
    "namespace": ({**tree(), K: OVERLAY.replace("models", "Models # here")}, "Models"),
    "label": (tree("labels:\n- pairs:\n    team: risk & more # here\n"), "risk & more"),
    "annotation": (tree("commonAnnotations:\n  run: '1 2' # here\n"), "1 2"),
    "prefix": (tree("namePrefix: EU_ # here\n"), "EU_gateway"),
    "generated": (tree(GENERATED), "F_1 score"),
    "overlay-wins": (
        tree(OPERATIONS.replace("value: 100}", "value: 101} # here").replace("explainr # here", "explainer")),
        101,
    ),
}


@needs_kustomize
@pytest.mark.parametrize("name", CASES)
def test_each_is_brought_back_to_its_line(name, tmp_path):
    files, wanted = CASES[name]
    found, marked = locate(tmp_path, files, lambda data: find_all(data, wanted))
    assert marked
    assert found == marked


@needs_kustomize
def test_a_missing_field_of_the_base_is_shown_at_its_parent_there(tmp_path):
    files = tree(IMAGES.replace(" # here", ""), base=BASE.replace("    graph:", "    graph: # here"))
    find = lambda data: [("spec", "predictors", 0, "graph", "implementation")] if "predictors" in data["spec"] else []  # noqa: E731
    found, marked = locate(tmp_path, files, find)
    assert found == marked


@needs_kustomize
def test_a_field_that_a_patch_dropped_is_shown_in_the_patch(tmp_path):
    patch = """\
patches:
- patch: |-
    apiVersion: machinelearning.seldon.io/v1
    kind: SeldonDeployment
    metadata: {name: churn}
    spec:
      predictors:
      - name: default # here
        replicas: 2
"""
    find = lambda data: [("spec", "predictors", 0)] if "predictors" in data["spec"] else []  # noqa: E731
    found, marked = locate(tmp_path, tree(patch), find)
    assert found == marked


@needs_kustomize
def test_a_field_that_an_operation_removed_is_shown_there(tmp_path):
    patch = """\
patches:
- target: {kind: SeldonDeployment}
  patch: |-
    - op: remove # here
      path: /spec/predictors/0/graph
"""
    find = lambda data: [("spec", "predictors", 0, "graph")] if "predictors" in data["spec"] else []  # noqa: E731
    found, marked = locate(tmp_path, tree(patch), find)
    assert found == marked


@needs_kustomize
def test_the_same_in_two_overlays_is_one_finding(tmp_path):
    files = tree(base=BASE.replace("    traffic: 90", "    trafic: 90 # here"))
    files["overlays/staging/kustomization.yaml"] = OVERLAY.replace("models", "models-staging")
    found, marked = locate(tmp_path, files, lambda data: find_all(data, "trafic"))
    assert found == marked
