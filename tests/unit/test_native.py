"""The native kinds of each release of Kubernetes."""

import jsonschema_rs
import pytest

from gitops_gen.checks.native import (
    QUANTITY_PATTERN,
    Definitions,
    bundle,
    choose_release,
    format_release,
    list_references,
    list_releases,
)
from gitops_gen.errors import ConfigError

NEWEST = choose_release("")
DEFINITIONS = Definitions(NEWEST)
POD_SPEC = "io.k8s.api.core.v1.PodSpec"


def compile_kind(api_version, kind, release=NEWEST):
    definitions = Definitions(release)
    schema = bundle(definitions.find_kind(api_version, kind), definitions, custom=False)
    return jsonschema_rs.validator_for(schema)


def test_releases_are_sorted_by_number():
    releases = list(list_releases())
    assert releases == sorted(releases)
    assert releases[-1] == NEWEST
    assert all(major == 1 for major, _ in releases)


@pytest.mark.parametrize("text", ["1.31", "v1.31", "1.31.4", "v1.31.0"])
def test_a_release_can_be_written_in_several_ways(text):
    assert choose_release(text) == (1, 31)
    assert format_release((1, 31)) == "1.31"


@pytest.mark.parametrize("text", ["1.2", "1.999", "latest", "1", "1.31.x", "1.31-rc1", " 1.31", "master"])
def test_a_release_that_is_not_here_is_refused_with_those_that_are(text):
    with pytest.raises(ConfigError, match="there are no schemas of Kubernetes") as error:
        choose_release(text)
    assert f"to {format_release(NEWEST)}" in error.value.hint


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("v1", "Pod"),
        ("v1", "ConfigMap"),
        ("apps/v1", "Deployment"),
        ("networking.k8s.io/v1", "Ingress"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ],
)
def test_native_kinds_are_found(api_version, kind):
    schema = DEFINITIONS.find_kind(api_version, kind)
    assert {"apiVersion", "kind"} <= set(schema["required"])
    compile_kind(api_version, kind)


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("v1", "pod"),
        ("v1", "Deployment"),
        ("apps/v1beta1", "Deployment"),
        ("apps.example.com/v1", "Deployment"),
        ("v1", "PodSpec"),
        ("v1", "../Pod"),
        ("", "Pod"),
        ("../v1", "Pod"),
        ("v1", ""),
        ("a/b/v1", "Pod"),
    ],
)
def test_others_are_not(api_version, kind):
    assert DEFINITIONS.find_kind(api_version, kind) is None


def test_releases_differ():
    assert Definitions((1, 25)).find_kind("autoscaling/v2beta2", "HorizontalPodAutoscaler") is not None
    assert Definitions((1, 26)).find_kind("autoscaling/v2beta2", "HorizontalPodAutoscaler") is None


def test_kinds_are_listed_with_their_versions():
    kinds = DEFINITIONS.list_kinds()
    assert kinds["Deployment"] == {"apps/v1"}
    assert "v1" in kinds["Pod"]


def test_a_type_that_is_unknown_is_open():
    assert DEFINITIONS.get("io.k8s.api.core.v1.Nothing") == {}


def test_texts_are_left_out_and_references_are_short():
    schema = DEFINITIONS.get(POD_SPEC)
    assert "description" not in schema
    assert schema["properties"]["containers"]["items"] == {"$ref": "kubernetes:io.k8s.api.core.v1.Container"}
    assert schema["properties"]["containers"]["type"] in ("array", ["array"]), "a required list cannot be null"


def test_a_property_may_be_called_description():
    definition = DEFINITIONS.get("io.k8s.api.scheduling.v1.PriorityClass")
    assert "description" in definition["properties"]


def test_a_bundle_has_all_that_it_refers_to_and_nothing_else():
    bundled = bundle({"$ref": f"kubernetes:{POD_SPEC}"}, DEFINITIONS, custom=True)
    assert list_references(bundled) == set()
    assert bundled["$ref"] == f"#/$defs/{POD_SPEC}"
    assert "io.k8s.api.core.v1.Container" in bundled["$defs"]
    assert "io.k8s.api.apps.v1.DeploymentSpec" not in bundled["$defs"]
    jsonschema_rs.validator_for(bundled)


def test_a_schema_without_references_stays_as_it_is():
    assert bundle({"type": "object"}, DEFINITIONS, custom=True) == {"type": "object"}
    own = {"$ref": "#/$defs/a", "$defs": {"a": {"type": "object"}}}
    assert bundle(own, DEFINITIONS, custom=True) == own


@pytest.mark.parametrize(
    ("value", "native", "custom"),
    [
        ("1Gi", True, True),
        (1, True, True),
        (0.5, True, False),
        ("0.5", True, True),
        (None, True, False),
        ("1GB", False, False),
        (True, False, False),
        ([], False, False),
    ],
)
def test_a_quantity_in_a_custom_kind_is_a_whole_number_or_text(value, native, custom):
    schema = {"properties": {"a": {"$ref": "kubernetes:io.k8s.apimachinery.pkg.api.resource.Quantity"}}}
    for is_custom, expected in ((False, native), (True, custom)):
        validator = jsonschema_rs.validator_for(bundle(schema, DEFINITIONS, custom=is_custom))
        assert validator.is_valid({"a": value}) is expected


@pytest.mark.parametrize(
    "text", ["0", "1", "+1", "-1.5", ".5", "1.", "100m", "1k", "1E", "1Ei", "1e3", "1E-3", "12n", "3u"]
)
def test_quantities(text):
    assert jsonschema_rs.validator_for({"pattern": QUANTITY_PATTERN}).is_valid(text)


@pytest.mark.parametrize("text", ["", ".", "1 Gi", "1gi", "1K", "1mi", "1GB", "x", "1e", "--1", "1Gi ", "1,5"])
def test_what_is_no_quantity(text):
    assert not jsonschema_rs.validator_for({"pattern": QUANTITY_PATTERN}).is_valid(text)


def test_null_stands_for_a_missing_value_but_not_where_one_is_required():
    validator = compile_kind("v1", "Pod")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": None, "spec": {"containers": [{"name": "a", "image": None}]}}
    assert validator.is_valid(pod)
    pod["spec"]["containers"] = None
    assert not validator.is_valid(pod)


def test_a_port_is_a_number_or_a_name():
    validator = compile_kind("v1", "Service")
    service = {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80, "targetPort": "http"}]}}
    assert validator.is_valid(service)
    service["spec"]["ports"][0]["targetPort"] = 8080
    assert validator.is_valid(service)
    service["spec"]["ports"][0]["targetPort"] = 80.5
    assert not validator.is_valid(service)
