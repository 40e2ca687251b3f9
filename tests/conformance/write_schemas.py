"""Writes the schemas of the custom kinds anew from the CustomResourceDefinitions in a folder.

Run from the root of the repository: `python -m tests.conformance.write_schemas ../shared/crds`.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate

from gitops_gen.checks.yaml_reader import read_yaml
from gitops_gen.crd_schema import list_versions, make_schema
from gitops_gen.schema_compaction import dump_schema
from tests.conformance import devfile, facts
from tests.conformance.sources import SOURCES, name_schema

SCHEMAS = Path(__file__).parents[2] / "schemas"
RELEASES = tuple(f"1.{minor}" for minor in range(37, 24, -1))
"""The Kubernetes releases that references may mean, the preferred one first."""


def main() -> int:
    """Write one file per kind and version, and that of devfiles."""
    folder = Path(sys.argv[1])
    made = dict(make_all(folder)) | dict(facts.make_schemas(RELEASES[0]))
    made[devfile.NAME] = devfile.make_schema(devfile.read_upstream(folder))
    for name, schema in made.items():
        target = SCHEMAS / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dump_schema(schema), encoding="utf-8")
    return 0


def make_all(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of each version that SOURCES names, behind its file below `schemas`."""
    releases = load_releases()
    for path in SOURCES:
        crd = load_crd(folder / path)
        for version in list_chosen(path, crd):
            yield name_schema(path, version), make_schema(crd, version, releases)


def load_crd(path: Path) -> dict[str, Any]:
    """The definition in a file, with the schema of `spec` that its operator keeps in a file of its own, if it does."""
    (crd,) = read_yaml(path.read_bytes()).documents
    beside = path.with_suffix(".spec.schema.json")
    if beside.is_file():
        spec = _mend(json.loads(beside.read_text(encoding="utf-8")))
        crd["spec"]["validation"] = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
        crd["spec"]["preserveUnknownFields"] = False  # the operator reads no other field
        crd["spec"]["versions"] = [{"name": crd["spec"]["version"], "schema": crd["spec"]["validation"]}]
    return crd  # type: ignore[no-any-return] # the reader gives any value


def _mend(node: dict[str, Any]) -> dict[str, Any]:
    """A schema from which Java classes are made, as what these classes take.

    Their reader, Jackson, makes a text of a number, and a number or a boolean of a text. A map is called a text in some
    places, where its Java type says what it is. Defaults are those of the classes: the API server does not put them in.
    """
    if "Map<" in node.get("existingJavaType", ""):
        return {"type": "object", "additionalProperties": {"type": "string"}}
    if node["type"] == "integer":
        bound = {"minimum": int(node["minimum"])} if "minimum" in node else {}
        return {"x-kubernetes-int-or-string": True} | bound
    if node["type"] in {"string", "boolean"} and "enum" not in node:
        return {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}
    mended: dict[str, Any] = {key: node[key] for key in ("type", "enum", "required") if node.get(key)}
    if "properties" in node:
        mended["properties"] = {name: _mend(field) for name, field in node["properties"].items()}
    if "items" in node:
        mended["items"] = _mend(node["items"])
    return mended


def list_chosen(path: str, crd: dict[str, Any]) -> list[str]:
    """The versions of a definition that we carry."""
    return list(SOURCES[path]) or list_versions(crd)


def load_releases() -> dict[str, dict[str, Any]]:
    """The definitions of each Kubernetes release, as kubernetes-validate carries them."""
    return {release: load_definitions(release) for release in RELEASES}


@cache
def load_definitions(release: str) -> dict[str, Any]:
    """The definitions of one release, such as 1.31."""
    folder = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{release}.0-local-strict"
    definitions: dict[str, Any] = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    return definitions


if __name__ == "__main__":
    sys.exit(main())
