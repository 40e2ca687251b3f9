"""From a line of a file to the value that stands there: which document, and the keys that lead to it."""

from typing import NamedTuple

from yaml.nodes import MappingNode, Node, SequenceNode

from gitops_gen.checks.positions import Positions
from gitops_gen.checks.rule import Keys


class Spot(NamedTuple):
    """What a line is about."""

    document: int
    """From 0."""
    keys: Keys
    """Empty for a document as a whole."""
    line: int
    """The line that it begins on, from 1."""


def find_spot(content: bytes, line: int) -> Spot | None:
    """What stands on a line, or below it where it is empty or a comment; None where nothing follows.

    Of several things on a line it is the outermost that begins there: `limits`, of `limits: {cpu: 1}`.
    """
    lines = content.split(b"\n")
    if not 0 < line <= len(lines):
        return None
    positions = Positions(content)
    if _is_silent(lines[line - 1]):
        found = _find(positions, line)
        if found is not None and _is_text(positions, found):
            return found
        line = next((number for number in range(line + 1, len(lines) + 1) if not _is_silent(lines[number - 1])), 0)
    return _find(positions, line)


def _find(positions: Positions, line: int) -> Spot | None:
    for index, root in enumerate(positions.documents):
        if _covers(root, line):
            return Spot(index, *_descend(positions, root, line))
    return None


def _is_text(positions: Positions, spot: Spot) -> bool:
    """Whether a text over several lines stands there, in which nothing is a comment."""
    return bool(spot.keys) and positions.find_scalar(spot.document, spot.keys) is not None


def _is_silent(line: bytes) -> bool:
    text = line.strip()
    return not text or text.startswith(b"#") or text == b"---"


def _covers(node: Node, line: int) -> bool:
    first, last = node.start_mark.line + 1, node.end_mark.line + (node.end_mark.column > 0)
    return bool(first <= line <= max(first, last))


def _descend(positions: Positions, node: Node, line: int) -> tuple[Keys, int]:
    """The keys to what begins on the line, or to the innermost that goes on there, and the line that it begins on."""
    keys: list[str | int] = []
    begin = int(node.start_mark.line) + 1
    while (step := _step(positions, node, line)) is not None:
        key, place, inner = step
        keys.append(key)
        begin = int(place.start_mark.line) + 1
        if begin == line and not (isinstance(node, SequenceNode) and _begins_with_key(inner, line)):
            break
        node = inner
    return tuple(keys), begin


def _begins_with_key(node: Node, line: int) -> bool:
    """Whether an item is a mapping whose first key stands beside the dash."""
    is_filled = isinstance(node, MappingNode | SequenceNode) and bool(node.value)
    return is_filled and not node.flow_style and bool(node.start_mark.line + 1 == line)


def _step(positions: Positions, node: Node, line: int) -> tuple[str | int, Node, Node] | None:
    """The entry of a mapping or list that a line is in: its key, what begins it, and its value."""
    found = None
    entries: list[tuple[str | int, Node, Node]]
    if isinstance(node, MappingNode):
        entries = [(name, key, value) for name, (key, value) in positions.list_fields(node).items()]
    elif isinstance(node, SequenceNode):
        entries = [(number, item, item) for number, item in enumerate(node.value)]
    else:
        return None
    for name, key, value in entries:
        inside = node.start_mark.index <= key.start_mark.index < node.end_mark.index  # not so behind an alias
        if inside and key.start_mark.line < line <= _find_end(key, value):
            is_first = found is None or found[1].start_mark.line + 1 != line
            found = (name, key, value) if is_first else found
    return found


def _find_end(key: Node, value: Node) -> int:
    """The last line of an entry."""
    if value.start_mark.index < key.start_mark.index:  # an alias
        return int(key.end_mark.line + 1)
    end = value.end_mark
    return int(max(key.end_mark.line + 1, end.line + (end.column > 0)))
