"""The deprecated fields of a kustomization.yaml, replaced so that it builds the same.

What kustomize does with each stands in its source: api/types/kustomization.go, and the order of the transformers in
api/internal/target/kusttarget_configplugin.go. `kustomize edit fix` changes builds in two ways that this does not: it
puts what was `patchesStrategicMerge` behind `patches`, which are applied after it, and makes every JSON patch run
before namespace, prefix, labels and annotations are set, even one that touches them. `vars` stay as they are: what a
replacement copies depends on the whole build.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from gitops_gen.errors import ConfigError
from gitops_gen.kustomization_lines import KustomizationLines, indent_lines, read_one

ReadFile = Callable[[str], str | None]
"""The text of a file by its path from the kustomization's folder; None if it cannot be had."""

_ADDRESS = re.compile(r"https?://\S+")
# What the transformers that run after `patches` and before `patchesJson6902` write to, by the field that asks for
# them: parts of a path. From api/internal/konfig/builtinpluginconsts.
_LABELS = frozenset({"labels", "selector", "labelSelector", "podSelector", "matchLabels"})
_BETWEEN = {
    "namespace": frozenset({"namespace", "subjects", "service", "conversion"}),
    "namePrefix": frozenset[str](),
    "nameSuffix": frozenset[str](),
    "labels": _LABELS,
    "commonLabels": _LABELS,
    "commonAnnotations": frozenset({"annotations"}),
}
# Objects that what they write to stands in.
_AROUND = frozenset({"metadata", "spec", "template", "jobTemplate"})
_IDENTITY = frozenset({"", "/apiVersion", "/kind", "/metadata", "/metadata/name", "/metadata/namespace"})


def replace_deprecated_fields(text: str, read_file: ReadFile, *, path: str = "kustomization.yaml") -> str:
    """`text` with `bases`, `imageTags`, `patches…` and `commonLabels` as their successors; all else stays as it is.

    A field whose successor could build something else, or whose lines are laid out in an unusual way, stays too.
    """
    for key, replace in _STEPS.items():
        try:
            lines = KustomizationLines(text, path=path)
            if key not in lines.data:
                continue
            expected = read_one(text)
            after = replace(lines, expected, read_file) if expected[key] else _drop(lines, expected, key)
        except ConfigError:
            continue
        if read_one(after) == expected:
            text = after
    return text


# Each takes the lines and what they say, makes the change in what they say, and gives the text that should say so.


def _drop(lines: KustomizationLines, said: dict[str, Any], key: str) -> str:
    del said[key]
    return lines.remove(key, comments=False)[0]


def _replace_bases(lines: KustomizationLines, said: dict[str, Any], _read_file: ReadFile) -> str:
    said["resources"] = [*(said.get("resources") or []), *said.pop("bases")]
    return _move(lines, "bases", "resources")


def _replace_image_tags(lines: KustomizationLines, said: dict[str, Any], _read_file: ReadFile) -> str:
    said["images"] = [*(said.get("images") or []), *said.pop("imageTags")]
    return _move(lines, "imageTags", "images")


def _replace_merges(lines: KustomizationLines, said: dict[str, Any], read_file: ReadFile) -> str:
    merges = said.pop("patchesStrategicMerge")
    names = [_name_merge(merge, read_file) for merge in merges]
    said["patches"] = [{n: merge} for n, merge in zip(names, merges, strict=True)] + (said.get("patches") or [])
    return _move(lines, "patchesStrategicMerge", "patches", names, at=0)


def _replace_json_patches(lines: KustomizationLines, said: dict[str, Any], read_file: ReadFile) -> str:
    if not all(_is_movable(entry, said, read_file) for entry in said["patchesJson6902"]):
        raise ConfigError("a JSON patch touches what namespace, prefix, labels or annotations write")
    said["patches"] = [*(said.get("patches") or []), *said.pop("patchesJson6902")]
    return _move(lines, "patchesJson6902", "patches")


def _replace_labels(lines: KustomizationLines, said: dict[str, Any], read_file: ReadFile) -> str:
    # The paths that a configuration lists under `labels` count for `labels`, but not for `commonLabels`.
    for path in said.get("configurations") or []:
        if "labels" in (read_one(read_file(path) or "") or {"labels": ""}):
            raise ConfigError("a configuration lists paths for labels")
    there = said.get("labels") or []
    said["labels"] = [*there, {"pairs": said.pop("commonLabels"), "includeSelectors": True}]
    indent = lines.find_indent("labels") if there else lines.find_indent()
    pad, body = " " * indent, lines.read_body("commonLabels")
    if lines.is_flow("commonLabels"):
        pairs = [f"{pad}- pairs: {lines.read_value('commonLabels')}", *body]
    else:
        pairs_at = min(lines.data["commonLabels"].lc.key(key)[1] for key in lines.data["commonLabels"])
        pairs = [f"{pad}- pairs:", *indent_lines(body, indent + 4 - pairs_at)]
    return _put(lines, "commonLabels", "labels", [*pairs, f"{pad}  includeSelectors: true"])


_STEPS: dict[str, Callable[[KustomizationLines, dict[str, Any], ReadFile], str]] = {
    "bases": _replace_bases,
    "imageTags": _replace_image_tags,
    "patchesStrategicMerge": _replace_merges,
    "patchesJson6902": _replace_json_patches,
    "commonLabels": _replace_labels,
}


def _move(
    lines: KustomizationLines, old: str, new: str, names: list[str] | None = None, *, at: int | None = None
) -> str:
    """The text with the items of one list in another, each behind its name where they are to have one."""
    if names is None and new not in lines.data:
        return lines.rename(old, new)
    for key in (old, new):
        if lines.data.get(key) and lines.is_flow(key):
            lines = KustomizationLines(lines.expand(key), path=lines.path)
    items = lines.read_items(old)
    if names is not None:
        items = [_name_item(item, name) for item, name in zip(items, names, strict=True)]
    block = [line for item in items for line in item]
    if lines.data.get(new):
        block = indent_lines(block, lines.find_indent(new) - lines.find_indent(old))
    return _put(lines, old, new, block, at=at)


def _put(lines: KustomizationLines, old: str, new: str, block: list[str], *, at: int | None = None) -> str:
    """The text without `old` and with `block`, its lines, under `new`."""
    if new not in lines.data:
        return lines.rename(old, new, block, value="" if lines.is_flow(old) else None)
    remark = [] if lines.is_flow(old) or not lines.read_value(old) else [lines.read_value(old)]
    filled = bool(lines.data[new])
    rest, comments = lines.remove(old)
    lines = KustomizationLines(rest, path=lines.path)
    block = [*indent_lines([*comments, *remark], lines.find_indent(new) if filled else 0), *block]
    return lines.insert_items(new, block, at) if filled else lines.rename(new, new, block, value="")


def _name_item(item: list[str], name: str) -> list[str]:
    """The lines of an item that is a text, made a mapping from `name` to it."""
    first = next(number for number, line in enumerate(item) if line.lstrip(" ").startswith("-"))
    dash, _, text = item[first].partition("-")
    space = text[: len(text) - len(text.lstrip(" "))]
    inner = len(dash) + 1
    below = [
        line if len(line) - len(line.lstrip(" ")) < inner else indent_lines([line], 1 + len(space))[0]
        for line in item[first + 1 :]
    ]
    return [*item[:first], f"{dash}-{space}{name}: {text.lstrip(' ')}", *below]


def _name_merge(merge: object, read_file: ReadFile) -> str:
    """`patch` for an item of patchesStrategicMerge that is a patch itself, `path` for one that names a file."""
    if not isinstance(merge, str):
        raise ConfigError("an item of patchesStrategicMerge is not a text")
    if isinstance(read_one(merge), dict) or "\n" in merge.strip():
        return "patch"
    if _ADDRESS.fullmatch(merge) or read_file(merge) is not None:
        return "path"
    raise ConfigError(f"there is no file {merge}")


def _is_movable(entry: Any, said: dict[str, Any], read_file: ReadFile) -> bool:  # noqa: ANN401 - YAML is any value
    """Whether a JSON patch does the same before namespace, prefix, labels and annotations are set as after."""
    target = entry.get("target") if isinstance(entry, dict) else None
    operations = read_one(entry.get("patch") or read_file(str(entry.get("path"))) or "") if target else None
    if not isinstance(target, dict) or not isinstance(operations, list) or not operations:
        return False
    paths = [str(op[key]) for op in operations if isinstance(op, dict) for key in ("path", "from") if key in op]
    if _IDENTITY & set(paths) or not all(isinstance(op, dict) for op in operations):
        return False  # a name that a patch under `patches` changes is changed where it is referred to as well
    between = [key for key in _BETWEEN if said.get(key)]
    if not between:
        return True
    name = str(target.get("name", ""))
    chosen_later = (
        any(target.get(key) for key in ("labelSelector", "annotationSelector"))
        or ("namespace" in between and target.get("namespace"))
        or ("namePrefix" in between and name.startswith(str(said["namePrefix"])))
        or ("nameSuffix" in between and name.endswith(str(said["nameSuffix"])))
    )
    if chosen_later or said.get("configurations") or said.get("crds"):
        return False
    written = frozenset[str]().union(*(_BETWEEN[key] for key in between))
    parts = {part for path in paths for part in path.split("/")}
    ends = {path.rpartition("/")[2] for path in paths}
    keys = {key for op in operations for key in _list_keys(op.get("value"))}
    return not (parts & written or ends & _AROUND or keys & (written | _AROUND))


def _list_keys(value: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _list_keys(item)
