"""What makes the rules of a PrometheusRule useful to who gets their alerts; Prometheus takes them without it."""

from collections.abc import Iterator

from gitops_gen.checks.prometheus_durations import read_duration
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.prometheus_parts import AlertRule, list_rules
from gitops_gen.checks.values import as_mapping

_TELLING = ("description", "message", "summary")
"""Annotations that say what an alert is about."""


@rule("PROM006", "warning")
def check_hold(resource: Resource) -> Iterator[Hit]:
    """An alert is held no shorter than its group is evaluated.

    Why: the state of an alert only changes when its group is evaluated. A `for` that is shorter than the group's
    `interval` comes to the same as one of its length.

    Fix: make `for` at least the group's `interval`, remove it to fire at once, or evaluate the group more often.
    """
    for each in list_rules(resource):
        interval, hold = read_duration(each.group.get("interval")), read_duration(each.data.get("for"))
        if each.alert and interval and hold and hold < interval:
            yield Hit(
                f"{each.label} is held for {each.data['for']}, but only evaluated every {each.group['interval']}",
                (*each.keys, "for"),
                f"write {each.group['interval']} or more, or remove `for`",
            )


@rule("PROM007", "warning")
def check_duplicates(resource: Resource) -> Iterator[Hit]:
    """No rule stands there twice.

    Why: two rules that record one series with the same labels, from the same expression, overwrite each other; two
    alerts of one name, labels and expression are one and the same alert for Alertmanager. `promtool check rules`
    complains too.

    Fix: remove one of them, or tell them apart by a label.
    """
    seen: dict[tuple[str, ...], Keys] = {}
    for each in list_rules(resource):
        labels = as_mapping(each.data.get("labels"))
        name = each.alert or each.record
        if not name or not all(isinstance(v, str) for v in labels.values()):
            continue
        words = " ".join(each.expression.split())
        key = (str(bool(each.alert)), name, words, *sorted(f"{k}={v}" for k, v in labels.items()))
        first = seen.setdefault(key, each.keys)
        if first != each.keys:
            where = f"groups[{first[2]}].rules[{first[4]}]"
            yield Hit(
                f"{each.label} stands there twice: {where} has the same expression and labels",
                (*each.keys, "alert" if each.alert else "record"),
                "remove one of them, or tell them apart by a label",
            )


@rule("PROM008", "warning")
def check_runbook(resource: Resource) -> Iterator[Hit]:
    """Who gets an alert learns what to do: it has a runbook if others beside it have one, and words in any case.

    Why: an alert reaches somebody who did not write it, at night. A runbook says what to look at and what to do; where
    the alerts beside it have one, this one was forgotten.

    Fix: add the annotation `runbook_url`, with `summary` and `description` for what cannot wait.
    """
    alerts = [each for each in list_rules(resource) if each.alert]
    kept = any(_has_runbook(each) for each in alerts)
    for each in alerts:
        annotations = as_mapping(each.data.get("annotations"))
        place = (*each.keys, "annotations" if annotations else "alert")
        if _has_runbook(each):
            continue
        if kept:
            yield Hit(
                f"{each.label} has no runbook; other alerts here have one", place, "add the annotation runbook_url"
            )
        elif not any(annotations.get(key) for key in _TELLING):
            yield Hit(
                f"{each.label} has neither a runbook nor a description: who gets it does not know what it is about",
                place,
                "add the annotations runbook_url, summary and description",
            )


@rule("PROM026", "warning")
def check_range_units(resource: Resource) -> Iterator[Hit]:
    """A range has a unit.

    Why: Prometheus 3 takes `[5]` for five seconds, in which hardly a metric has two samples, and the query finds
    nothing. Prometheus 2 refuses it, and with it the whole PrometheusRule.

    Fix: write the unit, as in `[5m]`.
    """
    from gitops_gen.checks.promql import find_bare_range, read_query  # noqa: PLC0415 - only where there are rules

    for each in list_rules(resource):
        bare = find_bare_range(each.expression)
        if bare and read_query(each.expression).is_read:
            yield Hit(
                f"the expression of {each.label} has the range {bare}, which means seconds",
                (*each.keys, "expr"),
                "write a unit, as in [5m]",
            )


def _has_runbook(each: AlertRule) -> bool:
    annotations = as_mapping(each.data.get("annotations"))
    return any(isinstance(key, str) and "runbook" in key.lower() and value for key, value in annotations.items())


RULES: tuple[Rule, ...] = (check_hold, check_duplicates, check_runbook, check_range_units)
