"""The paths that an ApplicationSet writes into its Applications, where its list generators say all of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from gitops_gen.checks.reference_paths import is_templated, walk
from gitops_gen.checks.rule import Keys

_MOST = 500
"""Applications of one generator that are looked at."""
_GO = re.compile(r"\{\{-?\s*\.([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}")
_PLAIN = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}")

Element = tuple[Keys, Mapping[str, str]]


class Generated(NamedTuple):
    """A text as it is in one of the Applications."""

    text: str
    elements: tuple[Keys, ...]
    """The ways to the items of lists that were put into it."""


def list_generated(data: Mapping[str, Any], template: str) -> Iterator[Generated]:
    """What a text of an ApplicationSet's template becomes; nothing of what only a cluster or a plugin knows."""
    spec = data.get("spec")
    if not isinstance(spec, dict) or spec.get("templatePatch"):
        return
    pattern = _GO if spec.get("goTemplate") is True else _PLAIN
    for keys, generator in walk(spec, "generators[]"):
        for elements in _combine(("spec", *keys), generator):
            values = {name: value for _, each in elements for name, value in each.items()}
            text = pattern.sub(lambda found, values=values: values.get(found[1], found[0]), template)  # type: ignore[misc]
            if not is_templated(text):
                yield Generated(text, tuple(keys for keys, _ in elements))


def _combine(keys: Keys, generator: object) -> Iterator[Sequence[Element]]:
    """The items that each Application of a generator is made of; nothing where not all of them are known."""
    if not isinstance(generator, dict):
        return
    if set(generator) == {"list"}:
        yield from ([element] for element in (_read_list((*keys, "list"), generator["list"]) or ())[:_MOST])
    elif set(generator) == {"matrix"}:
        lists = []
        for at, inner in walk(generator, "matrix.generators[]"):
            is_list = isinstance(inner, dict) and set(inner) == {"list"}
            found = _read_list((*keys, *at, "list"), inner["list"]) if is_list else None
            if found is None:
                return
            lists.append(found)
        if lists:
            for number, elements in enumerate(product(*lists)):
                if number >= _MOST:
                    return
                yield elements


def _read_list(keys: Keys, data: object) -> Sequence[Element] | None:
    """The items of a list generator; None where some are not texts alone, or are made by something else."""
    if not isinstance(data, dict) or data.get("elementsYaml") or data.get("template"):
        return None
    found = []
    for at, element in walk(data, "elements[]"):
        if not isinstance(element, dict):
            return None
        texts = {name: text for name, text in element.items() if isinstance(name, str) and isinstance(text, str)}
        if any(is_templated(text) for text in texts.values()):
            return None
        found.append(((*keys, *at), texts))
    return found


def find_blamed(missing: Sequence[Generated], there: Sequence[Generated]) -> Iterator[Generated]:
    """Of those that lead nowhere one for each item that all of its Applications fail with, and any that is left."""
    good = {element for each in there for element in each.elements}
    seen = set()
    for each in missing:
        blamed = next((element for element in each.elements if element not in good), each.elements[-1])
        if blamed not in seen:
            seen.add(blamed)
            yield Generated(each.text, (blamed,))
