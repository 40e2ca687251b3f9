"""All rules on kustomizations, in the order of their ids."""

from gitops_gen.checks.rules import (
    kustomize_build,
    kustomize_fields,
    kustomize_images,
    kustomize_patches,
    kustomize_references,
)

UNIT_RULES = (
    *kustomize_references.RULES,
    kustomize_images.check_images,
    *kustomize_patches.UNIT_RULES,
    *kustomize_fields.RULES,
    *kustomize_build.UNIT_RULES,
)
"""Rules that take a Unit: one kustomization, and what it works on."""

BUILD_RULES = (*kustomize_build.BUILD_RULES, *kustomize_patches.BUILD_RULES)
"""Rules that take a Build."""

RULES = tuple(sorted((*UNIT_RULES, *BUILD_RULES), key=lambda rule: rule.id))
