"""Schemas as they lie on the disk: a folder of `<group>/<kind>_<version>.json`, and what else users may name."""

import json
import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.errors import ConfigError

GROUP = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Found(NamedTuple):
    """A schema that was found."""

    document: dict[str, Any]
    path: str


def load_json(path: str) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        ConfigError: it cannot be read, or is none.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe is never read to its end
        raise ConfigError(f"schema {path} is no file")
    try:
        with open(path, encoding="utf-8") as stream:
            document = json.load(stream)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"schema {path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ConfigError(f"schema {path} is not a JSON object")
    return document


def list_api_versions(folder: str, kind: str) -> Iterator[str]:
    """The apiVersions of a kind in a folder of schemas."""
    prefix = f"{kind.lower()}_"
    for group in list_groups(folder):
        for name in list_names(os.path.join(folder, group)):
            if name.startswith(prefix) and name.endswith(".json"):
                yield f"{group}/{name.removeprefix(prefix).removesuffix('.json')}"


def list_groups(folder: str) -> list[str]:
    """The groups in a folder of schemas."""
    names = list_names(folder)
    return [name for name in names if GROUP.fullmatch(name) and os.path.isdir(os.path.join(folder, name))]


def list_names(folder: str) -> list[str]:
    """What is in a folder, sorted; nothing where it cannot be read, or is none."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def read_kinds(folder: str, group: str, version: str = "") -> Iterator[tuple[str, str]]:
    """(kind, version) of each schema of a group; of one version only, if it is given."""
    inner = os.path.join(folder, group)
    if not GROUP.fullmatch(group) or not os.path.isdir(inner):
        return
    for name in list_names(inner):
        if name.endswith(f"_{version}.json" if version else ".json"):
            found = name.removesuffix(".json").rpartition("_")[2]
            properties = load_json(os.path.join(inner, name)).get("properties")
            kind = read_constant(properties.get("kind")) if isinstance(properties, dict) else ""
            if kind:
                yield kind, found


def read_constant(node: Any) -> str:  # noqa: ANN401 - JSON is any value
    """The one text that a part of a schema allows; empty if it allows others, or none."""
    if not isinstance(node, dict):
        return ""
    options = node.get("enum")
    value = node.get("const", options[0] if isinstance(options, list) and len(options) == 1 else "")
    return value if isinstance(value, str) else ""


class Location:
    """A file or folder of the user's schemas, named as kubeconform or the CRDs catalogue name them."""

    def __init__(self, path: str, release: str) -> None:
        """`release` is that of the native kinds, such as 1.31: some folders are named after it.

        Raises:
            ConfigError: there is nothing at `path`.
        """
        if not os.path.exists(path):
            raise ConfigError(f"schema location {path} does not exist", hint="give a file or a folder")
        self._path = path
        self._release = release

    def find(self, group: str, version: str, kind: str) -> Found | None:
        """The schema of a kind; None if it is not here."""
        name = kind.lower()
        short = "-".join(part for part in (name, group.split(".", 1)[0], version) if part) + ".json"
        if os.path.isfile(self._path):
            return self._find_in_file(group, version, kind, short)
        names = [f"{group}/{name}_{version}.json" if group else "", f"{name}_{version}.json", short, f"{name}.json"]
        for folder in self._list_folders():
            for candidate in filter(None, names):
                path = os.path.join(folder, candidate)
                if os.path.isfile(path):
                    return Found(load_json(path), path)
        return None

    def _list_folders(self) -> Iterator[str]:
        yield self._path
        for name in sorted(os.listdir(self._path)):
            if re.fullmatch(rf"(v{re.escape(self._release)}(\.\d+)?|master)-standalone(-strict)?", name):
                yield os.path.join(self._path, name)

    def _find_in_file(self, group: str, version: str, kind: str, short: str) -> Found | None:
        document = load_json(self._path)
        properties = document.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        wanted = (f"{group}/{version}" if group else version, kind)
        told = tuple(read_constant(properties.get(key)) for key in ("apiVersion", "kind"))
        marks = document.get("x-kubernetes-group-version-kind")
        marked = isinstance(marks, list) and {"group": group, "version": version, "kind": kind} in marks
        named = os.path.basename(self._path) in {short, f"{kind.lower()}_{version}.json"}
        fits = told == wanted or marked or (named and told in {("", ""), ("", kind)})
        return Found(document, self._path) if fits else None
