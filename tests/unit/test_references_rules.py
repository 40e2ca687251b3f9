"""What the rules on references say, and when they keep silent."""

import shutil

import pytest

from gitops_gen.checks.catalogue import BY_ENVIRONMENT, BY_KIND, load_rules
from gitops_gen.checks.reference_folders import Folder, find_files, find_folders, literal_prefix
from gitops_gen.checks.rules import references
from gitops_gen.checks.tree import Tree
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.environment_making import SETTINGS, make_environment
from tests.mutations import REPOSITORIES, apply_mutation
from tests.mutations_references import REFERENCES

IMAGE = "registry.example.com/a@sha256:" + "0" * 64


def deployment(*config_maps):
    sources = "".join(f"\n        - configMapRef: {{name: {name}}}" for name in config_maps)
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api, namespace: apps}}
spec:
  template:
    metadata: {{labels: {{app: api}}}}
    spec:
      containers:
      - name: api
        ports: [{{name: http, containerPort: 8080}}]
        envFrom:{sources or " []"}
"""


def config_map(name, namespace="apps"):
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata: {{level: info}}\n"
    )


def find_hits(rule_id, *manifests, **more):
    environment = make_environment("---\n".join(manifests), **more)
    [rule] = [rule for rule in references.RULES if rule.id == rule_id]
    return list(rule.check(environment))


def test_every_rule_is_asked():
    asked = {rule.id for module in BY_ENVIRONMENT for rule in load_rules(module)}
    assert {rule.id for rule in references.ENVIRONMENT_RULES} <= asked
    asked = {rule.id for modules in BY_KIND.values() for module in modules for rule in load_rules(module)}
    assert {rule.id for rule in references.OBJECT_RULES} <= asked


def test_a_near_name_is_proposed():
    [hit] = find_hits("REF001", deployment("setings"), config_map("settings"))
    assert hit.message == (
        "Deployment 'api' reads ConfigMap 'setings', and there is none of that name in namespace 'apps'; did you mean "
        "'settings'?"
    )
    assert (hit.fix, hit.line) == ("write settings", 12)


def test_another_namespace_is_named():
    [hit] = find_hits("REF001", deployment("settings"), config_map("settings", "other"))
    assert "the one in namespace 'other' cannot be used from here" in hit.message


def test_what_is_named_often_is_said_once():
    assert len(find_hits("REF001", deployment("gone", "gone", "lost"))) == 2


def test_nothing_is_missing_where_a_build_was_not_made():
    assert find_hits("REF001", deployment("gone"), unknown=("somewhere",)) == []


def test_another_group_is_named():
    scaler = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api, namespace: apps}
spec:
  scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Deployment, name: api}
"""
    [hit] = find_hits("REF024", deployment(), scaler)
    assert "none of that name in namespace 'apps' in argoproj.io; it is apps/v1" in hit.message
    assert hit.fix == "write apiVersion: apps/v1"


def monitor(labels, namespaces=""):
    return f"""\
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {{name: api, namespace: apps}}
spec:
  namespaceSelector: {{{namespaces}}}
  selector: {{matchLabels: {labels}}}
  podMetricsEndpoints: [{{port: http}}, {{port: web}}, {{portNumber: 8080}}, {{portNumber: 81}}, {{port: "{{{{p}}}}"}}]
"""


def test_the_label_that_is_wrong_is_named():
    [hit] = find_hits("REF018", deployment(), monitor("{app: apis}"))
    assert hit.message.endswith(
        "no pod in namespace 'apps' has these labels; what Deployment 'api' makes has app='api'"
    )


def test_each_wrong_port_is_told():
    hits = find_hits("REF019", deployment(), monitor("{app: api}"))
    assert ["'web'" in hit.message for hit in hits] == [True, False]
    assert "81" in hits[1].message


@pytest.mark.parametrize(
    ("labels", "namespaces"),
    [
        ("{app: other}", "matchNames: [elsewhere]"),  # nothing of this repository runs there
        ("{app: other}", "any: true"),
        ("{}", ""),
    ],
)
def test_a_monitor_of_something_else_is_left_alone(labels, namespaces):
    assert find_hits("REF018", deployment(), monitor(labels, namespaces)) == []


def test_a_monitor_beside_an_operators_object_is_left_alone():
    kafka = "apiVersion: kafka.strimzi.io/v1\nkind: Kafka\nmetadata: {name: events, namespace: apps}\nspec: {}\n"
    assert find_hits("REF018", deployment(), kafka, monitor("{strimzi.io/name: events-kafka}")) == []


def test_a_monitor_beside_workflows_is_left_alone():
    template = (
        "apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: t, namespace: apps}\nspec: {}\n"
    )
    assert find_hits("REF018", deployment(), template, monitor("{workflows.argoproj.io/workflow: train}")) == []


@pytest.mark.parametrize(
    "more",
    [
        "\nbinaryData: {file: AA==}",
        "\nimmutable: true",
    ],
)
def test_keys_of_a_config_map_are_those_of_all_its_parts(more):
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: apps}
spec:
  volumes: [{name: v, configMap: {name: settings, items: [{key: file, path: f}, {key: level, path: l}]}}]
"""
    hits = find_hits("REF006", pod, config_map("settings").rstrip() + more + "\n")
    assert [hit.keys[-2:] for hit in hits] == ([] if "binary" in more else [(0, "key")])


@pytest.mark.parametrize(("kind", "source"), [("Secret", "secret: {secretName"), ("ConfigMap", "configMap: {name")])
def test_nobody_knows_the_keys_of_what_is_empty(kind, source):
    pod = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: p, namespace: apps}}
spec:
  volumes: [{{name: v, {source}: x, items: [{{key: a, path: a}}]}}}}]
"""
    empty = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: x, namespace: apps}}\n"
    assert find_hits("REF006", pod, empty) == []


def test_one_object_in_two_environments_is_two():
    files = {"dev/a.yaml": config_map("a"), "production/a.yaml": config_map("a")}
    settings = {**SETTINGS, "environments": {"dev": {"namespace": "apps"}, "production": {"namespace": "apps"}}}
    [rule] = [rule for rule in references.RULES if rule.id == "REF027"]
    assert list(rule.check(make_environment(files, settings=settings))) == []
    files["dev/more/b.yaml"] = config_map("a")
    [hit] = rule.check(make_environment(files, settings=settings))
    assert (hit.path, "dev/a.yaml" in hit.message) == ("dev/more/b.yaml", True)


@pytest.fixture
def tree(tmp_path):
    for path in (
        "models/churn/overlays/dev/k.yaml",
        "models/fraud/overlays/dev/k.yaml",
        "empty/.gitkeep",
        "c/Chart.yaml",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / ".git/overlays/dev").mkdir(parents=True)
    return Tree(str(tmp_path))


def test_folders_are_what_they_hold(tree):
    assert (Folder(tree, "/models/").exists, Folder(tree, "model").exists) == (True, False)
    assert (Folder(tree, "models").has_manifests, Folder(tree, "models").has_manifests_below) == (False, True)
    assert Folder(tree, "./models/churn/overlays/dev").has_manifests
    assert Folder(tree, "empty").is_kept_empty
    assert Folder(tree, "c").has_tool
    assert Folder(tree, "models/churn/overlays/dev/k.yaml").exists is False
    assert Folder(tree, "../elsewhere").exists is False


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("models/*/overlays/dev", 2), ("models/c*", 1), ("*/overlays/dev", 0), ("*", 3), ("models/churn", 1), ("x/*", 0)],
)
def test_patterns_of_folders(tree, pattern, count):
    assert len(list(find_folders(tree, pattern))) == count


@pytest.mark.parametrize(
    ("pattern", "count"), [("models/**/k.yaml", 2), ("models/churn/overlays/dev/k.yaml", 1), ("**/*.json", 0)]
)
def test_patterns_of_files(tree, pattern, count):
    assert len(list(find_files(tree, pattern))) == count


def test_what_is_no_pattern_of_a_pattern():
    assert [literal_prefix(each) for each in ("a/b/*/c", "*/a", "a/b.yaml", "a")] == ["a/b", ".", "a", "."]


MISSING = [mutation for mutation in REFERENCES if mutation.rule in {"REF001", "REF003", "REF022", "REF024", "REF047"}]


@pytest.mark.parametrize("mutation", MISSING, ids=lambda mutation: f"{mutation.rule} {mutation.name}")
def test_without_kustomize_nobody_knows_what_is_missing(mutation, tmp_path):
    root = shutil.copytree(REPOSITORIES[mutation.example], tmp_path / "repository", symlinks=True)
    apply_mutation(mutation, root)
    request = ValidateRequest(root=str(root), cache=False, jobs=1)
    result = validate(request, prepare_run(request), find_kustomize=lambda: None)
    assert [finding for finding in result.findings if finding.rule.startswith("REF")] == []
