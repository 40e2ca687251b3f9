"""A difference for a terminal, and the values of its fields in words."""

import json
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from ruamel.yaml.scalarstring import LiteralScalarString

from gitops_gen.difference import MISSING, Difference, FieldChange, ResourceChange
from gitops_gen.reports.printable import show_line, show_text
from gitops_gen.yamlio import dump_round_trip

_WIDTH = 160


def render_difference_text(difference: Difference, *, rendered: bool = False) -> str:
    """Folder by folder, resource by resource; with `rendered`, the YAML of the builds compared line by line."""
    return "".join(f"{line}\n" for line in _tell(difference, rendered=rendered))


def _tell(difference: Difference, *, rendered: bool) -> Iterator[str]:
    if not difference.folders:
        yield f"nothing that is built differs between {show_line(difference.before)} and {show_line(difference.after)}"
    for number, folder in enumerate(difference.folders):
        if number:
            yield ""
        yield show_line(folder.folder)
        if folder.problem:
            yield f"  {show_line(folder.problem)}"
        for resource in folder.resources:
            yield f"  {resource.operation:<8} {name_resource(resource)}"
            if rendered:
                yield from (f"    {show_text(line)}" for line in compare_yaml(resource))
            else:
                yield from _tell_fields(resource)


def _tell_fields(resource: ResourceChange) -> Iterator[str]:
    for change in resource.changes:
        yield f"    {show_line(change.path)}"
        if (lines := compare_texts(change)) is not None:
            yield from (f"    {show_text(line)}" for line in lines)
            continue
        if change.before is not MISSING:
            yield f"    - {tell_value(change.before)}"
        if change.after is not MISSING:
            yield f"    + {tell_value(change.after)}"


def compare_texts(change: FieldChange) -> list[str] | None:
    """The lines that differ, behind `-` and `+`, of a field with several; None if it has not."""
    sides = change.before, change.after
    if not all(isinstance(side, str) and "\n" in side for side in sides):
        return None
    lines = unified_diff(str(sides[0]).splitlines(), str(sides[1]).splitlines(), n=0, lineterm="")
    return [f"{line[0]} {line[1:]}" for line in lines if not line.startswith(("---", "+++", "@@"))]


def name_resource(resource: ResourceChange) -> str:
    """`SeldonDeployment models/churn`."""
    place = f"{resource.namespace}/" if resource.namespace else ""
    return show_line(f"{resource.kind} {place}{resource.name}")


def tell_value(value: Any) -> str:  # noqa: ANN401 - YAML is any value
    """A value on one line, cut if it is long."""
    text = value if isinstance(value, str) and value and "\n" not in value else json.dumps(value, ensure_ascii=False)
    line = show_line(text)
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def compare_yaml(resource: ResourceChange) -> list[str]:
    """The lines of a unified diff of the object's YAML."""
    before, after = (_dump(side) for side in (resource.before, resource.after))
    return [line for line in unified_diff(before, after, n=3, lineterm="") if not line.startswith(("---", "+++"))]


def _dump(data: Mapping[str, Any] | None) -> list[str]:
    return dump_round_trip(_as_blocks(data)).splitlines() if data is not None else []


def _as_blocks(value: Any) -> Any:  # noqa: ANN401 - YAML is any value
    """Texts of several lines as blocks, so that a line in them is a line."""
    match value:
        case Mapping():
            return {key: _as_blocks(item) for key, item in value.items()}
        case list():
            return [_as_blocks(item) for item in value]
        case str() if "\n" in value:
            return LiteralScalarString(value)
        case _:
            return value


def describe_change(change: FieldChange) -> dict[str, Any]:
    """A field that differs, for bots: `before` and `after` only where there is one."""
    sides = {"before": change.before, "after": change.after}
    return {"path": change.path, **{name: value for name, value in sides.items() if value is not MISSING}}
