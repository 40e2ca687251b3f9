"""Jinja2 for YAML: a sandbox in which each value is quoted, and whose output is parsed before anybody sees it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gitops_gen.assets import read_asset
from gitops_gen.errors import ConfigError
from gitops_gen.names import show
from gitops_gen.render.quoting import Yaml, block, comment, literal, mend, scalar
from gitops_gen.yamlio import load_round_trip

SUFFIX = ".j2"
"""Ending of a template's file name."""

# What a template can raise besides Jinja's own errors, by what it does with the values.
_FAILURES = (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

_FRAME = "template:"
"""Begins the file name that Jinja gives a template's stack frames, whose lines are the template's own."""


class Templates:
    """The program's templates, some of them replaced by a team's own.

    `overrides` is the text of the team's templates by name, such as `model/seldondeployment.yaml.j2`; `folder` is
    where they stand in the repository, for messages.
    """

    def __init__(self, overrides: Mapping[str, str] | None = None, *, folder: str = "templates") -> None:
        self._overrides = dict(overrides or {})
        self._folder = folder

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """The YAML document that the template `name` makes of `values`.

        Raises:
            ConfigError: a team's template fails, or what it makes is not one YAML document, or it mangles a value;
                the message has template and line.
        """
        written: set[str] = set()
        environment = _make_environment(self._load, written.update)
        try:
            text = environment.get_template(name).render(values)
        except _FAILURES as error:
            template, line = _find_place(error, name)
            if not self._overrides:
                raise  # the program's own template: a bug, which deserves its traceback
            raise ConfigError(
                f"{self._describe(template)}:{line}: {error}",
                hint="docs/rendering.md lists the values that each template gets",
            ) from error
        document = load_round_trip(text, path=f"{self._describe(name)} (as rendered)")
        lost = {mend(text) for text in written} - set(_find_strings(document))
        if lost:
            raise ConfigError(
                f"{self._describe(name)}: the value {show(min(lost))} does not arrive whole in the YAML",
                hint="let each {{ value }} stand alone: {{ (a ~ '-' ~ b) }}, not {{ a }}-{{ b }}; "
                "in a comment write {{ value | comment }}",
            )
        return text

    def _load(self, name: str) -> str | None:
        if name in self._overrides:
            return self._overrides[name]
        return _read_own(name)

    def _describe(self, name: str) -> str:
        return f"{self._folder}/{name}" if name in self._overrides else f"template {name}"


@cache
def _read_own(name: str) -> str | None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return None
    try:
        return read_asset("templates", name)
    except OSError:
        return None


def _make_environment(load: Callable[[str], str | None], note: Callable[[Iterable[str]], None]) -> jinja2.Environment:
    def find(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        text = load(name)
        return None if text is None else (text, _FRAME + name, lambda: True)

    def finalize(value: object) -> str:
        if isinstance(value, Yaml):
            return value
        if isinstance(value, jinja2.Undefined):
            return str(value)  # raises, naming the variable
        note(_find_strings(value))
        return scalar(value)

    def fill_block(value: object, indent: int) -> Yaml:
        note(_find_strings(value))
        return block(value, indent)

    def fill_literal(text: str, indent: int) -> Yaml:
        note([text])
        return literal(text, indent)

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(find),
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        autoescape=False,  # for HTML; finalize quotes for YAML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"block": fill_block, "comment": comment, "literal": fill_literal}
    return environment


def _find_place(error: BaseException, name: str) -> tuple[str, int]:
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.name or name, error.lineno
    place = (name, 1)
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(_FRAME):
            place = (file.removeprefix(_FRAME), trace.tb_lineno)
        trace = trace.tb_next
    return place


def _find_strings(node: Any) -> Iterator[str]:  # noqa: ANN401 - YAML is any value
    match node:
        case str():
            yield str(node)
        case Mapping():
            for key, value in node.items():
                yield from _find_strings(key)
                yield from _find_strings(value)
        case Sequence():
            for item in node:
                yield from _find_strings(item)
