"""CustomResourceDefinitions out of files that nobody vouches for."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.definition_form import simplify
from gitops_gen.definition_patterns import translate_pattern
from gitops_gen.definitions import Input, read_definitions, read_inputs
from gitops_gen.errors import GitopsGenError, InvalidValueError, NotFoundError
from gitops_gen.schema_import import make_imported

SPEC = {"type": "object", "properties": {"size": {"type": "integer"}}}


def make_crd(schema=None, *, name="v1", **spec):
    version = {"name": name, "served": True, "storage": True}
    version["schema"] = {"openAPIV3Schema": {"type": "object", "properties": {"spec": schema or SPEC}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "names": {"plural": "widgets", "kind": "Widget"},
            "scope": "Namespaced",
            "versions": [version],
            **spec,
        },
    }


def read(*documents, path="crd.yaml"):
    text = documents[0] if isinstance(documents[0], str) else yaml.safe_dump_all(documents)
    return read_definitions([Input(path, text.encode())])


def check(definition, spec):
    """Whether a Widget with this spec is valid by what would be imported."""
    schema = SchemaStore().load(make_imported(definition, definition.versions[0]), "test", "Widget")
    data = {"apiVersion": f"example.com/{definition.versions[0]}", "kind": "Widget", "metadata": {"name": "a"}}
    return schema.is_valid(data | {"spec": spec})


def test_definitions_are_found_among_other_documents_and_in_lists():
    other = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
    gadget = make_crd(names={"plural": "gadgets", "kind": "Gadget"})
    inner = {"apiVersion": "v1", "kind": "List", "items": [make_crd(), other]}
    found = read(other, gadget, inner)
    assert [(one.group, one.kind, one.versions, one.place) for one in found.definitions] == [
        ("example.com", "Gadget", ("v1",), "crd.yaml:5"),
        ("example.com", "Widget", ("v1",), "crd.yaml"),
    ]
    assert found.skipped == 2


def test_what_kubectl_gives_as_json_is_read_too():
    listed = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinitionList"}
    item = {key: value for key, value in make_crd().items() if key not in {"apiVersion", "kind"}}
    for text in (
        json.dumps(listed | {"items": [item]}),
        json.dumps({"apiVersion": "v1", "kind": "List", "items": [make_crd()]}),
    ):
        [found] = read(text, path="standard input").definitions
        assert found.kind == "Widget"


def test_only_served_versions_count():
    crd = make_crd()
    crd["spec"]["versions"].append({"name": "v2", "served": False, "storage": False})
    assert read(crd).definitions[0].versions == ("v1",)


def test_the_old_form_keeps_unknown_fields_unless_told_not_to():
    validation = {"openAPIV3Schema": {"properties": {"spec": SPEC}}}
    old = make_crd(version="v1beta1", versions=None, validation=validation) | {
        "apiVersion": "apiextensions.k8s.io/v1beta1"
    }
    [kept] = read(old).definitions
    assert kept.versions == ("v1beta1",)
    assert check(kept, {"size": 1, "other": 2})
    assert not check(kept, {"size": "x"})
    old["spec"]["preserveUnknownFields"] = False
    assert not check(read(old).definitions[0], {"other": 2})
    schema, problem = simplify(old)
    assert problem is None
    assert schema["apiVersion"].endswith("/v1")


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, {"any": [1]}, []),
        ({"type": "object", "properties": {"a": {"x-kubernetes-int-or-string": True}}}, {"a": "1"}, {"a": 1.5}),
        ({"type": "object", "properties": {"a": {"type": "string", "nullable": True}}}, {"a": None}, {"a": 1}),
        ({"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True},
         {"apiVersion": "v1", "kind": "Pod", "x": 1}, {"kind": "Pod"}),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": 1}, {"a": "1"}),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "^[[:alpha:]]+$"}}},
         {"a": "b"}, {"a": "1"}),
        ({"type": "object", "required": ["a"],
          "properties": {"a": {"x-kubernetes-preserve-unknown-fields": True}}}, {"a": [1]}, {"a": None}),
        ({"type": "object", "properties": {"a": {"type": "number", "minimum": 1, "exclusiveMinimum": True}}},
         {"a": 2}, {"a": 1}),
        ({"type": "object", "properties": {"description": {"type": "string"}, "default": {"type": "object"}}},
         {"description": "x", "default": {}}, {"description": 1}),
    ],
)  # fmt: skip
def test_what_crds_may_say_is_kept(schema, good, bad):
    [definition] = read(make_crd(schema)).definitions
    assert check(definition, good)
    assert not check(definition, bad)


def test_texts_for_people_are_dropped_and_rules_with_their_messages_kept():
    rules = [{"rule": "self.size > 0", "message": "must be more than nothing"}]
    [definition] = read(make_crd(SPEC | {"description": "prose", "x-kubernetes-validations": rules})).definitions
    text = json.dumps(make_imported(definition, "v1"))
    assert "prose" not in text
    assert "must be more than nothing" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"group": "../../etc"}, "crd.yaml:6:3: this CustomResourceDefinition cannot be used: '../../etc' is no name"),
        ({"group": "a/b"}, "'a/b' is no name of a group"),
        ({"group": "x" * 300 + ".com"}, "is no name of a group"),
        ({"group": 5}, "spec.group: expected text, got 5"),
        ({"group": None}, "lacks the required field 'group'"),
        ({"names": {"plural": "widgets", "kind": "../Widget"}}, "'../Widget' is no name of a kind"),
        ({"names": []}, "spec.names: expected a mapping"),
        ({"versions": []}, "it has no versions"),
        ({"versions": "v1"}, "it has no versions"),
        ({"versions": ["v1"]}, "spec.versions[0]: expected a mapping"),
        ({"versions": [{"name": "../v1", "served": True, "storage": True}]}, "'../v1' is no name of a version"),
        ({"versions": [{"name": "v1", "served": False, "storage": True}]}, "it serves no version"),
        ({"versions": [{"name": "v1", "served": True, "storage": True}] * 2}, "the version 'v1' is there twice"),
        ({"versions": [{"name": "v1", "served": True, "storage": True, "schema": []}]}, "schema: expected a mapping"),
    ],
)
def test_a_definition_that_cannot_be_used_is_told_with_its_place(change, words):
    with pytest.raises(InvalidValueError) as error:
        read(make_crd(**change))
    assert words in error.value.message
    assert error.value.message.startswith("crd.yaml:")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"type": "array", "items": [{"type": "string"}]}}},
        {"type": "object", "properties": {"a": {"type": "array", "items": "string"}}},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string", "pattern": 1}}}},
        {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": {"required": "x"}}}},
        {"type": "object", "properties": ["a"]},
        {"type": "object", "required": [1]},
        {"type": "object", "enum": "x"},
        {"type": "object", "anyOf": {}},
        {"type": ["object"]},
        {"type": "strange"},
        {"type": "object", "properties": {"a": {"minLength": -1.5}}},
        {"$ref": "#/definitions/a"},
    ],
)
def test_a_schema_that_cannot_be_used_is_told(schema):
    with pytest.raises(GitopsGenError):
        check(read(make_crd(schema)).definitions[0], {})


@pytest.mark.parametrize("api_version", [None, [], 5, {}])
def test_a_definition_without_a_version_is_told(api_version):
    with pytest.raises(InvalidValueError, match="is not a version of"):
        read(make_crd() | {"apiVersion": api_version})


def test_a_field_may_have_the_name_of_a_keyword():
    names = ("pattern", "default", "enum", "required", "items", "properties", "description")
    field = {"type": "string", "pattern": "^[[:alpha:]]$"}
    [definition] = read(make_crd({"type": "object", "properties": dict.fromkeys(names, field)})).definitions
    assert check(definition, dict.fromkeys(names, "a"))
    for name in names:
        assert not check(definition, {name: "1"})


def test_another_version_of_the_definition_itself_is_told():
    with pytest.raises(InvalidValueError, match=r"crd\.yaml:1:1: .*apiextensions\.k8s\.io/v2' is not a version"):
        read(make_crd() | {"apiVersion": "apiextensions.k8s.io/v2"})


@pytest.mark.parametrize(
    "text", ["a: [", "\tkind: CustomResourceDefinition", "{{ if .Values.crds }}\nkind: X\n{{ end }}"]
)
def test_what_is_no_yaml_is_told_with_its_place(text):
    with pytest.raises(InvalidValueError, match=r"^crd\.yaml:\d+:\d+: "):
        read(text)


def test_very_deep_schemas_do_not_end_the_program():
    schema = {"type": "object"}
    for _ in range(120):
        schema = {"type": "object", "properties": {"a": schema}}
    with pytest.raises(InvalidValueError, match="nested too deeply"):
        read(json.dumps(make_crd(schema)), path="crd.json")


def test_a_kind_that_is_there_twice_is_warned_of_and_the_last_one_counts():
    other = make_crd({"type": "object", "properties": {"other": {"type": "string"}}})
    found = read(make_crd(), other)
    assert found.warnings == ("Widget.example.com is defined at crd.yaml:1 and at crd.yaml:24: the latter is taken",)
    assert check(found.definitions[0], {"other": "x"})
    assert read(make_crd(), make_crd()).warnings == ()


def test_without_a_definition_there_is_nothing_to_do():
    with pytest.raises(NotFoundError, match="there is no CustomResourceDefinition"):
        read({"apiVersion": "v1", "kind": "Namespace"})


def test_a_folder_is_searched_and_other_files_are_left_alone(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "crd.yaml").write_text(yaml.safe_dump(make_crd()))
    (tmp_path / "broken.yaml").write_text("a: [")
    (tmp_path / "values.json").write_text("{}")
    [one] = read_inputs([str(tmp_path)])
    assert one.path == str(tmp_path / "a" / "crd.yaml")
    [piped] = read_inputs(["-"], b"x")
    assert piped == Input("standard input", b"x")


def test_what_is_not_there_or_no_file_is_told(tmp_path):
    with pytest.raises(NotFoundError, match="does not exist"):
        list(read_inputs([str(tmp_path / "gone")]))
    with pytest.raises(GitopsGenError, match="not a regular file"):
        list(read_inputs(["/dev/null"]))


@pytest.mark.parametrize(
    ("pattern", "translated"),
    [
        ("^a+$", "^a+$"),
        ("^[[:alpha:]_]+$", "^[A-Za-z_]+$"),
        (r"^\Qa.b\E$", r"^a\.b$"),
        ("(?i)^a$", "(?i)^a$"),
        ("(?s)^.$", ""),
        ("^[[:^alpha:]]$", ""),
        ("(", ""),
        ("^a{,3}$", ""),
    ],
)
def test_patterns_of_go_become_those_of_the_validator(pattern, translated):
    assert translate_pattern(pattern) == translated


def test_a_pattern_that_only_go_can_read_is_left_out_with_a_warning():
    found = read(make_crd({"type": "object", "properties": {"a": {"type": "string", "pattern": "(?s)^.$"}}}))
    assert found.warnings == ("Widget.example.com: the pattern '(?s)^.$' is left out: only Go can read it",)
    assert check(found.definitions[0], {"a": "whatever"})


ODD = [None, [], {}, "", "x", 0, -1, 1.5, True, [None], [[]], {"a": None}, {"type": {}}, "../x", {"$ref": "#"}]
RICH = make_crd(
    {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": "string", "enum": ["x"], "default": "x", "pattern": "x", "nullable": True, "format": "byte"},
            "b": {"type": "array", "items": {"type": "integer", "minimum": 1}, "x-kubernetes-list-type": "set"},
            "c": {"type": "object", "additionalProperties": {"x-kubernetes-int-or-string": True}},
            "d": {
                "x-kubernetes-preserve-unknown-fields": True,
                "anyOf": [{"required": ["x"]}],
                "not": {"maxLength": 1},
            },
            "e": {"type": "object", "x-kubernetes-embedded-resource": True},
        },
        "x-kubernetes-validations": [{"rule": "self.a == 'x'", "message": "no"}],
    }
)


def list_ways(node, way=()):
    """The way to everything in a definition."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*way, key)
        yield from list_ways(child, (*way, key))


@settings(max_examples=300)
@given(st.sampled_from(list(list_ways(RICH))), st.sampled_from(ODD), st.sampled_from(["v1", "v1beta1"]))
def test_whatever_stands_in_a_definition_it_is_used_or_told(way, odd, form):
    crd = json.loads(json.dumps(RICH)) | {"apiVersion": f"apiextensions.k8s.io/{form}"}
    holder = crd
    for key in way[:-1]:
        holder = holder[key]
    holder[way[-1]] = odd
    try:
        for definition in read(json.dumps(crd), path="crd.json").definitions:
            for version in definition.versions:
                schema = SchemaStore().load(make_imported(definition, version), "test", definition.kind)
                schema.is_valid({"spec": {"a": "x"}})
    except GitopsGenError:
        pass
