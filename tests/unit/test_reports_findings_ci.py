"""The reports that a build server reads: GitHub's workflow commands and JUnit XML."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from junitparser import JUnitXml

from gitops_gen.findings import CheckResult
from tests.validations import ANY_RESULT, CLEAN, EMPTY, HOSTILE, RICH, fill_result, make_finding, make_result, render

COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^:,]*)(?:,[a-z]+=[^:,]*)*)::(.*)")


def read_command(line):
    """A command as GitHub's runner reads it."""
    name, listed, message = COMMAND.fullmatch(line).groups()
    properties = dict(pair.split("=", 1) for pair in listed.split(","))
    return name, {key: unescape(value) for key, value in properties.items()}, unescape(message)


def unescape(text):
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def read_junit(result, tmp_path):
    """The report's tests as suite, name and outcome, read by a parser that others use."""
    file = tmp_path / "report.xml"
    file.write_text(render("junit", result), encoding="utf-8")
    report = JUnitXml.fromfile(str(file))
    tests = [
        (suite.name, case.name, type(case.result[0]).__name__ if case.result else "")
        for suite in report
        for case in suite
    ]
    assert report.tests == len(tests)
    assert report.failures == sum(outcome == "Failure" for *_, outcome in tests)
    assert report.skipped == sum(outcome == "Skipped" for *_, outcome in tests)
    return tests


def test_github_gets_a_command_for_each_finding_and_one_notice():
    commands = [read_command(line) for line in render("github", RICH).split("\n")]
    place = {"file": "models/fraud/base/seldon.yaml", "line": "4", "col": "7", "title": "SELDON003"}
    message = "replicas is 0: nothing would serve the model\nfix: write replicas: 1"
    assert commands[0] == ("error", place, message)
    assert [name for name, *_ in commands] == ["error", "warning", "notice", "notice"]
    assert commands[3][2] == (
        "not checked: 14: a Helm template (2); kustomize is not installed (5); no configuration (1); "
        "no schema for example.com/v1 Widget (6)"
    )


def test_github_hears_that_nothing_was_checked_and_nothing_of_a_clean_run():
    assert render("github", CLEAN) == ""
    assert render("github", EMPTY) == "::notice title=gitops-gen::nothing was checked"


def test_github_escapes_data_and_properties():
    finding = make_finding(path="a,b:c%.yaml", message="50%\r\n::error::x")
    assert render("github", make_result(finding, counts={"files": 1})) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=1,col=1,title=X001::50%25%0A::error::x"
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_injects_no_command(text):
    commands = [read_command(line) for line in render("github", fill_result(text)).splitlines()]
    assert [name for name, *_ in commands] == ["error", "warning", "notice", "notice"]


@given(ANY_RESULT)
def test_github_gets_exactly_one_line_for_each_finding(result):
    result = CheckResult(root=result.root, findings=result.findings, counts={"files": 1})
    lines = render("github", result).splitlines()
    assert len(lines) == len(result.findings)
    for line, finding in zip(lines, result.findings, strict=True):
        _, properties, message = read_command(line)
        assert list(properties) == ["file", "line", "col", "title"]
        if finding.message.isprintable() and not finding.fix:
            assert message == finding.message


def test_junit_has_a_test_for_each_finding_kind_and_thing_left_unchecked(tmp_path):
    tests = read_junit(RICH, tmp_path)
    assert tests[:8] == [
        ("models/fraud/base/seldon.yaml", "SELDON003: replicas is 0: nothing would serve the model", "Failure"),
        ("models/fraud/overlays/dev/kustomization.yaml", "IMAGE001: the image has a tag and no digest", "Failure"),
        ("tabs.yaml", "YAML004: indented with a tab", ""),
        ("checked", "files", ""),
        ("checked", "builds", ""),
        ("checked", "apps/v1 Deployment", ""),
        ("checked", "v1 ConfigMap", ""),
        ("checked", "v1 Service", ""),
    ]
    assert {(suite, outcome) for suite, _, outcome in tests[8:]} == {("not checked", "Skipped")}
    assert len(tests) == 8 + 14


def test_junit_tells_severity_place_and_fix():
    root = ET.fromstring(render("junit", RICH))  # noqa: S314 - our own
    error, warning = root.findall(".//failure")
    assert (error.get("type"), warning.get("type")) == ("error", "warning")
    assert error.text.endswith("the model [SELDON003]\nfix: write replicas: 1")
    (info,) = root.findall("./testsuite[@name='tabs.yaml']/testcase")
    assert (info.get("file"), info.get("line")) == ("tabs.yaml", "2")
    assert info.findtext("system-out") == "tabs.yaml:2:2: info: indented with a tab [YAML004]"


def test_a_clean_junit_report_has_passing_tests_and_an_empty_one_a_skipped_one(tmp_path):
    assert read_junit(CLEAN, tmp_path) == [("checked", "files", ""), ("checked", "v1 Service", "")]
    assert read_junit(EMPTY, tmp_path) == [("not checked", "nothing was checked", "Skipped")]


def test_equal_findings_of_a_file_are_tests_with_names_of_their_own(tmp_path):
    tests = read_junit(make_result(make_finding(line=1), make_finding(line=2), counts={"files": 1}), tmp_path)
    assert [name for _, name, _ in tests[:2]] == ["X001: wrong", "X001: wrong (2)"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_junit_with_hostile_text_is_read_by_others(text, tmp_path):
    assert [outcome for *_, outcome in read_junit(fill_result(text), tmp_path)] == [
        "Failure",
        "Failure",
        "",
        "",
        "",
        "Skipped",
    ]


@given(ANY_RESULT)
def test_junit_of_any_result_is_xml(result):
    ET.fromstring(render("junit", result).encode())  # noqa: S314 - our own
