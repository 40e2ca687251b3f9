"""Many files, in as many processes as pay, with what is known of them out of the cache."""

import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gitops_gen.checks.cache import Table, hash_parts
from gitops_gen.checks.files import FileChecker, FileReport, Task
from gitops_gen.checks.rules.files import FileProblem
from gitops_gen.errors import ConfigError, GitopsGenError

_FEW = 60
"""Files from which on a second process is faster than one."""


class Checked(NamedTuple):
    """What many files gave."""

    reports: dict[str, FileReport]
    problems: list[FileProblem]
    cached: int


def check_files(checker: FileChecker, tasks: Sequence[Task], *, table: Table, jobs: int) -> Checked:
    """The report of each file, in `jobs` processes where that pays; known ones come from the table.

    The hits of the table stay with the process that has them, so what is new is added to it here.
    """
    workers = min(jobs, os.cpu_count() or 1) if len(tasks) >= _FEW else 1
    if workers <= 1 or not hasattr(os, "fork"):
        reports, problems, new, cached = _check_share(checker, tasks, table)
    else:
        reports, problems, new, cached = {}, [], [], 0
        for share in _fork(checker, [tasks[number::workers] for number in range(workers)], table):
            reports.update(share[0])
            problems += share[1]
            new += share[2]
            cached += share[3]
    table.save(new)
    return Checked(
        {path: FileReport(*report) for path, report in reports.items()},
        [FileProblem(*problem) for problem in problems],
        cached,
    )


_Share = tuple[dict[str, Any], list[Any], list[tuple[bytes, Any]], int]


def _check_share(checker: FileChecker, tasks: Iterable[Task], table: Table) -> _Share:
    reports: dict[str, Any] = {}
    problems: list[Any] = []
    new: list[tuple[bytes, Any]] = []
    before = table.hits
    for task in tasks:
        content = checker.read(task.path)
        if isinstance(content, FileProblem):
            problems.append(tuple(content))
            continue
        name = task.path.encode("utf-8", "surrogateescape")
        key = hash_parts(name, task.mode.encode(), task.label.encode(), content)
        report = table.get(key)
        if report is None:
            report = tuple(checker.check(task, content))
            new.append((key, report))
        reports[task.path] = report
    return reports, problems, new, table.hits - before


def _fork(checker: FileChecker, shares: Sequence[Sequence[Task]], table: Table) -> Iterable[_Share]:
    """Each share in a process of its own but the first, which is done here."""
    import marshal  # noqa: PLC0415 - for many files only
    import signal  # noqa: PLC0415 - as above

    children: list[tuple[int, int]] = []
    try:
        for share in shares[1:]:
            reader, writer = os.pipe()
            child = os.fork()
            if child == 0:
                _run_child(checker, share, table, writer)
            os.close(writer)
            children.append((child, reader))
        yield _check_share(checker, shares[0], table)
        while children:
            child, reader = children.pop()
            with open(reader, "rb") as stream:
                content = stream.read()
            _, status = os.waitpid(child, 0)
            if status != 0 or not content:
                raise RuntimeError(f"a process that checked files ended with status {status}")
            found = marshal.loads(content)  # noqa: S302 - written by the child made here
            if isinstance(found, list):
                raise ConfigError(found[0], hint=found[1])
            yield found
    finally:
        for child, _ in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _run_child(checker: FileChecker, share: Sequence[Task], table: Table, writer: int) -> None:
    import marshal  # noqa: PLC0415 - as above
    import traceback  # noqa: PLC0415 - as above

    status = 1
    try:
        try:
            content = marshal.dumps(_check_share(checker, share, table))
        except GitopsGenError as error:  # a schema of the user that cannot be used
            content = marshal.dumps([error.message, error.hint])
        with open(writer, "wb") as stream:
            stream.write(content)
        status = 0
    except BaseException:  # noqa: BLE001 - the parent sees the status, a person the traceback
        traceback.print_exc()
    finally:
        os._exit(status)
