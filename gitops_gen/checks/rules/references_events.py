"""What workflows and the sensors of Argo Events name in other objects."""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.environments import Environment
from gitops_gen.checks.reference_edges import find_edges
from gitops_gen.checks.reference_paths import is_templated, read_text, walk
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.rules.references_parts import label, report_missing
from gitops_gen.names import show
from gitops_gen.wording import suggest

_NO_EVENTS = frozenset({"eventBusName", "replicas", "service", "template"})


@rule("REF038", "error")
def check_template_references(environment: Environment) -> Iterator[Hit]:
    """A WorkflowTemplate that is run, and the template of it, exist.

    Why: the controller looks `workflowTemplateRef` and `templateRef` up when the workflow runs, in its own namespace
    (with `clusterScope: true` among ClusterWorkflowTemplates), and fails the workflow when there is none.

    Fix: mend the name; or add the WorkflowTemplate to the namespace; or set `clusterScope: true` for a
    ClusterWorkflowTemplate.
    """
    kinds = {"ClusterWorkflowTemplate", "WorkflowTemplate"}
    yield from report_missing(environment, lambda found: found.edge.kind in kinds and found.edge.role == "runs")
    for found in find_edges(environment):
        if found.edge.kind not in kinds or found.state != "found" or found.edge.keys[-2] != "templateRef":
            continue
        beside: Any = found.source.data
        for key in found.edge.keys[:-1]:
            beside = beside[key]
        name = beside.get("template")
        target = found.targets[0]
        known = {each for _, each in walk(target.data, "spec.templates[].name") if isinstance(each, str)}
        if isinstance(name, str) and known and name not in known and not is_templated(name):
            yield environment.hit(
                found.source,
                f"{label(found.source)} runs {show(name)} of {label(target)}, which has no such template"
                + suggest(name, known),
                (*found.edge.keys[:-1], "template"),
                "mend the name of the template",
            )


@rule("REF039", "error")
def check_event_sources(environment: Environment) -> Iterator[Hit]:
    """An event that a Sensor waits for, and the EventBus that carries it, exist.

    Why: a Sensor whose EventSource or event does not exist waits for ever, and one without an EventBus does not start.

    Fix: mend `eventSourceName`, `eventName` or `eventBusName`; an event is a key below its kind in the EventSource.
    """
    yield from report_missing(environment, lambda found: found.edge.kind in {"EventBus", "EventSource"})
    for found in find_edges(environment):
        if found.edge.kind != "EventSource" or found.state != "found" or found.edge.keys[-1] != "eventSourceName":
            continue
        position = found.edge.keys[:-1]
        name = read_text(found.source.data["spec"]["dependencies"][position[2]], "eventName")
        known = _list_events(found.targets[0].data)
        if name and known and name not in known and not is_templated(name):
            yield environment.hit(
                found.source,
                f"{label(found.source)} waits for the event {show(name)} of {label(found.targets[0])}, which has no "
                f"such event{suggest(name, known)}",
                (*position, "eventName"),
                "mend eventName, or add the event to the EventSource",
            )


RULES: tuple[Rule, ...] = (check_template_references, check_event_sources)


def _list_events(data: Mapping[str, Any]) -> frozenset[str]:
    spec = data.get("spec")
    kinds = spec.items() if isinstance(spec, dict) else ()
    return frozenset(
        str(name) for kind, events in kinds if kind not in _NO_EVENTS and isinstance(events, dict) for name in events
    )
