"""What the parser of PromQL says, in the words of this program, and where in the expression it goes wrong."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from gitops_gen.names import show
from gitops_gen.wording import find_near

_FUNCTIONS = """
    abs absent absent_over_time avg_over_time ceil changes clamp clamp_max clamp_min count_over_time day_of_month
    day_of_week day_of_year days_in_month delta deriv exp first_over_time floor histogram_avg histogram_count
    histogram_fraction histogram_quantile histogram_stddev histogram_stdvar histogram_sum hour idelta increase irate
    label_join label_replace last_over_time ln log10 log2 max_over_time min_over_time minute month predict_linear
    present_over_time quantile_over_time rate resets round scalar sgn sort sort_desc sqrt stddev_over_time
    stdvar_over_time sum_over_time time timestamp vector year
    avg bottomk count count_values group max min quantile stddev stdvar sum topk
"""
"""What people call; those of trigonometry and the experimental ones are left out: nobody means them by a typo."""
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<text>\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|`[^`]*`)|(?P<open>[\"'`].*)|(?P<space>\s+)"
    r"|(?P<name>[A-Za-z_:][A-Za-z0-9_:]*)|(?P<number>\.?[0-9][A-Za-z0-9_.]*)"
    r"|(?P<sign>=~|!~|==|!=|<=|>=|&&|\|\||.)",
    re.DOTALL,
)
_ON_BRACKETS = re.compile(r"parenthesis|inside b|unexpected right|invalid promql")
_WORDS = frozenset("and or unless by without on ignoring group_left group_right offset bool atan2 start end".split())  # noqa: SIM905 - a list of words
_SET_WORDS = frozenset({"and", "or", "unless", "atan2"})
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_BINARY = frozenset({"*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">="})
_INSTEAD = {"&&": "and", "||": "or", "!": "unless", "=": "==", ";": "nothing"}


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


def explain(text: str, error: str) -> tuple[str, int]:
    """What is wrong with an expression that the parser refused with `error`, and the place of it, -1 if unknown."""
    tokens = [token for token in _list_tokens(text) if token.kind not in {"comment", "space"}]
    if not tokens:
        return "is empty", -1
    found = _find_bracket(tokens) if _ON_BRACKETS.search(error) else None
    found = found or _translate(text, tokens, error) or _find_words(tokens)
    return found or ("is not PromQL" if error.startswith("invalid promql") else f"cannot be parsed: {error[:200]}", -1)


def _translate(text: str, tokens: list[_Token], error: str) -> tuple[str, int] | None:
    """The parser's own words, where this program has better ones."""
    if match := re.search(r"unterminated quoted string (.)", error):
        return f"has a text that no {match[1]} ends", _find_quote(tokens, match[1])
    if match := re.fullmatch(r"unknown function with name '(.*)'", error):
        near = find_near(match[1], _FUNCTIONS.split(), cutoff=0.75)
        words = f"calls {show(match[1])}, which is no function"
        return f"{words}; did you mean {near}?" if near else words, text.find(match[1])
    if match := re.fullmatch(r"expected type matrix in call to function '(\w+)', got vector", error):
        return f"gives {match[1]}() no range, such as [5m] behind the selector", text.find(match[1])
    if re.match(r"expected type vector in (?:call to function|aggregation expression).*got matrix$", error):
        return "aggregates a range; take rate() or another function of it first", text.find("[")
    return None


def find_text(text: str, value: str) -> int:
    """Where a text literal of this value stands; -1 if it is written in another way."""
    return next((at for quote in "\"'`" if (at := text.find(f"{quote}{value}{quote}")) >= 0), -1)


def _list_tokens(text: str) -> Iterator[_Token]:
    return (_Token(match.lastgroup or "", match[0], match.start()) for match in _TOKEN.finditer(text))


def _find_bracket(tokens: list[_Token]) -> tuple[str, int] | None:
    waiting: list[_Token] = []
    for token in tokens:
        if token.text in _PAIRS:
            waiting.append(token)
        elif token.kind == "sign" and token.text in _PAIRS.values():
            if not waiting:
                return f"has a {token.text} that nothing opens", token.offset
            if _PAIRS[waiting[-1].text] != token.text:
                return f"has a {waiting[-1].text} that is not closed", waiting[-1].offset
            waiting.pop()
    return (f"has a {waiting[-1].text} that is not closed", waiting[-1].offset) if waiting else None


def _find_quote(tokens: list[_Token], quote: str) -> int:
    """Where the text that is not closed begins: it goes on to the end."""
    return next((token.offset for token in tokens if token.kind == "open" and token.text[0] == quote), -1)


def _find_words(tokens: list[_Token]) -> tuple[str, int] | None:
    """What a person may have meant by tokens that do not go together."""
    if tokens[0].text in _BINARY or tokens[0].text in _SET_WORDS:
        return f"begins with {tokens[0].text}, which needs a value before it", tokens[0].offset
    last = tokens[-1]
    if last.text in _BINARY or last.text in {"+", "-"} or last.text in _SET_WORDS:
        return f"ends with {last.text}, which needs a value behind it", last.offset
    depth = 0
    for token, following in pairwise(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if depth:
            continue
        if token.text in _INSTEAD:
            return f"has {token.text}, which is no operator; write {_INSTEAD[token.text]}", token.offset
        if token.text in _BINARY and following.text in _BINARY:
            return f"has {following.text} right behind {token.text}", following.offset
        if _is_value(token) and (_is_value(following) or (following.text == "{" and token.kind != "name")):
            return f"has nothing between {show(token.text)} and {show(following.text)}", following.offset
    return None


def _is_value(token: _Token) -> bool:
    return token.kind in {"name", "number", "text"} and token.text.lower() not in _WORDS
