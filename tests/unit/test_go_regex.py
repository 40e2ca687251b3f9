"""Go's regular expressions: what its compiler takes and refuses. Each verdict is that of `regexp.Compile` in Go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.go_regex import find_regex_problem


@pytest.mark.parametrize(
    "text",
    [
        *("", "(.*)", "a|", "(|a)", "a)(b", "a{", "a{,2}", "{{x}}", "a{2,}", "a{1,1000}", "x*?", "(?i)a", "(?i:a)b"),
        *("(?-s)a", "(?s-i:a)", "(?P<n>a)", "(?<n>a)", "[]a]", "[^]]", "[a-]", "[a[b]", "[[:alpha:]_]", "[:alpha:]"),
        *(r"\d\D\w\pL\pl\p{Greek}\P{^Lu}", r"[\d-z]", r"[\w-']", r"\Qa.(\E", r"\A\z\b\B", "^*", "(a)*", ")\\"),
        *(r"\x41\x{10FFFF}\101\a\_", r"[\x41-\x{5A}]"),
    ],
)
def test_what_go_takes(text):
    assert find_regex_problem(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(a", "( that is not closed"),
        ("a))(", ") that nothing opens"),
        ("[a", "[ that is not closed"),
        ("[]", "[ that is not closed"),
        ("*a", "* with nothing before it"),
        ("a|+", "+ with nothing before it"),
        ("a**", "repeats a repeat"),
        ("a++", "repeats a repeat"),
        ("a{1001}", "at most 1000"),
        ("a{2,1}", "the smaller number first"),
        ("(?=a)", "lookahead"),
        ("(?!a)", "lookahead"),
        ("(?<=a)", "lookbehind"),
        ("(?<!a)b", "lookbehind"),
        ("(?#a)", "which Go lacks"),
        ("(?-)a", "which Go lacks"),
        ("(?P<n>a)(?P<n>b)", "two groups of the name n"),
        ("(?P<n-m>a)", "without a name"),
        ("(?P<n", "without a name"),
        ("(a)\\1", "refers back"),
        ("a\\", "single \\"),
        ("\\h", "means nothing to Go"),
        ("\\Z", "means nothing to Go"),
        ("\\pX", "without the name of a class"),
        ("\\x4", "hexadecimal"),
        ("\\x{110000}", "hexadecimal"),
        ("[b-a]", "end comes before its begin"),
        ("[\\x42-\\x41]", "end comes before its begin"),
        ("[[:alfa:]]", "which is no class"),
        ("\\Qa", "no \\E ends"),
    ],
)
def test_what_go_refuses(text, words):
    assert words in find_regex_problem(text)


@given(st.text(alphabet="()[]{}*+?|\\^$-,:=!<>ab019PQExdwpAz.", max_size=30))
def test_any_text_can_be_asked_about(text):
    assert isinstance(find_regex_problem(text), str)


def test_a_huge_expression_is_left_alone():
    assert find_regex_problem("(" * 1_000_000) == ""
    assert find_regex_problem("a{99999999999999999999}")
