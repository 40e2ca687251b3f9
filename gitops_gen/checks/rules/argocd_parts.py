"""The parts of Argo CD's objects that their rules look at: whatever has another shape is left to the schema."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.values import as_list, as_mapping, read_mapping
from gitops_gen.names import show

_MOST_TEXTS = 10_000
"""A bound on what aliases can blow an object up to."""


class App(NamedTuple):
    """An Application, or the template that an ApplicationSet makes Applications of."""

    label: str
    """What a message calls it."""
    metadata: dict[str, Any]
    spec: dict[str, Any]
    keys: Keys
    """From the root of the resource to what has `metadata` and `spec`."""
    is_patched: bool
    """Whether an ApplicationSet adds to it, so that what is missing here may come from there."""


class AppSource(NamedTuple):
    """One of the sources of an Application."""

    label: str
    """What a message calls it: `spec.sources[1]`."""
    data: dict[str, Any]
    keys: Keys
    """From the root of the resource."""
    is_one_of_several: bool
    """Whether it stands in `sources`."""


def read_app(resource: Resource) -> App:
    """The Application that a resource is, or is a template for."""
    if resource.kind != "ApplicationSet":
        label = f"Application {show(resource.name)}"
        return App(label, as_mapping(resource.data.get("metadata")), read_mapping(resource.data, "spec"), (), False)
    spec = read_mapping(resource.data, "spec")
    template = read_mapping(spec, "template")
    label = f"the template of ApplicationSet {show(resource.name)}"
    patched = bool(spec.get("templatePatch")) or any(
        isinstance(of_kind, dict) and of_kind.get("template")
        for generator in as_list(spec.get("generators"))
        for of_kind in as_mapping(generator).values()
    )
    return App(label, read_mapping(template, "metadata"), read_mapping(template, "spec"), ("spec", "template"), patched)


def list_sources(app: App) -> Iterator[AppSource]:
    """The sources that count: `sources` wins over `source`, and `sourceHydrator` over both."""
    hydrator = app.spec.get("sourceHydrator")
    several = as_list(app.spec.get("sources"))
    if isinstance(hydrator, dict):
        names = ("sourceHydrator", "drySource")
        yield AppSource("spec.sourceHydrator.drySource", read_mapping(hydrator, "drySource"), _lead(app, names), False)
    elif several:
        for number, data in enumerate(several):
            if isinstance(data, dict):
                yield AppSource(f"spec.sources[{number}]", data, _lead(app, ("sources", number)), True)
    elif isinstance(app.spec.get("source"), dict):
        yield AppSource("spec.source", app.spec["source"], _lead(app, ("source",)), False)


def _lead(app: App, keys: Keys) -> Keys:
    return (*app.keys, "spec", *keys)


def list_texts(value: object, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Each text in a list, with the way to it."""
    return (((*keys, number), item) for number, item in enumerate(as_list(value)) if isinstance(item, str))


def is_open(value: object) -> bool:
    """Whether a text is only known once something has been filled in."""
    return isinstance(value, str) and any(mark in value for mark in ("{{", "$(", "${", "$ARGOCD_"))


def walk_texts(value: object, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Every text in a value, keys of mappings among them, with the way to it."""
    waiting: list[tuple[Keys, object]] = [(keys, value)]
    for _ in range(_MOST_TEXTS):
        if not waiting:
            return
        place, current = waiting.pop()
        if isinstance(current, str):
            yield place, current
        elif isinstance(current, dict):
            yield from (((*place, key), key) for key in current if isinstance(key, str) and "{{" in key)
            waiting += reversed([((*place, key), item) for key, item in current.items() if isinstance(key, str)])
        elif isinstance(current, list):
            waiting += reversed([((*place, number), item) for number, item in enumerate(current)])
