"""`gitops-gen rollback`."""

from typing import Annotated

import typer

from gitops_gen.cli.options import (
    AutoMerge,
    Base,
    BodyFile,
    Draft,
    DryRun,
    ImageLayout,
    InsecureRegistry,
    Label,
    Output,
    Repo,
    Reviewer,
    SignOff,
    Title,
    TrackingUri,
)
from gitops_gen.cli.outcome import check_body_file, end_with
from gitops_gen.cli.output import OutputFormat
from gitops_gen.errors import GitopsGenError, InvalidValueError


def rollback(
    model: Annotated[str, typer.Argument(help="Model's name in the repository.", show_default=False)],
    env: Annotated[str, typer.Option("--env", "-e", help="Environment to roll back in; required.")] = "",
    to: Annotated[
        str,
        typer.Option(
            metavar="DIGEST|RUN|REV",
            help="What to go back to: a digest, a run id, or the commit that brought it; by default what ran before.",
        ),
    ] = "",
    reason: Annotated[str, typer.Option(help="What is wrong with what runs now; required, and recorded.")] = "",
    repo: Repo = "",
    base: Base = "",
    dry_run: DryRun = False,
    output: Output = OutputFormat.TEXT,
    title: Title = "",
    body_file: BodyFile = None,
    draft: Draft = False,
    label: Label = None,
    reviewer: Reviewer = None,
    auto_merge: AutoMerge = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Go back to what was rolled back itself; replace a branch with somebody else's commits.",
        ),
    ] = False,
    sign_off: SignOff = False,
    tracking_uri: TrackingUri = "",
    image_layout: ImageLayout = None,
    insecure_registry: InsecureRegistry = False,
) -> None:
    """Open the pull request that puts a release back which an environment had before.

    What it takes out is remembered, in the evidence and as a tag on the model version, and is not promoted into that
    environment again without --force.
    """
    from gitops_gen.cli.wiring import find_actor, find_place, open_ports
    from gitops_gen.names import parse_model_name
    from gitops_gen.promotion import Outcome
    from gitops_gen.rollback import RollbackRequest, roll_back

    try:
        check_body_file(body_file)
        if not env:
            raise InvalidValueError("no environment is named", hint="name the one to roll back in with --env")
        place = find_place(repo, base)
        request = RollbackRequest(
            model=parse_model_name(model),
            environment=env,
            to=to,
            reason=reason,
            by=find_actor(place),
            force=force,
            dry_run=dry_run,
            base_branch=place.base,
            title=title,
            draft=draft,
            labels=tuple(label or ()),
            reviewers=tuple(reviewer or ()),
            auto_merge=auto_merge,
        )
        with open_ports(
            place,
            tracking_uri=tracking_uri,
            image_layout=image_layout,
            insecure_registry=insecure_registry,
            sign_off=sign_off,
        ) as ports:
            outcome = roll_back(request, ports)
    except GitopsGenError as error:
        outcome = Outcome(environment=env, dry_run=dry_run, model=model, error=error)
    end_with(outcome, output, body_file)
