"""Kinds whose definition says nothing of their fields: tables of what their programs read, and schemas made from them.

A table gives the type of each field of a type: a name of a type in it or of one of Kubernetes, `string`, `integer`,
`number`, `boolean`, `int-or-string`, `date-time`, `object` (with any fields) or `any`; `[]` before it makes it a list,
`{}` a mapping of names; `=` begins a list of the values that there are. A field with `!` is required. `?one` and `?any`
say of which groups of fields one, or one at least, has to be there. `...` leaves a type open.

Argo Events: pkg/apis/events/v1alpha1, and what its controllers and event sources check, in argoproj/argo-events. Tekton
Triggers: pkg/apis/triggers, and what its webhook checks, in tektoncd/triggers: it refuses unknown fields.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gitops_gen.crd_schema import DIALECT
from gitops_gen.native_types import OBJECT_META, PREFIX

TABLES = ("argo_events.json", "tekton_triggers.json")
CLUSTER_SCOPED = {"ClusterInterceptor", "ClusterTriggerBinding"}
_ANY_OF = {"?one": "oneOf", "?any": "anyOf"}
_NAMED: dict[str, dict[str, Any]] = {
    name: {"type": name} for name in ("string", "integer", "number", "boolean", "object")
}
_PLAIN = _NAMED | {
    "any": {},
    "date-time": {"type": "string", "format": "date-time"},
    "int-or-string": {"type": ["integer", "string"], "x-kubernetes-int-or-string": True},
    "number or string": {"type": ["number", "string"]},
}


def read_table(name: str) -> dict[str, Any]:
    """One of TABLES."""
    table: dict[str, Any] = json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return table


def make_schemas(release: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of each kind and version in the tables, behind its file below `schemas`."""
    for table in map(read_table, TABLES):
        for version, kinds in table["versions"].items():
            for kind, spec in kinds.items():
                name = f"{table['group']}/{kind.lower()}_{version}.json"
                yield name, make_schema(table, version, kind, spec, release)


def make_schema(table: Mapping[str, Any], version: str, kind: str, spec: str, release: str) -> dict[str, Any]:
    """The schema of one kind; its status is open."""
    types: Mapping[str, Mapping[str, Any]] = table["types"]
    scope = {"x-kubernetes-scope": "Cluster"} if kind in CLUSTER_SCOPED else {}
    return {
        "$schema": DIALECT,
        "title": f"{kind} {table['group']}/{version}",
        "x-kubernetes-version": release,
        **scope,
        "type": "object",
        "additionalProperties": False,
        "required": ["apiVersion", "kind", *table["required"]],
        "properties": {
            "apiVersion": {"const": f"{table['group']}/{version}"},
            "kind": {"const": kind},
            "metadata": {"$ref": PREFIX + OBJECT_META},
            "spec": _refer(spec, types),
            "status": {"type": "object"},
        },
        "$defs": {name: _define(types[name], types) for name in sorted(_reach(spec, types))},
    }


def _define(fields: Mapping[str, Any], types: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: kind for name, kind in fields.items() if name[0] not in "?."}
    properties = {name.removesuffix("!"): _read_type(kind, types, name) for name, kind in named.items()}
    made: dict[str, Any] = {"type": "object", "properties": properties}
    if "..." not in fields:
        made["additionalProperties"] = False
    if required := sorted(name.removesuffix("!") for name in named if name.endswith("!")):
        made["required"] = required
    for mark, keyword in _ANY_OF.items():
        if mark in fields:
            made[keyword] = [{"required": group.split()} for group in fields[mark]]
    return made


def _read_type(kind: str, types: Mapping[str, Any], field: str) -> dict[str, Any]:
    if kind.startswith("[]"):
        return {"type": "array", "items": _read_type(kind[2:], types, "!")}
    if kind.startswith("{}"):
        return {"type": "object", "additionalProperties": _read_type(kind[2:], types, "!")}
    if kind.startswith("="):  # an empty text is what a field has that is left out
        return {"type": "string", "enum": [*kind[1:].split(), *([] if field.endswith("!") else [""])]}
    return _refer(kind, types)


def _refer(kind: str, types: Mapping[str, Any]) -> dict[str, Any]:
    if kind.startswith(PREFIX):
        return {"$ref": kind}
    return {"$ref": f"#/$defs/{kind}"} if kind in types else _PLAIN[kind]


def _reach(start: str, types: Mapping[str, Any]) -> set[str]:
    """The types that one uses, itself among them."""
    reached: set[str] = set()
    pending = [start]
    while pending:
        name = pending.pop()
        if name in types and name not in reached:
            reached.add(name)
            pending += [kind.lstrip("[]{}") for field, kind in types[name].items() if field[0] not in "?."]
    return reached
