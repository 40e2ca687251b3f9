"""All rules about Argo CD: on an object, on its annotations, and on what lands together in an environment."""

from gitops_gen.checks.rule import Rule
from gitops_gen.checks.rules import (
    argocd_annotations,
    argocd_applicationset,
    argocd_apps,
    argocd_environment,
    argocd_finalizers,
    argocd_project,
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *argocd_apps.RULES,
            *argocd_finalizers.RULES,
            *argocd_annotations.RULES,
            *argocd_project.RULES,
            *argocd_applicationset.RULES,
            *argocd_environment.RULES,
        ),
        key=lambda rule: rule.id,
    )
)
