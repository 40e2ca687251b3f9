"""Files of YAML, read as Kubernetes reads them: libyaml's parser under a builder of our own.

A problem is a value, never an exception; the documents before it are still there.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from yaml.cyaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from gitops_gen.checks.limits import DEPTH_LIMIT, EVENTS_LIMIT, NODE_LIMIT
from gitops_gen.checks.scalars import HINTS, name_key, resolve_plain, resolve_tagged

_MERGE = "<<"


class Problem(NamedTuple):
    """Something wrong with the text of a file."""

    code: str
    """syntax, tab, duplicate-key, key, value, aliases, depth, values, bom, line-ends, encoding, binary or json."""
    line: int
    column: int
    detail: str


class ReadFile(NamedTuple):
    """The documents of a file; an empty document is left out."""

    documents: list[Any]
    lines: list[int]
    """Where each document starts, from 1."""
    problems: list[Problem]


class _TooManyError(Exception):
    """A file has more values than are read."""


def _count_events(get_event: Callable[[], Any], limit: int) -> Callable[[], Any]:
    """`get_event`, until there were too many; small files do without the counting."""
    numbers = iter(range(limit))

    def get() -> Any:  # noqa: ANN401 - an event of PyYAML, which has no types
        if next(numbers, None) is None:
            raise _TooManyError
        return get_event()

    return get


class _Merge:
    """Stands for the key `<<` until its mapping is complete."""


def read_yaml(content: bytes, *, limit: int = EVENTS_LIMIT) -> ReadFile:
    """The documents of a YAML file of at most `limit` keys, values, and beginnings and ends of mappings and lists."""
    problems = check_bytes(content)
    if any(problem.code in {"binary", "encoding"} for problem in problems):
        return ReadFile([], [], problems)
    builder = _Builder(problems)
    parser = CParser(content)
    try:
        builder.build(parser.get_event if len(content) <= limit else _count_events(parser.get_event, limit))
    except _TooManyError:
        return ReadFile([], [], [*problems, Problem("values", 1, 1, "")])
    except MarkedYAMLError as error:
        problems.append(_explain_syntax(error, content))
    except YAMLError as error:  # a character that YAML does not allow
        problems.append(_explain_character(error, content))
    except (RecursionError, MemoryError):
        problems.append(Problem("depth", 1, 1, ""))
    return ReadFile(builder.documents, builder.lines, problems)


def check_bytes(content: bytes) -> list[Problem]:
    """What is wrong with a file before anything is parsed."""
    problems = []
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or _looks_like_utf16(content):
        return [Problem("encoding", 1, 1, "UTF-16 or UTF-32")]
    at = content.find(b"\0")
    if at >= 0:
        return [Problem("binary", *_place(content, at), "a NUL byte")]
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return [Problem("encoding", *_place(content, error.start), f"byte 0x{content[error.start]:02x}")]
    if content.startswith(b"\xef\xbb\xbf"):
        problems.append(Problem("bom", 1, 1, ""))
    at = content.find(b"\r")
    if at >= 0:
        problems.append(Problem("line-ends", *_place(content, at), ""))
    return problems


def _looks_like_utf16(content: bytes) -> bool:
    start = content[:64]
    return len(start) > 3 and (not any(start[1::2]) or not any(start[::2]))  # noqa: PLR2004 - two characters


def _place(content: bytes, at: int) -> tuple[int, int]:
    start = content.rfind(b"\n", 0, at) + 1
    return content.count(b"\n", 0, at) + 1, len(content[start:at].decode("utf-8", "replace")) + 1


class _Builder:
    """Events to values. One loop without calls: it is where a validation spends its time."""

    def __init__(self, problems: list[Problem]) -> None:
        self.documents: list[Any] = []
        self.lines: list[int] = []
        self.problems = problems
        self._merged = 0

    def build(self, get_event: Callable[[], Any]) -> None:  # noqa: C901, PLR0912, PLR0915 - one loop, without calls: the hot path
        """Read to the end; what comes before a syntax error is kept."""
        problems = self.problems
        stack: list[tuple[Any, Any]] = []  # container and pending key of the levels above
        anchors: dict[str, Any] = {}
        open_anchors: list[tuple[int, str]] = []  # level and name of those whose node is not complete
        aliased = False
        container: Any = None
        key: Any = None  # of a mapping: the key whose value comes next; None while a key is awaited
        root: Any = None
        line = 1
        while True:
            event = get_event()
            kind = event.__class__
            if kind is ScalarEvent:
                value: Any = event.value
                tag = event.tag
                if tag is None and event.implicit[0]:
                    if not value:
                        value = None
                    elif value[0] in HINTS:
                        value = resolve_plain(value)
                        if value.__class__ is float and (value != value or value in _INFINITE):  # noqa: PLR0124 - NaN
                            mark = event.start_mark
                            value = event.value
                            problems.append(Problem("value", mark.line + 1, mark.column + 1, value))
                    elif value == _MERGE and key is None and container.__class__ is dict:
                        value = _Merge
                elif tag is not None and tag != "!":
                    value = self._resolve_tagged(event)
                if event.anchor is not None:
                    anchors[event.anchor] = value
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                child: Any = {} if kind is MappingStartEvent else []
                if event.anchor is not None:
                    anchors[event.anchor] = child
                    open_anchors.append((len(stack), event.anchor))
                if len(stack) >= DEPTH_LIMIT:
                    mark = event.start_mark
                    problems.append(Problem("depth", mark.line + 1, mark.column + 1, ""))
                    return
                stack.append((container, key))
                container = child
                key = None
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = container
                container, key = stack.pop()
                if value.__class__ is dict and _Merge in value:
                    value = self._merge(value, event)
                while open_anchors and open_anchors[-1][0] >= len(stack):
                    anchors[open_anchors.pop()[1]] = value
            elif kind is AliasEvent:
                aliased = True
                mark = event.start_mark
                if event.anchor not in anchors:
                    problems.append(Problem("syntax", mark.line + 1, mark.column + 1, f"no anchor &{event.anchor}"))
                    return
                if any(event.anchor == name for _, name in open_anchors):
                    problems.append(Problem("aliases", mark.line + 1, mark.column + 1, "itself"))
                    return
                value = anchors[event.anchor]
            elif kind is DocumentStartEvent:
                line = event.start_mark.line + 1
                root = container = key = None
                anchors = {}
                aliased = False
                continue
            elif kind is DocumentEndEvent:
                if root is not None:
                    if aliased:
                        nodes, depth = _measure(root)
                        if nodes > NODE_LIMIT or depth > DEPTH_LIMIT:
                            code = "aliases" if nodes > NODE_LIMIT else "depth"
                            problems.append(Problem(code, line, 1, "too many"))
                            return
                    self.documents.append(root)
                    self.lines.append(line)
                continue
            elif kind is StreamStartEvent:
                continue
            else:
                return
            # `value` is complete: it is a key, a mapping's value, an item or the whole document.
            if container.__class__ is dict:
                if key is None:
                    if value.__class__ is not str and value is not _Merge:
                        named = name_key(value)
                        if named is None:
                            mark = event.start_mark
                            what = {dict: "a mapping", list: "a list"}.get(value.__class__, "nothing")
                            problems.append(Problem("key", mark.line + 1, mark.column + 1, what))
                            return
                        value = named
                    if value in container:
                        mark = event.start_mark
                        name = _MERGE if value is _Merge else value
                        problems.append(Problem("duplicate-key", mark.line + 1, mark.column + 1, name))
                    key = value
                else:
                    container[key] = value
                    key = None
            elif container is not None:
                container.append(value)
            else:
                root = value

    def _resolve_tagged(self, event: Any) -> object:  # noqa: ANN401 - an event of PyYAML, which has no types
        mark = event.start_mark
        try:
            value = resolve_tagged(event.tag, event.value)
        except ValueError as error:
            self.problems.append(Problem("value", mark.line + 1, mark.column + 1, f"{event.value}: {error}"))
            return event.value
        if isinstance(value, float) and not math.isfinite(value):
            self.problems.append(Problem("value", mark.line + 1, mark.column + 1, event.value))
            return event.value
        return value

    def _merge(self, mapping: dict[Any, Any], event: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """The mapping with `<<` carried out: its own keys win, then the first of those merged."""
        merged = mapping.pop(_Merge)
        sources = merged if isinstance(merged, list) else [merged]
        for source in sources:
            if isinstance(source, dict):
                self._merged += len(source)
                if self._merged > NODE_LIMIT:
                    raise _TooManyError
                for key, value in source.items():
                    mapping.setdefault(key, value)
            else:
                mark = event.start_mark
                self.problems.append(Problem("key", mark.line + 1, mark.column + 1, "<<"))
        return mapping


_INFINITE = (float("inf"), float("-inf"))


def _measure(root: Any) -> tuple[int, int]:  # noqa: ANN401 - YAML is any value
    """How many values `root` stands for with every alias written out, and how deep they are nested."""
    known: dict[int, tuple[int, int]] = {}

    def measure(node: Any) -> tuple[int, int]:  # noqa: ANN401 - as above
        if not isinstance(node, dict | list):
            return 1, 0
        if id(node) not in known:
            inner = [measure(child) for child in (node.values() if isinstance(node, dict) else node)]
            nodes = 1 + sum(count for count, _ in inner)
            known[id(node)] = nodes, 1 + max((depth for _, depth in inner), default=0)
        return known[id(node)]

    return measure(root)


def _explain_syntax(error: MarkedYAMLError, content: bytes) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = content.split(b"\n", line)
    text = lines[line - 1] if line <= len(lines) else b""
    indent = text[: len(text) - len(text.lstrip(b" \t"))]
    if b"\t" in indent:
        return Problem("tab", line, indent.index(b"\t") + 1, "")
    if "nest" in str(error.problem):
        return Problem("depth", line, column, "")
    return Problem("syntax", line, column, ", ".join(str(part) for part in (error.problem, error.context) if part))


def _explain_character(error: YAMLError, content: bytes) -> Problem:
    position = getattr(error, "position", None)
    character = getattr(error, "character", None)
    if isinstance(position, int) and isinstance(character, int):
        return Problem("binary", *_place(content, position), f"the character U+{character:04X}")
    return Problem("syntax", 1, 1, str(error))
