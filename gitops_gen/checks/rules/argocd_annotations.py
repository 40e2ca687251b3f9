"""What annotations tell Argo CD about one object, of any kind.

They are read in gitops-engine/pkg/sync (syncwaves, hook, common/types.go), controller/hook.go and controller/state.go
of argoproj/argo-cd (3.6). What is misspelled is passed over.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_options import OBJECT_OPTIONS, find_option_problem
from gitops_gen.checks.rules.argocd_parts import is_open
from gitops_gen.checks.values import read_mapping
from gitops_gen.names import show
from gitops_gen.wording import find_near

_PREFIX = "argocd.argoproj.io/"
_WAVE = f"{_PREFIX}sync-wave"
_HOOK = f"{_PREFIX}hook"
_HOOK_DELETE_POLICY = f"{_PREFIX}hook-delete-policy"
_SYNC_OPTIONS = f"{_PREFIX}sync-options"
_COMPARE_OPTIONS = f"{_PREFIX}compare-options"
_HOOKS = ("PreSync", "Sync", "PostSync", "SyncFail", "Skip", "PreDelete", "PostDelete")
_DELETE_POLICIES = ("HookSucceeded", "HookFailed", "BeforeHookCreation")
_COMPARISONS = (
    *("IgnoreExtraneous", "ServerSideDiff=true", "ServerSideDiff=false"),
    *("IncludeMutationWebhook=true", "IncludeMutationWebhook=false"),
)
_KNOWN = (
    *("sync-wave", "hook", "hook-delete-policy", "sync-options", "compare-options", "manifest-generate-paths"),
    *("ignore-healthcheck", "ignore-resource-updates", "skip-reconcile"),
)
"""The annotations that people write, where a misspelled one is worth a word."""
_OTHERS = (
    *("application-set-refresh", "auto-label-cluster-info", "client-side-apply-migration-manager", "deletion-approved"),
    *("hydrate", "hydrate-timestamp", "ignore-default-links", "ignore-restart-policy", "installation-id"),
    *("managed-by-url", "refresh", "refresh-timestamp", "tracking-id"),
)
_PREFIXES = ("argocd.argoproj.io", "argo-cd.argoproj.io", "argocd.argoproj.com", "argoproj.io")
"""Where annotations for Argo CD stand, and where people look for them."""
_MOST_UNKNOWN = 200
"""Annotations of one object that are compared with the known ones."""
_HELM_HOOK = "helm.sh/hook"


@rule("ARGOCD020", "error")
def check_wave(resource: Resource) -> Iterator[Hit]:
    """A sync wave is a whole number.

    Why: Argo CD reads it as one, and takes wave 0 for everything else: the object is applied with the others, and not
    before or after them.

    Fix: write a whole number in quotes, such as "-1" or "5".
    """
    for keys, value in _list_annotations(resource, _WAVE):
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            yield Hit(f"{show(value)} is no sync wave: it is no whole number", keys, 'write a whole number: "1"')


@rule("ARGOCD021", "error")
def check_hooks(resource: Resource) -> Iterator[Hit]:
    """A hook has a phase that Argo CD knows.

    Why: an object with a misspelled phase counts as a hook and belongs to no phase: Argo CD never applies it.

    Fix: write PreSync, Sync, PostSync, SyncFail, Skip, PreDelete or PostDelete, in these letters.
    """
    return _check_words(resource, _HOOK, _HOOKS, "phase of a sync")


@rule("ARGOCD022", "error")
def check_delete_policies(resource: Resource) -> Iterator[Hit]:
    """A hook's delete policy is one that Argo CD knows.

    Why: Argo CD passes over others and falls back to BeforeHookCreation: the object of the hook stays until the next
    sync.

    Fix: write HookSucceeded, HookFailed or BeforeHookCreation, several with commas between them.
    """
    return _check_words(resource, _HOOK_DELETE_POLICY, _DELETE_POLICIES, "delete policy of a hook")


@rule("ARGOCD023", "warning")
def check_policy_has_hook(resource: Resource) -> Iterator[Hit]:
    """Only a hook has a delete policy.

    Why: without the annotation `argocd.argoproj.io/hook` the object is an ordinary one, which is applied with the
    others and never deleted after a sync.

    Fix: add the annotation with the phase, or remove the policy.
    """
    annotations = _read_annotations(resource)
    if _HOOK_DELETE_POLICY in annotations and not {_HOOK, _HELM_HOOK} & annotations.keys():
        yield Hit(
            f"{resource.kind} {show(resource.name)} has a hook's delete policy and is no hook",
            ("metadata", "annotations", _HOOK_DELETE_POLICY),
            f"add `{_HOOK}: PreSync`, or the phase that is meant",
        )


@rule("ARGOCD024", "error")
def check_object_options(resource: Resource) -> Iterator[Hit]:
    """A sync option in an annotation is one that a single object can have.

    Why: Argo CD passes over all others. CreateNamespace and most options belong to the Application as a whole.

    Fix: write NAME=value, several with commas between them; put the others into syncOptions of the Application.
    """
    for keys, value in _list_annotations(resource, _SYNC_OPTIONS):
        for option in filter(None, map(str.strip, value.split(","))):
            problem = find_option_problem(option, OBJECT_OPTIONS)
            if problem:
                yield Hit(f"{resource.kind} {show(resource.name)}: {problem[0]}", keys, problem[1])


@rule("ARGOCD025", "error")
def check_compare_options(resource: Resource) -> Iterator[Hit]:
    """A compare option is one that Argo CD knows.

    Why: Argo CD passes over others: the object, or the Application, is compared as if the annotation were not there.

    Fix: write IgnoreExtraneous on an object; ServerSideDiff=true or =false and IncludeMutationWebhook=true on an
    Application.
    """
    return _check_words(resource, _COMPARE_OPTIONS, _COMPARISONS, "compare option")


@rule("ARGOCD026", "warning")
def check_annotation_names(resource: Resource) -> Iterator[Hit]:
    """An annotation for Argo CD is spelled as Argo CD reads it.

    Why: an annotation of another name is no mistake for Kubernetes, and has no effect.

    Fix: write the name that is meant.
    """
    annotations = _read_annotations(resource)
    unknown = (
        (name, rest)
        for name in annotations
        for prefix, _, rest in [name.partition("/")]
        if prefix in _PREFIXES and (f"{prefix}/" != _PREFIX or rest not in (*_KNOWN, *_OTHERS))
    )
    for name, rest in islice(unknown, _MOST_UNKNOWN):
        near = find_near(rest, _KNOWN, cutoff=0.8)
        if near and f"{_PREFIX}{near}" not in annotations:
            place = ("metadata", "annotations", name)
            yield Hit(f"Argo CD does not read the annotation {show(name)}", place, f"write {_PREFIX}{near}")


def _read_annotations(resource: Resource) -> dict[str, object]:
    annotations = read_mapping(read_mapping(resource.data, "metadata"), "annotations")
    return {name: value for name, value in annotations.items() if isinstance(name, str)}


def _list_annotations(resource: Resource, name: str) -> Iterator[tuple[Keys, str]]:
    """The annotation of that name, where its value is known."""
    value = _read_annotations(resource).get(name)
    if isinstance(value, str) and not is_open(value):
        yield ("metadata", "annotations", name), value


def _check_words(resource: Resource, name: str, known: Sequence[str], noun: str) -> Iterator[Hit]:
    for keys, value in _list_annotations(resource, name):
        for word in filter(None, map(str.strip, value.split(","))):
            if word not in known:
                near = find_near(word, known, cutoff=0.7)
                fix = f"write {near}" if near else f"write one of {', '.join(known)}"
                yield Hit(f"{show(word)} is no {noun}", keys, fix)


RULES: tuple[Rule, ...] = (
    check_wave,
    check_hooks,
    check_delete_policies,
    check_policy_has_hook,
    check_object_options,
    check_compare_options,
    check_annotation_names,
)
