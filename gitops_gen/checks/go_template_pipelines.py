"""Pipelines of Go's text/template: what stands in an action, besides the keyword that it may begin with.

The grammar is that of src/text/template/parse/parse.go.
"""

from collections.abc import Container, Iterator
from typing import NamedTuple

from gitops_gen.checks.go_template_tokens import CLOSE, END, ERROR, KEYWORDS, Token, list_tokens

BUILTINS = frozenset(
    (
        *("and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or"),
        *("print", "printf", "println", "slice", "urlquery"),
    )
)
"""Functions that every template has: builtins() in src/text/template/funcs.go."""

_OPERANDS = frozenset(
    ("name", "dot", "nil", "variable", "field", "true", "false", "character", "number", "(", "string", "raw")
)
_LITERALS = frozenset(("dot", "nil", "true", "false", "character", "number", "string", "raw"))
"""What takes no field, and no value from a pipe."""
_NESTED = 100
"""Parentheses in parentheses that are followed."""
_PROBLEMS = 20
"""Unknown functions and variables that are told of one template."""


class TemplateProblem(NamedTuple):
    """What is wrong with a template, at the character `offset` of its text (from 0)."""

    offset: int
    message: str


class SyntaxProblem(Exception):  # noqa: N818 - what it becomes is a TemplateProblem
    """The first mistake in the syntax, after which nothing can be told."""

    def __init__(self, token: Token, message: str) -> None:
        super().__init__(message)
        self.offset = token.offset
        self.message = token.text if token.kind == ERROR else message


class TooDeepError(Exception):
    """There are more parentheses in parentheses than anybody writes."""


class PipelineReader:
    """Reads the tokens of a template, and pipelines among them."""

    def __init__(self, text: str, functions: Container[str], variables: Container[str]) -> None:
        """As of `find_template_problems`."""
        self.problems: list[TemplateProblem] = []
        self.variables = ["$"]
        """Those that are set at this point."""
        self._tokens: Iterator[Token] = list_tokens(text)
        self._ahead: list[Token] = []
        self._functions = functions
        self._given = variables

    def next(self, *, space: bool = False) -> Token:
        """The next token; with `space`, also where it is white space."""
        while True:
            token = self._ahead.pop() if self._ahead else next(self._tokens)
            if space or token.kind != "space":
                return token

    def peek(self) -> Token:
        """What `next` will give."""
        token = self.next()
        self._ahead.append(token)
        return token

    def put_back(self, token: Token) -> None:
        """Have `next` give a token once more."""
        self._ahead.append(token)

    def expect(self, kind: str, place: str) -> None:
        """Read a token of that kind, or raise."""
        token = self.next()
        if token.kind != kind:
            raise SyntaxProblem(token, f"{name_token(token)} has no place in {place}")

    def parse_pipeline(self, place: str, end: str, depth: int = 0) -> None:
        """Read a pipeline, and the token `end` behind it."""
        if depth > _NESTED:
            raise TooDeepError
        self._parse_declarations(place)
        stage = 0
        while (token := self.next()).kind != end:
            if token.kind not in _OPERANDS:
                raise SyntaxProblem(token, f"{name_token(token)} has no place in {place}")
            stage += 1
            self._ahead.append(token)
            if self._parse_command(depth) and stage > 1:
                raise SyntaxProblem(token, f"{token.text} takes no value from a pipe")
        if stage == 0:
            raise SyntaxProblem(token, f"there is nothing in {place}")

    def _parse_declarations(self, place: str) -> None:
        for count in range(2):
            variable = self.peek()
            if variable.kind != "variable":
                return
            self.next()
            after = self.next(space=True)
            sign = self.next() if after.kind == "space" else after
            if sign.kind not in {":=", "=", ","}:
                self._ahead += [sign, after, variable] if sign is not after else [sign, variable]
                return
            self.variables.append(variable.text)
            if sign.kind != ",":
                return
            if place != "{{range}}" or count:
                raise SyntaxProblem(sign, f"too many variables are set in {place}")
            if self.peek().kind not in {"variable", CLOSE, ")"}:
                raise SyntaxProblem(self.peek(), "{{range}} can only set variables")

    def _parse_command(self, depth: int) -> bool:
        """Read a command and the `|` behind it; whether it begins with a literal."""
        begins_with_literal = None
        while True:
            token = self.peek()
            if token.kind in _OPERANDS:
                is_literal = self._parse_operand(depth)
                if begins_with_literal is None:
                    begins_with_literal = is_literal
            token = self.next(space=True)
            if token.kind == "space":
                continue
            if token.kind in {CLOSE, ")"}:
                self._ahead.append(token)
            elif token.kind != "|":
                raise SyntaxProblem(token, f"{name_token(token)} has no place behind a value")
            return bool(begins_with_literal)

    def _parse_operand(self, depth: int) -> bool:
        token = self.next()
        if token.kind == "name" and token.text not in BUILTINS and token.text not in self._functions:
            self._tell(token, f"there is no function {token.text!r}")
        elif token.kind == "variable" and token.text not in self.variables and token.text[1:] not in self._given:
            self._tell(token, f"the variable {token.text} is not set")
        elif token.kind == "(":
            self.parse_pipeline("parentheses", ")", depth + 1)
        while (follows := self.next(space=True)).kind == "field":
            if token.kind in _LITERALS:
                raise SyntaxProblem(follows, f"{token.text} has no fields")
        self._ahead.append(follows)
        return token.kind in _LITERALS

    def _tell(self, token: Token, message: str) -> None:
        if len(self.problems) < _PROBLEMS:
            self.problems.append(TemplateProblem(token.offset, message))


def name_token(token: Token) -> str:
    """What a message calls a token."""
    if token.kind in {END, CLOSE}:
        return "the end of the template" if token.kind == END else "}}"
    return f"the keyword {token.text}" if token.kind in KEYWORDS else repr(token.text)
