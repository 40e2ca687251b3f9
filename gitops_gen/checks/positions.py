"""Where in a file a value stands: the text is read once more, with marks, and only when something is wrong.

For one place it is read as far as that; for more of them all of it is composed.
"""

import re
from collections.abc import Callable
from typing import Any

from yaml.cyaml import CParser
from yaml.error import YAMLError
from yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gitops_gen.checks.limits import DEPTH_LIMIT
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.scalars import name_key, resolve_plain

Place = tuple[int, int]
"""Line and column, both from 1."""

# Half of a pair of UTF-16, as JSON may escape it and YAML may not.
_HALF = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_PLAIN = "plain"
_TEXT = "text"


class _Composer(CParser):  # type: ignore[misc] # PyYAML has no types
    """libyaml's composer, which asks for the tag of each node: here, whether a scalar is plain."""

    _depth = 0

    def resolve(self, _kind: type, _value: str, implicit: Any) -> str:  # noqa: ANN401 - a pair, a bool or None
        return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _TEXT

    def descend_resolver(self, _parent: Any, _index: Any) -> None:  # noqa: ANN401 - PyYAML's own
        self._depth += 1
        if self._depth > DEPTH_LIMIT + 1:  # the composer calls itself, until there is no stack left
            raise YAMLError("too deep")

    def ascend_resolver(self) -> None:
        self._depth -= 1


def find_place(content: bytes, document: int, keys: Keys, *, value: bool = False) -> Place:
    """What `Positions(content).find` says, in less time.

    `content` is a file that can be read without a problem, and that has no anchors and no merge keys.
    """
    get_event = CParser(_prepare(content)).get_event
    event = _find_root(get_event, document)
    if event is None:
        return 1, 1
    place = _start(event)
    for key in keys:
        named = _find_key(get_event, event, key)
        if named is None:
            return place
        place = _start(named)
        event = get_event() if isinstance(key, str) else named
    return _start(event) if value and keys else place


def _find_root(get_event: Callable[[], Any], document: int) -> Any:  # noqa: ANN401 - an event of PyYAML, which has no types
    """The event that a document which is not empty begins with; None if there are fewer of them."""
    left = document
    while not isinstance(event := get_event(), StreamEndEvent):
        if isinstance(event, DocumentStartEvent):
            root = get_event()
            if isinstance(root, ScalarEvent) and _is_plain(root) and resolve_plain(root.value) is None:
                continue
            if not left:
                return root
            left -= 1
            _skip(get_event, root)
    return None


def _find_key(get_event: Callable[[], Any], event: Any, key: str | int) -> Any:  # noqa: ANN401 - as above
    """The event of a key, or of an item, in what `event` begins; None if there is none."""
    if isinstance(event, SequenceStartEvent) and isinstance(key, int) and key >= 0:
        for number in range(key + 1):
            item = get_event()
            if isinstance(item, SequenceEndEvent):
                return None
            if number == key:
                return item
            _skip(get_event, item)
    elif isinstance(event, MappingStartEvent) and isinstance(key, str):
        while not isinstance(named := get_event(), MappingEndEvent):
            if isinstance(named, ScalarEvent):
                name = name_key(resolve_plain(named.value)) if _is_plain(named) else named.value
                if name == key:
                    return named
            else:
                _skip(get_event, named)
            _skip(get_event, get_event())
    return None


def _skip(get_event: Callable[[], Any], event: Any) -> None:  # noqa: ANN401 - as above
    """Go on to the end of what `event` begins."""
    depth = 0
    while True:
        kind = event.__class__
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            depth += 1
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            depth -= 1
        if not depth:
            return
        event = get_event()


def _is_plain(event: Any) -> bool:  # noqa: ANN401 - as above
    return event.tag is None and bool(event.implicit[0])


def _prepare(content: bytes) -> bytes:
    """A file as libyaml takes it, everything in its place: JSON may have tabs before keys, and halves of pairs."""
    return _HALF.sub(b"......", content.replace(b"\t", b" "))


class Positions:
    """The places of everything in one file."""

    def __init__(self, content: bytes) -> None:
        """`content` is the file; tabs count as one column, as in JSON that is indented with them."""
        self._roots: list[Any] = []
        self._fields: dict[int, dict[str, tuple[Node, Node]]] = {}
        composer = _Composer(_prepare(content))
        try:
            while composer.check_node():
                node = composer.get_node()
                if not (isinstance(node, ScalarNode) and node.tag == _PLAIN and resolve_plain(node.value) is None):
                    self._roots.append(node)
        except (YAMLError, RecursionError):
            pass  # what stands before it can still be found

    @property
    def documents(self) -> list[Node]:
        """The root of each document that is not empty."""
        return self._roots

    def find(self, document: int, keys: Keys, *, value: bool = False) -> Place:
        """The place of the key or item that `keys` leads to, as deep as it can be found.

        With `value`, the place of what stands behind the key.
        """
        if document >= len(self._roots):
            return 1, 1
        node = self._roots[document]
        place = _start(node)
        for key in keys:
            found = self._step(node, key)
            if found is None:
                break
            place_node, node = found
            place = _start(place_node)
        else:
            if value and keys:
                place = _start(node)
        return place

    def find_scalar(self, document: int, keys: Keys) -> ScalarNode | None:
        """The scalar that `keys` leads to, with its marks and its style; None if there is none."""
        if document >= len(self._roots):
            return None
        node = self._roots[document]
        for key in keys:
            found = self._step(node, key)
            if found is None:
                return None
            node = found[1]
        return node if isinstance(node, ScalarNode) else None

    def _step(self, node: Node, key: str | int) -> tuple[Node, Node] | None:
        """The node to point at and the node to go on from; None if `key` leads nowhere."""
        if isinstance(node, SequenceNode):
            if isinstance(key, int) and 0 <= key < len(node.value):
                return node.value[key], node.value[key]
            return None
        if not isinstance(node, MappingNode) or not isinstance(key, str):
            return None
        return self.list_fields(node).get(key)

    def list_fields(self, node: MappingNode) -> dict[str, tuple[Node, Node]]:
        """Key and value of each field by its name, and of those merged in; of duplicates the last one counts."""
        fields = self._fields.get(id(node))
        if fields is None:
            fields = self._fields[id(node)] = {}  # there already for a mapping that is merged into itself
            merged: list[Node] = []
            for pair in node.value:
                name = _name(pair[0])
                if name == "<<":
                    merged += pair[1].value if isinstance(pair[1], SequenceNode) else [pair[1]]
                if name is not None:
                    fields[name] = pair
            for source in merged:
                if isinstance(source, MappingNode):
                    for name, pair in self.list_fields(source).items():
                        fields.setdefault(name, pair)
        return fields


def _start(node: Any) -> Place:  # noqa: ANN401 - a node or an event
    return node.start_mark.line + 1, node.start_mark.column + 1


def _name(node: Node) -> str | None:
    if not isinstance(node, ScalarNode):
        return None
    return name_key(resolve_plain(node.value)) if node.tag == _PLAIN else str(node.value)
