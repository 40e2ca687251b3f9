"""What the Prometheus operator asks of an AlertmanagerConfig besides its schema, and its webhook refuses.

Routes below the first level have no schema at all: pkg/alertmanager/validation in prometheus-operator reads them, with
the types in pkg/apis/monitoring/v1alpha1 and v1beta1.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.go_regex import find_regex_problem
from gitops_gen.checks.placeholders import is_template
from gitops_gen.checks.prometheus_durations import read_duration
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.prometheus_receivers import check_receivers
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show
from gitops_gen.wording import find_near, suggest

_FIELDS = (
    "receiver",
    "groupBy",
    "groupWait",
    "groupInterval",
    "repeatInterval",
    "matchers",
    "continue",
    "routes",
    "muteTimeIntervals",
    "activeTimeIntervals",
)
_DURATIONS = ("groupWait", "groupInterval", "repeatInterval")
_TYPES = {"receiver": str, "groupBy": list, "matchers": list, "continue": bool, "routes": list}
_REGEX_TYPES = ("=~", "!~")
_MOST_ROUTES = 2000
"""A bound on what aliases can blow a tree of routes up to."""


class Route(NamedTuple):
    """A node of the tree that sends alerts to receivers."""

    data: dict[str, Any]
    keys: Keys

    @property
    def is_root(self) -> bool:
        """Whether it is the first one, which has a schema."""
        return len(self.keys) == len(("spec", "route"))


def _list_routes(resource: Resource) -> list[Route]:
    """All routes, a parent before its children."""
    root = read_spec(resource).get("route")
    waiting = [Route(root, ("spec", "route"))] if isinstance(root, dict) else []
    found: list[Route] = []
    while waiting and len(found) < _MOST_ROUTES:
        route = waiting.pop()
        found.append(route)
        children = as_list(route.data.get("routes"))
        below = [Route(c, (*route.keys, "routes", i)) for i, c in enumerate(children) if isinstance(c, dict)]
        waiting += reversed(below)
    return found


def _list_names(resource: Resource, *keys: str) -> list[str]:
    entries = (entry for key in keys for entry in as_list(read_spec(resource).get(key)))
    return [name for entry in entries if (name := read_text(as_mapping(entry), "name"))]


@rule("PROM017", "error")
def check_route_receivers(resource: Resource) -> Iterator[Hit]:
    """Each route sends to a receiver that is there, and the first one has a receiver.

    Why: receivers belong to their AlertmanagerConfig; another one's cannot be used. The operator's webhook refuses a
    route with a receiver that is not among them; without the webhook the whole AlertmanagerConfig is left out.

    Fix: write the name of one of `spec.receivers`, or add the receiver.
    """
    names = _list_names(resource, "receivers")
    for route in _list_routes(resource):
        receiver = route.data.get("receiver")
        if receiver in (None, "") and route.is_root:
            keys = (*route.keys, "receiver") if "receiver" in route.data else route.keys
            yield Hit(
                "the first route has no receiver", keys, "add `receiver`, for the alerts that no other route takes"
            )
        elif isinstance(receiver, str) and receiver not in ("", *names) and not is_template(receiver):
            yield Hit(
                f"there is no receiver {show(receiver)}{suggest(receiver, names)}",
                (*route.keys, "receiver"),
                "write the name of one of spec.receivers, or add it there",
            )


@rule("PROM018", "error")
def check_grouping(resource: Resource) -> Iterator[Hit]:
    """A route groups by each label once; `...` stands alone.

    Why: `...` means all labels. The operator's webhook refuses it beside others, and a label that is named twice; only
    the first route of v1alpha1 has a schema that says so.

    Fix: remove what is there twice, or all but `...`.
    """
    for route in _list_routes(resource):
        labels = as_list(route.data.get("groupBy"))
        seen: set[str] = set()
        for at, label in enumerate(labels):
            has_schema = route.is_root and resource.api_version.endswith("/v1alpha1")
            if isinstance(label, str) and label in seen and not has_schema:
                yield Hit(f"groupBy names {show(label)} twice", (*route.keys, "groupBy", at), "remove one of them")
            if label == "..." and len(labels) > 1:
                yield Hit("groupBy has ... beside labels", (*route.keys, "groupBy", at), "keep either of them")
            if isinstance(label, str):
                seen.add(label)


@rule("PROM019", "error")
def check_intervals_named(resource: Resource) -> Iterator[Hit]:
    """Routes name time intervals that are there.

    Why: the operator's webhook refuses a route with an interval that the AlertmanagerConfig does not define; without
    the webhook the whole object is left out.

    Fix: write the name of one of `spec.muteTimeIntervals` (v1alpha1) or `spec.timeIntervals` (v1beta1).
    """
    names = _list_names(resource, "muteTimeIntervals", "timeIntervals")
    for route in _list_routes(resource):
        for key in ("muteTimeIntervals", "activeTimeIntervals"):
            for at, name in enumerate(as_list(route.data.get(key))):
                if isinstance(name, str) and name not in names and not is_template(name):
                    yield Hit(
                        f"there is no time interval {show(name)}{suggest(name, names)}",
                        (*route.keys, key, at),
                        "write the name of one that is there, or add it",
                    )


@rule("PROM020", "error")
def check_nested_routes(resource: Resource) -> Iterator[Hit]:
    """Routes below the first one have the fields of a route, and durations where they belong.

    Why: the schema leaves nested routes open, since it cannot speak of itself. The operator's webhook reads them all
    the same, and refuses an unknown field; a wrong duration stops Alertmanager from taking its configuration.

    Fix: write the fields as in the first route: `receiver`, `matchers`, `groupBy`, `groupWait`, `continue`, `routes` …
    """
    for route in _list_routes(resource):
        if route.is_root:
            continue
        for key, value in route.data.items():
            keys = (*route.keys, key)
            if key not in _FIELDS:
                near = find_near(str(key), _FIELDS)
                fix = f"write {near}" if near else "remove it, or write a field of a route"
                yield Hit(f"{show(str(key))} is no field of a route", keys, fix)
            elif key in _DURATIONS and value is not None and read_duration(value) is None and not is_template(value):
                yield Hit(f"{key} is no duration of Prometheus", keys, "write it as in 30s, 5m or 4h")
            elif key in _TYPES and value is not None and not isinstance(value, _TYPES[key]):
                words = {str: "a text", list: "a list", bool: "true or false"}[_TYPES[key]]
                yield Hit(f"{key} of a route is {words}", keys, f"write {words}")


@rule("PROM021", "error")
def check_matchers(resource: Resource) -> Iterator[Hit]:
    """The matchers of routes and inhibitions have a name, a type that exists, and an expression that Go takes.

    Why: Alertmanager compiles them when it loads its configuration, and refuses the whole of it otherwise: alerts then
    go the way of the configuration before.

    Fix: set `matchType` to `=`, `!=`, `=~` or `!~`; Go has no lookahead and no references back.
    """
    places = [(route.data.get("matchers"), (*route.keys, "matchers")) for route in _list_routes(resource)]
    for at, entry in enumerate(as_list(read_spec(resource).get("inhibitRules"))):
        rule_keys: Keys = ("spec", "inhibitRules", at)
        places += [(as_mapping(entry).get(key), (*rule_keys, key)) for key in ("sourceMatch", "targetMatch")]
    for matchers, keys in places:
        for at, matcher in enumerate(as_list(matchers)):
            if isinstance(matcher, dict):
                yield from _check_matcher(matcher, (*keys, at))


def _check_matcher(matcher: dict[str, Any], keys: Keys) -> Iterator[Hit]:
    kind = matcher.get("matchType")
    is_nested = "routes" in keys
    if is_nested and isinstance(kind, str) and kind not in {"", "=", "!=", *_REGEX_TYPES}:
        yield Hit(f"{show(kind)} is no matchType", (*keys, "matchType"), "write =, !=, =~ or !~")
    if is_nested and matcher.get("name") in (None, ""):
        yield Hit("the matcher has no name of a label", (*keys, "name") if "name" in matcher else keys, "add `name`")
    if kind in _REGEX_TYPES or (kind is None and matcher.get("regex") is True):
        value = read_text(matcher, "value")
        problem = find_regex_problem(value)
        if problem and not is_template(value):
            yield Hit(f"the regular expression {problem}", (*keys, "value"), "write it as Go's regexp takes it")


RULES: tuple[Rule, ...] = (
    check_route_receivers,
    check_grouping,
    check_intervals_named,
    check_nested_routes,
    check_matchers,
    check_receivers,
)
