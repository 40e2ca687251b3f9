"""What expressions in CEL come to, and what values they see: as in Kubernetes."""

import os
import subprocess
import sys

import pytest

from gitops_gen.checks.cel_library import bind, compile_expression
from gitops_gen.checks.cel_values import Duration, Timestamp, escape, to_cel
from gitops_gen.checks.cel_words import explain
from gitops_gen.checks.schema_store import Schema
from gitops_gen.checks.schema_walk import look_through
from tests.cel_rules import ROOT

EXPRESSIONS = [
    line.split("\t") for line in (ROOT / "tests/cel_expressions.tsv").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(("verdict", "expression"), EXPRESSIONS)
def test_an_expression_comes_to_what_it_comes_to_in_kubernetes(verdict, expression):
    """The verdicts are those of k8s.io/apiserver 0.34; `unsupported` ones are not run, and so never a finding."""
    compiled = compile_expression(expression)
    if isinstance(compiled, str):
        assert verdict == "unsupported"
        return
    answer = compiled.evaluate(bind(compiled.env, None))
    if answer.unsupported:
        assert verdict == "unsupported"
    elif answer.error:
        assert verdict == "error"
    else:
        assert answer.value is {"true": True, "false": False}[verdict]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "number"}, 1, 1.0),
        ({"type": "integer"}, 1, 1),
        ({"type": ["integer", "string"]}, 1, 1),
        ({"type": "string", "format": "byte"}, "YWJj", bytearray(b"abc")),
        ({"type": "string", "format": "duration"}, "1h0.5s", Duration(3600, 500_000_000)),
        ({"type": "string", "format": "duration"}, "-1m", Duration(-60, 0)),
        ({"type": "string", "format": "date-time"}, "1970-01-02T00:00:00Z", Timestamp(86_400, 0)),
        ({"type": "string", "format": "date"}, "1970-01-02", Timestamp(86_400, 0)),
        ({"type": "string"}, "1h", "1h"),
        ({"type": "object"}, {"a-b": None}, {"a-b": None}),
        ({"properties": {"a-b": {}, "c": {}}}, {"a-b": 1, "c": None, "d": 3}, {"a__dash__b": 1}),
        ({"properties": {"metadata": {}}}, {"metadata": {"name": "a", "labels": {}}}, {"metadata": {"name": "a"}}),
        ({"items": {"type": "number"}}, [1, None], [1.0, None]),
        ({"additionalProperties": {"type": "number"}}, {"a": 1}, {"a": 1.0}),
    ],
)
def test_a_value_is_of_the_type_that_the_schema_gives_it(schema, value, expected):
    found = to_cel(look_through(Schema(schema, origin="here")).root, value)
    assert found == expected
    assert type(found) is type(expected)
    assert repr(found) == repr(expected)


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("plain", "plain"),
        ("namespace", "__namespace__"),
        ("a-b.c/d", "a__dash__b__dot__c__slash__d"),
        ("a__b", "a__underscores__b"),
        ("1a", ""),
        ("a b", ""),
        ("é", ""),
    ],
)
def test_names_are_escaped_as_in_kubernetes(name, escaped):
    assert escape(name) == escaped


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("!(has(self.count) && has(self.end))", "at most one of count and end may be set"),
        ("(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) <= 1", "at most one of a and b may be set"),
        ("!has(self.__continue__)", "continue may not be set here"),
        (
            "(has(self.a) && !has(self.b)) || (!has(self.a) && has(self.b))",
            "exactly one of a and b must be set",
        ),
        ("(has(self.a) && !has(self.b)) || (!has(self.c) && has(self.b))", ""),
        ("self.a || self.b", ""),
    ],
)
def test_common_rules_have_words(expression, words):
    assert explain(expression) == words


PROGRAM = """
import sys
sys.modules["cel_expr_python"] = None
from gitops_gen.checks.cel_library import compile_expression
print(compile_expression("true"))
"""


def test_without_the_library_nothing_is_found_and_the_reason_is_told():
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "the package cel-expr-python is not installed\n"
