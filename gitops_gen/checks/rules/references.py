"""All rules on what objects name, and whether it is there."""

from gitops_gen.checks.rule import Rule
from gitops_gen.checks.rules import (
    references_applications,
    references_destinations,
    references_events,
    references_monitors,
    references_operators,
    references_pipeline,
    references_places,
    references_pods,
    references_runs,
    references_scaling,
    references_services,
    references_volumes,
    references_waves,
    references_workflow,
)

OBJECT_RULES: tuple[Rule, ...] = (
    *references_volumes.RULES,
    *references_workflow.RULES,
    *references_pipeline.RULES,
)
"""Rules that take one object, wherever it stands."""

ENVIRONMENT_RULES: tuple[Rule, ...] = (
    *references_pods.RULES,
    *references_applications.RULES,
    *references_destinations.RULES,
    *references_monitors.RULES,
    *references_services.RULES,
    *references_scaling.RULES,
    *references_places.RULES,
    *references_operators.RULES,
    *references_events.RULES,
    *references_runs.RULES,
    *references_waves.RULES,
)
"""Rules that take an Environment."""

RULES = tuple(sorted((*OBJECT_RULES, *ENVIRONMENT_RULES), key=lambda rule: rule.id))
