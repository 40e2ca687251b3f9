"""The PromQL that other programs than Prometheus hold: analyses of Argo Rollouts, scalers of KEDA."""

import re
from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show

_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|' + r"'(?:[^'\\]|\\.)*(?:'|\Z)|`[^`]*(?:`|\Z)", re.DOTALL)
"""Texts in an expression, also one that is not closed."""
_ARGUMENT = re.compile(r"\{\{[^{}]*\}\}")


@rule("PROM025", "error")
def check_queries(resource: Resource) -> Iterator[Hit]:
    """The query of an analysis or of a scaler is PromQL.

    Why: the schema takes any text, and the controller sends it to Prometheus as it is. An analysis whose query fails
    ends in an error, and the rollout with it; a scaler does not scale.

    Fix: mend the query. Arguments, `{{args.service}}`, are filled in before it is parsed; where one could stand for
    anything, nothing is said.
    """
    for name, query, keys in _list_queries(resource):
        if "{{" in _TEXTS.sub("", query):
            continue
        from gitops_gen.checks.promql import find_promql_problem, tell_place  # noqa: PLC0415 - only where there are queries

        problem = find_promql_problem(_ARGUMENT.sub("x", query))
        if problem:
            place = tell_place(query, problem.offset) if "{{" not in query else ""
            yield Hit(f"the query of {name} {problem.message}{place}", keys, "mend the query")


def _list_queries(resource: Resource) -> Iterator[tuple[str, str, Keys]]:
    """Each query for Prometheus, what it is for, and where it stands."""
    spec = read_spec(resource)
    for at, metric in enumerate(as_list(spec.get("metrics"))):
        prometheus = as_mapping(as_mapping(as_mapping(metric).get("provider")).get("prometheus"))
        if query := read_text(prometheus, "query"):
            name = f"metric {show(read_text(as_mapping(metric), 'name'))}"
            yield name, query, ("spec", "metrics", at, "provider", "prometheus", "query")
    for at, trigger in enumerate(as_list(spec.get("triggers"))):
        query = read_text(as_mapping(as_mapping(trigger).get("metadata")), "query")
        if query and read_text(as_mapping(trigger), "type") == "prometheus":
            yield f"trigger {at}", query, ("spec", "triggers", at, "metadata", "query")


RULES: tuple[Rule, ...] = (check_queries,)
