"""Where in a file a value stands: the text is composed once more, with marks, and only when something is wrong."""

import re
from typing import Any

from yaml.cyaml import CParser
from yaml.error import YAMLError
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


class Positions:
    """The places of everything in one file."""

    def __init__(self, content: bytes) -> None:
        """`content` is the file; tabs count as one column, as in JSON that is indented with them."""
        self._roots: list[Any] = []
        self._fields: dict[int, dict[str, tuple[Node, Node]]] = {}
        composer = _Composer(_HALF.sub(b"......", content.replace(b"\t", b" ")))
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


def _start(node: Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _name(node: Node) -> str | None:
    if not isinstance(node, ScalarNode):
        return None
    return name_key(resolve_plain(node.value)) if node.tag == _PLAIN else str(node.value)
