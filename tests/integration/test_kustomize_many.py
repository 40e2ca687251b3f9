"""Many folders built by few processes: the same objects as each folder gives alone, whatever stands beside it."""

import os
import re
import time

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand, write_files
from gitops_gen.adapters.kustomize_many import MOST_TOGETHER, plan_batches
from gitops_gen.checks.graph import read_graph
from gitops_gen.checks.tree import Tree
from gitops_gen.errors import ConfigError, RefusedError
from gitops_gen.ports import BuildError
from tests.kustomizations import KUSTOMIZE, needs_kustomize

pytestmark = needs_kustomize

_ORIGIN = re.compile(r"^    config\.kubernetes\.io/origin: \|\n(?:      .*\n)+", re.MULTILINE)
_EMPTY = re.compile(r"^  annotations:\n(?=  [a-zA-Z]|[a-zA-Z]|\Z)", re.MULTILINE)

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
spec:
  template:
    spec:
      serviceAccountName: gateway
      containers:
      - name: gateway
        image: registry.example.com/ml/gateway
        envFrom:
        - configMapRef: {name: settings}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: gateway
"""
ALONE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: batch
spec:
  template:
    spec:
      containers:
      - name: batch
        image: registry.example.com/ml/batch
        envFrom:
        - configMapRef: {name: settings}
"""
BASE = {
    "base/kustomization.yaml": "resources: [gateway.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [a=b]\n",
    "base/gateway.yaml": DEPLOYMENT,
}


def split(text):
    bare = _EMPTY.sub("", _ORIGIN.sub("", text))
    return sorted(bare.rstrip("\n").split("\n---\n")) if bare.strip() else []


def overlays(**texts):
    return {f"overlays/{name}/kustomization.yaml": text for name, text in texts.items()}


TREES = {
    "prefixes": BASE
    | overlays(
        a="namePrefix: a-\nresources: [../../base]\n",
        b="namePrefix: b-\nresources: [../../base]\n",
        c="nameSuffix: -c\nnamespace: c\nresources: [../../base]\n",
    ),
    "namespaces": BASE
    | overlays(
        a="namespace: a\nresources: [../../base]\n",
        b="namespace: b\nresources: [../../base]\nconfigMapGenerator:\n"
        "- {name: settings, behavior: merge, literals: [c=d]}\n",
    ),
    "the-same-names": BASE | overlays(a="resources: [../../base]\n", b="resources: [../../base]\n"),
    "a-name-that-another-generates": overlays(
        a="resources: [batch.yaml]\n", b="configMapGenerator:\n- name: settings\n  literals: [a=b]\n"
    )
    | {"overlays/a/batch.yaml": ALONE},
    "a-list-and-empty-ones": overlays(
        a="resources: [list.yaml]\n",
        b="resources: []\n",
        c="namespace: c\n",
        d="resources: [list.yaml]\nnamespace: d\n",
    )
    | {
        f"overlays/{name}/list.yaml": "apiVersion: v1\nkind: List\nitems:\n"
        '- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {text: "a\\n---\\nb"}}\n'
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: two, annotations: {x: y}}}\n"
        for name in "ad"
    },
    "vars": BASE
    | overlays(
        a="namespace: a\nresources: [../../base]\nvars:\n"
        "- {name: NAME, objref: {apiVersion: apps/v1, kind: Deployment, name: gateway}}\n"
        "patches:\n- target: {kind: Deployment}\n  patch: |-\n"
        "    - {op: add, path: /spec/template/spec/containers/0/args, value: [$(NAME)]}\n",
        b="namespace: b\nresources: [../../base]\n"
        "patches:\n- target: {kind: Deployment}\n  patch: |-\n"
        "    - {op: add, path: /spec/template/spec/containers/0/args, value: [$(NAME)]}\n",
    ),
    "a-schema-of-ones-own": overlays(
        a="resources: [x.yaml]\nopenapi: {path: schema.json}\npatches: [{path: patch.yaml}]\n",
        b="resources: [x.yaml]\nnamespace: b\npatches: [{path: patch.yaml}]\n",
    )
    | {
        path: text
        for name in "ab"
        for path, text in {
            f"overlays/{name}/x.yaml": "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n"
            "spec: {parts: [{name: one, size: 1}, {name: two, size: 2}]}\n",
            f"overlays/{name}/patch.yaml": "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n"
            "spec: {parts: [{name: two, size: 3}]}\n",
        }.items()
    }
    | {
        "overlays/a/schema.json": '{"definitions": {"v1.Thing": {"type": "object", "x-kubernetes-group-version-kind":'
        ' [{"group": "example.com", "kind": "Thing", "version": "v1"}], "properties": {"spec": {"type": "object",'
        ' "properties": {"parts": {"type": "array", "items": {"type": "object"}, "x-kubernetes-patch-merge-key":'
        ' "name", "x-kubernetes-patch-strategy": "merge"}}}}}}}'
    },
    "broken-ones-among-good-ones": BASE
    | overlays(
        a="namespace: a\nresources: [../../base]\n",
        b="namespace: b\nresources: [../../base, nope.yaml]\n",
        c="namespace: c\nresources: [../../base]\n",
        d="namespace: d\nresource: [../../base]\n",
        e="namespace: e\nresources: [../../base]\nreplicas: [{name: nope, count: 1}]\n",
        f="namespace: f\nresources: [../../base]\n",
    ),
}


def build_both(root, kustomize, files):
    write_files(root, {path: text.encode() for path, text in files.items()})
    graph = read_graph(Tree(str(root)), [path for path in files if path.endswith("kustomization.yaml")])
    return graph.roots, kustomize.build_many(root, graph.roots, apart=graph.tell_apart(graph.roots))


@pytest.mark.parametrize("name", TREES)
def test_each_folder_gives_what_it_gives_alone(name, tmp_path):
    roots, built = build_both(tmp_path, KUSTOMIZE, TREES[name])
    assert built.keys() == set(roots)
    for root in roots:
        alone = build_alone(tmp_path, root)
        if isinstance(alone, RefusedError):
            assert isinstance(built[root], BuildError), root
            assert built[root].message in alone.message
        else:
            assert isinstance(built[root], str), (root, built[root])
            assert split(built[root]) == split(alone), root


def build_alone(root, folder):
    try:
        return KUSTOMIZE.build(root, folder)
    except RefusedError as error:
        return error


@pytest.mark.parametrize("name", ["prefixes", "the-same-names", "a-name-that-another-generates"])
def test_that_holds_without_being_told_what_to_keep_apart(name, tmp_path):
    files = TREES[name]
    write_files(tmp_path, {path: text.encode() for path, text in files.items()})
    roots = sorted({path.rpartition("/")[0] for path in files if path.startswith("overlays/")})
    built = KUSTOMIZE.build_many(tmp_path, roots)
    for root in roots:
        assert split(built[root]) == split(KUSTOMIZE.build(tmp_path, root)), root


def test_origins_are_below_the_root_even_through_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    write_files(tmp_path / "real", {path: text.encode() for path, text in TREES["prefixes"].items()})
    (tmp_path / "link").symlink_to("real")
    built = KUSTOMIZE.build_many(tmp_path / "link", ["overlays/a"])["overlays/a"]
    assert "\n      path: base/gateway.yaml\n" in built
    assert "\n      configuredIn: base/kustomization.yaml\n" in built
    assert str(tmp_path) not in built


def test_the_root_of_the_tree_can_be_built(tmp_path):
    write_files(tmp_path, {"kustomization.yaml": b"resources: [gateway.yaml]\n", "gateway.yaml": DEPLOYMENT.encode()})
    assert "path: gateway.yaml\n" in KUSTOMIZE.build_many(tmp_path, ["."])["."]


def test_an_object_that_looks_like_a_boundary_moves_nothing_to_another_folder(tmp_path):
    boundary = "apiVersion: boundary.gitops-gen.dev/v1\nkind: Boundary\nmetadata: {name: boundary-2}\n"
    files = overlays(a="resources: [x.yaml]\n", b="namespace: b\n", c="resources: [../../base]\n") | BASE
    _, built = build_both(tmp_path, KUSTOMIZE, files | {"overlays/a/x.yaml": boundary})
    assert "kind: Deployment" in built["overlays/c"]
    assert "kind: Deployment" not in built["overlays/b"]


def test_a_file_from_elsewhere_is_refused_and_nothing_is_fetched(tmp_path):
    (tmp_path / "secret.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    files = overlays(
        a="resources: [../../../secret.yaml]\n",
        b="resources: ['https://example.com/x.yaml']\n",
        c="resources: ['github.com/example/x?ref=v1']\n",
        d="resources: [../../base]\n",
    )
    root = tmp_path / "repository"
    root.mkdir()
    write_files(root, {path: text.encode() for path, text in (files | BASE).items()})
    began = time.monotonic()
    built = KUSTOMIZE.build_many(root, [f"overlays/{name}" for name in "abcd"])
    assert time.monotonic() - began < 20
    assert "security" in built["overlays/a"].message
    assert isinstance(built["overlays/b"], BuildError)
    assert isinstance(built["overlays/c"], BuildError)
    assert "kind: Deployment" in built["overlays/d"]


def test_a_build_that_does_not_end_is_given_up(tmp_path):
    kustomize = KustomizeCommand(timeout=0.5)
    files = overlays(a="resources: [pipe.yaml]\n", b="resources: [../../base]\n") | BASE
    write_files(tmp_path, {path: text.encode() for path, text in files.items()})
    os.mkfifo(tmp_path / "overlays/a/pipe.yaml")
    built = kustomize.build_many(tmp_path, ["overlays/a", "overlays/b"])
    assert "did not finish in 0.5 seconds" in built["overlays/a"].message


def test_without_a_program_it_is_an_error(tmp_path):
    write_files(tmp_path, {"kustomization.yaml": b"resources: []\n"})
    with pytest.raises(ConfigError):
        KustomizeCommand(str(tmp_path / "none")).build_many(tmp_path, ["."])


def test_batches_are_of_one_kind_of_one_size_and_use_both_processes():
    folders = [f"o{number:03}" for number in range(230)]
    batches = plan_batches(folders, {"o000": "x", "o001": "x"}, 2)
    assert sorted(folder for batch in batches for folder in batch) == folders
    assert max(map(len, batches)) <= MOST_TOGETHER
    assert ["o000", "o001"] in batches
    assert [len(batch) for batch in plan_batches(folders[:10], {}, 2)] == [5, 5]
    assert plan_batches(["b", "a", "b"], {}, 2) == [["a", "b"]]
    assert plan_batches([], {}, 2) == []
