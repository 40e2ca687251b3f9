"""The rules on whether a folder builds, and on what its build leaves out."""

import posixpath
from collections.abc import Iterator

from gitops_gen.checks.build_errors import list_failures
from gitops_gen.checks.rule import Hit, Resource, rule
from gitops_gen.checks.unit import Build, Unit

_FOREIGN = ("kustomize.config.k8s.io", "gitops-gen.dev", "builtin", "config.kubernetes.io", "config.k8s.io")
_ARGO = ("Application", "ApplicationSet")


@rule("KUST001", "error")
def check_build(build: Build) -> Iterator[Hit]:
    """A kustomization builds.

    Why: Argo CD cannot sync what kustomize does not build. The application shows an error, and the cluster keeps what
    it has.

    Fix: what the message says. `kubectl kustomize <folder>` gives kustomize's own words.
    """
    if build.message:
        yield from list_failures(build.tree, build.graph, build.root, build.message)


@rule("KUST009", "warning")
def check_orphans(unit: Unit) -> Iterator[Hit]:
    """A manifest below a kustomization is part of it.

    Why: a manifest that no kustomization lists is never deployed, and nobody notices: the pull request that added it
    was merged, and the folder builds.

    Fix: list it under `resources`, or move it elsewhere.
    """
    for path in unit.files if unit.data else ():
        source = unit.tree.read(path)
        if source is None or unit.graph.roles.get(path):
            continue
        found = next((resource for resource in source.list_resources() if _is_manifest(resource)), None)
        if found is not None:
            target = posixpath.relpath(path, unit.folder)
            message = f"{found.kind} {found.name}: no kustomization lists this file, so it is not deployed"
            fix = f"add {target} to `resources` in {unit.kustomization.path}"
            yield Hit(message, found.keys, fix, found.document, path=path)


def _is_manifest(resource: Resource) -> bool:
    """Whether it is an object for a cluster, and nothing that tools keep beside it."""
    group = resource.group or resource.api_version
    return bool(resource.kind and resource.api_version) and group not in _FOREIGN and bool(resource.name)


UNIT_RULES = (check_orphans,)
BUILD_RULES = (check_build,)
