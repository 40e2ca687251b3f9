"""Values of an object by the path to them, as the tables of references write it."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Generic, TypeVar

from gitops_gen.checks.rule import Keys

_MOST = 5000
"""Values that one path, or a table of them, may lead to: aliases in YAML can make any number of them."""
_T = TypeVar("_T")


class PathTable(Generic[_T]):
    """Paths as `walk` takes them, each with an entry: one walk follows all of them, by the keys that are there."""

    def __init__(self, entries: Mapping[str, _T]) -> None:
        """`entries` by path."""
        self._root = _Step()
        for path, entry in entries.items():
            step = self._root
            for part in _split(path):
                step = step.next.setdefault(part, _Step())
            step.entries.append(entry)
        pending = [self._root]
        while pending:
            step = pending.pop()
            step.items, step.values = step.next.pop("[]", None), step.next.pop("*", None)
            pending += [*step.next.values(), *filter(None, (step.items, step.values))]

    def find(self, data: object) -> list[tuple[Keys, Any, _T]]:
        """What the paths lead to: the way to each value, the value, and the entry of the path."""
        found: list[tuple[Keys, Any, _T]] = []
        _follow(self._root, data, (), found)
        return found


class _Step:
    """How paths go on from one place."""

    __slots__ = ("entries", "items", "next", "values")

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.next: dict[str, _Step] = {}
        self.items: _Step | None = None
        self.values: _Step | None = None


def _follow(step: _Step, data: Any, keys: Keys, found: list[tuple[Keys, Any, Any]]) -> None:  # noqa: ANN401 - YAML
    if step.entries:
        found += [(keys, data, entry) for entry in step.entries]
    if isinstance(data, dict):
        for key in step.next:
            if key in data:
                _follow(step.next[key], data[key], (*keys, key), found)
        if step.values is not None:
            _fork(step.values, data.items(), keys, found)
    elif isinstance(data, list) and step.items is not None:
        _fork(step.items, enumerate(data), keys, found)


def _fork(step: _Step, values: Iterable[tuple[Any, Any]], keys: Keys, found: list[tuple[Keys, Any, Any]]) -> None:
    for key, value in values:
        if len(found) >= _MOST:
            return
        _follow(step, value, (*keys, key), found)


def walk(data: object, path: str) -> Iterator[tuple[Keys, Any]]:
    """What `path` leads to, each value with its keys.

    The parts of a path stand between dots; `[]` after one stands for each item of its list, a part `*` for each value
    of a mapping. The empty path leads to `data` itself.
    """
    parts = _split(path)
    for done, part in enumerate(parts):  # as far as the way does not fork, without a generator for each step
        if part in {"[]", "*"}:
            return islice(_walk(data, parts[:done], parts[done:]), _MOST)
        if not isinstance(data, dict) or part not in data:
            return iter(())
        data = data[part]
    return iter(((parts, data),))


def read(data: object, path: str) -> Any:  # noqa: ANN401 - YAML is any value
    """The first value that `path` leads to; None if there is none."""
    return next((value for _, value in walk(data, path)), None)


def read_text(data: object, path: str) -> str:
    """The first value that `path` leads to if it is text, else an empty one."""
    value = read(data, path)
    return value if isinstance(value, str) else ""


def read_mapping(data: object, path: str) -> dict[str, Any]:
    """The first value that `path` leads to if it is a mapping, else an empty one."""
    value = read(data, path)
    return value if isinstance(value, dict) else {}


def read_labels(data: object, path: str) -> dict[str, str]:
    """The texts of the mapping that `path` leads to, by key."""
    found = read_mapping(data, path)
    return {key: value for key, value in found.items() if isinstance(key, str) and isinstance(value, str)}


def is_templated(text: str) -> bool:
    """Whether something else fills a text in before it counts."""
    return "{{" in text or "$(" in text or "${" in text or "<%" in text


@cache
def _split(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("[]", ".[]").split(".") if part)


def _walk(data: object, keys: Keys, parts: tuple[str, ...]) -> Iterator[tuple[Keys, Any]]:
    if not parts:
        yield keys, data
    elif parts[0] == "[]":
        for number, item in enumerate(data if isinstance(data, list) else ()):
            yield from _walk(item, (*keys, number), parts[1:])
    elif parts[0] == "*":
        for key, value in data.items() if isinstance(data, dict) else ():
            yield from _walk(value, (*keys, key), parts[1:])
    elif isinstance(data, dict) and parts[0] in data:
        yield from _walk(data[parts[0]], (*keys, parts[0]), parts[1:])
