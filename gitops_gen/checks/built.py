"""The objects in what kustomize built, each with where it comes from."""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.origins import Built
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.yaml_reader import read_yaml
from gitops_gen.ports import ORIGIN_ANNOTATION


def read_built(text: str) -> tuple[Built, ...]:
    """The objects of a build that was made with origin annotations, which are taken off."""
    return tuple(_take_origin(data) for data in read_yaml(text.encode()).documents if isinstance(data, dict))


def _take_origin(data: dict[str, Any]) -> Built:
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    origin = annotations.pop(ORIGIN_ANNOTATION, None) if isinstance(annotations, dict) else None
    if isinstance(metadata, dict) and annotations == {}:
        del metadata["annotations"]
    values = dict(_read_lines(origin)) if isinstance(origin, str) else {}
    path = "" if "repo" in values else values.get("path", "")
    return Built(Resource(data), path, values.get("configuredIn", ""))


def _read_lines(origin: str) -> Iterator[tuple[str, str]]:
    for line in origin.splitlines():
        key, colon, value = line.partition(": ")
        if colon and not key.startswith(" "):
            yield key, value.strip("'\"")
