"""The commands, put together."""

from typing import Annotated

import typer

from gitops_gen import __version__
from gitops_gen.cli.demo import demo
from gitops_gen.cli.diff import diff
from gitops_gen.cli.explain import explain
from gitops_gen.cli.gates import gates
from gitops_gen.cli.init import init
from gitops_gen.cli.promote import promote
from gitops_gen.cli.reconcile import reconcile
from gitops_gen.cli.record_image import record_image
from gitops_gen.cli.rollback import rollback
from gitops_gen.cli.schemas import schemas
from gitops_gen.cli.status import status
from gitops_gen.cli.trace import trace
from gitops_gen.cli.validate import validate

app = typer.Typer(
    name="gitops-gen",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(short_help="Start a GitOps repository.")(init)
app.command("record-image", short_help="Tie an image to its run.")(record_image)
app.command(short_help="Open or update the pull request for a run.")(promote)
app.command(short_help="Show what the gates say of a run.")(gates)
app.command(short_help="Show what a change means once it is built.")(diff)
app.command(short_help="Put back what an environment had before.")(rollback)
app.command(short_help="Show where each model stands.")(status)
app.command(short_help="Follow a release from the cluster to its data, and back.")(trace)
app.command(short_help="Bring MLflow and the forge in line with what is merged.")(reconcile)
app.command(short_help="Check what stands in a repository.")(validate)
app.command(short_help="Say what holds on a line, or what a rule is for.")(explain)
app.add_typer(schemas, short_help="Say what objects are checked by, and add to it.")
app.command(short_help="Show the whole way on this machine.")(demo)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"gitops-gen {__version__}")
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """From an MLflow run to a pull request that Argo CD can sync.

    Exit codes: 0 done, or nothing to do; 1 a rule, a check or the build said no; 2 wrong usage or settings; 3 MLflow,
    the registry, git or the forge is unreachable or refuses; 70 a bug.
    """
