"""What the rules on native and custom kinds do with what no schema would let through, and where they keep silent."""

from itertools import product
from typing import Any

import pytest

from gitops_gen.checks.catalogue import BY_KIND, load_rules
from gitops_gen.checks.reference_generated import find_blamed, list_generated
from gitops_gen.checks.rule import Hit, Resource
from gitops_gen.checks.rules import kinds, kubernetes, kubernetes_values

HOSTILE: tuple[Any, ...] = (None, True, 7, 1.5, "", "text", "{{ x }}", [], [None, 1, "a"], {}, {"a": None}, {1: {2: 3}})


def ask(data: dict[str, Any]) -> list[Hit]:
    """All that the rules of both subjects find in an object."""
    resource = Resource(data)
    group = resource.api_version.rpartition("/")[0]
    rules = [rule for module in BY_KIND[(group, resource.kind)] for rule in load_rules(module)]
    return [hit for rule in rules if rule.subject in {"KUBE", "KINDS"} for hit in rule.check(resource)]


def test_every_kind_with_values_is_asked() -> None:
    for kind in kubernetes_values._OBJECTS:
        assert set(BY_KIND[kind]) & {"kubernetes_values"}, kind
    for kind in {*kinds.KNOWN, *kinds.QUIET, *kinds.FORMS}:
        assert "kinds" in BY_KIND[kind], kind


def test_every_rule_is_asked_of_some_kind() -> None:
    asked = {rule.id for modules in BY_KIND.values() for module in modules for rule in load_rules(module)}
    assert {rule.id for rule in (*kubernetes.RULES, *kinds.RULES)} <= asked


KINDS = [
    kind
    for kind, modules in BY_KIND.items()
    if any(rule.subject in {"KUBE", "KINDS"} for module in modules for rule in load_rules(module))
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[1])
def test_nothing_is_raised_whatever_a_field_holds(kind: tuple[str, str]) -> None:
    group, name = kind
    fields = (
        "ports",
        "metrics",
        "containers",
        "volumes",
        "selector",
        "template",
        "rules",
        "nodes",
        "delivery",
        "params",
    )
    for field, value in product((*fields, "restartPolicy", "minAvailable", "schedule", "maxReplicas"), HOSTILE):
        data = {"apiVersion": f"{group}/v1" if group else "v1", "kind": name, "metadata": {"name": "a"}}
        ask({**data, "spec": {field: value}})
        ask({**data, "spec": {"template": {"metadata": value, "spec": {field: value}}, "selector": value}})
        ask(
            {
                **data,
                "spec": {"nodes": {"root": value, 1: value}, "predictors": [{"componentSpecs": [{"spec": value}]}]},
            }
        )
    for value in HOSTILE:
        ask({"apiVersion": f"{group}/v1" if group else "v1", "kind": name, "metadata": value, "spec": value})


@pytest.mark.parametrize(
    "field",
    ["ports", "env", "envFrom", "resources", "livenessProbe", "lifecycle", "image", "name", "imagePullPolicy"],
)
def test_nothing_is_raised_whatever_a_container_holds(field: str) -> None:
    for value in HOSTILE:
        for inner in (value, [value], {field: value}, {"requests": value, "limits": {"cpu": value}}, [{"name": value}]):
            ask(
                {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "b", field: inner}]}}
            )


def applications(generators: list[Any], **more: object) -> list[str]:
    data = {"spec": {"goTemplate": True, "generators": generators, **more}}
    return [each.text for each in list_generated(data, "apps/{{ .app }}/{{.env}}")]


def test_paths_of_lists() -> None:
    apps = {"list": {"elements": [{"app": "a"}, {"app": "b"}]}}
    envs = {"list": {"elements": [{"env": "dev"}, {"env": "prod"}]}}
    assert applications([{"matrix": {"generators": [apps, envs]}}]) == [
        "apps/a/dev",
        "apps/a/prod",
        "apps/b/dev",
        "apps/b/prod",
    ]
    assert applications([{"list": {"elements": [{"app": "a", "env": "dev"}]}}]) == ["apps/a/dev"]


@pytest.mark.parametrize(
    "generator",
    [
        {"list": {"elements": [{"app": "a"}]}},
        {"list": {"elements": [{"app": "{{ .x }}", "env": "dev"}]}},
        {"list": {"elementsYaml": "[]", "elements": [{"app": "a", "env": "dev"}]}},
        {"list": {"elements": [{"app": "a", "env": "dev"}]}, "selector": {"matchLabels": {"app": "b"}}},
        {"matrix": {"generators": [{"clusters": {}}, {"list": {"elements": [{"app": "a", "env": "dev"}]}}]}},
        {"matrix": {"generators": [7, None]}},
        {"list": 7},
        7,
    ],
)
def test_paths_that_only_a_cluster_knows(generator: object) -> None:
    assert applications([generator]) == []


def test_a_patch_may_change_the_path() -> None:
    assert applications([{"list": {"elements": [{"app": "a", "env": "dev"}]}}], templatePatch="spec: {}") == []


def test_the_element_that_always_fails_is_blamed() -> None:
    apps = {"list": {"elements": [{"app": "a"}, {"app": "lost"}]}}
    envs = {"list": {"elements": [{"env": "dev"}, {"env": "prod"}]}}
    data = {"spec": {"goTemplate": True, "generators": [{"matrix": {"generators": [apps, envs]}}]}}
    made = list(list_generated(data, "{{ .app }}/{{ .env }}"))
    missing = [each for each in made if each.text.startswith("lost")]
    blamed = list(find_blamed(missing, [each for each in made if each not in missing]))
    assert [(each.text, each.elements[0][-1]) for each in blamed] == [("lost/dev", 1)]
    assert blamed[0].elements[0][:6] == ("spec", "generators", 0, "matrix", "generators", 0)
