"""The lines of the files that findings are about."""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it; see findings.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitops_gen.findings import Finding


_CONCEALED = "SECRET"
"""The subject of the rules that find credentials."""


def list_concealed(findings: Iterable[Finding]) -> set[str]:
    """The files whose lines are shown nowhere: those in which a credential was found, which may have more of them."""
    return {finding.path for finding in findings if finding.rule.startswith(_CONCEALED)}


def make_line_reader(read_source: Callable[[str], bytes | None]) -> Callable[[str, int], str | None]:
    """A function from path and line (from 1) to that line without its break; None if there is no such file or line.

    It keeps the file that it read last. What is not UTF-8 is replaced; a byte order mark is left out.
    """
    kept_path: str | None = None
    lines: list[bytes] = []

    def read_line(path: str, line: int) -> str | None:
        nonlocal kept_path, lines
        if path != kept_path:
            kept_path, lines = path, (read_source(path) or b"").splitlines()
        if not 1 <= line <= len(lines):
            return None
        content = lines[line - 1]
        return (content.removeprefix(b"\xef\xbb\xbf") if line == 1 else content).decode(errors="replace")

    return read_line
