"""`gitops-gen validate`, as typer knows it; validate_arguments.py reads the same options in a fraction of the time."""

from enum import StrEnum
from typing import Annotated

import typer

from gitops_gen.cli.options import InsecureRegistry, TrackingUri
from gitops_gen.cli.validate_arguments import Arguments


class FailOn(StrEnum):
    """What `--fail-on` takes."""

    ERROR = "error"
    WARNING = "warning"


def validate(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Files and folders to check; by default the repository."),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FORMAT[=FILE]",
            help="text, json, sarif, junit, github or gitlab; into a file if one is named; may be repeated.",
        ),
    ] = None,
    kubernetes_version: Annotated[
        str, typer.Option(metavar="VERSION", help="Release of the native kinds, such as 1.31; the newest by default.")
    ] = "",
    schema_location: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="JSON schema, or a folder of them named as kubeconform or the CRDs catalog do; may be repeated.",
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE|KIND", help="Rule, subject (PIN) or kind to leave out; may be repeated."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE|KIND", help="Rule, subject or kind to keep to; may be repeated."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="The least severe finding that makes the exit code 1.")
    ] = FailOn.ERROR,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended by rule, then check again.")] = False,
    explain: Annotated[str, typer.Option(metavar="RULE", help="Say what a rule is for, and check nothing.")] = "",
    graph: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            help="Draw who refers to whom, as mermaid, dot or json, and check nothing; exits with 0 whatever is red.",
        ),
    ] = "",
    environment: Annotated[
        str, typer.Option("--env", metavar="NAME", help="The environment that --graph draws; all by default.")
    ] = "",
    changed_since: Annotated[
        str, typer.Option(metavar="REV", help="Check the files that differ from a git revision, and their overlays.")
    ] = "",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0 for as many as pay.")] = 0,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write results of other runs.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Say on standard error where the time went.")] = False,
    baseline: Annotated[
        str, typer.Option(metavar="FILE", help="Known findings; by default .gitops-gen/baseline.json, if it is there.")
    ] = "",
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write all that is found into the baseline.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Ask MLflow and the registry whether run, digest and tags are there.")
    ] = False,
    tracking_uri: TrackingUri = "",
    insecure_registry: InsecureRegistry = False,
) -> None:
    """Check manifests, kustomizations, pins and settings: offline, with the place and the fix of each finding.

    With files named, it checks these and the overlays whose build they can change.
    """
    from gitops_gen.cli.validation import run_validation

    arguments = Arguments(
        paths=tuple(paths or ()),
        output=tuple(output or ()),
        kubernetes_version=kubernetes_version,
        schema_location=tuple(schema_location or ()),
        skip=tuple(skip or ()),
        only=tuple(only or ()),
        fail_on=fail_on.value,
        fix=fix,
        explain=explain,
        graph=graph,
        environment=environment,
        changed_since=changed_since,
        jobs=jobs,
        no_cache=no_cache,
        stats=stats,
        baseline=baseline,
        write_baseline=write_baseline,
        online=online,
        tracking_uri=tracking_uri,
        insecure_registry=insecure_registry,
    )
    raise typer.Exit(run_validation(arguments))
