"""`gitops-gen promote`."""

from typing import Annotated

import typer

from gitops_gen.cli.options import (
    AllowBreaking,
    AllowUnfinished,
    AutoMerge,
    Base,
    Best,
    BodyFile,
    Draft,
    DryRun,
    Environment,
    Experiment,
    Filter,
    Image,
    ImageLayout,
    InsecureRegistry,
    Label,
    Lowest,
    Model,
    Output,
    Override,
    Repo,
    Reviewer,
    Run,
    SignOff,
    SkipOrder,
    Title,
    TrackingUri,
)
from gitops_gen.cli.outcome import check_body_file, end_with
from gitops_gen.cli.output import OutputFormat
from gitops_gen.errors import GitopsGenError, InvalidValueError


def promote(
    run: Run = "",
    env: Environment = "",
    experiment: Experiment = "",
    best: Best = "",
    lowest: Lowest = False,
    filter_: Filter = "",
    model: Model = "",
    image: Image = "",
    repo: Repo = "",
    base: Base = "",
    dry_run: DryRun = False,
    output: Output = OutputFormat.TEXT,
    title: Title = "",
    body_file: BodyFile = None,
    commit_message: Annotated[str, typer.Option(help="Commit message; the trailers are added to it.")] = "",
    draft: Draft = False,
    label: Label = None,
    reviewer: Reviewer = None,
    auto_merge: AutoMerge = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Propose a rejected or rolled back digest again; replace a branch with somebody else's commits.",
        ),
    ] = False,
    allow_unfinished: AllowUnfinished = False,
    skip_order: SkipOrder = "",
    allow_breaking: AllowBreaking = "",
    override: Override = None,
    sign_off: SignOff = False,
    tracking_uri: TrackingUri = "",
    image_layout: ImageLayout = None,
    insecure_registry: InsecureRegistry = False,
) -> None:
    """Render a run's release for an environment, push it on a branch and open or update its pull request.

    Run it again with the same run and nothing changes; with a newer run, the same pull request is updated.
    """
    from gitops_gen.cli.wiring import find_actor, find_place, open_ports
    from gitops_gen.gates import Waivers, parse_overrides
    from gitops_gen.names import parse_image_ref, parse_model_name
    from gitops_gen.promote import promote as run_promotion
    from gitops_gen.promotion import Outcome, PromoteRequest
    from gitops_gen.selectors import parse_selector

    try:
        check_body_file(body_file)
        if not env:
            raise InvalidValueError("no environment is named", hint="name the one to promote into with --env")
        place = find_place(repo, base)
        request = PromoteRequest(
            selector=parse_selector(run, experiment=experiment, best=best, lowest=lowest, search=filter_),
            environment=env,
            model=parse_model_name(model) if model else None,
            image=parse_image_ref(image) if image else None,
            waivers=Waivers(
                skip_order=skip_order,
                allow_unfinished=allow_unfinished,
                allow_breaking=allow_breaking,
                force=force,
                overrides=parse_overrides(override or ()),
                by=find_actor(place),
            ),
            force=force,
            dry_run=dry_run,
            base_branch=place.base,
            title=title,
            commit_message=commit_message,
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
            outcome = run_promotion(request, ports)
    except GitopsGenError as error:
        outcome = Outcome(environment=env, dry_run=dry_run, error=error)
    end_with(outcome, output, body_file)
