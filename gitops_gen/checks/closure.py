"""Which files a kustomization needs to build: read level by level, each level in one request."""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gitops_gen.errors import ConfigError
from gitops_gen.yamlio import load_round_trip

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""File names that kustomize takes for a folder's kustomization."""

# As kustomize takes a path for a repository: a scheme, an scp-like address, a query, or a well-known host in front.
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|git::|[^/\s]+@[^/\s]+:|(github\.com|gitlab\.com|bitbucket\.org)[/:]")
_FILE_ENDINGS = (".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The files that a build reads, and what keeps it from being built from them alone."""

    files: Mapping[str, bytes]
    remote: tuple[str, ...]
    """Addresses that kustomize would fetch, sorted."""
    outside: tuple[str, ...]
    """Paths that lead out of the repository, sorted."""


def read_closure(root: str, read_files: Callable[[Sequence[str]], Mapping[str, bytes]]) -> Closure:
    """All files that kustomize reads to build the folder `root`, by path in the repository.

    `read_files` gives those of the paths asked for that are there; it is called once for each level of references.
    A file that is missing, or is not YAML, is left for kustomize to complain about.
    """
    files: dict[str, bytes] = {}
    remote: set[str] = set()
    outside: set[str] = set()
    asked: set[str] = set()
    wanted = {f"{root}/{name}" for name in KUSTOMIZATIONS}
    while wanted:
        asked |= wanted
        found = read_files(sorted(wanted))
        files |= found
        wanted = set()
        for path, content in found.items():
            if posixpath.basename(path) in KUSTOMIZATIONS:
                for reference in _list_references(content, path):
                    if _REMOTE.match(reference) or "?ref=" in reference:
                        remote.add(reference)
                        continue
                    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), reference))
                    if target.startswith(("../", "/")) or target == "..":
                        outside.add(reference)
                    else:
                        wanted |= _list_candidates(target)
        wanted -= asked
    return Closure(files=files, remote=tuple(sorted(remote)), outside=tuple(sorted(outside)))


def _list_candidates(target: str) -> set[str]:
    if target.endswith(_FILE_ENDINGS):
        return {target}
    prefix = "" if target == "." else f"{target}/"
    return {target} | {prefix + name for name in KUSTOMIZATIONS}


def _list_references(content: bytes, path: str) -> Iterator[str]:
    try:
        data = load_round_trip(content.decode(), path=path)
    except (ConfigError, UnicodeDecodeError):
        return
    if not isinstance(data, Mapping):
        return
    for key in ("resources", "components", "bases", "crds", "configurations"):
        yield from _list_strings(data.get(key))
    for key in ("patchesStrategicMerge", "transformers", "generators", "validators"):
        yield from (text for text in _list_strings(data.get(key)) if "\n" not in text)  # else it is inline
    for key in ("patches", "patchesJson6902", "replacements"):
        yield from (str(item["path"]) for item in _list_mappings(data.get(key)) if item.get("path"))
    if isinstance(data.get("openapi"), Mapping) and data["openapi"].get("path"):
        yield str(data["openapi"]["path"])
    for key in ("configMapGenerator", "secretGenerator"):
        for item in _list_mappings(data.get(key)):
            yield from (text.rpartition("=")[2] for text in _list_strings(item.get("files")))
            yield from _list_strings(item.get("envs"))
            yield from _list_strings([item.get("env")])


def _list_strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - YAML is any value
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (str(item) for item in value if isinstance(item, str))


def _list_mappings(value: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - YAML is any value
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (item for item in value if isinstance(item, Mapping))
