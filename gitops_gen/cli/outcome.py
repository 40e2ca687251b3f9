"""How a promotion or a rollback ends: what is printed, what is written, and the exit code."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gitops_gen.cli.output import OutputFormat, make_printable, print_error, print_fields, print_json, print_warnings
from gitops_gen.errors import InvalidValueError

if TYPE_CHECKING:
    from gitops_gen.promotion import Outcome


def check_body_file(path: Path | None, *, option: str = "--body-file") -> None:
    """Refuse what cannot be written, before anything else is done.

    Raises:
        InvalidValueError: its folder is not there.
    """
    if path is not None and not path.absolute().parent.is_dir():
        raise InvalidValueError(f"{option} {path}: there is no folder {path.parent}", hint="create it")


def end_with(outcome: "Outcome", output: OutputFormat, body_file: Path | None) -> None:
    """Print the outcome, write its body, and exit with its code if it failed."""
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
            "rolled back": outcome.rolled_back,
            "run": run.run_id if run else "",
            "image": str(outcome.image) if outcome.image else "",
            "branch": outcome.branch,
            "commit": outcome.commit,
            "files": ", ".join(outcome.files),
        }
    )
