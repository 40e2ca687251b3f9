"""Signatures of two models: what breaks callers, held against what MLflow does with their requests."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.models.utils import _enforce_schema
from mlflow.types import ColSpec, Schema

from gitops_gen.contract import compare_signatures

VALUES = {
    "integer": pd.array([7, 9], dtype="int32"),
    "long": pd.array([7, 9], dtype="int64"),
    "float": pd.array([0.5, 2.5], dtype="float32"),
    "double": pd.array([0.5, 2.5], dtype="float64"),
    "string": ["a", "b"],
    "boolean": [True, False],
}
FIELDS = st.dictionaries(
    st.sampled_from("abc"), st.tuples(st.sampled_from(sorted(VALUES)), st.booleans()), min_size=1, max_size=3
)


def describe(fields):
    return [{"name": n, "type": t, **({} if r else {"required": False})} for n, (t, r) in fields.items()]


@given(FIELDS, FIELDS)
def test_inputs_break_where_mlflow_refuses_what_callers_send(old, new):
    """The caller sends what the old model requires, and as the other case all that it takes."""
    changes = compare_signatures({"inputs": describe(old)}, {"inputs": describe(new)})
    schema = Schema([ColSpec(t, n, required=r) for n, (t, r) in new.items()])
    requests = [{n: VALUES[t] for n, (t, r) in old.items() if r or every} for every in (False, True)]

    def is_refused(columns):
        try:
            _enforce_schema(pd.DataFrame(columns, index=[0, 1]), schema)
        except MlflowException:
            return True
        return False

    assert any(change.breaks for change in changes) == any(is_refused(columns) for columns in requests)


@pytest.mark.parametrize(
    ("old", "new", "text", "breaks"),
    [
        ([("a", "long")], [], "output 'a' is gone", True),
        ([("a", "long")], [("a", "double")], "output 'a' is double and was long", True),
        ([("a", "long")], [("a", "long"), ("b", "long")], "output 'b' is new", False),
        ([("", "long")], [("", "long"), ("", "string")], "output '1' is new", False),
    ],
)
def test_outputs_break_where_callers_miss_something(old, new, text, breaks):
    before, after = ([{"name": n, "type": t} for n, t in fields] for fields in (old, new))
    assert compare_signatures({"outputs": before}, {"outputs": after}) == ((text, breaks),)


def test_an_output_that_can_be_missing_breaks():
    before, after = [{"name": "a", "type": "long"}], [{"name": "a", "type": "long", "required": False}]
    assert compare_signatures({"outputs": before}, {"outputs": after}) == (("output 'a' can be missing now", True),)
    assert compare_signatures({"outputs": after}, {"outputs": before}) == ()


@pytest.mark.parametrize(
    ("part", "old", "new", "breaks"),
    [
        ("inputs", [-1, 3], [-1, 3], None),
        ("inputs", [-1, 3], [-1, -1], False),
        ("inputs", [-1, -1], [-1, 3], True),
        ("inputs", [-1, 3], [-1, 3, 1], True),
        ("inputs", [-1, 3], None, True),
        ("outputs", [-1, -1], [-1, 3], False),
        ("outputs", [-1, 3], [-1, -1], True),
    ],
)
def test_shapes_may_widen_for_what_is_taken_and_narrow_for_what_is_given(part, old, new, breaks):
    before, after = (
        [{"name": "x", "type": "tensor(float32)", **({"shape": shape} if shape else {})}] for shape in (old, new)
    )
    changes = compare_signatures({part: before}, {part: after})
    assert [change.breaks for change in changes] == ([] if breaks is None else [breaks])


def test_parameters_have_defaults_so_that_new_ones_break_nothing():
    old, new = [{"name": "t", "type": "integer"}], [{"name": "t", "type": "double"}, {"name": "k", "type": "long"}]
    assert [change.breaks for change in compare_signatures({"params": old}, {"params": new})] == [False, False]
    assert [change.breaks for change in compare_signatures({"params": new}, {"params": old})] == [True, True]


def test_a_signature_may_come_and_not_go():
    signature = {"inputs": [{"name": "a", "type": "long"}]}
    assert compare_signatures(None, None) == ()
    assert compare_signatures(None, signature) == (("the model has a signature now", False),)
    assert compare_signatures(signature, None) == (("the model has no signature any more", True),)
    assert compare_signatures(signature, signature) == ()
