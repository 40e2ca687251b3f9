"""`gitops-gen diff`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class DiffFormat(StrEnum):
    """What `--output` takes."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def diff(
    before: Annotated[
        str, typer.Argument(metavar="[REV", help="Revision to compare with; by default HEAD.", show_default=False)
    ] = "HEAD",
    after: Annotated[
        str,
        typer.Argument(
            metavar="[REV]]", help="Revision that is compared; by default the work tree.", show_default=False
        ),
    ] = "",
    env: Annotated[str, typer.Option("--env", "-e", help="Only overlays of this environment.")] = "",
    rendered: Annotated[
        bool, typer.Option("--rendered", help="Compare the YAML of the objects line by line, not field by field.")
    ] = False,
    output: Annotated[DiffFormat, typer.Option("--output", "-o", help="How to print it.")] = DiffFormat.TEXT,
) -> None:
    """Show what a change means once it is built: the overlays of two revisions, resource by resource.

    Exits with 1 if something differs, or cannot be built.
    """
    from gitops_gen.adapters.kustomize import KustomizeCommand
    from gitops_gen.diff import DiffRequest
    from gitops_gen.diff import diff as compare
    from gitops_gen.reports.difference_json import render_difference_json
    from gitops_gen.reports.difference_markdown import render_difference_markdown
    from gitops_gen.reports.difference_text import render_difference_text
    from gitops_gen.reports.json_text import dump_json

    request = DiffRequest(before=before, after=after, environment=env, start=Path.cwd())
    found = compare(request, KustomizeCommand())
    match output:
        case DiffFormat.JSON:
            print(dump_json(render_difference_json(found, rendered=rendered)))
        case DiffFormat.MARKDOWN:
            print(render_difference_markdown(found, rendered=rendered), end="")
        case DiffFormat.TEXT:
            print(render_difference_text(found, rendered=rendered), end="")
    if found.folders:
        raise typer.Exit(1)
