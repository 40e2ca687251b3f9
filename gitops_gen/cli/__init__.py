"""The command line: one file per verb; the only place that prints or exits."""

import gc
import sys

from gitops_gen import __version__
from gitops_gen.errors import GitopsGenError

BUG = 70
INTERRUPTED = 130
_GARBAGE = (50_000, 20, 50)
"""When cycles are looked for, of which a run makes few: by Python's own bounds that takes a tenth of its time."""


def main() -> None:
    """Run `gitops-gen` with the arguments of the process and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        print(f"gitops-gen {__version__}")
        sys.exit(0)
    gc.set_threshold(*_GARBAGE)
    try:
        arguments = None
        if sys.argv[1:2] == ["validate"]:
            from gitops_gen.cli.validate_arguments import read_arguments

            arguments = read_arguments(sys.argv[2:])
        if arguments is not None:
            from gitops_gen.cli.validation import run_validation

            sys.exit(run_validation(arguments))
        from gitops_gen.cli.app import app

        app()
    except GitopsGenError as error:
        from gitops_gen.cli.output import print_error

        print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception:  # noqa: BLE001 - the one boundary: whatever gets here is a bug, and says so
        import traceback

        traceback.print_exc()
        print(f"\nThis is a bug in gitops-gen {__version__}; please report it with the lines above.", file=sys.stderr)
        sys.exit(BUG)
