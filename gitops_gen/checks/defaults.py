"""What the API server makes of a custom object before it validates it: nulls dropped, defaults put in.

As in k8s.io/apiextensions-apiserver, pkg/apiserver/schema/defaulting: a null in a field that is not nullable counts as
left out, in a list it stays unless the items have a default; a default is itself filled with the defaults below it.
"""

from typing import Any, NamedTuple

from gitops_gen.checks.schema_store import Schema, is_custom

_DEPTH = 64
"""Deeper than any schema of a cluster is."""
_MOST_DEFAULTS = 10_000
"""Values put into one object: a schema that refers to itself could go on for ever."""
_GONE = object()


class _Node(NamedTuple):
    """What matters of a part of a schema here."""

    fields: dict[str, Any]
    rest: Any
    items: Any
    takes_null: bool
    default: Any
    """None where there is none."""
    defaults: tuple[tuple[str, Any], ...]
    """The fields with a default, and their schemas."""


class Treatment:
    """The parts of one schema, looked at once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._is_custom = is_custom(schema.document)
        self._nodes: dict[int, tuple[Any, _Node]] = {}
        self._left = 0

    def apply(self, data: Any) -> Any:  # noqa: ANN401 - JSON is any value
        """`data` as it is validated; the same object where nothing changes, and else a copy of the parts that do."""
        self._left = _MOST_DEFAULTS
        return self._treat(self._schema.document, data, 0)

    def _treat(self, part: Any, data: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        if depth > _DEPTH:
            return data
        if isinstance(data, dict):
            return self._treat_mapping(self._look(part), data, depth)
        if isinstance(data, list):
            return self._treat_list(self._look(part).items, data, depth)
        return data

    def _treat_mapping(self, node: _Node, data: dict[Any, Any], depth: int) -> dict[Any, Any]:
        treated = None
        for key, value in data.items():
            part = node.fields.get(key, node.rest)
            new = self._replace_null(part, depth) if value is None else self._treat(part, value, depth + 1)
            if new is not value:
                treated = dict(data) if treated is None else treated
                if new is _GONE:
                    del treated[key]
                else:
                    treated[key] = new
        for key, part in node.defaults:
            if key not in data and self._left > 0:
                treated = dict(data) if treated is None else treated
                treated[key] = self._fill(part, depth)
        return data if treated is None else treated

    def _treat_list(self, items: Any, data: list[Any], depth: int) -> list[Any]:  # noqa: ANN401 - as above
        treated = None
        for number, value in enumerate(data):
            new = self._replace_null(items, depth) if value is None else self._treat(items, value, depth + 1)
            if new is not value and new is not _GONE:
                treated = list(data) if treated is None else treated
                treated[number] = new
        return data if treated is None else treated

    def _replace_null(self, part: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        """What stands in the place of a null in a mapping."""
        node = self._look(part)
        if node.takes_null:
            return None
        return _GONE if node.default is None or self._left <= 0 else self._fill(part, depth)

    def _fill(self, part: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        self._left -= 1
        return self._treat(part, self._look(part).default, depth + 1)

    def _look(self, part: Any) -> _Node:  # noqa: ANN401 - as above
        known = self._nodes.get(id(part))
        if known is None:
            known = self._nodes[id(part)] = (part, self._make(part))  # kept with its part, whose id is then its own
        return known[1]

    def _make(self, part: Any) -> _Node:  # noqa: ANN401 - as above
        resolved = self._schema.resolve(part)
        default = resolved.get("default")
        choice = resolved.get("anyOf")
        if isinstance(choice, list) and choice[1:] == [{"type": "null"}]:  # what is nullable and has no type
            return self._make(choice[0])._replace(takes_null=True)
        properties = resolved.get("properties")
        fields = properties if isinstance(properties, dict) else {}
        resolved_fields = ((key, child, self._schema.resolve(child)) for key, child in fields.items())
        return _Node(
            fields=fields,
            rest=resolved.get("additionalProperties"),
            items=resolved.get("items"),
            takes_null=self._takes_null(part, resolved),
            default=default,
            defaults=tuple((key, child) for key, child, inner in resolved_fields if inner.get("default") is not None),
        )

    def _takes_null(self, part: Any, resolved: dict[str, Any]) -> bool:  # noqa: ANN401 - as above
        types = resolved.get("type")
        if types is None:  # in a custom kind, only what no schema is about may be null
            return not (self._is_custom and isinstance(part, dict))
        return types == "null" or (isinstance(types, list) and "null" in types)


def apply_defaults(schema: Schema, data: Any) -> Any:  # noqa: ANN401 - JSON is any value
    """`data` as the API server validates it; `data` itself where that is the same. What is given must not be changed.

    Own files of the program, which no API server sees, stay as they are.
    """
    if not schema.takes_nulls:
        return data
    if schema.treatment is None:
        schema.treatment = Treatment(schema)
    treatment: Treatment = schema.treatment
    return treatment.apply(data)
