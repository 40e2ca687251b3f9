"""What Argo CD deploys where: which Application reads an object, and the cluster and namespace that it goes to."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gitops_gen.checks.environments import Environment, Member, list_sources
from gitops_gen.checks.reference_folders import clean_path
from gitops_gen.checks.reference_paths import is_templated, read_text
from gitops_gen.checks.reference_repository import find_repository, is_repository
from gitops_gen.checks.rule import Keys


class Deployment(NamedTuple):
    """A source of an Application that is a folder of this repository."""

    application: Member
    keys: Keys
    """The way to its path."""
    path: str
    cluster: str
    """Its address or name; empty for the one that Argo CD runs in."""
    namespace: str
    """Empty if it sets none."""
    recurses: bool
    """Whether it reads the folders below as well."""


def read_deployments(environment: Environment) -> Mapping[str, tuple[Deployment, ...]]:
    """All of them by path; use it by `environment.remember`."""
    ours = find_repository(environment.settings)
    found: dict[str, tuple[Deployment, ...]] = {}
    for member in environment.select("Application", group="argoproj.io"):
        spec = member.data.get("spec")
        if not isinstance(spec, dict):
            continue
        for keys, source in list_sources(spec):
            path = source.get("path")
            if isinstance(path, str) and not is_templated(path) and is_repository(source.get("repoURL"), ours):
                deployment = _read_deployment(member, ("spec", *keys, "path"), spec, source)
                found[deployment.path] = (*found.get(deployment.path, ()), deployment)
    return found


def find_deployments(environment: Environment, member: Member) -> tuple[Deployment, ...]:
    """The sources that an object is deployed by."""
    by_path = environment.remember(read_deployments)
    if member.root:
        return by_path.get(member.root, ())
    folder = member.path.rpartition("/")[0] or "."
    found = list(by_path.get(folder, ()))
    while folder != ".":
        folder = folder.rpartition("/")[0] or "."
        found += [each for each in by_path.get(folder, ()) if each.recurses]
    return tuple(found)


def find_wave(member: Member) -> tuple[int, int]:
    """Phase and wave that Argo CD applies an object in: what is lower comes first, and is waited for."""
    annotations = member.data.get("metadata")
    annotations = annotations.get("annotations") if isinstance(annotations, dict) else None
    annotations = annotations if isinstance(annotations, dict) else {}
    hooks = str(annotations.get("argocd.argoproj.io/hook", "Sync")).split(",")
    phase = {"PreSync": -1, "PostSync": 1, "SyncFail": 2}.get(hooks[0].strip(), 0)
    wave = str(annotations.get("argocd.argoproj.io/sync-wave", "0")).strip()
    digits = wave.removeprefix("-")
    return phase, int(wave) if digits.isdecimal() and digits.isascii() and len(digits) < 10 else 0  # noqa: PLR2004 - int32


def _read_deployment(member: Member, keys: Keys, spec: Mapping[str, Any], source: Mapping[str, Any]) -> Deployment:
    cluster = read_text(spec, "destination.server") or read_text(spec, "destination.name")
    is_own = cluster.startswith("https://kubernetes.default.svc") or cluster == "in-cluster"
    return Deployment(
        member,
        keys,
        clean_path(read_text(source, "path")),
        "" if is_own else cluster,
        read_text(spec, "destination.namespace"),
        recurses=source.get("directory") is not None and _recurses(source["directory"]),
    )


def _recurses(directory: object) -> bool:
    return isinstance(directory, dict) and directory.get("recurse") is True
