"""The command line: what it loads, how it fails, and that its documentation is true."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

import gitops_gen
from gitops_gen import cli
from gitops_gen.cli.app import app
from gitops_gen.cli.output import print_error, print_warnings
from gitops_gen.errors import ConfigError, GitopsGenError, RefusedError, UnreachableError
from tests.goldens import check_golden

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "init",
    "record-image",
    "promote",
    "gates",
    "diff",
    "rollback",
    "status",
    "trace",
    "reconcile",
    "explain",
    "schemas import",
    "schemas list",
    "schemas show",
    "schemas diff",
    "demo",
)
HEAVY = (
    "mlflow",
    "git",
    "kubernetes_validate",
    "jinja2",
    "requests",
    "jsonschema",
    "ruamel",
    "github",
    "gitlab",
    "yaml",
)
RUNNER = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})


def test_importing_the_command_line_loads_nothing_heavy():
    code = "import sys, gitops_gen.cli, gitops_gen.cli.app; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "typer" in loaded
    assert not set(HEAVY) & set(loaded)


def test_the_version_is_printed_without_loading_typer(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["gitops-gen", "--version"])
    with pytest.raises(SystemExit) as exited:
        cli.main()
    assert (exited.value.code, capsys.readouterr().out) == (0, f"gitops-gen {gitops_gen.__version__}\n")
    result = RUNNER.invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"gitops-gen {gitops_gen.__version__}\n")


def test_the_module_can_be_run():
    done = subprocess.run([sys.executable, "-m", "gitops_gen", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"gitops-gen {gitops_gen.__version__}\n"


def end(monkeypatch, raised: BaseException) -> int | str | None:
    def fail() -> None:
        raise raised

    monkeypatch.setattr("gitops_gen.cli.app.app", fail)
    monkeypatch.setattr(sys, "argv", ["gitops-gen", "promote"])
    with pytest.raises(SystemExit) as exited:
        cli.main()
    return exited.value.code


@pytest.mark.parametrize(
    ("error", "code"), [(RefusedError("no"), 1), (ConfigError("no"), 2), (UnreachableError("no"), 3)]
)
def test_an_expected_failure_ends_in_its_code_without_a_traceback(error, code, monkeypatch, capsys):
    error.hint = "do this"
    assert end(monkeypatch, error) == code
    assert capsys.readouterr().err == "error: no\nhint: do this\n"


def test_a_bug_ends_in_70_with_a_traceback(monkeypatch, capsys):
    assert end(monkeypatch, ValueError("oops")) == 70
    message = capsys.readouterr().err
    assert "Traceback" in message
    assert "ValueError: oops" in message
    assert "a bug in gitops-gen" in message


def test_an_interrupt_ends_in_130(monkeypatch):
    assert end(monkeypatch, KeyboardInterrupt()) == 130


@pytest.mark.parametrize("arguments", [["promote"], ["promote", "x"], ["promote", "--env", "e", "--nope"], ["nothing"]])
def test_wrong_usage_ends_in_2(arguments):
    assert RUNNER.invoke(app, arguments).exit_code == 2


def test_messages_cannot_move_the_cursor(capsys):
    print_error(GitopsGenError("bad \x1b[2J name", hint="\rhint"))
    print_warnings(["one\x07"])
    assert capsys.readouterr().err == "error: bad \\x1b[2J name\nhint: \\rhint\nwarning: one\\x07\n"


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_promotion_outside_any_repository_says_so_in_either_format(output, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = RUNNER.invoke(app, ["promote", "0a1b", "--env", "staging", "--output", output])
    assert result.exit_code == 2
    assert "--repo" in result.stderr
    if output == "json":
        outcome = json.loads(result.stdout)
        assert outcome["operation"] == "none"
        assert outcome["environment"] == "staging"
        assert outcome["error"]["exit_code"] == 2
    else:
        assert result.stdout == ""


def test_a_missing_environment_is_said_in_json_too():
    result = RUNNER.invoke(app, ["promote", "0a1b", "--output", "json"])
    assert result.exit_code == 2
    assert "--env" in json.loads(result.stdout)["error"]["hint"]


def test_a_body_file_in_no_folder_is_refused_before_anything_happens(tmp_path):
    path = tmp_path / "missing" / "body.md"
    result = RUNNER.invoke(app, ["promote", "0a1b", "--env", "staging", "--body-file", str(path)])
    assert result.exit_code == 2
    assert "there is no folder" in result.stderr


def test_record_image_fails_as_json_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = RUNNER.invoke(app, ["record-image", "0a1b", "no-registry", "--output", "json"])
    assert result.exit_code == 2
    assert "names no registry" in json.loads(result.stdout)["error"]["message"]


def test_without_a_tracking_server_the_hint_says_where_to_name_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    result = RUNNER.invoke(app, ["record-image", "0a1b", "registry.example.com/x:1"])
    assert result.exit_code == 2
    assert "mlflow.trackingUri" in result.stderr


def test_the_help_of_every_command_stands_in_the_documentation():
    page = ["# Commands\n", "What `--help` says.\n"]
    for command in ([], *(name.split() for name in COMMANDS)):
        result = RUNNER.invoke(app, [*command, "--help"], prog_name="gitops-gen")
        lines = [line.rstrip() for line in result.output.strip("\n").splitlines()]
        page += [f"## {' '.join(['gitops-gen', *command])}\n", "```text", *lines, "```\n"]
    check_golden(ROOT / "docs" / "commands.md", "\n".join(page))


def list_documented_commands() -> list[str]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages).replace("\\\n", " ")
    return sorted(set(re.findall(r"^\$ (gitops-gen .*)$", text, re.MULTILINE)))


def list_commands():
    return typer.main.get_command(app).commands


@pytest.mark.parametrize("line", list_documented_commands())
def test_every_documented_command_can_be_typed(line):
    _, name, *arguments = shlex.split(line)
    command = list_commands()[name]
    if hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
    context = command.make_context(name, arguments)
    assert context.params


def test_the_environment_is_not_asked_for_anything_secret_by_option():
    groups = [command for command in list_commands().values() if hasattr(command, "commands")]
    inner = [command for group in groups for command in group.commands.values()]
    for command in (*list_commands().values(), *inner):
        names = {name for parameter in command.params for name in parameter.opts}
        assert not [name for name in names if re.search("token|password|secret", name)]


def test_there_is_something_documented():
    assert len(list_documented_commands()) >= 5
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
