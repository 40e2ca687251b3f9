"""The rules for Applications, and for what an ApplicationSet makes Applications of."""

from gitops_gen.checks.rule import Rule
from gitops_gen.checks.rules.argocd_application import APPLICATION_RULES
from gitops_gen.checks.rules.argocd_options import OPTION_RULES
from gitops_gen.checks.rules.argocd_refs import REF_RULES
from gitops_gen.checks.rules.argocd_sources import SOURCE_RULES

RULES: tuple[Rule, ...] = (*SOURCE_RULES, *REF_RULES, *OPTION_RULES, *APPLICATION_RULES)
