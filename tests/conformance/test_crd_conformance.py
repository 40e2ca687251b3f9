"""Our schemas of custom kinds say what the upstream definitions say."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gitops_gen.crd_schema import list_versions, make_schema
from gitops_gen.schema_compaction import dump_schema
from tests.conformance import devfile, facts
from tests.conformance.explanations import read_explanations, sort_out
from tests.conformance.schema_pages import Row, write_page
from tests.conformance.sources import LEFT_OUT, OPEN, SOURCES, name_schema
from tests.conformance.walker import Walk, compare, compare_plain
from tests.conformance.write_schemas import (
    RELEASES,
    SCHEMAS,
    list_chosen,
    load_crd,
    load_definitions,
    load_releases,
)
from tests.goldens import check_golden

ROOT = Path(__file__).parents[2]
CRDS = ROOT.parent / "shared" / "crds"

pytestmark = pytest.mark.skipif(not CRDS.is_dir(), reason="../shared/crds is missing")


@cache
def read_crd(path: str) -> dict[str, Any]:
    return load_crd(CRDS / path)


def read_schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return schema


@cache
def list_versions_of(path: str) -> list[str]:
    """The versions of a definition that we carry; of an open one all that it serves."""
    crd = read_crd(path)
    return list_versions(crd) if path in OPEN else list_chosen(path, crd)


@cache
def compare_all() -> dict[str, Walk]:
    walks = {devfile.NAME: compare_plain(devfile.read_upstream(CRDS), read_schema(devfile.NAME))}
    for path in (*SOURCES, *OPEN):
        for version in read_crd(path)["spec"]["versions"]:
            if version["name"] in list_versions_of(path):
                name = name_schema(path, version["name"])
                schema = read_schema(name)
                definitions = load_definitions(schema["x-kubernetes-version"])
                walks[name] = compare(version["schema"]["openAPIV3Schema"], schema, definitions)
    return walks


def test_every_definition_is_taken_or_left_out_for_a_reason():
    there = {f"{path.parent.name}/{path.name}" for path in CRDS.glob("*/*.yaml")}

    assert {*SOURCES, *OPEN, *LEFT_OUT} == there
    assert len(there) == len(SOURCES) + len(OPEN) + len(LEFT_OUT)


def test_there_is_a_schema_of_each_version_and_no_other():
    made = {name_schema(path, version) for path in (*SOURCES, *OPEN) for version in list_versions_of(path)}
    carried = {f"{path.parent.name}/{path.name}" for path in SCHEMAS.glob("*/*.json")}

    assert {name for name in carried if not name.startswith("kustomize.config.k8s.io/")} == made


def test_every_difference_is_explained_and_every_explanation_is_needed():
    differences = {name: walk.differences for name, walk in compare_all().items()}

    counts, unexplained = sort_out(differences, read_explanations())

    assert not unexplained, "\n".join(unexplained[:30])
    unused = [one for one, count in counts.items() if not count]
    assert not unused


def test_only_quantities_lose_their_pattern():
    patterns = {
        str(difference.upstream)
        for walk in compare_all().values()
        for difference in walk.differences
        if difference.aspect == "native pattern"
    }

    (pattern,) = patterns
    assert "[KMGTPE]i" in pattern


@pytest.mark.parametrize("path", [*SOURCES, *OPEN])
def test_the_object_names_its_version_kind_and_scope(path: str):
    crd = read_crd(path)
    for version in list_versions_of(path):
        schema = read_schema(name_schema(path, version))
        group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]

        assert schema["properties"]["apiVersion"] == {"const": f"{group}/{version}"}
        assert schema["properties"]["kind"] == {"const": kind}
        assert schema["properties"]["metadata"]["$ref"].endswith(".ObjectMeta")
        assert schema["title"] == f"{kind} {group}/{version}"
        assert schema.get("x-kubernetes-scope", "Namespaced") == crd["spec"]["scope"]


@pytest.mark.parametrize("path", ["grafana.integreatly.org/grafanafolder.yaml", "argoproj.io/appproject.yaml"])
def test_whatever_is_taken_out_of_a_schema_is_missed(path: str):
    (version,) = read_crd(path)["spec"]["versions"]
    upstream = version["schema"]["openAPIV3Schema"]
    schema = read_schema(name_schema(path, version["name"]))
    definitions = load_definitions(schema["x-kubernetes-version"])
    before = compare(upstream, schema, definitions).differences
    unmissed = []
    parts = [schema["properties"]["spec"], *schema.get("$defs", {}).values()]
    for holder in (holder for part in parts for holder in list_mappings(part)):
        for key in sorted(holder.keys() - {"x-kubernetes-int-or-string"}):
            value = holder.pop(key)
            if compare(upstream, schema, definitions).differences == before:
                unmissed.append((key, value))
            holder[key] = value

    assert unmissed == []


def list_mappings(node: Any) -> list[dict[str, Any]]:
    """A mapping and all in it."""
    if not isinstance(node, dict):
        return []
    return [node, *(inner for value in node.values() for inner in list_mappings(value))]


@pytest.mark.parametrize("path", SOURCES)
def test_schemas_are_what_the_generator_makes(path: str):
    crd = read_crd(path)
    for version in list_chosen(path, crd):
        made = dump_schema(make_schema(crd, version, load_releases()))

        check_golden(SCHEMAS / name_schema(path, version), made)


@pytest.mark.parametrize("name", [name for name, _ in facts.make_schemas(RELEASES[0])])
def test_schemas_of_open_kinds_are_what_the_tables_say(name: str):
    check_golden(SCHEMAS / name, dump_schema(dict(facts.make_schemas(RELEASES[0]))[name]))


def test_the_schema_of_devfiles_is_what_the_generator_makes():
    check_golden(SCHEMAS / devfile.NAME, dump_schema(devfile.make_schema(devfile.read_upstream(CRDS))))


def count_rules(node: Any) -> int:
    """How many rules in CEL stand in a schema."""
    if isinstance(node, list):
        return sum(map(count_rules, node))
    if not isinstance(node, dict):
        return 0
    return len(node.get("x-kubernetes-validations", ())) + sum(map(count_rules, node.values()))


def test_the_page_about_the_schemas_is_up_to_date():
    walks = compare_all()
    rows = {
        name: Row(
            paths=walk.paths,
            differences=len(walk.differences),
            rules=count_rules(read_schema(name)),
            release=read_schema(name).get("x-kubernetes-version", ""),
            size=(SCHEMAS / name).stat().st_size,
        )
        for name, walk in walks.items()
    }
    counts, _ = sort_out({name: walk.differences for name, walk in walks.items()}, read_explanations())

    check_golden(ROOT / "docs" / "schemas.md", write_page(rows, counts))
