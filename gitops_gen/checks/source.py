"""A file under check: its bytes, its documents, and where in it things stand; each is made when it is asked for."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from gitops_gen.checks.json_reader import read_json
from gitops_gen.checks.positions import Place, Positions, find_place
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.yaml_reader import ReadFile, read_yaml


class Source:
    """One YAML or JSON file."""

    def __init__(self, path: str, content: bytes) -> None:
        """`path` is below the checked root, with `/`."""
        self.path = path
        self.content = content
        self._was_asked = False

    @cached_property
    def read(self) -> ReadFile:
        """Its documents and what is wrong with its text."""
        return read_json(self.content) if self.path.endswith(".json") else read_yaml(self.content)

    @property
    def documents(self) -> list[Any]:
        """The values of its documents; an empty document is left out."""
        return self.read.documents

    @cached_property
    def _positions(self) -> Positions:
        return Positions(self.content)

    @property
    def _is_simple(self) -> bool:
        """Whether keys stand where their values are, and nowhere else."""
        return not (b"&" in self.content or b"<<" in self.content or self.read.problems)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.content.split(b"\n")

    def locate(self, document: int, keys: Keys, *, value: bool = False) -> Place:
        """Line and column, from 1, of the key or item that `keys` leads to; with `value`, of what stands behind it."""
        if self._was_asked or not self._is_simple:
            line, column = self._positions.find(document, keys, value=value)
        else:
            self._was_asked = True
            line, column = find_place(self.content, document, keys, value=value)
        if line == 1 and self.content.startswith(b"\xef\xbb\xbf"):
            column = max(1, column)
        return line, column

    def locate_line(self, document: int, keys: Keys, offset: int) -> Place:
        """The place of line `offset` (from 0) of a block scalar: YAML or JSON that stands inside this file."""
        node = self._positions.find_scalar(document, keys)
        if node is None:
            return self.locate(document, keys)
        if node.style not in {"|", ">"}:
            return node.start_mark.line + 1, node.start_mark.column + 1
        line = node.start_mark.line + 2 + offset
        text = self._lines[line - 1] if line <= len(self._lines) else b""
        return line, len(text) - len(text.lstrip(b" ")) + 1

    def list_lines(self, document: int, keys: Keys) -> range:
        """The lines, from 1, of the key that `keys` leads to and of the text behind it."""
        node = self._positions.find_scalar(document, keys)
        first = self.locate(document, keys)[0]
        return range(first, max(first, node.end_mark.line + (node.end_mark.column > 0) if node else first) + 1)

    def list_resources(self) -> Iterator[Resource]:
        """Its Kubernetes objects, with those in Lists taken apart; what is no mapping is left out."""
        for index, data in enumerate(self.documents):
            yield from list_resources(data, index)


def list_resources(data: Any, document: int = 0, keys: Keys = ()) -> Iterator[Resource]:  # noqa: ANN401 - YAML
    """The objects in what stands at `keys` of a document: itself, or the items of a `List`.

    A List with something else among its items is there itself as well.
    """
    if not isinstance(data, dict):
        return
    items = data.get("items")
    kind = data.get("kind")
    if isinstance(items, list) and isinstance(kind, str) and kind.endswith("List") and data.get("apiVersion") == "v1":
        if not all(isinstance(item, dict) for item in items):
            yield Resource({**data, "kind": "List"}, document, keys)
        implied = kind.removesuffix("List")
        for number, item in enumerate(items):
            named = {**item, "apiVersion": "v1", "kind": implied} if implied and _lacks_kind(item) else item
            yield from list_resources(named, document, (*keys, "items", number))
    else:
        yield Resource(data, document, keys)


def _lacks_kind(item: Any) -> bool:  # noqa: ANN401 - as above
    """Whether kubectl takes an item of, say, a ConfigMapList for a ConfigMap."""
    return isinstance(item, dict) and not item.get("kind")
