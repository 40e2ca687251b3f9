"""All rules on the objects of Seldon Core 1 and 2, in the order of their ids."""

from gitops_gen.checks.rules import seldon_deployment, seldon_mlops

RULES = tuple(sorted((*seldon_deployment.RULES, *seldon_mlops.RULES), key=lambda rule: rule.id))
