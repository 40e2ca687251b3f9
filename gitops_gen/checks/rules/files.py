"""Rules on files that cannot be read at all. Each takes what the search of the folder found."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gitops_gen.checks.discover import NO_FILE
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.names import show


class FileProblem(NamedTuple):
    """A file that the search could not take."""

    code: str
    """unreadable, size, broken-link, link-loop or outside."""
    path: str
    detail: str


def _select(problems: Sequence[FileProblem], code: str) -> Iterator[FileProblem]:
    return (problem for problem in problems if problem.code == code)


def _hit(problem: FileProblem, message: str, fix: str) -> Hit:
    return Hit(message, fix=fix, line=1, path=problem.path)


@rule("FILE001", "error")
def check_readable(problems: Sequence[FileProblem]) -> Iterator[Hit]:
    """A file can be read.

    Why: what cannot be read is not checked, and Argo CD or the next person may not be able to read it either.

    Fix: give the file read permission; put a plain file where a pipe, a socket or a device is.
    """
    for problem in _select(problems, "unreadable"):
        fix = "put a plain file there" if problem.detail == NO_FILE else "give it read permission"
        yield _hit(problem, f"cannot be read: {problem.detail}", fix)


@rule("FILE002", "error")
def check_size(problems: Sequence[FileProblem]) -> Iterator[Hit]:
    """A manifest is of a size that Kubernetes can take.

    Why: etcd holds objects of up to 1.5 MiB. A manifest many times as large is data in the wrong place, and is not
    checked.

    Fix: keep data in object storage or an image and refer to it; split a bundle into several files.
    """
    for problem in _select(problems, "size"):
        yield _hit(problem, f"{problem.detail}: not checked", "split the file")


@rule("FILE003", "error")
def check_broken_links(problems: Sequence[FileProblem]) -> Iterator[Hit]:
    """A symbolic link leads to something.

    Why: a build that reads the link fails, in Argo CD as well.

    Fix: point the link at the file that is meant, or remove it.
    """
    for problem in _select(problems, "broken-link"):
        yield _hit(problem, f"a link to {show(problem.detail, 200)}, which is not there", "mend or remove the link")


@rule("FILE004", "error")
def check_link_loops(problems: Sequence[FileProblem]) -> Iterator[Hit]:
    """Symbolic links do not lead in a circle.

    Why: no program can follow such a link to an end.

    Fix: remove the link that leads back.
    """
    for problem in _select(problems, "link-loop"):
        yield _hit(problem, f"a link to {show(problem.detail, 200)}, which leads back to itself", "remove the link")


@rule("FILE005", "error")
def check_links_outside(problems: Sequence[FileProblem]) -> Iterator[Hit]:
    """A symbolic link stays in the repository.

    Why: what lies outside is not under version control, is not there in Argo CD's checkout, and can bring in a file
    that nobody reviewed. Argo CD refuses a repository with such a link.

    Fix: copy what is meant into the repository.
    """
    for problem in _select(problems, "outside"):
        message = f"a link to {show(problem.detail, 200)}, which is outside the repository"
        yield _hit(problem, message, "copy the file into the repository")


RULES: tuple[Rule, ...] = (check_readable, check_size, check_broken_links, check_link_loops, check_links_outside)
