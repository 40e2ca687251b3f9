"""What an `MLmodel` file says of a model: flavor, versions and signature, read without MLflow's own (numpy) parser."""

import json
from collections.abc import Mapping
from typing import Any

from gitops_gen.errors import ConfigError
from gitops_gen.model import LoggedModel, Signature, SignatureField
from gitops_gen.yamlio import load_round_trip

_GENERIC_FLAVOR = "python_function"
_MOST_REQUIREMENTS = 500
_LONGEST_REQUIREMENT = 300


def parse_mlmodel(text: str, *, uri: str, model_id: str = "", name: str = "") -> LoggedModel:
    """The model that an MLmodel file describes, without a content hash.

    Raises:
        ConfigError: the file is not YAML, or not an MLmodel; the message begins with `MLmodel`.
    """
    if not text.strip():
        raise ConfigError("MLmodel: there is no such file, or it is empty")
    document = load_round_trip(text, path="MLmodel")
    if not isinstance(document, Mapping) or not isinstance(document.get("flavors"), Mapping):
        raise ConfigError("MLmodel: it has no flavors")
    flavors = document["flavors"]
    generic = flavors.get(_GENERIC_FLAVOR)
    generic = generic if isinstance(generic, Mapping) else {}
    return LoggedModel(
        uri=uri,
        model_id=model_id,
        name=name,
        flavor=find_flavor(flavors),
        python_version=_read_text(generic, "python_version"),
        mlflow_version=_read_text(document, "mlflow_version"),
        signature=_parse_signature(document.get("signature")),
    )


def parse_requirements(text: str) -> tuple[str, ...]:
    """The lines of a requirements.txt that ask for something, sorted; of a long one the first _MOST_REQUIREMENTS."""
    lines = (" ".join(line.partition(" #")[0].split()) for line in text.splitlines())
    asked = {line[:_LONGEST_REQUIREMENT] for line in lines if line and not line.startswith("#")}
    return tuple(sorted(asked, key=str.lower)[:_MOST_REQUIREMENTS])


def find_flavor(flavors: Mapping[str, Any]) -> str:
    """The most specific flavor: the one that `python_function` loads, else the first that is not `python_function`."""
    native = sorted(str(flavor) for flavor in flavors if flavor != _GENERIC_FLAVOR)
    generic = flavors.get(_GENERIC_FLAVOR)
    loader = str(generic.get("loader_module", "")) if isinstance(generic, Mapping) else ""
    loaded = loader.removeprefix("mlflow.").partition(".")[0]
    return loaded if loaded in native else (native or [_GENERIC_FLAVOR])[0]


def _parse_signature(node: object) -> Signature | None:
    """The signature; MLflow keeps each of its parts as JSON text."""
    if not isinstance(node, Mapping):
        return None
    return Signature(
        inputs=_parse_fields(node, "inputs"),
        outputs=_parse_fields(node, "outputs"),
        params=_parse_fields(node, "params", required=False),
    )


def _parse_fields(node: Mapping[str, Any], part: str, *, required: bool = True) -> tuple[SignatureField, ...]:
    text = node.get(part)
    if not text:
        return ()
    try:
        specs = json.loads(str(text))
        return tuple(_parse_field(spec, required=required) for spec in specs)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ConfigError(f"MLmodel: the signature's {part} cannot be read: {error!r}") from error


def _parse_field(spec: Mapping[str, Any], *, required: bool) -> SignatureField:
    tensor = spec.get("tensor-spec")
    shape = tensor.get("shape") if tensor else spec.get("shape")
    optional = spec.get("required") is False or not required
    return SignatureField(
        name=str(spec.get("name") or ""),
        type=format_type(spec),
        shape=tuple(int(size) for size in shape) if shape is not None else None,
        required=not optional,
    )


def format_type(spec: Mapping[str, Any]) -> str:
    """A stable name for a type of MLflow's schema.

    `double`, `tensor(float32)`, `array(string)`, `map(long)`, `object{age: long, name?: string}` (`?` is optional).
    """
    kind = str(spec.get("type") or spec.get("dtype"))
    match kind:
        case "tensor":
            return f"tensor({spec['tensor-spec']['dtype']})"
        case "array":
            return f"array({format_type(spec['items'])})"
        case "map":
            return f"map({format_type(spec['values'])})"
        case "object":
            properties = sorted(spec["properties"].items())
            inner = ", ".join(
                f"{name}{'?' if value.get('required') is False else ''}: {format_type(value)}"
                for name, value in properties
            )
            return f"object{{{inner}}}"
        case _:
            return kind


def _read_text(node: Mapping[str, Any], key: str) -> str:
    value = node.get(key)
    return "" if value is None else str(value)
