"""`gitops-gen reconcile`."""

from typing import Annotated

import typer

from gitops_gen.cli.options import Base, Output, Repo, TrackingUri
from gitops_gen.cli.output import OutputFormat, make_printable, print_json, print_warnings


def reconcile(
    model: Annotated[str, typer.Option(help="Only this model, by its name in the repository.")] = "",
    repo: Repo = "",
    base: Base = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be done, and do nothing.")] = False,
    output: Output = OutputFormat.TEXT,
    tracking_uri: TrackingUri = "",
) -> None:
    """Bring MLflow and the forge in line with what is merged; for a scheduler, or after each merge.

    Writes on model versions which environments they run in, and which were rejected; closes pull requests whose release
    is there already; comments on those whose run was deleted, whose alias moved or whose champion changed, and fails
    their check. Run again, it does nothing.
    """
    from gitops_gen.cli.wiring import find_place, open_reconcile_ports
    from gitops_gen.names import parse_model_name
    from gitops_gen.reconcile import reconcile as bring_in_line
    from gitops_gen.reconciliation import ReconcileRequest

    place = find_place(repo, base)
    request = ReconcileRequest(
        model=parse_model_name(model) if model else None, dry_run=dry_run, base_branch=place.base
    )
    with open_reconcile_ports(place, tracking_uri=tracking_uri) as ports:
        found = bring_in_line(request, ports)
    print_warnings(found.warnings)
    if output is OutputFormat.JSON:
        print_json(found.to_json())
        return
    for action in found.actions:
        number = f" #{action.pull_request}" if action.pull_request else ""
        print(make_printable(f"{action.operation:<10} {' '.join(action.place)}{number}: {action.text}"))
    if not found.actions:
        print("everything is in line already")
