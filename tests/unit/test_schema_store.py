"""The schema of each kind, and where it comes from."""

import json
import os

import pytest

from gitops_gen.checks.schema_store import Schema, SchemaStore, load_named
from gitops_gen.errors import ConfigError

KIND = ("features.example.com/v1", "FeatureView")
SCHEMA = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"ttl": {"type": "string"}}}}}
GOOD = {"apiVersion": KIND[0], "kind": KIND[1], "spec": {"ttl": "1h"}}
BAD = {**GOOD, "spec": {"ttl": 1}}
NATIVE = {"$schema": "http://json-schema.org/schema#", "type": "object", "required": ["marker"]}


def write(folder, path, content):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(content if isinstance(content, str) else json.dumps(content))
    return str(folder / path)


def find(*locations, kind=KIND, version=""):
    return SchemaStore(locations=[str(location) for location in locations], kubernetes_version=version).find(*kind)


def test_native_kinds_are_those_of_the_release():
    old, new = SchemaStore(kubernetes_version="1.25"), SchemaStore()
    assert old.find("autoscaling/v2beta2", "HorizontalPodAutoscaler").origin == "Kubernetes 1.25"
    assert new.find("autoscaling/v2beta2", "HorizontalPodAutoscaler") is None
    assert old.is_native("autoscaling/v2beta2", "HorizontalPodAutoscaler")
    assert not new.is_native("argoproj.io/v1alpha1", "Application")


def test_own_kinds_are_those_of_the_program():
    schema = SchemaStore().find("argoproj.io/v1alpha1", "Application")
    assert schema.origin == "argoproj.io/application_v1alpha1.json"
    assert not schema.is_valid({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"})


def test_own_kinds_carry_the_native_types_that_they_refer_to():
    schema = SchemaStore(kubernetes_version="1.25").find("machinelearning.seldon.io/v1", "SeldonDeployment")
    assert any(name.startswith("io.k8s.api.core.v1.") for name in schema.document["$defs"])


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        KIND,
        ("argoproj.io/v1alpha1", "application"),
        ("argoproj.io/v1", "Application"),
        ("machinelearning.seldon.io/v1", "seldondeployment"),
        ("..", "gitops-gen"),
        ("../v1", "x"),
        ("../schemas/argoproj.io/v1alpha1", "Application"),
        ("v1", "../Pod"),
        ("", ""),
        ("a b/v1", "Pod"),
        ("apps/V1", "Deployment"),
    ],
)
def test_other_kinds_have_none(api_version, kind):
    assert SchemaStore().find(api_version, kind) is None


def test_a_schema_is_made_once():
    store = SchemaStore()
    assert store.find("v1", "Pod") is store.find("v1", "Pod")


def test_kinds_and_versions_are_listed_for_hints():
    store = SchemaStore()
    assert store.list_api_versions("Deployment") == {"apps/v1"}
    assert store.list_api_versions("DataScienceCluster") == {
        "datasciencecluster.opendatahub.io/v1",
        "datasciencecluster.opendatahub.io/v2",
    }
    assert store.list_api_versions("Nothing") == set()
    assert {"Application", "AppProject"} <= store.list_kinds("argoproj.io/v1alpha1")
    assert {"Deployment", "StatefulSet"} <= store.list_kinds("apps/v1")
    assert store.list_kinds("../v1") == store.list_kinds("nothing.example.com/v1") == set()


@pytest.mark.parametrize(
    "path",
    [
        "features.example.com/featureview_v1.json",
        "featureview_v1.json",
        "featureview-features-v1.json",
        "featureview.json",
        "v1.31.0-standalone-strict/featureview-features-v1.json",
        "v1.31.2-standalone/featureview-features-v1.json",
        "v1.31-standalone-strict/featureview-features-v1.json",
        "master-standalone/featureview-features-v1.json",
    ],
)
def test_a_folder_may_be_named_as_others_name_theirs(tmp_path, path):
    write(tmp_path, path, SCHEMA)
    schema = find(tmp_path, version="1.31")
    assert schema.is_valid(GOOD)
    assert not schema.is_valid(BAD)
    assert schema.origin == str(tmp_path / path)
    assert find(tmp_path, kind=("features.example.com/v2", "Other")) is None


def test_a_folder_of_another_release_is_left_alone(tmp_path):
    write(tmp_path, "v1.30.0-standalone-strict/featureview-features-v1.json", SCHEMA)
    write(tmp_path, "v1.310.0-standalone-strict/featureview-features-v1.json", SCHEMA)
    assert find(tmp_path, version="1.31") is None


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("featureview_v1.json", {}),
        ("featureview-features-v1.json", {}),
        ("any.json", {"properties": {"apiVersion": {"const": KIND[0]}, "kind": {"const": KIND[1]}}}),
        ("any.json", {"properties": {"apiVersion": {"enum": [KIND[0]]}, "kind": {"enum": [KIND[1]]}}}),
        (
            "any.json",
            {"x-kubernetes-group-version-kind": [{"group": "features.example.com", "version": "v1", "kind": KIND[1]}]},
        ),
        ("featureview_v1.json", {"properties": {"kind": {"const": KIND[1]}}}),
    ],
)
def test_a_file_says_by_name_or_content_what_it_is_for(tmp_path, name, more):
    path = write(tmp_path, name, {**SCHEMA, **more})
    assert find(path) is not None
    assert find(path, kind=("v1", "Pod")).origin.startswith("Kubernetes")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("any.json", {}),
        ("featureview_v2.json", {}),
        ("featureview_v1.json", {"properties": {"kind": {"const": "Other"}}}),
        ("any.json", {"properties": {"apiVersion": {"const": KIND[0]}, "kind": {"enum": [KIND[1], "Other"]}}}),
        ("any.json", {"properties": {"apiVersion": True, "kind": []}}),
        ("any.json", {"properties": [], "x-kubernetes-group-version-kind": 5}),
    ],
)
def test_a_file_about_something_else_is_left_alone(tmp_path, name, more):
    assert find(write(tmp_path, name, {**SCHEMA, **more})) is None


def test_the_users_schema_wins_over_native_and_own_ones(tmp_path):
    write(tmp_path, "pod-v1.json", NATIVE)
    write(tmp_path, "argoproj.io/application_v1alpha1.json", NATIVE)
    for kind in (("v1", "Pod"), ("argoproj.io/v1alpha1", "Application")):
        schema = find(tmp_path, kind=kind)
        assert schema.is_valid({"marker": 1})
        assert not schema.is_valid({})


def test_locations_are_searched_in_their_order(tmp_path):
    first = write(tmp_path, "1/featureview_v1.json", {"required": ["first"]})
    write(tmp_path, "2/featureview_v1.json", {"required": ["second"]})
    assert find(tmp_path / "1", tmp_path / "2").is_valid({"first": 1})
    assert find(tmp_path / "2", first).is_valid({"second": 1})


def test_a_schema_may_refer_to_files_beside_it(tmp_path):
    definitions = {"definitions": {"ttl": {"type": "string"}}}
    write(tmp_path, "_definitions.json", definitions)
    reference = {"$ref": "_definitions.json#/definitions/ttl"}
    write(tmp_path, "featureview_v1.json", {"properties": {"spec": {"properties": {"ttl": reference}}}})
    schema = find(tmp_path)
    assert schema.is_valid(GOOD)
    assert not schema.is_valid(BAD)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot be read: Expecting property name"),
        ("[]", "is not a JSON object"),
        ('"text"', "is not a JSON object"),
        ({"type": "objekt"}, "cannot be used"),
        ({"pattern": "("}, "cannot be used"),
        ({"$ref": "#/$defs/gone"}, "cannot be used"),
        ({"$ref": "gone.json"}, "gone.json cannot be read"),
        ({"$ref": "../x.json"}, "which is not beside it"),
        ({"$ref": "https://example.com/x.json"}, "which is not beside it"),
    ],
)
def test_a_broken_schema_is_an_error_that_names_the_file(tmp_path, content, words):
    path = write(tmp_path, "featureview_v1.json", content)
    for location in (tmp_path, path):
        with pytest.raises(ConfigError) as error:
            find(location)
        assert "featureview_v1.json" in error.value.message or "gone.json" in error.value.message
        assert words in error.value.message


def test_a_schema_that_is_no_text_is_an_error_that_names_the_file(tmp_path):
    (tmp_path / "featureview_v1.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(ConfigError, match=r"featureview_v1\.json cannot be read"):
        find(tmp_path)


def test_a_broken_schema_of_a_kind_that_is_not_there_hurts_nobody(tmp_path):
    write(tmp_path, "featureview_v1.json", "{")
    assert find(tmp_path, kind=("v1", "Pod")) is not None


def test_a_location_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="gone does not exist"):
        SchemaStore(locations=[str(tmp_path / "gone")])


def test_a_version_that_is_not_there_is_an_error():
    with pytest.raises(ConfigError, match=r"no schemas of Kubernetes 1\.2"):
        SchemaStore(kubernetes_version="1.2")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("duration", ["1h30m", "0", "1.5s", "300ms", "-1h", "10µs"], ["P1D", "1 h", "h", "1d", ""]),
        ("byte", ["", "aGk=", "aGkh", "YQ==", "aGkh\naGkh"], ["a", "aGk", "aGk=!", "=aGk"]),
    ],
)
def test_formats_are_those_of_kubernetes(name, good, bad):
    schema = Schema({"format": name}, origin="test")
    assert [text for text in good if not schema.is_valid(text)] == []
    assert [text for text in bad if schema.is_valid(text)] == []


def test_a_part_of_a_schema_is_resolved():
    document = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "string"}, "loop": {"$ref": "#/$defs/loop"}}}
    document["definitions"] = {"c": {"type": "integer"}}
    schema = Schema(document, origin="test")
    assert schema.resolve({"$ref": "#/$defs/a", "default": "x"}) == {"type": "string", "default": "x"}
    assert schema.resolve({"$ref": "#/definitions/c"}) == {"type": "integer"}
    assert schema.resolve({"type": "null"}) == {"type": "null"}
    for nowhere in ({"$ref": "#/$defs/gone"}, {"$ref": "#/$defs/loop"}, True, None):
        assert schema.resolve(nowhere) == {}


@pytest.mark.parametrize("name", ["gitops-gen.schema.json", "model.schema.json", "evidence.schema.json"])
def test_the_programs_own_files_have_schemas(name):
    assert not load_named(name).is_valid("text")


def import_into(root, document, name="featureview_v1.json", group="features.example.com"):
    return write(root, f"{group}/{name}", {"x-kubernetes-version": "1.31", **document})


def find_imported(root, *locations, kind=KIND):
    return SchemaStore(imported=str(root), locations=[str(location) for location in locations]).find(*kind)


def test_imported_schemas_come_after_the_users_locations_and_before_the_carried_ones(tmp_path):
    root, location = tmp_path / "imported", tmp_path / "location"
    import_into(root, {"required": ["imported"]}, "application_v1alpha1.json", "argoproj.io")
    write(location, "application_v1alpha1.json", {"required": ["named"]})
    kind = ("argoproj.io/v1alpha1", "Application")
    assert find_imported(root, kind=kind).is_valid({"imported": 1})
    assert find_imported(root, location, kind=kind).is_valid({"named": 1})
    assert find_imported(tmp_path / "gone", kind=kind).origin == "argoproj.io/application_v1alpha1.json"


def test_imported_kinds_are_listed_for_hints(tmp_path):
    import_into(tmp_path, {"properties": {"kind": {"const": KIND[1]}}})
    store = SchemaStore(imported=str(tmp_path))
    assert store.list_api_versions("FeatureView") == {KIND[0]}
    assert store.list_kinds(KIND[0]) == {"FeatureView"}


def test_versions_of_crds_may_have_any_name(tmp_path):
    path = import_into(tmp_path, {"properties": {"kind": {"const": KIND[1]}}}, "featureview_dev-1.json")
    assert find_imported(tmp_path, kind=("features.example.com/dev-1", KIND[1])).origin == path
    assert find_imported(tmp_path, kind=("features.example.com/../v1", KIND[1])) is None


@pytest.mark.parametrize("properties", [[], {"spec": {"required": 5, "properties": 5}}, {"spec": 5}])
def test_an_odd_file_among_the_imported_ones_is_told_by_name(tmp_path, properties):
    import_into(tmp_path, {"properties": properties})
    with pytest.raises(ConfigError, match=r"featureview_v1\.json cannot be used"):
        find_imported(tmp_path)


def test_a_required_field_of_a_custom_kind_is_no_null_whatever_its_type(tmp_path):
    import_into(tmp_path, {"required": ["a"], "properties": {"a": {}, "b": {}}})
    schema = find_imported(tmp_path)
    assert schema.is_valid({"a": [], "b": None})
    assert not schema.is_valid({"a": None})


def test_a_pipe_in_the_place_of_a_schema_is_not_waited_for(tmp_path):
    (tmp_path / "example.com").mkdir()
    os.mkfifo(tmp_path / "example.com" / "widget_v1.json")
    assert SchemaStore(imported=str(tmp_path)).find("example.com/v1", "Widget") is None
    with pytest.raises(ConfigError, match="is no file"):
        SchemaStore(imported=str(tmp_path)).list_kinds("example.com/v1")
