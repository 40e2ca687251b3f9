"""The places of an object at which its schema says more than JSON Schema can: rules in CEL, keys of lists.

Objects are many and short, schemas are few and long: the parts of a schema are made as objects need them, and kept.
"""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.rule import Keys
from gitops_gen.checks.schema_store import Schema

RULES = "x-kubernetes-validations"
LIST_TYPE = "x-kubernetes-list-type"
LIST_KEYS = "x-kubernetes-list-map-keys"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
"""The definition of `metadata`, of which rules see the name alone."""
_REFERENCES = ("#/$defs/", "#/definitions/")
_DEPTH = 64
"""Deeper than any schema of a cluster is, and than an object is followed."""


class Part:
    """A part of a schema, its references followed."""

    __slots__ = ("_found", "_parts", "_sides", "_telling", "fields", "list_keys", "name", "rules", "schema", "telling")

    def __init__(self, schema: dict[str, Any], name: str, parts: "Parts") -> None:
        self.schema = schema
        self.name = name
        """The definition that it is, or stands in, and the field there: `io.k8s.api.core.v1.PodSpec.containers`."""
        self.rules = tuple(_list_rules(schema)) if RULES in schema or "allOf" in schema else ()
        """Rules in CEL on a value here."""
        self.list_keys = _read_list_keys(schema) if LIST_TYPE in schema else None
        """What makes an item of a list unique: keys of a mapping; empty if all of it does; None if nothing does."""
        properties = schema.get("properties")
        self.fields: dict[str, Any] = properties if isinstance(properties, dict) else {}
        """The schemas of the fields that have names, as they are written."""
        self.telling: dict[str, Part | None] = {}
        """Those of the fields that an object had so far, None where nothing is told of one or below."""
        self._telling: bool | None = True if self.fields or self.rules or self.list_keys is not None else None
        self._parts = parts
        self._found: dict[str, Part] = {}
        self._sides: dict[str, Part | None] = {}

    def find(self, key: Any) -> "Part | None":  # noqa: ANN401 - YAML
        """The part of a key in a mapping; None if nothing is told of it."""
        found = self._found.get(key)
        if found is not None:
            return found
        if key not in self.fields:
            return self.rest
        found = self._found[key] = self._parts.make(self.fields[key], f"{self.name}.{key}")
        return found

    @property
    def is_telling(self) -> bool:
        """Whether there may be a rule, or a list of unique items, here or below."""
        if self._telling is None:
            self._telling = True  # for a list of itself
            sides = (self._find_side(keyword) for keyword in ("items", "additionalProperties"))
            self._telling = any(side is not None and side.is_telling for side in sides)
        return self._telling

    def find_telling(self, key: Any) -> "Part | None":  # noqa: ANN401 - as above
        """The part of a key in a mapping; None if nothing is told of it or below."""
        part = self.find(key)
        found = part if part is not None and part.is_telling else None
        if key in self.fields:
            self.telling[key] = found
        return found

    @property
    def rest(self) -> "Part | None":
        """The part of keys that are no fields."""
        return self._find_side("additionalProperties")

    @property
    def items(self) -> "Part | None":
        """The part of the items of a list."""
        return self._find_side("items")

    def _find_side(self, keyword: str) -> "Part | None":
        if keyword not in self._sides:
            node = self.schema.get(keyword)
            self._sides[keyword] = self._parts.make(node, self.name) if isinstance(node, dict) else None
        return self._sides[keyword]


Place = tuple[Part, Keys, Any]
"""A part with rules or of a list with unique items, the way to the value there, and the value."""


class Parts:
    """The parts of one schema: one for each mapping in it that is a schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[int, Part] = {}
        """By the schema, which stands in the document and so keeps its id."""
        self.root = self.make(schema.document, "")
        if "metadata" in self.root.fields:
            self._known[id(self.root.fields["metadata"])] = Part({}, OBJECT_META, self)  # the API server's own

    def make(self, node: Any, name: str) -> Part:  # noqa: ANN401 - JSON is any value
        """The part that a schema is; `name` is what it is called where it stands."""
        part = self._known.get(id(node))
        if part is None:
            found, name = self._follow(node, name)
            part = self._known.get(id(found)) or Part(found, name, self)
            self._known[id(node)] = self._known[id(found)] = part
        return part

    def list_places(self, data: Any) -> Iterator[Place]:  # noqa: ANN401 - as above
        """The places of an object that have a rule, or are a list of unique items."""
        pending: list[Place] = [(self.root, (), data)]
        while pending:
            part, keys, value = pending.pop()
            if part.rules or (part.list_keys is not None and isinstance(value, list)):
                yield part, keys, value
            if len(keys) >= _DEPTH:
                continue
            if isinstance(value, dict):
                telling = part.telling
                for key, inner in value.items():
                    child = telling[key] if key in telling else part.find_telling(key)
                    if child is not None and (child.rules or isinstance(inner, dict | list)):
                        pending.append((child, (*keys, key), inner))
            elif isinstance(value, list) and (items := part.items) is not None and items.is_telling:
                pending += ((items, (*keys, number), inner) for number, inner in enumerate(value))

    def _follow(self, node: Any, name: str) -> tuple[dict[str, Any], str]:  # noqa: ANN401 - as above
        """Where a reference leads: one with nothing beside it to the definition itself."""
        for _ in range(20):
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str):
                break
            for start in _REFERENCES:
                name = reference.removeprefix(start) if reference.startswith(start) else name
            if name == OBJECT_META:
                return {}, name
            if len(node) > 1:
                return self._schema.resolve(node), name
            defs = self._schema.document.get("$defs") or self._schema.document.get("definitions")
            node = defs.get(name) if isinstance(defs, dict) else None
        choice = node.get("anyOf") if isinstance(node, dict) else None
        if isinstance(choice, list) and choice[1:] == [{"type": "null"}] and isinstance(choice[0], dict):
            return (choice[0] | {RULES: node[RULES]} if RULES in node else choice[0]), name  # nullable, without a type
        return (node if isinstance(node, dict) else {}), name


def look_through(schema: Schema) -> Parts:
    """The parts of a schema."""
    if schema.parts is None:
        schema.parts = Parts(schema)
    found: Parts = schema.parts
    return found


def _list_rules(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rules of a value, those in its allOf too."""
    choices = node.get("allOf")
    for one in (node, *(choices if isinstance(choices, list) else ())):
        rules = one.get(RULES) if isinstance(one, dict) else None
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, dict) and isinstance(rule.get("rule"), str) and rule["rule"].strip():
                yield rule


def _read_list_keys(node: dict[str, Any]) -> tuple[str, ...] | None:
    kind = node[LIST_TYPE]
    if kind == "set":
        return ()
    keys = node.get(LIST_KEYS)
    if kind == "map" and isinstance(keys, list) and keys and all(isinstance(key, str) for key in keys):
        return tuple(keys)
    return None
