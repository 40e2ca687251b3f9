"""The PromQL in Grafana dashboards: what of it is PromQL, and what Prometheus gets once the variables are filled in."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.dashboards import Target, find_variables, list_targets, list_variables, split_variables
from gitops_gen.checks.promql import PromqlProblem, Query, read_query, tell_place

UNKNOWN = "gitops_gen_variable"
"""What stands in an expression for a variable whose value nobody knows."""
_MOST_VARIABLES = 200
"""In one expression; what has more is left alone."""
_TIMES = {"__interval": "1m", "__rate_interval": "5m", "__range": "1h"}
_NUMBERS = frozenset({"__interval_ms", "__rate_interval_ms", "__range_ms", "__range_s", "__from", "__to"})
_NO_PROMQL = re.compile(r"\|(?!\|)")
"""A pipe outside of texts: LogQL."""
_TEXTS = re.compile(r'"(?:[^"\\]|\\[\s\S]?)*+(?:"|\Z)|' + r"'(?:[^'\\]|\\[\s\S]?)*+(?:'|\Z)|`[^`]*(?:`|\Z)")
"""Quoted texts; one that is not closed goes to the end."""


class Expression(NamedTuple):
    """A query of a dashboard that goes to Prometheus."""

    target: Target
    text: str
    """As it stands there."""
    filled: str
    """With something in the place of each variable."""
    is_certain: bool
    """Whether no variable stands where it could be anything: an operator, a list, a whole expression."""

    @property
    def query(self) -> Query:
        """What it says."""
        return read_query(self.filled)

    @property
    def problem(self) -> PromqlProblem | None:
        """Why Prometheus would not take it; None where a variable may mend it."""
        return self.query.problem if self.is_certain else None

    def tell_place(self, problem: PromqlProblem) -> str:
        """Where the problem is; nothing where variables have moved it."""
        return tell_place(self.text, problem.offset) if self.text == self.filled else ""


def list_expressions(data: dict[str, Any]) -> Iterator[Expression]:
    """The queries of a dashboard's panels that go to Prometheus, as far as that can be told."""
    variables = list_variables(data)
    kinds = _read_source_kinds(data)
    for target in list_targets(data):
        text = target.data.get("expr")
        if isinstance(text, str) and text.strip() and _is_promql(target, text, kinds):
            filled, is_certain = fill(text)
            yield Expression(target, text, filled, is_certain and not _has_filters(variables))


def fill(text: str) -> tuple[str, bool]:
    """An expression with a value for each variable, and whether none of them could be anything."""
    count = len(find_variables(text))
    if not count or count > _MOST_VARIABLES:
        return text, not count
    inside = [(match.start(), match.end()) for match in _TEXTS.finditer(text)]
    parts: list[str] = []
    is_certain = True
    for before, name, at in split_variables(text):
        parts.append(before)
        if not name:
            break
        if any(begin < at < end for begin, end in inside):
            parts.append("x")
        elif name in _TIMES:
            parts.append(_TIMES[name])
        elif name in _NUMBERS:
            parts.append("60000")
        else:
            code = _TEXTS.sub("", "".join(parts))
            in_range = code.rfind("[") > code.rfind("]")
            parts.append("5m" if in_range else UNKNOWN)
            is_certain = is_certain and in_range
    return "".join(parts), is_certain


def _is_promql(target: Target, text: str, kinds: dict[str, str]) -> bool:
    """Whether a query goes to Prometheus: where nobody says, what looks like LogQL does not."""
    source = target.data.get("datasource") or target.panel.data.get("datasource")
    kind = source.get("type") if isinstance(source, dict) else None
    if isinstance(kind, str) and "$" not in kind:
        return kind == "prometheus"
    name = source if isinstance(source, str) else source.get("uid") if isinstance(source, dict) else ""
    names = find_variables(name) if isinstance(name, str) else []
    known = kinds.get(names[0], "") if names else ""
    if known:
        return known == "prometheus"
    return "loki" not in str(name).lower() and not _NO_PROMQL.search(_TEXTS.sub("", text))


def _read_source_kinds(data: dict[str, Any]) -> dict[str, str]:
    """The kind of data source that each variable or input stands for."""
    templating = data.get("templating")
    variables = templating.get("list") if isinstance(templating, dict) else None
    inputs = data.get("__inputs")
    found: dict[str, str] = {}
    for entries, key in ((variables, "query"), (inputs, "pluginId")):
        for entry in entries if isinstance(entries, list) else ():
            name, kind = (entry.get("name"), entry.get(key)) if isinstance(entry, dict) else (None, None)
            if isinstance(name, str) and isinstance(kind, str) and entry.get("type") == "datasource":
                found[name] = kind
    return found


def _has_filters(variables: dict[str, str]) -> bool:
    """Whether Grafana adds matchers of its own to each query."""
    return "adhoc" in variables.values()
