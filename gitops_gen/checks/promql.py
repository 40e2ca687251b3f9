"""Prometheus' query language: whether an expression parses, and which metrics it reads.

The parser is promql-parser, in Rust. Where it refuses what Prometheus 3.16 takes, this module says nothing: trimmed
histograms (`</`), `anchored` and `smoothed`, durations that are computed, `1_000`, comments inside of brackets, labels
with a colon in `by` or called `or`, regular expressions that Go takes.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gitops_gen.checks.go_regex import find_regex_problem
from gitops_gen.checks.limits import PROMQL
from gitops_gen.checks.placeholders import is_template
from gitops_gen.checks.promql_places import explain, find_text

if TYPE_CHECKING:
    import promql_parser

_MOST_CHARACTERS = 20_000
_MOST_SIGNS = 400
"""Brackets and operators of an expression that is parsed: the parser recurses, and thousands overflow its stack."""
_HUGE = re.compile(r"(?:\[|:|@|\boffset\b)[-+\s]*(?:\w*\d[eE][-+]?\d|\d{16}|0[xX]|inf\b|nan\b)", re.IGNORECASE)
"""Times that are no sensible ones: the parser panics at some."""
_SIGN = re.compile(r"[-+*/%^<>=!(\[{,]|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
_NEWER = (
    re.compile(r"unexpected character inside brackets: '[-.+*/%^(#a-zA-Z]|^missing unit|not a valid duration"),
    re.compile(r"is not valid label in grouping opts$"),
    re.compile(r"unknown function with name 'holt_winters'|can't be parsed into i64$"),
)
"""What the parser says of expressions that Prometheus may take: newer ones, and a function of Prometheus 2."""
_NEWER_WORDS = re.compile(
    r"</|>/|[{,]\s{0,9}or\b|\b(?:anchored|smoothed|fill|fill_left|fill_right)\b|\boffset\s{0,9}[-+]?\s{0,9}[^-+\s\d]",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\[([^\[\]]*)")
_COMPUTED = re.compile(r"[-+*/%^#_]|\(\s*[\d(]|\b(?:step|range|min_of|max_of|min|max)\b", re.IGNORECASE)
"""What a duration holds that is computed."""
_UNCLOSED = re.compile(r"\[\s*\w+\s*\)")
_BARE = re.compile(r"\[\s*\d+\s*(?::[^\[\]]*)?\]|\[[^\[\]:]*:\s*\d+\s*\]")
_DIGITS = re.compile(r"(?<![\w:.])[\d.][\d.a-fxA-FX]*_\d")
_TEXT = r'"(?:[^"\\]|\\[\s\S]?)*+(?:"|\Z)|' + r"'(?:[^'\\]|\\[\s\S]?)*+(?:'|\Z)|`[^`]*(?:`|\Z)"
"""A quoted text; one that is not closed goes to the end, so that what is behind its quote is read once."""
_NO_CODE = re.compile(_TEXT + r"|#[^\n]*", re.DOTALL)


class PromqlProblem(NamedTuple):
    """Why Prometheus would not take an expression."""

    message: str
    """In words that go on from «the expression»."""
    offset: int = -1
    """Where, in characters from its begin; -1 if that is not known."""


class Query(NamedTuple):
    """What an expression says."""

    problem: PromqlProblem | None = None
    metrics: frozenset[str] = frozenset()
    """The names of the metrics that it reads, as far as it tells them."""
    is_read: bool = False
    """Whether all of it was understood."""


def find_promql_problem(text: str) -> PromqlProblem | None:
    """Why Prometheus would not take an expression; None if it does, or if nobody knows, as with a `${NAME}` in it."""
    problem = read_query(text).problem
    return None if problem and is_template(text) else problem


def tell_place(text: str, offset: int) -> str:
    """The end of a message that says where in an expression something is; empty if it is not known."""
    if offset < 0:
        return ""
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return f", at line {line}, column {column} of it" if "\n" in text.strip() else f", at column {column} of it"


def find_bare_range(text: str) -> str:
    """The first range or step of an expression that has no unit, such as `[5]`; empty if there is none."""
    if len(text) > _MOST_CHARACTERS:
        return ""
    match = _BARE.search(_NO_CODE.sub(" ", text))
    return match[0].strip() if match else ""


def read_query(text: str) -> Query:
    """An expression, parsed."""
    return _parse(text) if len(text) <= _MOST_CHARACTERS and PROMQL.covers(text, _weigh) else Query()


def _weigh(text: str) -> int:
    """What an expression counts for: the parser takes the square of its depth."""
    return len(text) + len(_SIGN.findall(text)) ** 2 // 8


@lru_cache(maxsize=4096)
def _parse(text: str) -> Query:
    code = _NO_CODE.sub(" ", text)
    if len(_SIGN.findall(code)) > _MOST_SIGNS or _HUGE.search(code):
        return Query()
    import promql_parser as parser  # noqa: PLC0415 - only where there is something to parse

    try:
        tree = parser.parse(text)
    except UnicodeEncodeError:  # half of a surrogate pair
        return Query()
    except ValueError as error:
        return Query(_judge(text, code, str(error)))
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a Rust library's own, which cannot be imported
            raise
        return Query()
    selectors = _list_selectors(tree)
    problem = next((found for each in selectors if (found := _check_selector(text, each, parser.MatchOp.Equal))), None)
    names = {name for each in selectors if (name := _read_name(each, parser.MatchOp.Equal))}
    return Query(problem, frozenset(names), is_read=problem is None)


def _list_selectors(tree: "promql_parser.Expr") -> "list[promql_parser.VectorSelector]":
    """All selectors; the parser's own walk takes the fourth power of the depth, which is 20 s for 400 operators."""
    import promql_parser as parser  # noqa: PLC0415 - as in _parse

    found: list[promql_parser.VectorSelector] = []
    waiting: list[object] = [tree]
    while waiting:
        match waiting.pop():
            case parser.VectorSelector() as selector:
                found.append(selector)
            case parser.MatrixSelector() as selector:
                found.append(selector.vector_selector)
            case parser.BinaryExpr() as node:
                waiting += [node.rhs, node.lhs]
            case parser.Call() as node:
                waiting += reversed(node.args)
            case parser.AggregateExpr() as node:
                waiting += [node.param, node.expr]
            case parser.ParenExpr() | parser.UnaryExpr() | parser.SubqueryExpr() as node:
                waiting.append(node.expr)
    return found


def _judge(text: str, code: str, error: str) -> PromqlProblem | None:
    """What the parser's error means; None where Prometheus might take the expression all the same."""
    if error.startswith("illegal regex"):
        return next((p for value, at in _list_patterns(text) if (p := _check_pattern(value, at))), None)
    if error.startswith("vector selector must contain") and re.search(r"\binfo\s*\(", code):
        return None
    if error == "duration must be greater than 0" and not re.search(r"\[\s*0", code):
        return None
    if any(pattern.search(error) for pattern in _NEWER) and not _is_certain(code, error):
        return None
    if (error == "invalid promql query" and _NEWER_WORDS.search(code)) or _DIGITS.search(code):
        return None
    return PromqlProblem(*explain(text, error))


def _is_certain(code: str, error: str) -> bool:
    """Whether what looks like something newer is wrong in any case."""
    if error.endswith("grouping opts"):
        return ":" not in error
    if ("brackets" not in error and "duration" not in error) or error.endswith(("'#'", "'.'")):
        return False
    return _UNCLOSED.search(code) is not None or not any(map(_COMPUTED.search, _BRACKETS.findall(code)))


def _check_selector(text: str, selector: "promql_parser.VectorSelector", equal: object) -> PromqlProblem | None:
    if selector.matchers.or_matchers:
        return PromqlProblem("joins label matchers with `or`, which only other databases than Prometheus know")
    for matcher in selector.matchers.matchers:
        if matcher.op != equal and "Re" in str(matcher.op):
            problem = _check_pattern(matcher.value, find_text(text, matcher.value))
            if problem:
                return problem
    return None


def _check_pattern(pattern: str, at: int) -> PromqlProblem | None:
    words = find_regex_problem(pattern)
    return PromqlProblem(f"has a regular expression that {words}", at) if words else None


def _list_patterns(text: str) -> list[tuple[str, int]]:
    """The regular expressions of label matchers, as far as they are plain, each with its place."""
    found = re.finditer(rf"[=!]~\s*({_TEXT})", text)
    return [(_unquote(match[1]), match.start(1)) for match in found]


def _unquote(literal: str) -> str:
    body = literal[1:-1]
    return body if literal[0] == "`" else re.sub(r"\\([\\\"'])", r"\1", body)


def _read_name(selector: "promql_parser.VectorSelector", equal: object) -> str:
    if selector.name:
        return selector.name
    named = (m for m in selector.matchers.matchers if m.name == "__name__")
    return next((matcher.value for matcher in named if matcher.op == equal), "")
