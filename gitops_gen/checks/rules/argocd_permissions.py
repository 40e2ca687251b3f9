"""What an AppProject permits, worked out as Argo CD does it.

The rules are those of IsSourcePermitted, isDestinationMatched, IsGroupKindNamePermitted and IsAppNamespacePermitted in
pkg/apis/application/v1alpha1/app_project_types.go of argoproj/argo-cd (3.6), and of NormalizeGitURL in util/git/git.go.
An answer that depends on what only the cluster knows is None.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.go_values import match_glob, match_path
from gitops_gen.checks.rules.argocd_parts import is_open
from gitops_gen.checks.values import as_list, as_mapping, read_text

_LOCAL_SERVER = "https://kubernetes.default.svc"
_LOCAL_NAME = "in-cluster"


class Destination(NamedTuple):
    """Where an Application deploys to; a server or name that is not known is None."""

    server: str | None
    name: str | None
    namespace: str


def read_destination(data: dict[str, Any]) -> Destination | None:
    """What `destination` says; None where it is only known once something was filled in, or names no cluster."""
    server, name = read_text(data, "server").rstrip("/"), read_text(data, "name")
    if any(is_open(data.get(key)) for key in ("server", "name", "namespace")) or bool(server) == bool(name):
        return None
    if server == _LOCAL_SERVER or name == _LOCAL_NAME:
        return Destination(_LOCAL_SERVER, _LOCAL_NAME, read_text(data, "namespace"))
    return Destination(server or None, name or None, read_text(data, "namespace"))


def permits_repository(spec: dict[str, Any], address: str) -> bool:
    """Whether a project takes manifests from a repository."""
    wanted = normalize_address(address)
    permitted = False
    for entry in _list_texts(spec, "sourceRepos"):
        if entry.startswith("!"):
            if match_glob(normalize_address(entry[1:]), wanted, "/"):
                return False
            permitted = True
        elif entry == "*" or match_glob(normalize_address(entry), wanted, "/"):
            permitted = True
    return permitted


def normalize_address(address: str) -> str:
    """The address of a repository as Argo CD compares it."""
    text = address.strip().lower()
    if re.fullmatch(r"(?:ssh://)?[^/:@]*@[^@]+", text) and not text.startswith("ssh://"):
        text = "ssh://" + text.replace(":", "/", 1)
    return text.removesuffix(".git").removeprefix("ssh://")


def permits_destination(spec: dict[str, Any], wanted: Destination) -> bool | None:
    """Whether a project deploys to a namespace of a cluster."""
    permitted = unknown = False
    for entry in map(as_mapping, as_list(spec.get("destinations"))):
        server, name, namespace = (read_text(entry, key) for key in ("server", "name", "namespace"))
        if any(map(is_open, (server, name, namespace))):
            return None
        by_server = _fits(server, wanted.server)
        by_name = _fits(name, wanted.name)
        in_namespace = namespace == wanted.namespace or _fits(namespace, wanted.namespace) is True
        if (by_server or by_name) and in_namespace:
            permitted = True
            continue
        is_denied = (
            _is_denied(name, by_name)
            or (_is_denied(server, by_server) and in_namespace)
            or (_is_denied(namespace, in_namespace) and by_server is True)
        )
        if is_denied:
            return False
        unknown = unknown or (in_namespace and None in (by_server, by_name))
    return True if permitted else None if unknown else False


def _is_denied(pattern: str, fits: bool | None) -> bool:
    return pattern.startswith("!") and fits is False


def _fits(pattern: str, value: str | None) -> bool | None:
    """Whether a pattern fits; None where the value is not known and the pattern is one for some values."""
    if not pattern:
        return False
    if pattern == "*":
        return True
    if value is None:
        return None
    return not match_glob(pattern[1:], value) if pattern.startswith("!") else match_glob(pattern, value)


def permits_kind(spec: dict[str, Any], group: str, kind: str, name: str, *, namespaced: bool) -> bool:
    """Whether a project deploys objects of a kind."""
    if namespaced:
        listed = spec.get("namespaceResourceWhitelist")
        permitted = listed is None or _is_listed(listed, group, kind, None)
        return permitted and not _is_listed(spec.get("namespaceResourceBlacklist"), group, kind, None)
    permitted = _is_listed(spec.get("clusterResourceWhitelist"), group, kind, name)
    return permitted and not _is_listed(spec.get("clusterResourceBlacklist"), group, kind, name)


def _is_listed(entries: object, group: str, kind: str, name: str | None) -> bool:
    """Whether an entry of a list fits a kind, and the name where a list is about names as well."""
    for entry in map(as_mapping, as_list(entries)):
        wanted = read_text(entry, "name")
        is_named = name is None or not wanted or match_path(wanted, name)
        if is_named and match_path(read_text(entry, "kind"), kind) and match_path(read_text(entry, "group"), group):
            return True
    return False


def permits_namespace(spec: dict[str, Any], namespace: str) -> bool:
    """Whether Applications of a namespace besides Argo CD's own may belong to a project."""
    for entry in _list_texts(spec, "sourceNamespaces"):
        if (entry.startswith("/") and entry.endswith("/")) or match_glob(entry, namespace):
            return True  # a regular expression of somebody else's is not tried
    return False


def _list_texts(spec: dict[str, Any], key: str) -> Iterator[str]:
    return (entry for entry in as_list(spec.get(key)) if isinstance(entry, str))
