"""Go's text/template, parsed as Go does it: syntax, functions that exist, variables that were set.

The grammar is that of src/text/template/parse/parse.go. What a template does when it is run is not looked at.
"""

from collections.abc import Container

from gitops_gen.checks.go_template_pipelines import (
    PipelineReader,
    SyntaxProblem,
    TemplateProblem,
    TooDeepError,
    name_token,
)
from gitops_gen.checks.go_template_tokens import CLOSE, END, OPEN, TEXT, Token
from gitops_gen.checks.limits import TEMPLATES

__all__ = ["TemplateProblem", "find_template_problems"]

_SIZE_LIMIT = 2**16
"""Characters of a template that is parsed; an annotation has room for four times as many, and nobody fills it."""


def find_template_problems(
    text: str, functions: Container[str], variables: Container[str] = ()
) -> list[TemplateProblem]:
    """Why Go would not parse a template: unknown functions and variables, and the first mistake in its syntax.

    `functions` are those it has besides Go's own; `variables` those that are set before it begins, without the `$`.
    """
    if len(text) > _SIZE_LIMIT or not TEMPLATES.spend(text):
        return []
    parser = _Parser(text, functions, variables)
    try:
        parser.parse()
    except SyntaxProblem as problem:
        parser.problems.append(TemplateProblem(problem.offset, problem.message))
    except TooDeepError:
        pass
    return parser.problems


class _Frame:
    """A block that is open."""

    def __init__(self, token: Token, known: int, name: str = "") -> None:
        self.kind = token.text
        self.token = token
        self.known = known
        """How many variables there were before it."""
        self.name = name
        """What a define or block is called."""
        self.outer: list[str] | None = None
        """The variables of the template round a define or block, which has none of them."""
        self.has_else = False
        self.is_filled = False


class _Parser:
    def __init__(self, text: str, functions: Container[str], variables: Container[str]) -> None:
        self._reader = PipelineReader(text, functions, variables)
        self.problems = self._reader.problems
        self._frames: list[_Frame] = []
        self._defined: set[str] = set()

    def parse(self) -> None:
        while (token := self._reader.next()).kind != END:
            if token.kind == TEXT:
                self._fill(token.text.strip() != "")
            elif token.kind == OPEN:
                self._parse_action()
            else:
                raise SyntaxProblem(token, f"{token.text!r} has no place here")
        if self._frames:
            frame = self._frames[-1]
            raise SyntaxProblem(frame.token, f"{{{{{frame.kind}}}}} has no {{{{end}}}}")

    def _fill(self, filled: bool = True) -> None:
        if self._frames and filled:
            self._frames[-1].is_filled = True

    def _parse_action(self) -> None:
        token = self._reader.next()
        match token.kind:
            case "if" | "with" | "range":
                self._fill()
                self._open(token)
            case "define" if not self._frames:
                name = self._parse_name(token)
                self._reader.expect(CLOSE, "{{define}}")
                self._frames.append(self._isolate(_Frame(token, 1, name)))
            case "block":
                self._fill()
                name = self._parse_name(token)
                self._reader.parse_pipeline("{{block}}", CLOSE)
                self._frames.append(self._isolate(_Frame(token, 1, name)))
            case "template":
                self._fill()
                self._parse_name(token)
                if self._reader.peek().kind == CLOSE:
                    self._reader.next()
                else:
                    self._reader.parse_pipeline("{{template}}", CLOSE)
            case "break" | "continue":
                self._reader.expect(CLOSE, f"{{{{{token.text}}}}}")
                self._check_loop(token)
                self._fill()
            case "else":
                self._parse_else(token)
            case "end":
                self._reader.expect(CLOSE, "{{end}}")
                self._close(token)
            case _:
                self._fill()
                self._reader.put_back(token)
                self._reader.parse_pipeline("an action", CLOSE)

    def _open(self, token: Token) -> None:
        frame = _Frame(token, len(self._reader.variables))
        self._reader.parse_pipeline(f"{{{{{token.kind}}}}}", CLOSE)
        self._frames.append(frame)

    def _isolate(self, frame: _Frame) -> _Frame:
        frame.outer, self._reader.variables = self._reader.variables, ["$"]
        return frame

    def _check_loop(self, token: Token) -> None:
        for frame in reversed(self._frames):
            if frame.kind == "range":
                return
            if frame.outer is not None:
                break
        raise SyntaxProblem(token, f"{{{{{token.text}}}}} stands outside of a {{{{range}}}}")

    def _parse_else(self, token: Token) -> None:
        follows = self._reader.next()
        frame = self._frames[-1] if self._frames else None
        if follows.kind not in {CLOSE, "if", "with"}:
            raise SyntaxProblem(follows, f"{name_token(follows)} has no place in {{{{else}}}}")
        if frame is None or frame.outer is not None:
            raise SyntaxProblem(token, "{{else}} stands outside of {{if}}, {{with}} and {{range}}")
        if frame.has_else:
            raise SyntaxProblem(token, f"{{{{{frame.kind}}}}} has a second {{{{else}}}}")
        if follows.kind == CLOSE:
            frame.has_else = True
        elif follows.kind == frame.kind:
            self._reader.parse_pipeline(f"{{{{else {follows.kind}}}}}", CLOSE)
        else:
            raise SyntaxProblem(follows, f"{{{{{frame.kind}}}}} goes on with {{{{else {follows.kind}}}}}")

    def _close(self, token: Token) -> None:
        if not self._frames:
            raise SyntaxProblem(token, "{{end}} closes nothing")
        frame = self._frames.pop()
        if frame.outer is None:
            del self._reader.variables[frame.known :]
            return
        self._reader.variables = frame.outer
        if frame.is_filled and frame.name in self._defined:
            raise SyntaxProblem(frame.token, f"the template {frame.name!r} is defined twice")
        if frame.is_filled:
            self._defined.add(frame.name)

    def _parse_name(self, keyword: Token) -> str:
        token = self._reader.next()
        if token.kind not in {"string", "raw"}:
            raise SyntaxProblem(token, f"{{{{{keyword.text}}}}} needs a name in quotes, and not {name_token(token)}")
        return token.text[1:-1]
