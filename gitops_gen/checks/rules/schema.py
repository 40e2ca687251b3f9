"""Rules on what an object may look like. Those on fields take what the schema found; the others the object's kind."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gitops_gen.checks.deprecations import Deprecation
from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.schema_errors import SchemaProblem, name_place
from gitops_gen.names import show
from gitops_gen.wording import describe, find_near

if TYPE_CHECKING:
    from gitops_gen.checks.cel import Broken
    from gitops_gen.checks.list_keys import Twice

_TYPO = 0.85
"""How much alike, from 0 to 1, two kinds are where one is a misspelling of the other."""
_LONGEST_TYPO = 2
"""By how many characters their lengths differ at most: `Prometheus` is no typo of `PrometheusRule`."""


def _select(problems: Sequence[SchemaProblem], code: str) -> Iterator[Hit]:
    return (Hit(p.message, p.keys, p.fix) for p in problems if p.code == code)


@rule("SCHEMA001", "error")
def check_unknown_fields(problems: Sequence[SchemaProblem]) -> Iterator[Hit]:
    """Every field is one that the kind has.

    Why: the API server drops a field that it does not know, or refuses the object: a setting with a typo, or at the
    wrong indentation, silently does nothing.

    Fix: correct the spelling, or move the field to where it belongs.
    """
    return _select(problems, "unknown-field")


@rule("SCHEMA002", "error")
def check_types(problems: Sequence[SchemaProblem]) -> Iterator[Hit]:
    """Every value is of its field's type.

    Why: the API server refuses the object when Argo CD applies it. YAML reads `yes`, `on`, `1.10` and `0644` as a
    boolean or a number, so a text that looks like one needs quotes.

    Fix: put a text in quotes, take them from a number, write lists with dashes.
    """
    return _select(problems, "type")


@rule("SCHEMA003", "error")
def check_required_fields(problems: Sequence[SchemaProblem]) -> Iterator[Hit]:
    """Every field that the kind requires is there.

    Why: the API server refuses the object when Argo CD applies it.

    Fix: add the field.
    """
    return _select(problems, "missing")


@rule("SCHEMA004", "error")
def check_values(problems: Sequence[SchemaProblem]) -> Iterator[Hit]:
    """Every value is one that its field takes.

    Why: the API server refuses the object when Argo CD applies it.

    Fix: use one of the values, or the form, that the message names.
    """
    return _select(problems, "value")


@rule("SCHEMA005", "warning")
def check_known_kind(resource: Resource, versions: set[str], kinds: set[str]) -> Iterator[Hit]:
    """Every kind has a schema to be checked by.

    Why: an object whose schema is not known is not checked at all; a typo in `kind` or `apiVersion` looks just like
    that.

    Fix: correct the spelling; for a kind of your own import its CustomResourceDefinition with
    `gitops-gen schemas import FILE`, or give its JSON schema with `--schema-location`.
    """
    what = f"{show(resource.api_version)[1:-1]} {show(resource.kind)[1:-1]}"
    if versions:
        there = ", ".join(sorted(versions))
        fix = f"write one of {there}, or import its CRD: gitops-gen schemas import FILE"
        yield Hit(f"there is no schema for {what}: not checked; the kind is known in {there}", ("apiVersion",), fix)
    else:
        alike = {kind for kind in kinds if abs(len(kind) - len(resource.kind)) <= _LONGEST_TYPO}
        near = find_near(resource.kind, alike, cutoff=_TYPO)
        hint = f"; did you mean {show(near)}?" if near else ""
        fix = "correct the spelling, or import its CRD: gitops-gen schemas import FILE"
        yield Hit(f"there is no schema for {what}: not checked{hint}", ("kind",), fix)


@rule("SCHEMA006", "warning")
def check_deprecated(resource: Resource, deprecation: Deprecation | None, removed: bool) -> Iterator[Hit]:
    """No object is of a deprecated API version.

    Why: a later release of Kubernetes stops serving it, and the sync fails after that upgrade.

    Fix: move to the API version that replaces it.
    """
    if deprecation is not None and not removed:
        end = f" and gone from {deprecation.end} on" if deprecation.end else ""
        message = f"{resource.api_version} {resource.kind} is deprecated{end}"
        yield Hit(message, ("apiVersion",), f"use {deprecation.replacement}" if deprecation.replacement else "")


@rule("SCHEMA007", "error")
def check_removed(resource: Resource, deprecation: Deprecation | None, removed: bool) -> Iterator[Hit]:
    """Every API version is one that the chosen release of Kubernetes serves.

    Why: the API server does not know the version any more; the sync fails.

    Fix: move to the API version that replaces it, or name the release that you run with `--kubernetes-version`.
    """
    if deprecation is not None and removed:
        since = f" since {deprecation.end}" if deprecation.end else ""
        message = f"{resource.api_version} {resource.kind} is gone{since}"
        yield Hit(message, ("apiVersion",), f"use {deprecation.replacement}" if deprecation.replacement else "")


@rule("SCHEMA008", "error")
def check_identity(resource: Resource, near: str) -> Iterator[Hit]:
    """An object has `apiVersion` and `kind`, both as text.

    Why: without them it is no Kubernetes object, and kubectl, kustomize and Argo CD refuse or ignore it.

    Fix: write both at the top of the document; `near` names a key that looks like a misspelt one.
    """
    for key in ("apiVersion", "kind"):
        value = resource.data.get(key)
        if isinstance(value, str) and value:
            continue
        if key in resource.data:
            yield Hit(f"`{key}` must be a text that is not empty", (key,), f"write {key}: and its value")
        else:
            hint = f"; did you mean `{key}` by {show(near)}?" if near else ""
            yield Hit(f"the object has no `{key}`{hint}", (near,) if near else (), f"add {key}")


@rule("SCHEMA009", "error")
def check_list(resource: Resource) -> Iterator[Hit]:
    """Every item of a List is an object.

    Why: kubectl, kustomize and Argo CD refuse the whole List.

    Fix: write each item as an object with apiVersion, kind and metadata, or each object as a document of its own, with
    `---` between them.
    """
    items = resource.data.get("items")
    if isinstance(items, list) and resource.kind == "List":
        for number, item in enumerate(items):
            if not isinstance(item, dict):
                yield Hit("an item of a List must be an object", ("items", number), "write apiVersion, kind, metadata")


@rule("SCHEMA010", "error")
def check_cel(kind: str, broken: Sequence["Broken"]) -> Iterator[Hit]:
    """What a kind requires of its fields together holds.

    Why: a CustomResourceDefinition may have rules in CEL, `x-kubernetes-validations`, that say which fields exclude or
    need each other and which values go together. The API server refuses an object that breaks one when Argo CD
    applies it. A rule that ends in an error, such as a key that is not there, counts as broken.

    Fix: the message says what is asked for: the words of the definition where it has some, and else the expression, in
    which `self` is the value that the message names and `has(self.x)` means that it has a field x.
    """
    from gitops_gen.checks.cel_words import explain  # noqa: PLC0415 - only once something is wrong

    for one in broken:
        place = name_place(one.keys)
        words = one.message or explain(one.expression)
        if words:
            message = f"{place}: {show(words, 500)[1:-1]}"
        else:
            message = f"{place} breaks a rule of {show(kind)[1:-1]}: {show(one.expression, 300)[1:-1]}"
        if one.error:
            message += f" (it ends in an error: {show(one.error, 200)[1:-1]})"
        yield Hit(message, one.keys, "" if words else "change or remove one of the fields that the rule names")


@rule("SCHEMA011", "error")
def check_unique(twice: Sequence["Twice"]) -> Iterator[Hit]:
    """No key stands twice in a list that is a map, and no value twice in one that is a set.

    Why: the API server refuses the object when Argo CD applies it.

    Fix: give each item a key of its own, or make one of the two.
    """
    yield from _explain_twice(twice, "")


@rule("SCHEMA012", "warning")
def check_mergeable(twice: Sequence["Twice"]) -> Iterator[Hit]:
    """Each item of a list that is merged by a key has a key of its own.

    Why: the API server refuses the object where Argo CD applies it with ServerSideApply=true. Otherwise it takes it,
    and of two variables of one name, say, the last one counts.

    Fix: give each item a key of its own, or make one of the two.
    """
    yield from _explain_twice(twice, "; server-side apply refuses that")


def _explain_twice(twice: Sequence["Twice"], end: str) -> Iterator[Hit]:
    for one in twice:
        place = name_place(one.keys[:-1])
        if one.unique:
            pairs = zip(one.unique, one.values, strict=True)
            what = " and ".join(f"{key} {describe(value)}" for key, value in pairs)
        else:
            what = describe(one.values[0])
        message = f"{place}: {what} stands there twice: item {one.first + 1} has it already{end}"
        yield Hit(message, one.keys, "rename one of them, or remove it" if one.unique else "remove one of them")


RULES: tuple[Rule, ...] = (
    check_unknown_fields,
    check_types,
    check_required_fields,
    check_values,
    check_known_kind,
    check_deprecated,
    check_removed,
    check_identity,
    check_list,
    check_cel,
    check_unique,
    check_mergeable,
)
