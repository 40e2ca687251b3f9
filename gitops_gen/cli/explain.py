"""`gitops-gen validate --explain`: a rule's page, on the terminal."""

import textwrap

from gitops_gen.checks.catalogue import SUBJECTS, find_rule, load_rules
from gitops_gen.errors import NotFoundError
from gitops_gen.names import show

_WIDTH = 100


def explain_rule(name: str) -> str:
    """What a rule is for; with a subject, its rules, a line each.

    Raises:
        NotFoundError: there is no such rule.
    """
    upper = name.upper()
    if upper in SUBJECTS:
        return "\n".join(f"{rule.id}  {rule.severity:<7}  {rule.title}" for rule in load_rules(SUBJECTS[upper]))
    rule = find_rule(upper)
    if rule is None:
        subjects = ", ".join(SUBJECTS)
        raise NotFoundError(f"there is no rule {show(name)}", hint=f"a subject lists its rules: {subjects}")
    paragraphs = [textwrap.fill(line, _WIDTH) for line in rule.help.split("\n")]
    return "\n\n".join([f"{rule.id} ({rule.severity}): {rule.title}", *paragraphs])
