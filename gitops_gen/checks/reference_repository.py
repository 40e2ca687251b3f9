"""Addresses of repositories: whether two of them mean the same one."""

from collections.abc import Mapping
from typing import Any

from gitops_gen.checks.reference_paths import is_templated


def find_repository(settings: Mapping[str, Any]) -> str:
    """`repository.url` of gitops-gen.yaml; empty if there is none."""
    section = settings.get("repository")
    url = section.get("url") if isinstance(section, dict) else None
    return url if isinstance(url, str) else ""


def find_branch(settings: Mapping[str, Any]) -> str:
    """`repository.baseBranch` of gitops-gen.yaml, by default main."""
    section = settings.get("repository")
    branch = section.get("baseBranch") if isinstance(section, dict) else None
    return branch if isinstance(branch, str) and branch else "main"


def is_repository(url: object, ours: str) -> bool:
    """Whether an address is that of `ours`, over whatever protocol and with or without `.git`."""
    return isinstance(url, str) and bool(ours) and normalize(url) == normalize(ours)


def is_followed(settings: Mapping[str, Any], revision: object) -> bool:
    """Whether a revision is the base branch; what is templated counts as it."""
    if revision is None or revision in ("", "HEAD"):
        return True
    branch = find_branch(settings)
    return isinstance(revision, str) and (is_templated(revision) or revision.removeprefix("refs/heads/") == branch)


def normalize(url: str) -> str:
    """Host and path of a repository's address, in small letters: what is the same for ssh and https."""
    text = url.strip().lower()
    scheme, found, rest = text.partition("://")
    if not found:
        host, colon, path = scheme.partition(":")
        rest = f"{host}/{path}" if colon and "/" not in host else scheme
        scheme = ""
    host, _, path = rest.partition("/")
    host = host.rpartition("@")[2]
    if scheme:
        name, colon, port = host.partition(":")
        host = name if colon and port in {"", "22", "80", "443"} else host
    return f"{host}/{path.strip('/').removesuffix('.git')}"
