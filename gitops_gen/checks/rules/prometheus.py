"""All rules on Prometheus' and Alertmanager's kinds, in the order of their ids."""

from gitops_gen.checks.rules import (
    prometheus_alertmanager,
    prometheus_alerts,
    prometheus_intervals,
    prometheus_metrics,
    prometheus_monitors,
    prometheus_queries,
    prometheus_relabelings,
    prometheus_rules,
)

RULES = tuple(
    sorted(
        (
            *prometheus_rules.RULES,
            *prometheus_alerts.RULES,
            *prometheus_monitors.RULES,
            *prometheus_relabelings.RULES,
            *prometheus_alertmanager.RULES,
            *prometheus_intervals.RULES,
            *prometheus_metrics.RULES,
            *prometheus_queries.RULES,
        ),
        key=lambda each: each.id,
    )
)
