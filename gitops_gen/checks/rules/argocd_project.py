"""What an AppProject lets its Applications do.

The rules are those of ValidateProject in pkg/apis/application/v1alpha1/app_project_types.go of argoproj/argo-cd (3.6),
which only Argo CD's own server asks: an AppProject from Git is taken as it is, and what is wrong in it shows later.
"""

from collections.abc import Iterator

from gitops_gen.checks.go_values import find_schedule_problem, is_duration
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_parts import list_texts
from gitops_gen.checks.rules.argocd_policies import POLICY_RULES
from gitops_gen.checks.values import as_list, read_mapping, read_text
from gitops_gen.names import show

_WINDOW_TARGETS = ("applications", "namespaces", "clusters")


@rule("ARGOCD027", "error")
def check_destinations(resource: Resource) -> Iterator[Hit]:
    """A destination of an AppProject fits a cluster and a namespace.

    Why: an entry permits what its server or name, and its namespace fit; what is left out or empty fits nothing, and
    `!*` forbids everything. The Applications that were meant are refused.

    Fix: set `server` or `name`, and `namespace`; `*` fits every one.
    """
    for number, entry in enumerate(as_list(read_mapping(resource.data, "spec").get("destinations"))):
        keys = ("spec", "destinations", number)
        if not isinstance(entry, dict):
            continue
        if not entry.get("server") and not entry.get("name"):
            yield Hit(f"destinations[{number}] fits no cluster", keys, "add `server: https://kubernetes.default.svc`")
        if entry.get("namespace") in (None, ""):
            yield Hit(f"destinations[{number}] fits no namespace", keys, 'add `namespace`; "*" is every one')
        for key in ("server", "name", "namespace"):
            if entry.get(key) == "!*":
                yield Hit(f"destinations[{number}] forbids every {key}", (*keys, key), "write what is to be forbidden")
    for place, text in list_texts(read_mapping(resource.data, "spec").get("sourceRepos"), ("spec", "sourceRepos")):
        if text == "!*":
            yield Hit("the entry forbids every repository", place, "write what is to be forbidden")


@rule("ARGOCD028", "warning")
def check_entries_once(resource: Resource) -> Iterator[Hit]:
    """An AppProject lists each repository, namespace and destination once.

    Why: Argo CD takes a project from Git with an entry twice; its own server refuses to change such a project, in the
    web interface and by the command line.

    Fix: remove the second.
    """
    spec = read_mapping(resource.data, "spec")
    for key in ("sourceRepos", "sourceNamespaces"):
        yield from _find_repeated((place, text, text) for place, text in list_texts(spec.get(key), ("spec", key)))
    destinations = enumerate(as_list(spec.get("destinations")))
    yield from _find_repeated(
        (
            ("spec", "destinations", number),
            f"{read_text(entry, 'server') or read_text(entry, 'name')} {read_text(entry, 'namespace')}",
            f"{read_text(entry, 'server')} {read_text(entry, 'name')} {read_text(entry, 'namespace')}",
        )
        for number, entry in destinations
        if isinstance(entry, dict)
    )


def _find_repeated(entries: Iterator[tuple[Keys, str, str]]) -> Iterator[Hit]:
    """`entries` are where each stands, what is compared, and what a message calls it."""
    seen: set[str] = set()
    for place, compared, told in entries:
        if compared in seen:
            yield Hit(f"{show(' '.join(told.split()))} stands here for a second time", place, "remove it")
        seen.add(compared)


@rule("ARGOCD031", "error")
def check_windows(resource: Resource) -> Iterator[Hit]:
    """A sync window has a kind, a schedule and a duration that Argo CD can read, and something to hold for.

    Why: the schema takes any text. Argo CD works out at each sync whether a window is open; one that it cannot read
    makes the sync fail, for every Application that it holds for. One that names nothing holds for nothing.

    Fix: set `kind` to allow or deny, `schedule` to five cron fields, `duration` to a time such as 2h, and one of
    applications, namespaces and clusters.
    """
    for number, window in enumerate(as_list(read_mapping(resource.data, "spec").get("syncWindows"))):
        keys = ("spec", "syncWindows", number)
        if not isinstance(window, dict):
            continue
        if window.get("kind") not in ("allow", "deny"):
            place = (*keys, "kind") if "kind" in window else keys
            yield Hit("the window is of no kind", place, "set kind to allow or deny, in small letters")
        schedule = read_text(window, "schedule")
        if problem := find_schedule_problem(schedule):
            place = (*keys, "schedule") if "schedule" in window else keys
            yield Hit(f"the schedule {show(schedule)} is none: {problem}", place, 'write five fields: "0 22 * * *"')
        duration = read_text(window, "duration")
        if not is_duration(duration):
            place = (*keys, "duration") if "duration" in window else keys
            yield Hit(f"{show(duration)} is no duration", place, "write a number with m or h, such as 30m or 2h")
        if not any(window.get(key) for key in _WINDOW_TARGETS):
            yield Hit("the window holds for nothing", keys, f"add one of {', '.join(_WINDOW_TARGETS)}")


@rule("ARGOCD032", "warning")
def check_limits(resource: Resource) -> Iterator[Hit]:
    """An AppProject keeps its Applications from something.

    Why: a project is the wall between teams. One that takes every repository to every namespace of every cluster lets
    whoever can merge an Application deploy anything anywhere.

    Fix: list the repositories in `sourceRepos`, or the clusters and namespaces in `destinations`.
    """
    spec = read_mapping(resource.data, "spec")
    repositories = [text for _, text in list_texts(spec.get("sourceRepos"))]
    places = [
        (number, entry)
        for number, entry in enumerate(as_list(spec.get("destinations")))
        if isinstance(entry, dict) and entry.get("namespace") == "*" and "*" in (entry.get("server"), entry.get("name"))
    ]
    denies = any(text.startswith("!") for text in repositories) or any(
        isinstance(value, str) and value.startswith("!")
        for entry in as_list(spec.get("destinations"))
        if isinstance(entry, dict)
        for value in entry.values()
    )
    if "*" in repositories and places and not denies:
        yield Hit(
            f"AppProject {show(resource.name)} permits every repository and every destination",
            ("spec", "destinations", places[0][0]),
            "list the repositories, or the clusters and namespaces, that it is for",
        )


@rule("ARGOCD033", "warning")
def check_permits(resource: Resource) -> Iterator[Hit]:
    """An AppProject permits a repository and a destination.

    Why: what is not listed is forbidden: without sourceRepos, or without destinations, Argo CD refuses every
    Application of the project.

    Fix: list the repositories in `sourceRepos`, and clusters with namespaces in `destinations`.
    """
    spec = resource.data.get("spec")
    if not isinstance(spec, dict):
        return
    for key, noun in (("sourceRepos", "repository"), ("destinations", "destination")):
        entries = spec.get(key)
        if entries is None or entries == []:
            yield Hit(
                f"AppProject {show(resource.name)} permits no {noun}",
                ("spec", key) if key in spec else ("spec",),
                f"list each {noun} that it is for in {key}",
            )


RULES: tuple[Rule, ...] = (
    check_destinations,
    check_entries_once,
    *POLICY_RULES,
    check_windows,
    check_limits,
    check_permits,
)
