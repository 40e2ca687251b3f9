"""What the templates of Argo Workflows name inside of one object."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.reference_paths import is_templated, walk
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.names import show
from gitops_gen.wording import suggest

_SPECS = {
    "ClusterWorkflowTemplate": "spec",
    "CronWorkflow": "spec.workflowSpec",
    "Workflow": "spec",
    "WorkflowTemplate": "spec",
}
_CALLS = (
    "entrypoint",
    "onExit",
    "hooks.*.template",
    "templates[].dag.tasks[].template",
    "templates[].dag.tasks[].onExit",
    "templates[].dag.tasks[].hooks.*.template",
    "templates[].steps[][].template",
    "templates[].steps[][].onExit",
    "templates[].steps[][].hooks.*.template",
)
_RESULTS = frozenset({"Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed"})
_WORD = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z]+)?")


@rule("REF036", "error")
def check_templates(resource: Resource) -> Iterator[Hit]:
    """A template that a workflow calls is one of its templates.

    Why: the schema takes any text for `entrypoint`, `onExit` and the `template` of a step or task. The controller
    refuses the workflow when it runs (`template name … undefined`), which for a CronWorkflow is at night.

    Fix: mend the name, or add the template; a template of another object is called by `templateRef`.
    """
    for start, spec in _list_specs(resource):
        if spec.get("workflowTemplateRef") or not isinstance(spec.get("templates"), list):
            continue
        known = {name for _, name in walk(spec, "templates[].name") if isinstance(name, str)}
        for path in _CALLS:
            for keys, name in walk(spec, path):
                if isinstance(name, str) and name and name not in known and not is_templated(name):
                    yield Hit(
                        f"{show(name)} is no template of this {resource.kind}{suggest(name, known)}",
                        (*start, *keys),
                        "mend the name, or add the template",
                    )


@rule("REF037", "error")
def check_dependencies(resource: Resource) -> Iterator[Hit]:
    """A task that another one waits for is one of the same DAG.

    Why: the controller refuses a workflow whose `dependencies` or `depends` name a task that the DAG does not have.

    Fix: mend the name, or add the task.
    """
    for start, spec in _list_specs(resource):
        for keys, tasks in walk(spec, "templates[].dag.tasks"):
            known = {name for _, name in walk(tasks, "[].name") if isinstance(name, str)}
            for at, name in _list_dependencies(tasks):
                if name not in known:
                    yield Hit(
                        f"{show(name)} is no task of this DAG{suggest(name, known)}",
                        (*start, *keys, *at),
                        "mend the name, or add the task",
                    )


RULES: tuple[Rule, ...] = (check_templates, check_dependencies)


def _list_specs(resource: Resource) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    path = _SPECS.get(resource.kind)
    for keys, spec in walk(resource.data, path) if path else ():
        if isinstance(spec, dict):
            yield keys, spec


def _list_dependencies(tasks: object) -> Iterator[tuple[Keys, str]]:
    for keys, name in walk(tasks, "[].dependencies[]"):
        if isinstance(name, str) and not is_templated(name):
            yield keys, name
    for keys, text in walk(tasks, "[].depends"):
        if isinstance(text, str) and not is_templated(text):
            for word in _WORD.findall(text):
                name, _, result = word.partition(".")
                if not result or result in _RESULTS:
                    yield keys, name
