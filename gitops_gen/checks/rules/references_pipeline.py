"""What the tasks of a Tekton Pipeline or Task name inside of it.

The webhook of tektoncd/pipeline refuses each of them (pipeline_validation.go and task_validation.go in
pkg/apis/pipeline/v1).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.reference_paths import is_templated, read_mapping, walk
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.names import show
from gitops_gen.wording import suggest

_PARAMETER = re.compile(r"\$\(params(?:\.([A-Za-z0-9_-]+)|\[['\"]([^'\"\]]{1,100})['\"]\])")
_TRIGGERED = re.compile(r"\$\(tt\.params\.([A-Za-z0-9_-]+)(\b)")
RESULT = re.compile(r"\$\((?:tasks|finally)\.([A-Za-z0-9_-]+)\.results[.\[]['\"]?([A-Za-z0-9_-]*)")
"""The task and the name of a result in a text."""
_DECLARING = frozenset(
    {("tekton.dev", "ClusterTask"), ("tekton.dev", "Pipeline"), ("tekton.dev", "Task")}
    | {("triggers.tekton.dev", "TriggerTemplate")}
)
_LISTS = ("tasks", "finally")
_MOST_TEXTS = 20_000


@rule("REF040", "error")
def check_run_after(resource: Resource) -> Iterator[Hit]:
    """A task that a Pipeline's task waits for, or takes a result of, is one of the Pipeline.

    Why: Tekton's webhook refuses a Pipeline whose `runAfter`, or whose `$(tasks.<name>.results.<result>)`, names a task
    that it does not have.

    Fix: mend the name, or add the task.
    """
    for start, spec in _list_pipelines(resource):
        known = {name for each in _LISTS for _, name in walk(spec, f"{each}[].name") if isinstance(name, str)}
        found = [(keys, name) for each in _LISTS for keys, name in walk(spec, f"{each}[].runAfter[]")]
        found += [
            (keys, name) for keys, text in list_texts(spec, frozenset({"taskSpec"})) for name, _ in RESULT.findall(text)
        ]
        for keys, name in found:
            if isinstance(name, str) and name not in known and not is_templated(name):
                yield Hit(
                    f"{show(name)} is no task of this {resource.kind}{suggest(name, known)}",
                    (*start, *keys),
                    "mend the name, or add the task",
                )


@rule("REF041", "error")
def check_declarations(resource: Resource) -> Iterator[Hit]:
    """A parameter or workspace that a Tekton Pipeline, Task or TriggerTemplate uses is declared there.

    Why: Tekton's webhook refuses `$(params.<name>)` (in a TriggerTemplate `$(tt.params.<name>)`) without a parameter of
    that name, and a task of a Pipeline that is given a workspace which the Pipeline does not have.

    Fix: mend the name, or declare it in `params` or `workspaces`.
    """
    for start, spec in _list_pipelines(resource):
        known = {name for _, name in walk(spec, "workspaces[].name") if isinstance(name, str)}
        for each in _LISTS:
            for keys, workspace in walk(spec, f"{each}[].workspaces[]"):
                name = workspace.get("workspace", workspace.get("name")) if isinstance(workspace, dict) else None
                if isinstance(name, str) and name not in known and not is_templated(name):
                    key = "workspace" if "workspace" in workspace else "name"
                    yield Hit(
                        f"{show(name)} is no workspace of this {resource.kind}{suggest(name, known)}",
                        (*start, *keys, key),
                        "mend the name, or declare it in `workspaces`",
                    )
    for start, spec in _list_declaring(resource):
        known = {name for _, name in walk(spec, "params[].name") if isinstance(name, str)}
        for keys, text in list_texts(spec, frozenset({"taskSpec", "description"})):
            for plain, quoted in (_TRIGGERED if resource.kind == "TriggerTemplate" else _PARAMETER).findall(text):
                name = plain or quoted
                if name not in known and not any(each.startswith(f"{name}.") for each in known):
                    yield Hit(
                        f"{show(name)} is no parameter of this {resource.kind}{suggest(name, known)}",
                        (*start, *keys),
                        "mend the name, or declare it in `params`",
                    )


RULES: tuple[Rule, ...] = (check_run_after, check_declarations)


def _list_pipelines(resource: Resource) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """The Pipeline that an object is."""
    spec = read_mapping(resource.data, "spec")
    if resource.kind == "Pipeline" and resource.api_version.startswith("tekton.dev/") and spec:
        yield ("spec",), spec


def _list_declaring(resource: Resource) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    spec = read_mapping(resource.data, "spec")
    group = resource.group
    if spec and (group, resource.kind) in _DECLARING:
        yield ("spec",), spec


def list_texts(data: object, without: frozenset[str]) -> Iterator[tuple[Keys, str]]:
    """All texts in a value, without what stands below some keys; a bounded number of them."""
    waiting: list[tuple[Keys, object]] = [((), data)]
    count = 0
    while waiting and count < _MOST_TEXTS:
        keys, value = waiting.pop()
        count += 1
        if isinstance(value, str):
            if "$(" in value:
                yield keys, value
        elif isinstance(value, dict):
            waiting += [((*keys, key), each) for key, each in reversed(value.items()) if key not in without]
        elif isinstance(value, list):
            waiting += [((*keys, number), each) for number, each in reversed(list(enumerate(value)))]
