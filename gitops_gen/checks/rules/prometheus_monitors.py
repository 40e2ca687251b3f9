"""What the Prometheus operator asks of ServiceMonitors, PodMonitors, Probes and ScrapeConfigs besides their schemas.

It leaves an object that breaks one of these out of Prometheus' configuration, and only says so in an event: see
pkg/prometheus/resource_selector.go in prometheus-operator.
"""

from collections.abc import Iterator

from gitops_gen.checks.prometheus_durations import read_duration
from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.prometheus_parts import list_scrapes
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show
from gitops_gen.wording import find_near

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


@rule("PROM009", "error")
def check_timeout(resource: Resource) -> Iterator[Hit]:
    """A scrape times out before the next one is due.

    Why: Prometheus refuses a `scrapeTimeout` longer than the interval; so the operator leaves the monitor out, and
    nothing of it is scraped.

    Fix: make the timeout at most the interval, or the interval longer.
    """
    for data, keys in list_scrapes(resource):
        key = "interval" if "interval" in data else "scrapeInterval"
        interval, timeout = read_duration(data.get(key)), read_duration(data.get("scrapeTimeout"))
        if interval and timeout and timeout > interval:
            yield Hit(
                f"scrapeTimeout is {data['scrapeTimeout']}, longer than the {key} of {data[key]}",
                (*keys, "scrapeTimeout"),
                f"write {data[key]} or less",
            )


@rule("PROM012", "warning")
def check_one_port(resource: Resource) -> Iterator[Hit]:
    """An endpoint names its port once.

    Why: `port`, the name of a port, wins over `portNumber` and `targetPort`; what the others say is not used.

    Fix: keep `port`, and remove the others.
    """
    for data, keys in list_scrapes(resource):
        given = [key for key in ("port", "portNumber", "targetPort") if data.get(key) not in (None, "")]
        if len(keys) > 1 and len(given) > 1:
            yield Hit(
                f"the endpoint has {given[0]} and {' and '.join(given[1:])}; only {given[0]} is used",
                (*keys, given[1]),
                f"remove {' and '.join(given[1:])}",
            )


@rule("PROM013", "warning")
def check_selection(resource: Resource) -> Iterator[Hit]:
    """A monitor selects some of what there is.

    Why: an empty selector selects every Service or pod of the namespaces, also those that serve no metrics: each is a
    target that is down, and sends its alerts.

    Fix: select by labels.
    """
    selector = read_spec(resource).get("selector")
    if isinstance(selector, dict) and not selector.get("matchLabels") and not selector.get("matchExpressions"):
        what = "pod" if resource.kind == "PodMonitor" else "Service"
        yield Hit(
            f"{resource.kind} {show(resource.name)} selects every {what}",
            ("spec", "selector"),
            "add `matchLabels`",
        )


@rule("PROM014", "warning")
def check_namespaces(resource: Resource) -> Iterator[Hit]:
    """A namespace selector says `any` or names namespaces.

    Why: with `any: true` all namespaces are searched, and `matchNames` is not looked at.

    Fix: remove the one that is not meant.
    """
    selector = as_mapping(read_spec(resource).get("namespaceSelector"))
    if selector.get("any") is True and selector.get("matchNames"):
        yield Hit(
            "namespaceSelector has any: true, so that its matchNames mean nothing",
            ("spec", "namespaceSelector", "matchNames"),
            "remove `any` or `matchNames`",
        )


@rule("PROM015", "error")
def check_expressions(resource: Resource) -> Iterator[Hit]:
    """The expressions of a selector have an operator, and values where it needs some.

    Why: the schema takes any text for the operator. The Prometheus operator cannot read the selector then, and leaves
    the monitor out.

    Fix: write In or NotIn with `values`, Exists or DoesNotExist without.
    """
    selector = as_mapping(read_spec(resource).get("selector"))
    for at, expression in enumerate(as_list(selector.get("matchExpressions"))):
        operator = read_text(as_mapping(expression), "operator")
        keys = ("spec", "selector", "matchExpressions", at)
        if operator and operator not in _OPERATORS:
            near = find_near(operator, _OPERATORS)
            yield Hit(
                f"{show(operator)} is no operator; it is In, NotIn, Exists or DoesNotExist",
                (*keys, "operator"),
                f"write {near}" if near else "write one of them",
            )
        elif operator and bool(as_list(expression.get("values"))) != (operator in _OPERATORS[:2]):
            yield Hit(
                f"the operator {operator} {'needs' if operator in _OPERATORS[:2] else 'takes no'} values",
                (*keys, "operator"),
                "add `values`" if operator in _OPERATORS[:2] else "remove `values`, or write In or NotIn",
            )


@rule("PROM016", "error")
def check_probe_targets(resource: Resource) -> Iterator[Hit]:
    """A Probe names what it probes.

    Why: the schema takes a Probe without targets. The operator leaves it out, and nothing is probed.

    Fix: list addresses in `targets.staticConfig.static`, or select Ingresses in `targets.ingress`.
    """
    spec = read_spec(resource)
    targets = as_mapping(spec.get("targets"))
    if resource.kind == "Probe" and spec and not any(key in targets for key in ("staticConfig", "ingress")):
        yield Hit(
            f"Probe {show(resource.name)} has no targets",
            ("spec", "targets") if "targets" in spec else ("spec",),
            "add `targets.staticConfig` or `targets.ingress`",
        )


RULES: tuple[Rule, ...] = (
    check_timeout,
    check_one_port,
    check_selection,
    check_namespaces,
    check_expressions,
    check_probe_targets,
)
