"""What Tekton, Rollouts, Knative, model servers and role bindings name in other objects."""

from collections.abc import Iterator, Sequence
from typing import Any

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_edges import ResolvedEdge, find_edges
from gitops_gen.checks.reference_paths import is_templated, walk
from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.references_parts import label, report_missing
from gitops_gen.checks.rules.references_pipeline import RESULT, list_texts
from gitops_gen.names import show
from gitops_gen.wording import suggest

_TEKTON = "tekton.dev"
_TRIGGERS = "triggers.tekton.dev"
_KNATIVE = ("eventing.knative.dev", "messaging.knative.dev")
_SERVING = ("mlops.seldon.io", "serving.kserve.io")
_ROLES = "rbac.authorization.k8s.io"


@rule("REF042", "error")
def check_tasks(environment: Environment) -> Iterator[Hit]:
    """A Task or Pipeline that is run exists, and has the parameters and results that it is asked for.

    Why: Tekton looks it up when it runs (`CouldntGetTask`), in the namespace of the run. A parameter that the Task does
    not declare is left out without a word, and a result that it does not declare stops the Pipeline
    (`InvalidTaskResultReference`). What a resolver fetches (`resolver: git`) is not asked for.

    Fix: mend the name; or add the Task to the namespace; or take it from a catalogue by `resolver`.
    """
    kinds = {"Pipeline", "Task"}
    results: dict[int, dict[str, list[tuple[Keys, str]]]] = {}
    yield from report_missing(environment, lambda found: found.edge.kind in kinds and found.edge.group == _TEKTON)
    for found in find_edges(environment):
        if found.edge.kind not in kinds or found.edge.group != _TEKTON or found.state != "found":
            continue
        target, above = found.targets[0], found.edge.keys[:-2]
        beside: Any = found.source.data
        for key in above:
            beside = beside[key]
        known = {name for _, name in walk(target.data, "spec.params[].name") if isinstance(name, str)}
        for keys, name in walk(beside, "params[].name"):
            if isinstance(name, str) and name not in known and not is_templated(name):
                yield environment.hit(
                    found.source,
                    f"{label(found.source)} gives {label(target)} the parameter {show(name)}, which it does not have"
                    + suggest(name, known),
                    (*above, *keys),
                    "mend the name, or take it out",
                )
        if found.source.kind == "Pipeline" and isinstance(beside.get("name"), str):
            if id(found.source) not in results:
                results[id(found.source)] = _list_results(found.source)
            yield from _check_results(environment, found, results[id(found.source)].get(beside["name"], ()))


@rule("REF043", "error")
def check_triggers(environment: Environment) -> Iterator[Hit]:
    """A binding, template or trigger that a Tekton EventListener or Trigger names exists.

    Why: the listener answers each event with an error in its log, and nothing runs.

    Fix: mend the name, or add the TriggerBinding, TriggerTemplate or Trigger to the namespace.
    """
    yield from report_missing(environment, lambda found: found.edge.group == _TRIGGERS)


@rule("REF044", "error")
def check_analyses(environment: Environment) -> Iterator[Hit]:
    """An AnalysisTemplate, or the workload, that a Rollout names exists.

    Why: the controller stops a Rollout that names something that does not exist (`InvalidSpec`): it is not updated any
    more.

    Fix: mend the name; or add it to the namespace; or set `clusterScope: true` for a ClusterAnalysisTemplate.
    """
    yield from report_missing(environment, lambda found: found.edge.role in {"analyses with", "rolls out"})


@rule("REF045", "error")
def check_events(environment: Environment) -> Iterator[Hit]:
    """A Broker, a Channel or a subscriber that Knative's objects name exists.

    Why: a Trigger or Subscription that names something that does not exist never gets ready, and no event is delivered.

    Fix: mend the kind, the name or the namespace; or add what is missing.
    """
    yield from report_missing(environment, lambda found: found.source.group in _KNATIVE)


@rule("REF046", "error")
def check_models(environment: Environment) -> Iterator[Hit]:
    """A model or server that an InferenceGraph, a Pipeline or an Experiment asks exists.

    Why: the graph or pipeline is accepted, and each request to it fails; Seldon's scheduler keeps the Pipeline from
    getting ready.

    Fix: mend the name, or add the model, in the same namespace.
    """
    yield from report_missing(
        environment, lambda found: found.source.group in _SERVING and found.edge.group in _SERVING
    )


@rule("REF047", "error")
def check_roles(environment: Environment) -> Iterator[Hit]:
    """A Role that a RoleBinding grants exists.

    Why: a binding to a Role that does not exist grants nothing, and the API server takes it all the same. ClusterRoles
    are not asked for: operators bring them.

    Fix: mend `roleRef`: its kind is ClusterRole for `view`, `edit` and `admin`.
    """
    yield from report_missing(environment, lambda found: found.edge.kind == "Role" and found.edge.group == _ROLES)


@rule("REF048", "warning")
def check_subjects(environment: Environment) -> Iterator[Hit]:
    """A ServiceAccount that is granted something exists.

    Why: a binding to a ServiceAccount that does not exist grants nothing to anybody; most often its name, or its
    namespace, is not the one that pods run as.

    Fix: mend the name or the namespace of the subject; or declare the ServiceAccount under `validate.external.objects`
    in gitops-gen.yaml.
    """
    namespaces = {member.namespace for member in environment.members}
    yield from report_missing(
        environment, lambda found: found.edge.role == "grants to" and found.edge.namespace in namespaces
    )


RULES: tuple[Rule, ...] = (
    check_tasks,
    check_triggers,
    check_analyses,
    check_events,
    check_models,
    check_roles,
    check_subjects,
)


def _check_results(environment: Environment, found: ResolvedEdge, wanted: Sequence[tuple[Keys, str]]) -> Iterator[Hit]:
    """Results of one task of a Pipeline that its Task does not declare."""
    known = {name for _, name in walk(found.targets[0].data, "spec.results[].name") if isinstance(name, str)}
    for keys, result in wanted:
        if result not in known:
            yield environment.hit(
                found.source,
                f"{label(found.source)} takes the result {show(result)} of {label(found.targets[0])}, which has no "
                f"such result{suggest(result, known)}",
                keys,
                "mend the name, or declare it in `results` of the Task",
            )


def _list_results(member: Member) -> dict[str, list[tuple[Keys, str]]]:
    """The results that a Pipeline takes, by the name of the task."""
    wanted: dict[str, list[tuple[Keys, str]]] = {}
    for keys, text in list_texts(member.data.get("spec"), frozenset({"taskSpec", "description"})):
        for task, result in RESULT.findall(text):
            if result:
                wanted.setdefault(task, []).append((("spec", *keys), result))
    return wanted
