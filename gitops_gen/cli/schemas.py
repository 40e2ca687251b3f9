"""`gitops-gen schemas`: the schemas that objects are checked by, and the team's own CRDs among them."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from gitops_gen.cli.options import Output
from gitops_gen.cli.output import (
    OutputFormat,
    describe_error,
    make_printable,
    print_error,
    print_fields,
    print_json,
    print_warnings,
)
from gitops_gen.errors import GitopsGenError

if TYPE_CHECKING:
    from gitops_gen.schema_catalog import ShownSchema
    from gitops_gen.schema_diff import DiffOutcome, VersionDiff
    from gitops_gen.schema_fields import Field

schemas = typer.Typer(name="schemas", no_args_is_help=True, rich_markup_mode=None)

_Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE|FOLDER|-...",
        help="CRDs in YAML or JSON; - reads standard input, as of `kubectl get crd -o yaml`.",
        show_default=False,
    ),
]
_KubernetesVersion = Annotated[
    str, typer.Option(metavar="VERSION", help="Release of the native kinds, such as 1.31; the newest by default.")
]


@schemas.command("import", short_help="Check by the team's own CRDs.")
def import_(
    sources: _Sources,
    output: Output = OutputFormat.TEXT,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be written; write nothing.")] = False,
) -> None:
    """Put the schemas of CustomResourceDefinitions into the repository, where validate finds them.

    All served versions are written below .gitops-gen/schemas, to be committed; a kind that is there is replaced.
    """
    from gitops_gen.definitions import read_inputs
    from gitops_gen.schema_import import import_schemas

    root = _find_root()
    try:
        outcome = import_schemas(root, read_inputs(sources, _read_stdin(sources)), dry_run=dry_run)
    except GitopsGenError as error:
        _fail(error, output, {"operation": "none", "root": root, "schemas": []})
    print_warnings(outcome.warnings)
    if output is OutputFormat.JSON:
        print_json(outcome.to_json() | {"error": None})
        return
    for row in outcome.schemas:
        print(f"{row.status:<9}  {row.kind}.{row.version}.{row.group}  {row.path}")
    changed = sum(row.status not in {"unchanged", "kept"} for row in outcome.schemas)
    dry = " (dry run: nothing was written)" if dry_run else ""
    skipped = f", {_count(outcome.skipped, 'other document')} skipped" if outcome.skipped else ""
    print(f"{_count(len(outcome.schemas), 'version')}, {changed} changed{skipped}{dry}")


@schemas.command("list", short_help="Show the kinds that have a schema.")
def list_(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="Part of a kind, a group or an origin.")] = "",
    output: Output = OutputFormat.TEXT,
    kubernetes_version: _KubernetesVersion = "",
) -> None:
    """Show the kinds that objects are checked by here, their versions, and where the schemas come from.

    The origin is imported (the team's own), carried (by this program) or kubernetes.
    """
    from gitops_gen.schema_catalog import list_kinds

    try:
        kinds = list_kinds(_find_root(), kubernetes_version=kubernetes_version, text=text)
    except GitopsGenError as error:
        _fail(error, output, {"kinds": []})
    if output is OutputFormat.JSON:
        print_json({"kinds": [kind.to_json() for kind in kinds], "error": None})
        return
    rows = [(one.kind, one.group or "(core)", ", ".join(one.versions), one.origin) for one in kinds]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), f" {row[3]}")
    if not rows:
        print(f"no kind has {make_printable(text)!r} in its name, group or origin", file=sys.stderr)


@schemas.command(short_help="Show the fields of a kind.")
def show(
    kind: Annotated[
        str, typer.Argument(metavar="KIND[.VERSION][.GROUP]", help="As kubectl takes it.", show_default=False)
    ],
    path: Annotated[str, typer.Option(metavar="FIELD", help="Begin at a field, such as spec.source.")] = "",
    depth: Annotated[int, typer.Option(min=0, help="Levels to go down; 0 for all.")] = 0,
    output: Output = OutputFormat.TEXT,
    kubernetes_version: _KubernetesVersion = "",
) -> None:
    """Show the fields of a kind: types, what is required, values and defaults; as JSON, the schema itself."""
    from gitops_gen.schema_catalog import show_schema

    try:
        shown = show_schema(_find_root(), kind, path=path, depth=depth, kubernetes_version=kubernetes_version)
    except GitopsGenError as error:
        _fail(error, output, {})
    if output is OutputFormat.JSON:
        print_json(shown.part)
        return
    _print_shown(shown)


@schemas.command(short_help="Show what CRDs would change.")
def diff(
    sources: _Sources,
    output: Output = OutputFormat.TEXT,
) -> None:
    """Show how CRDs differ from the schemas of today, and which objects of the repository they would break.

    Nothing is written. Exit code 1 if something differs, as of diff; `!` marks what can break objects.
    """
    from gitops_gen.definitions import read_inputs
    from gitops_gen.schema_diff import diff_schemas

    try:
        outcome = diff_schemas(_find_root(), read_inputs(sources, _read_stdin(sources)))
    except GitopsGenError as error:
        _fail(error, output, {"operation": "none", "versions": [], "breaks": []})
    print_warnings(outcome.warnings)
    if output is OutputFormat.JSON:
        print_json(outcome.to_json() | {"error": None})
    else:
        _print_diff(outcome)
    raise typer.Exit(1 if outcome.differs else 0)


def _print_shown(shown: "ShownSchema") -> None:
    head = {
        "kind": shown.kind.kind,
        "version": f"{shown.kind.group}/{shown.version}" if shown.kind.group else shown.version,
        "origin": shown.kind.origin,
        "field": f"{shown.path}{_describe(shown.itself)}" if shown.path else "",
    }
    print_fields(head)
    print()
    for field in shown.fields:
        print(f"{'  ' * field.depth}{make_printable(field.name)}{_describe(field)}")
    if not shown.fields:
        print("  no fields are known below it")


def _describe(field: "Field") -> str:
    """` <string> required (enum: A, B; default: A)`."""
    facts = "; ".join(f"{name}: {value}" if value else name for name, value in field.facts)
    text = f" <{field.type}>" + " required" * field.required + (f" ({facts})" if facts else "")
    return make_printable(text).replace("\n", "\\n")


def _print_diff(outcome: "DiffOutcome") -> None:
    for one in outcome.versions:
        _print_version(one)
    if outcome.breaks:
        print("\nIn this repository it would break:")
        for place in outcome.breaks:
            print(f"  {make_printable(f'{place.path}:{place.line}: {place.message}')}")
    changes = [change for one in outcome.versions for change in one.changes]
    breaking = sum(change.breaking for change in changes) + sum(one.status == "gone" for one in outcome.versions)
    print(
        f"{_count(len(outcome.versions), 'version')} compared, {_count(len(changes), 'change')}, {breaking} can break, "
        f"{_count(len(outcome.breaks), 'place')} here would"
    )


def _print_version(one: "VersionDiff") -> None:
    words = {
        "same": f"as {one.origin}",
        "changed": f"differs from the {one.origin} one",
        "kept": "leaves spec open; the carried one knows its fields and stays",
        "new": "new: objects of it are not checked yet",
        "gone": f"! not served any more; {one.origin} today",
    }
    print(f"{one.kind}.{one.version}.{one.group}: {words[one.status]}")
    for change in one.changes:
        text = f"{change.path or 'the object'}: {change.change}" + (f": {change.text}" if change.text else "")
        print(f"  {'!' if change.breaking else ' '} {make_printable(text)}".replace("\n", "\\n"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + "s" * (number != 1)


def _find_root() -> str:
    from gitops_gen.checks.discover import find_root

    return find_root(str(Path.cwd()))


def _read_stdin(sources: list[str]) -> bytes | None:
    return sys.stdin.buffer.read() if "-" in sources else None


def _fail(error: GitopsGenError, output: OutputFormat, nothing: Mapping[str, Any]) -> NoReturn:
    if output is OutputFormat.JSON:
        print_json({**nothing, "error": describe_error(error)})
    print_error(error)
    raise typer.Exit(error.exit_code) from error
