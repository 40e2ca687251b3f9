"""What an ApplicationSet does with the Applications that it makes.

The rules are those of validateGeneratedApplications in applicationset/controllers/applicationset_controller.go, of
applicationset/progressivesync and of RenderTemplateParams in applicationset/utils/utils.go of argoproj/argo-cd (3.6).
"""

import re
from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_generators import GENERATOR_RULES, list_top_generators
from gitops_gen.checks.rules.argocd_parts import list_texts, read_app
from gitops_gen.checks.rules.argocd_templates import TEMPLATE_RULES
from gitops_gen.checks.values import as_list, as_mapping, read_mapping, read_text
from gitops_gen.names import show
from gitops_gen.wording import describe, suggest

_STRATEGIES = ("AllAtOnce", "RollingSync")
_ORDERS = ("AllAtOnce", "Reverse")
_OPERATORS = ("In", "NotIn")


@rule("ARGOCD041", "error")
def check_names(resource: Resource) -> Iterator[Hit]:
    """The name in the template differs from Application to Application.

    Why: Argo CD takes one Application of a name from an ApplicationSet and refuses the others; without a name it
    refuses all of them.

    Fix: put a parameter into `template.metadata.name`, one that is another for each: `{{ .path.basename }}` for the
    folders of a Git generator, `{{ .name }}` for clusters.
    """
    app = read_app(resource)
    if app.is_patched or not isinstance(read_mapping(resource.data, "spec").get("template"), dict):
        return
    name = app.metadata.get("name")
    if name in (None, ""):
        keys = (*app.keys, "metadata") if app.metadata else app.keys
        yield Hit(f"{app.label} has no name", keys, "add metadata.name, with a parameter in it")
    elif isinstance(name, str) and "{{" not in name and _makes_several(resource):
        yield Hit(
            f"every Application of ApplicationSet {show(resource.name)} would be called {show(name)}",
            (*app.keys, "metadata", "name"),
            "put a parameter that the generators give into the name",
        )


def _makes_several(resource: Resource) -> bool:
    """Whether more than one Application can come out."""
    generators = list(list_top_generators(resource))
    return len(generators) > 1 or any(not _gives_one(generator.data) for generator in generators)


def _gives_one(data: dict[str, Any]) -> bool:
    if "list" in data:
        listed = as_mapping(data["list"])
        return len(as_list(listed.get("elements"))) + 2 * bool(listed.get("elementsYaml")) <= 1
    directories = as_list(as_mapping(data.get("git")).get("directories"))
    included = [read_text(item, "path") for item in directories if isinstance(item, dict) and not item.get("exclude")]
    return bool(included) and len(included) == 1 and not re.search(r"[*?\[{]", included[0])


@rule("ARGOCD042", "error")
def check_strategy(resource: Resource) -> Iterator[Hit]:
    """A strategy is one that Argo CD has, with steps that it can follow.

    Why: the schema takes any text. Argo CD only goes step by step where the type is RollingSync, spelled like that, and
    there are steps; an operator that it does not know selects nothing.

    Fix: set `type: RollingSync` with `rollingSync.steps`; each step selects by matchExpressions with In or NotIn.
    """
    strategy = read_mapping(read_mapping(resource.data, "spec"), "strategy")
    keys: Keys = ("spec", "strategy")
    rolling = read_mapping(strategy, "rollingSync")
    steps = as_list(rolling.get("steps"))
    kind = strategy.get("type")
    if kind not in (None, "", *_STRATEGIES):
        yield Hit(
            f"{describe(kind)} is no strategy{suggest(str(kind), _STRATEGIES)}",
            (*keys, "type"),
            f"write {' or '.join(_STRATEGIES)}",
        )
    elif kind == "RollingSync" and not steps:
        yield Hit("the strategy RollingSync has no steps", (*keys, "type"), "add `rollingSync.steps`")
    elif kind != "RollingSync" and steps:
        yield Hit("the steps only count with the type RollingSync", (*keys, "rollingSync"), "set `type: RollingSync`")
    order = read_text(strategy, "deletionOrder")
    if order and order.lower() not in [known.lower() for known in _ORDERS]:
        yield Hit(
            f"{show(order)} is no order of deletion{suggest(order, _ORDERS)}",
            (*keys, "deletionOrder"),
            f"write {' or '.join(_ORDERS)}",
        )
    for number, step in enumerate(steps):
        place = (*keys, "rollingSync", "steps", number)
        yield from _check_step(as_mapping(step), place)


def _check_step(step: dict[str, Any], keys: Keys) -> Iterator[Hit]:
    for number, expression in enumerate(as_list(step.get("matchExpressions"))):
        operator = as_mapping(expression).get("operator")
        if operator not in _OPERATORS:
            yield Hit(
                f"{describe(operator)} is no operator of a step{suggest(str(operator), _OPERATORS)}",
                (*keys, "matchExpressions", number, *(("operator",) if "operator" in as_mapping(expression) else ())),
                "write In or NotIn, and the values of the label",
            )
    most = step.get("maxUpdate")
    if isinstance(most, str) and not re.fullmatch(r"[0-9]{1,9}%", most):
        yield Hit(f"{show(most)} is no number of Applications", (*keys, "maxUpdate"), "write 2, or a share: 25%")


@rule("ARGOCD043", "warning")
def check_preserved(resource: Resource) -> Iterator[Hit]:
    """What shall stay when an Application goes is not deleted by a finalizer.

    Why: preserveResourcesOnDeletion only keeps Argo CD from adding the finalizer. One that stands in the template is
    there, and deletes all that the Application has deployed.

    Fix: remove resources-finalizer.argocd.argoproj.io from the template, or preserveResourcesOnDeletion.
    """
    app = read_app(resource)
    policy = read_mapping(read_mapping(resource.data, "spec"), "syncPolicy")
    if policy.get("preserveResourcesOnDeletion") is not True:
        return
    for place, name in list_texts(app.metadata.get("finalizers"), (*app.keys, "metadata", "finalizers")):
        if name.startswith("resources-finalizer.argocd.argoproj.io"):
            yield Hit(
                f"the finalizer deletes what preserveResourcesOnDeletion of {show(resource.name)} is to keep",
                place,
                "remove the finalizer, or preserveResourcesOnDeletion",
            )


RULES: tuple[Rule, ...] = (*GENERATOR_RULES, *TEMPLATE_RULES, check_names, check_strategy, check_preserved)
