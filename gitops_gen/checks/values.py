"""What stands in people's YAML, where any value may be of any type: read as what it is to be, else as nothing."""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.rule import Resource


def as_mapping(value: object) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def list_texts(value: object) -> Iterator[str]:
    """The texts in a list."""
    return (item for item in as_list(value) if isinstance(item, str))


def read_text(data: dict[str, Any], key: str) -> str:
    """The text at a key; empty where there is none."""
    value = data.get(key)
    return value if isinstance(value, str) else ""


def read_mapping(data: dict[str, Any], key: str) -> dict[str, Any]:
    """The mapping at a key; empty where there is none."""
    return as_mapping(data.get(key))


def read_spec(resource: Resource) -> dict[str, Any]:
    """The spec of an object; empty where it has none."""
    return as_mapping(resource.data.get("spec"))


def dig(data: Any, *keys: str | int) -> Any:  # noqa: ANN401 - YAML is any value
    """What stands at the end of `keys`; None if nothing does."""
    for key in keys:
        if isinstance(data, dict) and isinstance(key, str):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data
