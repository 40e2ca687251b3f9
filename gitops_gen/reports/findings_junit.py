"""Findings where a build shows its tests: JUnit XML.

A file with findings is a suite, each finding a test: errors and warnings fail, an info passes and says what it has to
say. Each kind that was checked is a test that passed, what was not checked is a test that was skipped.
"""

from collections import Counter
from xml.etree import ElementTree as ET

from gitops_gen.findings import CheckResult, Finding
from gitops_gen.reports.findings_summary import checked_nothing, count_noun
from gitops_gen.reports.printable import show_line


def render_report(result: CheckResult, **_unused: object) -> str:
    """The whole document, its declaration first."""
    root = ET.Element("testsuites", name="gitops-gen")
    files: dict[str, list[Finding]] = {}
    for finding in result.findings:
        files.setdefault(finding.path, []).append(finding)
    for path, findings in files.items():
        _add_file(root, path, findings)
    _add_checked(root, result)
    _add_unchecked(root, result)
    for element in (root, *root):
        _count_tests(element)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode")


def _add_file(root: ET.Element, path: str, findings: list[Finding]) -> None:
    suite = ET.SubElement(root, "testsuite", name=show_line(path))
    seen: Counter[str] = Counter()
    for finding in findings:
        name = f"{finding.rule}: {finding.message}"
        seen[name] += 1
        if seen[name] > 1:
            name = f"{name} ({seen[name]})"  # some readers take tests of one name for the same
        test = _add_test(suite, path, name)
        test.set("file", show_line(path))
        test.set("line", str(finding.line))
        place = f"{finding.path}:{finding.line}:{finding.column}"
        text = f"{place}: {finding.severity}: {finding.message} [{finding.rule}]"
        text = show_line(text) + (f"\nfix: {show_line(finding.fix)}" if finding.fix else "")
        if finding.severity == "info":
            ET.SubElement(test, "system-out").text = text
        else:
            failure = ET.SubElement(test, "failure", type=show_line(finding.severity))
            failure.set("message", show_line(finding.message))
            failure.text = text


def _add_checked(root: ET.Element, result: CheckResult) -> None:
    totals = {name: result.counts.get(name, 0) for name in ("files", "builds")}
    checked = {name: number for name, number in (*totals.items(), *sorted(result.checked.items())) if number}
    if checked:
        suite = ET.SubElement(root, "testsuite", name="checked")
        for name, number in checked.items():
            noun = name.removesuffix("s") if name in totals else "object"
            ET.SubElement(_add_test(suite, "checked", name), "system-out").text = count_noun(number, noun)


def _add_unchecked(root: ET.Element, result: CheckResult) -> None:
    skipped = [(each.path, each.reason) for each in result.unchecked]
    if checked_nothing(result):
        skipped.append(("", "nothing was checked"))
    if skipped:
        suite = ET.SubElement(root, "testsuite", name="not checked")
        for path, reason in skipped:
            test = _add_test(suite, path or "gitops-gen", reason)
            ET.SubElement(test, "skipped", message=show_line(reason))


def _add_test(suite: ET.Element, class_name: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=show_line(class_name), name=show_line(name))


def _count_tests(element: ET.Element) -> None:
    tests = {"tests": "testcase", "failures": "testcase/failure", "skipped": "testcase/skipped"}
    for name, path in tests.items():
        element.set(name, str(len(element.findall(f".//{path}"))))
    element.set("errors", "0")
