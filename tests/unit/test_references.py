"""What objects name, and what it leads to."""

import pytest
import yaml

from gitops_gen.checks.reference_deployments import find_deployments, find_wave
from gitops_gen.checks.reference_edges import find_edges, list_references, select
from gitops_gen.checks.reference_labelled import read_labelled
from gitops_gen.checks.reference_paths import is_templated, read_text, walk
from gitops_gen.checks.reference_pods import CONTAINERS, SPECS, TEMPLATES
from gitops_gen.checks.reference_provided import read_provided
from gitops_gen.checks.reference_repository import find_branch, is_followed, is_repository, normalize
from gitops_gen.checks.reference_selectors import POD, SERVICE
from gitops_gen.checks.reference_table import CONTAINER, OBJECTS
from gitops_gen.checks.reference_table import POD as POD_TARGETS
from gitops_gen.checks.reference_table_pipelines import PIPELINES
from tests.environment_making import SETTINGS, make_environment

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    metadata:
      labels: {app: api, tier: web}
    spec:
      serviceAccountName: runner
      imagePullSecrets: [{name: registry}]
      volumes:
      - name: a
        configMap: {name: settings}
      - name: b
        projected:
          sources:
          - secret: {name: token, optional: true}
      - name: c
        persistentVolumeClaim: {claimName: spool}
      initContainers:
      - name: first
        envFrom: [{configMapRef: {name: first}}]
      containers:
      - name: api
        ports: [{name: http, containerPort: 8080}]
        env:
        - name: A
          valueFrom:
            secretKeyRef: {name: "{{ .Values.secret }}", key: a}
        - name: B
          valueFrom:
            configMapKeyRef: {name: more, key: b}
"""


def manifest(api_version, kind, name, spec, namespace="apps", **metadata):
    data = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace, **metadata}}
    return yaml.safe_dump({**data, "spec": spec})


def environment_of(*manifests, **more):
    return make_environment("---\n".join(manifests), **more)


def references(text):
    return [(edge.role, edge.kind, edge.name) for edge in list_references(make_environment(text).members[0])]


def states(environment):
    return {(found.edge.kind, found.edge.name): found.state for found in find_edges(environment)}


def test_a_pods_references():
    assert set(references(DEPLOYMENT)) == {
        ("runs as", "ServiceAccount", "runner"),
        ("pulls with", "Secret", "registry"),
        ("mounts", "ConfigMap", "settings"),
        ("mounts", "Secret", "token"),
        ("mounts", "PersistentVolumeClaim", "spool"),
        ("reads", "ConfigMap", "first"),
        ("reads", "ConfigMap", "more"),
    }


def test_a_reference_knows_where_it_stands_and_where_it_looks():
    [edge] = [edge for edge in list_references(make_environment(DEPLOYMENT).members[0]) if edge.name == "token"]
    assert edge.keys == ("spec", "template", "spec", "volumes", 1, "projected", "sources", 0, "secret", "name")
    assert (edge.namespace, edge.group, edge.optional) == ("apps", "", True)


@pytest.mark.parametrize(
    ("api_version", "kind", "spec", "expected"),
    [
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            {"scaleTargetRef": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "a"}},
            [("scales", "Rollout", "a")],
        ),
        (
            "argoproj.io/v1alpha1",
            "Workflow",
            {"workflowTemplateRef": {"name": "a", "clusterScope": True}},
            [("runs", "ClusterWorkflowTemplate", "a")],
        ),
        ("argoproj.io/v1alpha1", "Workflow", {"workflowTemplateRef": {"name": "a", "clusterScope": "odd"}}, []),
        ("tekton.dev/v1", "TaskRun", {"taskRef": {"name": "a"}}, [("runs", "Task", "a")]),
        ("tekton.dev/v1", "TaskRun", {"taskRef": {"name": "a", "resolver": "git"}}, []),
        (
            "mlops.seldon.io/v1alpha1",
            "Experiment",
            {"resourceType": "pipeline", "candidates": [{"name": "a", "weight": 1}]},
            [("compares", "Pipeline", "a")],
        ),
        (
            "machinelearning.seldon.io/v1",
            "SeldonDeployment",
            {"predictors": [{"graph": {"name": "m", "children": [{"name": "c", "serviceAccountName": "a"}]}}]},
            [("runs as", "ServiceAccount", "a")],
        ),
        (
            "serving.kserve.io/v1beta1",
            "InferenceService",
            {
                "predictor": {
                    "serviceAccountName": "a",
                    "model": {"env": [{"valueFrom": {"secretKeyRef": {"name": "b"}}}]},
                }
            },
            [("reads", "Secret", "b"), ("runs as", "ServiceAccount", "a")],
        ),
        ("tekton.dev/v1", "Task", {"steps": [{"envFrom": [{"secretRef": {"name": "a"}}]}]}, [("reads", "Secret", "a")]),
        ("v1", "Service", {"selector": {"app": "a"}}, [("sends to", "Pod", "")]),
        ("v1", "Service", {"selector": {}}, []),
        ("unknown.example.com/v1", "Thing", {"serviceAccountName": "a"}, []),
    ],
)
def test_other_kinds_references(api_version, kind, spec, expected):
    assert sorted(references(manifest(api_version, kind, "x", spec))) == sorted(expected)


def test_subjects_are_service_accounts_and_may_be_elsewhere():
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "x", "namespace": "apps"},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "name": "a", "namespace": "other"}, {"kind": "User", "name": "b"}],
    }
    edges = list(list_references(make_environment(yaml.safe_dump(binding)).members[0]))
    assert [(edge.kind, edge.name, edge.namespace) for edge in edges] == [
        ("ClusterRole", "view", ""),
        ("ServiceAccount", "a", "other"),
    ]


def test_strimzis_label_is_a_reference():
    topic = manifest("kafka.strimzi.io/v1", "KafkaTopic", "t", {}, labels={"strimzi.io/cluster": "events"})
    assert references(topic) == [("belongs to", "Kafka", "events")]


def test_every_path_of_the_tables_is_one():
    targets = [
        *CONTAINER,
        *POD_TARGETS,
        *(t for each in (OBJECTS, PIPELINES) for found in each.values() for t in found),
    ]
    paths = [target.path for target in targets]
    paths += [path for each in (TEMPLATES, SPECS, CONTAINERS) for found in each.values() for path in found]
    assert all(path.replace("[]", "").replace(".*", "").replace(".", "").isalnum() or path == "" for path in paths)
    assert not OBJECTS.keys() & PIPELINES.keys(), "one of them would be passed over"
    assert not TEMPLATES.keys() & SPECS.keys()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b", [(("a", "b"), [1, [2]])]),
        ("a.b[]", [(("a", "b", 0), 1), (("a", "b", 1), [2])]),
        ("a.b[][]", [(("a", "b", 1, 0), 2)]),
        ("*.b", [(("a", "b"), [1, [2]])]),
        ("a.c", []),
        ("a.b.c", []),
        ("", [((), {"a": {"b": [1, [2]]}})]),
    ],
)
def test_a_path_is_walked(path, expected):
    assert list(walk({"a": {"b": [1, [2]]}}, path)) == expected


def test_aliases_do_not_make_a_walk_endless():
    items = [{}] * 1000
    assert len(list(walk([items] * 1000, "[][]"))) == 5000


def test_texts_are_read_where_they_are_texts():
    assert read_text({"a": "b"}, "a") == "b"
    assert read_text({"a": 1}, "a") == read_text(None, "a") == ""
    assert [is_templated(text) for text in ("a", "{{a}}", "$(a)", "${a}")] == [False, True, True, True]


def test_what_is_not_there_is_missing():
    found = states(environment_of(DEPLOYMENT, manifest("v1", "ConfigMap", "settings", None)))
    assert found["ConfigMap", "settings"] == "found"
    assert found["ConfigMap", "more"] == "missing"
    assert found["Secret", "token"] == "unknown", "it is optional"


def test_nothing_is_missing_where_a_build_was_not_made():
    found = states(environment_of(DEPLOYMENT, unknown=("platform/overlays/dev",)))
    assert "missing" not in found.values()


def test_what_is_declared_is_external():
    external = {"objects": [{"kind": "Secret", "names": ["registry"], "namespaces": ["apps"]}]}
    found = states(environment_of(DEPLOYMENT, settings={**SETTINGS, "validate": {"external": external}}))
    assert found["Secret", "registry"] == "external"


@pytest.mark.parametrize(
    ("api_version", "kind", "name", "spec"),
    [
        ("bitnami.com/v1alpha1", "SealedSecret", "registry", {}),
        ("bitnami.com/v1alpha1", "SealedSecret", "x", {"template": {"metadata": {"name": "registry"}}}),
        ("external-secrets.io/v1", "ExternalSecret", "registry", {}),
        ("external-secrets.io/v1", "ExternalSecret", "x", {"target": {"name": "registry"}}),
        ("cert-manager.io/v1", "Certificate", "x", {"secretName": "registry"}),
        ("kafka.strimzi.io/v1", "KafkaUser", "registry", {}),
        ("database.example.com/v1", "Instance", "x", {"writeConnectionSecretToRef": {"name": "registry"}}),
        ("networking.k8s.io/v1", "Ingress", "x", {"tls": [{"secretName": "registry"}]}),
    ],
)
def test_operators_make_secrets(api_version, kind, name, spec):
    metadata = {"annotations": {"cert-manager.io/cluster-issuer": "a"}} if kind == "Ingress" else {}
    found = states(environment_of(DEPLOYMENT, manifest(api_version, kind, name, spec, **metadata)))
    assert found["Secret", "registry"] == "external"


def test_an_operator_may_make_what_is_called_after_its_object():
    database = manifest("postgres.example.com/v1", "Cluster", "registry", {})
    assert states(environment_of(DEPLOYMENT, database))["Secret", "registry"] == "unknown"
    monitor = manifest("monitoring.coreos.com/v1", "ServiceMonitor", "registry", {"selector": {}})
    assert states(environment_of(DEPLOYMENT, monitor))["Secret", "registry"] == "missing"


def test_another_repository_may_bring_what_is_missing():
    foreign = {"source": {"repoURL": "https://charts.example.com", "chart": "x"}, "destination": {"namespace": "apps"}}
    application = manifest("argoproj.io/v1alpha1", "Application", "x", foreign, namespace="argocd")
    assert states(environment_of(DEPLOYMENT, application))["ConfigMap", "more"] == "unknown"
    foreign["destination"]["namespace"] = "other"
    application = manifest("argoproj.io/v1alpha1", "Application", "x", foreign, namespace="argocd")
    assert states(environment_of(DEPLOYMENT, application))["ConfigMap", "more"] == "missing"


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "missing"),
        ({"targetRevision": "next"}, "unknown"),
        ({"helm": {"releaseName": "x"}}, "unknown"),
        ({"path": "chart"}, "unknown"),
    ],
)
def test_what_is_not_read_here_may_bring_what_is_missing(more, state, tmp_path):
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart/Chart.yaml").touch()
    source = {"repoURL": SETTINGS["repository"]["url"], "path": "dev", **more}
    spec = {"source": source, "destination": {"namespace": "apps"}}
    application = manifest("argoproj.io/v1alpha1", "Application", "x", spec, namespace="argocd")
    assert states(environment_of(DEPLOYMENT, application, root=str(tmp_path)))["ConfigMap", "more"] == state


@pytest.mark.parametrize(("namespace", "state"), [("argocd", ""), ("openshift-gitops", ""), ("apps", "missing")])
def test_nobody_knows_what_runs_beside_argo_cd_and_in_the_clusters_own_namespaces(namespace, state):
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "x", "namespace": "apps"},
        "roleRef": {"kind": "ClusterRole", "name": "edit"},
        "subjects": [{"kind": "ServiceAccount", "name": "argocd-application-controller", "namespace": namespace}],
    }
    found = states(make_environment(yaml.safe_dump(binding)))
    assert found["ServiceAccount", "argocd-application-controller"] == (state or "unknown")


def test_claims_of_a_stateful_set_are_made():
    spec = {"replicas": 2, "volumeClaimTemplates": [{"metadata": {"name": "data"}}], "template": {}}
    provided = environment_of(manifest("apps/v1", "StatefulSet", "db", spec)).remember(read_provided)
    assert provided.find("PersistentVolumeClaim", "data-db-1", "apps") == "external"
    assert provided.find("PersistentVolumeClaim", "data-db-2", "apps") == ""


SELDON = manifest(
    "machinelearning.seldon.io/v1",
    "SeldonDeployment",
    "churn",
    {"predictors": [{"name": "default", "labels": {"version": "7"}, "graph": {"name": "churn"}}]},
)
KSERVE = manifest(
    "serving.kserve.io/v1beta1",
    "InferenceService",
    "iris",
    {"predictor": {"containers": [{"name": "c", "ports": [{"name": "http1", "containerPort": 8080}]}]}},
    labels={"team": "a"},
)


@pytest.mark.parametrize(
    ("kind", "labels", "chosen", "is_open"),
    [
        (SERVICE, {"seldon-deployment-id": "churn", "app.kubernetes.io/managed-by": "seldon-core"}, 1, False),
        (SERVICE, {"seldon-app": "churn-default"}, 1, False),
        (SERVICE, {"seldon-deployment-id": "other"}, 0, False),
        (POD, {"seldon-deployment-id": "churn", "version": "7"}, 1, False),
        (POD, {"seldon-deployment-id": "churn", "version": "8"}, 0, False),
        (POD, {"seldon-app": "churn-default"}, 0, True),
        (POD, {"tier": "web"}, 0, False),
    ],
)
def test_what_seldon_makes_is_chosen_by_its_labels(kind, labels, chosen, is_open):
    found = select(environment_of(SELDON), kind, {"matchLabels": labels}, ["apps"])
    assert (len(found.certain), found.is_open) == (chosen, is_open)


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ({"matchLabels": {"serving.kserve.io/inferenceservice": "iris", "component": "predictor"}}, 1),
        ({"matchLabels": {"component": "transformer"}}, 0),
        ({"matchLabels": {"team": "a"}}, 1),
        ({"matchExpressions": [{"key": "component", "operator": "In", "values": ["predictor", "x"]}]}, 1),
        ({"matchExpressions": [{"key": "component", "operator": "NotIn", "values": ["predictor"]}]}, 0),
        ({"matchExpressions": [{"key": "component", "operator": "Exists"}]}, 1),
        ({"matchExpressions": [{"key": "component", "operator": "DoesNotExist"}]}, 0),
        ({}, 1),
    ],
)
def test_what_kserve_makes_is_chosen_by_its_labels(selector, chosen):
    assert len(select(environment_of(KSERVE), POD, selector, ["apps"]).certain) == chosen


@pytest.mark.parametrize("selector", [None, [], {"matchExpressions": [None, {"key": {}, "operator": "In"}]}])
def test_a_selector_that_is_none_chooses_nobody_for_sure(selector):
    found = select(environment_of(DEPLOYMENT), POD, selector, ["apps"])
    assert (found.certain, found.is_open) == ((), True)


def test_a_selector_looks_into_its_namespaces():
    environment = environment_of(DEPLOYMENT)
    labels = {"matchLabels": {"app": "api"}}
    assert len(select(environment, POD, labels, ["apps"]).certain) == 1
    assert len(select(environment, POD, labels, ["other"]).certain) == 0
    assert len(select(environment, POD, labels, [""]).certain) == 1
    assert len(select(environment, POD, labels, ["other", "apps"]).certain) == 1


def test_ports_are_known_by_name_and_number():
    [pods] = environment_of(DEPLOYMENT).remember(read_labelled)[POD].list_near("apps")
    assert [pods.has_port(each) for each in ("http", 8080, "web", 80, "http-envoy-prom", "")] == [
        True,
        True,
        False,
        False,
        True,
        False,
    ]


def test_a_service_that_an_operator_makes_is_found():
    route = manifest("route.openshift.io/v1", "Route", "x", {"to": {"kind": "Service", "name": "churn-default"}})
    [found] = [each for each in find_edges(environment_of(SELDON, route)) if each.edge.kind == SERVICE]
    assert (found.state, [target.kind for target in found.targets]) == ("found", ["SeldonDeployment"])


def test_an_application_deploys_what_its_folder_has():
    spec = {"source": {"repoURL": "git@git.example.com:team/gitops.git", "path": "/dev/app"}, "destination": {}}
    files = {
        "dev/apps.yaml": manifest("argoproj.io/v1alpha1", "Application", "x", spec, namespace="argocd"),
        "dev/app/a.yaml": manifest("v1", "ConfigMap", "a", None),
        "dev/app/below/b.yaml": manifest("v1", "ConfigMap", "b", None),
    }
    found = {
        member.name: find_deployments(make_environment(files), member) for member in make_environment(files).members
    }
    assert [len(found[name]) for name in ("a", "b", "x")] == [1, 0, 0]
    spec["source"]["directory"] = {"recurse": True}
    files["dev/apps.yaml"] = manifest("argoproj.io/v1alpha1", "Application", "x", spec, namespace="argocd")
    environment = make_environment(files)
    assert [len(find_deployments(environment, member)) for member in environment.members] == [0, 1, 1]


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({}, (0, 0)),
        ({"argocd.argoproj.io/sync-wave": "-5"}, (0, -5)),
        ({"argocd.argoproj.io/sync-wave": 3}, (0, 3)),
        ({"argocd.argoproj.io/sync-wave": "late"}, (0, 0)),
        ({"argocd.argoproj.io/sync-wave": "9" * 5000}, (0, 0)),
        ({"argocd.argoproj.io/hook": "PreSync,Sync"}, (-1, 0)),
        ({"argocd.argoproj.io/hook": "PostSync", "argocd.argoproj.io/sync-wave": "1"}, (1, 1)),
        ([], (0, 0)),
    ],
)
def test_phase_and_wave(annotations, expected):
    text = manifest("v1", "ConfigMap", "a", None, annotations=annotations)
    assert find_wave(make_environment(text).members[0]) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.com/team/gitops",
        "https://git.example.com/team/gitops.git",
        "https://git.example.com/team/gitops/",
        "https://user:secret@git.example.com/team/gitops",
        "https://git.example.com:443/Team/GitOps",
        "git@git.example.com:team/gitops.git",
        "ssh://git@git.example.com/team/gitops.git",
        "ssh://git@git.example.com:22/team/gitops",
    ],
)
def test_one_repository_has_many_addresses(url):
    assert is_repository(url, "https://git.example.com/team/gitops")


@pytest.mark.parametrize(
    "url", ["https://git.example.com/team/other", "https://git.example.org/team/gitops", "", None, 3, "team/gitops"]
)
def test_another_repository_is_another(url):
    assert not is_repository(url, "https://git.example.com/team/gitops")
    assert not is_repository(url, "")


def test_another_port_is_another_server():
    assert normalize("https://git.example.com:8443/a") != normalize("https://git.example.com/a")


@pytest.mark.parametrize(
    ("settings", "branch"),
    [({}, "main"), ({"repository": {"baseBranch": "trunk"}}, "trunk"), ({"repository": {"baseBranch": 1}}, "main")],
)
def test_the_base_branch(settings, branch):
    assert find_branch(settings) == branch


@pytest.mark.parametrize(
    ("revision", "answer"),
    [
        ("main", True),
        ("refs/heads/main", True),
        ("HEAD", True),
        (None, True),
        ("{{branch}}", True),
        ("v1", False),
        (1.1, False),
    ],
)
def test_whether_the_base_branch_is_followed(revision, answer):
    assert is_followed({}, revision) is answer
