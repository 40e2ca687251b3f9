"""Lists that the API server keeps as maps or sets: which of their items stand there twice."""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys
from gitops_gen.checks.schema_walk import Part, Place

_TWICE_LIMIT = 100
"""Items of one list that are told."""
_REFUSED = {
    f"io.k8s.api.core.v1.{name}"
    for name in (
        "Container.volumeDevices",
        "Container.volumeMounts",
        "EphemeralContainer.volumeDevices",
        "EphemeralContainer.volumeMounts",
        "PodSpec.containers",
        "PodSpec.ephemeralContainers",
        "PodSpec.initContainers",
        "PodSpec.topologySpreadConstraints",
        "PodSpec.volumes",
        "ServiceSpec.ports",
    )
}
# https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
"""The native lists of which the API server refuses duplicates always, however an object is written."""


class Twice(NamedTuple):
    """An item that has the key of an earlier one."""

    keys: Keys
    """The way to it."""
    first: int
    """The index of the earlier one."""
    unique: tuple[str, ...]
    """The keys by which items differ; none where the whole item counts."""
    values: tuple[Any, ...]
    """What they are in this item."""
    name: str
    """What the schema calls the list, as in schema_walk."""

    @property
    def is_refused_of_native(self) -> bool:
        """Whether the API server refuses it in a native kind however it is applied, not only with server-side apply."""
        return self.name in _REFUSED


def find_twice(places: Iterable[Place]) -> Iterator[Twice]:
    """What stands twice in the lists of an object."""
    for part, keys, value in places:
        if part.list_keys is not None and isinstance(value, list) and len(value) > 1:
            yield from _find_in_list(part, part.list_keys, keys, value)


def _find_in_list(part: Part, unique: tuple[str, ...], keys: Keys, items: list[Any]) -> Iterator[Twice]:
    defaults, required = _read_items(part)
    seen: dict[Any, int] = {}
    told: set[Any] = set()
    for number, item in enumerate(items):
        values: tuple[Any, ...]
        if not unique:
            values = (item,)
        elif isinstance(item, dict):
            values = tuple(defaults[key] if item.get(key) is None else item[key] for key in unique)
        else:
            continue
        if None in values and any(
            value is None and key in required for key, value in zip(unique, values, strict=False)
        ):
            continue  # the schema says that it is missing
        identity = tuple(map(_identify, values))
        if identity in told:
            continue
        if identity in seen:
            told.add(identity)
            yield Twice((*keys, number), seen[identity], unique, values, part.name)
            if len(told) >= _TWICE_LIMIT:
                return
        else:
            seen[identity] = number


def _lacks(values: tuple[Any, ...], unique: tuple[str, ...], required: frozenset[str]) -> bool:
    return any(value is None and key in required for key, value in zip(unique, values, strict=False))


@lru_cache(maxsize=1024)
def _read_items(part: Part) -> tuple[dict[str, Any], frozenset[str]]:
    """What the keys of an item are where they are left out, and which of them it must have."""
    return {key: _find_default(part, key) for key in part.list_keys or ()}, _list_required(part)


def _list_required(part: Part) -> frozenset[str]:
    required = part.items.schema.get("required") if part.items is not None else None
    return frozenset(key for key in (required if isinstance(required, list) else ()) if isinstance(key, str))


def _find_default(part: Part, key: str) -> Any:  # noqa: ANN401 - JSON is any value
    """What a key is where it is left out."""
    inner = part.items.find(key) if part.items is not None else None
    default = inner.schema.get("default") if inner is not None else None
    return "TCP" if default is None and key == "protocol" else default


def _identify(value: Any) -> Any:  # noqa: ANN401 - as above
    """What is equal for equal values, and can be looked up: 1 is not true."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict | list):
        return type(value).__name__, value
    try:
        return "json", json.dumps(value, sort_keys=True)
    except (TypeError, ValueError, RecursionError):  # no JSON: equal to nothing
        return id(value)
