"""`gitops-gen trace`."""

from typing import Annotated

import typer

from gitops_gen.cli.options import Base, ImageLayout, InsecureRegistry, Output, Repo, TrackingUri
from gitops_gen.cli.output import OutputFormat, print_warnings


def trace(
    query: Annotated[
        str,
        typer.Argument(
            metavar="DIGEST|RUN|COMMIT|RESOURCE",
            help="A digest, a run id, a commit of the training code or of the GitOps repository, models:/NAME/VERSION, "
            "or KIND/NAME of what serves the model.",
            show_default=False,
        ),
    ],
    env: Annotated[str, typer.Option("--env", "-e", help="Only releases that this environment has, or had.")] = "",
    offline: Annotated[bool, typer.Option("--offline", help="Ask neither MLflow nor the registry.")] = False,
    repo: Repo = "",
    base: Base = "",
    output: Output = OutputFormat.TEXT,
    tracking_uri: TrackingUri = "",
    image_layout: ImageLayout = None,
    insecure_registry: InsecureRegistry = False,
) -> None:
    """Follow a release from where it runs to its image, its run, its code and its data, and back.

    The chain is that of the evidence in Git; MLflow and the registry say whether their part is still there.
    """
    from gitops_gen.cli.wiring import find_place, open_trace_ports
    from gitops_gen.reports.json_text import dump_json
    from gitops_gen.reports.trace_json import render_trace_json
    from gitops_gen.reports.trace_text import render_trace_text
    from gitops_gen.trace import TraceRequest
    from gitops_gen.trace import trace as follow

    place = find_place(repo, base)
    request = TraceRequest(query=query, environment=env, offline=offline, base_branch=place.base)
    with open_trace_ports(
        place, tracking_uri=tracking_uri, image_layout=image_layout, insecure_registry=insecure_registry
    ) as ports:
        found = follow(request, ports)
    print_warnings(found.warnings)
    text = render_trace_text(found) if output is OutputFormat.TEXT else dump_json(render_trace_json(found)) + "\n"
    print(text, end="")
