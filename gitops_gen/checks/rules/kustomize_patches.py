"""Rules on patches: that they hit something, and that they do not take away more than they say."""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.origins import Built, find_item, follow
from gitops_gen.checks.patches import Patch, is_any_meant, is_native, locate_in_patch
from gitops_gen.checks.rule import Hit, Keys, Resource, rule
from gitops_gen.checks.unit import Build, Unit
from gitops_gen.names import show

_MOST_NAMED = 3


@rule("KUST006", "error")
def check_patches(unit: Unit) -> Iterator[Hit]:
    """A patch matches a resource.

    Why: a patch with a `target` that selects nothing is silent, and the cluster runs what the base says. One without
    a target that finds nothing of its kind and name keeps the folder from building. A target's fields are regular
    expressions for the whole value, and are compared before this kustomization changes names.

    Fix: correct kind, name or namespace; a name is the one in the base.
    """
    if not unit.is_complete:
        return
    for patch in unit.patches:
        if is_any_meant(patch, unit.identities):
            continue
        if patch.target is not None:
            yield Hit(_explain(patch.target, unit), (*patch.entry, "target"), "correct the target, or remove the patch")
        elif patch.merged.get("kind"):
            resource = Resource(patch.merged)
            place = locate_in_patch(unit.tree, patch, ("metadata", "name"))
            message = _explain({"kind": resource.kind, "name": resource.name}, unit)
            yield Hit(message, (), "correct kind, name or apiVersion", 0, *place, patch.path)


def _explain(target: Any, unit: Unit) -> str:  # noqa: ANN401 - YAML is any value
    selected = ", ".join(f"{key} {show(str(value))}" for key, value in target.items() if value)
    alike = [each.objects[0] for each in unit.identities if each.is_selected({"kind": target.get("kind")})]
    names = sorted({f"{found.kind} {found.name}" for found in alike})
    here = ", ".join(show(name) for name in names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"the patch matches nothing: {selected}" + (f"; there is {here}{more}" if names else "")


@rule("KUST007", "error")
def check_dropped(build: Build) -> Iterator[Hit]:
    """A merged patch keeps what it does not name.

    Why: kustomize does not know custom resources. A strategic-merge patch replaces each of their lists as a whole:
    one that sets `replicas` of a predictor drops the predictor's graph and containers, without a word.

    Fix: write the patch as JSON 6902 operations, or repeat all of the list. With `openapi: {path: …}` and
    `x-kubernetes-patch-merge-key: name` on the list, kustomize merges it.
    """
    for built in build.objects:
        if not is_native(built.resource.api_version):
            source = build.origins.find_source(built)
            for patch in build.origins.list_patches(built) if source else ():
                for keys in _list_lists(patch.merged):
                    yield from _compare(build, built, source, patch, keys)


def _list_lists(node: Any, keys: Keys = ()) -> Iterator[Keys]:  # noqa: ANN401 - YAML is any value
    """Where in a patch its outermost lists stand."""
    if isinstance(node, dict) and "$patch" not in node:
        for key, value in node.items():
            yield from _list_lists(value, (*keys, key))
    elif isinstance(node, list) and not any(isinstance(item, dict) and "$patch" in item for item in node):
        yield keys


def _compare(build: Build, built: Built, source: Resource | None, patch: Patch, keys: Keys) -> Iterator[Hit]:
    if source is None:
        return
    data = built.resource.data
    before, after, given = (follow(each, each, keys) for each in (source.data, data, patch.merged))
    if not (before.is_whole and after.is_whole and isinstance(before.value, list) and isinstance(after.value, list)):
        return
    for index, item in enumerate(before.value):
        if not isinstance(item, dict):
            continue
        kept = find_item(after.value, item, index)
        name = show(str(item["name"])) if "name" in item else f"number {index}"
        what = f"item {name} of {'.'.join(str(key) for key in keys)}"
        at = find_item(given.value, item, index)
        place = build.origins.place_in_patch(patch, keys if at is None else (*keys, at))
        if kept is None:
            lost = what
        else:
            fields = sorted(_list_lost(item, after.value[kept], ""))
            lost = f"{', '.join(fields)} of {what}" if fields else ""
        if lost:
            message = f"the patch drops {lost}: kustomize replaces lists of {built.resource.kind} as a whole"
            yield Hit(message, (), "write it as JSON 6902 operations", 0, place[1], place[2], place[0])


def _list_lost(before: dict[str, Any], after: Any, prefix: str) -> Iterator[str]:  # noqa: ANN401 - YAML is any value
    for key, value in before.items():
        if not isinstance(after, dict) or key not in after:
            yield f"{prefix}{key}"
        elif isinstance(value, dict):
            yield from _list_lost(value, after[key], f"{prefix}{key}.")


UNIT_RULES = (check_patches,)
BUILD_RULES = (check_dropped,)
