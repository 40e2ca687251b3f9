"""Options that more than one command takes."""

from pathlib import Path
from typing import Annotated

import typer

from gitops_gen.cli.output import OutputFormat

Output = Annotated[OutputFormat, typer.Option("--output", "-o", help="How to print the outcome.")]
Repo = Annotated[
    str,
    typer.Option(metavar="URL|PATH", help="GitOps repository; by default the origin of this checkout."),
]
Base = Annotated[
    str,
    typer.Option(
        metavar="BRANCH",
        help="Branch to merge into; by default the one of this checkout, or repository.baseBranch with --repo.",
    ),
]
TrackingUri = Annotated[
    str,
    typer.Option(metavar="URI", help="MLflow server; wins over MLFLOW_TRACKING_URI and gitops-gen.yaml."),
]
ImageLayout = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Resolve the image in this OCI layout instead of its registry."),
]
InsecureRegistry = Annotated[bool, typer.Option("--insecure-registry", help="Talk to the registry over plain http.")]
