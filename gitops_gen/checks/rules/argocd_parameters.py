"""The parameters that the generators of an ApplicationSet give to its template.

They are those that the files of applicationset/generators in argoproj/argo-cd (3.6) put together.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.rules.argocd_generators import COMBINERS, DEEPEST, Generator, list_children
from gitops_gen.checks.values import as_list, as_mapping, read_mapping, read_text

_DIRECTORY = ("path", "basename", "basenameNormalized", "segments")
_CLUSTER = ("name", "nameNormalized", "server", "project", "metadata", "values")
_REPOSITORY = (
    *("organization", "repository", "repository_id", "url", "branch", "branchNormalized", "sha", "short_sha"),
    *("short_sha_7", "labels", "values"),
)
_PULL_REQUEST = (
    *("number", "title", "branch", "branch_slug", "target_branch", "target_branch_slug", "head_sha", "head_short_sha"),
    *("head_short_sha_7", "author", "labels", "values"),
)


class Parameters(NamedTuple):
    """What a generator gives."""

    names: frozenset[str]
    """With Go templates the fields of the dot, without them whole names; see `has`."""
    groups: frozenset[str]
    """Names that any others may follow behind a dot or a bracket: `metadata`, `values`, `path`."""
    is_open: bool
    """Whether there may be others, which only a file, a plugin or a cluster knows."""

    def has(self, name: str) -> bool:
        """Whether there is a parameter of that whole name, `path.basename` for one, or may be."""
        if self.is_open or name in self.names:
            return True
        return any(name.startswith((f"{group}.", f"{group}[")) for group in self.groups)


def find_parameters(generator: Generator, *, go_template: bool) -> Parameters:
    """What a generator gives to the template; a generator of several kinds, or of none, may give anything."""
    kinds = generator.kinds
    if len(kinds) != 1 or kinds[0] in _UNKNOWN or generator.depth > DEEPEST:
        return _OPEN
    if kinds[0] in COMBINERS:
        return _join(find_parameters(child, go_template=go_template) for child in list_children(generator))
    data = as_mapping(generator.data.get(kinds[0]))
    if kinds[0] in _READERS:
        return _READERS[kinds[0]](data, go_template=go_template)
    if data.get("flatList") is True:
        return Parameters(frozenset({"clusters"}), frozenset(), is_open=False)
    return _FIXED[kinds[0]]


_OPEN = Parameters(frozenset(), frozenset(), is_open=True)


def _join(found: Iterator[Parameters]) -> Parameters:
    names: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    is_open = False
    for each in found:
        names |= each.names
        groups |= each.groups
        is_open = is_open or each.is_open
    return Parameters(names, groups, is_open or not names)


def _read_list(data: dict[str, Any], *, go_template: bool) -> Parameters:
    names: set[str] = set()
    for element in as_list(data.get("elements")):
        if not isinstance(element, dict):
            return _OPEN
        names |= {key for key in element if isinstance(key, str)}
        if not go_template:
            names |= {f"values.{key}" for key in read_mapping(element, "values") if isinstance(key, str)}
    return Parameters(frozenset(names), frozenset(), bool(data.get("elementsYaml")) or not names)


def _read_git(data: dict[str, Any], *, go_template: bool) -> Parameters:
    prefix = read_text(data, "pathParamPrefix")
    if not data.get("directories"):
        return _OPEN  # what stands in a file becomes parameters
    if go_template:
        return Parameters(frozenset({prefix or "path", "values"}), frozenset({"values"}), is_open=False)
    path = f"{prefix}.path" if prefix else "path"
    names = {path, *(f"{path}.{part}" for part in _DIRECTORY[1:3])}
    indexes = {f"{path}[{number}]" for number in range(50)}
    return Parameters(frozenset(names | indexes), frozenset({"values"}), is_open=False)


def list_path_fields(generator: Generator) -> tuple[str, ...]:
    """What `.path` has with Go templates, where that is known; empty where it is not."""
    data = as_mapping(generator.data.get("git"))
    known = generator.kinds == ("git",) and bool(data.get("directories")) and not data.get("pathParamPrefix")
    return _DIRECTORY if known else ()


_UNKNOWN = ("plugin", "clusterDecisionResource")
"""What gives parameters that only the cluster knows."""
_READERS = {"list": _read_list, "git": _read_git}
_FIXED = {
    "clusters": Parameters(frozenset(_CLUSTER), frozenset({"metadata", "values"}), is_open=False),
    "scmProvider": Parameters(frozenset(_REPOSITORY), frozenset({"values"}), is_open=False),
    "pullRequest": Parameters(frozenset(_PULL_REQUEST), frozenset({"values"}), is_open=False),
}
