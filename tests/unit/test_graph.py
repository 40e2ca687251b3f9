import os

import pytest

from gitops_gen.checks.graph import read_graph
from gitops_gen.checks.tree import Tree


@pytest.fixture
def read(tmp_path):
    def read(**files):
        paths = []
        for name, text in files.items():
            path = tmp_path / (name.replace("__", "/") + ("" if "." in name else ".yaml"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if path.stem == "kustomization":
                paths.append(path.relative_to(tmp_path).as_posix())
        return read_graph(Tree(str(tmp_path)), paths)

    return read


def test_roots_are_what_nothing_refers_to_and_no_components(read):
    graph = read(
        base__kustomization="resources: [x.yaml]",
        part__kustomization="kind: Component",
        o__a__kustomization="resources: [../../base]\ncomponents: [../../part]",
        o__b__kustomization="bases: [../../base]",
        kustomization="resources: []",
    )
    assert graph.roots == (".", "o/a", "o/b")
    assert graph.users["base"] == ("o/a", "o/b")
    assert graph.users["part"] == ("o/a",)


def test_a_closure_has_every_file_that_is_read_and_where_one_is_missing(read):
    graph = read(
        base__kustomization="resources: [x.yaml]\nconfigMapGenerator: [{name: c, files: [k=in.txt]}]",
        base__x="kind: X",
        o__kustomization="resources: [../base, ../gone]\npatches: [{path: p.yaml}]\nopenapi: {path: s.json}",
    )
    assert graph.closure("o") == (
        "base/in.txt",
        "base/kustomization.yaml",
        "base/x.yaml",
        "gone",
        "gone/Kustomization",
        "gone/kustomization.yaml",
        "gone/kustomization.yml",
        "o/kustomization.yaml",
        "o/p.yaml",
        "o/s.json",
    )
    assert graph.roles["base/x.yaml"] == {"resource"}
    assert graph.roles["base/in.txt"] == {"input"}
    assert graph.roles["o/p.yaml"] == {"patch"}
    assert "base" not in graph.roles


def test_a_file_affects_the_builds_that_read_it_or_miss_it(read):
    graph = read(
        base__kustomization="resources: [x.yaml]",
        part__kustomization="kind: Component\npatches: [{path: p.yaml}]",
        a__kustomization="resources: [../base]",
        b__kustomization="resources: [../base]\ncomponents: [../part]",
        c__kustomization="resources: [../gone]",
    )
    assert graph.affected(["base/x.yaml"]) == ("a", "b")
    assert graph.affected(["part/p.yaml"]) == ("b",)
    assert graph.affected(["gone/kustomization.yaml"]) == ("c",)
    assert graph.affected(["base/kustomization.yml"]) == ("a", "b")
    assert graph.affected(["c/kustomization.yaml", "README.md"]) == ("c",)
    assert graph.affected([]) == ()
    assert graph.affected(["base/forgotten.yaml"]) == ("a", "b")
    assert graph.affected(["elsewhere/x.yaml"]) == ()


def test_a_ring_ends_and_its_first_folder_is_built(read):
    graph = read(a__kustomization="resources: [../b]", b__kustomization="resources: [../a]", c__kustomization="")
    assert graph.roots == ("a", "c")
    assert graph.chain("a") == ("a", "b")
    assert graph.closure("a") == ("a/kustomization.yaml", "b/kustomization.yaml")


def test_the_nearest_comes_first_and_the_last_component_before_the_others(read):
    graph = read(
        o__kustomization="resources: [../m]\ncomponents: [../p, ../q]",
        m__kustomization="resources: [../base]",
        base__kustomization="",
        p__kustomization="kind: Component",
        q__kustomization="kind: Component",
    )
    assert graph.chain("o") == ("o", "q", "p", "m", "base")


def test_kustomizations_that_were_not_named_are_found_by_reference(tmp_path, read):
    read(base__kustomization="resources: [x.yaml]", o__kustomization="resources: [../base]")
    graph = read_graph(Tree(str(tmp_path)), ["o/kustomization.yaml"])
    assert set(graph.folders) == {"base", "o"}


def test_two_kustomization_files_in_a_folder_are_told(read):
    graph = read(**{"a__kustomization.yml": "namespace: b", "a__kustomization.yaml": "namespace: a"})
    assert graph.doubles == {"a": ("a/kustomization.yaml", "a/kustomization.yml")}
    assert graph.folders["a"].data == {"namespace": "a"}
    assert "a/kustomization.yml" in graph.closure("a")


def test_links_out_of_the_tree_and_pipes_are_not_there(tmp_path, read):
    read(o__kustomization="resources: [out.yaml, pipe.yaml, /etc/passwd, ../../x, 'https://example.com/x']")
    (tmp_path / "o/out.yaml").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "o/pipe.yaml")
    graph = read_graph(Tree(str(tmp_path)), ["o/kustomization.yaml"])
    assert [(link.path, link.exists) for link in graph.links["o"]] == [
        ("o/out.yaml", False),
        ("o/pipe.yaml", False),
        ("", False),
        ("", False),
        ("", False),
    ]


def test_builds_with_settings_or_names_of_their_own_are_kept_apart(read):
    graph = read(
        base__kustomization="resources: [x.yaml]",
        a__kustomization="resources: [../base]",
        b__kustomization="resources: [../base]",
        c__kustomization="resources: [../base]\nnamespace: c",
        d__kustomization="resources: []\nconfigurations: [s.yaml]",
        e__kustomization="resources: []\nvars: [{name: X}]",
        f__kustomization="resources: []\nopenapi: {path: s.json}",
        g__kustomization="resources: []\nopenapi: {path: ../f/s.json}",
        h__kustomization="resources: []",
    )
    apart = graph.tell_apart(graph.roots)
    assert apart["a"] == apart["c"] == apart["h"] != apart["b"]
    assert apart["f"] == apart["g"]
    assert len({apart[name] for name in "abdef"}) == 5


def test_a_schema_is_shared_only_where_it_comes_first(read):
    graph = read(
        base__kustomization="resources: []\nopenapi: {path: s.json}",
        a__kustomization="resources: [../base]",
        b__kustomization="resources: [../base]\nnamespace: b",
        c__kustomization="resources: [x.yaml, ../base]\nnamespace: c",
    )
    apart = graph.tell_apart(graph.roots)
    assert apart["a"] == apart["b"] != apart["c"]
