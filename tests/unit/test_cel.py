"""Rules in CEL: verdicts as the API server's, and what is asked of which value."""

import json

import pytest

from gitops_gen.checks import cel
from gitops_gen.checks.cel_library import compile_expression
from gitops_gen.checks.cel_values import ForeignValueError, to_cel
from gitops_gen.checks.defaults import apply_defaults
from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.checks.schema_walk import look_through
from gitops_gen.checks.selection import Selection
from gitops_gen.definitions import read_inputs
from gitops_gen.schema_catalog import open_store
from gitops_gen.schema_import import import_schemas
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.cel_rules import ROOT, STORE, UNBREAKABLE, list_asked, list_rules, load_objects
from tests.goldens import check_golden

OBJECTS = load_objects()
THINGS = (ROOT / "tests/cel_things.jsonl").read_text(encoding="utf-8").splitlines()


def find_broken(schema, data, problems=()):
    parts = look_through(schema)
    places = list(parts.list_places(apply_defaults(schema, data)))
    return list(cel.check_rules(places, set(problems)))


def find_place(part, keys):
    """The list as a whole, where a rule about all items names one of them."""
    return keys[:-1] if keys and isinstance(keys[-1], int) and part.startswith("self.all(") else keys


@pytest.mark.parametrize(
    ("data", "expected"), OBJECTS, ids=[f"{number}-{data['kind']}" for number, (data, _) in enumerate(OBJECTS)]
)
def test_the_verdict_on_an_object_is_the_api_servers(data, expected):
    schema = STORE.find(data["apiVersion"], data["kind"])
    treated = apply_defaults(schema, data)
    assert schema.is_valid(treated), "the rest of the schema takes it"
    broken = find_broken(schema, data)
    assert all(isinstance(one, cel.Broken) for one in broken)
    found = {(find_place(one.expression, one.keys), one.expression) for one in broken}
    assert found == {(find_place(rule, keys), rule) for keys, rule in expected}


@pytest.fixture(name="things", scope="module")
def import_things(tmp_path_factory):
    """The schema of tests/cel_things.yaml, with rules on every type and function; for a cluster they are too many."""
    root = str(tmp_path_factory.mktemp("things"))
    import_schemas(root, read_inputs([str(ROOT / "tests/cel_things.yaml")]))
    return open_store(root).find("example.com/v1", "Thing")


@pytest.mark.parametrize("row", [json.loads(line) for line in THINGS], ids=range(len(THINGS)))
def test_the_verdict_by_an_imported_definition_is_the_api_servers(things, row):
    broken = find_broken(things, row["object"])
    found = [[list(find_place(one.expression, one.keys)), one.expression, bool(one.error)] for one in broken]
    expected = [[list(find_place(rule, tuple(keys))), rule, is_error] for keys, rule, _, is_error in row["broken"]]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert {one.message for one in broken} == {message for _, _, message, _ in row["broken"]}


def list_reached(data):
    schema = STORE.find(data["apiVersion"], data["kind"])
    places = look_through(schema).list_places(apply_defaults(schema, data))
    return {rule["rule"].strip() for part, _, value in places if value is not None for rule in part.rules}


def test_every_carried_rule_is_kept_by_one_object_and_broken_by_another():
    broken = {rule for _, rules in OBJECTS for _, rule in rules}
    kept = {rule for data, rules in OBJECTS if not rules for rule in list_reached(data)}
    assert len(list_asked()) > 100
    assert set(list_asked()) - broken == set(UNBREAKABLE)
    assert set(list_asked()) - kept == set()


def test_the_carried_rules_that_cannot_be_run_stand_in_the_documentation():
    failed = {rule: compiled for rule in list_asked() if isinstance(compiled := compile_expression(rule), str)}
    lines = [f"| `{rule}` | {', '.join(list_rules()[rule])} | {reason} |" for rule, reason in failed.items()]
    table = "\n".join(["| expression | schemas | reason |", "|---|---|---|", *lines]) if lines else "None."
    path = ROOT / "docs/cel.md"
    before, start, rest = path.read_text(encoding="utf-8").partition("<!-- begin of the generated list -->\n")
    _, end, after = rest.partition("<!-- end of the generated list -->\n")
    assert start
    assert end
    check_golden(path, f"{before}{start}\n{table}\n\n{end}{after}")


def make_schema(rules, **fields):
    document = {"type": "object", "properties": fields, "x-kubernetes-validations": rules}
    return Schema(document, origin="here")


@pytest.mark.parametrize(
    ("rule", "data", "message"),
    [
        ({"rule": "self.n < 3"}, {"n": 4}, ""),
        ({"rule": "self.n < 3", "message": " too many \n"}, {"n": 4}, "too many"),
        ({"rule": "self.n < 3", "messageExpression": "'not ' + string(self.n)"}, {"n": 4}, "not 4"),
        ({"rule": "self.n < 3", "messageExpression": "'not ' + self.n", "message": "no"}, {"n": 4}, "no"),
        ({"rule": "self.n < 3", "messageExpression": "self.m", "message": "no"}, {"n": 4}, "no"),
        ({"rule": "self.n < 3", "messageExpression": "this is none", "message": "no"}, {"n": 4}, "no"),
    ],
)
def test_the_message_is_the_schemas(rule, data, message):
    [broken] = find_broken(make_schema([rule], n={"type": "integer"}, m={"type": "string"}), data)
    assert (broken.message, broken.error, broken.keys) == (message, "", ())


def test_a_rule_names_the_field_that_it_is_about():
    schema = make_schema([{"rule": "false", "fieldPath": ".a['b.c']"}], a={"type": "object"})
    assert [one.keys for one in find_broken(schema, {})] == [("a", "b.c")]


def test_a_rule_about_all_items_names_the_first_that_breaks_it():
    items = {
        "type": "array",
        "items": {"type": "integer"},
        "x-kubernetes-validations": [{"rule": "self.all(i, i < 3)"}],
    }
    assert [one.keys for one in find_broken(make_schema([], a=items), {"a": [1, 2, 3, 4]})] == [("a", 2)]


def test_an_error_counts_as_broken():
    [broken] = find_broken(make_schema([{"rule": "self.m == 'a'"}], m={"type": "string"}), {})
    assert broken.error == 'Key not found in map : "m"'


def test_a_rule_about_what_was_before_holds_for_updates_alone():
    rules = [{"rule": "self.n == oldSelf.n"}, {"rule": "oldSelf.hasValue() || self.n == 3", "optionalOldSelf": True}]
    schema = make_schema(rules, n={"type": "integer"})
    assert find_broken(schema, {"n": 3}) == []
    assert [one.expression for one in find_broken(schema, {"n": 4})] == [rules[1]["rule"]]


def test_null_is_not_asked_and_no_value_of_a_field():
    inner = {"type": ["object", "null"], "x-kubernetes-validations": [{"rule": "has(self.a)"}]}
    schema = make_schema([{"rule": "!has(self.inner)"}], inner=inner)
    assert find_broken(schema, {"inner": None}) == []
    assert len(find_broken(schema, {"inner": {}})) == 2


@pytest.mark.parametrize(("problem", "asked"), [((), 0), (("a",), 0), (("a", "n"), 0), (("b",), 1), (("a2", "n"), 1)])
def test_a_value_that_breaks_its_schema_is_not_asked(problem, asked):
    inner = {"type": "object", "properties": {"n": {}}, "x-kubernetes-validations": [{"rule": "false"}]}
    assert len(find_broken(make_schema([], a=inner), {"a": {"n": 1}}, [problem])) == (asked if problem else 1)


def test_an_object_that_gets_its_name_later_has_one():
    schema = make_schema([{"rule": "self.metadata.name.startsWith('a-')"}], metadata={"type": "object"})
    assert find_broken(schema, {"metadata": {"generateName": "a-"}}) == []
    assert len(find_broken(schema, {"metadata": {"name": "b"}})) == 1


def test_a_schema_may_refer_to_itself():
    tree = {
        "type": "object",
        "properties": {"left": {"$ref": "#/$defs/tree", "default": {}}, "right": {"$ref": "#/$defs/tree"}},
        "x-kubernetes-validations": [{"rule": "!has(self.right) || has(self.left)"}],
    }
    schema = Schema({"$ref": "#/$defs/tree", "$defs": {"tree": tree}}, origin="here")
    places = list(look_through(schema).list_places({"right": {"right": {"right": {}}}}))
    assert [keys for _, keys, _ in places] == [(), *(("right",) * n for n in (1, 2, 3))]
    assert [one.keys for one in cel.check_rules(places, ())] == [(), ("right",), ("right",) * 2]


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 2**63, {"a": "\0"}, {"\0": 1}, [-(2**63) - 1]])
def test_a_value_that_the_library_cannot_take_is_no_finding(value):
    schema = make_schema([{"rule": "false"}], a={})
    with pytest.raises(ForeignValueError):
        to_cel(look_through(schema).root, {"a": value})
    [skipped] = find_broken(schema, {"a": value})
    assert isinstance(skipped, cel.Skipped)


def test_a_rule_that_takes_too_many_steps_is_no_finding():
    schema = make_schema([{"rule": "self.a.all(x, self.a.all(y, self.a.all(z, x + y + z < 0 || true)))"}], a={})
    [skipped] = find_broken(schema, {"a": list(range(200))})
    assert skipped == cel.Skipped(schema.document["x-kubernetes-validations"][0]["rule"], "Iteration budget exceeded")


def test_lists_without_an_order_are_not_compared():
    both = {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}}
    schema = make_schema([{"rule": "self.a == self.b"}, {"rule": "self.a.size() == 3"}], a=both, b=both)
    first, second = find_broken(schema, {"a": ["x", "y"], "b": ["y", "x"]})
    assert isinstance(first, cel.Skipped)
    assert isinstance(second, cel.Broken)


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    """A repository with a kind of its own, one rule of which cannot be run."""
    rules = [{"rule": "self.spec.all(i, v, v > i)"}, {"rule": "self.spec[0] > 0", "message": "nothing comes first"}]
    document = {
        "type": "object",
        "properties": {
            "apiVersion": {"const": "example.com/v1"},
            "kind": {"const": "Thing"},
            "metadata": {"type": "object"},
            "spec": {"type": "array", "items": {"type": "integer"}},
        },
        "x-kubernetes-validations": rules,
    }
    (tmp_path / "schemas/example.com").mkdir(parents=True)
    (tmp_path / "schemas/example.com/thing_v1.json").write_text(json.dumps(document))
    (tmp_path / "repository").mkdir()
    for name in ("a", "b"):
        text = f"apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: {name}\nspec: [0]\n"
        (tmp_path / f"repository/{name}.yaml").write_text(text)
    return tmp_path


def test_what_cannot_be_run_is_told_once_of_a_kind(folder):
    request = ValidateRequest(root=str(folder / "repository"), schema_locations=(str(folder / "schemas"),), cache=False)
    result = validate(request, prepare_run(request), find_kustomize=lambda: None)
    assert [(f.path, f.rule, f.message) for f in result.findings] == [
        ("a.yaml", "SCHEMA010", "the object: nothing comes first"),
        ("b.yaml", "SCHEMA010", "the object: nothing comes first"),
    ]
    [unchecked] = result.unchecked
    assert unchecked.path == "a.yaml"
    assert unchecked.reason.startswith("a rule in CEL of Thing could not be checked: self.spec.all(i, v, v > i): ")


def test_rules_that_are_left_out_are_not_asked():
    checker = ObjectChecker(SchemaStore(), Selection(skip=["SCHEMA010"]))
    data, broken = next((data, broken) for data, broken in OBJECTS if broken)
    assert broken
    hits = list(checker.check(Resource(data), pinned=False))
    assert not any(rule.id == "SCHEMA010" for rule, _ in hits)
