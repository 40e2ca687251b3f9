"""What `gitops-gen validate` does: the request, the run, the reports, the exit code. Kept light, without typer."""

from __future__ import annotations

import os
import time

from gitops_gen.checks.discover import SETTINGS_FILE, find_root, is_in
from gitops_gen.cli.validation_output import print_report, print_stats, print_text, read_outputs, save_baseline
from gitops_gen.validation import KnownResult, ValidateRequest, prepare_run

TYPE_CHECKING = False  # as type checkers know it; the module `typing` takes longer to load than a warm run
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from gitops_gen.cli.validate_arguments import Arguments
    from gitops_gen.errors import GitopsGenError
    from gitops_gen.findings import CheckResult
    from gitops_gen.ports import Kustomize
    from gitops_gen.validation import Prepared

_WORSE = {"error": ("error",), "warning": ("error", "warning")}


def run_validation(arguments: Arguments) -> int:
    """Check, report and give the exit code: 1 if something was found that counts.

    Raises:
        GitopsGenError: the arguments are wrong.
    """
    started = time.perf_counter()
    if arguments.explain:
        return _explain(arguments.explain)
    if arguments.graph or arguments.environment:
        from gitops_gen.cli.graph import run_graph

        return run_graph(arguments, make_request(arguments))
    outputs = read_outputs(arguments.output)
    request = make_request(arguments)
    prepared = prepare_run(request)
    searched = time.perf_counter()
    result: Any = _recall(arguments, request, prepared)
    errors: Sequence[Any] = ()
    if result is None:
        result, errors = _check(arguments, request, prepared)
    checked = time.perf_counter()
    if arguments.write_baseline:
        save_baseline(arguments, result)
    for name, path in outputs:
        print_report(name, path, result)
    if arguments.stats:
        print_stats(result, started, searched, checked)
    return _decide_exit(arguments, request, result, errors)


def _recall(arguments: Arguments, request: ValidateRequest, prepared: Prepared) -> KnownResult | None:
    """The outcome of an earlier run, where nothing has changed that it depends on."""
    if prepared.cache is None or arguments.online or arguments.fix:
        return None
    from gitops_gen.checks.runs import load_run

    known = load_run(prepared.cache, prepared.key, request.root)
    return None if known is None else KnownResult(request.root, dict(known))


def _decide_exit(
    arguments: Arguments, request: ValidateRequest, result: CheckResult, errors: Sequence[GitopsGenError]
) -> int:
    if errors:
        from gitops_gen.cli.output import print_error

        for error in errors:
            print_error(error)
        return errors[0].exit_code
    if arguments.write_baseline:
        return 0
    if not result.counts["files"] and not result.findings and _meant_more(arguments, request):
        from gitops_gen.errors import NotFoundError

        raise NotFoundError(
            f"there is no YAML or JSON file to check in {request.root}", hint="name the folder that holds the manifests"
        )
    worse = _WORSE[arguments.fail_on]
    return 1 if any(finding.severity in worse for finding in result.findings) else 0


def _meant_more(arguments: Arguments, request: ValidateRequest) -> bool:
    """Whether a run without a single file is a mistake: a folder was asked for, and not some changed files."""
    folders = any(os.path.isdir(os.path.join(request.root, path)) for path in request.paths)
    return not arguments.changed_since and (request.everything or folders)


def _check(arguments: Arguments, request: ValidateRequest, prepared: Prepared) -> tuple[CheckResult, Sequence[Any]]:
    from gitops_gen.validate import validate

    def find_kustomize() -> Kustomize | None:
        from gitops_gen.adapters import kustomize

        return kustomize.find_kustomize()

    if arguments.fix:
        from gitops_gen.mend import mend

        return mend(request, prepared, find_kustomize=find_kustomize), ()
    if not arguments.online:
        return validate(request, prepared, find_kustomize=find_kustomize), ()
    from gitops_gen.cli.online import Online

    online = Online(arguments, request.root)
    return validate(request, prepared, find_kustomize=find_kustomize, online=online), online.errors


def make_request(arguments: Arguments) -> ValidateRequest:
    """What the arguments ask for, all paths below one root.

    Raises:
        GitopsGenError: a path is not there, or not below the root.
    """
    starts = [os.path.abspath(path) for path in arguments.paths]
    root = _choose_root(starts)
    paths = []
    for given, start in zip(arguments.paths, starts, strict=True):
        if not is_in(start, root):
            from gitops_gen.errors import InvalidValueError

            raise InvalidValueError(
                f"{given} is not below {root}", hint="name paths of one repository, or run once for each"
            )
        if not os.path.lexists(start):
            from gitops_gen.errors import NotFoundError

            raise NotFoundError(f"{given} does not exist", hint="name files and folders that are there")
        paths.append(os.path.relpath(start, root).replace(os.sep, "/"))
    gone: tuple[str, ...] = ()
    everything = not paths or paths == ["."]
    if arguments.changed_since:
        from gitops_gen.adapters.git_changed import list_changed

        changed, gone = list_changed(root, arguments.changed_since)
        paths = [path for path in changed if not paths or any(_is_under(path, start) for start in paths)]
        everything = False
    return ValidateRequest(
        root=root,
        paths=tuple(dict.fromkeys(paths)),
        gone=gone,
        everything=everything,
        kubernetes_version=arguments.kubernetes_version,
        schema_locations=tuple(os.path.abspath(path) for path in arguments.schema_location),
        skip=arguments.skip,
        only=arguments.only,
        baseline=os.path.abspath(arguments.baseline) if arguments.baseline else "",
        compare=not arguments.write_baseline,
        jobs=arguments.jobs,
        cache=not arguments.no_cache,
    )


def _choose_root(starts: Sequence[str]) -> str:
    """The repository of the current folder; that of the paths, if it is a part of this one with settings of its own."""
    root = find_root(os.getcwd())
    if not starts:
        return root
    first = starts[0] if os.path.isdir(starts[0]) else os.path.dirname(starts[0])
    theirs = find_root(first)
    inside = all(is_in(start, theirs) for start in starts)
    if not is_in(starts[0], root) or (inside and os.path.isfile(os.path.join(theirs, SETTINGS_FILE))):
        return theirs
    return root


def _is_under(path: str, start: str) -> bool:
    return start in {".", path} or path.startswith(start.rstrip("/") + "/")


def _explain(rule_id: str) -> int:
    from gitops_gen.cli.explain import explain_rule

    print_text(explain_rule(rule_id))
    return 0
