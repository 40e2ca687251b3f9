"""The parts of PrometheusRules and monitors that rules look at: what has another shape is left to the schema."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show

_ENDPOINTS = ("endpoints", "podMetricsEndpoints")


class AlertRule(NamedTuple):
    """An item of spec.groups[].rules: an alert, or a series that is recorded."""

    data: dict[str, Any]
    keys: Keys
    group: dict[str, Any]

    @property
    def alert(self) -> str:
        """What the alert is called; empty if it is none."""
        return read_text(self.data, "alert")

    @property
    def record(self) -> str:
        """What the series is called; empty if none is recorded."""
        return read_text(self.data, "record")

    @property
    def label(self) -> str:
        """What a message calls it."""
        if self.alert or self.record:
            return f"alert {show(self.alert)}" if self.alert else f"recording rule {show(self.record)}"
        return f"rule {self.keys[-1]} of group {show(read_text(self.group, 'name'))}"

    @property
    def expression(self) -> str:
        """Its expression; a number may stand there too."""
        value = self.data.get("expr")
        return str(value) if isinstance(value, int | float) else value if isinstance(value, str) else ""


def list_rules(resource: Resource) -> Iterator[AlertRule]:
    """All rules of a PrometheusRule, in the order of the file."""
    for at, group in enumerate(as_list(read_spec(resource).get("groups"))):
        for number, data in enumerate(as_list(as_mapping(group).get("rules"))):
            if isinstance(data, dict):
                yield AlertRule(data, ("spec", "groups", at, "rules", number), group)


def list_scrapes(resource: Resource) -> Iterator[tuple[dict[str, Any], Keys]]:
    """What has an interval and a path of its own: each endpoint, or the whole spec."""
    spec = read_spec(resource)
    yield spec, ("spec",)
    for key in _ENDPOINTS:
        for at, endpoint in enumerate(as_list(spec.get(key))):
            if isinstance(endpoint, dict):
                yield endpoint, ("spec", key, at)
