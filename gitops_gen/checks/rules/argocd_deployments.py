"""What each Application of an environment deploys: the objects that are made from its folders in this repository."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.go_values import match_path
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.rules.argocd_parts import App, AppSource, is_open, list_sources, read_app
from gitops_gen.checks.rules.argocd_permissions import normalize_address
from gitops_gen.checks.values import as_list, as_mapping, read_mapping, read_text

_GROUP = "argoproj.io"
_FOLDER = ("{{.path.path}}", "{{path}}")
"""How a template says that the Application reads the folder that a Git generator found, without spaces."""


class Deployed(NamedTuple):
    """A folder of this repository that an Application reads."""

    folder: str
    source: AppSource
    objects: tuple[Member, ...]
    """What is made of it; none where its build is not known."""


def list_apps(environment: Environment) -> Iterator[tuple[Member, App]]:
    """The Applications of an environment, and the templates for such."""
    for member in environment.select("Application", "ApplicationSet", group=_GROUP):
        yield member, read_app(member.resource)


def find_project(environment: Environment, name: str) -> Member | None:
    """The AppProject of that name."""
    return environment.find("AppProject", name, group=_GROUP)


def read_project(app: App) -> str:
    """The name of an Application's project; empty where it is only known once something was filled in."""
    project = app.spec.get("project")
    if project in (None, ""):
        return "" if app.is_patched else "default"
    return project if isinstance(project, str) and not is_open(project) else ""


class Deployments:
    """What the Applications of an environment deploy."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._built: dict[str, list[Member]] = {}
        self._plain: dict[str, list[Member]] = {}
        for member in environment.members:
            if member.root:
                self._built.setdefault(member.root, []).append(member)
            else:
                self._plain.setdefault(posixpath.dirname(member.path) or ".", []).append(member)

    def list_for(self, member: Member, app: App) -> Iterator[Deployed]:
        """The folders of this repository that an Application reads, with what is made of them."""
        for source in list_sources(app):
            path = read_text(source.data, "path")
            if (
                not path
                or source.data.get("chart")
                or not _is_here(self._environment, read_text(source.data, "repoURL"))
            ):
                continue
            if not is_open(path):
                folder = clean_path(path)
                yield Deployed(folder, source, self._find_objects(folder, source.data))
            elif member.kind == "ApplicationSet" and path.replace(" ", "") in _FOLDER:
                for folder in self._list_found(member):
                    yield Deployed(folder, source, self._find_objects(folder, source.data))

    def _find_objects(self, folder: str, source: dict[str, Any]) -> tuple[Member, ...]:
        directory = read_mapping(source, "directory")
        if folder in self._built or directory.get("include") or directory.get("exclude"):
            return tuple(self._built.get(folder, ()))
        if directory.get("recurse") is not True:
            return tuple(self._plain.get(folder, ()))
        prefix = "" if folder == "." else f"{folder}/"
        return tuple(
            member for place, members in self._plain.items() if f"{place}/".startswith(prefix) for member in members
        )

    def _list_found(self, member: Member) -> Sequence[str]:
        """The roots that the Git generator of an ApplicationSet finds; none where it has others besides."""
        generators = as_list(read_mapping(member.data, "spec").get("generators"))
        git = as_mapping(as_mapping(generators[0]).get("git")) if len(generators) == 1 else {}
        directories = [as_mapping(item) for item in as_list(git.get("directories"))]
        included = [read_text(item, "path") for item in directories if item.get("exclude") is not True]
        excluded = [read_text(item, "path") for item in directories if item.get("exclude") is True]
        return [root for root in self._built if _fits(included, root) and not _fits(excluded, root)]


def _fits(patterns: Sequence[str], folder: str) -> bool:
    return any(match_path(pattern, folder) for pattern in patterns)


def clean_path(path: str) -> str:
    """A folder as roots are called: `.` is the repository's own."""
    return posixpath.normpath(path.strip("/") or ".")


def _is_here(environment: Environment, address: str) -> bool:
    """Whether a repository is this one, as far as gitops-gen.yaml says."""
    repository = environment.settings.get("repository")
    own = repository.get("url") if isinstance(repository, dict) else None
    return not isinstance(own, str) or not address or normalize_address(own) == normalize_address(address)


def lead(app: App, *keys: str | int) -> Keys:
    """The way to a part of an Application's spec."""
    return (*app.keys, "spec", *keys)
