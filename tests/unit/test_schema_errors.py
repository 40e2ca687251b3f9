"""What does not fit a schema, in words, with the way out; after the API server's treatment of nulls and defaults."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.schema_errors import SchemaProblem, find_problems, name_place
from gitops_gen.checks.schema_store import Schema, SchemaStore, load_named

STORE = SchemaStore()
DEPLOYMENT = STORE.find("apps/v1", "Deployment")
SERVICE = STORE.find("v1", "Service")
MAPPING = "a mapping (keys, indented, below it)"
SELDON = STORE.find("machinelearning.seldon.io/v1", "SeldonDeployment")


def make_deployment(**container):
    labels = {"app": "a"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "b", **container}]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec}


def find(schema, data):
    """What is told of `data`: as a file's check does, asked only where it does not fit as it stands."""
    schema = Schema(schema, origin="test") if isinstance(schema, dict) else schema
    return [] if schema.is_valid(data) else find_problems(schema, data)


def test_what_fits_has_no_problems():
    assert find(DEPLOYMENT, make_deployment()) == []


def test_a_field_with_a_typo_is_told_with_its_spelling():
    data = make_deployment()
    data["spec"]["replica"] = 2
    assert find(DEPLOYMENT, data) == [
        SchemaProblem(
            "unknown-field",
            ("spec", "replica"),
            "unknown field 'replica' in spec; did you mean 'replicas'?",
            "correct the spelling: 'replicas'",
        )
    ]


def test_a_spelling_that_is_taken_is_told_to_be():
    data = make_deployment()
    data["spec"] |= {"replica": 2, "replicas": 1}
    [problem] = find(DEPLOYMENT, data)
    assert problem.message.endswith("did you mean 'replicas', which is there already?")
    assert problem.fix.startswith("remove ")


def test_a_field_that_only_has_its_default_is_proposed():
    [problem] = find(load_named("model.schema.json"), {"replica": 2})
    assert problem.fix == "correct the spelling: 'replicas'"


def test_a_field_that_belongs_further_in_is_told_where():
    data = make_deployment()
    data["spec"]["template"]["containers"] = data["spec"]["template"]["spec"].pop("containers")
    [missing, problem] = sorted(find(DEPLOYMENT, data))
    assert problem.message == "unknown field 'containers' in spec.template; it belongs into spec.template.spec"
    assert problem.fix == "move containers into spec.template.spec: check the indentation"
    assert missing.message == "spec.template.spec lacks the required field 'containers'"


def test_a_field_that_belongs_further_out_is_told_where():
    data = make_deployment(replicas=2)
    [problem] = find(DEPLOYMENT, data)
    assert problem.keys == ("spec", "template", "spec", "containers", 0, "replicas")
    assert problem.fix == "move replicas into spec: check the indentation"


def test_a_field_that_belongs_into_a_list_is_told_where():
    data = make_deployment()
    data["spec"]["template"]["spec"]["imagePullPolicy"] = "Always"
    [problem] = find(DEPLOYMENT, data)
    assert problem.code == "unknown-field"


def test_a_field_at_the_top_is_told_so():
    [problem] = find(DEPLOYMENT, {**make_deployment(), "specs": {}})
    assert "unknown field 'specs' at the top of the object" in problem.message


def test_a_field_like_no_other_is_to_be_removed():
    [problem] = find({"additionalProperties": False, "properties": {"a": {}, "b": {}}}, {"zzzz": 1})
    assert problem.message == "unknown field 'zzzz' at the top of the object; there is a, b"
    assert problem.fix == "remove zzzz: nothing reads it"


def test_many_fields_are_not_listed():
    schema = {"additionalProperties": False, "properties": {f"name{n}": {} for n in range(20)}}
    [problem] = find(schema, {"zzzz": 1})
    assert problem.message == "unknown field 'zzzz' at the top of the object"


def test_each_unknown_field_is_a_problem():
    assert [p.keys for p in find({"additionalProperties": False}, {"a": 1, "b": 2})] == [("a",), ("b",)]


def test_what_may_not_be_there_at_all_is_told():
    [problem] = find({"properties": {"a": {"properties": {"b": False}}}}, {"a": {"b": 1}})
    assert (problem.code, problem.keys) == ("unknown-field", ("a", "b"))
    assert problem.fix == "remove a.b"


@pytest.mark.parametrize(
    ("wanted", "value", "words", "fix"),
    [
        ("string", 1, "expected text, got 1, which YAML does not read as text", "put the value in quotes"),
        ("string", True, "expected text, got true, which YAML does not read as text", "put the value in quotes"),
        ("string", 1.5, "expected text, got 1.5, which YAML does not read as text", "put the value in quotes"),
        ("string", ["a"], "expected text, got a list", ""),
        ("integer", "2", "expected a whole number, got '2'", "remove the quotes"),
        ("number", "-2", "expected a number, got '-2'", "remove the quotes"),
        ("integer", "two", "expected a whole number, got 'two'", ""),
        ("integer", 1.5, "expected a whole number, got 1.5", ""),
        ("boolean", "true", "expected true or false, got 'true'", "write true without quotes"),
        ("boolean", "no", "expected true or false, got 'no'", "write false without quotes"),
        ("boolean", "maybe", "expected true or false, got 'maybe'", ""),
        ("array", {"a": 1}, "expected a list, got a mapping", "write it as a list: each item behind a dash"),
        ("array", "a", "expected a list, got 'a'", "write it as a list: each item behind a dash"),
        ("object", ["a"], f"expected {MAPPING}, got a list", "write keys and values here, without dashes"),
        ("object", "a", f"expected {MAPPING}, got 'a'", ""),
        (["string", "integer"], [], "expected a whole number or text, got a list", ""),
        (["string", "null"], [], "expected text, got a list", ""),
        ("null", 1, "expected nothing, got 1", ""),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_told_with_the_way_out(wanted, value, words, fix):
    schema = {"properties": {"a": {"properties": {"b": {"type": wanted}}}}}
    assert find(schema, {"a": {"b": value}}) == [SchemaProblem("type", ("a", "b"), f"a.b: {words}", fix)]


def test_a_type_may_have_words_of_its_own():
    [problem] = find({"type": "integer", "patternErrorMessage": "the port that clients use"}, [])
    assert problem.fix == "the port that clients use"


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        ({"enum": ["Always", "Never"]}, "Allways", "'Allways' is not known here; did you mean 'Always'?"),
        ({"enum": ["", "b", "a", None]}, "x", "'x' is not known here; there is a, b"),
        ({"enum": [1, ["x"]]}, 3, "expected one of 1, ['x']; got 3"),
        ({"const": 1}, 2, "expected 1; got 2"),
        ({"pattern": "^[a-z]+$"}, "A", "'A' does not match ^[a-z]+$"),
        ({"pattern": "^a$", "patternErrorMessage": "the letter a"}, "b", "expected the letter a; got 'b'"),
        ({"format": "date-time"}, "today", "'today' is not a valid date-time"),
        ({"uniqueItems": True}, ["a", "b", "a"], "'a' stands twice in the list"),
        ({"minimum": 1}, 0, "expected at least 1; got 0"),
        ({"maximum": 1}, 2, "expected at most 1; got 2"),
        ({"exclusiveMinimum": 1}, 1, "expected more than 1; got 1"),
        ({"exclusiveMaximum": 1}, 1, "expected less than 1; got 1"),
        ({"multipleOf": 2}, 3, "expected a multiple of 2; got 3"),
        ({"minLength": 1}, "", "expected at least 1 character; got 0"),
        ({"maxLength": 2}, "abc", "expected at most 2 characters; got 3"),
        ({"minItems": 1}, [], "expected at least 1 item; got 0"),
        ({"maxItems": 2}, [1, 2, 3], "expected at most 2 items; got 3"),
        ({"minProperties": 1}, {}, "expected at least 1 key; got 0"),
        ({"maxProperties": 2}, {"a": 1, "b": 1, "c": 1}, "expected at most 2 keys; got 3"),
    ],
)
def test_a_value_that_its_field_does_not_take_is_told(schema, value, words):
    assert find({"properties": {"a": schema}}, {"a": value}) == [SchemaProblem("value", ("a",), f"a: {words}")]


@pytest.mark.parametrize("schema", [{"not": {}}, {"contains": {"const": 1}}, {"items": False}])
def test_rarer_words_of_json_schema_are_told_too(schema):
    [problem] = find(schema, [2])
    assert problem.message


def test_a_name_that_a_mapping_does_not_take_is_told_at_its_key():
    [problem] = find({"properties": {"labels": {"propertyNames": {"pattern": "^[a-z]+$"}}}}, {"labels": {"A": 1}})
    assert (problem.code, problem.keys) == ("value", ("labels", "A"))
    assert problem.message == "labels.A: 'A' does not match ^[a-z]+$"


def test_a_mapping_that_takes_no_key_names_each_of_them():
    schema = {"properties": {"a": {"items": {"additionalProperties": False}}}}
    assert [p.keys for p in find(schema, {"a": [{}, {"b": {}, "c": 1}]})] == [("a", 1, "b"), ("a", 1, "c")]


def test_a_list_of_values_needs_no_pattern_beside_it():
    schema = {"enum": ["Managed", "Removed"], "pattern": "^(Managed|Removed)$"}
    [problem] = find(schema, "Manged")
    assert problem.message == "the object: 'Manged' is not known here; did you mean 'Managed'?"


def test_a_required_field_is_told_at_the_object_that_lacks_it():
    data = make_deployment()
    del data["spec"]["selector"]
    assert find(DEPLOYMENT, data) == [
        SchemaProblem("missing", ("spec",), "spec lacks the required field 'selector'", "add selector")
    ]
    del data["spec"]
    schema = {"required": ["spec"]}
    assert find(schema, data) == [SchemaProblem("missing", (), "lacks the required field 'spec'", "add spec")]


def test_alternatives_of_required_fields_are_one_problem():
    schema = {"properties": {"a": {"anyOf": [{"required": ["b"]}, {"required": ["c"]}]}}}
    assert find(schema, {"a": {}}) == [
        SchemaProblem("missing", ("a",), "a needs one of 'b', 'c'", "add one of 'b', 'c'")
    ]


def test_alternatives_that_exclude_each_other_are_one_problem():
    schema = {"oneOf": [{"required": ["a"]}, {"required": ["b"]}, {"required": ["c"]}]}
    expected = [SchemaProblem("value", (), "the object: more than one of the alternatives is given")]
    assert find(schema, {"a": 1, "b": 2}) == find(schema, {"a": 1, "b": 2, "c": 3}) == expected


def test_alternatives_of_types_are_one_problem():
    schema = {"properties": {"a": {"oneOf": [{"type": ["integer", "null"]}, {"type": "string"}]}}}
    assert [p.message for p in find(schema, {"a": []})] == ["a: expected a whole number or text, got a list"]


def test_of_alternatives_the_nearest_one_is_told():
    branches = [{"type": "integer"}, {"type": "object", "required": ["x", "y"]}, {"type": "object", "required": ["z"]}]
    assert [p.message for p in find({"anyOf": branches}, {"x": 1, "w": 1})] in (
        [f"lacks the required field {name!r}"] for name in ("y", "z")
    )


@pytest.mark.parametrize(
    ("value", "fits"), [("500m", True), (2, True), ("1Gi", True), ("1GB", False), ("500 m", False)]
)
def test_quantities_are_explained(value, fits):
    problems = find(DEPLOYMENT, make_deployment(resources={"limits": {"memory": value}}))
    assert (problems == []) is fits
    assert all(p.message.endswith(f"'{value}' is not a quantity such as 500m, 2 or 1Gi") for p in problems)


def make_service(port):
    return {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80, "targetPort": port}]}}


def test_a_number_or_text_takes_no_fraction():
    assert find(SERVICE, make_service(8080)) == find(SERVICE, make_service("http")) == []
    [problem] = find(SERVICE, make_service(80.5))
    assert problem.code == "type"
    assert problem.keys[-1] == "targetPort"


def test_a_null_in_a_mapping_is_dropped():
    assert find(DEPLOYMENT, make_deployment(resources=None, command=None)) == []
    schema = {"properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}}
    assert find(schema, {"a": None, "b": None}) == []


def test_a_null_that_was_dropped_is_missing_where_it_is_required():
    schema = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    [problem] = find(schema, {"a": None})
    assert problem.code == "missing"
    assert "a" in problem.message.split() or "'a'" in problem.message


def test_a_null_in_a_list_is_an_item_of_the_wrong_type():
    schema = {"properties": {"a": {"type": "array", "items": {"type": "string"}}}}
    [problem] = find(schema, {"a": ["x", None]})
    assert (problem.keys, problem.fix) == (("a", 1), "give it a value, or remove the key")
    assert [
        p.code
        for p in find(
            SELDON,
            {
                "apiVersion": "machinelearning.seldon.io/v1",
                "kind": "SeldonDeployment",
                "metadata": {"name": "a"},
                "spec": {"predictors": [None]},
            },
        )
    ] == ["type"]


def test_a_null_that_may_be_there_stays():
    for types in ({"type": ["string", "null"]}, {"type": "null"}, {}):
        schema = {"properties": {"a": types}, "required": ["a", "b"]}
        assert [p.message for p in find(schema, {"a": None})] == ["lacks the required field 'b'"]


def test_defaults_are_put_in_before_anything_is_missed():
    inner = {"properties": {"kind": {"default": "Issuer"}}, "required": ["kind"]}
    schema = {"properties": {"a": {"$ref": "#/$defs/inner"}}, "$defs": {"inner": inner}}
    assert find(schema, {"a": {}}) == []


def test_a_default_takes_the_place_of_a_null():
    schema = {"properties": {"a": {"type": "string", "default": "x"}}, "required": ["a"]}
    assert find(schema, {"a": None}) == []


def test_a_schema_that_refers_to_itself_comes_to_an_end():
    node = {
        "additionalProperties": False,
        "properties": {"child": {"$ref": "#/$defs/node"}, "name": {"type": "string"}},
    }
    schema = {"$ref": "#/$defs/node", "$defs": {"node": node}}
    data = {"nam": "x"}
    for _ in range(100):
        data = {"child": data}
    [problem] = find(schema, data)
    assert len(problem.keys) == 101


def test_places_read_like_paths():
    assert name_place(("spec", "predictors", 0, "graph")) == "spec.predictors[0].graph"
    assert name_place(()) == "the object"
    assert name_place((0, "a")) == "[0].a"
    assert name_place(("a\nb",)) == "a\\nb"
    assert len(name_place(("x" * 1000,))) < 250


def test_values_do_not_bring_passwords_or_line_breaks_into_messages():
    [problem] = find({"properties": {"a": {"type": "integer"}}}, {"a": "https://me:secret@example.com/\x1b[2J\n"})
    assert "secret" not in problem.message
    assert problem.message.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "spec",
                    "name",
                    "graph",
                    "containers",
                    "metadata",
                    "labels",
                    "predictors",
                    "template",
                    "kind",
                    "apiVersion",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.sampled_from([DEPLOYMENT, SERVICE, SELDON, STORE.find("argoproj.io/v1alpha1", "ApplicationSet")]), JSON)
def test_any_value_gives_problems_with_words(schema, data):
    for problem in find(schema, data):
        assert problem.code in {"unknown-field", "type", "missing", "value"}
        assert problem.message.isprintable()
        assert problem.fix.isprintable()


WORDS = [
    *({}, False, {"type": "string"}, {"type": ["integer", "null"]}, {"type": "array"}, {"enum": ["a", 1, None]}),
    *({"pattern": "a"}, {"minimum": 1}, {"minLength": 2}, {"required": ["a"]}, {"maxProperties": 1}),
    *({"uniqueItems": True}, {"default": "a", "type": "string"}),
]
SCHEMAS = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: (
        st.fixed_dictionaries(
            {"properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2), "additionalProperties": inner}
        )
        | st.fixed_dictionaries({"items": inner})
        | st.fixed_dictionaries({"not": inner})
        | st.builds(
            lambda name, branches: {name: branches},
            st.sampled_from(["anyOf", "oneOf", "allOf"]),
            st.lists(inner, min_size=1, max_size=3),
        )
    ),
    max_leaves=6,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a", "ab"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=6,
)


@given(SCHEMAS, VALUES)
def test_what_does_not_fit_any_schema_has_a_problem(document, data):
    schema = Schema({"allOf": [document]}, origin="test")
    treated_alike = not has_null_or_default(document, data)
    problems = find(schema, data)
    if treated_alike:
        assert bool(problems) is not schema.is_valid(data)


def has_null_or_default(document, data):
    return "default" in repr(document) or "None" in repr(data)
