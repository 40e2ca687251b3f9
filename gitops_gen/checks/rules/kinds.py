"""Values that operators know, and the definitions of their kinds do not list: a line for each field.

What an operator does with another value is in its source:

- Broker, Trigger: the webhook refuses it (pkg/apis/duck/v1/delivery_types.go in knative/eventing).
- CatalogSource: it stays without a catalog, with the reason SpecInvalidError; an interval that cannot be read is 15m
  (pkg/controller/operators/catalog/operator.go in operator-framework/operator-lifecycle-manager, and
  pkg/operators/v1alpha1/catalogsource_types.go in operator-framework/api).
- Subscription: all but Manual is Automatic (subscription_types.go there).
- Pipeline, Task: the webhook refuses it (pkg/apis/pipeline/v1/task_validation.go in tektoncd/pipeline).
- ScheduledSparkApplication: after the first run no other one is started; one whose schedule cannot be read has the
  state FailedValidation (internal/controller/scheduledsparkapplication/controller.go in kubeflow/spark-operator).
"""

import re
from collections.abc import Callable, Iterator, Mapping

from gitops_gen.checks.go_values import is_duration
from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.kinds_graph import GRAPH_RULES
from gitops_gen.checks.rules.kubernetes_objects import find_standard_problem
from gitops_gen.checks.rules.kubernetes_parts import join, list_texts
from gitops_gen.names import show
from gitops_gen.wording import find_near

Values = tuple[str, ...]
Kind = tuple[str, str]

_BROKER = ("eventing.knative.dev", "Broker")
_TRIGGER = ("eventing.knative.dev", "Trigger")
_CATALOG = ("operators.coreos.com", "CatalogSource")
_OPERATOR = ("operators.coreos.com", "Subscription")
_SCHEDULED_SPARK = ("sparkoperator.k8s.io", "ScheduledSparkApplication")
_DELIVERY: Mapping[str, Values] = {
    "spec.delivery.backoffPolicy": ("linear", "exponential"),
    "spec.delivery.format": ("json", "binary"),
}
_TYPES = ("string", "array", "object")
_TASK: Mapping[str, Values] = {"params[].type": _TYPES, "results[].type": _TYPES}
_PERIOD = r"[+-]?P(?:\d+(?:[.,]\d+)?[YMWD])*(?:T(?:\d+(?:[.,]\d+)?[HMS])*)?"

KNOWN: Mapping[Kind, Mapping[str, Values]] = {
    _BROKER: _DELIVERY,
    _TRIGGER: _DELIVERY,
    _CATALOG: {"spec.sourceType": ("grpc", "configmap", "internal")},
    _SCHEDULED_SPARK: {"spec.concurrencyPolicy": ("Allow", "Forbid", "Replace")},
    ("tekton.dev", "Task"): {f"spec.{path}": values for path, values in _TASK.items()},
    ("tekton.dev", "Pipeline"): {
        f"spec.{place}{path}": values
        for path, values in _TASK.items()
        for place in ("", "tasks[].taskSpec.", "finally[].taskSpec.")
    },
}
"""The values of fields that an operator refuses others in, or does nothing with them."""

QUIET: Mapping[Kind, Mapping[str, Values]] = {_OPERATOR: {"spec.installPlanApproval": ("Automatic", "Manual")}}
"""Those of fields in which another value counts as the first one."""


def _find_period_problem(text: str) -> str:
    """As github.com/rickb777/date/period reads it."""
    is_period = re.fullmatch(_PERIOD, text, re.ASCII) is not None and any(character.isdigit() for character in text)
    return "" if is_period else "it is written as PT1S or P1DT12H (ISO 8601)"


FORMS: Mapping[Kind, Mapping[str, tuple[Callable[[str], str], str]]] = {
    _BROKER: {"spec.delivery.backoffDelay": (_find_period_problem, "write PT1S for a second")},
    _TRIGGER: {"spec.delivery.backoffDelay": (_find_period_problem, "write PT1S for a second")},
    _SCHEDULED_SPARK: {"spec.schedule": (find_standard_problem, "write five fields such as 30 4 * * 1")},
}
"""What is wrong with a text, and how it is written."""


@rule("KINDS001", "error")
def check_known_values(resource: Resource) -> Iterator[Hit]:
    """A field of a custom kind has a value that its operator knows.

    Why: the definition takes any text. The operator's webhook refuses what it does not know; or the operator takes the
    object and does nothing with it, which its status says at best. Large and small letters count.

    Fix: write one of the values that the message lists.
    """
    yield from _check(resource, KNOWN)


@rule("KINDS002", "error")
def check_forms(resource: Resource) -> Iterator[Hit]:
    """A delay or a schedule of a custom kind is written as its operator reads it.

    Why: the definition takes any text, and operators do not agree on how a time is written: Knative wants ISO 8601
    (`PT1S`), where Kubernetes itself writes `1s`. It refuses the object; and a ScheduledSparkApplication whose schedule
    cannot be read never runs.

    Fix: write it as the message says.
    """
    for path, (find_problem, fix) in FORMS.get(resource.group_kind, {}).items():
        for keys, text in list_texts(resource.data, path):
            if problem := find_problem(text):
                yield Hit(f"{keys[-1]} {show(text)} cannot be read: {problem}", keys, fix)


@rule("KINDS003", "warning")
def check_quiet_values(resource: Resource) -> Iterator[Hit]:
    """What an operator cannot read, and replaces by its own value, is not written.

    Why: the Operator Lifecycle Manager takes every `installPlanApproval` but Manual for Automatic: with `manual` it
    upgrades on its own. An interval that it cannot read is 15 minutes. Nothing refuses either.

    Fix: write Automatic or Manual; a duration such as 45m.
    """
    yield from _check(resource, QUIET)
    if resource.group_kind == _CATALOG:
        for keys, text in list_texts(resource.data, "spec.updateStrategy.registryPoll.interval"):
            if not is_duration(text):
                yield Hit(f"the interval {show(text)} cannot be read: it is 15m then", keys, "write one such as 45m")


def _check(resource: Resource, table: Mapping[Kind, Mapping[str, Values]]) -> Iterator[Hit]:
    for path, values in table.get(resource.group_kind, {}).items():
        for keys, value in list_texts(resource.data, path):
            if value not in values:
                near = find_near(value, values)
                fix = f"write {near}" if near else f"write {join(values)}"
                told = f", and counts as {values[0]}" if table is QUIET else ""
                field = next(key for key in reversed(keys) if isinstance(key, str))
                yield Hit(f"{show(value)} is no value of {field}{told}; it is {join(values)}", keys, fix)


RULES: tuple[Rule, ...] = (check_known_values, check_forms, check_quiet_values, *GRAPH_RULES)
