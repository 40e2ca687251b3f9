"""What a validation loads: time that every commit of everybody pays."""

import os
import subprocess
import sys

import pytest

NEVER = {"typer", "click", "ruamel", "git", "mlflow", "jsonschema", "kubernetes_validate", "jinja2", "requests"}
"""Not on any way of `validate` that stays offline."""
COLD = NEVER | {"cel_expr_python", "urllib3", "pydantic", "hypothesis"}
WARM = COLD | {"yaml", "jsonschema_rs", "dataclasses", "inspect", "pathlib", "subprocess", "hashlib", "json"}
"""Not where the answer is known."""
PROGRAM = """
import sys
before = set(sys.modules)
from gitops_gen import cli
sys.argv[1:] = {words!r}
try:
    cli.main()
except SystemExit as done:
    code = done.code
sys.stderr.write(" ".join([str(code), *sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})]))
"""


@pytest.fixture(name="run")
def make_run(tmp_path):
    root = tmp_path / "root"
    (root / "base").mkdir(parents=True)
    (root / "base/kustomization.yaml").write_text("resources:\n- features.yaml\n")
    (root / "base/features.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: features\n")
    (root / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  label: {}\n")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "XDG", "GITOPS_GEN"))}
    environ |= {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

    def run(*words):
        """The exit code and the modules that were loaded."""
        done = subprocess.run(
            [sys.executable, "-S", "-c", PROGRAM.format(words=list(words))],
            cwd=root, env=environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        code, *modules = done.stderr.split()
        assert "gitops_gen" in modules
        return int(code), set(modules)

    return run


def test_a_first_run_loads_what_it_needs_to_check(run):
    code, modules = run("validate")
    assert code == 1
    assert modules & COLD == set()
    assert {"yaml", "jsonschema_rs"} <= modules


def test_a_run_whose_answer_is_known_loads_next_to_nothing(run):
    run("validate")
    code, modules = run("validate")
    assert code == 1, "what was found is still found"
    assert modules & WARM == set()


@pytest.mark.parametrize("words", [["validate", "base/features.yaml"], ["validate", "--skip", "SCHEMA", "--no-cache"]])
def test_other_runs_are_as_light(run, words):
    code, modules = run(*words)
    assert code == 0
    assert modules & COLD == set()


def test_settings_of_the_program_are_checked_without_the_rest_of_it(run, tmp_path):
    (tmp_path / "root/gitops-gen.yaml").write_text("version: 1\nrepository: {}\n")
    code, modules = run("validate")
    assert code == 1
    assert modules & COLD == set()


def test_the_version_loads_nothing_at_all(run):
    code, modules = run("--version")
    assert code == 0
    assert modules & WARM == set()
