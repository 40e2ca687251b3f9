"""What gitops-gen.yaml declares to be in the cluster although the repository does not have it."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from gitops_gen.checks.values import as_mapping, list_texts


class Externals:
    """`validate.external` of gitops-gen.yaml; what is not as it should be there counts as left out."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        entries = as_mapping(as_mapping(settings.get("validate")).get("external"))
        self._objects = tuple(_read_objects(entries.get("objects")))
        self._metrics = tuple(list_texts(entries.get("metrics")))

    def has_object(self, kind: str, name: str, namespace: str = "") -> bool:
        """Whether an object is declared; one without `namespaces` is there in each."""
        return any(
            declared == kind
            and any(fnmatchcase(name, pattern) for pattern in names)
            and (not namespaces or not namespace or any(fnmatchcase(namespace, pattern) for pattern in namespaces))
            for declared, names, namespaces in self._objects
        )

    def has_metric(self, name: str) -> bool:
        """Whether a metric is declared."""
        return any(fnmatchcase(name, pattern) for pattern in self._metrics)


def _read_objects(entries: object) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("kind"), str):
            yield entry["kind"], tuple(list_texts(entry.get("names"))), tuple(list_texts(entry.get("namespaces")))
