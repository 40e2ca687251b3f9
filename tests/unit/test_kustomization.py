import pytest

from gitops_gen.checks.kustomization import list_references, parse_kustomization, resolve


@pytest.mark.parametrize(
    ("data", "role", "target", "keys"),
    [
        ({"resources": ["a.yaml", "../b"]}, "resource", "../b", ("resources", 1)),
        ({"bases": ["../b"]}, "resource", "../b", ("bases", 0)),
        ({"components": ["c"]}, "component", "c", ("components", 0)),
        ({"crds": ["c.json"]}, "configuration", "c.json", ("crds", 0)),
        ({"configurations": ["c.yaml"]}, "configuration", "c.yaml", ("configurations", 0)),
        ({"openapi": {"path": "s.json"}}, "configuration", "s.json", ("openapi", "path")),
        ({"patchesStrategicMerge": ["p.yaml"]}, "patch", "p.yaml", ("patchesStrategicMerge", 0)),
        ({"patches": [{"patch": "x"}, {"path": "p.yaml"}]}, "patch", "p.yaml", ("patches", 1, "path")),
        ({"patchesJson6902": [{"path": "p.yaml"}]}, "patch", "p.yaml", ("patchesJson6902", 0, "path")),
        ({"replacements": [{"path": "r.yaml"}]}, "replacement", "r.yaml", ("replacements", 0, "path")),
        ({"transformers": ["t.yaml"]}, "plugin", "t.yaml", ("transformers", 0)),
        ({"generators": ["g"]}, "plugin", "g", ("generators", 0)),
        ({"validators": ["v"]}, "plugin", "v", ("validators", 0)),
        (
            {"configMapGenerator": [{"files": ["k=d/f.txt"]}]},
            "input",
            "d/f.txt",
            ("configMapGenerator", 0, "files", 0),
        ),
        ({"secretGenerator": [{"envs": ["e"]}]}, "input", "e", ("secretGenerator", 0, "envs", 0)),
        ({"secretGenerator": [{"env": "e"}]}, "input", "e", ("secretGenerator", 0, "env")),
        ({"helmCharts": [{"valuesFile": "v.yaml"}]}, "helm", "v.yaml", ("helmCharts", 0, "valuesFile")),
        (
            {"helmCharts": [{"additionalValuesFiles": ["v.yaml"]}]},
            "helm",
            "v.yaml",
            ("helmCharts", 0, "additionalValuesFiles", 0),
        ),
    ],
)
def test_a_reference_has_its_role_and_place(data, role, target, keys):
    assert (role, target, keys) in list(list_references(data))


@pytest.mark.parametrize(
    "data",
    [
        {"resources": "x"},
        {"resources": [1, None, {}]},
        {"patches": [{"patch": "- op: add"}, 7]},
        {"patchesStrategicMerge": ["kind: X\nname: y"]},
        {"transformers": ["apiVersion: builtin\nkind: X"]},
        {"openapi": {"version": "v1.20.4"}},
        {"configMapGenerator": {"files": ["x"]}},
    ],
)
def test_what_is_inline_or_out_of_shape_is_no_reference(data):
    assert not list(list_references(data))


def test_a_kustomization_knows_its_folder_and_its_kind():
    assert parse_kustomization("kustomization.yaml", [{}]).folder == "."
    assert parse_kustomization("a/b/kustomization.yaml", []).folder == "a/b"
    assert parse_kustomization("a/kustomization.yaml", [{"kind": "Component"}]).is_component
    assert parse_kustomization("a/kustomization.yaml", [{"helmCharts": [{"name": "x"}]}]).uses_helm
    assert parse_kustomization("a/kustomization.yaml", ["no mapping"]).references == ()


@pytest.mark.parametrize(
    ("folder", "target", "path"),
    [
        (".", "a.yaml", "a.yaml"),
        ("a/b", "../c", "a/c"),
        ("a/b", "../..", "."),
        ("a", "../../x", None),
        ("a", "../..", None),
        ("a", "/etc/x", None),
    ],
)
def test_a_target_is_resolved_below_the_root(folder, target, path):
    assert resolve(folder, target) == path


def test_remote_targets_are_known():
    data = {"resources": ["https://example.com/x", "git@example.com:x.git", "x?ref=1", "../x", "x.yaml"]}
    assert [reference.is_remote for reference in list_references(data)] == [True, True, True, False, False]
