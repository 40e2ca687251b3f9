"""One Kubernetes object against its schema and the rules of its kind."""

import re
from collections.abc import Iterator, Sequence

from gitops_gen.checks.catalogue import BY_KIND, PINNED_KINDS, load_rules
from gitops_gen.checks.deprecations import find_deprecation, is_deprecated, is_removed
from gitops_gen.checks.rule import Hit, Resource, Rule
from gitops_gen.checks.rules import schema as rules
from gitops_gen.checks.schema_errors import SchemaProblem, explain_missing, find_problems
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.selection import Selection
from gitops_gen.wording import find_near

KUSTOMIZE_GROUP = "kustomize.config.k8s.io"
Hits = Iterator[tuple[Rule, Hit]]
_KIND = re.compile(r"[A-Z][A-Za-z0-9]*")
_OBJECT_KEYS = {"kind", "spec", "status", "data", "stringData", "rules", "subjects", "roleRef", "items"}
"""Keys that say of a mapping with a `kind` in capitals and nothing else that it is meant to be an object."""


class ObjectChecker:
    """What holds for an object on its own; the keys of its hits begin at the object."""

    def __init__(self, store: SchemaStore, selection: Selection) -> None:
        self._store = store
        self._selection = selection

    def takes(self, kind: str) -> bool:
        """Whether objects of a kind are checked in this run."""
        return self._selection.allows_kind(kind)

    def check(self, resource: Resource, *, pinned: bool) -> Hits:
        """All that is wrong with `resource`; `pinned` where it is what a cluster gets: images are pinned then."""
        if not self.takes(resource.kind):
            return
        if not (resource.api_version and resource.kind):
            yield from _each(rules.check_identity, resource, _find_near(resource))
            return
        if (resource.api_version, resource.kind) == ("v1", "List"):  # its items are resources of their own
            yield from _each(rules.check_list, resource)
            return
        yield from self._check_version(resource)
        schema = self._store.find(resource.api_version, resource.kind)
        if schema is not None and not schema.is_valid(resource.data):
            yield from check_problems(find_problems(schema, resource.data))
        group = resource.api_version.rpartition("/")[0]
        if schema is not None and group != KUSTOMIZE_GROUP:
            yield from check_problems(list(_find_unnamed(resource.data)))
        modules = BY_KIND.get((group, resource.kind), ())
        if pinned and (group, resource.kind) in PINNED_KINDS:
            modules = (*modules, "pins")
        for rule in (rule for module in modules for rule in load_rules(module)):
            if self._selection.allows_rule(rule.id):
                yield from _each(rule, resource)

    def _check_version(self, resource: Resource) -> Hits:
        deprecation = find_deprecation(resource.api_version, resource.kind)
        removed = deprecation is not None and is_removed(deprecation, self._store.release)
        if deprecation is not None and not removed and not is_deprecated(deprecation, self._store.release):
            deprecation = None
        if deprecation is not None:
            yield from _each(rules.check_deprecated, resource, deprecation, removed)
            yield from _each(rules.check_removed, resource, deprecation, removed)
        if not removed and self._store.find(resource.api_version, resource.kind) is None:
            versions = self._store.list_api_versions(resource.kind)
            kinds = set() if versions else self._store.list_kinds(resource.api_version)
            yield from _each(rules.check_known_kind, resource, versions, kinds)


def check_problems(problems: Sequence[SchemaProblem]) -> Hits:
    """The hits of what a schema found."""
    for rule in (rules.check_unknown_fields, rules.check_types, rules.check_required_fields, rules.check_values):
        yield from _each(rule, problems)


def _find_unnamed(data: dict[str, object]) -> Iterator[SchemaProblem]:
    """Every object needs a name, which no schema requires, because the API server can make one from generateName."""
    metadata = data.get("metadata", {})
    # No set to look it up in: a mapping, which has no hash, may stand there.
    if isinstance(metadata, dict) and metadata.get("name", "") in (None, "") and not metadata.get("generateName"):
        if "metadata" in data:
            yield explain_missing(data, ("metadata",), "name")
        else:
            yield explain_missing(data, (), "metadata")


def looks_like_object(data: object) -> bool:
    """Whether a document is meant to be a Kubernetes object, also one with a typo in its first lines."""
    if not isinstance(data, dict):
        return False
    if isinstance(data.get("apiVersion"), str) or (isinstance(data.get("kind"), str) and "metadata" in data):
        return True
    if "metadata" in data:
        return bool({"spec", "data", "rules", "kind", "apiVersion"} & data.keys())
    kind = data.get("kind")
    return isinstance(kind, str) and _KIND.fullmatch(kind) is not None and data.keys() <= _OBJECT_KEYS


def _each(rule: Rule, *arguments: object) -> Hits:
    return ((rule, hit) for hit in rule.check(*arguments))


def _find_near(resource: Resource) -> str:
    keys = [key for key in resource.data if key not in {"apiVersion", "kind", "metadata", "spec", "status", "data"}]
    missing = (wanted for wanted in ("apiVersion", "kind") if wanted not in resource.data)
    return next((near for wanted in missing if (near := find_near(wanted, keys, cutoff=0.7))), "")
