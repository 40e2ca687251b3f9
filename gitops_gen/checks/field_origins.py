"""Which field of a kustomization, other than a patch, gave a built object one of its values."""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.kustomization import GENERATORS, Kustomization, list_strings
from gitops_gen.checks.rule import Keys, Resource

_COUNTS = ("replicas", "count")


def find_field(
    kustomization: Kustomization,
    built: Resource,
    source: Resource | None,
    keys: Keys,
    value: Any,  # noqa: ANN401 - YAML is any value
) -> Keys | None:
    """The keys in the kustomization of what set `value` at `keys` of `built`; None if nothing in it did."""
    if not keys:
        return _find_generator(kustomization, built, keys) if source is None else None
    last = keys[-1]
    if last == "image" and isinstance(value, str):
        return _find_image(kustomization, value)
    if last in _COUNTS:
        return _find_count(kustomization, built, source, value)
    if last == "namespace" and kustomization.data.get("namespace") == value:
        return ("namespace",)
    return (
        _find_pair(kustomization, last, value)
        or _find_affix(kustomization, value)
        or (_find_generator(kustomization, built, keys) if source is None else None)
        or _find_replacement(kustomization, last)
    )


def image_result(entry: Mapping[str, Any]) -> tuple[str, str]:
    """What an entry of `images` makes: the name, and the end that follows it (a tag, a digest or both)."""
    name = entry.get("newName") or entry.get("name") or ""
    tag, digest = entry.get("newTag"), entry.get("digest")
    return str(name), (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _find_image(kustomization: Kustomization, value: str) -> Keys | None:
    for field in ("images", "imageTags"):
        for index, entry in kustomization.list_items(field):
            name, end = image_result(entry)
            if (
                name
                and value.startswith(name)
                and value[len(name) :].startswith(end)
                and value[len(name) :][:1] in ":@"
            ):
                key = next((key for key in ("digest", "newTag", "newName") if entry.get(key)), None)
                return (field, index, key) if key else (field, index)
    return None


def _find_count(kustomization: Kustomization, built: Resource, source: Resource | None, value: object) -> Keys | None:
    names = (built.name, source.name if source else "")
    for index, entry in kustomization.list_items("replicas"):
        if entry.get("name") in names and entry.get("count") == value:
            return ("replicas", index, "count")
    return None


def _find_pair(kustomization: Kustomization, last: str | int, value: object) -> Keys | None:
    for field in ("commonLabels", "commonAnnotations"):
        pairs = kustomization.data.get(field)
        if isinstance(pairs, dict) and last in pairs and pairs[last] == value:
            return (field, last)
    for index, entry in kustomization.list_items("labels"):
        pairs = entry.get("pairs")
        if isinstance(pairs, dict) and last in pairs and pairs[last] == value:
            return ("labels", index, "pairs", last)
    return None


def _find_affix(kustomization: Kustomization, value: object) -> Keys | None:
    if isinstance(value, str):
        prefix, suffix = (kustomization.data.get(field) for field in ("namePrefix", "nameSuffix"))
        if isinstance(prefix, str) and prefix and value.startswith(prefix):
            return ("namePrefix",)
        if isinstance(suffix, str) and suffix and suffix in value:
            return ("nameSuffix",)
    return None


def _find_generator(kustomization: Kustomization, built: Resource, keys: Keys) -> Keys | None:
    for field in GENERATORS:
        if built.kind.lower() != field.removesuffix("Generator").lower():
            continue
        for index, entry in kustomization.list_items(field):
            name = entry.get("name")
            if isinstance(name, str) and name and name in built.name:
                entry_keys: Keys = (field, index)
                if len(keys) > 1 and keys[0] in {"data", "binaryData", "stringData"}:
                    return next(_list_inputs(entry, entry_keys, str(keys[1])), entry_keys)
                return (*entry_keys, "name") if keys == ("metadata", "name") else entry_keys
    return None


def _list_inputs(entry: Mapping[str, Any], keys: Keys, name: str) -> Iterator[Keys]:
    for index, text in list_strings(entry.get("files")):
        if text.partition("=")[0].rpartition("/")[2] == name:
            yield (*keys, "files", index)
    for index, text in list_strings(entry.get("literals")):
        if text.partition("=")[0] == name:
            yield (*keys, "literals", index)


def _find_replacement(kustomization: Kustomization, last: str | int) -> Keys | None:
    for index, entry in kustomization.list_items("replacements"):
        targets = entry.get("targets")
        for number, target in enumerate(targets if isinstance(targets, list) else ()):
            paths = target.get("fieldPaths") if isinstance(target, dict) else None
            for at, path in list_strings(paths):
                if path.rpartition(".")[2] == str(last):
                    return ("replacements", index, "targets", number, "fieldPaths", at)
    return None
