"""What an ApplicationSet makes its Applications of: its generators.

The rules are those of applicationset/generators in argoproj/argo-cd (3.6), the nesting that of
pkg/apis/application/v1alpha1/applicationset_types.go.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping, read_mapping, read_text
from gitops_gen.names import show
from gitops_gen.wording import describe, suggest

KINDS = (
    *("clusterDecisionResource", "clusters", "git", "list", "matrix", "merge", "plugin", "pullRequest", "scmProvider"),
)
COMBINERS = ("matrix", "merge")
DEEPEST = 2
"""How deep generators stand in others: matrix and merge in the list, one in these, and what is in that one."""
_MOST_GENERATORS = 100
_MOST_CHILDREN = 20
_MOST_TOGETHER = 1000
"""Bounds on what aliases can blow a list up to."""
_PROVIDERS: Mapping[str, Sequence[str]] = {
    "scmProvider": ("awsCodeCommit", "azureDevOps", "bitbucket", "bitbucketServer", "gitea", "github", "gitlab"),
    "pullRequest": ("azuredevops", "bitbucket", "bitbucketServer", "gitea", "github", "gitlab"),
}


class Generator(NamedTuple):
    """One generator, or one that stands in a matrix or merge."""

    data: dict[str, Any]
    keys: Keys
    """From the root of the resource."""
    depth: int
    """How many others it stands in."""

    @property
    def label(self) -> str:
        """What a message calls it: `generators[0].matrix.generators[1]`."""
        return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys[1:]).lstrip(".")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that it is of; should be one."""
        return tuple(kind for kind in KINDS if self.data.get(kind) is not None)


def list_top_generators(resource: Resource) -> Iterator[Generator]:
    """Those that stand in spec.generators."""
    entries = as_list(read_mapping(resource.data, "spec").get("generators"))
    for number, data in enumerate(entries[:_MOST_GENERATORS]):
        if isinstance(data, dict):
            yield Generator(data, ("spec", "generators", number), 0)


def list_children(generator: Generator) -> Iterator[Generator]:
    """Those that stand in a matrix or merge."""
    for kind in COMBINERS:
        entries = as_list(as_mapping(generator.data.get(kind)).get("generators"))
        for number, data in enumerate(entries[:_MOST_CHILDREN]):
            if isinstance(data, dict):
                yield Generator(data, (*generator.keys, kind, "generators", number), generator.depth + 1)


def list_generators(resource: Resource) -> Iterator[Generator]:
    """All of them, those in others after these."""
    waiting = deque(list_top_generators(resource))
    for _ in range(_MOST_TOGETHER):
        if not waiting:
            return
        generator = waiting.popleft()
        yield generator
        if generator.depth < DEEPEST:
            waiting += list_children(generator)


@rule("ARGOCD034", "error")
def check_generator_kinds(resource: Resource) -> Iterator[Hit]:
    """A generator is of a kind that Argo CD has.

    Why: a generator without a kind gives nothing, and Argo CD reports an error. In a matrix or merge it refuses one
    that is of two kinds.

    Fix: write one of list, clusters, git, matrix, merge, scmProvider, pullRequest, clusterDecisionResource and plugin
    in each entry of `generators`. `clusters: {}` is every cluster.
    """
    spec = resource.data.get("spec")
    if isinstance(spec, dict) and spec.get("generators") in (None, []):
        yield Hit(
            f"ApplicationSet {show(resource.name)} has no generators",
            ("spec", "generators") if "generators" in spec else ("spec",),
            "add a generator: a list of elements, or the folders of a Git repository",
        )
    for generator in list_generators(resource):
        others = [key for key in generator.data if isinstance(key, str) and key not in {*KINDS, "selector"}]
        if not generator.kinds:
            wrong = others[0] if others else ""
            yield Hit(
                f"{generator.label} is of no kind{suggest(wrong, KINDS) if wrong else ''}",
                (*generator.keys, wrong) if wrong else generator.keys,
                f"write one of {', '.join(KINDS)}",
            )
        elif generator.depth and len(generator.kinds) > 1:
            yield Hit(
                f"{generator.label} is {' and '.join(generator.kinds)} at once",
                (*generator.keys, generator.kinds[1]),
                "give each an entry of its own",
            )


@rule("ARGOCD035", "error")
def check_generator_content(resource: Resource) -> Iterator[Hit]:
    """A generator says what it goes through.

    Why: Argo CD refuses a Git generator without directories or files, and passes over the files where there are
    directories. Without a provider scmProvider and pullRequest have nobody to ask; of two the first is asked. Without
    `goTemplate: true` the values in the elements of a list must be text.

    Fix: give git `directories` or `files`, list `elements`, clusterDecisionResource a `name` or a `labelSelector`,
    plugin a `configMapRef`, scmProvider and pullRequest one provider.
    """
    go_template = read_mapping(resource.data, "spec").get("goTemplate") is True
    for generator in list_generators(resource):
        for kind in generator.kinds:
            data = as_mapping(generator.data.get(kind))
            keys = (*generator.keys, kind)
            gaps = _GAPS[kind](data) if kind in _GAPS else iter(())
            for problem, key, fix in gaps:
                yield Hit(f"{generator.label}: {problem}", (*keys, key) if key in data else keys, fix)
            if kind == "list" and not go_template:
                yield from _find_no_texts(data, keys)


_Gap = tuple[str, str, str]
"""What a generator lacks or has too much of: the message, the key, what to write."""


def _find_git_gaps(data: dict[str, Any]) -> Iterator[_Gap]:
    if data.get("repoURL") == "":
        yield "the repoURL is empty", "repoURL", "set it to the address of the repository"
    if not data.get("directories") and not data.get("files"):
        yield "git has neither directories nor files", "directories", "add `directories: [{path: 'apps/*'}]`"
    elif data.get("directories") and data.get("files"):
        yield "git has directories and files; Argo CD passes over files", "files", "use two generators"


def _find_list_gaps(data: dict[str, Any]) -> Iterator[_Gap]:
    if data.get("elements") is None and not data.get("elementsYaml"):
        yield "list has neither elements nor elementsYaml", "elements", "add `elements`, a list of mappings"


def _find_decision_gaps(data: dict[str, Any]) -> Iterator[_Gap]:
    if data.get("configMapRef") == "":
        yield "the configMapRef is empty", "configMapRef", "name the ConfigMap that describes the resource"
    selector = read_mapping(data, "labelSelector")
    if bool(data.get("name")) == bool(selector):
        words = "a name and a labelSelector" if selector else "neither a name nor a labelSelector"
        yield f"clusterDecisionResource has {words}", "labelSelector", "keep one: `name` or `labelSelector`"


def _find_plugin_gaps(data: dict[str, Any]) -> Iterator[_Gap]:
    if not read_text(read_mapping(data, "configMapRef"), "name"):
        yield "plugin names no ConfigMap", "configMapRef", "set `configMapRef.name`"


def _find_provider_gaps(data: dict[str, Any], providers: Sequence[str]) -> Iterator[_Gap]:
    given = [provider for provider in providers if data.get(provider) is not None]
    if len(given) != 1:
        words = f"{' and '.join(given)} at once" if given else "no provider"
        yield f"it has {words}", (given[1] if given else ""), f"keep one of {', '.join(providers)}"


_GAPS: Mapping[str, Callable[[dict[str, Any]], Iterator[_Gap]]] = {
    "git": _find_git_gaps,
    "list": _find_list_gaps,
    "clusterDecisionResource": _find_decision_gaps,
    "plugin": _find_plugin_gaps,
    "scmProvider": partial(_find_provider_gaps, providers=_PROVIDERS["scmProvider"]),
    "pullRequest": partial(_find_provider_gaps, providers=_PROVIDERS["pullRequest"]),
}


def _find_no_texts(data: dict[str, Any], keys: Keys) -> Iterator[Hit]:
    """What is no text in the elements of a list."""
    for number, element in enumerate(as_list(data.get("elements"))):
        values: dict[Keys, object] = {}
        for name, value in as_mapping(element).items():
            if name == "values" and isinstance(value, dict):
                values |= {(*keys, "elements", number, name, key): item for key, item in value.items()}
            else:
                values[(*keys, "elements", number, name)] = value
        for place, value in values.items():
            if not isinstance(value, str):
                yield Hit(
                    f"{show(str(place[-1]))} is {describe(value)}, and only text without goTemplate",
                    place,
                    "put the value into quotes, or set `goTemplate: true`",
                )


@rule("ARGOCD036", "error")
def check_combiners(resource: Resource) -> Iterator[Hit]:
    """A matrix has two generators, a merge at least two and the keys to merge by.

    Why: Argo CD refuses all others. Matrix and merge may stand in each other once; what stands deeper is dropped.

    Fix: put a matrix into a matrix for three generators, and set `mergeKeys` to the parameters by which the generators'
    results belong together.
    """
    for generator in list_generators(resource):
        for kind in (kind for kind in generator.kinds if kind in COMBINERS):
            data = as_mapping(generator.data.get(kind))
            keys = (*generator.keys, kind)
            count = len(as_list(data.get("generators")))
            place = (*keys, "generators") if "generators" in data else keys
            if generator.depth == DEEPEST:
                yield Hit(f"{generator.label} is a {kind} too deep in others", keys, "merge or matrix one level less")
            elif kind == "matrix" and count != 2:  # noqa: PLR2004 - as the docstring says
                yield Hit(f"{generator.label}: a matrix has two generators, and not {count}", place, "give it two")
            elif kind == "merge" and count < 2:  # noqa: PLR2004 - the same
                yield Hit(f"{generator.label}: a merge has two generators or more, and not {count}", place, "add one")
            if kind == "merge" and not data.get("mergeKeys"):
                place = (*keys, "mergeKeys") if "mergeKeys" in data else keys
                yield Hit(f"{generator.label}: the merge has no mergeKeys", place, "name the parameters to merge by")


GENERATOR_RULES: tuple[Rule, ...] = (check_generator_kinds, check_generator_content, check_combiners)
