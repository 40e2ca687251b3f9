"""What changes for callers: a model's signature against that of the model in its place."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitops_gen.names import show

_WIDER = {"integer": ("long", "double"), "float": ("double",)}
"""What MLflow converts the values of a column to (mlflow/models/utils.py, `_enforce_mlflow_datatype`)."""
_ANY_SIZE = -1

Field = Mapping[str, Any]
"""A field as evidence has it: name, type, shape, required."""


class Change(NamedTuple):
    """A difference between two signatures."""

    text: str
    breaks: bool
    """Whether a caller of the old model can fail with the new one."""


def compare_signatures(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """What is different in the new one; both as evidence has them, None for a model without a signature."""
    if old is None:
        return () if new is None else (Change("the model has a signature now", breaks=False),)
    if new is None:
        return (Change("the model has no signature any more", breaks=True),)
    return (
        *_compare_inputs(old.get("inputs", ()), new.get("inputs", ())),
        *_compare_outputs(old.get("outputs", ()), new.get("outputs", ())),
        *_compare_params(old.get("params", ()), new.get("params", ())),
    )


def _compare_inputs(old: Sequence[Field], new: Sequence[Field]) -> Iterator[Change]:
    before, after = _name(old), _name(new)
    for name, field in after.items():
        there = before.get(name)
        if there is None:
            if _is_required(field):
                yield Change(f"{_input(name)} is new and required", breaks=True)
            else:
                yield Change(f"{_input(name)} is new and optional", breaks=False)
            continue
        if there["type"] != field["type"]:
            fits = field["type"] in _WIDER.get(there["type"], ())
            yield Change(f"{_input(name)} is {field['type']} and was {there['type']}", breaks=not fits)
        yield from _compare_shapes(_input(name), there, field, takes=True)
        if _is_required(field) != _is_required(there):
            what = "required now" if _is_required(field) else "optional now"
            yield Change(f"{_input(name)} is {what}", breaks=_is_required(field))
    for name, field in before.items():
        if name not in after and field["name"]:
            yield Change(f"{_input(name)} is gone: what callers still send is ignored", breaks=False)
        elif name not in after:  # they are told apart by their number
            yield Change(f"{_input(name)} is gone", breaks=True)


def _compare_outputs(old: Sequence[Field], new: Sequence[Field]) -> Iterator[Change]:
    before, after = _name(old), _name(new)
    for name, field in before.items():
        here = after.get(name)
        if here is None:
            yield Change(f"{_output(name)} is gone", breaks=True)
            continue
        if field["type"] != here["type"]:
            yield Change(f"{_output(name)} is {here['type']} and was {field['type']}", breaks=True)
        yield from _compare_shapes(_output(name), field, here, takes=False)
        if _is_required(field) and not _is_required(here):
            yield Change(f"{_output(name)} can be missing now", breaks=True)
    for name in after:
        if name not in before:
            yield Change(f"{_output(name)} is new", breaks=False)


def _compare_params(old: Sequence[Field], new: Sequence[Field]) -> Iterator[Change]:
    before, after = _name(old), _name(new)
    for name, field in before.items():
        here = after.get(name)
        if here is None:
            yield Change(f"parameter {show(name)} is gone", breaks=True)
        elif here["type"] != field["type"]:
            fits = here["type"] in _WIDER.get(field["type"], ())
            yield Change(f"parameter {show(name)} is {here['type']} and was {field['type']}", breaks=not fits)
    for name in after:
        if name not in before:
            yield Change(f"parameter {show(name)} is new", breaks=False)


def _compare_shapes(what: str, old: Field, new: Field, *, takes: bool) -> Iterator[Change]:
    before, after = old.get("shape"), new.get("shape")
    if before == after:
        return
    wider = before if not takes else after
    narrower = after if not takes else before
    fits = wider is not None and narrower is not None and len(wider) == len(narrower)
    fits = fits and all(large in (_ANY_SIZE, small) for large, small in zip(wider or (), narrower or (), strict=True))
    yield Change(f"{what} has the shape {_format(after)} and had {_format(before)}", breaks=not fits)


def _format(shape: Sequence[int] | None) -> str:
    return "none" if shape is None else f"({', '.join(map(str, shape))})"


def _name(fields: Sequence[Field]) -> dict[str, Field]:
    """The fields by name, those without one by their number."""
    return {field["name"] or str(number): field for number, field in enumerate(fields)}


def _is_required(field: Field) -> bool:
    return field.get("required", True) is not False


def _input(name: str) -> str:
    return f"input {show(name)}"


def _output(name: str) -> str:
    return f"output {show(name)}"
