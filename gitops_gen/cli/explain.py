"""`gitops-gen explain`: a rule's page, or what is known of a line of a file, on the terminal."""

import re
import textwrap
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gitops_gen.checks.catalogue import SUBJECTS, find_rule, load_rules
from gitops_gen.errors import InvalidValueError, NotFoundError
from gitops_gen.names import show

_WIDTH = 100
_RULE = re.compile(r"[A-Za-z]+[0-9]*")


class ExplainOutput(StrEnum):
    """What `--output` takes."""

    TEXT = "text"
    JSON = "json"


def explain(
    subject: Annotated[str, typer.Argument(metavar="FILE:LINE|RULE|SUBJECT", help="PATH:12, SELDON003 or SELDON.")],
    output: Annotated[
        ExplainOutput, typer.Option("--output", "-o", help="For people, or for a program: a line only.")
    ] = ExplainOutput.TEXT,
    kubernetes_version: Annotated[
        str, typer.Option(metavar="VERSION", help="Release of the native kinds, such as 1.31; the newest by default.")
    ] = "",
    schema_location: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="As for `gitops-gen validate`; may be repeated."),
    ] = None,
) -> None:
    """Say which schema and which rules hold on a line, what uses its file and what is found; or what a rule is for."""
    from gitops_gen.cli.validation_output import print_text

    place = split_place(subject)
    if place is None:
        print_text(explain_rule(subject))
        return
    from gitops_gen.cli.validate_arguments import Arguments
    from gitops_gen.cli.validation import make_request
    from gitops_gen.validation import prepare_run

    path, line = place
    if not Path(path).is_file():
        raise NotFoundError(f"there is no file {path}", hint="name a file and a line: gitops-gen explain FILE:LINE")
    named = make_request(Arguments(paths=(path,), kubernetes_version=kubernetes_version))
    request = make_request(
        Arguments(
            paths=(named.root,), kubernetes_version=kubernetes_version, schema_location=tuple(schema_location or ())
        )
    )
    from gitops_gen.adapters.kustomize import find_kustomize
    from gitops_gen.explaining import explain_line
    from gitops_gen.reports.explanation_json import render_json
    from gitops_gen.reports.explanation_text import render_text

    found = explain_line(request, prepare_run(request), named.paths[0], line, find_kustomize=find_kustomize)
    print_text(render_json(found) if output is ExplainOutput.JSON else render_text(found))


def split_place(text: str) -> tuple[str, int] | None:
    """File and line of `FILE:LINE`, or of `FILE:LINE:COLUMN` as findings have it; None where it is a rule.

    Raises:
        InvalidValueError: it is neither.
    """
    if _RULE.fullmatch(text) and not Path(text).exists():
        return None
    path, colon, number = text.rpartition(":")
    inner, _, above = path.rpartition(":")
    if inner and _is_number(above) and _is_number(number) and not Path(path).exists():
        path, number = inner, above
    if not colon or not path or not _is_number(number):
        raise InvalidValueError(f"{show(text)} is neither a rule nor FILE:LINE", hint="name the line too: file.yaml:12")
    return path, int(number)


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) <= len("999999999")


def explain_rule(name: str) -> str:
    """What a rule is for; with a subject, its rules, a line each.

    Raises:
        NotFoundError: there is no such rule.
    """
    upper = name.upper()
    if upper in SUBJECTS:
        return "\n".join(f"{rule.id}  {rule.severity:<7}  {rule.title}" for rule in load_rules(SUBJECTS[upper]))
    rule = find_rule(upper)
    if rule is None:
        subjects = ", ".join(SUBJECTS)
        raise NotFoundError(f"there is no rule {show(name)}", hint=f"a subject lists its rules: {subjects}")
    paragraphs = [textwrap.fill(line, _WIDTH) for line in rule.help.split("\n")]
    return "\n\n".join([f"{rule.id} ({rule.severity}): {rule.title}", *paragraphs])
