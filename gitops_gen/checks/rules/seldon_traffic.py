"""What Seldon's admission webhook asks of the traffic between predictors, and of shadows."""

from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.seldon_parts import find_only_predictor, list_predictors

_ALL = 100
"""Per cent of the requests."""


@rule("SELDON006", "error")
def check_traffic_sum(resource: Resource) -> Iterator[Hit]:
    """Traffic of the predictors sums to 100.

    Why: with two or more predictors that are no shadows, `traffic` is each one's percentage of the requests. The
    webhook adds them up, a predictor without `traffic` as 0; what a shadow sets is not part of the sum.

    Fix: set `traffic` on the predictors so that it sums to 100.
    """
    live = [predictor for predictor in list_predictors(resource) if not predictor.is_shadow]
    if len(live) <= 1:
        return
    parts = [predictor.traffic for predictor in live]
    total = sum(part for part in parts if part is not None)
    if None not in parts and total != _ALL:
        listed = ", ".join(f"{predictor.label} {part}" for predictor, part in zip(live[:10], parts, strict=False))
        yield Hit(
            f"the traffic of the predictors sums to {total} and not to 100: {listed}",
            ("spec", "predictors"),
            "set `traffic` on the predictors so that it sums to 100",
        )


@rule("SELDON007", "error")
def check_traffic_single(resource: Resource) -> Iterator[Hit]:
    """A single predictor that sets traffic sets 100.

    Why: there is no other predictor for the rest to go to, so the webhook refuses 1 to 99. (That is what is left when a
    canary is taken out and the share of the other predictor is forgotten.)

    Fix: remove `traffic`, or set it to 100.
    """
    only = find_only_predictor(resource)
    traffic = None if only is None or only.is_shadow else only.traffic
    if only is not None and traffic is not None and 0 < traffic < _ALL:
        yield Hit(
            f"{only.label} is the only one and sets traffic to {traffic}",
            (*only.keys, "traffic"),
            "remove `traffic`, or set it to 100",
        )


@rule("SELDON008", "error")
def check_shadow_count(resource: Resource) -> Iterator[Hit]:
    """At most one predictor is a shadow.

    Why: the ingress mirrors requests to one place only, so the webhook refuses a second shadow.

    Fix: keep one shadow, and move the others into SeldonDeployments of their own or remove them.
    """
    shadows = [predictor for predictor in list_predictors(resource) if predictor.is_shadow]
    for shadow in shadows[1:]:
        yield Hit(
            f"{shadow.label} is a second shadow beside {shadows[0].label}",
            (*shadow.keys, "shadow"),
            "keep one shadow and remove the others",
        )


@rule("SELDON009", "error")
def check_shadow_traffic(resource: Resource) -> Iterator[Hit]:
    """A shadow's traffic is from 0 to 100.

    Why: it is the percentage of the requests that are mirrored to the shadow; not set, or 0, it means all of them.

    Fix: set `traffic` of the shadow to a percentage, or remove it.
    """
    for predictor in list_predictors(resource):
        traffic = predictor.traffic if predictor.is_shadow else None
        if traffic is not None and not 0 <= traffic <= _ALL:
            yield Hit(
                f"the shadow {predictor.label} sets traffic to {traffic}, which is no percentage",
                (*predictor.keys, "traffic"),
                "set it to a whole number from 0 to 100",
            )


@rule("SELDON010", "error")
def check_shadow_alone(resource: Resource) -> Iterator[Hit]:
    """A shadow is not the only predictor.

    Why: a shadow gets a copy of another predictor's requests, and its answers go nowhere: alone, it would serve nobody.

    Fix: remove `shadow`, or add the predictor whose requests are mirrored.
    """
    only = find_only_predictor(resource)
    if only is not None and only.is_shadow:
        yield Hit(
            f"{only.label} is a shadow and the only predictor",
            (*only.keys, "shadow"),
            "remove `shadow`, or add the predictor whose requests it mirrors",
        )


TRAFFIC_RULES: tuple[Rule, ...] = (
    check_traffic_sum,
    check_traffic_single,
    check_shadow_count,
    check_shadow_traffic,
    check_shadow_alone,
)
