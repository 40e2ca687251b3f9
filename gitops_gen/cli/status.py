"""`gitops-gen status`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gitops_gen.cli.options import Base, Repo
from gitops_gen.cli.outcome import check_body_file
from gitops_gen.cli.output import print_warnings
from gitops_gen.errors import InvalidValueError


class StatusFormat(StrEnum):
    """What `--output` takes."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def status(
    model: Annotated[str, typer.Option(help="Only this model, by its name in the repository.")] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Ask Argo CD too (argocd.url; the token is in ARGOCD_AUTH_TOKEN).")
    ] = False,
    repo: Repo = "",
    base: Base = "",
    output: Annotated[StatusFormat, typer.Option("--output", "-o", help="How to print it.")] = StatusFormat.TEXT,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Write it here, not on standard output.")
    ] = None,
) -> None:
    """Show where each model stands: version, run and digest in each environment, since when, and what is proposed.

    A forge or an Argo CD that does not answer is a warning.
    """
    from gitops_gen.cli.wiring import find_place, open_status_ports
    from gitops_gen.names import parse_model_name
    from gitops_gen.reports.json_text import dump_json
    from gitops_gen.reports.status_html import render_status_html
    from gitops_gen.reports.status_json import render_status_json
    from gitops_gen.reports.status_text import render_status_text
    from gitops_gen.status import StatusRequest, read_status

    check_body_file(file, option="--file")
    place = find_place(repo, base)
    request = StatusRequest(model=parse_model_name(model) if model else "", live=live, base_branch=place.base)
    with open_status_ports(place) as ports:
        found = read_status(request, ports)
    print_warnings(found.warnings)
    match output:
        case StatusFormat.JSON:
            text = dump_json(render_status_json(found)) + "\n"
        case StatusFormat.HTML:
            text = render_status_html(found)
        case StatusFormat.TEXT:
            text = render_status_text(found)
    if file is None:
        print(text, end="")
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidValueError(f"{file} cannot be written: {error.strerror}") from error
