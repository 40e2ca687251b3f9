"""Files of JSON, read as Kubernetes reads them: Python's parser, held to what Go's takes and to the limits of YAML."""

import json
import math
import re
from itertools import islice
from typing import Any

from gitops_gen.checks.limits import DEPTH_LIMIT, EVENTS_LIMIT
from gitops_gen.checks.yaml_reader import Problem, ReadFile, check_bytes, read_yaml

_SURROGATE = r"\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(\\u[dD][89a-fA-F]\w\w)"
_STRING = r'"(?:[^"\\]|\\.)*+"'
_PART = _STRING + r"|[\[\]{}]|[-+.\w]+"
_MOST_ODD = 501
"""More are not told of a file."""


def read_json(content: bytes) -> ReadFile:
    """The one document of a JSON file."""
    problems = check_bytes(content)
    if any(problem.code in {"binary", "encoding"} for problem in problems):
        return ReadFile([], [], problems)
    # Half of a pair of UTF-16 becomes what Go makes of it, U+FFFD.
    text = re.sub(_SURROGATE, lambda found: r"\ufffd" if found[1] else found[0], content.decode("utf-8-sig"))
    too_deep = _find_depth(text)
    if too_deep >= 0:
        return ReadFile([], [], [*problems, Problem("depth", *_place(text, too_deep), "")])
    if _count_events(text) > EVENTS_LIMIT:
        return ReadFile([], [], [*problems, Problem("values", 1, 1, "")])
    decoder = _Decoder()
    try:
        data = decoder.decode(text)
    except json.JSONDecodeError as error:
        return ReadFile([], [], [*problems, Problem("json", error.lineno, error.colno, error.msg)])
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        return ReadFile([], [], [*problems, Problem("json", 1, 1, "a number of thousands of digits")])
    if decoder.odd:
        odd = (found for found in re.finditer(_PART, text) if found[0] in decoder.odd)
        told = islice(odd, _MOST_ODD)
        problems += (Problem("value", *_place(text, found.start()), found[0]) for found in told)
    if decoder.repeated:
        # JSON is YAML, but for its tabs and a few escapes.
        found = read_yaml(content.replace(b"\t", b" ")).problems
        twice = [problem for problem in found if problem.code == "duplicate-key"]
        problems += twice or [Problem("duplicate-key", 1, 1, key) for key in sorted(decoder.repeated)]
    return ReadFile([data], [1], problems)


class _Decoder(json.JSONDecoder):
    """A decoder that keeps an account of what JSON should not hold."""

    def __init__(self) -> None:
        super().__init__(
            object_pairs_hook=self._collect, parse_float=self._read_number, parse_constant=self._read_number
        )
        self.odd: set[str] = set()
        """NaN, infinities, and numbers as large."""
        self.repeated: set[str] = set()
        """Keys that stand twice in one object."""

    def _collect(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        collected = dict(pairs)
        if len(collected) < len(pairs):
            seen: set[str] = set()
            self.repeated.update(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value] # it is None: the key was new
        return collected

    def _read_number(self, digits: str) -> float | str:
        number = float(digits)
        if math.isfinite(number):
            return number
        self.odd.add(digits)
        return digits


def _count_events(text: str) -> int:
    """About as many as YAML would count: keys, values, and beginnings and ends of mappings and lists."""
    most = sum(map(text.count, ",:[[{{"))
    if most <= EVENTS_LIMIT:
        return most
    return sum(map(re.sub(_STRING, "", text).count, ",:[[{{"))


def _find_depth(text: str) -> int:
    """Where it becomes too deep; -1 if it does not."""
    if text.count("[") + text.count("{") <= DEPTH_LIMIT:
        return -1
    depth = 0
    for found in re.finditer(_PART, text):
        token = found[0]
        if token in {"[", "{"}:
            depth += 1
            if depth > DEPTH_LIMIT:
                return found.start()
        elif token in {"]", "}"}:
            depth -= 1
    return -1


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
