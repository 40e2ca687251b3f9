"""The report for a person: what is shown of a line, where the caret stands, what the summary owns up to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.findings import Unchecked
from gitops_gen.reports.excerpt import LIMIT, cut_excerpt
from tests.validations import CLEAN, EMPTY, RICH, make_finding, make_result, render


def render_one(path, line, column, **fields):
    """What stands between the head of the only finding and the summary."""
    finding = make_finding(path=path, line=line, column=column, **fields)
    return render("text", make_result(finding, counts={"files": 1})).split("\n\n")[0].split("\n")[1:]


def test_a_finding_has_its_place_its_line_and_its_fix():
    assert render("text", RICH).split("\n\n")[0] == (
        "models/fraud/base/seldon.yaml:4:7: error: replicas is 0: nothing would serve the model [SELDON003]\n"
        "   4 |     - replicas: 0\n"
        "     |       ^\n"
        "     fix: write replicas: 1"
    )


def test_the_summary_says_what_was_checked_and_what_was_not():
    assert render("text", RICH).split("\n\n")[-1].split("\n") == [
        "1 error, 1 warning, 1 info (2 waived, 3 in the baseline, 1 fixed)",
        "checked: 12 files (10 from the cache), 14 objects (9 v1 Service, 4 apps/v1 Deployment, 1 v1 ConfigMap),",
        "         6 builds",
        "not checked: 14",
        "  6 no schema for example.com/v1 Widget: platform/a.yaml, platform/b.yaml, platform/c.yaml and 3 more",
        "  5 kustomize is not installed: models/a/overlays/dev, models/b/overlays/dev, models/c/overlays/dev,",
        "      models/d/overlays/dev, models/e/overlays/dev",
        "  2 a Helm template: chart/a.yaml (2 times)",
        "  1 no configuration",
    ]


def test_a_clean_run_is_two_lines():
    assert render("text", CLEAN) == "no findings\nchecked: 1 file, 1 object (1 v1 Service)"


def test_nothing_checked_is_said_and_not_called_clean():
    assert render("text", EMPTY) == "nothing was checked"
    unchecked = (Unchecked(path="chart", reason="a Helm chart"),)
    assert render("text", make_result(unchecked=unchecked)) == (
        "nothing was checked\nnot checked: 1\n  1 a Helm chart: chart"
    )


def test_files_without_objects_are_checked_all_the_same():
    assert render("text", make_result(counts={"files": 2})) == "no findings\nchecked: 2 files, 0 objects"


def test_many_kinds_are_cut():
    checked = {f"v1 Kind{number:02}": 20 - number for number in range(10)}
    assert render("text", make_result(checked=checked, counts={"objects": 155})).endswith(
        ", 13 v1 Kind07, 23 in 2 other kinds)"
    )


def test_findings_stand_by_path_and_line():
    findings = [make_finding(path=path, line=line) for path, line in [("b", 1), ("a", 10), ("a", 9)]]
    heads = [block.split(": ")[0] for block in render("text", make_result(*findings)).split("\n\n")]
    assert heads[:3] == ["a:9:1", "a:10:1", "b:1:1"]


def test_colour_is_added_only_when_asked_for_and_changes_nothing_else():
    plain, colored = render("text", RICH), render("text", RICH, color=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31merror\x1b[0m" in colored
    for style in ("0", "1", "2", "32", "33", "1;31", "1;33", "1;36"):
        colored = colored.replace(f"\x1b[{style}m", "")
    assert colored == plain


@pytest.mark.parametrize(
    ("path", "line", "column", "shown"),
    [
        ("tabs.yaml", 2, 2, ["   2 |     b: 1", "     |     ^"]),
        ("wide.yaml", 1, 10, ["   1 | # \u6a21\u578b \U0001f680 e\u0301: here", "     |            ^"]),
        ("models/fraud/overlays/dev/kustomization.yaml", 1, 1, ["   1 | images:", "     | ^"]),
        ("models/fraud/overlays/dev/kustomization.yaml", 1, 999, ["   1 | images:", "     |        ^"]),
        ("binary.yaml", 1, 4, ["   1 | a: \ufffd", "     |    ^"]),
        ("binary.yaml", 2, 1, []),
        ("nowhere.yaml", 1, 1, []),
    ],
)
def test_the_caret_stands_under_the_column(path, line, column, shown):
    assert render_one(path, line, column) == shown


def test_a_long_line_is_cut_round_the_column():
    text, caret = render_one("long.yaml", 1, 50_007)
    assert text.startswith("   1 | …xxx")
    assert text.endswith("yyy…")
    assert text[caret.index("^") :].startswith("HEREyyy")
    assert len(text) < 120
    assert render_one("long.yaml", 1, 1)[0].startswith("   1 | data: xxx")
    assert render_one("long.yaml", 1, 100_011)[0].endswith("yyy")


def test_what_a_line_holds_reaches_neither_the_terminal_nor_the_log_of_a_build():
    text, caret = render_one("controls.yaml", 1, 23)
    assert text == r"   1 | a: \x1b[2J \x9b31m \u202e ##\x5badd-mask]x ##vso\x5btask.setvariable]y ## [z]"
    assert text[caret.index("^") :].startswith("mask")


def test_text_on_many_lines_is_put_on_one():
    finding = make_finding(message="a\n  b ##[error]c", fix="d\r\ne")
    shown = render("text", make_result(finding)).split("\n\n")[0].split("\n")
    assert shown == ["a.yaml:1:1: error: a b ##\\x5berror]c [X001]", "     fix: d e"]


def test_no_line_begins_with_a_command():
    result = make_result(
        make_finding(path="::add-mask::a", rule="::b::", message="::c::", fix="::d::"),
        unchecked=tuple(Unchecked(path=f" ::{n}{'e' * 40}::", reason="::f::") for n in range(5)),
        checked={"::g::" + "h" * 110: 1, "::i::": 1},
    )
    report = render("text", result)
    assert report.startswith("./::add-mask::a:1:1: error")
    assert not [line for line in report.split("\n") if line.lstrip().startswith("::")]


@given(st.text(st.characters(), max_size=300), st.integers(1, 400))
def test_the_caret_stands_within_what_is_shown_and_that_is_never_long(line, column):
    shown, cells = cut_excerpt(line, column)
    width = sum(measure(character) for character in shown)
    assert 0 <= cells <= width <= LIMIT + 2
    if all(measure(character) == 1 for character in line):
        at = min(column, len(line) + 1) - 1
        assert shown[cells:].rstrip("…")[:5] == line[at : at + 5].rstrip("…")[: len(shown[cells:].rstrip("…"))]


def measure(character):
    """Cells of a character, by a second pair of eyes: 1 for what can be seen and is neither wide nor a mark."""
    if unicodedata.category(character) in {"Mn", "Me"} or "\u1160" <= character <= "\u11ff":
        return 0
    if not character.isprintable():
        return 9
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
