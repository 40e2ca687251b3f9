"""An environment made of manifests, for the tests of what is asked about it."""

from collections.abc import Mapping
from typing import Any

from gitops_gen.checks.environments import Environment, Group, Member, make_members, split_environments
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.source import Source
from gitops_gen.checks.tree import Tree

SETTINGS: Mapping[str, Any] = {
    "repository": {"url": "https://git.example.com/team/gitops"},
    "environments": {"dev": {"namespace": "apps"}},
}


def make_environment(
    text: str | Mapping[str, str],
    *,
    settings: Mapping[str, Any] = SETTINGS,
    unknown: tuple[str, ...] = (),
    root: str = "/nowhere",
    name: str = "dev",
) -> Environment:
    """The environment `name` of manifests in one file, or in several by their paths."""
    files = {"dev/all.yaml": text} if isinstance(text, str) else text
    sources = {path: Source(path, content.encode()) for path, content in files.items()}
    manifests = [(path, resource) for path, source in sources.items() for resource in source.list_resources()]
    members = make_members({}, manifests, settings, list(settings.get("environments", {})))

    def locate(member: Member, keys: Keys) -> tuple[str, int, int]:
        return (member.path, *sources[member.path].locate(member.resource.document, (*member.resource.keys, *keys)))

    found = split_environments(
        Group(members, unknown), settings, list(settings.get("environments", {})), locate=locate, tree=Tree(root)
    )
    return next(environment for environment in found if environment.name == name)
