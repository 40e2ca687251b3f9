"""The reports of `gitops-gen validate`: which are asked for, and where each goes. Kept light, as validation.py is."""

from __future__ import annotations

import os
import sys
import time

from gitops_gen.checks.discover import find_checkout
from gitops_gen.reports.findings import FORMATS, render_findings
from gitops_gen.validation import BASELINE_FILE

TYPE_CHECKING = False  # as in validation.py
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_gen.checks.rule import Rule
    from gitops_gen.cli.validate_arguments import Arguments
    from gitops_gen.findings import CheckResult

_FOR_FORGES = frozenset({"github", "gitlab", "sarif"})


def read_outputs(given: Sequence[str]) -> list[tuple[str, str]]:
    """(format, file) of each report; the file is empty for standard output."""
    outputs = [(name, path) for name, _, path in (text.partition("=") for text in given or ("text",))]
    for name, _ in outputs:
        if name not in FORMATS:
            from gitops_gen.errors import InvalidValueError
            from gitops_gen.names import show

            known = ", ".join(FORMATS)
            raise InvalidValueError(f"there is no format {show(name)}", hint=f"--output takes {known}, each with =FILE")
    if sum(1 for _, path in outputs if not path) > 1:
        from gitops_gen.errors import InvalidValueError

        raise InvalidValueError("two reports on standard output", hint="write one into a file: --output sarif=FILE")
    return outputs


def print_report(name: str, path: str, found: CheckResult) -> None:
    """Write the report of a format into a file, or on standard output where `path` is empty.

    Raises:
        GitopsGenError: the file cannot be written.
    """
    result = _relate(found) if name in _FOR_FORGES else found
    color = not path and name == "text" and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    text = render_findings(name, result, read_source=_make_reader(result.root), rules=_find_rule, color=color)
    if not path:
        if text:
            print_text(text)
        return
    try:
        with open(path, "w", encoding="utf-8", errors="replace", newline="\n") as stream:
            stream.write(text + "\n" if text else "")
    except OSError as error:
        from gitops_gen.errors import GitopsGenError

        raise GitopsGenError(f"{path} cannot be written: {error.strerror}", hint="name another file") from error


def _relate(result: CheckResult) -> CheckResult:
    """The outcome with paths from the top of the git repository, as forges take them."""
    top = find_checkout(result.root)
    prefix = os.path.relpath(result.root, top).replace(os.sep, "/") if top else "."
    if prefix == ".":
        return result
    from gitops_gen.findings import CheckResult, Finding, Unchecked

    findings = ((f"{prefix}/{f.path}", f.line, f.column, f.rule, f.severity, f.message, f.fix) for f in result.findings)
    return CheckResult(
        root=top,
        findings=tuple(Finding(*row) for row in findings),
        checked=result.checked,
        unchecked=tuple(Unchecked(f"{prefix}/{entry.path}", entry.reason) for entry in result.unchecked),
        counts=result.counts,
    )


def _make_reader(root: str) -> Callable[[str], bytes | None]:
    def read_source(below: str) -> bytes | None:
        try:
            with open(os.path.join(root, below), "rb") as stream:
                return stream.read()
        except OSError:
            return None

    return read_source


def print_text(text: str) -> None:
    """Print text in whatever encoding there is; a reader that has gone away is no failure."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding), flush=True)
    except BrokenPipeError:  # a pager that was closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _find_rule(rule_id: str) -> Rule | None:
    from gitops_gen.checks.catalogue import find_rule

    return find_rule(rule_id)


def save_baseline(arguments: Arguments, result: CheckResult) -> None:
    """Write all findings into the baseline, in one step."""
    from pathlib import Path

    from gitops_gen.adapters.files import replace_file
    from gitops_gen.baseline import write_baseline

    path = arguments.baseline or os.path.join(result.root, BASELINE_FILE)
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    replace_file(Path(path), write_baseline(result.findings, _make_reader(result.root)).encode())
    print(f"{os.path.relpath(path)}: {len(result.findings)} findings", file=sys.stderr)


def print_stats(result: CheckResult, started: float, searched: float, checked: float) -> None:
    """Say on standard error where the time went; the times are those of time.perf_counter()."""
    done = time.perf_counter()
    counts = result.counts
    rows = {
        "search and hash": searched - started,
        "check": checked - searched,
        "report": done - checked,
        "all": done - started,
    }
    for name, seconds in rows.items():
        print(f"{name:<16} {seconds * 1000:8.1f} ms", file=sys.stderr)
    print(f"{'files':<16} {counts['files']:8} ({counts['cached']} from the cache)", file=sys.stderr)
