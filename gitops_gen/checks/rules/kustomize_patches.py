"""Rules on patches: that they hit something, and that they do not take away more than they say."""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.origins import Built, find_item, follow
from gitops_gen.checks.patches import Identity, Patch, is_any_meant, is_native, locate_in_patch
from gitops_gen.checks.rule import Hit, Keys, Resource, rule
from gitops_gen.checks.unit import Build, Unit
from gitops_gen.names import show
from gitops_gen.wording import find_near

_MOST_NAMED = 3
_NEEDED = {
    "add": ("path", "value"),
    "remove": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "from"),
    "copy": ("path", "from"),
    "test": ("path", "value"),
}
"""The operations of RFC 6902, and what each needs."""


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
            target = patch.target
            near, wrong = _find_nearest(target, [(each, each.list_unselected(target)) for each in unit.identities])
            given = sum(map(bool, target.values()))
            keys = wrong[0] if wrong and (len(wrong) < given or given == 1) else ()
            message = _explain(target, unit, near)
            yield Hit(message, (*patch.entry, "target", *keys), "correct the target, or remove the patch")
        elif patch.merged.get("kind"):
            meant = Resource(patch.merged)
            target = {"kind": meant.kind, "name": meant.name}
            near, wrong = _find_nearest(target, [(each, each.list_unlike(meant)) for each in unit.identities])
            keys = wrong[0] if wrong and ("metadata", "name") not in wrong else ("metadata", "name")
            place = locate_in_patch(unit.tree, patch, keys)
            message = _explain(target, unit, near)
            yield Hit(message, (), "correct kind, name or apiVersion", 0, *place, patch.path)


def _find_nearest(
    target: Mapping[str, Any], differences: list[tuple[Identity, list[Keys]]]
) -> tuple[Resource | None, list[Keys]]:
    """The object that may be meant, and where the patch names another: one of its kind if there is one."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - seldom needed, and slow to load

    def rank(found: tuple[Identity, list[Keys]]) -> tuple[bool, int, float]:
        resource = found[0].objects[0]
        given = f"{target.get('kind', '')} {target.get('name', '')}"
        likeness = SequenceMatcher(None, given, f"{resource.kind} {resource.name}").ratio()
        return ("kind",) in found[1], len(found[1]), -likeness

    if not differences:
        return None, []
    identity, wrong = min(differences, key=rank)
    return identity.objects[0], wrong


def _explain(target: Mapping[str, Any], unit: Unit, near: Resource | None) -> str:
    selected = ", ".join(f"{key} {show(str(value))}" for key, value in target.items() if value)
    alike = [each.objects[0] for each in unit.identities if each.is_selected({"kind": target.get("kind")})]
    if not alike and near is not None and near.name == target.get("name"):
        alike = [near]
    names = sorted({f"{found.kind} {found.name}".strip() for found in alike})
    here = ", ".join(show(name) for name in names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"the patch matches nothing: {selected}" + (f"; there is {here}{more}" if names else "")


@rule("KUST016", "error")
def check_operations(unit: Unit) -> Iterator[Hit]:
    """An operation of a JSON 6902 patch has all that it needs.

    Why: kustomize takes a `value` that is missing for null, without a word, and a path without its first `/` for one
    that begins behind the next `/`: the wrong field is set. An operation that it does not know, or one without `path`
    or `from`, keeps the folder from building.

    Fix: `add`, `replace` and `test` need `path` and `value`, `move` and `copy` need `from` and `path`, `remove` needs
    `path`. To set null, write `value: null`.
    """
    for patch in unit.patches:
        for number, operation in enumerate(patch.operations):
            if isinstance(operation, dict):
                for keys, message, fix in _list_flaws(operation):
                    place = locate_in_patch(unit.tree, patch, (number, *keys))
                    yield Hit(message, (), fix, 0, *place, patch.path)


def _list_flaws(operation: dict[str, Any]) -> Iterator[tuple[Keys, str, str]]:
    """Where in an operation something is wrong, what it is, and what to do."""
    verb = operation.get("op")
    if verb is None:
        yield _explain_missing(operation, "op", "the operation")
    elif str(verb) not in _NEEDED:
        near = find_near(str(verb), _NEEDED)
        message = f"there is no operation {show(str(verb))}; there are {', '.join(_NEEDED)}"
        yield ("op",), message, f"write op: {near}" if near else "write one of these"
    needed = _NEEDED.get(str(verb), ("path",))
    path = show(str(operation.get("path") or ""))[1:-1]
    what = f"{verb if str(verb) in _NEEDED else 'the operation'} {path}".rstrip()
    for key in needed:
        if key not in operation:
            yield _explain_missing(operation, key, what)
    for key in needed:
        pointer = operation.get(key)
        if key != "value" and isinstance(pointer, str) and pointer and not pointer.startswith("/"):
            yield (key,), f"`{key}` does not begin with /: {show(pointer)}", f"write /{pointer}"


def _explain_missing(operation: dict[str, Any], key: str, what: str) -> tuple[Keys, str, str]:
    others = [str(other) for other in operation if other not in {"op", "path", "value", "from"}]
    near = find_near(key, others)
    if near:
        return (near,), f"{what} has no `{key}`, but {show(near)}", f"correct the spelling: {key}"
    null = ", or `value: null` if that is meant" if key == "value" else ""
    return (), f"{what} has no `{key}`", f"add `{key}`{null}"


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


UNIT_RULES = (check_patches, check_operations)
BUILD_RULES = (check_dropped,)
