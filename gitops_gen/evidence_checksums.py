"""Which facts of evidence were changed since it was written: a short checksum of each, kept beside its hash."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

Keys = tuple[str | int, ...]

LIMIT = 2_000
"""Facts; evidence with more has no checksums, and only its hash says that something was changed."""
_SIZE = 3
"""Bytes of a fact's sha256: four characters of base64."""
_UNCOVERED = frozenset({"hash", "checksums"})


class Edit(NamedTuple):
    """A fact that is not as it was written."""

    what: Literal["changed", "added", "removed"]
    keys: Keys
    """Where it stands; of one that was removed, the mapping or list that its neighbour stands in."""


def write_checksums(data: Mapping[str, Any]) -> str:
    """The checksums of all facts in `data`, as base64, in the order of their keys; empty above LIMIT."""
    sums = [_sum(keys, value) for keys, value in _list_facts(data)]
    return base64.b64encode(b"".join(sums)).decode() if len(sums) <= LIMIT else ""


def find_edits(data: Mapping[str, Any], checksums: str) -> list[Edit]:
    """The facts in `data` that do not fit `checksums`, in the order of their keys; empty where these are none.

    A fact that was moved or renamed is one removed and one added.
    """
    try:
        told = base64.b64decode(checksums, validate=True)
    except (binascii.Error, ValueError):
        return []
    if not told:
        return []
    before = [told[start : start + _SIZE] for start in range(0, len(told), _SIZE)]
    facts = list(_list_facts(data))
    after = [_sum(keys, value) for keys, value in facts]
    edits: list[Edit] = []
    for what, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        pairs = min(end - start, last - first)
        edits += [Edit("changed", facts[n][0]) for n in range(first, first + pairs)]
        edits += [Edit("added", facts[n][0]) for n in range(first + pairs, last)]
        if end - start > pairs:
            edits.append(Edit("removed", _find_neighbour(facts, first + pairs)))
    return edits


def name_fact(keys: Keys) -> str:
    """A fact as people call it: `run.metrics.val_auc.value`, `overrides[0].reason`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def _find_neighbour(facts: list[tuple[Keys, Any]], number: int) -> Keys:
    keys: Keys = facts[min(number, len(facts) - 1)][0] if facts else ()
    return keys[:-1]


def _list_facts(data: Mapping[str, Any]) -> Iterator[tuple[Keys, Any]]:
    for key in sorted(data.keys() - _UNCOVERED, key=str):
        yield from _walk((key,), data[key])


def _walk(keys: Keys, value: Any) -> Iterator[tuple[Keys, Any]]:  # noqa: ANN401 - any part of the evidence
    match value:
        case Mapping() if value:
            for key in sorted(value, key=str):
                yield from _walk((*keys, key), value[key])
        case list() | tuple() if value:
            for number, item in enumerate(value):
                yield from _walk((*keys, number), item)
        case _:
            yield keys, value


def _sum(keys: Keys, value: Any) -> bytes:  # noqa: ANN401 - a scalar, or an empty list or mapping
    """Of a fact and its place; the number of an item in a list does not count, so that one more shifts nothing."""
    place = ["" if isinstance(key, int) else str(key) for key in keys]
    text = json.dumps([place, value], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).digest()[:_SIZE]
