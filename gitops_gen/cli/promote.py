"""`gitops-gen promote`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from gitops_gen.cli.output import OutputFormat, make_printable, print_error, print_fields, print_json, print_warnings
from gitops_gen.errors import GitopsGenError, InvalidValueError

if TYPE_CHECKING:
    from gitops_gen.promotion import Outcome


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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show the difference; write nothing anywhere.")
    ] = False,
    output: Output = OutputFormat.TEXT,
    title: Annotated[str, typer.Option(help="Title of the pull request.")] = "",
    body_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the pull request's whole text here as well.")
    ] = None,
    commit_message: Annotated[str, typer.Option(help="Commit message; the trailers are added to it.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Open the pull request as a draft.")] = False,
    label: Annotated[list[str] | None, typer.Option(help="Label for the pull request; may be repeated.")] = None,
    reviewer: Annotated[list[str] | None, typer.Option(help="Reviewer to ask; may be repeated.")] = None,
    auto_merge: Annotated[bool, typer.Option("--auto-merge", help="Let the forge merge once its checks pass.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Propose a rejected digest again; replace a branch with somebody else's commits."),
    ] = False,
    allow_unfinished: AllowUnfinished = False,
    skip_order: SkipOrder = "",
    allow_breaking: AllowBreaking = "",
    override: Override = None,
    sign_off: Annotated[bool, typer.Option("--sign-off", "-s", help="Add a Signed-off-by trailer.")] = False,
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
        if body_file is not None and not body_file.absolute().parent.is_dir():
            raise InvalidValueError(f"--body-file {body_file}: there is no folder {body_file.parent}", hint="create it")
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
    if body_file is not None and outcome.body:
        outcome = _write_body(body_file, outcome)
    if output is OutputFormat.JSON:
        print_json(outcome.to_json())
    else:
        _print_text(outcome)
    print_warnings(outcome.warnings)
    if outcome.error:
        print_error(outcome.error)
        raise typer.Exit(outcome.error.exit_code)


def _write_body(path: Path, outcome: "Outcome") -> "Outcome":
    """The outcome, with a warning if the file cannot be written: by now the promotion is done."""
    from dataclasses import replace

    try:
        path.write_text(outcome.body, encoding="utf-8")
    except OSError as error:
        return replace(outcome, warnings=(*outcome.warnings, f"{path} was not written: {error.strerror}"))
    return outcome


def _print_text(outcome: "Outcome") -> None:
    """The outcome for people: what happened in the first line, then the facts."""
    if outcome.error:
        return
    if outcome.dry_run:
        print(make_printable(outcome.diff), end="")
        print(f"dry run: nothing was written; files that would change: {len(outcome.files)}")
        return
    request, run = outcome.pull_request, outcome.run
    where = f"pull request {request.number}: {request.url}" if request else outcome.environment
    print(f"{outcome.operation}  {where}")
    version = f" version {run.version.version}" if run and run.version else ""
    print_fields(
        {
            "model": f"{outcome.model}{version}",
            "run": run.run_id if run else "",
            "image": str(outcome.image) if outcome.image else "",
            "branch": outcome.branch,
            "commit": outcome.commit,
            "files": ", ".join(outcome.files),
        }
    )
