"""Devfiles: the description of a workspace, which is no Kubernetes object and has a schema of its own."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from gitops_gen.checks.catalogue import load_rules
from gitops_gen.checks.objects import Hits, check_problems
from gitops_gen.checks.schema_errors import SchemaProblem, find_problems
from gitops_gen.checks.schema_store import Schema, load_named

KIND = "Devfile"
_NAMES = {"devfile.yaml", "devfile.yml", ".devfile.yaml", ".devfile.yml"}
_PARTS = {
    "attributes",
    "commands",
    "components",
    "dependentProjects",
    "events",
    "parent",
    "projects",
    "starterProjects",
}
_MAJOR = "2."


def is_devfile(path: str, data: dict[str, Any]) -> bool:
    """Whether a mapping with a `schemaVersion`, and no object, is a devfile: by its name or by its content."""
    if path.rpartition("/")[2] in _NAMES:
        return True
    version = data["schemaVersion"]
    return isinstance(version, str) and version.startswith(_MAJOR) and not _PARTS.isdisjoint(data)


def check_devfile(data: dict[str, Any]) -> Hits:
    """What is wrong with a devfile."""
    schema = _load_schema()
    if not schema.is_valid(data):
        yield from check_problems(list(_find(schema, data)))
    for rule in load_rules("devfile"):
        yield from ((rule, hit) for hit in rule.check(data))


def _find(schema: Schema, data: dict[str, Any]) -> Iterator[SchemaProblem]:
    for problem in find_problems(schema, data):
        if problem.keys == ("schemaVersion",):
            yield problem._replace(fix='write a whole version of the devfile schema in quotes, such as "2.3.0"')
        else:
            yield problem


@cache
def _load_schema() -> Schema:
    return load_named("devfile.schema.json")
