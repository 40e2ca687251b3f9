"""What the controller of Argo Events asks of a Sensor, and its definition does not say.

As in pkg/reconciler/sensor and pkg/sensors of argoproj/argo-events.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show
from gitops_gen.wording import suggest

_SOURCES = ("parameters", "payload", "dynamicHeaders")
_EXPRESSION = re.compile(r"[\w\s&|()-]*")
_MOST_TRIGGERS = 1000
_TEMPLATE = "{{"


class _Trigger(NamedTuple):
    """A trigger, or what a trigger does where it failed."""

    keys: Keys
    data: dict[str, Any]

    @property
    def template(self) -> dict[str, Any]:
        """What is done, and under which name."""
        return as_mapping(self.data.get("template"))


def _list_mappings(data: dict[str, Any], field: str) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((n, item) for n, item in enumerate(as_list(data.get(field))) if isinstance(item, dict))


def _list_triggers(resource: Resource) -> list[_Trigger]:
    spec = as_mapping(resource.data.get("spec"))
    found = [_Trigger(("spec", "triggers", number), data) for number, data in _list_mappings(spec, "triggers")]
    for trigger in found:  # grows while it is read
        if isinstance(trigger.data.get("dlqTrigger"), dict) and len(found) < _MOST_TRIGGERS:
            found.append(_Trigger((*trigger.keys, "dlqTrigger"), trigger.data["dlqTrigger"]))
    return found


def _list_named(trigger: _Trigger) -> Iterator[tuple[Keys, str]]:
    """The dependencies that a trigger takes values from; parameters of its own may replace those in its template."""
    holders: list[tuple[Keys, dict[str, Any]]] = [((), trigger.data)]
    if not trigger.data.get("parameters"):
        actions = ((kind, held) for kind, held in trigger.template.items() if isinstance(kind, str))
        holders += [(("template", kind), as_mapping(held)) for kind, held in actions]
    for keys, holder in holders:
        for field in _SOURCES:
            for number, parameter in _list_mappings(holder, field):
                name = as_mapping(parameter.get("src")).get("dependencyName")
                if isinstance(name, str):
                    yield (*trigger.keys, *keys, field, number, "src", "dependencyName"), name
    conditions = trigger.template.get("conditions")
    if isinstance(conditions, str) and _EXPRESSION.fullmatch(conditions):
        for name in dict.fromkeys(re.findall(r"[\w-]+", conditions)):
            yield (*trigger.keys, "template", "conditions"), name


@rule("EVENTS001", "error")
def check_dependencies(resource: Resource) -> Iterator[Hit]:
    """What the triggers of a Sensor wait for, and take values from, is one of its dependencies.

    Why: with another name in `conditions` the Sensor does not start; a parameter whose dependency does not exist stays
    without its value, and nobody is told.

    Fix: mend the name, or add it to `spec.dependencies`.
    """
    spec = as_mapping(resource.data.get("spec"))
    names = [item["name"] for _, item in _list_mappings(spec, "dependencies") if isinstance(item.get("name"), str)]
    if not names or any(_TEMPLATE in name for name in names):
        return
    known = set(names) | {name.replace("-", "_") for name in names}  # alike in an expression
    for trigger in _list_triggers(resource):
        for keys, name in _list_named(trigger):
            wanted = name.replace("-", "_") if keys[-1] == "conditions" else name
            if wanted not in known and _TEMPLATE not in name:
                message = f"the Sensor has no dependency {show(name)}{suggest(name, names)}"
                yield Hit(message, keys, "mend the name, or add it to spec.dependencies")


@rule("EVENTS002", "error")
def check_trigger_names(resource: Resource) -> Iterator[Hit]:
    """The triggers of a Sensor have names of their own.

    Why: the controller refuses a Sensor with two triggers of one name.

    Fix: rename one of them.
    """
    seen: set[str] = set()
    for trigger in _list_triggers(resource):
        name = trigger.template.get("name")
        if not isinstance(name, str) or trigger.keys[-1] == "dlqTrigger":
            continue
        if name in seen:
            yield Hit(
                f"two triggers are called {show(name)}", (*trigger.keys, "template", "name"), "rename one of them"
            )
        seen.add(name)


@rule("EVENTS003", "error")
def check_dead_letters(resource: Resource) -> Iterator[Hit]:
    """A trigger with a dlqTrigger, and the dlqTrigger, have `atLeastOnce: true`.

    Why: the controller refuses the Sensor: without it nobody waits for the outcome of the trigger.

    Fix: write `atLeastOnce: true` beside both templates.
    """
    for trigger in _list_triggers(resource):
        has_other = isinstance(trigger.data.get("dlqTrigger"), dict)
        if (has_other or trigger.keys[-1] == "dlqTrigger") and trigger.data.get("atLeastOnce") is not True:
            keys = (*trigger.keys, "atLeastOnce") if "atLeastOnce" in trigger.data else trigger.keys
            what = "a trigger with a dlqTrigger" if has_other else "a dlqTrigger"
            yield Hit(f"{what} needs atLeastOnce: true", keys, "write atLeastOnce: true")


RULES: tuple[Rule, ...] = (check_dependencies, check_trigger_names, check_dead_letters)
