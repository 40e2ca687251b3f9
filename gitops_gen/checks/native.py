"""The native kinds: schemas that kubernetes-validate brings, one folder a release, read piece by piece.

A release's definitions are 1.8 MB of JSON; only those that a kind refers to are parsed.
"""

import json
import os
import re
import sys
from functools import cache
from typing import Any

from gitops_gen.errors import ConfigError

_PACKAGE = os.path.join("kubernetes_validate", "kubernetes-json-schema")
_FOLDER = re.compile(r"v(\d+)\.(\d+)\.\d+-local-strict")
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
QUANTITY_PATTERN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+))?$"
"""What Kubernetes takes for a quantity that is written as text."""
_BESIDE = '"$ref": "/api/_definitions.json#/$defs/'
_WITHIN = '"$ref": "#/$defs/'
_USED = re.compile(r'"#/\$defs/(io\.k8s\.[^"]+)"')
_NULLABLE = re.compile(r'\[\s*"(\w+)",\s*"null"\s*\]')

Release = tuple[int, int]
"""A minor release of Kubernetes: (1, 31)."""


@cache
def list_releases() -> dict[Release, str]:
    """The folder of each release that is here, the oldest first.

    Raises:
        ConfigError: kubernetes-validate is not installed.
    """
    for entry in sys.path:
        folder = os.path.join(entry, _PACKAGE)
        if os.path.isdir(folder):
            found = ((_FOLDER.fullmatch(name), os.path.join(folder, name)) for name in os.listdir(folder))
            return dict(sorted(((int(m[1]), int(m[2])), path) for m, path in found if m))
    raise ConfigError("kubernetes-validate is not installed", hint='pip install "kubernetes-validate"')


def choose_release(wanted: str) -> Release:
    """The release that `wanted` means: `1.31`, `v1.31.2`; the newest for an empty text.

    Raises:
        ConfigError: it is not a version, or none that is here.
    """
    releases = list(list_releases())
    if not wanted:
        return releases[-1]
    found = re.fullmatch(r"v?(\d+)\.(\d+)(\.\d+)?", wanted)
    release = (int(found[1]), int(found[2])) if found else None
    if release not in releases:
        here = f"{format_release(releases[0])} to {format_release(releases[-1])}"
        raise ConfigError(f"there are no schemas of Kubernetes {wanted}", hint=f"give one of {here}")
    return release


def format_release(release: Release) -> str:
    """`1.31`."""
    return f"{release[0]}.{release[1]}"


class Definitions:
    """The types of one release, such as `io.k8s.api.core.v1.PodSpec`."""

    def __init__(self, release: Release) -> None:
        self._folder = list_releases()[release]
        self._known: dict[str, str] = {}

    def find_kind(self, api_version: str, kind: str) -> dict[str, Any] | None:
        """The schema of a native kind, its references written `kubernetes:NAME`; None if there is no such kind."""
        group, _, version = api_version.rpartition("/")
        parts = [kind.lower(), group.split(".", 1)[0], version] if group else [kind.lower(), version]
        path = os.path.join(self._folder, "-".join(parts) + ".json")
        if not re.fullmatch(r"[a-z0-9-]+", "-".join(parts)) or not os.path.isfile(path):
            return None
        with open(path, encoding="utf-8") as stream:
            schema: dict[str, Any] = _parse(stream.read())
        properties = schema.get("properties", {})
        fits = {"enum": [api_version]}.items() <= properties.get("apiVersion", {}).items()
        if not fits or properties.get("kind", {}).get("enum") != [kind]:
            return None
        return {**schema, "required": sorted({"apiVersion", "kind", *schema.get("required", ())})}

    def list_kinds(self) -> dict[str, set[str]]:
        """The apiVersions of each kind that stands in a manifest, by the kind's name."""
        return _read_kinds(self._folder)

    def get(self, name: str) -> dict[str, Any]:
        """A type by its full name, its references written `kubernetes:NAME`; open where there is no such type."""
        return _parse(self.read(name))

    def read(self, name: str) -> str:
        """The JSON text of a type; its references point below `$defs`."""
        if name not in self._known:
            # The two that are written as a choice would refuse null, which stands for a missing value.
            if name == _QUANTITY:
                text = json.dumps({"type": ["string", "number", "null"], "pattern": QUANTITY_PATTERN})
            elif name == _INT_OR_STRING:
                text = '{"type": ["integer", "string", "null"]}'
            else:
                chunk = _read_chunks(self._folder).get(name)
                text = _cut(chunk).replace(_BESIDE, _WITHIN) if chunk else "{}"
            self._known[name] = text
        return self._known[name]


@cache
def _read_chunks(folder: str) -> dict[str, bytes]:
    """The text of each definition, unparsed: what stands between two lines that begin one."""
    with open(os.path.join(folder, "_definitions.json"), "rb") as stream:
        parts = stream.read().split(b'\n    "io.k8s.')
    return {"io.k8s." + part[: part.index(b'"')].decode(): part for part in parts[1:]}


def _cut(chunk: bytes) -> str:
    """The object in a chunk, without the name before it and the comma, or the file's end, behind it."""
    return chunk[chunk.index(b"{") : chunk.rindex(b"\n    }") + 6].decode()


@cache
def _read_kinds(folder: str) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for found in re.finditer(
        r'"group": "([^"]*)",\s+"kind": "([^"]+)",\s+"version": "([^"]+)"',
        b"".join(_read_chunks(folder).values()).decode(),
    ):
        group, kind, version = found.groups()
        kinds.setdefault(kind, set()).add(f"{group}/{version}" if group else version)
    return kinds


def _parse(text: str) -> dict[str, Any]:
    """The schema in `text`, without descriptions; a required property cannot be null."""
    schema: dict[str, Any] = json.loads(text.replace(_BESIDE, _WITHIN).replace('"#/$defs/', '"kubernetes:'))
    _drop_descriptions([schema])
    _require_values(schema)
    return schema


def _drop_descriptions(pending: list[Any]) -> None:
    """Take the descriptions out of schemas: nobody reads them, and they are two thirds of the text."""
    while pending:
        node = pending.pop()
        if isinstance(node.get("description"), str):  # else it is a property of that name
            del node["description"]
        pending += [inner for inner in node.values() if isinstance(inner, dict)]


def _require_values(schema: dict[str, Any]) -> None:
    for name in schema.get("required", ()):
        child = schema.get("properties", {}).get(name, {})
        if isinstance(child.get("type"), list):
            child["type"] = [t for t in child["type"] if t != "null"]


def list_references(node: Any) -> set[str]:  # noqa: ANN401 - as above
    """The native types that a schema refers to as `kubernetes:NAME`."""
    found: set[str] = set()
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            reference = item.get("$ref")
            if isinstance(reference, str) and reference.startswith("kubernetes:"):
                found.add(reference.removeprefix("kubernetes:"))
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return found


def bundle(schema: dict[str, Any], definitions: Definitions, *, custom: bool) -> dict[str, Any]:
    """`schema` with all native types that it needs under `$defs`, and its references turned to them.

    In a `custom` kind a quantity is int-or-string, which refuses fractions that are not quoted, and null is no value:
    the API server drops it from a mapping, and refuses it in a list.
    """
    own = json.dumps(schema).replace('"$ref": "kubernetes:', '"$ref": "#/$defs/')
    needed: dict[str, str] = {}
    pending = sorted(set(_USED.findall(own)))
    while pending:
        name = pending.pop()
        if name not in needed:
            needed[name] = definitions.read(name)
            pending.extend(_USED.findall(needed[name]))
    text = ", ".join(f'"{name}": {definition}' for name, definition in sorted(needed.items()))
    defs: dict[str, Any] = json.loads("{" + (_NULLABLE.sub(r'"\1"', text) if custom else text) + "}")
    _drop_descriptions(list(defs.values()))
    for definition in defs.values():
        _require_values(definition)
    if custom:
        defs |= {name: definition for name, definition in _CUSTOM.items() if name in defs}
    bundled: dict[str, Any] = json.loads(own)
    return {**bundled, "$defs": {**bundled.get("$defs", {}), **defs}} if defs else bundled


_CUSTOM: dict[str, dict[str, Any]] = {
    _QUANTITY: {"type": ["integer", "string"], "pattern": QUANTITY_PATTERN},
    _INT_OR_STRING: {"type": ["integer", "string"]},
}
"""What custom kinds have in place of two native types."""
