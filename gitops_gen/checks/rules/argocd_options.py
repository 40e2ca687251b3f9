"""Sync options: those of an Application, and those that an annotation sets for one object.

They are what controller/sync.go, controller/state.go and gitops-engine/pkg/sync/sync_context.go of argoproj/argo-cd
(3.6) look for: the whole text, `NAME=value`, in the right case.
"""

from collections.abc import Iterator, Mapping

from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_parts import is_open, list_texts, read_app
from gitops_gen.checks.values import read_mapping
from gitops_gen.names import show
from gitops_gen.wording import find_near

_SWITCH = ("true", "false")
APPLICATION_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "ApplyOutOfSyncOnly": _SWITCH,
    "ClientSideApplyMigration": _SWITCH,
    "CreateNamespace": _SWITCH,
    "Delete": ("false", "confirm", "true"),
    "FailOnSharedResource": _SWITCH,
    "Prune": ("false", "confirm", "true"),
    "PruneLast": _SWITCH,
    "PrunePropagationPolicy": ("foreground", "background", "orphan"),
    "Replace": _SWITCH,
    "RespectIgnoreDifferences": _SWITCH,
    "ServerSideApply": _SWITCH,
    "SkipDryRunOnMissingResource": _SWITCH,
    "Validate": _SWITCH,
}
OBJECT_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "Delete": ("false", "confirm", "true"),
    "Force": _SWITCH,
    "Prune": ("false", "confirm", "true"),
    "PruneLast": _SWITCH,
    "Replace": _SWITCH,
    "ServerSideApply": _SWITCH,
    "SkipDryRunOnMissingResource": _SWITCH,
    "Validate": _SWITCH,
}


@rule("ARGOCD011", "error")
def check_sync_options(resource: Resource) -> Iterator[Hit]:
    """A sync option of an Application is one that Argo CD knows.

    Why: Argo CD compares each with the texts that it knows, `CreateNamespace=true` for one, and passes over all others:
    a misspelled option, one in other letters, or one that only an annotation can set does nothing, and nobody is told.

    Fix: write NAME=value without spaces, with the capitals of the documentation, and the value in small letters.
    """
    app = read_app(resource)
    for place, option in _list_options(resource):
        if not is_open(option) and (problem := find_option_problem(option, APPLICATION_OPTIONS)):
            message, fix = problem
            if option.strip() in {"Force=true", "Force=false"}:
                message = "Force can only be set for one object"
                fix = "put `argocd.argoproj.io/sync-options: Force=true,Replace=true` on the object"
            yield Hit(f"{app.label}: {message}", place, fix)


@rule("ARGOCD012", "warning")
def check_option_once(resource: Resource) -> Iterator[Hit]:
    """A sync option is set once.

    Why: where one is both true and false, or stands twice, it depends on the option which of the two counts.

    Fix: keep the one that is meant.
    """
    seen: dict[str, str] = {}
    for place, option in _list_options(resource):
        name = option.partition("=")[0]
        if is_open(option):
            continue
        if name in seen:
            yield Hit(f"{show(option)} comes after {show(seen[name])}", place, "keep one of the two")
        seen.setdefault(name, option)


def _list_options(resource: Resource) -> Iterator[tuple[tuple[str | int, ...], str]]:
    app = read_app(resource)
    options = read_mapping(app.spec, "syncPolicy").get("syncOptions")
    return list_texts(options, (*app.keys, "spec", "syncPolicy", "syncOptions"))


def find_option_problem(option: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    """Why Argo CD passes over a sync option, and what to write; None if it does not."""
    name, sign, value = option.partition("=")
    if name in known and value in known[name]:
        return None
    tidy = name.strip(" :\t")
    if not sign and ":" in option:
        tidy, _, value = (part.strip() for part in option.partition(":"))
    near = tidy if tidy in known else find_near(tidy, known, cutoff=0.75)
    if not near:
        return (
            f"{show(option)} is no sync option here",
            f"write one of {', '.join(sorted(known))}, with =true or =false",
        )
    choice = value.strip().lower() if value.strip().lower() in known[near] else ""
    proposal = (
        f"write {near}={choice}" if choice else f"write {near}={' or '.join((known[near][0], *known[near][1:2]))}"
    )
    if near == name:
        return f"{show(value)} is no value of {near}" if sign else f"{near} has no value", proposal
    return f"{show(option)} is no sync option", proposal


OPTION_RULES: tuple[Rule, ...] = (check_sync_options, check_option_once)
