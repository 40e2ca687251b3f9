"""Who may do what in an AppProject: its roles and their policies.

The rules are those of validatePolicy, validateRoleName and validateGroupName in
pkg/apis/application/v1alpha1/types.go of argoproj/argo-cd (3.6); the resources are ProjectScoped in util/rbac/rbac.go.
"""

import re
from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_parts import is_open, list_texts
from gitops_gen.checks.values import as_list, read_mapping, read_text
from gitops_gen.names import show
from gitops_gen.wording import suggest

_RESOURCES = ("applications", "applicationsets", "clusters", "exec", "logs", "repositories")
_ACTIONS = ("get", "create", "update", "delete", "sync", "override", "rollback", "*")
_FINE_ACTIONS = ("action/", "update/", "delete/")
_FORM = "p, proj:PROJECT:ROLE, RESOURCE, ACTION, PROJECT/APPLICATION, allow"
_ROLE_NAME = r"[a-zA-Z0-9](?:[-_a-zA-Z0-9]*[a-zA-Z0-9])?"


@rule("ARGOCD029", "error")
def check_policies(resource: Resource) -> Iterator[Hit]:
    """A policy of a role is for this role, and says what Argo CD understands.

    Why: a policy is one line of text. One that is malformed breaks the policies of the whole project; one for another
    role or project, or with a misspelled word, gives nobody anything.

    Fix: write `p, proj:PROJECT:ROLE, RESOURCE, ACTION, PROJECT/APPLICATION, allow` with the names of this project and
    this role.
    """
    for keys, role in _list_roles(resource):
        expected = f"proj:{resource.name}:{read_text(role, 'name')}"
        for place, policy in list_texts(role.get("policies"), (*keys, "policies")):
            if not is_open(policy) and (problem := _find_policy_problem(policy, resource.name, expected)):
                yield Hit(problem, place, f"write {_FORM}".replace("proj:PROJECT:ROLE", expected))


@rule("ARGOCD030", "error")
def check_roles(resource: Resource) -> Iterator[Hit]:
    """The roles of an AppProject have names and groups that policies can carry, each once.

    Why: names and groups become parts of lines with commas between them. What a comma, a quote or a space breaks
    belongs to nobody; of two roles of one name only the first is looked up.

    Fix: use letters, digits, `-` and `_` in names; put a group with a comma into double quotes of its own.
    """
    names: set[str] = set()
    for keys, role in _list_roles(resource):
        name = read_text(role, "name")
        if not re.fullmatch(_ROLE_NAME, name) and name:
            yield Hit(f"{show(name)} is no name of a role", (*keys, "name"), "use letters, digits, - and _")
        if name in names:
            yield Hit(f"there is a role {show(name)} already", (*keys, "name"), "give each role a name of its own")
        names.add(name)
        groups: set[str] = set()
        for place, group in list_texts(role.get("groups"), (*keys, "groups")):
            if problem := _find_group_problem(group):
                yield Hit(
                    f"the group {show(group)} {problem}", place, "write the group as the identity provider has it"
                )
            elif group in groups:
                yield Hit(f"the group {show(group)} stands here for a second time", place, "remove it")
            groups.add(group)


def _list_roles(resource: Resource) -> Iterator[tuple[Keys, dict[str, Any]]]:
    roles = as_list(read_mapping(resource.data, "spec").get("roles"))
    return ((("spec", "roles", number), role) for number, role in enumerate(roles) if isinstance(role, dict))


def _find_policy_problem(policy: str, project: str, expected: str) -> str:
    return next(_list_policy_problems(policy, project, expected), "")


def _list_policy_problems(policy: str, project: str, expected: str) -> Iterator[str]:
    parts = [part.strip(" ") for part in policy.split(",")]
    if len(parts) != 6:  # noqa: PLR2004 - as many as _FORM has
        yield f"the policy has {len(parts)} parts with commas between them, and needs 6"
        return
    first, subject, resource, action, target, effect = parts
    if first != "p":
        yield f"a policy begins with p, and not with {show(first)}"
    if subject != expected:
        yield f"the policy is for {show(subject)}, and stands at {show(expected)}"
    if resource not in _RESOURCES:
        yield f"{show(resource)} is nothing that a project's policy can be about{suggest(resource, _RESOURCES)}"
    if action not in _ACTIONS and not any(fine in action for fine in _FINE_ACTIONS):
        yield f"{show(action)} is no action{suggest(action, _ACTIONS)}"
    if not re.fullmatch(rf"{re.escape(project)}(?:/[*\w.-]+)?/[*\w.-]+", target, re.ASCII):
        yield f"{show(target)} is nothing in this project: it does not have the form {project}/APPLICATION"
    if effect not in {"allow", "deny"}:
        yield f"{show(effect)} is no effect; there is allow and deny"


def _find_group_problem(group: str) -> str:
    name = group.strip()
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        name = name[1:-1]
    elif "," in name:
        return "has a comma, and no double quotes of its own round it"
    if not name:
        return "is empty"
    if re.search(r'["\n\r\t]', name):
        return "has a quote, a tab or a line break in it"
    return "begins or ends with a space" if group != group.strip() else ""


POLICY_RULES: tuple[Rule, ...] = (check_policies, check_roles)
