"""The rules about Argo CD: what the cases in tests/cases do not say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.checks.catalogue import load_rules
from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.externals import Externals
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.rules.argocd_generators import Generator, list_top_generators
from gitops_gen.checks.rules.argocd_options import APPLICATION_OPTIONS, OBJECT_OPTIONS, find_option_problem
from gitops_gen.checks.rules.argocd_parameters import find_parameters
from gitops_gen.checks.rules.argocd_permissions import (
    Destination,
    normalize_address,
    permits_destination,
    permits_kind,
    permits_namespace,
    permits_repository,
    read_destination,
)
from gitops_gen.checks.tree import Tree

LOCAL = "https://kubernetes.default.svc"
MODULES = ("argocd_apps", "argocd_finalizers", "argocd_annotations", "argocd_project", "argocd_applicationset")


@pytest.mark.parametrize(
    ("entries", "address", "permitted"),
    [
        (["*"], "https://git.example.com/org/repo", True),
        (["https://git.example.com/org/*"], "https://git.example.com/org/repo.git", True),
        (["https://git.example.com/*"], "https://git.example.com/org/repo", False),
        (["https://git.example.com/**"], "https://git.example.com/org/repo", True),
        (["git@git.example.com:org/repo.git"], "ssh://git@git.example.com/org/repo", True),
        (["HTTPS://git.example.com/Org/repo"], "https://git.example.com/org/repo", True),
        (["*", "!https://git.example.com/org/repo"], "https://git.example.com/org/repo", False),
        (["!https://git.example.com/org/secret"], "https://git.example.com/org/repo", True),
        ([], "https://git.example.com/org/repo", False),
    ],
)
def test_repositories(entries: list[str], address: str, permitted: bool) -> None:
    assert permits_repository({"sourceRepos": entries}, address) is permitted


def test_addresses_are_compared_as_argo_cd_does() -> None:
    assert normalize_address(" git@Git.example.com:org/repo.git") == "git@git.example.com/org/repo"


@pytest.mark.parametrize(
    ("entries", "permitted"),
    [
        ([{"server": LOCAL, "namespace": "models"}], True),
        ([{"name": "in-cluster", "namespace": "*"}], True),
        ([{"server": "*", "namespace": "models-*"}], False),
        ([{"server": "*", "namespace": "*"}, {"server": LOCAL, "namespace": "!models"}], False),
        ([{"server": "*", "namespace": "*"}, {"server": f"!{LOCAL}", "namespace": "*"}], False),
        ([{"server": "!https://one.example.com", "namespace": "*"}], True),
        ([{"namespace": "*"}], False),
        ([{"server": "https://{{ .host }}", "namespace": "*"}], None),
        ([], False),
    ],
)
def test_destinations(entries: list[dict[str, str]], permitted: bool | None) -> None:
    wanted = read_destination({"server": f"{LOCAL}/", "namespace": "models"})
    assert wanted == Destination(LOCAL, "in-cluster", "models")
    assert permits_destination({"destinations": entries}, wanted) is permitted


def test_a_name_of_a_cluster_that_nobody_knows_the_server_of() -> None:
    wanted = read_destination({"server": "https://one.example.com", "namespace": "models"})
    assert wanted is not None
    assert permits_destination({"destinations": [{"name": "one", "namespace": "*"}]}, wanted) is None
    assert permits_destination({"destinations": [{"name": "one", "namespace": "other"}]}, wanted) is False


@pytest.mark.parametrize(
    "data",
    [{}, {"server": "a", "name": "b"}, {"server": "{{ .server }}"}, {"server": "a", "namespace": "{{ .namespace }}"}],
)
def test_destinations_that_are_not_known(data: dict[str, str]) -> None:
    assert read_destination(data) is None


def test_kinds() -> None:
    cluster = {"clusterResourceWhitelist": [{"group": "*", "kind": "Namespace", "name": "models-*"}]}
    assert permits_kind(cluster, "", "Namespace", "models-dev", namespaced=False)
    assert not permits_kind(cluster, "", "Namespace", "kube-system", namespaced=False)
    assert not permits_kind({}, "", "Namespace", "models-dev", namespaced=False)
    assert permits_kind({}, "apps", "Deployment", "x", namespaced=True)
    assert not permits_kind({"namespaceResourceWhitelist": []}, "apps", "Deployment", "x", namespaced=True)
    blacklist = {"namespaceResourceBlacklist": [{"group": "", "kind": "Resource*"}]}
    assert not permits_kind(blacklist, "", "ResourceQuota", "x", namespaced=True)
    assert permits_kind(blacklist, "", "Secret", "x", namespaced=True)


def test_namespaces_of_applications() -> None:
    spec = {"sourceNamespaces": ["team-*", "/^other-[0-9]+$/"]}
    assert permits_namespace({"sourceNamespaces": ["team-*"]}, "team-a")
    assert not permits_namespace({"sourceNamespaces": ["team-*"]}, "ops")
    assert permits_namespace(spec, "ops"), "a regular expression is not tried"


@pytest.mark.parametrize(
    ("option", "fix"),
    [
        ("createnamespace=true", "write CreateNamespace=true"),
        ("CreateNamespace=TRUE", "write CreateNamespace=true"),
        ("CreateNamespace: true", "write CreateNamespace=true"),
        ("Prune=never", "write Prune=false or confirm"),
        ("PruneLast", "write PruneLast=true or false"),
    ],
)
def test_options_that_are_nearly_right(option: str, fix: str) -> None:
    problem = find_option_problem(option, APPLICATION_OPTIONS)
    assert problem is not None
    assert problem[1] == fix


def test_options_that_are_right() -> None:
    for known in (APPLICATION_OPTIONS, OBJECT_OPTIONS):
        for name, values in known.items():
            assert all(find_option_problem(f"{name}={value}", known) is None for value in values)


def read_generator(data: dict[str, Any]) -> Generator:
    [generator] = list_top_generators(Resource({"kind": "ApplicationSet", "spec": {"generators": [data]}}))
    return generator


@pytest.mark.parametrize(
    ("data", "name", "given"),
    [
        ({"clusters": {}}, "metadata.labels.region", True),
        ({"clusters": {}}, "cluster", False),
        ({"clusters": {"flatList": True}}, "clusters", True),
        ({"clusters": {"flatList": True}}, "name", False),
        ({"git": {"directories": [{"path": "*"}]}}, "path[0]", True),
        ({"git": {"directories": [{"path": "*"}]}}, "path.filename", False),
        ({"git": {"directories": [{"path": "*"}], "pathParamPrefix": "app"}}, "app.path.basename", True),
        ({"git": {"directories": [{"path": "*"}], "pathParamPrefix": "app"}}, "path", False),
        ({"git": {"files": [{"path": "*"}]}}, "anything", True),
        ({"list": {"elements": [{"a": "1", "values": {"b": "2"}}]}}, "values.b", True),
        ({"list": {"elements": [{"a": "1"}]}}, "b", False),
        ({"list": {"elements": [{"a": "1"}], "elementsYaml": "[]"}}, "b", True),
        ({"list": {"elements": ["a"]}}, "b", True),
        ({"scmProvider": {}}, "branchNormalized", True),
        ({"pullRequest": {}}, "sha", False),
        ({"plugin": {}}, "anything", True),
        ({"matrix": {"generators": [{"clusters": {}}, {"list": {"elements": [{"a": "1"}]}}]}}, "a", True),
        ({"matrix": {"generators": [{"clusters": {}}, {"list": {"elements": [{"a": "1"}]}}]}}, "b", False),
        ({"merge": {"generators": [{"plugin": {}}, {"clusters": {}}]}}, "b", True),
        ({"clusters": {}, "plugin": {}}, "anything", True),
        ({"lists": {}}, "anything", True),
    ],
)
def test_parameters_without_go_templates(data: dict[str, Any], name: str, given: bool) -> None:
    assert find_parameters(read_generator(data), go_template=False).has(name) is given


KEYS = """
    metadata name namespace annotations finalizers spec source sources path chart ref repoURL targetRevision helm
    valueFiles fileParameters destination server syncPolicy syncOptions automated retry backoff duration
    ignoreDifferences jsonPointers kind template templatePatch generators list elements git directories files matrix
    merge mergeKeys values clusters plugin strategy rollingSync steps matchExpressions goTemplate goTemplateOptions
    sourceRepos destinations roles policies groups syncWindows schedule argocd.argoproj.io/sync-wave
    argocd.argoproj.io/hook argocd.argoproj.io/sync-options prune allowEmpty maxUpdate type
"""
TEXTS = st.sampled_from(
    ["", "*", "!*", "a", "{{", "{{ .a }}", "{{a}}", "$a/b", "p, a", "@daily", "* * * * *", "1d", "A=b", "é"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()) | TEXTS, inner, max_size=5)
    ),
    max_leaves=25,
)
OBJECTS = st.dictionaries(st.sampled_from(["metadata", "spec"]), VALUES, max_size=2)


@settings(max_examples=100, deadline=None)
@given(OBJECTS, st.sampled_from(["Application", "ApplicationSet", "AppProject", "ConfigMap"]))
def test_no_object_is_too_strange(data: dict[str, Any], kind: str) -> None:
    resource = Resource({"apiVersion": "argoproj.io/v1alpha1", "kind": kind, **data})
    for module in MODULES:
        for rule in load_rules(module):
            for hit in rule.check(resource):
                assert hit.message


def fill(data: dict[str, Any]) -> dict[str, Any]:
    """A spec in which an Application, or its template, belongs to a project that is there."""
    spec = data.get("spec")
    known = {"project": "a", "destination": {"server": LOCAL, "namespace": "a"}}
    source = {"repoURL": "a", "path": "a"}
    filled = {**known, "source": source, **(spec if isinstance(spec, dict) else {}), "project": "a"}
    return {"template": {"spec": filled}, **filled}


@settings(max_examples=60, deadline=None)
@given(OBJECTS, OBJECTS, OBJECTS)
def test_no_environment_is_too_strange(app: dict[str, Any], made: dict[str, Any], project: dict[str, Any]) -> None:
    kinds = {"Application": app, "ApplicationSet": made, "AppProject": project}
    objects = [
        Resource({"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "spec": fill(data), "metadata": {"name": "a"}})
        for kind, data in kinds.items()
    ]
    environment = Environment(
        "dev",
        [Member(resource, "argocd", root, "a/x.yaml") for resource in objects for root in ("", "a")],
        settings={},
        unknown=(),
        externals=Externals({}),
        locate=lambda *_: ("a/x.yaml", 1, 1),
        tree=Tree("."),
    )
    for rule in load_rules("argocd_environment"):
        assert all(hit.message for hit in rule.check(environment))
