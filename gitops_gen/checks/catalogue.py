"""All rules, by subject; a subject's module is imported when it is needed."""

from functools import cache
from importlib import import_module

from gitops_gen.checks.rule import Rule

SUBJECTS = {
    "FILE": "files",
    "YAML": "text",
    "SCHEMA": "schema",
    "CONFIG": "settings",
    "KUST": "kustomize",
    "PIN": "pins",
    "EVIDENCE": "provenance",
    "ONLINE": "online",
    "SELDON": "seldon",
    "WAIVER": "waivers",
}
"""What a rule's id begins with, and the module in checks/rules that has it."""

BY_KIND = {
    ("machinelearning.seldon.io", "SeldonDeployment"): ("seldon",),
}
"""Modules whose rules hold for every object of a kind, wherever it stands."""

BY_ENVIRONMENT: tuple[str, ...] = ()
"""Modules whose rules are asked about all that lands in an environment."""

PINNED_KINDS = frozenset({("machinelearning.seldon.io", "SeldonDeployment"), ("serving.kserve.io", "InferenceService")})
"""Kinds whose images the rules of PIN hold for, in what a cluster gets: builds, and manifests outside of them."""


@cache
def load_rules(module: str) -> tuple[Rule, ...]:
    """The rules of one module of checks/rules."""
    rules: tuple[Rule, ...] = import_module(f"gitops_gen.checks.rules.{module}").RULES
    return rules


def list_rules() -> tuple[Rule, ...]:
    """Every rule there is, in the order of SUBJECTS."""
    return tuple(rule for module in SUBJECTS.values() for rule in load_rules(module))


def find_rule(rule_id: str) -> Rule | None:
    """The rule of that id; None if there is none."""
    module = SUBJECTS.get(rule_id.rstrip("0123456789"))
    return next((rule for rule in load_rules(module) if rule.id == rule_id), None) if module else None
