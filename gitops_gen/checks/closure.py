"""Which files a kustomization needs to build: read level by level, each level in one request."""

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.kustomization import list_candidates, parse_kustomization, resolve
from gitops_gen.checks.yaml_reader import read_yaml


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
            if posixpath.basename(path) not in KUSTOMIZATIONS:
                continue
            kustomization = parse_kustomization(path, read_yaml(content).documents)
            for reference in kustomization.references:
                target = resolve(kustomization.folder, reference.target)
                if reference.is_remote:
                    remote.add(reference.target)
                elif target is None:
                    outside.add(reference.target)
                else:
                    wanted |= set(list_candidates(target))
        wanted -= asked
    return Closure(files=files, remote=tuple(sorted(remote)), outside=tuple(sorted(outside)))
