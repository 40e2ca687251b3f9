"""PromQL: what is refused and where, what is left alone, and that it agrees with Prometheus itself."""

import re
import shutil
import subprocess
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.checks.promql import find_promql_problem, read_query, tell_place

TAKEN = (
    "1",
    "up",
    'sum by (job) (rate(http_requests_total{code!~"5.."}[5m] offset 1h))',
    "histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m]))) > 0.5 unless on () b",
    "max_over_time(rate(a[5m])[1h:1m])",
    "topk(5, a) or vector(0) # and a comment",
    'a{b=~"(?i)x|y{", c!=""} / on (d) group_left (e) f',
    "absent(up{job='x'} == bool 1)",
    'label_replace(up, "a", "$1", "b", "(.*)")',
    "a and ignoring (b) c",
    "sum(a) without (b) > 1e3",
    "-a ^ 2 % 3",
    "predict_linear(a[1h], 4 * 3600) < 0",
    'count_values("v", a) > Inf',
)
REFUSED = (
    "",
    "sum(rate(a[5m])",
    "sum(a))",
    "rate(a)",
    "rate(a[5m]",
    "rate(a[5m]))",
    "a{b=c}",
    'a{b="c}',
    "a{b=}",
    "a ==",
    "== a",
    "a = 1",
    "a && b",
    "a b",
    "sum by a (b)",
    "sum(a[5m])",
    "averge(a)",
    "{}",
    "a > > b",
    "1 > 2",
    "histogram_quantile(0.9)",
    'a{b=~"("}',
    'a{b=~"(?!x)"}',
    "a[5x]",
    "a offset",
    "a{b='c'} {d='e'}",
)
NEWER = (
    "a >/ 1",
    "increase(a[5m] anchored)",
    "rate(a[2 * 5m])",
    "rate(a[5m + step()])",
    "a offset (5m + 1m)",
    "a > 1_000",
    "a > 0.91_000",
    'a{b="c", or="d"}',
    "a offset 0s",
    "sum by (a:b) (c)",
    "holt_winters(a[5m], 0.1, 0.1)",
    "a * fill(0) b",
    'info(a, {b!="c"})',
)
"""Prometheus 3 takes them, with a flag at most, and Prometheus 2 the function that went; the parser takes none."""


@pytest.mark.parametrize("text", TAKEN)
def test_what_prometheus_takes_has_no_problem(text):
    assert find_promql_problem(text) is None
    assert read_query(text).is_read


@pytest.mark.parametrize("text", REFUSED)
def test_what_prometheus_refuses_has_one(text):
    assert find_promql_problem(text)


@pytest.mark.parametrize("text", NEWER)
def test_newer_syntax_is_left_alone(text):
    assert find_promql_problem(text) is None


@pytest.mark.parametrize("text", ["up{a=${NAME}}", "up == $(LIMIT)", "up{a={{ .Values.a }}}"])
def test_what_another_program_fills_in_is_left_alone(text):
    assert read_query(text).problem
    assert find_promql_problem(text) is None


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("sum(rate(a[5m])", "has a ( that is not closed", "at column 4"),
        ("sum(a))", "has a ) that nothing opens", "at column 7"),
        ("a\n+ sum(b", "has a ( that is not closed", "at line 2, column 6"),
        ('a{b="c', 'has a text that no " ends', "at column 5"),
        ("averge(a)", "calls 'averge', which is no function", "at column 1"),
        ("b + hisogram_quantile(1, a)", "did you mean histogram_quantile?", "at column 5"),
        ("rate(a)", "gives rate() no range", "at column 1"),
        ("sum(a[5m])", "aggregates a range", "at column 6"),
        ("a = 1", "write ==", "at column 3"),
        ("a && b", "write and", "at column 3"),
        ("a ==", "ends with ==", "at column 3"),
        ("> a", "begins with >", "at column 1"),
        ("a < > b", "has > right behind <", "at column 5"),
        ("a b", "has nothing between 'a' and 'b'", "at column 3"),
        ('a{b=~"x(y"}', "a regular expression that has a ( that is not closed", "at column 6"),
        ('{a="b" or c="d"}', "only other databases", ""),
        (" \n", "is empty", ""),
    ],
)
def test_a_message_says_what_is_wrong_and_where(text, message, place):
    problem = find_promql_problem(text)
    assert problem
    assert message in problem.message
    assert place in tell_place(text, problem.offset)


def test_the_metrics_of_an_expression_are_those_that_it_names():
    text = (
        'sum(rate(a[5m])) / {__name__="b", c="d"} or {"e.f"} or max_over_time(g[1h:]) or {__name__=~"h.*"} or up{i="j"}'
    )
    assert read_query(text).metrics == {"a", "b", "e.f", "g", "up"}


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000 + "a" + ")" * 100_000,
        "-" * 100_000 + "a",
        "+".join(["a"] * 10_000),
        "sum(" * 5_000 + "a",
        "a[1e300]",
        "a offset 99999999999999999999",
        "a @ 1e999",
        "a" * 1_000_000,
        "a{b='\ud800'}",
    ],
    ids=[
        "brackets",
        "signs",
        "terms",
        "sums",
        "a long range",
        "a long offset",
        "a late time",
        "a long name",
        "half a character",
    ],
)
def test_what_is_hostile_does_no_harm(text):
    read_query(text)


@given(st.text(alphabet="ab01_{}[]()\"'`=~!<>+-*/%^,:@ \n#$|\\.emsovr", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_asked_about(text):
    problem = find_promql_problem(text)
    if problem:
        assert -1 <= problem.offset <= len(text)
        tell_place(text, problem.offset)


@pytest.fixture(scope="module")
def refused(tmp_path_factory) -> dict[str, bool]:
    """Every expression above, and each with one token left out or doubled: whether promtool refuses it."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("needs promtool: apt-get install prometheus")
    texts = list(dict.fromkeys(filter(None, [*TAKEN, *REFUSED, *_mutate(TAKEN)])))
    rules = [{"record": f"r{number}", "expr": text} for number, text in enumerate(texts)]
    path = tmp_path_factory.mktemp("promtool") / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}))
    run = subprocess.run([program, "check", "rules", str(path)], capture_output=True, text=True, check=False)
    wrong = {
        int(number) - 1 for number in re.findall(r"rule (\d+), \"r\d+\": could not parse", run.stdout + run.stderr)
    }
    assert wrong
    return {text: number in wrong for number, text in enumerate(texts)}


def _mutate(texts):
    for text in texts:
        tokens = re.findall(r"\"[^\"]*\"|'[^']*'|\w+|\s+|[=!<>]=|[=!]~|.", text)
        for at, token in enumerate(tokens):
            if not token.isspace():
                yield "".join([*tokens[:at], *tokens[at + 1 :]])
                yield "".join([*tokens[:at], token, *tokens[at:]])


def test_it_agrees_with_promtool(refused):
    """promtool is of any version: what it refuses and the parser takes may be newer than it."""
    false_alarms = [text for text, wrong in refused.items() if not wrong and find_promql_problem(text)]
    found = [text for text, wrong in refused.items() if wrong and find_promql_problem(text)]
    total = sum(refused.values())
    assert false_alarms == []
    assert total > 150
    assert len(found) >= 0.95 * total, sorted(text for text, wrong in refused.items() if wrong and text not in found)


def test_the_parser_is_only_loaded_where_there_is_something_to_parse():
    code = "import sys, gitops_gen.checks.rules.prometheus; print('promql_parser' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_the_selectors_of_a_deep_expression_are_found_at_once():
    found = read_query(" + ".join(f"x{number}" for number in range(390)))
    assert found.metrics == {f"x{number}" for number in range(390)}


def test_selectors_are_found_wherever_they_stand():
    text = (
        'topk(5, a) by (x) / -(b) > max_over_time(rate(c[5m])[1h:5m]) or label_replace({__name__="d"}, "a", "", "", "")'
    )
    assert read_query(text).metrics == {"a", "b", "c", "d"}
