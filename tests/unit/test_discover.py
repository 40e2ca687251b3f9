"""Which files are checked, and what is said of the others."""

import os
import socket

import pytest

from gitops_gen.checks.discover import discover, find_root
from tests.privileges import permissions_count


@pytest.fixture(name="root")
def make_root(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    return root


def write(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("a: 1\n")


def link(root, path, target):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).symlink_to(target)


def search(root, *starts):
    return discover(str(root), list(starts or ["."]))


def test_yaml_json_and_kustomizations_are_taken_sorted(root):
    write(root, "b.yaml", "a/c.yml", "a/b.json", "a/Kustomization", "a/d.txt", "a/README.md", "a/e.yaml.bak", "z.YAML")
    assert search(root) == (["a/Kustomization", "a/b.json", "a/c.yml", "b.yaml"], [], [])


def test_an_empty_folder_has_nothing(root):
    assert search(root) == ([], [], [])


def test_hidden_folders_are_passed_over_but_for_those_with_manifests(root):
    write(root, ".github/a.yaml", ".tekton/a.yaml", ".argocd/a.yaml", ".gitops-gen/a.json", ".git/a.yaml", ".a.yaml")
    found = search(root)
    assert found.files == [".a.yaml", ".argocd/a.yaml", ".tekton/a.yaml"]
    assert found.passed_over == [(".github/", "a hidden folder")], "nobody asks for .git and our own"


def test_what_package_managers_bring_is_passed_over(root):
    write(root, "node_modules/a.yaml", "x/__pycache__/a.yaml", "venv/a.yaml", "x/venv/pyvenv.cfg", "x/venv/a.yaml")
    found = search(root)
    assert found.files == ["venv/a.yaml"], "a folder may be called venv"
    assert [path for path, _ in found.passed_over] == ["node_modules/", "x/__pycache__/", "x/venv/"]


def test_templates_of_a_chart_are_passed_over(root):
    write(root, "chart/Chart.yaml", "chart/values.yaml", "chart/templates/a.yaml", "templates/b.yaml")
    found = search(root)
    assert found.files == ["chart/Chart.yaml", "chart/values.yaml", "templates/b.yaml"]
    assert [path for path, reason in found.passed_over if "helm template" in reason] == ["chart/templates/"]


def test_starts_are_searched_alone(root):
    write(root, "a/b.yaml", "a/c/d.yaml", "e/f.yaml", "g.yaml", "h.yaml")
    assert search(root, "a", "g.yaml").files == ["a/b.yaml", "a/c/d.yaml", "g.yaml"]
    assert search(root, "a/c/").files == ["a/c/d.yaml"]
    assert search(root).files == search(root, ".").files


def test_starts_that_overlap_are_found_once(root):
    write(root, "a/b.yaml", ".github/c.yaml")
    link(root, "a/x", "gone")
    found = search(root, ".", "a", "a/b.yaml")
    assert found.files == ["a/b.yaml"]
    assert len(found.problems) == len(found.passed_over) == 1


def test_a_start_of_another_kind_is_no_manifest(root):
    write(root, "a.txt", "Kustomization")
    assert search(root, "a.txt", "Kustomization").files == ["Kustomization"]


def test_a_start_is_entered_whatever_its_name(root):
    write(root, ".github/workflows/a.yaml")
    assert search(root, ".github").files == [".github/workflows/a.yaml"]


def test_a_start_that_is_gone_is_left_for_the_reader(root):
    assert search(root, "a.yaml").files == ["a.yaml"]


def test_a_link_inside_is_checked_where_it_leads(root):
    write(root, "a/b.yaml")
    link(root, "c.yaml", "a/b.yaml")
    link(root, "d", "a")
    link(root, "e.yaml", "c.yaml")
    assert search(root) == (["a/b.yaml"], [], [])
    assert search(root, "c.yaml") == ([], [], [])


def test_a_broken_link_is_a_problem_whatever_its_name(root):
    link(root, "a.txt", "gone")
    link(root, "b.yaml", "a.txt")
    assert search(root).problems == [("broken-link", "a.txt", "gone"), ("broken-link", "b.yaml", "a.txt")]


def test_links_in_a_circle_are_a_problem(root):
    link(root, "a.yaml", "b.yaml")
    link(root, "b.yaml", "a.yaml")
    link(root, "c", "c")
    assert [(code, path) for code, path, _ in search(root).problems] == [
        ("link-loop", "a.yaml"),
        ("link-loop", "b.yaml"),
        ("link-loop", "c"),
    ]


@pytest.mark.parametrize(("path", "target"), [("a/b/up", ".."), ("a/b/same", "."), ("a/root", "..")])
def test_a_link_to_a_folder_that_it_lies_in_is_a_circle(root, path, target):
    write(root, "a/b/c.yaml")
    link(root, path, target)
    found = search(root)
    assert (found.files, found.problems) == (["a/b/c.yaml"], [("link-loop", path, target)])


def test_a_folder_of_a_like_name_is_another(root):
    write(root, "a/b.yaml")
    link(root, "ab/base", "../a")
    assert search(root).problems == []


def test_links_that_lead_out_are_a_problem(root):
    write(root.parent, "root-2/a.yaml")
    link(root, "a.yaml", "../root-2/a.yaml")
    link(root, "b", "/")
    link(root, "c", "..")
    assert [(code, path) for code, path, _ in search(root).problems] == [
        ("outside", "a.yaml"),
        ("outside", "b"),
        ("outside", "c"),
    ]


def test_the_root_may_be_reached_by_a_link(root):
    write(root, "a/b.yaml")
    link(root, "c.yaml", "a/b.yaml")
    link(root.parent, "other", "root")
    assert search(root.parent / "other") == (["a/b.yaml"], [], [])


def test_a_folder_that_may_not_be_read_is_a_problem(root):
    write(root, "a/b.yaml", "c.yaml")
    (root / "a").chmod(0)
    try:
        with permissions_count():
            found = search(root)
    finally:
        (root / "a").chmod(0o700)
    assert found.files == ["c.yaml"]
    assert found.problems == [("unreadable", "a", "Permission denied")]


def test_a_root_that_is_gone_is_a_problem(root):
    assert discover(str(root / "gone"), ["."]).problems == []
    root.rmdir()
    assert discover(str(root), ["."]).files == []


def test_what_is_no_file_is_never_opened(root):
    os.mkfifo(root / "a.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(root / "b.json"))
        expected = [("unreadable", name, "not a regular file") for name in ("a.yaml", "b.json")]
        assert search(root) == ([], expected, [])
        assert search(root, "a.yaml", "b.json") == ([], expected, [])
    os.mkfifo(root / "c.txt")
    assert len(search(root).problems) == 2, "nobody asks for c.txt"


def test_names_that_are_no_text_are_found(root):
    name = os.fsdecode(b"caf\xe9.yaml")
    write(root, name)
    assert search(root).files == [name]


def test_a_chain_of_folders_has_no_end_too_soon(root):
    write(root, "/".join(["d"] * 400) + "/a.yaml")
    assert len(search(root).files) == 1


def test_the_root_is_the_nearest_folder_with_settings(root):
    write(root, "gitops-gen.yaml", "a/gitops-gen.yaml", "a/b/c/d.yaml", ".git/config")
    assert find_root(str(root / "a/b/c")) == str(root / "a")
    assert find_root(str(root)) == str(root)


def test_settings_above_the_checkout_are_those_of_another_repository(root):
    write(root, "gitops-gen.yaml", "a/.git/config", "a/b/c.yaml", "d/e.yaml")
    assert find_root(str(root / "a/b")) == str(root / "a")
    assert find_root(str(root / "d")) == str(root)


def test_without_settings_the_root_is_the_nearest_checkout(root):
    write(root, "a/.git/config", "a/b/.git", "a/b/c/d.yaml")
    assert find_root(str(root / "a/b/c")) == str(root / "a/b"), "in a worktree .git is a file"


def test_without_either_the_folder_is_its_own_root(root, monkeypatch):
    if find_root(str(root)) != str(root):
        pytest.skip("the temporary folder lies in a checkout")
    monkeypatch.chdir(root)
    assert find_root(".") == str(root)
