"""What Seldon Core 2 asks of a Model, a Pipeline, a Server and an Experiment, and their schemas do not say.

The rules on a Pipeline are those of its scheduler, scheduler/pkg/store/pipeline in SeldonIO/seldon-core, v2; those on
an Experiment are in store/experiment beside it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show
from gitops_gen.wording import suggest

_SERVICE = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_LONGEST = 61
"""Characters of a Server's name: each replica's Service adds a dash and a number, and has 63 at most."""
_ENDS = ("inputs", "outputs")
_TEMPLATE = "{{"
_END: tuple[Keys, None] = ((), None)


class _Step(NamedTuple):
    """A step of a Pipeline that has a name."""

    keys: Keys
    name: str
    data: Mapping[str, Any]

    def list_references(self, field: str) -> Iterator[tuple[Keys, str]]:
        """The texts in `inputs` or `triggers`."""
        return _list_texts(self.data, field, self.keys)


def _list_texts(data: Mapping[str, Any], field: str, keys: Keys) -> Iterator[tuple[Keys, str]]:
    for number, text in enumerate(as_list(data.get(field))):
        if isinstance(text, str) and text and _TEMPLATE not in text:
            yield (*keys, field, number), text


def _list_steps(resource: Resource) -> list[_Step]:
    steps = enumerate(as_list(read_spec(resource).get("steps"))) if resource.kind == "Pipeline" else ()
    named = ((number, as_mapping(step)) for number, step in steps)
    found = (_Step(("spec", "steps", number), read_text(step, "name"), step) for number, step in named)
    return [step for step in found if step.name]


@rule("SELDON027", "error")
def check_step_names(resource: Resource) -> Iterator[Hit]:
    """The steps of a Pipeline have names of their own, and none has the Pipeline's.

    Why: in the inputs of a step a name stands for a step or for the Pipeline itself; the scheduler refuses a Pipeline
    where it could be both, or two steps.

    Fix: give the Pipeline another name than its models have: a step is called as the Model that it asks.
    """
    seen: set[str] = set()
    for step in _list_steps(resource):
        if step.name == resource.name:
            message = f"the step {show(step.name)} has the name of its Pipeline: the scheduler refuses that"
            yield Hit(message, (*step.keys, "name"), "give the Pipeline another name in metadata.name")
        elif step.name in seen:
            message = f"two steps are called {show(step.name)}: the scheduler refuses that"
            yield Hit(message, (*step.keys, "name"), "remove one of them, or name another Model")
        seen.add(step.name)


@rule("SELDON028", "error")
def check_step_references(resource: Resource) -> Iterator[Hit]:
    """What the steps and the output of a Pipeline read is a step of it, or its own input.

    Why: the scheduler refuses a Pipeline in which a name leads nowhere. A name stands for the outputs of the step (of
    the Pipeline: its inputs); `.inputs` or `.outputs` behind it says which, and a third part names a tensor.

    Fix: write `<step>`, `<step>.outputs`, `<step>.outputs.<tensor>`, or the same with `inputs`.
    """
    steps = _list_steps(resource)
    names = [step.name for step in steps]
    if any(_TEMPLATE in name for name in names):
        return
    known = {*names, resource.name}
    for step in steps:
        for field in ("inputs", "triggers"):
            for keys, text in step.list_references(field):
                yield from _check_reference(keys, text, known, names)
    if resource.kind == "Pipeline":
        output = as_mapping(read_spec(resource).get("output"))
        for keys, text in _list_texts(output, "steps", ("spec", "output")):
            name = text.partition(".")[0]
            if name not in names:
                yield Hit(f"there is no step {show(name)}{suggest(name, names)}", keys, "name a step of this Pipeline")


def _check_reference(keys: Keys, text: str, known: set[str], names: list[str]) -> Iterator[Hit]:
    name, *rest = text.split(".")
    if name not in known:
        yield Hit(
            f"there is no step {show(name)}{suggest(name, names)}",
            keys,
            "name a step of this Pipeline, or the Pipeline itself for its input",
        )
    elif rest and (rest[0] not in _ENDS or len(rest) > 2):  # noqa: PLR2004 - step.outputs.tensor
        yield Hit(
            f"{show(text)} is not of the form step.outputs.tensor or step.inputs.tensor",
            keys,
            f"write {name}.outputs, and a tensor behind it if only one is wanted",
        )


@rule("SELDON029", "error")
def check_cycles(resource: Resource) -> Iterator[Hit]:
    """No step of a Pipeline waits for itself.

    Why: data flows through a Pipeline in one direction; the scheduler refuses one whose steps read from each other in a
    circle.

    Fix: take out the input or the trigger that leads back.
    """
    steps = {step.name: step for step in _list_steps(resource)}
    state: dict[str, bool] = {}  # False while a step is being followed, True when all before it was
    for start, step in steps.items():
        if start in state:
            continue
        state[start] = False
        path = [(start, _list_sources(step))]
        while path:
            name, sources = path[-1]
            keys, source = next(sources, _END)
            if source is None:
                state[name] = True
                path.pop()
            elif source in steps and source not in state:
                state[source] = False
                path.append((source, _list_sources(steps[source])))
            elif state.get(source, True) is False:
                message = f"the step {show(name)} reads from {show(source)}, which waits for it"
                yield Hit(message, keys, "take out the input or the trigger that leads back")
                return


def _list_sources(step: _Step) -> Iterator[tuple[Keys, str]]:
    for field in ("inputs", "triggers"):
        for keys, text in step.list_references(field):
            yield keys, text.partition(".")[0]


@rule("SELDON030", "error")
def check_storage_uri(resource: Resource) -> Iterator[Hit]:
    """A Model says where its artifact lies.

    Why: the schema takes an empty `storageUri`; the agent then copies nothing, and the Model fails to load.

    Fix: write the address of the artifact's folder, such as `s3://models/churn/v3`.
    """
    uri = read_spec(resource).get("storageUri") if resource.kind == "Model" else None
    if isinstance(uri, str) and not uri.strip():
        yield Hit(
            "storageUri is empty: there is nothing to load", ("spec", "storageUri"), "write the artifact's address"
        )


@rule("SELDON031", "error")
def check_server_name(resource: Resource) -> Iterator[Hit]:
    """The name of a Server is one that Services may have.

    Why: the operator makes a Service of each replica, called as the Server and a number. A Service's name has no dots,
    begins with a letter and has 63 characters at most: with another name no replica can be reached.

    Fix: use small letters, digits and dashes.
    """
    name = resource.name if resource.kind == "Server" else ""
    if name and _TEMPLATE not in name and not (_SERVICE.fullmatch(name) and len(name) <= _LONGEST):
        yield Hit(
            f"{show(name)} cannot be the name of a Server: its Services would be called so",
            ("metadata", "name"),
            f"use small letters, digits and dashes, {_LONGEST} characters at most, and a letter first",
        )


@rule("SELDON032", "error")
def check_experiment(resource: Resource) -> Iterator[Hit]:
    """The default of an Experiment is one of its candidates, and each of them is named once.

    Why: the default is what requests go to that name no experiment; the scheduler refuses an Experiment whose default
    is no candidate, or in which a model is a candidate twice, or a candidate and the mirror.

    Fix: name one of the candidates in `default`, or add it to them.
    """
    if resource.kind != "Experiment":
        return
    spec = read_spec(resource)
    listed = [read_text(as_mapping(candidate), "name") for candidate in as_list(spec.get("candidates"))]
    places: list[tuple[Keys, str]] = [(("spec", "candidates", n, "name"), name) for n, name in enumerate(listed)]
    places.append((("spec", "mirror", "name"), read_text(as_mapping(spec.get("mirror")), "name")))
    seen: set[str] = set()
    for keys, name in places:
        if name and name in seen:
            yield Hit(f"{show(name)} is named twice: the scheduler refuses that", keys, "remove one of them")
        seen.add(name)
    default = read_text(spec, "default")
    if default and listed and default not in listed and not any(_TEMPLATE in name for name in (default, *listed)):
        message = f"the default {show(default)} is no candidate{suggest(default, listed)}"
        yield Hit(message, ("spec", "default"), "name one of the candidates")


RULES: tuple[Rule, ...] = (
    check_step_names,
    check_step_references,
    check_cycles,
    check_storage_uri,
    check_server_name,
    check_experiment,
)
