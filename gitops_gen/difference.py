"""What differs between two builds, resource by resource and field by field: pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gitops_gen.checks.source import list_resources
from gitops_gen.checks.yaml_reader import read_yaml
from gitops_gen.ports import ORIGIN_ANNOTATION

Operation = Literal["added", "removed", "changed"]
Step = str | int

_HASHED = {"ConfigMap", "Secret"}
_SUFFIX = re.compile(r"-[2456789bcdfghkmt]{10}$")
"""What kustomize puts behind the name of a generated object: a hash in letters that spell no word."""


class _Missing:
    """Stands for a field that is not there."""

    def __repr__(self) -> str:
        return "(nothing)"


MISSING = _Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field that differs."""

    path: str
    """`spec.predictors[default].replicas`: items of a list by their name, where it is unique."""
    before: Any
    """MISSING where it is new."""
    after: Any
    """MISSING where it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """An object that differs."""

    operation: Operation
    kind: str
    api_version: str
    namespace: str
    name: str
    changes: tuple[FieldChange, ...] = ()
    """Of an object that is on both sides."""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDifference:
    """What differs in the build of a folder."""

    folder: str
    resources: tuple[ResourceChange, ...] = ()
    problem: str = ""
    """Why it cannot be compared; empty if it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two revisions."""

    before: str
    after: str
    folders: tuple[FolderDifference, ...] = field(default=())
    """Only those with a difference, sorted."""


def parse_build(text: str) -> list[Mapping[str, Any]]:
    """The objects in the output of kustomize, without what says where they come from."""
    documents = read_yaml(text.encode()).documents
    found = [resource.data for number, data in enumerate(documents) for resource in list_resources(data, number)]
    return [_strip_origin(data) for data in found]


def compare_builds(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[ResourceChange]:
    """What differs, sorted by kind and name. What a Secret holds is told by its size alone."""
    old, new = ({_key(data): _hide(data) for data in objects} for objects in (before, after))
    pairs = [(old.get(key), new.get(key)) for key in sorted(old.keys() & new.keys())]
    gone = {key: old[key] for key in sorted(old.keys() - new.keys())}
    come = {key: new[key] for key in sorted(new.keys() - old.keys())}
    for key, data in list(gone.items()):
        same = next((k for k in come if _base(k) == _base(key)), None)
        if same is not None and key[1] in _HASHED:
            pairs.append((data, come.pop(same)))
            del gone[key]
    changes = [_compare(one, other) for one, other in pairs if one is not None and other is not None and one != other]
    changes += [_whole("removed", data) for data in gone.values()]
    changes += [_whole("added", data) for data in come.values()]
    return sorted(changes, key=lambda change: (change.kind, change.namespace, change.name, change.operation))


def compare_values(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:  # noqa: ANN401 - YAML is any value
    """The fields that differ between two values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=str):
            yield from compare_values(before.get(key, MISSING), after.get(key, MISSING), _join(path, str(key)))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compare_lists(before, after, path)
    elif type(before) is not type(after) or before != after:
        yield FieldChange(path=path, before=before, after=after)


def _compare_lists(before: list[Any], after: list[Any], path: str) -> Iterator[FieldChange]:
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        if len(before) != len(after) and all(not isinstance(item, dict | list) for item in (*before, *after)):
            yield FieldChange(path=path, before=before, after=after)
            return
        old, new = dict(enumerate(before)), dict(enumerate(after))
    for key in (*old, *(key for key in new if key not in old)):
        yield from compare_values(old.get(key, MISSING), new.get(key, MISSING), f"{path}[{key}]")


def _by_name(items: list[Any]) -> dict[Step, Any] | None:
    """The items by their `name`; None if not each has one of its own."""
    names = [item.get("name") if isinstance(item, dict) else None for item in items]
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        return None
    return {str(name): item for name, item in zip(names, items, strict=True)}


def _join(path: str, key: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_-]+", key)
    step = key if plain else f'["{key}"]'
    return f"{path}.{step}" if path and plain else f"{path}{step}"


def _compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> ResourceChange:
    changes = tuple(compare_values(dict(before), dict(after)))
    return _whole("changed", after, changes=changes, before=before, after=after)


def _whole(operation: Operation, data: Mapping[str, Any], **more: Any) -> ResourceChange:  # noqa: ANN401 - fields
    version, kind, namespace, name = data.get("apiVersion"), data.get("kind"), *_names(data)
    sides = {"before": data} if operation == "removed" else {"after": data} if operation == "added" else {}
    return ResourceChange(
        operation=operation,
        kind=str(kind),
        api_version=str(version),
        namespace=namespace,
        name=name,
        **{**sides, **more},
    )


def _names(data: Mapping[str, Any]) -> tuple[str, str]:
    metadata = data.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    return str(named.get("namespace", "")), str(named.get("name", ""))


def _key(data: Mapping[str, Any]) -> tuple[str, str, str, str]:
    group = str(data.get("apiVersion", "")).rpartition("/")[0]
    return (group, str(data.get("kind", "")), *_names(data))


def _base(key: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    return (*key[:3], _SUFFIX.sub("", key[3]))


def _hide(data: Mapping[str, Any]) -> Mapping[str, Any]:
    if data.get("kind") != "Secret" or str(data.get("apiVersion")) != "v1":
        return data
    hidden = {
        part: {key: f"(hidden, {len(str(value))} characters)" for key, value in data[part].items()}
        for part in ("data", "stringData")
        if isinstance(data.get(part), dict)
    }
    return {**data, **hidden}


def _strip_origin(data: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(annotations, dict) or ORIGIN_ANNOTATION not in annotations:
        return data
    left = {key: value for key, value in annotations.items() if key != ORIGIN_ANNOTATION}
    rest = {key: value for key, value in metadata.items() if key != "annotations"}
    return {**data, "metadata": {**rest, "annotations": left} if left else rest}
