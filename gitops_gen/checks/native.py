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
# Texts are two thirds of the schemas: what is cut out of them before they are parsed need not be parsed.
_TEXT = r'"description": "[^"\\]*(?:\\.[^"\\]*)*"'
_DESCRIPTION = re.compile(rf"{_TEXT},|,\s*{_TEXT}(?=\s*\}})|{_TEXT}")
_REFERENCE = re.compile(r'"\$ref": "(?:/api/_definitions\.json)?#/\$defs/')
_NULLABLE = re.compile(r'\["(\w+)", "null"\]')

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
        self._known: dict[str, Any] = {}

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
        """A type by its full name; open where this release has no such type."""
        if name not in self._known:
            chunk = self._chunks.get(name)
            self._known[name] = _read_type(name, chunk) if chunk else {}
        known: dict[str, Any] = self._known[name]
        return known

    @property
    def _chunks(self) -> dict[str, str]:
        return _read_chunks(self._folder)


@cache
def _read_chunks(folder: str) -> dict[str, str]:
    """The text of each definition, unparsed: what stands between two lines that begin one."""
    with open(os.path.join(folder, "_definitions.json"), encoding="utf-8") as stream:
        parts = stream.read().split('\n    "io.k8s.')
    return {"io.k8s." + part[: part.index('"')]: part for part in parts[1:]}


@cache
def _read_kinds(folder: str) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for found in re.finditer(
        r'"group": "([^"]*)",\s+"kind": "([^"]+)",\s+"version": "([^"]+)"', "".join(_read_chunks(folder).values())
    ):
        group, kind, version = found.groups()
        kinds.setdefault(kind, set()).add(f"{group}/{version}" if group else version)
    return kinds


def _read_type(name: str, chunk: str) -> dict[str, Any]:
    # The two that are written as a choice would refuse null, which stands for a missing value.
    if name == _QUANTITY:
        return {"type": ["string", "number", "null"], "pattern": QUANTITY_PATTERN}
    if name == _INT_OR_STRING:
        return {"type": ["integer", "string", "null"]}
    return _parse(chunk[chunk.index("{") :])


def _parse(text: str) -> dict[str, Any]:
    """The schema that `text` begins with, without descriptions; a required property cannot be null."""
    short = _REFERENCE.sub('"$ref": "kubernetes:', _DESCRIPTION.sub("", text))
    schema: dict[str, Any] = json.JSONDecoder().raw_decode(short)[0]
    for name in schema.get("required", ()):
        child = schema.get("properties", {}).get(name, {})
        if isinstance(child.get("type"), list):
            child["type"] = [t for t in child["type"] if t != "null"]
    return schema


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
    needed: dict[str, Any] = {}
    pending = sorted(list_references(schema))
    while pending:
        name = pending.pop()
        if name not in needed:
            needed[name] = definitions.get(name)
            pending.extend(list_references(needed[name]) - needed.keys())
    if custom:
        needed = _make_custom(needed)
    defs = {**schema.get("$defs", {}), **needed}
    text = json.dumps({**schema, "$defs": defs} if defs else schema)
    bundled: dict[str, Any] = json.loads(text.replace('"$ref": "kubernetes:', '"$ref": "#/$defs/'))
    return bundled


def _make_custom(needed: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(_NULLABLE.sub(r'"\1"', json.dumps(needed)))
    if _QUANTITY in made:
        made[_QUANTITY] = {"type": ["integer", "string"], "pattern": QUANTITY_PATTERN}
    if _INT_OR_STRING in made:
        made[_INT_OR_STRING] = {"type": ["integer", "string"]}
    return made
