"""The cases of the rules: what is in tests/cases, how a case becomes a folder to check, and what is found in it.

`tests/cases/<rule>/good-<what>` is not to be found by the rule, `bad-<what>` is: a file, or a folder that is a whole
small repository. `# here` at the end of a line (`// here` in JSON) marks where the rule must find something, and is
taken off before anything is checked. A folder may have a file SETUP that says what git cannot carry, a line each:

    link PATH TARGET         a symbolic link
    size PATH BYTES          the file is filled up with empty lines
    encode PATH ENCODING     the file is saved in another encoding of Python's
    crlf PATH                the file is saved with line ends of Windows
    bytes PATH HEX           the file goes on with these bytes
    mode PATH OCTAL          file or folder has these permissions
    pipe PATH                a named pipe

A case of the subject ONLINE is what evidence.yaml says, under `evidence`, and below it what the servers answered: the
fields of `Facts`.
"""

import os
import re
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gitops_gen.adapters.kustomize import find_kustomize
from gitops_gen.checks.catalogue import load_rules
from gitops_gen.checks.rules.online import Facts
from gitops_gen.checks.source import Source
from gitops_gen.findings import CheckResult, Finding
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.privileges import permissions_count

CASES = Path(__file__).parent / "cases"
SETUP = "SETUP"
_MARK = re.compile(rb"[ \t]*(?:#|//) here[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """A good or bad example of a rule."""

    rule: str
    path: Path

    @property
    def name(self) -> str:
        """Its path below tests/cases: `YAML002/bad-labels-twice.yaml`."""
        return self.path.relative_to(CASES).as_posix()

    @property
    def is_bad(self) -> bool:
        return self.path.name.startswith("bad-")

    @property
    def words(self) -> str:
        """What it is about: `labels twice`."""
        return self.path.name.partition(".")[0].partition("-")[2].replace("-", " ")

    @cached_property
    def files(self) -> dict[str, bytes]:
        """What git carries of it, by path in the folder that it becomes; the marks are still there."""
        if self.path.is_file():
            return {self.path.name.partition("-")[2]: self.path.read_bytes()}
        found = sorted(path for path in self.path.rglob("*") if path.is_file())
        return {path.relative_to(self.path).as_posix(): path.read_bytes() for path in found if path.name != SETUP}

    @cached_property
    def steps(self) -> list[list[str]]:
        """The words of each line of its SETUP."""
        setup = self.path / SETUP
        return [line.split() for line in setup.read_text(encoding="utf-8").splitlines()] if setup.is_file() else []

    @cached_property
    def places(self) -> set[tuple[str, int]]:
        """Path and line of each mark."""
        return {
            (path, number)
            for path, content in self.files.items()
            for number, line in enumerate(content.split(b"\n"), 1)
            if _MARK.search(line)
        }


def list_cases() -> list[Case]:
    """All cases, sorted."""
    folders = sorted(path for path in CASES.iterdir() if path.is_dir())
    return [Case(folder.name, path) for folder in folders for path in sorted(folder.iterdir())]


def unmark(content: bytes) -> bytes:
    """The content of a file as it is meant, without marks."""
    return _MARK.sub(b"", content)


def lay_out(case: Case, folder: Path) -> None:
    """Make the folder that the case describes."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(unmark(content))
        shutil.copymode(CASES / case.path / name if case.path.is_dir() else case.path, path)
    for verb, name, *values in case.steps:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _STEPS[verb](path, *values)


def check_case(case: Case, folder: Path) -> CheckResult:
    """What is found in the empty `folder` with the case laid out in it; in the end all of it can be removed."""
    lay_out(case, folder)
    if case.rule.startswith("ONLINE"):
        return _check_answers(case, folder)
    closed = [(folder / step[1], int(step[2], 8)) for step in case.steps if step[0] == "mode"]
    for path, mode in closed:
        path.chmod(mode)
    request = ValidateRequest(root=str(folder), cache=False, jobs=1)
    try:
        with permissions_count() if closed else nullcontext():
            return validate(request, prepare_run(request), find_kustomize=find_kustomize)
    finally:
        for path, _ in reversed(closed):
            path.chmod(0o700)


def _check_answers(case: Case, folder: Path) -> CheckResult:
    [name] = case.files
    source = Source(name, (folder / name).read_bytes())
    told = {key: tuple(value) if isinstance(value, list) else value for key, value in source.documents[0].items()}
    facts = Facts(name, **told)
    findings = (
        Finding(
            path=name,
            line=line,
            column=column,
            rule=rule.id,
            severity=rule.severity,
            message=hit.message,
            fix=hit.fix,
        )
        for rule in load_rules("online")
        for hit in rule.check(facts)
        for line, column in [source.locate(0, ("evidence", *hit.keys))]
    )
    return CheckResult(root=str(folder), findings=tuple(findings))


def _link(path: Path, target: str) -> None:
    path.symlink_to(target)


def _fill(path: Path, size: str) -> None:
    with path.open("ab") as stream:
        stream.write(b"\n" * (int(size) - stream.tell()))


def _encode(path: Path, encoding: str) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))


def _end_lines(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def _append(path: Path, digits: str) -> None:
    with path.open("ab") as stream:
        stream.write(bytes.fromhex(digits))


def _leave(path: Path, mode: str) -> None:
    """Permissions come last, in `check_case`."""


_STEPS: dict[str, Callable[..., None]] = {
    "link": _link,
    "size": _fill,
    "encode": _encode,
    "crlf": _end_lines,
    "bytes": _append,
    "mode": _leave,
    "pipe": os.mkfifo,
}
