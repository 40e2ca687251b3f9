"""Checks kustomizations: what they say, whether they build, and what they build."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gitops_gen.checks.build_cache import hash_root, pack_outcome, unpack_outcome
from gitops_gen.checks.build_errors import explain_failure, explain_unchecked, find_failed_folder
from gitops_gen.checks.built import read_built
from gitops_gen.checks.cache import Table
from gitops_gen.checks.failure_places import list_nameless
from gitops_gen.checks.graph import Graph
from gitops_gen.checks.origins import Built, Origins
from gitops_gen.checks.orphans import assign_files, drop_read_by_argo
from gitops_gen.checks.rule import Hit, Resource, Rule, make_finding
from gitops_gen.checks.rules.kustomize import BUILD_RULES, UNIT_RULES
from gitops_gen.checks.runs import describe_builders
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.unit import Build, Unit
from gitops_gen.findings import Finding, Unchecked
from gitops_gen.ports import BuildError, Kustomize

CheckObject = Callable[[Resource, str], Iterable[tuple[Rule, Hit]]]
"""What is wrong with an object of the build of a root; the keys of its hits begin at the object."""

_NO_KUSTOMIZE = 'there is no kustomize: pip install "gitops-gen[kustomize]", or put kustomize or kubectl on PATH'
# Where kustomize fails for what a rule says already, and better, it is not said twice. The texts are expressions.
_TOLD = {
    "KUST002": ("no such file", "unable to find one of", "must build at directory", "not a valid directory"),
    "KUST004": ("security;", "no such file", "must build at directory"),
    "KUST006": ("no resource matches", "no matches for Id", "failed to find unique target"),
    "KUST010": ("already registered id",),
    "KUST011": ("Found multiple kustomization files",),
    "KUST013": ("security;",),
    "KUST016": ("Unexpected kind: ", "failed to decode", r'missing path: \\?"[^/"]', "testing value"),
}
_DEPENDENT = frozenset({"KUST005", "KUST006", "KUST015"})
"""Rules whose word depends on the objects of the folders below."""


class RootOutcome(NamedTuple):
    """What came of one root: values only, which can be kept until a file of its closure changes."""

    findings: tuple[Finding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    objects: tuple[Built, ...] = ()
    covered: tuple[str, ...] = ()
    """Files whose objects were checked as the build has them."""
    is_built: bool = False


class Outcome(NamedTuple):
    """What came of all roots."""

    findings: tuple[Finding, ...]
    """Sorted, each once."""
    unchecked: tuple[Unchecked, ...]
    checked: Mapping[str, int]
    """How many built objects there are of each kind: `apps/v1 Deployment` to 3."""
    builds: int
    """How many roots were built."""
    objects: Mapping[str, tuple[Built, ...]]
    """The built objects of each root, and where each comes from."""
    covered: frozenset[str]
    """Files whose objects were checked as a build has them."""
    unbuilt: tuple[str, ...] = ()
    """Roots of which no build was made."""
    is_final: bool = True
    """False where a build ended for a reason that lies outside of the files: another try may go well."""


class BuildChecker:
    """Checks roots one by one; what their kustomizations share is checked once."""

    def __init__(self, tree: Tree, graph: Graph, check_object: CheckObject, files: Mapping[str, Sequence[str]]) -> None:
        """`files` are the manifests at or below the folder of each kustomization, up to the next one's."""
        self._tree = tree
        self._graph = graph
        self._check_object = check_object
        self._files = files
        self._folders: dict[str, tuple[Finding, ...]] = {}

    def check_folder(self, folder: str) -> tuple[Finding, ...]:
        """What is wrong with a kustomization as it is written."""
        if folder not in self._folders:
            unit = Unit(self._tree, self._graph, folder, self._files.get(folder, ()))
            self._folders[folder] = tuple(
                self._find(rule, hit, unit.kustomization.path) for rule in UNIT_RULES for hit in rule.check(unit)
            )
        return self._folders[folder]

    def explain_unbuilt(self, root: str) -> str:
        """Why a build of `root` is not tried; empty where it is."""
        folders = [self._graph.folders[folder] for folder in self._graph.chain(root)]
        if any(reference.is_remote for found in folders for reference in found.references):
            return "it refers to what is not in the repository, which is not fetched"
        if any(found.uses_helm for found in folders):
            return "it needs Helm, which is not run here"
        links = (link for _, link in self._graph.list_links(root) if link.path and not link.exists)
        if any(self._tree.exists(link.path) and not self._tree.is_folder(link.path) for link in links):
            return "it reads what is no plain file"
        return ""

    def check_root(self, root: str, built: str | BuildError | None, reason: str = "") -> RootOutcome:
        """All that is wrong with a root; `built` is None where no build was made, for `reason`."""
        misled = self._list_misled(root, built.message) if isinstance(built, BuildError) else frozenset()
        findings = [
            finding
            for folder in self._graph.chain(root)
            for finding in self.check_folder(folder)
            if folder not in misled or finding.rule not in _DEPENDENT
        ]
        path = self._graph.folders[root].path
        if isinstance(built, BuildError):
            reason = explain_unchecked(built.message)
        if built is None or reason:
            return RootOutcome(tuple(findings), (Unchecked(path=path, reason=reason),))
        origins = Origins(self._tree, self._graph, root)
        if isinstance(built, BuildError):
            build = Build(self._tree, self._graph, root, (), built.message, origins)
            if not any(re.search(text, built.message) for f in findings for text in _TOLD.get(f.rule, ())):
                findings += list(self._list_nameless(build)) or self._apply(BUILD_RULES, build, path)
            return RootOutcome(tuple(findings), (Unchecked(path=path, reason="it does not build"),))
        objects = read_built(built)
        build = Build(self._tree, self._graph, root, objects, "", origins)
        findings += self._apply(BUILD_RULES, build, path)
        for each in objects:
            findings += self._check_built(each, root, origins)
        covered = {
            link.path
            for _, link in self._graph.list_links(root)
            if link.reference.role == "resource" and link.exists and not link.is_folder
        }
        return RootOutcome(tuple(dict.fromkeys(findings)), (), tuple(objects), tuple(sorted(covered)), is_built=True)

    def _list_misled(self, root: str, message: str) -> frozenset[str]:
        """The folders that work on what a folder makes that does not build."""
        failed = find_failed_folder(self._graph, root, message)
        return frozenset(
            folder
            for folder in self._graph.chain(root)
            if folder != failed and (failed in self._graph.chain(folder) or self._graph.folders[folder].is_component)
        )

    def _list_nameless(self, build: Build) -> Iterator[Finding]:
        """What the schemas say of the object that kustomize refuses because it has no name."""
        if "missing metadata.name" not in build.message:
            return
        path = explain_failure(build.tree, build.graph, build.root, build.message).path
        source = build.tree.read(path)
        for resource in list_nameless(build.tree, path) if source else ():
            for rule, hit in self._check_object(resource, build.root):
                if rule.subject == "SCHEMA" and ("metadata" in hit.keys or "'metadata'" in hit.message):
                    yield self._find(
                        rule, hit._replace(keys=(*resource.keys, *hit.keys), document=resource.document), path
                    )

    def _check_built(self, built: Built, root: str, origins: Origins) -> Iterator[Finding]:
        for rule, hit in self._check_object(built.resource, root):
            if hit.path:
                yield self._find(rule, hit, hit.path)
            else:
                path, line, column = origins.locate(built, hit.keys)
                yield make_finding(rule, hit, path, line, column)

    def _apply(self, rules: Iterable[Rule], build: Build, path: str) -> Iterator[Finding]:
        return (self._find(rule, hit, path) for rule in rules for hit in rule.check(build))

    def _find(self, rule: Rule, hit: Hit, path: str) -> Finding:
        path = hit.path or path
        if hit.line:
            return make_finding(rule, hit, path, hit.line, hit.column)
        source = self._tree.read(path)
        line, column = source.locate(hit.document, hit.keys) if source else (1, 1)
        return make_finding(rule, hit, path, line, column)


def check_kustomizations(
    tree: Tree,
    graph: Graph,
    *,
    roots: Iterable[str],
    kustomize: Kustomize | None,
    check_object: CheckObject,
    files: Iterable[str] | None = None,
    table: Table | None = None,
) -> Outcome:
    """Check the builds of `roots`, and all kustomizations that they are made of; what `table` knows is not built.

    `files` are the manifests of the tree; None looks for them. Without `kustomize` no build is made, and the outcome
    says so. When all roots are asked for, components that none of them uses are checked too.

    Raises:
        ConfigError: kustomize cannot be run.
    """
    wanted = tuple(dict.fromkeys(roots))
    beside = assign_files(tree, graph, wanted, files)
    checker = BuildChecker(tree, graph, check_object, beside)
    reasons = {root: checker.explain_unbuilt(root) or ("" if kustomize else _NO_KUSTOMIZE) for root in wanted}
    builders = describe_builders() if table else b""
    keys = {root: hash_root(tree, graph, root, beside, builders) for root in wanted if table and not reasons[root]}
    known = {root: packed for root, key in keys.items() if table and (packed := table.get(key)) is not None}
    buildable = [root for root in wanted if not reasons[root] and root not in known]
    built: Mapping[str, str | BuildError] = {}
    if kustomize is not None and buildable:
        built = kustomize.build_many(Path(tree.root), buildable, apart=graph.tell_apart(buildable))
    outcomes = {
        root: unpack_outcome(known[root]) if root in known else checker.check_root(root, built.get(root), reasons[root])
        for root in wanted
    }
    final = [root for root in buildable if not _is_passing(built.get(root))]
    if table is not None:
        table.save((keys[root], pack_outcome(outcomes[root])) for root in final)
    unused = set(graph.folders) - set(graph.users) if set(wanted) >= set(graph.roots) else set()
    findings = {finding for outcome in outcomes.values() for finding in outcome.findings}
    findings |= {finding for folder in unused for finding in checker.check_folder(folder)}
    return Outcome(
        findings=tuple(sorted(drop_read_by_argo(tree, graph, findings))),
        unchecked=tuple(sorted({entry for outcome in outcomes.values() for entry in outcome.unchecked})),
        checked=dict(sorted(_count(outcomes.values()).items())),
        builds=sum(outcome.is_built for outcome in outcomes.values()),
        objects={root: outcome.objects for root, outcome in outcomes.items()},
        covered=frozenset(path for outcome in outcomes.values() for path in outcome.covered),
        unbuilt=tuple(root for root, outcome in outcomes.items() if not outcome.is_built),
        is_final=len(final) == len(buildable),
    )


def _is_passing(built: str | BuildError | None) -> bool:
    return isinstance(built, BuildError) and bool(explain_unchecked(built.message))


def _count(outcomes: Iterable[RootOutcome]) -> Counter[str]:
    found = (built.resource for outcome in outcomes for built in outcome.objects)
    return Counter(f"{resource.api_version} {resource.kind}" for resource in found)
