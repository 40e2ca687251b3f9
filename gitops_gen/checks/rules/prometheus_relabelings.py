"""What Prometheus asks of the relabelings in monitors, probes and scrape configurations.

From Validate in model/relabel/relabel.go of Prometheus 3.14, which pkg/prometheus/validation of prometheus-operator
repeats: it leaves the whole object out where one of them breaks it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.go_regex import find_regex_problem
from gitops_gen.checks.placeholders import is_template
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.prometheus_parts import list_scrapes
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text

_RELABELINGS = ("relabelings", "metricRelabelings", "relabelingConfigs")
_WITH_TARGET = ("replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal")
_ALONE = {
    "labeldrop": ("sourceLabels", "targetLabel", "modulus", "separator", "replacement"),
    "labelkeep": ("sourceLabels", "targetLabel", "modulus", "separator", "replacement"),
    "keepequal": ("regex", "modulus", "separator", "replacement"),
    "dropequal": ("regex", "modulus", "separator", "replacement"),
    "lowercase": ("replacement",),
    "uppercase": ("replacement",),
}
"""Fields that an action refuses, unless they have their defaults."""
_DEFAULTS: dict[str, tuple[object, ...]] = {
    "regex": ("", "(.*)"),
    "modulus": (0,),
    "separator": (";",),
    "replacement": ("$1",),
    "targetLabel": ("",),
    "sourceLabels": ([],),
}


class Relabeling(NamedTuple):
    """A step that changes labels, or drops targets or samples."""

    data: dict[str, Any]
    keys: Keys

    @property
    def action(self) -> str:
        """What it does, in small letters."""
        return (read_text(self.data, "action") or "replace").lower()


def _list_relabelings(resource: Resource) -> Iterator[Relabeling]:
    places = list(list_scrapes(resource))
    targets = as_mapping(read_spec(resource).get("targets"))
    places += [(as_mapping(targets.get(key)), ("spec", "targets", key)) for key in ("staticConfig", "ingress")]
    for data, keys in places:
        for key in _RELABELINGS:
            for at, step in enumerate(as_list(data.get(key))):
                if isinstance(step, dict):
                    yield Relabeling(step, (*keys, key, at))


@rule("PROM010", "error")
def check_relabeling_regex(resource: Resource) -> Iterator[Hit]:
    """The regular expression of a relabeling is one of Go's.

    Why: Go has no lookahead, no lookbehind and no references back. The operator compiles the expression, and leaves the
    whole monitor out if it cannot.

    Fix: write it without them; what is not wanted can be dropped by a relabeling of its own.
    """
    for step in _list_relabelings(resource):
        problem = find_regex_problem(read_text(step.data, "regex"))
        if problem and not is_template(step.data["regex"]):
            yield Hit(f"the regular expression {problem}", (*step.keys, "regex"), "write it as Go's regexp takes it")


@rule("PROM011", "error")
def check_relabeling_fields(resource: Resource) -> Iterator[Hit]:
    """A relabeling has the fields that its action needs, and none that it refuses.

    Why: the schema lets every field through with every action. The operator asks what Prometheus asks, and leaves the
    whole monitor out if a relabeling breaks it.

    Fix: `replace`, `hashmod`, `lowercase`, `uppercase`, `keepequal` and `dropequal` need a `targetLabel`, `hashmod` a
    `modulus`; `labeldrop` and `labelkeep` take only a `regex`.
    """
    for step in _list_relabelings(resource):
        action = step.action
        if action in _WITH_TARGET and not step.data.get("targetLabel"):
            place = next((key for key in ("targetLabel", "action") if key in step.data), "")
            yield Hit(
                f"the relabeling with the action {action} has no targetLabel",
                (*step.keys, place) if place else step.keys,
                "add the `targetLabel` that it writes to, or set another action",
            )
        if action == "hashmod" and step.data.get("modulus") in (None, 0):
            yield Hit(
                "the relabeling with the action hashmod has no modulus",
                (*step.keys, "modulus" if "modulus" in step.data else "action"),
                "add a `modulus` greater than 0",
            )
        for key in _ALONE.get(action, ()):
            if key in step.data and step.data[key] is not None and step.data[key] not in _DEFAULTS[key]:
                yield Hit(
                    f"the relabeling with the action {action} has a {key}, which it refuses",
                    (*step.keys, key),
                    f"remove `{key}`, or set another action",
                )


RULES: tuple[Rule, ...] = (check_relabeling_regex, check_relabeling_fields)
