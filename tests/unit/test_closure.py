import posixpath

import pytest

from gitops_gen.checks.closure import read_closure
from tests.rendered import folder, make_model, make_tree

ROOT = "models/fraud/overlays/staging"


class Folder:
    """Files in memory, counting the requests for them."""

    def __init__(self, files):
        self.files = {path: text.encode() for path, text in files.items()}
        self.requests = 0

    def read(self, paths):
        self.requests += 1
        return {path: self.files[path] for path in paths if path in self.files}


def close(kustomization, **more):
    files = {f"{ROOT}/kustomization.yaml": kustomization} | {
        path.replace("__", "/"): text for path, text in more.items()
    }
    return read_closure(ROOT, Folder(files).read)


def ask(kustomization):
    """The paths that are asked for after the root's own."""
    asked = []

    def read(paths):
        asked.append(set(paths))
        return {f"{ROOT}/kustomization.yaml": kustomization.encode()} if len(asked) == 1 else {}

    read_closure(ROOT, read)
    return set().union(*asked[1:])


def test_an_overlay_needs_itself_its_base_and_its_evidence_and_nothing_of_other_models():
    tree = make_tree(make_model())
    other = {path.replace("fraud", "churn"): text for path, text in tree.items()}
    store = Folder(tree | other)
    closure = read_closure(folder(), store.read)
    wanted = {path for path in tree if path.startswith(("models/fraud/base/", f"{folder()}/"))}
    assert closure.files.keys() == wanted
    assert not closure.remote
    assert not closure.outside
    assert store.requests == 3


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("resources: [a.yaml]", "a.yaml"),
        ("components: [../../parts/gpu]", "../../parts/gpu/kustomization.yaml"),
        ("bases: [../x]", "../x/Kustomization"),
        ("resources: [a]", "a"),
        ("crds: [c.json]", "c.json"),
        ("configurations: [c.yaml]", "c.yaml"),
        ("patches: [{path: p.yaml}]", "p.yaml"),
        ("patchesJson6902: [{path: p.yaml, target: {kind: X}}]", "p.yaml"),
        ("patchesStrategicMerge: [p.yaml]", "p.yaml"),
        ("replacements: [{path: r.yaml}]", "r.yaml"),
        ("transformers: [t.yaml]", "t.yaml"),
        ("generators: [g.yaml]", "g.yaml"),
        ("validators: [v.yaml]", "v.yaml"),
        ("openapi: {path: s.json}", "s.json"),
        ("configMapGenerator: [{name: a, files: [key=f.txt]}]", "f.txt"),
        ("configMapGenerator: [{name: a, files: [f.txt]}]", "f.txt"),
        ("configMapGenerator: [{name: a, envs: [e.env]}]", "e.env"),
        ("secretGenerator: [{name: a, env: e.env}]", "e.env"),
    ],
)
def test_each_kind_of_reference_is_followed(text, path):
    assert posixpath.normpath(f"{ROOT}/{path}") in ask(text)


@pytest.mark.parametrize(
    "text",
    [
        "patches: [{patch: '- op: add'}]",
        "patchesStrategicMerge: ['kind: X\n\nname: y']",
        "resources: nope",
        "resources: [1, {a: b}]",
        "patches: {path: x}",
        "- a list",
        "not: [yaml",
        "openapi: x",
    ],
)
def test_what_is_inline_or_out_of_shape_refers_to_nothing(text):
    assert not ask(text)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/x.yaml",
        "github.com/org/repo/path?ref=v1",
        "git@example.com:org/repo.git",
        "ssh://git@example.com/repo",
        "git::https://example.com/repo",
        "example.com/org/repo?ref=main",
    ],
)
def test_remote_addresses_are_reported_and_not_read(address):
    closure = close(f"resources: ['{address}']")
    assert closure.remote == (address,)
    assert not ask(f"resources: ['{address}']")


@pytest.mark.parametrize("path", ["../../../../../x", "/etc/passwd", "../../../../.."])
def test_paths_out_of_the_repository_are_reported_and_not_read(path):
    assert close(f"resources: ['{path}']").outside == (path,)


def test_a_ring_of_references_ends():
    closure = close("resources: [../staging, ../other]", **{f"{ROOT}/../x": ""})
    assert closure.files.keys() == {f"{ROOT}/kustomization.yaml"}


def test_bytes_that_are_no_text_refer_to_nothing():
    closure = read_closure(ROOT, lambda paths: dict.fromkeys((p for p in paths if p.endswith(".yaml")), b"\xff"))
    assert len(closure.files) == 1
