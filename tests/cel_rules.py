"""Rules in CEL of the schemas that the program carries, and objects that keep and break them.

`tests/cel_objects.jsonl` holds, a line each, an object that its schema takes and the rules that it breaks: the way to
the value, and the expression. The API server's own code gave the same verdict on each.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from gitops_gen.checks.cel_library import uses_old
from gitops_gen.checks.schema_store import SchemaStore

ROOT = Path(__file__).parents[1]
STORE = SchemaStore()
UNBREAKABLE = {
    "!format.uuid().validate(self).hasValue()": "the text is as long as a UUID by its schema, and of its form",
    "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'": "these are all values of the field",
}
"""Rules that no object breaks which the rest of the schema takes, and why."""


@cache
def list_rules() -> dict[str, tuple[str, ...]]:
    """The distinct expressions, and the schemas that have each."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "schemas").rglob("*.json")):
        for rule in _list_rules(json.loads(path.read_text(encoding="utf-8"))):
            found.setdefault(rule["rule"].strip(), []).append(path.relative_to(ROOT / "schemas").as_posix())
    return {rule: tuple(dict.fromkeys(names)) for rule, names in sorted(found.items())}


def list_asked() -> list[str]:
    """Those that are asked of a new object."""
    return [rule for rule in list_rules() if not uses_old(rule)]


def _list_rules(node: Any) -> Iterator[dict[str, Any]]:
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            rules = item.get("x-kubernetes-validations")
            yield from rules if isinstance(rules, list) else ()
            pending += item.values()
        elif isinstance(item, list):
            pending += item


def load_objects() -> list[tuple[dict[str, Any], list[tuple[tuple[str | int, ...], str]]]]:
    """The objects, each with the rules that it breaks."""
    lines = (ROOT / "tests/cel_objects.jsonl").read_text(encoding="utf-8").splitlines()
    rows = map(json.loads, lines)
    return [(row["object"], [(tuple(keys), rule) for keys, rule in row["broken"]]) for row in rows]
