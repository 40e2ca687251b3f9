"""Where Argo CD's Applications belong."""

from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.values import as_mapping


@rule("SAFETY011", "warning")
def check_default_project(resource: Resource) -> Iterator[Hit]:
    """No Application belongs to the project `default`.

    Why: Argo CD makes the project `default` itself, and it permits every repository, every cluster and every kind.
    An Application in it can deploy anything anywhere: who can change its repository has the clusters.

    Fix: make an AppProject that names the repositories, destinations and kinds which the Application needs, and write
    its name to `spec.project`. `gitops-gen init` writes one for models and one for the platform.
    """
    way = ("spec",) if resource.kind == "Application" else ("spec", "template", "spec")
    spec = as_mapping(resource.data.get("spec"))
    if resource.kind == "ApplicationSet":
        spec = as_mapping(as_mapping(spec.get("template")).get("spec"))
    if spec and spec.get("project", "default") in ("", None, "default"):
        yield Hit(
            "the Application belongs to the project 'default', which permits everything",
            (*way, "project") if "project" in spec else way,
            "write the name of an AppProject of your own to spec.project",
        )


RULES: tuple[Rule, ...] = (check_default_project,)
