"""The metrics that rules and dashboards of an environment read, against those that something in it exposes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gitops_gen.checks.dashboards import list_dashboards, read_dashboard
from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.prometheus_parts import list_rules
from gitops_gen.names import show

_MOST_NAMED = 5
_MOST_COMPARED = 20
"""Unknown metrics of one query or dashboard that are compared with those that are known."""


class _Reading(NamedTuple):
    """Metrics that an alert, a recording rule or a dashboard reads, and which nothing is known to expose."""

    member: Member
    keys: Keys
    label: str
    missing: tuple[str, ...]
    meant: str
    """The known metric that it is almost called like; empty if there is none."""


@rule("PROM023", "warning")
def check_metric_names(environment: Environment) -> Iterator[Hit]:
    """No metric is called almost, but not quite, like one that is there.

    Why: a query for a metric that nobody exposes finds nothing: the alert never fires, the panel stays empty, and
    nothing says so. A letter more or less than in the metrics of Seldon's executor, of KServe's servers, or in a series
    that a rule here records, is a typo.

    Fix: write the name that the message proposes; or declare the metric below `validate.external.metrics` in
    gitops-gen.yaml.
    """
    for each in _list_unknown(environment):
        if each.meant:
            yield environment.hit(
                each.member,
                f"{each.label} reads {show(each.missing[0])}, which nothing here exposes; did you mean {each.meant}?",
                each.keys,
                f"write {each.meant}",
            )


@rule("PROM024", "info")
def check_metrics(environment: Environment) -> Iterator[Hit]:
    """The metrics that alerts and dashboards read are exposed by something that is known.

    Why: a query for a metric that nobody exposes finds nothing. Known are a cluster's own metrics, those of Seldon's
    executor and KServe's servers, of Kafka, Argo and Tekton where they are used, and the series that rules here record.
    What a model or an application exposes itself nobody can know: so this only names them.

    Fix: correct the name; or declare the metric below `validate.external.metrics` in gitops-gen.yaml.
    """
    for each in _list_unknown(environment):
        names = each.missing
        if not each.meant:
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            words = ", ".join(show(name) for name in names[:_MOST_NAMED])
            yield environment.hit(
                each.member,
                f"{each.label} reads {words}{more}, which nothing here is known to expose",
                each.keys,
                "correct the name, or declare it below validate.external.metrics in gitops-gen.yaml",
            )


def _list_unknown(environment: Environment) -> Iterator[_Reading]:
    """What is read and not known; a name that may be meant for another has a reading of its own.

    Each metric is told once for an object.
    """
    used = [] if environment.unknown else list(_list_used(environment))
    if not used:
        return
    from gitops_gen.checks.known_metrics import KnownMetrics  # noqa: PLC0415 - only where there are rules or dashboards

    recorded = (each.record for m in environment.select("PrometheusRule") for each in list_rules(m.resource))
    known = KnownMetrics(environment, frozenset(recorded))
    told: set[tuple[str, str, str, str]] = set()
    for member, keys, label, names in used:
        missing = []
        for name in sorted(names):
            entry = (member.kind, member.name, member.namespace, name)
            if not known.has(name) and entry not in told:
                told.add(entry)
                missing.append(name)
        near = [(name, meant) for name in missing[:_MOST_COMPARED] if (meant := known.find_near(name))]
        yield from (_Reading(member, keys, label, (name,), meant) for name, meant in near)
        rest = tuple(name for name in missing if name not in dict(near))
        if rest:
            yield _Reading(member, keys, label, rest, "")


def _list_used(environment: Environment) -> Iterator[tuple[Member, Keys, str, Iterable[str]]]:
    """Each alert, recording rule and dashboard, and the metrics that it reads."""
    for member in environment.select("PrometheusRule"):
        for each in list_rules(member.resource):
            from gitops_gen.checks.promql import read_query  # noqa: PLC0415 - as above

            yield member, (*each.keys, "expr"), each.label, read_query(each.expression).metrics
    for member in environment.select("GrafanaDashboard", "ConfigMap"):
        for dashboard in list_dashboards(member.resource):
            data = read_dashboard(dashboard.text).data
            if not data or '"expr"' not in dashboard.text:
                continue
            from gitops_gen.checks.dashboard_queries import UNKNOWN, list_expressions  # noqa: PLC0415 - as above

            names = {name for each in list_expressions(data) for name in each.query.metrics if UNKNOWN not in name}
            yield member, dashboard.keys, "the dashboard", names


RULES: tuple[Rule, ...] = (check_metric_names, check_metrics)
