"""What Applications and ApplicationSets of Argo CD point at."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_folders import Folder, find_files, find_folders, literal_prefix
from gitops_gen.checks.reference_generated import find_blamed, list_generated
from gitops_gen.checks.reference_paths import is_templated, walk
from gitops_gen.checks.reference_repository import find_repository, is_followed, is_repository
from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.references_parts import label, list_read_sources
from gitops_gen.names import show

_ARGO = "argoproj.io"
_TOOL_OPTIONS = ("chart", "plugin", "helm", "ref")


class Read(NamedTuple):
    """What an Application takes from this repository."""

    member: Member
    keys: Keys
    """The way to the source."""
    source: Mapping[str, Any]
    path: str


@rule("REF009", "error")
def check_paths(environment: Environment) -> Iterator[Hit]:
    """The path of an Application is a folder of this repository.

    Why: Argo CD cannot make manifests from a path that does not exist (`app path does not exist`): nothing is deployed,
    and what was deployed before stays as it is. Only Applications that read this repository (`repository.url` of
    gitops-gen.yaml) on its base branch are looked at; of an ApplicationSet, the paths that its list generators give.

    Fix: mend `path`; it is a folder, from the root of the repository.
    """
    for read in _list_read(environment):
        folder = Folder(environment.tree, read.path)
        if folder.path.startswith("..") or folder.exists:
            continue
        is_file = environment.tree.exists(folder.path)
        yield environment.hit(
            read.member,
            f"{label(read.member)} reads {show(read.path)}, {_explain_path(environment, folder.path, is_file=is_file)}",
            (*read.keys, "path"),
            "name the folder that the file is in" if is_file else "mend the path, or add the folder",
        )
    yield from _check_generated(environment)


def _check_generated(environment: Environment) -> Iterator[Hit]:
    """The paths that list generators give."""
    for member, _, source in _list_ours(environment):
        path = source.get("path")
        if member.kind != "ApplicationSet" or not isinstance(path, str) or "{{" not in path:
            continue
        made = list(list_generated(member.data, path))
        missing = [each for each in made if not Folder(environment.tree, each.text).exists and ".." not in each.text]
        lost = {each.text for each in missing}
        for each in find_blamed(missing, [one for one in made if one.text not in lost]):
            yield environment.hit(
                member,
                f"{label(member)} reads {show(each.text)} with this element, "
                + _explain_path(environment, each.text, is_file=False),
                each.elements[-1],
                "mend the element, or add the folder",
            )


@rule("REF010", "warning")
def check_manifests(environment: Environment) -> Iterator[Hit]:
    """The folder that an Application reads holds manifests.

    Why: Argo CD reads a folder with a kustomization.yaml or a Chart.yaml by that tool, and any other as plain
    manifests, without the folders below it unless `directory.recurse` is true. Where it finds none, the Application has
    nothing to deploy, is Synced and Healthy all the same, and prunes what it had.

    Fix: set `directory.recurse: true` where the manifests stand further down; or add a kustomization.yaml; or name
    another folder.
    """
    for read in _list_read(environment):
        folder = Folder(environment.tree, read.path)
        if not folder.exists or folder.has_tool or folder.has_manifests or folder.is_kept_empty:
            continue
        if any(read.source.get(option) for option in _TOOL_OPTIONS):
            continue
        directory = read.source.get("directory")
        recurses = isinstance(directory, dict) and directory.get("recurse") is True
        if folder.has_manifests_below and recurses:
            continue
        yield environment.hit(
            read.member,
            f"{label(read.member)} reads {show(read.path)}, which has no kustomization.yaml and no manifests"
            + (" of its own; those in the folders below it are not read" if folder.has_manifests_below else ""),
            (*read.keys, "path"),
            "set `directory.recurse: true`" if folder.has_manifests_below else "add manifests, or name another folder",
        )


@rule("REF011", "warning")
def check_generators(environment: Environment) -> Iterator[Hit]:
    """The directories and files of a git generator match something in this repository.

    Why: an ApplicationSet whose generator finds nothing makes no Application, and deletes those that it made before; it
    is no error for Argo CD.

    Fix: mend the pattern: from the root of the repository, `*` for one folder's name.
    """
    ours = find_repository(environment.settings)
    for member in environment.select("ApplicationSet", group=_ARGO):
        for keys, git in _list_git(member):
            if not is_repository(git.get("repoURL"), ours) or not is_followed(
                environment.settings, git.get("revision")
            ):
                continue
            yield from _check_patterns(environment, member, keys, git)


RULES: tuple[Rule, ...] = (
    check_paths,
    check_manifests,
    check_generators,
)


def _list_read(environment: Environment) -> Iterator[Read]:
    """What Applications take from this repository as it stands here."""
    for member, keys, source in _list_ours(environment):
        path = source.get("path")
        if isinstance(path, str) and not is_templated(path):
            yield Read(member, keys, source, path)


def _list_ours(environment: Environment) -> Iterator[tuple[Member, Keys, Mapping[str, Any]]]:
    """The sources of Applications and ApplicationSets that are this repository, on the branch that is looked at."""
    ours = find_repository(environment.settings)
    for member in environment.select("Application", "ApplicationSet", group=_ARGO):
        for keys, source in list_read_sources(member):
            is_ours = is_repository(source.get("repoURL"), ours)
            if is_ours and is_followed(environment.settings, source.get("targetRevision")):
                yield member, keys, source


def _explain_path(environment: Environment, path: str, *, is_file: bool) -> str:
    if is_file:
        return "which is a file"
    above = path
    while "/" in above:
        above = above.rpartition("/")[0]
        if environment.tree.is_folder(above):
            return f"which is no folder of this repository; there is {show(above)}"
    return "which is no folder of this repository"


def _list_git(member: Member) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """The git generators of an ApplicationSet, also those inside of matrix and merge generators."""
    waiting: list[tuple[Keys, Any]] = [
        (("spec", *keys), each) for keys, each in walk(member.data.get("spec"), "generators[]")
    ]
    while waiting:
        keys, generator = waiting.pop(0)
        for kind in ("matrix", "merge"):
            if len(keys) < 10:  # noqa: PLR2004 - Argo CD takes two levels of them
                inner = walk(generator, f"{kind}.generators[]")
                waiting += [((*keys, *at), each) for at, each in inner]
        git = generator.get("git") if isinstance(generator, dict) else None
        if isinstance(git, dict):
            yield (*keys, "git"), git


def _check_patterns(environment: Environment, member: Member, keys: Keys, git: Mapping[str, Any]) -> Iterator[Hit]:
    for field, find in (("directories", find_folders), ("files", find_files)):
        for at, item in walk(git, f"{field}[]"):
            pattern = item.get("path") if isinstance(item, dict) else None
            if not isinstance(pattern, str) or is_templated(pattern) or item.get("exclude"):
                continue
            if any(True for _ in find(environment.tree, pattern)):
                continue
            if Folder(environment.tree, literal_prefix(pattern)).is_kept_empty:
                continue
            yield environment.hit(
                member,
                f"{label(member)}: no {'folder' if field == 'directories' else 'file'} of this repository matches "
                f"{show(pattern)}",
                (*keys, *at, "path"),
                "mend the pattern",
            )
