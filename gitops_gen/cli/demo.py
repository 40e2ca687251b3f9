"""`gitops-gen demo`."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Do it in this new folder and leave it there, to look round in afterwards."),
    ] = None,
) -> None:
    """Show the whole way on this machine: train, record an image, promote, build, merge, and the next better run.

    Needs nothing but Python, git and the extra `demo`; works in a temporary folder, with an MLflow store in a file,
    an image as an OCI layout, and a bare git repository as the remote.
    """
    import os
    import shutil
    import tempfile
    import warnings

    from gitops_gen.errors import ConfigError, InvalidValueError

    if shutil.which("git") is None:
        raise ConfigError("the demo needs git, and there is none on PATH", hint="install git 2.31 or newer")

    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    warnings.simplefilter("ignore")  # other people's libraries'; the demo has its own to show
    if keep is not None:
        try:
            keep.mkdir(parents=True)
        except OSError as error:
            raise InvalidValueError(
                f"--keep {keep}: {error.strerror}", hint="name a folder that is not there"
            ) from error
        _play(keep.absolute())
        print(f"\nAll of it is in {keep}.")
        return
    with tempfile.TemporaryDirectory(prefix="gitops-gen-demo-", ignore_cleanup_errors=True) as folder:
        _play(Path(folder))


def _play(root: Path) -> None:
    from gitops_gen.demo import run_demo

    for number, scene in enumerate(run_demo(root), start=1):
        print(f"\n== {number}. {scene.title}")
        if scene.command:
            print(f"$ {scene.command}")
        print(f"\n{scene.text.rstrip()}", flush=True)
