"""All rules on what the API server asks of native objects and of pods, and no schema says."""

from gitops_gen.checks.rule import Rule
from gitops_gen.checks.rules import kubernetes_containers, kubernetes_objects, kubernetes_pods, kubernetes_values

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *kubernetes_values.RULES,
            *kubernetes_pods.RULES,
            *kubernetes_containers.RULES,
            *kubernetes_objects.RULES,
        ),
        key=lambda each: each.id,
    )
)
