"""MLmodel files as people's MLflow versions and flavors write them."""

import json

import pytest

from gitops_gen.adapters.mlflow_model import find_flavor, format_type, parse_mlmodel
from gitops_gen.errors import ConfigError
from gitops_gen.model import SignatureField


def make_mlmodel(**signature: object) -> str:
    parts = "".join(f"  {part}: {json.dumps(json.dumps(specs))}\n" for part, specs in signature.items())
    return f"flavors:\n  sklearn: {{}}\nsignature:\n{parts}" if signature else "flavors:\n  sklearn: {}\n"


def test_the_versions_are_text_even_where_yaml_would_make_numbers_of_them():
    text = "mlflow_version: 3.1\nflavors:\n  python_function: {python_version: 3.11, loader_module: mlflow.sklearn}\n"
    model = parse_mlmodel(text, uri="s3://b/m", model_id="m-1", name="model")
    assert (model.uri, model.model_id, model.name) == ("s3://b/m", "m-1", "model")
    assert (model.mlflow_version, model.python_version) == ("3.1", "3.11")
    assert (model.flavor, model.signature, model.content_hash) == ("python_function", None, None)


@pytest.mark.parametrize(
    ("flavors", "expected"),
    [
        ({"python_function": {"loader_module": "mlflow.sklearn"}, "sklearn": {}}, "sklearn"),
        ({"python_function": {"loader_module": "mlflow.xgboost"}, "xgboost": {}, "aaa": {}}, "xgboost"),
        ({"python_function": {"loader_module": "mlflow.pyfunc.model"}}, "python_function"),
        ({"python_function": {"loader_module": "our.loader"}, "spark": {}, "mleap": {}}, "mleap"),
        ({"python_function": None, "onnx": {}}, "onnx"),
        ({"transformers": {}}, "transformers"),
        ({}, "python_function"),
    ],
)
def test_the_flavor_is_the_most_specific_one(flavors: dict, expected: str):
    assert find_flavor(flavors) == expected


def test_columns_keep_their_order_and_optional_ones_say_so():
    specs = [{"name": "z", "type": "double"}, {"name": "a", "type": "string", "required": False}]
    model = parse_mlmodel(make_mlmodel(inputs=specs), uri="u")
    assert model.signature is not None
    assert model.signature.inputs == (
        SignatureField(name="z", type="double"),
        SignatureField(name="a", type="string", required=False),
    )
    assert model.signature.outputs == model.signature.params == ()


def test_tensors_have_their_element_type_and_shape():
    specs = [{"name": "pixels", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 28, 28]}}]
    model = parse_mlmodel(make_mlmodel(inputs=specs), uri="u")
    assert model.signature is not None
    assert model.signature.inputs == (SignatureField(name="pixels", type="tensor(float32)", shape=(-1, 28, 28)),)


def test_parameters_have_defaults_and_so_are_optional():
    specs = [
        {"name": "temperature", "type": "double", "default": 0.1, "shape": None},
        {"name": "stops", "dtype": "string", "default": ["a"], "shape": [-1]},
    ]
    model = parse_mlmodel(make_mlmodel(params=specs), uri="u")
    assert model.signature is not None
    assert model.signature.params == (
        SignatureField(name="temperature", type="double", required=False),
        SignatureField(name="stops", type="string", shape=(-1,), required=False),
    )


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"type": "long"}, "long"),
        ({"type": "any"}, "any"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, "array(array(string))"),
        ({"type": "map", "values": {"type": "array", "items": {"type": "long"}}}, "map(array(long))"),
        (
            {"type": "object", "properties": {"b": {"type": "long", "required": False}, "a": {"type": "double"}}},
            "object{a: double, b?: long}",
        ),
    ],
)
def test_nested_types_have_one_stable_name(spec: dict, expected: str):
    assert format_type(spec) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "there is no such file"),
        ("- a\n- b\n", "no flavors"),
        ("flavors: 3\n", "no flavors"),
        ("flavors: {a: b\n", "MLmodel:2"),
        ("flavors: {a: {}}\nsignature: {inputs: 'no json'}\n", "inputs cannot be read"),
        ("flavors: {a: {}}\nsignature: {outputs: '[1]'}\n", "outputs cannot be read"),
        ("flavors: {a: {}}\nsignature: {params: '7'}\n", "params cannot be read"),
        ('flavors: {a: {}}\nsignature: {inputs: \'[{"type": "array"}]\'}\n', "inputs cannot be read"),
    ],
)
def test_what_is_no_mlmodel_is_told(text: str, expected: str):
    with pytest.raises(ConfigError, match=expected):
        parse_mlmodel(text, uri="u")


def test_an_mlmodel_without_a_signature_has_none():
    assert parse_mlmodel(make_mlmodel(), uri="u").signature is None
