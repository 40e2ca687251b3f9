"""What lands together: names of environments, namespaces of objects, and how they are looked up."""

import json

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.checks.environments import find_environment, list_names, list_sources
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.scopes import Scopes
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.environment_making import SETTINGS, make_environment

TWO = {**SETTINGS, "environments": {"dev": {"namespace": "apps"}, "production": {"namespace": "live"}}}


def config_map(name, namespace=""):
    place = f"\n  namespace: {namespace}" if namespace else ""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}{place}\n"


def application(path, namespace):
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: a, namespace: argocd}}
spec:
  source: {{repoURL: x, path: {path}}}
  destination: {{namespace: {namespace}}}
"""


def test_environments_are_those_of_the_settings_and_of_overlays():
    places = ["models/a/overlays/test", "overlays/live/kustomization.yaml", "my-overlays/no", "base/a.yaml"]
    assert list_names({"environments": {"dev": {}}}, places) == ("dev", "test", "live")
    assert list_names({"environments": []}, []) == ()


@pytest.mark.parametrize(
    ("place", "expected"),
    [("a/dev/b.yaml", "dev"), ("dev/production/b", "production"), ("development/b.yaml", ""), ("b.yaml", "")],
)
def test_a_folder_belongs_to_the_environment_that_is_nearest_in_its_path(place, expected):
    assert find_environment(place, ["dev", "production"]) == expected


def test_what_belongs_to_no_environment_lands_in_each():
    files = {"dev/a.yaml": config_map("a"), "production/b.yaml": config_map("b"), "c.yaml": config_map("c")}
    for name, expected in (("dev", ["a", "c"]), ("production", ["b", "c"])):
        environment = make_environment(files, settings=TWO, name=name)
        assert [member.name for member in environment.members] == expected


def test_a_namespace_is_its_own_else_the_applications_else_the_environments():
    files = {
        "dev/a.yaml": config_map("own", "other") + "---\n" + config_map("environments"),
        "dev/app/b.yaml": config_map("applications"),
        "dev/apps.yaml": application("./dev/app/", "target"),
        "c.yaml": config_map("nobodys") + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n",
    }
    environment = make_environment(files)
    assert {member.name: member.namespace for member in environment.members} == {
        "own": "other",
        "environments": "apps",
        "applications": "target",
        "a": "argocd",
        "nobodys": "",
        "ns": "",
    }


def test_objects_are_found_by_kind_name_and_namespace():
    environment = make_environment(
        config_map("a", "one") + "---\n" + config_map("a", "two") + "---\n" + config_map("b", "two")
    )
    assert environment.find("ConfigMap", "a", "two").namespace == "two"
    assert environment.find("ConfigMap", "b", "one") is None
    assert environment.find("ConfigMap", "b") is not None
    assert environment.find("ConfigMap", "b", group="apps") is None
    assert environment.find("Secret", "b") is None
    assert environment.list_names("ConfigMap", "two") == ("a", "b")
    assert environment.list_names("ConfigMap", "two", group="apps") == ()
    assert [member.name for member in environment.select("Secret", "ConfigMap", group="")] == ["a", "a", "b"]


def test_an_object_without_a_known_namespace_fits_each():
    environment = make_environment({"c.yaml": config_map("a")})
    assert environment.find("ConfigMap", "a", "wherever") is not None
    assert environment.list_names("ConfigMap", "wherever") == ("a",)


def test_what_is_made_of_an_environment_is_made_once():
    environment = make_environment(config_map("a"))
    calls = []

    def count(asked):
        calls.append(asked)
        return len(asked.members)

    assert environment.remember(count) == environment.remember(count) == 1
    assert calls == [environment]


def test_a_hit_stands_where_the_value_does():
    environment = make_environment(config_map("a", "one"))
    hit = environment.hit(environment.members[0], "wrong", ("metadata", "namespace"), "mend it")
    assert (hit.path, hit.line, hit.column, hit.kind, hit.fix) == ("dev/all.yaml", 5, 3, "ConfigMap", "mend it")


@pytest.mark.parametrize(
    ("environments", "expected"), [({"dev": {"cluster": "c"}}, {"cluster": "c"}), ({"dev": None}, {})]
)
def test_what_is_declared_of_an_environment(environments, expected):
    environment = make_environment(config_map("a"), settings={"environments": environments})
    assert environment.declared == expected


def test_several_sources_count_before_one():
    one, two = {"path": "a"}, {"path": "b"}
    assert list(list_sources({"source": one})) == [(("source",), one)]
    assert list(list_sources({"source": one, "sources": [two, None]})) == [(("sources", 0), two)]
    assert list(list_sources({"source": one, "sources": []})) == [(("source",), one)]
    assert list(list_sources({"source": "a"})) == []


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("v1", "Namespace", True),
        ("v1", "Pod", False),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", True),
        ("argoproj.io/v1alpha1", "ClusterWorkflowTemplate", True),
        ("argoproj.io/v1alpha1", "Application", False),
        ("config.openshift.io/v1", "Proxy", True),
        ("example.com/v1", "Namespace", False),
    ],
)
def test_the_scope_of_a_kind(api_version, kind, expected):
    assert Scopes().is_cluster_scoped(Resource({"apiVersion": api_version, "kind": kind})) is expected


@pytest.mark.parametrize(("scope", "expected"), [("Cluster", True), ("Namespaced", False)])
def test_a_definition_in_the_repository_says_the_scope(scope, expected):
    spec = {"group": "example.com", "names": {"kind": "Thing"}, "scope": scope}
    definition = Resource({"kind": "CustomResourceDefinition", "spec": spec})
    thing = Resource({"apiVersion": "example.com/v1", "kind": "Thing"})
    assert (
        Scopes([definition, Resource({"kind": "CustomResourceDefinition", "spec": []})]).is_cluster_scoped(thing)
        is expected
    )


def test_the_group_of_an_api_version():
    assert [Resource({"apiVersion": each}).group for each in ("v1", "apps/v1", "a/b/c", "")] == ["", "apps", "a/b", ""]


def ask(root, *paths):
    request = ValidateRequest(root=str(root), paths=paths, everything=not paths, cache=False, jobs=1, only=("REF",))
    result = validate(request, prepare_run(request), find_kustomize=KustomizeCommand)
    return [(finding.path, finding.rule) for finding in result.findings if finding.severity != "info"]


OVERLAY = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: NAME}
spec:
  containers: [{name: c, image: x, envFrom: [{configMapRef: {name: settings}}]}]
"""


@pytest.fixture
def repository(tmp_path):
    """Two environments: in each a pod stands outside of builds, and a build makes the ConfigMap that it reads."""
    settings = "version: 1\nrepository: {url: https://git.example.com/a/b}\nenvironments:\n"
    (tmp_path / "gitops-gen.yaml").write_text(settings + "  dev: {namespace: dev}\n  live: {namespace: live}\n")
    for name in ("dev", "live"):
        (tmp_path / f"api/overlays/{name}").mkdir(parents=True)
        (tmp_path / f"api/overlays/{name}/kustomization.yaml").write_text(OVERLAY)
        (tmp_path / f"api/overlays/{name}/a.yaml").write_text(config_map("settings", name))
        (tmp_path / f"pods/{name}").mkdir(parents=True)
        (tmp_path / f"pods/{name}/pod.yaml").write_text(POD.replace("NAME", name))
    return tmp_path


def test_builds_and_what_stands_outside_of_them_are_seen_together(repository):
    assert ask(repository) == []
    path = repository / "api/overlays/live/a.yaml"
    path.write_text(config_map("setting", "live"))
    assert ask(repository) == [("pods/live/pod.yaml", "REF001")]


@pytest.mark.parametrize(
    "path", ["api/overlays/dev/a.yaml", "pods/dev/pod.yaml", "api/overlays/dev", "gitops-gen.yaml"]
)
def test_of_a_part_the_rest_of_its_environment_is_known(repository, path):
    assert ask(repository, path) == []


def test_what_a_change_breaks_elsewhere_in_its_environment_is_found(repository):
    for name in ("dev", "live"):
        (repository / f"api/overlays/{name}/a.yaml").write_text(config_map("setting", name))
    assert ask(repository, "api/overlays/dev/a.yaml") == [("pods/dev/pod.yaml", "REF001")]


def test_an_application_outside_of_environments_goes_with_what_it_deploys():
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "api"},
        "spec": {"source": {"path": "api/overlays/live"}},
    }
    settings = {"environments": {"dev": {}, "live": {}}}
    files = {"bootstrap/api.yaml": json.dumps(application)}
    names = {
        name: make_environment(files, settings=settings, name=name).list_names("Application")
        for name in settings["environments"]
    }
    assert names == {"dev": (), "live": ("api",)}
