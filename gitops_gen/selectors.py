"""How people name a run."""

import re

from gitops_gen.errors import InvalidValueError
from gitops_gen.model import RunSelector
from gitops_gen.names import parse_run_id, show

_MODEL = re.compile(r"models:/(?P<name>[^/@:]+)(?:/(?P<version>[0-9]+)|@(?P<alias>[^/@]+))")


def parse_selector(
    run: str = "", *, experiment: str = "", best: str = "", lowest: bool = False, search: str = ""
) -> RunSelector:
    """The selector for a run id, `models:/NAME/VERSION` or `models:/NAME@ALIAS`; or else for the best of an experiment.

    Raises:
        InvalidValueError: none or both ways are used, or the text is neither form.
    """
    if run and (experiment or best or lowest or search):
        raise InvalidValueError(
            f"run {show(run)} is named, and --experiment, --best, --lowest or --filter as well",
            hint="name the run, or search for it, not both",
        )
    if run:
        return _parse_run(run)
    if not (experiment and best):
        raise InvalidValueError(
            "no run is named",
            hint="give a run id, models:/NAME/VERSION, models:/NAME@ALIAS, or --experiment and --best",
        )
    return RunSelector(experiment=experiment, best=best, lowest=lowest, filter=search)


def _parse_run(text: str) -> RunSelector:
    if not text.startswith("models:"):
        return RunSelector(run_id=parse_run_id(text.removeprefix("runs:/")))
    found = _MODEL.fullmatch(text)
    if found is None:
        raise InvalidValueError(
            f"{show(text)} does not name a model version",
            hint="write models:/NAME/VERSION with a number, or models:/NAME@ALIAS",
        )
    return RunSelector(model=found["name"], version=found["version"], alias=found["alias"])
