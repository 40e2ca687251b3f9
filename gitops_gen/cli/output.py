"""How commands talk: results on standard output, the rest on standard error."""

import json
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from gitops_gen.errors import GitopsGenError


class OutputFormat(StrEnum):
    """What `--output` takes."""

    TEXT = "text"
    JSON = "json"


def print_json(data: Mapping[str, Any]) -> None:
    """One JSON object, indented, on standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def print_fields(fields: Mapping[str, str]) -> None:
    """A line for each field that is not empty, the values in one column."""
    width = max((len(name) for name, value in fields.items() if value), default=0)
    for name, value in fields.items():
        if value:
            print(f"  {name:<{width}}  {make_printable(value)}")


def print_warnings(warnings: Iterable[str]) -> None:
    """Each warning on a line of standard error."""
    for warning in warnings:
        print(f"warning: {make_printable(warning)}", file=sys.stderr)


def print_error(error: GitopsGenError) -> None:
    """What went wrong and the way out, on standard error."""
    print(f"error: {make_printable(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"hint: {make_printable(error.hint)}", file=sys.stderr)


def describe_error(error: GitopsGenError) -> dict[str, Any]:
    """An error as bots read it."""
    return {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}


def make_printable(text: str) -> str:
    """`text` without what could move a terminal's cursor or colour it; lines stay."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
