"""Images pinned to the digest that an evidence records: texts in, texts out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from gitops_gen.checks.rule import Keys
from gitops_gen.checks.source import Source
from gitops_gen.errors import ConfigError
from gitops_gen.kustomization_lines import KustomizationLines, is_sound, read_one
from gitops_gen.render.quoting import quote, scalar
from gitops_gen.yamlio import dump_round_trip, load_round_trip

_KEYS = ("name", "newName", "newTag", "digest")
_VALUE = re.compile(r"""^( *(?:- +)?\w+ *: *)("[^"]*"|'[^']*'|[^\s#]*)""")
_CONTAINERS = ("containers", "initContainers")


def pin_images(text: str, evidence: Mapping[str, Any], *, path: str = "kustomization.yaml") -> str | None:
    """A kustomization.yaml with the model's entry under `images` as `evidence` records the image.

    None if there is no such entry, nothing to change, or no way to change it in place.

    Raises:
        ConfigError: it is not YAML.
    """
    image = evidence.get("image")
    data = load_round_trip(text, path=path)
    entries = data.get("images") if isinstance(data, CommentedMap) else None
    if not isinstance(image, Mapping) or not isinstance(entries, list):
        return None
    number = _find_entry(entries, str(evidence["model"]["name"]), str(image["name"]))
    if number is None or "tagSuffix" in entries[number]:
        return None
    wanted = _list_wanted(entries[number], image)
    if all(entries[number].get(key) == value for key, value in wanted.items()):
        return None
    expected = read_one(text)
    if expected is None:
        return None
    expected["images"][number] = {**expected["images"][number], **wanted}
    expected["images"][number] = {k: v for k, v in expected["images"][number].items() if v is not None}
    for edit in (_edit_lines, _edit_round_trip):
        after = edit(text, number, wanted, path)
        if after is not None and read_one(after) == expected:
            return after
    return None


def pin_containers(content: bytes, images: Sequence[Mapping[str, Any]], *, path: str) -> str | None:
    """A manifest whose containers run one of `images`, by the very name and tag, with the digest behind the tag.

    Images that share name and tag but not the digest pin nothing. None if there is nothing to change.
    """
    source = Source(path, content)
    if not is_sound(source.read):
        return None
    digests: dict[str, set[str]] = {}
    for image in images:
        if image.get("tag"):
            digests.setdefault(f"{image['name']}:{image['tag']}", set()).add(str(image["digest"]))
    lines = content.decode().split("\n")
    changed = False
    for document, data in enumerate(source.documents):
        for keys, container in list(_list_containers(data)):
            name = container["image"]
            if len(digests.get(name, ())) != 1:
                continue
            line, column = source.locate(document, (*keys, "image"), value=True)
            at = lines[line - 1].find(name, column - 1)
            if at < 0:
                return None
            container["image"] = f"{name}@{min(digests[name])}"
            lines[line - 1] = lines[line - 1][:at] + container["image"] + lines[line - 1][at + len(name) :]
            changed = True
    after = "\n".join(lines)
    return after if changed and Source(path, after.encode()).documents == source.documents else None


def _find_entry(entries: Sequence[Any], model: str, image: str) -> int | None:
    for key, value in (("name", model), ("name", image), ("newName", image)):
        for number, entry in enumerate(entries):
            if isinstance(entry, CommentedMap) and entry.get(key) == value:
                return number
    return None


def _list_wanted(entry: Mapping[str, Any], image: Mapping[str, Any]) -> dict[str, str | None]:
    """What the entry's keys have to be; None for one that has to go."""
    wanted: dict[str, str | None] = {}
    if "newName" in entry or entry.get("name") != image["name"]:
        wanted["newName"] = str(image["name"])
    if image.get("tag") or "newTag" in entry:
        wanted["newTag"] = str(image["tag"]) if image.get("tag") else None
    return {**wanted, "digest": str(image["digest"])}


def _edit_lines(text: str, number: int, wanted: Mapping[str, str | None], path: str) -> str | None:
    try:
        lines = KustomizationLines(text, path=path)
        items = lines.read_items("images")
    except ConfigError:
        return None
    item = items[number]
    found = {key: n for n, line in enumerate(item) for key in _KEYS if re.match(rf" *(- +)?{key} *:", line)}
    if not found:
        return None
    inner = next(len(m[0]) for line in item if (m := re.match(r" *- +", line)))
    for key, value in wanted.items():
        if key in found and value is None:
            item[found[key]] = ""
        elif key in found:
            item[found[key]] = _set_value(item[found[key]], str(value))
        elif value is not None:
            before = max((found[k] for k in _KEYS[: _KEYS.index(key)] if k in found), default=max(found.values()))
            item[before] += f"{' ' * inner}{key}: {scalar(value)}\n"
    body = "".join(line if line.endswith("\n") or not line else line + "\n" for one in items for line in one)
    return lines.rename("images", "images", body.splitlines())


def _set_value(line: str, value: str) -> str:
    def write(found: re.Match[str]) -> str:
        head, old = found.groups()
        return head + (quote(value) if old.startswith('"') else f"'{value}'" if old.startswith("'") else scalar(value))

    return _VALUE.sub(write, line, count=1)


def _edit_round_trip(text: str, number: int, wanted: Mapping[str, str | None], path: str) -> str:
    data = load_round_trip(text, path=path)
    entry = data["images"][number]
    for key, value in wanted.items():
        old = entry.get(key)
        if value is None:
            entry.pop(key, None)
        elif isinstance(old, DoubleQuotedScalarString | SingleQuotedScalarString):
            entry[key] = type(old)(value)
        elif old != value:
            entry[key] = DoubleQuotedScalarString(value) if scalar(value) != value else value
    return dump_round_trip(data, like=text)


def _list_containers(node: Any, keys: Keys = ()) -> Iterator[tuple[Keys, dict[str, Any]]]:  # noqa: ANN401 - YAML is any value
    """The containers below a value that have an image, and the way to each."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _list_containers(item, (*keys, number))
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in _CONTAINERS and isinstance(value, list):
                for number, item in enumerate(value):
                    if isinstance(item, dict) and isinstance(item.get("image"), str):
                        yield (*keys, key, number), item
            else:
                yield from _list_containers(value, (*keys, key))
