"""Where an Application deploys to, what it is compared by, and what deletes it.

The rules are those of argoproj/argo-cd (3.6): GetDestinationServer in util/argo/argo.go, NextRetryAt in
pkg/apis/application/v1alpha1/types.go, util/argo/normalizers/diff_normalizer.go, controller/sync.go and
controller/sync_namespace.go.
"""

import re
from collections.abc import Iterator

from gitops_gen.checks.go_values import is_duration
from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_parts import is_open, list_texts, read_app
from gitops_gen.checks.values import as_list, as_mapping, read_mapping, read_text
from gitops_gen.names import show

_DIFFERENCES = ("jsonPointers", "jqPathExpressions", "managedFieldsManagers")


@rule("ARGOCD010", "error")
def check_destination(resource: Resource) -> Iterator[Hit]:
    """A destination names its cluster once: by server or by name.

    Why: Argo CD refuses an Application with both and with neither.

    Fix: set `server` to the address of the cluster's API (https://kubernetes.default.svc for the cluster that Argo CD
    runs in), or `name` to what Argo CD calls the cluster (in-cluster for the same).
    """
    app = read_app(resource)
    destination = app.spec.get("destination")
    if not isinstance(destination, dict):
        return
    server, name = destination.get("server"), destination.get("name")
    keys = (*app.keys, "spec", "destination")
    if server and name and not (is_open(server) and is_open(name)):
        yield Hit(f"the destination of {app.label} has a server and a name", (*keys, "name"), "keep one of the two")
    elif not server and not name and not app.is_patched:
        yield Hit(
            f"the destination of {app.label} names no cluster",
            keys,
            "add `server: https://kubernetes.default.svc` for the cluster that Argo CD runs in",
        )


@rule("ARGOCD013", "warning")
def check_namespace_metadata(resource: Resource) -> Iterator[Hit]:
    """Labels for the namespace come with CreateNamespace=true.

    Why: Argo CD sets managedNamespaceMetadata only where it looks after the namespace itself; without the sync option
    the labels, those of Pod Security among them, are never there.

    Fix: add `CreateNamespace=true` to syncOptions, or put the labels on a Namespace in the repository.
    """
    app = read_app(resource)
    policy = read_mapping(app.spec, "syncPolicy")
    options = as_list(policy.get("syncOptions"))
    if (
        read_mapping(policy, "managedNamespaceMetadata")
        and "CreateNamespace=true" not in options
        and not app.is_patched
    ):
        yield Hit(
            f"{app.label} has managedNamespaceMetadata, which only counts with CreateNamespace=true",
            (*app.keys, "spec", "syncPolicy", "managedNamespaceMetadata"),
            "add CreateNamespace=true to syncOptions",
        )


@rule("ARGOCD014", "error")
def check_retry(resource: Resource) -> Iterator[Hit]:
    """The times of a retry are durations.

    Why: the schema takes any text. Argo CD reads it once a sync has failed, and then gives up instead of trying again.

    Fix: write a number of seconds, or a number with a unit: 30s, 5m, 1h.
    """
    app = read_app(resource)
    backoff = read_mapping(read_mapping(read_mapping(app.spec, "syncPolicy"), "retry"), "backoff")
    for key in ("duration", "maxDuration"):
        value = read_text(backoff, key)
        if value and not is_open(value) and not is_duration(value) and not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            yield Hit(
                f"{show(value)} is no duration",
                (*app.keys, "spec", "syncPolicy", "retry", "backoff", key),
                "write a number with ms, s, m or h, such as 30s or 5m; Go has no days",
            )


@rule("ARGOCD015", "info")
def check_prune(resource: Resource) -> Iterator[Hit]:
    """What is deployed automatically is also removed automatically.

    Why: without prune, what is deleted from Git goes on running in the cluster; the Application stays OutOfSync until
    somebody prunes it by hand.

    Fix: set `prune: true` below `automated`; single objects are kept by the annotation
    `argocd.argoproj.io/sync-options: Prune=false`. Or write `prune: false` to say that it is meant.
    """
    app = read_app(resource)
    automated = read_mapping(app.spec, "syncPolicy").get("automated")
    if not isinstance(automated, dict) or "prune" in automated or automated.get("enabled") is False or app.is_patched:
        return
    yield Hit(
        f"{app.label} syncs automatically and does not prune: what leaves Git stays in the cluster",
        (*app.keys, "spec", "syncPolicy", "automated"),
        "add `prune: true`, or `prune: false` where that is meant",
    )


@rule("ARGOCD016", "warning")
def check_allow_empty(resource: Resource) -> Iterator[Hit]:
    """An automated sync does not prune down to nothing.

    Why: with allowEmpty and prune a wrong path, or a build that gives nothing, deletes all that the Application has
    deployed. Argo CD refuses that by default.

    Fix: remove `allowEmpty`; where all is to go, delete the Application.
    """
    app = read_app(resource)
    automated = read_mapping(read_mapping(app.spec, "syncPolicy"), "automated")
    if automated.get("allowEmpty") is True and automated.get("prune") is True:
        yield Hit(
            f"{app.label} prunes all that it has deployed when its source gives nothing",
            (*app.keys, "spec", "syncPolicy", "automated", "allowEmpty"),
            "remove allowEmpty",
        )


@rule("ARGOCD017", "error")
def check_differences(resource: Resource) -> Iterator[Hit]:
    """An entry of ignoreDifferences says of which kind, and which fields.

    Why: the schema takes an entry without fields, and an empty kind; Argo CD then ignores nothing, and what was meant
    to be left alone is reset at each sync.

    Fix: set `kind`, and one of jsonPointers, jqPathExpressions and managedFieldsManagers.
    """
    app = read_app(resource)
    for number, entry in enumerate(as_list(app.spec.get("ignoreDifferences"))):
        keys = (*app.keys, "spec", "ignoreDifferences", number)
        if not isinstance(entry, dict):
            continue
        if entry.get("kind") == "":
            yield Hit("the entry fits no kind: its kind is empty", (*keys, "kind"), 'name the kind; "*" is every one')
        if not any(entry.get(key) for key in _DIFFERENCES):
            yield Hit(
                f"the entry for {show(read_text(entry, 'kind'))} ignores nothing: it names no field",
                keys,
                f"add one of {', '.join(_DIFFERENCES)}",
            )
        yield from (
            Hit("an empty expression is no path", place, "write the path, such as .spec.replicas, or remove it")
            for place, text in list_texts(entry.get("jqPathExpressions"), (*keys, "jqPathExpressions"))
            if not text.strip()
        )


@rule("ARGOCD018", "error")
def check_pointers(resource: Resource) -> Iterator[Hit]:
    """A JSON pointer in ignoreDifferences begins with a slash.

    Why: Argo CD removes what the pointer leads to before it compares. One without a slash at its beginning leads
    nowhere, and nobody is told.

    Fix: write `/spec/replicas` for spec.replicas; a slash in a key is written `~1`, a tilde `~0`.
    """
    app = read_app(resource)
    for number, entry in enumerate(as_list(app.spec.get("ignoreDifferences"))):
        keys = (*app.keys, "spec", "ignoreDifferences", number, "jsonPointers")
        for place, pointer in list_texts(as_mapping(entry).get("jsonPointers"), keys):
            if not pointer.startswith("/") and not is_open(pointer):
                shown = "/" + pointer.lstrip(".").replace(".", "/") if re.fullmatch(r"\.?[\w.]+", pointer) else ""
                yield Hit(
                    f"{show(pointer)} is no JSON pointer: it does not begin with a slash",
                    place,
                    f"write {show(shown)}" if shown else "write the way to the field with slashes: /spec/replicas",
                )


APPLICATION_RULES: tuple[Rule, ...] = (
    check_destination,
    check_namespace_metadata,
    check_retry,
    check_prune,
    check_allow_empty,
    check_differences,
    check_pointers,
)
