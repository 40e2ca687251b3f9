"""Mistakes in kustomizations, in the patches that they carry, and in the files that they refer to."""

from tests.mutations import (
    BASE,
    OPEN_DATA_HUB,
    PRODUCTION,
    Mutation,
    in_file,
)

_BASE_FILE = f"{BASE}/kustomization.yaml"
_BOOTSTRAP = "bootstrap/kustomization.yaml"
_ENTRY = "  - evidence.yaml"

_base = in_file("seldon", _BASE_FILE)
_overlay = in_file("seldon", PRODUCTION)
_kserve_overlay = in_file("kserve", PRODUCTION)
_bootstrap = in_file("seldon", _BOOTSTRAP)
_platform = in_file("kserve-prepackaged", "platform/open-data-hub/overlays/staging/kustomization.yaml")
_platform_base = in_file("kserve-prepackaged", f"{OPEN_DATA_HUB}/kustomization.yaml")

_TARGET = "    kind: SeldonDeployment\n    name: churn\n"
_REPLICAS = "    - {op: add, path: /spec/predictors/0/replicas, value: 1}\n"
_DROPS_GRAPH = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: churn
spec:
  predictors:
  - name: default
    replicas: 3
"""
_TYPO = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: churn
spec:
  replica: 3
"""
_DROPS_CONTAINERS = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: churn
spec:
  predictor:
    containers:
    - name: kserve-container
      env:
      - name: LOG_LEVEL
        value: debug
"""


def _indent(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


KUSTOMIZE: tuple[Mutation, ...] = (
    # Fields of a kustomization
    _base("kind with a typo", "kind: Kustomization", "kind: Kustomisation"),
    _base("version that is not there", "kustomize.config.k8s.io/v1beta1", "kustomize.config.k8s.io/v1"),
    _base("typo in resources", "resources:", "resource:"),
    _overlay("typo in images", "images:", "image:"),
    _overlay("typo in digest", "  digest:", "  digets:"),
    _overlay("typo in newTag", "  newTag:", "  newtag:"),
    _overlay("typo in target", "- target:", "- tagret:"),
    _overlay("typo in patches", "patches:\n", "patchs:\n"),
    _overlay("typo in configMapGenerator", "configMapGenerator:", "configmapGenerator:"),
    _overlay("typo in options", "    disableNameSuffixHash:", "    disableNameSufixHash:"),
    _overlay("a tag without quotes", 'newTag: "3"', "newTag: 3"),
    _overlay("a boolean in quotes", "includeSelectors: false", 'includeSelectors: "false"'),
    _overlay("labels as a mapping", "- pairs:\n", "  pairs:\n"),
    _overlay("a resource that is no list", "resources:\n- ../../base\n", "resources: ../../base\n"),
    _overlay("files as a text", "  files:\n  - evidence.yaml\n", "  files: evidence.yaml\n"),
    _overlay("images as a mapping", "- name: churn\n  newName", "  name: churn\n  newName"),
    _overlay("a label without quotes", "    app.kubernetes.io/part-of: churn", "    app.kubernetes.io/part-of: 42"),
    # References
    _base("a resource that is not there", "- podmonitor.yaml", "- podmonitors.yaml"),
    _base("a resource twice", "- podmonitor.yaml\n", "- podmonitor.yaml\n- podmonitor.yaml\n"),
    _base(
        "a resource that nothing refers to", "- podmonitor.yaml\n", "", place=(f"{BASE}/podmonitor.yaml", "apiVersion:")
    ),
    _bootstrap(
        "a namespace that nothing refers to",
        "- namespaces/models-staging.yaml\n",
        "",
        place=("bootstrap/namespaces/models-staging.yaml", "apiVersion:"),
    ),
    in_file("seldon", f"{BASE}/podmonitor.yaml")(
        "a deleted resource", operation="delete", place=(_BASE_FILE, "- podmonitor.yaml")
    ),
    in_file("seldon", f"{BASE}/servicemonitor.yaml")(
        "a renamed resource",
        operation="rename",
        new="service-monitor.yaml",
        place=(_BASE_FILE, "- servicemonitor.yaml"),
    ),
    in_file("seldon", f"{BASE}/podmonitor.yaml")(
        "a resource in another case", operation="rename", new="PodMonitor.yaml", place=(_BASE_FILE, "- podmonitor.yaml")
    ),
    in_file("seldon", "bootstrap/appproject.yaml")(
        "a deleted project", operation="delete", place=(_BOOTSTRAP, "- appproject.yaml")
    ),
    in_file("seldon", _BASE_FILE)("a deleted base", operation="delete", place=(PRODUCTION, "- ../../base")),
    in_file("seldon", _BASE_FILE)(
        "a base by another name", operation="rename", new="kustomize.yaml", place=(PRODUCTION, "- ../../base")
    ),
    _base("an empty kustomization", operation="empty"),
    _overlay("a base one level too near", "- ../../base", "- ../base"),
    _overlay("a base one level too far", "- ../../base", "- ../../../base"),
    _overlay("typo in the base", "- ../../base", "- ../../bsae"),
    _platform("typo in the base", "- ../../base", "- ../base"),
    _platform_base("a resource that is not there", "- dscinitialization.yaml", "- dscinitialisation.yaml"),
    _overlay("evidence that is not there", _ENTRY, "  - evidence.yml"),
    _overlay("a base outside the repository", "- ../../base", "- ../../../../../gitops-base/churn"),
    _overlay("a base by its absolute path", "- ../../base", "- /home/me/gitops/models/churn/base"),
    _overlay(
        "a remote base", "- ../../base\n", "- ../../base\n- https://github.com/example/platform//monitoring?ref=main\n"
    ),
    _overlay("a remote file", "- ../../base\n", "- ../../base\n- https://example.com/monitoring.yaml\n"),
    _overlay("an overlay that builds on itself", "- ../../base\n", "- ../../base\n- ../production\n"),
    _base(
        "a base that builds on its overlay",
        "- podmonitor.yaml\n",
        "- podmonitor.yaml\n- ../overlays/staging\n",
    ),
    _overlay("a base twice", "- ../../base\n", "- ../../base\n- ../../base\n"),
    _base(
        "a second kustomization beside it",
        "- podmonitor.yaml\n",
        "- podmonitor.yaml # all\n",
        also={f"{BASE}/kustomization.yml": "resources:\n- podmonitor.yaml\n"},
        place=(f"{BASE}/kustomization.yml", "resources:"),
    ),
    in_file("seldon", "models/churn/overlays/production/evidence.yaml")(
        "a link out of the repository", operation="link", new="/etc/hostname"
    ),
    in_file("seldon", f"{BASE}/podmonitor.yaml")("a link to nothing", operation="link", new="../podmonitor.yaml"),
    # Fields that kustomize is about to drop
    _overlay(
        "commonLabels",
        "labels:\n- pairs:\n    app.kubernetes.io/part-of: churn\n"
        "    gitops-gen.dev/environment: production\n  includeSelectors: false\n",
        "commonLabels:\n  app.kubernetes.io/part-of: churn\n  gitops-gen.dev/environment: production\n",
    ),
    _overlay("bases", "resources:\n- ../../base\n", "bases:\n- ../../base\n"),
    _overlay(
        "patchesStrategicMerge",
        "configMapGenerator:\n",
        "patchesStrategicMerge:\n- |-\n  apiVersion: monitoring.coreos.com/v1\n  kind: PodMonitor\n"
        "  metadata:\n    name: churn\n    labels:\n      team: a\nconfigMapGenerator:\n",
    ),
    _overlay(
        "patchesJson6902",
        "configMapGenerator:\n",
        "patchesJson6902:\n- target:\n    group: monitoring.coreos.com\n    version: v1\n"
        "    kind: PodMonitor\n    name: churn\n"
        "  patch: '[{op: add, path: /metadata/labels/team, value: a}]'\nconfigMapGenerator:\n",
    ),
    _overlay(
        "vars",
        "configMapGenerator:\n",
        "vars:\n- name: NAME\n  objref:\n    apiVersion: machinelearning.seldon.io/v1\n"
        "    kind: SeldonDeployment\n    name: churn\nconfigMapGenerator:\n",
    ),
    # Patches
    _overlay(
        "a patch of nothing by name",
        _TARGET,
        "    kind: SeldonDeployment\n    name: chrun\n",
    ),
    _overlay(
        "a patch of nothing by kind",
        _TARGET,
        "    kind: SeldonDeploymnet\n    name: churn\n",
    ),
    _overlay(
        "a patch of nothing by group", "    group: machinelearning.seldon.io", "    group: machinelearning.seldon.com"
    ),
    _overlay("a patch of nothing by version", "    version: v1\n", "    version: v1alpha2\n"),
    _overlay(
        "an operation that is not there",
        "{op: add, path: /spec/predictors/0/replicas",
        "{op: ad, path: /spec/predictors/0/replicas",
    ),
    _overlay("a path through nothing", "/spec/predictors/0/replicas", "/spec/predictor/0/replicas"),
    _overlay("a path that ends in a typo", "/spec/predictors/0/replicas", "/spec/predictors/0/replica"),
    _overlay("a path to an item that is not there", "/spec/predictors/0/replicas", "/spec/predictors/1/replicas"),
    _overlay("a path without its escape", "gitops-gen.dev~1run-id", "gitops-gen.dev/run-id"),
    _overlay("a path without its first slash", "path: /spec/predictors/0/replicas", "path: spec/predictors/0/replicas"),
    _overlay(
        "an operation without a value",
        "/spec/predictors/0/replicas, value: 1}",
        "/spec/predictors/0/replicas}",
    ),
    _overlay("a value in quotes", "/spec/predictors/0/replicas, value: 1}", '/spec/predictors/0/replicas, value: "1"}'),
    _overlay("a label that is a number", 'labels/version, value: "3"', "labels/version, value: 3"),
    _overlay(
        "an operation that removes nothing",
        _REPLICAS,
        _REPLICAS + "    - {op: remove, path: /spec/predictors/0/traffic}\n",
    ),
    _overlay(
        "a test that fails", _REPLICAS, _REPLICAS + "    - {op: test, path: /spec/predictors/0/name, value: main}\n"
    ),
    _kserve_overlay("a path that ends in a typo", "/spec/predictor/minReplicas", "/spec/predictor/minReplica"),
    _kserve_overlay(
        "a value in quotes", "/spec/predictor/maxReplicas, value: 2}", '/spec/predictor/maxReplicas, value: "2"}'
    ),
    _kserve_overlay(
        "a patch of nothing by name",
        "    name: churn\n  patch",
        "    name: churn-predictor\n  patch",
    ),
    # Strategic merge on custom resources
    _overlay(
        "a patch that drops the graph",
        _REPLICAS,
        f"{_REPLICAS}- patch: |-\n{_indent(_DROPS_GRAPH)}",
        place=(PRODUCTION, "    replicas: 3"),
    ),
    _overlay(
        "a patch file that drops the graph",
        _REPLICAS,
        f"{_REPLICAS}- path: replicas.yaml\n",
        also={"models/churn/overlays/production/replicas.yaml": _DROPS_GRAPH},
        place=("models/churn/overlays/production/replicas.yaml", "predictors:"),
    ),
    _kserve_overlay(
        "a patch that drops the image",
        "configMapGenerator:\n",
        f"- patch: |-\n{_indent(_DROPS_CONTAINERS)}configMapGenerator:\n",
        place=(PRODUCTION, "    containers:"),
    ),
    _overlay(
        "a patch with a typo", _REPLICAS, f"{_REPLICAS}- patch: |-\n{_indent(_TYPO)}", place=(PRODUCTION, "replica: 3")
    ),
    _overlay(
        "a patch file that is not there",
        "patches:\n",
        "patches:\n- path: replicas.yaml\n",
        place=(PRODUCTION, "replicas.yaml"),
    ),
    _overlay(
        "a patch file that matches nothing",
        "patches:\n",
        "patches:\n- path: replicas.yaml\n",
        also={
            "models/churn/overlays/production/replicas.yaml": "apiVersion: apps/v1\nkind: Deployment\n"
            "metadata:\n  name: churn\nspec:\n  replicas: 3\n"
        },
        place=("models/churn/overlays/production/replicas.yaml", "name: churn"),
    ),
)
