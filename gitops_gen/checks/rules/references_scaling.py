"""What autoscalers and PodDisruptionBudgets are for."""

from collections.abc import Iterator

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_edges import find_edges
from gitops_gen.checks.reference_paths import read_mapping
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.rules.references_parts import label, report_missing, report_no_pods
from gitops_gen.names import show

_HANDED_OVER = "scaledobject.keda.sh/transfer-hpa-ownership"
_SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


@rule("REF024", "error")
def check_scale_targets(environment: Environment) -> Iterator[Hit]:
    """What an autoscaler scales, and what it signs in by, exists.

    Why: a HorizontalPodAutoscaler, a ScaledObject or a VerticalPodAutoscaler whose target does not exist does nothing
    (`FailedGetScale`), and the workload keeps the replicas that it has.

    Fix: mend the kind, the apiVersion or the name of the target.
    """
    yield from report_missing(environment, lambda found: found.edge.role in {"scales", "signs in by"})


@rule("REF025", "error")
def check_one_scaler(environment: Environment) -> Iterator[Hit]:
    """A workload has one autoscaler.

    Why: two HorizontalPodAutoscalers on one workload undo what the other one did; Kubernetes stops both
    (`AmbiguousSelector`). KEDA makes one of its own for each ScaledObject.

    Fix: keep one, and give it the metrics of both.
    """
    seen: dict[tuple[str, str, str], Member] = {}
    for found in find_edges(environment):
        if found.edge.role != "scales" or found.source.kind not in _SCALERS:
            continue
        if _HANDED_OVER in read_mapping(found.source.data, "metadata.annotations"):
            continue
        key = (found.edge.kind, found.edge.name, found.edge.namespace)
        first = seen.setdefault(key, found.source)
        if first is not found.source and (first.kind, first.name) != (found.source.kind, found.source.name):
            yield environment.hit(
                found.source,
                f"{label(found.source)} scales {found.edge.kind} {show(found.edge.name)}, and so does {label(first)}",
                found.edge.keys,
                "keep one of them",
            )


@rule("REF026", "warning")
def check_budgets(environment: Environment) -> Iterator[Hit]:
    """A PodDisruptionBudget selects pods that are there.

    Why: a budget that fits no pod protects nothing: when a node is drained, all replicas may go at once. A namespace in
    which another operator, or an Application of another repository, makes pods is left alone.

    Fix: mend `selector`, so that it has the labels of the pods' template.
    """
    yield from report_no_pods(environment, "PodDisruptionBudget")


RULES: tuple[Rule, ...] = (check_scale_targets, check_one_scaler, check_budgets)
