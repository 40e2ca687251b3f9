"""All rules on dashboards and the kinds of the Grafana operator, in the order of their ids."""

from gitops_gen.checks.rules import grafana_dashboards, grafana_environment, grafana_objects, grafana_selection

RULES = tuple(
    sorted(
        (*grafana_dashboards.RULES, *grafana_objects.RULES, *grafana_environment.RULES, *grafana_selection.RULES),
        key=lambda each: each.id,
    )
)
