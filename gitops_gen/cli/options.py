"""Options that more than one command takes."""

from pathlib import Path
from typing import Annotated

import typer

from gitops_gen.cli.output import OutputFormat

Run = Annotated[
    str,
    typer.Argument(metavar="[RUN]", help="Run id, models:/NAME/VERSION or models:/NAME@ALIAS.", show_default=False),
]
Environment = Annotated[
    str, typer.Option("--env", "-e", help="Environment of gitops-gen.yaml to promote into; required.")
]
Experiment = Annotated[str, typer.Option(help="Experiment, by name or id, to take the best run of.")]
Best = Annotated[str, typer.Option(metavar="METRIC", help="Metric that the best run has the highest value of.")]
Lowest = Annotated[bool, typer.Option("--lowest", help="The lowest value is the best.")]
Filter = Annotated[
    str, typer.Option("--filter", metavar="EXPRESSION", help="Only runs that match, in MLflow's search syntax.")
]
Model = Annotated[str, typer.Option(help="Model's name in the repository, where it is not the registered model's.")]
Image = Annotated[str, typer.Option(help="Image to deploy; wins over the one that record-image wrote on the run.")]
AllowUnfinished = Annotated[
    bool, typer.Option("--allow-unfinished", help="Let a run pass that failed or has not finished.")
]
SkipOrder = Annotated[
    str, typer.Option(metavar="REASON", help="Let a release pass its predecessor environment; the reason is recorded.")
]
AllowBreaking = Annotated[
    str, typer.Option(metavar="REASON", help="Let a change of the signature pass that breaks callers; as above.")
]
Override = Annotated[
    list[str] | None,
    typer.Option(metavar="GATE=REASON", help="Set a gate aside; the reason is recorded. May be repeated."),
]
Output = Annotated[OutputFormat, typer.Option("--output", "-o", help="How to print the outcome.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Show the difference; write nothing anywhere.")]
Title = Annotated[str, typer.Option(help="Title of the pull request.")]
BodyFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the pull request's whole text here as well.")
]
Draft = Annotated[bool, typer.Option("--draft", help="Open the pull request as a draft.")]
Label = Annotated[list[str] | None, typer.Option(help="Label for the pull request; may be repeated.")]
Reviewer = Annotated[list[str] | None, typer.Option(help="Reviewer to ask; may be repeated.")]
AutoMerge = Annotated[bool, typer.Option("--auto-merge", help="Let the forge merge once its checks pass.")]
SignOff = Annotated[bool, typer.Option("--sign-off", "-s", help="Add a Signed-off-by trailer.")]
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
