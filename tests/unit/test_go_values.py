"""Durations, schedules and globs: the answers are those of Go's own programs."""

import pytest

from gitops_gen.checks.go_values import find_schedule_problem, is_duration, match_glob, match_path


@pytest.mark.parametrize("text", ["0", "+0", "30s", "1h30m", "1.5h", ".5s", "1.s", "-2m", "100ms", "3us", "3µs", "7ns"])
def test_durations(text: str) -> None:
    assert is_duration(text)


@pytest.mark.parametrize("text", ["", "30", "1d", "1 h", "h", "1h30", "-", ".", "1hour", "1H", "1s" * 2000])
def test_no_durations(text: str) -> None:
    assert not is_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *",
        "0 22 * * 5",
        "*/5 0-6 1,15 jan-MAR ?",
        "0 0 1 1 SUN",
        "5/15 * * * *",
        "CRON_TZ=Europe/Vienna 0 0 * * *",
        "1, * * * *",
    ],
)
def test_schedules(text: str) -> None:
    assert find_schedule_problem(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@daily", "five fields"),
        ("", "it has 0 fields"),
        ("0 22 * *", "it has 4 fields"),
        ("60 * * * *", "minute: '60' is not from 0 to 59"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of the month"),
        ("* * * 13 *", "month"),
        ("* * * * 7", "day of the week: '7' is not from 0 to 6"),
        ("* 5-1 * * *", "ends before it begins"),
        ("*/0 * * * *", "no number above 0"),
        ("x * * * *", "'x' is no number"),
        (", * * * *", "minute is empty"),
    ],
)
def test_no_schedules(text: str, words: str) -> None:
    assert words in find_schedule_problem(text)


@pytest.mark.parametrize(
    ("pattern", "text", "separators", "fits"),
    [
        ("*", "https://a/b", "", True),
        ("https://a/*", "https://a/b", "/", True),
        ("https://a/*", "https://a/b/c", "/", False),
        ("https://a/**", "https://a/b/c", "/", True),
        ("a?c", "abc", "", True),
        ("a?c", "a/c", "/", False),
        ("[a-c]x", "bx", "", True),
        ("[!a-c]x", "bx", "", False),
        ("{dev,prod}-*", "prod-1", "", True),
        ("{dev,prod}-*", "test-1", "", False),
        (r"a\*", "a*", "", True),
        (r"a\*", "ab", "", False),
        ("models-*", "models", "", False),
        ("**" * 60, "x" * 900, "", True),
    ],
)
def test_globs(pattern: str, text: str, separators: str, fits: bool) -> None:
    assert match_glob(pattern, text, separators) is fits


def test_what_is_too_long_to_be_tried_fits() -> None:
    assert match_glob("a" * 2000, "b")
    assert match_glob("{a,b}" * 30, "c")
    assert match_path("a" * 2000, "b")


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("models/*/overlays/dev", "models/churn/overlays/dev", True),
        ("models/*", "models/churn/base", False),
        ("models/**", "models/churn/base", False),
        ("[^a]*", "b", True),
        ("{a,b}", "a", False),
    ],
)
def test_globs_of_paths(pattern: str, text: str, fits: bool) -> None:
    assert match_path(pattern, text) is fits
