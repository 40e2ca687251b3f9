"""`gitops-gen gates`."""

import typer

from gitops_gen.cli.options import (
    AllowBreaking,
    AllowUnfinished,
    Base,
    Best,
    Environment,
    Experiment,
    Filter,
    Image,
    ImageLayout,
    InsecureRegistry,
    Lowest,
    Model,
    Output,
    Override,
    Repo,
    Run,
    SkipOrder,
    TrackingUri,
)
from gitops_gen.cli.output import OutputFormat, make_printable, print_error, print_json, print_warnings
from gitops_gen.errors import GitopsGenError, InvalidValueError


def gates(
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
    output: Output = OutputFormat.TEXT,
    allow_unfinished: AllowUnfinished = False,
    skip_order: SkipOrder = "",
    allow_breaking: AllowBreaking = "",
    override: Override = None,
    tracking_uri: TrackingUri = "",
    image_layout: ImageLayout = None,
    insecure_registry: InsecureRegistry = False,
) -> None:
    """Show what the gates of an environment say of a run's release, without promoting it.

    Exits with 1 if one fails. A release that the environment has already shows what they said when it came.
    """
    from gitops_gen.cli.wiring import find_actor, find_place, open_ports
    from gitops_gen.gates import Waivers, parse_overrides
    from gitops_gen.names import parse_image_ref, parse_model_name
    from gitops_gen.promote import assess
    from gitops_gen.promotion import Outcome, PromoteRequest
    from gitops_gen.reports.gates_text import render_verdicts
    from gitops_gen.selectors import parse_selector

    try:
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
                overrides=parse_overrides(override or ()),
                by=find_actor(place),
            ),
            base_branch=place.base,
        )
        with open_ports(
            place,
            tracking_uri=tracking_uri,
            image_layout=image_layout,
            insecure_registry=insecure_registry,
            sign_off=False,
        ) as ports:
            outcome = assess(request, ports)
    except GitopsGenError as error:
        outcome = Outcome(environment=env, dry_run=True, error=error)
    if output is OutputFormat.JSON:
        print_json(outcome.to_json())
    elif not outcome.error:
        print(make_printable(render_verdicts(outcome.verdicts)), end="")
    print_warnings(outcome.warnings)
    if outcome.error:
        print_error(outcome.error)
        raise typer.Exit(outcome.error.exit_code)
    if any(verdict.result == "failed" for verdict in outcome.verdicts):
        raise typer.Exit(1)
