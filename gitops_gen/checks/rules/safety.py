"""All rules on what objects may reach and ask for, in the order of their ids."""

from gitops_gen.checks.rules import safety_access, safety_argocd, safety_environment, safety_pods

RULES = tuple(
    sorted(
        (*safety_pods.RULES, *safety_environment.RULES, *safety_access.RULES, *safety_argocd.RULES),
        key=lambda rule: rule.id,
    )
)
