"""What roles, bindings and Applications may reach."""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show

_PARTS = ("apiGroups", "resources", "verbs")
_POWERS = {
    "escalate": ("roles", "clusterroles"),
    "bind": ("roles", "clusterroles"),
    "impersonate": ("users", "groups", "serviceaccounts"),
}
"""Verbs that give whoever has them the rights of others, and on what."""
_TOLD = 3
"""Names that a message has."""


@rule("SAFETY007", "warning")
def check_wildcards(resource: Resource) -> Iterator[Hit]:
    """A role names what it allows: no `*` in its rules.

    Why: `*` also allows what nobody thought of, and what the next release or the next CRD brings. `*` in verbs covers
    deletecollection, escalate, bind and impersonate; `*` in resources covers secrets.

    Fix: list the verbs and resources that the program calls. Its documentation or its own role has them, and so has the
    audit log of the API server.
    """
    for keys, entry in _list_rules(resource):
        for part in _PARTS:
            if "*" in as_list(entry.get(part)):
                number = as_list(entry[part]).index("*")
                yield Hit(f"{_tell(entry)}: {part} has *", (*keys, part, number), f"list the {part} that are needed")
                break  # one finding for one rule of the role


@rule("SAFETY008", "warning")
def check_powers(resource: Resource) -> Iterator[Hit]:
    """A role does not allow to take the rights of others.

    Why: `escalate` and `bind` on roles let one give oneself any right; `impersonate` lets one act as anybody, also as
    a member of system:masters. Whoever takes over a pod with such a role has the cluster.

    Fix: remove the verb. Where an operator needs it, name the roles, users or groups in `resourceNames`.
    """
    for keys, entry in _list_rules(resource):
        if as_list(entry.get("resourceNames")):
            continue
        resources = as_list(entry.get("resources"))
        for number, verb in enumerate(as_list(entry.get("verbs"))):
            found = [name for name in _POWERS.get(verb, ()) if name in resources] if isinstance(verb, str) else []
            if found:
                yield Hit(
                    f"the role allows to {verb} {' and '.join(found)} of any name",
                    (*keys, "verbs", number),
                    "remove it, or name those that it is for in resourceNames",
                )


@rule("SAFETY009", "warning")
def check_cluster_admin(resource: Resource) -> Iterator[Hit]:
    """No binding hands out cluster-admin.

    Why: cluster-admin is every right on everything, in all namespaces. A program that has it has no bounds, and what
    it reads (a chart, a repository, a model) decides over the cluster.

    Fix: bind a role that lists what the program needs; where it works in one namespace, with a RoleBinding there.
    People who administer the cluster get their rights from the identity provider, and not from this repository.
    """
    role = as_mapping(resource.data.get("roleRef"))
    name = role.get("name")
    if name == "cluster-admin" and role.get("kind") == "ClusterRole" and resource.kind == "ClusterRoleBinding":
        subjects = [
            f"{subject.get('kind')} {show(subject['name'])}"
            for subject in as_list(resource.data.get("subjects"))
            if isinstance(subject, dict) and isinstance(subject.get("name"), str)
        ]
        told = ", ".join(subjects[:_TOLD]) + (f" and {len(subjects) - _TOLD} more" if len(subjects) > _TOLD else "")
        yield Hit(
            f"{told or 'nobody yet'} gets every right on the whole cluster",
            ("roleRef", "name"),
            "bind a role that lists what is needed",
        )


RULES: tuple[Rule, ...] = (check_wildcards, check_powers, check_cluster_admin)


def _list_rules(resource: Resource) -> Iterator[tuple[Keys, dict[str, Any]]]:
    for number, entry in enumerate(as_list(resource.data.get("rules"))):
        if isinstance(entry, dict):
            yield ("rules", number), entry


def _tell(entry: dict[str, Any]) -> str:
    """What a rule of a role is about."""
    named = [name for name in as_list(entry.get("resources")) if isinstance(name, str) and name != "*"]
    return (
        f"the rule on {', '.join(named[:_TOLD])}{' …' if len(named) > _TOLD else ''}"
        if named
        else "the rule on all resources"
    )
