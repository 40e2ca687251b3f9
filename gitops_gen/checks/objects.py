"""One Kubernetes object against its schema and the rules of its kind."""

import re
from collections.abc import Iterator, Mapping, Sequence

from gitops_gen.checks.catalogue import ANNOTATED, BY_KIND, PINNED_KINDS, load_rules
from gitops_gen.checks.defaults import apply_defaults
from gitops_gen.checks.deprecations import find_deprecation, is_deprecated, is_removed
from gitops_gen.checks.rule import Hit, Resource, Rule
from gitops_gen.checks.rules import schema as rules
from gitops_gen.checks.schema_errors import PROBLEMS_LIMIT, SchemaProblem, explain_missing, find_problems
from gitops_gen.checks.schema_store import Schema, SchemaStore
from gitops_gen.checks.schema_walk import look_through
from gitops_gen.checks.selection import Selection
from gitops_gen.names import show
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
        self._chosen: dict[tuple[str, ...], tuple[Rule, ...]] = {}
        """The rules of modules that are asked in this run."""
        self._skipped: dict[str, dict[str, str]] = {}
        """Rules that could not be asked, and why, by kind."""

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
        group = resource.group
        schema = self._store.find(resource.api_version, resource.kind)
        if schema is not None:
            yield from self._check_schema(resource, schema)
            if group != KUSTOMIZE_GROUP:
                yield from check_problems(list(_find_unnamed(resource.data)))
        modules = (*BY_KIND.get((group, resource.kind), ()), *list_annotated(resource.data))
        if pinned and (group, resource.kind) in PINNED_KINDS:
            modules = (*modules, "pins")
        for rule in self._choose(modules):
            for hit in rule.check(resource):
                yield rule, hit

    def _choose(self, modules: tuple[str, ...]) -> tuple[Rule, ...]:
        """The rules in modules of checks/rules that are wanted."""
        if modules not in self._chosen:
            known = (rule for module in modules for rule in load_rules(module))
            self._chosen[modules] = tuple(rule for rule in known if self._selection.allows_rule(rule.id))
        return self._chosen[modules]

    def take_unchecked(self) -> list[str]:
        """What could not be asked of the objects since the last call, a text for each kind."""
        told = [tell_skipped(kind, skipped) for kind, skipped in self._skipped.items()]
        self._skipped = {}
        return told

    def _check_schema(self, resource: Resource, schema: Schema) -> Hits:
        problems: list[SchemaProblem] = []
        if not schema.is_valid(resource.data):
            from gitops_gen.checks.secret_values import treat_secrets  # noqa: PLC0415 - once something is wrong

            problems = treat_secrets(find_problems(schema, resource.data), resource)
            yield from check_problems(problems)
        yield from self._check_places(resource, schema, problems)

    def _check_places(self, resource: Resource, schema: Schema, problems: Sequence[SchemaProblem]) -> Hits:
        """What the schema says beyond JSON Schema."""
        parts = look_through(schema)
        places = list(parts.list_places(resource.data))
        if not places:
            return
        from gitops_gen.checks.list_keys import find_twice  # noqa: PLC0415 - many kinds have no such list

        twice = list(find_twice(places))
        if twice:
            native = self._store.is_native(resource.api_version, resource.kind)
            yield from _each(rules.check_unique, [one for one in twice if not native or one.is_refused_of_native])
            yield from _each(rules.check_mergeable, [one for one in twice if native and not one.is_refused_of_native])
        if not any(part.rules for part, _, _ in places) or not self._selection.allows_rule(rules.check_cel.id):
            return
        from gitops_gen.checks import cel  # noqa: PLC0415 - only where there is a rule to be asked

        treated = apply_defaults(schema, resource.data)
        if treated is not resource.data:
            places = list(parts.list_places(treated))
        broken: list[cel.Broken] = []
        for one in cel.check_rules(places, {problem.keys for problem in problems}):
            if isinstance(one, cel.Skipped):
                self._skipped.setdefault(resource.kind, {})[one.expression] = one.reason
            elif len(broken) < PROBLEMS_LIMIT:
                broken.append(one)
        yield from _each(rules.check_cel, resource.kind, broken)

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
    if not problems:
        return
    for rule in (
        rules.check_unknown_fields,
        rules.check_types,
        rules.check_required_fields,
        rules.check_values,
    ):
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


def tell_skipped(kind: str, skipped: Mapping[str, str]) -> str:
    """That rules of a kind, each with the reason, were not asked."""
    count = f"{len(skipped)} rules" if len(skipped) > 1 else "a rule"
    expression, reason = min(skipped.items())
    return f"{count} in CEL of {show(kind)[1:-1]} could not be checked: {show(expression, 100)[1:-1]}: {reason}"


def list_annotated(data: dict[str, object]) -> Iterator[str]:
    """The modules that annotations of an object call for."""
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict):
        return
    for beginning, modules in ANNOTATED.items():
        if any(isinstance(name, str) and name.startswith(beginning) for name in annotations):
            yield from modules


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
