"""What the admission webhook of the Prometheus operator asks of a PrometheusRule.

The webhook runs Prometheus' own rulefmt.Validate; so does the operator when it writes the rule files, and a rule that
breaks it takes its whole PrometheusRule with it. Read in model/rulefmt of Prometheus 3.14 and pkg/operator/rules.go of
prometheus-operator.
"""

import re
from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.prometheus_durations import read_duration
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.prometheus_parts import AlertRule, list_rules
from gitops_gen.checks.values import as_mapping
from gitops_gen.names import show

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_FUNCTIONS = frozenset(
    """
    query first label value strvalue args reReplaceAll safeHtml match title toUpper toLower graphLink tableLink
    sortByLabel stripPort stripDomain humanize humanize1024 humanizeDuration humanizePercentage humanizeTimestamp toTime
    toDuration now pathPrefix externalURL parseDuration urlQueryEscape tmpl
    """.split()  # noqa: SIM905 - a list of words
)
"""What templates of Prometheus have besides Go's own functions: template/template.go."""
_VARIABLES = frozenset({"labels", "value", "externalLabels", "externalURL"})


@rule("PROM001", "error")
def check_expression(resource: Resource) -> Iterator[Hit]:
    """The expression of a rule is PromQL.

    Why: the schema takes any text. The operator's webhook parses it and refuses the whole PrometheusRule; without the
    webhook the operator leaves the object out, and no alert of it ever fires.

    Fix: mend the expression where the message points; `promtool check rules` says more.
    """
    from gitops_gen.checks.promql import find_promql_problem, tell_place  # noqa: PLC0415 - only where there are rules

    for each in list_rules(resource):
        if "expr" not in each.data or not isinstance(each.data["expr"], str | int | float):
            continue
        problem = find_promql_problem(each.expression)
        if problem:
            yield Hit(
                f"the expression of {each.label} {problem.message}{tell_place(each.expression, problem.offset)}",
                (*each.keys, "expr"),
                "mend the expression",
            )


@rule("PROM002", "error")
def check_one_purpose(resource: Resource) -> Iterator[Hit]:
    """A rule raises an alert or records a series: one of both, with the fields of that one.

    Why: the schema takes `alert` and `record` together, neither of them, and `for` beside `record`. Prometheus does
    not, and the operator's webhook refuses the whole PrometheusRule.

    Fix: write `alert` or `record`; `for`, `keep_firing_for` and `annotations` belong to alerts.
    """
    for each in list_rules(resource):
        if each.alert and each.record:
            yield Hit(
                f"{each.label} has `record` too",
                (*each.keys, "record"),
                "make two rules of it, an alert and one that records",
            )
        elif each.data.get("alert") in (None, "") and each.data.get("record") in (None, ""):
            key = next((key for key in ("alert", "record") if key in each.data), "")
            yield Hit(
                f"{each.label} has neither `alert` nor `record`",
                (*each.keys, key) if key else each.keys,
                "give it an `alert`, or a `record` for the series that it computes",
            )
        elif each.record:
            for key in ("for", "keep_firing_for", "annotations"):
                if each.data.get(key) not in (None, "", {}) and read_duration(each.data[key]) != 0:
                    yield Hit(
                        f"{each.label} has `{key}`, which only alerts have",
                        (*each.keys, key),
                        f"remove `{key}`, or make it an alert",
                    )


@rule("PROM003", "error")
def check_names_taken(resource: Resource) -> Iterator[Hit]:
    """No label of a rule is called `__name__`, and no recorded series has braces in its name.

    Why: `__name__` is the name of the series itself, which a rule cannot set by a label; braces in `record` mean that
    an expression was put there. Prometheus refuses both, and with them the whole PrometheusRule.

    Fix: set the name by `record`, labels below `labels`, and the selection in `expr`.
    """
    for each in list_rules(resource):
        for keys, labels in _list_labels(each):
            if "__name__" in labels:
                yield Hit(
                    f"{each.label} sets the label `__name__`",
                    (*keys, "__name__"),
                    "remove it; `record` names the series",
                )
        if "{" in each.record or "}" in each.record:
            yield Hit(
                f"{each.label} has braces in its name",
                (*each.keys, "record"),
                "name only the series; labels stand below `labels`, what it is computed of in `expr`",
            )


@rule("PROM004", "warning")
def check_names(resource: Resource) -> Iterator[Hit]:
    """Labels, annotations and recorded series have names that every Prometheus takes, and no label is `alertname`.

    Why: Prometheus 2 refuses names with other characters than letters, digits and `_` (and `:` in a series), and with
    them the whole PrometheusRule; Prometheus 3 takes them, but then each query has to quote them. The label `alertname`
    is overwritten with the name of the alert.

    Fix: write `_` for what is not allowed, as in `my_label`.
    """
    for each in list_rules(resource):
        for key, labels in (*_list_labels(each), ((*each.keys, "annotations"), each.data.get("annotations"))):
            for name in as_mapping(labels):
                if isinstance(name, str) and not _LABEL.fullmatch(name):
                    what = "annotation" if key[-1] == "annotations" else "label"
                    yield Hit(
                        f"{each.label} has the {what} {show(name)}, a name that Prometheus 2 refuses",
                        (*key, name),
                        f"write {re.sub('[^a-zA-Z0-9_]', '_', name)[:80]}",
                    )
        if each.alert and "alertname" in as_mapping(each.data.get("labels")):
            yield Hit(
                f"{each.label} sets the label alertname, which Prometheus overwrites with the name of the alert",
                (*each.keys, "labels", "alertname"),
                "remove the label",
            )
        if each.record and not _METRIC.fullmatch(each.record) and not re.search("[{}]", each.record):
            yield Hit(
                f"{each.label} has a name that Prometheus 2 refuses",
                (*each.keys, "record"),
                "write letters, digits, _ and :",
            )


@rule("PROM005", "error")
def check_templates(resource: Resource) -> Iterator[Hit]:
    """The templates in labels and annotations of an alert parse.

    Why: they are Go templates with Prometheus' functions, and the variables `$labels`, `$value`, `$externalLabels` and
    `$externalURL`. Prometheus parses them when it reads the rule and refuses the whole PrometheusRule otherwise.

    Fix: write as in `{{ $labels.namespace }}` and `{{ $value | humanizePercentage }}`.
    """
    for each in list_rules(resource):
        for key in ("labels", "annotations") if each.alert else ():
            for name, text in as_mapping(each.data.get(key)).items():
                if not isinstance(text, str) or "{{" not in text:
                    continue
                from gitops_gen.checks.go_template import find_template_problems  # noqa: PLC0415 - only with templates

                what = "annotation" if key == "annotations" else "label"
                for problem in find_template_problems(text, _FUNCTIONS, _VARIABLES)[:1]:
                    yield Hit(
                        f"{each.label}, {what} {show(str(name))}: {problem.message}",
                        (*each.keys, key, name),
                        "mend the template; its variables are $labels, $value, $externalLabels and $externalURL",
                    )


def _list_labels(each: AlertRule) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """The labels that it sets, its own and its group's."""
    yield (*each.keys, "labels"), as_mapping(each.data.get("labels"))
    if each.keys[-1] == 0:  # once for all rules of the group
        yield (*each.keys[:3], "labels"), as_mapping(each.group.get("labels"))


RULES: tuple[Rule, ...] = (
    check_expression,
    check_one_purpose,
    check_names_taken,
    check_names,
    check_templates,
)
