"""The light reader of validate's arguments and typer: the same options, the same meaning."""

import inspect

import pytest
import typer
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gitops_gen.cli import validate as command
from gitops_gen.cli.app import app
from gitops_gen.cli.validate_arguments import CHOICES, FLAGS, LISTS, VALUES, Arguments, read_arguments


def ask_typer(words):
    """What typer makes of the words; None where it refuses them or prints help."""
    asked = []
    probe = typer.Typer(add_completion=False)

    def validate(**options):
        lists = {name: tuple(options.pop(name) or ()) for name in ("paths", *dict.fromkeys(LISTS.values()))}
        options["fail_on"] = options["fail_on"].value
        asked.append(Arguments(**lists, **options))

    validate.__signature__ = inspect.signature(command.validate)
    validate.__annotations__ = command.validate.__annotations__
    probe.command()(validate)
    CliRunner().invoke(probe, words, env={"MLFLOW_TRACKING_URI": None})
    return asked[0] if asked else None


def list_options():
    """Each option of typer's, with whether it takes a value and whether it may be repeated."""
    found = typer.main.get_command(app).commands["validate"]
    return {
        name: (not option.is_flag, option.multiple)
        for option in found.params
        if option.param_type_name == "option" and option.name != "help"
        for name in (*option.opts, *option.secondary_opts)
    }


def test_the_options_are_the_same():
    ours = {
        **dict.fromkeys(FLAGS, (False, False)),
        **dict.fromkeys(VALUES, (True, False)),
        **dict.fromkeys(LISTS, (True, True)),
    }
    assert ours == list_options()


def test_the_defaults_are_the_same():
    assert read_arguments([]) == ask_typer([]) == Arguments()


def test_the_choices_are_the_same():
    assert {"fail_on": tuple(choice.value for choice in command.FailOn)} == CHOICES


@pytest.mark.parametrize(
    "words",
    [
        ["a.yaml", "b"],
        ["-"],
        ["--", "-a", "--fix", "--"],
        ["a", "--fix", "b"],
        ["--output", "json=x=y", "-o", "text", "--output=sarif"],
        ["--skip", "PIN", "--skip=KUST001", "--only", "ConfigMap"],
        ["--schema-location", "a", "--schema-location", "b"],
        ["--kubernetes-version=1.31", "--fail-on", "warning", "--jobs", "3"],
        ["-j", "2", "-j", "4"],
        ["--jobs=007"],
        ["--baseline", "--fix"],
        ["--explain", "PIN001", "--changed-since", "HEAD~1", "--tracking-uri", "http://x"],
        ["--fix", "--no-cache", "--stats", "--online", "--write-baseline", "--insecure-registry"],
        ["--baseline=", "--output=", ""],
    ],
)
def test_what_is_read_is_what_typer_reads(words):
    assert read_arguments(words) == ask_typer(words) is not None


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--fixx"],
        ["--fix=yes"],
        ["-x"],
        ["-j4"],
        ["-ojson"],
        ["-jo"],
        ["--output"],
        ["a", "--skip"],
        ["--jobs", "-1"],
        ["--jobs", "two"],
        ["--jobs="],
        ["--jobs", "٣"],
        ["--jobs", "9" * 5000],
        ["--fail-on", "info"],
        ["--fail-on="],
        ["--fail-on", "ERROR"],
        ["--no-fix"],
        ["--kubernetes"],
        ["---"],
    ],
)
def test_all_else_is_left_to_typer(words):
    assert read_arguments(words) is None


WORDS = st.lists(
    st.sampled_from([*FLAGS, *VALUES, *LISTS, "--", "-", "--help", "-x", "--fix=1"])
    | st.sampled_from(["a.yaml", "warning", "error", "2", "", "-1", "json=FILE"])
    | st.builds(
        "{}={}".format,
        st.sampled_from([*(name for name in (*VALUES, *LISTS) if name.startswith("--")), "-o", "--nothing"]),
        st.sampled_from(["", "1", "warning", "a=b", "--x"]),
    ),
    max_size=6,
)


@hypothesis_settings(max_examples=300)
@given(WORDS)
def test_whatever_is_read_is_what_typer_reads(words):
    found = read_arguments(words)
    if found is not None:
        assert found == ask_typer(words)


def test_typer_calls_the_same_function_with_the_same_arguments(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n")
    done = CliRunner().invoke(app, ["validate", "-ojson", "--no-cache", "a.yaml"])
    assert done.exit_code == 0
    assert '"v1 Namespace": 1' in done.stdout
