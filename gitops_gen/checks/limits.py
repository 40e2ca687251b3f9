"""How much of a file is looked at."""

import os
from collections.abc import Callable
from math import inf

SIZE_LIMIT = 8 * 1024 * 1024
"""Bytes of one file. A Kubernetes object has at most 1.5 MiB in etcd; bundles of CRDs reach 5 MiB."""
EVENTS_LIMIT = 150_000
"""Keys, values, and beginnings and ends of mappings and lists in one YAML file. The largest CRD has 80,000."""
NODE_LIMIT = 200_000
"""Values that the aliases of a document may stand for, written out."""
DEPTH_LIMIT = 200
"""Levels of nesting; the deepest schema known has 40."""


def read_start(path: str, limit: int) -> bytes:
    """A file's content, or its first `limit` bytes where it is longer.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb", buffering=0) as stream:
        if os.fstat(stream.fileno()).st_size <= limit:
            return stream.readall()  # `read` would make room for `limit` bytes, which takes longer than small files do
        return stream.read(limit) or b""


class Allowance:
    """How many characters of a small language are parsed of one file; what is beyond is not looked at.

    A parser takes a thousand times as long for a character as the reader of YAML does. Outside of `begin` and `end`
    there is no bound.
    """

    def __init__(self, characters: int) -> None:
        self._characters = characters
        self._left: float = inf
        self._answers: dict[str, bool] = {}

    def begin(self) -> None:
        """What follows is of a new file."""
        self._left = self._characters
        self._answers.clear()

    def end(self) -> None:
        """What follows is of no file."""
        self._left = inf
        self._answers.clear()

    def covers(self, text: str, weigh: Callable[[str], int] = len) -> bool:
        """Whether there is room for a text, once for all who ask; `weigh` says how many characters it counts for."""
        if self._left == inf:
            return True
        answer = self._answers.get(text)
        if answer is None:
            self._left -= weigh(text)
            answer = self._answers[text] = self._left >= 0
        return answer

    def spend(self, text: str) -> bool:
        """Whether there is room for a text; each time that it is asked takes some."""
        self._left -= len(text)
        return self._left >= 0


PROMQL = Allowance(2**19)
"""Expressions of Prometheus."""
TEMPLATES = Allowance(2**19)
"""Templates of Go."""
PATTERNS = Allowance(2**21)
"""Regular expressions of Go."""
_ALL = (PROMQL, TEMPLATES, PATTERNS)


def begin_file() -> None:
    """Begin to count what is parsed of a file."""
    for allowance in _ALL:
        allowance.begin()


def end_file() -> None:
    """Count no more."""
    for allowance in _ALL:
        allowance.end()
