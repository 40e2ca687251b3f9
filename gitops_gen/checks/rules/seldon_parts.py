"""The parts of a SeldonDeployment that its rules look at: whatever has another shape is left to the schema."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys, Resource, once_per_object
from gitops_gen.checks.values import as_list, as_mapping, read_spec
from gitops_gen.names import show

_LAST_LEVEL = len(("spec", "predictors", 0, "graph")) + 10 * len(("children", 0))
"""How long the keys of a unit get: the CRD has ten levels of children, and the API server drops what is below."""
_MOST_UNITS = 1000
"""A bound on what aliases can blow a graph up to."""


class _Predictor(NamedTuple):
    data: dict[str, Any]
    keys: Keys
    """From the root of the resource."""


class Predictor(_Predictor):
    """An item of spec.predictors."""

    @property
    def label(self) -> str:
        """What a message calls it: its name, or else its number."""
        name = self.data.get("name")
        return f"predictor {show(name) if isinstance(name, str) else self.keys[-1]}"

    @property
    def is_shadow(self) -> bool:
        """Whether it only gets a copy of the traffic."""
        return self.data.get("shadow") is True

    @property
    def traffic(self) -> int | None:
        """Its part of the traffic, 0 if it sets none; None if that is not a whole number."""
        value = self.data.get("traffic")
        if value is None:
            return 0
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @cached_property
    def units(self) -> "tuple[Unit, ...]":
        """The units of its graph, a parent before its children."""
        return tuple(_list_units(self))


class Unit(NamedTuple):
    """A node of a predictor's graph."""

    data: dict[str, Any]
    keys: Keys
    """From the root of the resource."""
    predictor: Predictor

    @property
    def label(self) -> str:
        """What a message calls it: its name and its predictor's."""
        name = self.data.get("name")
        return f"unit {show(name)} of {self.predictor.label}" if isinstance(name, str) else self.predictor.label


@once_per_object
def list_predictors(resource: Resource) -> tuple[Predictor, ...]:
    """Its predictors in the order of the file."""
    items = enumerate(as_list(read_spec(resource).get("predictors")))
    return tuple(Predictor(data, ("spec", "predictors", i)) for i, data in items if isinstance(data, dict))


def find_only_predictor(resource: Resource) -> Predictor | None:
    """Its predictor, if the list has one item."""
    found = list_predictors(resource)
    return found[0] if found and len(as_list(read_spec(resource).get("predictors"))) == 1 else None


def _list_units(predictor: Predictor) -> list[Unit]:
    graph = predictor.data.get("graph")
    waiting = [Unit(graph, (*predictor.keys, "graph"), predictor)] if isinstance(graph, dict) else []
    units: list[Unit] = []
    while waiting and len(units) < _MOST_UNITS:
        unit = waiting.pop()
        units.append(unit)
        children = unit.data.get("children")
        if isinstance(children, list) and len(unit.keys) < _LAST_LEVEL:
            below = [
                Unit(child, (*unit.keys, "children", i), predictor)
                for i, child in enumerate(children)
                if isinstance(child, dict)
            ]
            waiting += reversed(below)
    return units


@once_per_object
def list_all_units(resource: Resource) -> tuple[Unit, ...]:
    """The units of all its predictors."""
    return tuple(unit for predictor in list_predictors(resource) for unit in predictor.units)


def list_containers(predictor: Predictor) -> Iterator[dict[str, Any]]:
    """The containers of its componentSpecs, those that only start pods up apart."""
    for component in as_list(predictor.data.get("componentSpecs")):
        for container in as_list(as_mapping(as_mapping(component).get("spec")).get("containers")):
            if isinstance(container, dict):
                yield container
