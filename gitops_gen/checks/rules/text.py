"""Rules on the text of a file, before any object is seen. Each takes the problems that reading it gave."""

from collections.abc import Iterator, Sequence

from gitops_gen.checks.limits import DEPTH_LIMIT, NODE_LIMIT
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.yaml_reader import Problem
from gitops_gen.names import show


def _select(problems: Sequence[Problem], *codes: str) -> Iterator[Problem]:
    return (problem for problem in problems if problem.code in codes)


def _hit(problem: Problem, message: str, fix: str) -> Hit:
    return Hit(message, fix=fix, line=problem.line, column=problem.column)


@rule("YAML001", "error")
def check_syntax(problems: Sequence[Problem]) -> Iterator[Hit]:
    """A file is YAML, or JSON where its name says so.

    Why: nothing can read the file from the mistake on; what stands below it is neither checked nor applied.

    Fix: mend the line that is named or the one above it. The usual reasons are a missing space behind a colon or a
    dash, a wrong indentation, and a value with `: `, `#`, `*` or `{{` in it that needs quotes.
    """
    for problem in _select(problems, "syntax", "json"):
        kind = "JSON" if problem.code == "json" else "YAML"
        fix = "" if kind == "JSON" else "put values with ': ', '#' or '{' in quotes, and check the indentation"
        if problem.detail.startswith("no anchor"):
            fix = "define the anchor above it in the same document, or put a value that begins with * in quotes"
        yield _hit(problem, f"not {kind}: {show(problem.detail, 300)[1:-1]}", fix)


@rule("YAML002", "error")
def check_duplicate_keys(problems: Sequence[Problem]) -> Iterator[Hit]:
    """A key stands once in a mapping.

    Why: Kubernetes takes the last of two equal keys and drops the first without a word.

    Fix: remove one of the two, or bring what both hold under one key.
    """
    for problem in _select(problems, "duplicate-key"):
        yield _hit(problem, f"the key {show(problem.detail)} stands twice; the last one wins", "remove one of them")


@rule("YAML003", "error")
def check_tabs(problems: Sequence[Problem]) -> Iterator[Hit]:
    """Lines are indented with spaces.

    Why: YAML does not allow tabs for indentation; no tool can read the file.

    Fix: replace each tab by spaces; editors have a command for it.
    """
    for problem in _select(problems, "tab"):
        yield _hit(problem, "a tab indents this line; YAML allows spaces only", "replace the tab by spaces")


@rule("YAML004", "warning")
def check_byte_order_mark(problems: Sequence[Problem]) -> Iterator[Hit]:
    """A file starts with its text, not with a byte order mark.

    Why: tools that join or patch files carry the invisible mark into the middle of a text, where it breaks the first
    key.

    Fix: save the file as UTF-8 without a byte order mark (BOM).
    """
    for problem in _select(problems, "bom"):
        yield _hit(problem, "the file starts with a byte order mark", "save it as UTF-8 without BOM")


@rule("YAML005", "info")
def check_line_ends(problems: Sequence[Problem]) -> Iterator[Hit]:
    """Lines end with a line feed alone.

    Why: block scalars keep the carriage return, so a script or a configuration in a ConfigMap has it on each line, and
    two people with different editors rewrite the whole file in turn.

    Fix: save the file with Unix line ends (LF); `* text=auto eol=lf` in .gitattributes keeps it that way.
    """
    for problem in _select(problems, "line-ends"):
        yield _hit(problem, "lines end with a carriage return (CRLF)", "save it with Unix line ends (LF)")


@rule("YAML006", "error")
def check_encoding(problems: Sequence[Problem]) -> Iterator[Hit]:
    """A file is UTF-8 text.

    Why: kubectl, kustomize and Argo CD read UTF-8 alone.

    Fix: save the file as UTF-8.
    """
    for problem in _select(problems, "encoding"):
        yield _hit(problem, f"not UTF-8 text: {problem.detail}", "save it as UTF-8")


@rule("YAML007", "error")
def check_aliases(problems: Sequence[Problem]) -> Iterator[Hit]:
    """Anchors and aliases stay within bounds.

    Why: aliases of aliases can stand for billions of values; Kubernetes refuses such a file, and an anchor that holds
    itself has no end.

    Fix: write the repeated part out, or make it once with a kustomize component or patch.
    """
    for problem in _select(problems, "aliases"):
        itself = problem.detail == "itself"
        what = "an anchor holds itself" if itself else f"its aliases stand for more than {NODE_LIMIT:,} values"
        yield _hit(problem, what, "write out what the alias stands for")


@rule("YAML008", "error")
def check_depth(problems: Sequence[Problem]) -> Iterator[Hit]:
    """Values are not nested without end.

    Why: no Kubernetes object is that deep; such a file is broken or made to exhaust its readers.

    Fix: look for brackets that are never closed.
    """
    for problem in _select(problems, "depth"):
        yield _hit(problem, f"nested more than {DEPTH_LIMIT} levels deep", "close the brackets that are open")


@rule("YAML009", "error")
def check_keys(problems: Sequence[Problem]) -> Iterator[Hit]:
    """A key is text.

    Why: objects become JSON, whose keys are texts; a mapping, a list or nothing cannot be one. `{{ name }}` without
    quotes is the usual reason: YAML reads it as a mapping in a mapping.

    Fix: put the key in quotes; a template's `{{ … }}` too.
    """
    for problem in _select(problems, "key"):
        if problem.detail == "<<":
            yield _hit(problem, "`<<` must name a mapping or a list of mappings", "point it at an anchor of a mapping")
        else:
            message = f"{problem.detail} cannot be a key"
            yield _hit(problem, message, "put the key in quotes; a template's {{ … }} as well")


@rule("YAML010", "error")
def check_values(problems: Sequence[Problem]) -> Iterator[Hit]:
    """A value can be written as JSON.

    Why: `.nan` and `.inf` are numbers in YAML and have no form in JSON, and a value must fit its tag; kubectl refuses
    the file.

    Fix: put the value in quotes if a text is meant.
    """
    for problem in _select(problems, "value"):
        yield _hit(problem, f"{show(problem.detail)} has no form in JSON", "put it in quotes if a text is meant")


@rule("YAML011", "error")
def check_characters(problems: Sequence[Problem]) -> Iterator[Hit]:
    """A file has no control characters.

    Why: a NUL byte or another control character means that the file is no text at all, or was damaged.

    Fix: restore the file, or give a file that is not YAML another ending.
    """
    for problem in _select(problems, "binary"):
        yield _hit(problem, f"not text: it holds {problem.detail}", "restore it, or rename it if it is not YAML")


RULES: tuple[Rule, ...] = (
    check_syntax,
    check_duplicate_keys,
    check_tabs,
    check_byte_order_mark,
    check_line_ends,
    check_encoding,
    check_aliases,
    check_depth,
    check_keys,
    check_values,
    check_characters,
)
