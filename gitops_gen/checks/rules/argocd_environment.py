"""Applications among all that lands in an environment: what their project permits.

Argo CD asks these questions when it reconciles (ValidatePermissions in util/argo/argo.go of argoproj/argo-cd 3.6) and
for each object that it is about to apply (validateSyncPermissions in controller/sync.go).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.rules.argocd_deployments import (
    Deployed,
    Deployments,
    find_project,
    lead,
    list_apps,
    read_project,
)
from gitops_gen.checks.rules.argocd_overlaps import OVERLAP_RULES
from gitops_gen.checks.rules.argocd_parts import App, is_open, list_sources
from gitops_gen.checks.rules.argocd_permissions import (
    permits_destination,
    permits_kind,
    permits_namespace,
    permits_repository,
    read_destination,
)
from gitops_gen.checks.scopes import Scopes
from gitops_gen.checks.values import as_list, read_mapping, read_text
from gitops_gen.names import show
from gitops_gen.wording import redact, with_article


@rule("ARGOCD044", "error")
def check_repository(environment: Environment) -> Iterator[Hit]:
    """The project of an Application permits its repositories.

    Why: Argo CD refuses an Application with a repository that `sourceRepos` of its AppProject does not list.

    Fix: add the repository to `sourceRepos`, or correct repoURL. `*` in an entry does not go over a slash.
    """
    for member, app, project in _list_pairs(environment):
        spec = read_mapping(project.data, "spec")
        for source in list_sources(app):
            address = read_text(source.data, "repoURL")
            if not address or is_open(address) or any(map(is_open, as_list(spec.get("sourceRepos")))):
                continue
            if not permits_repository(spec, address):
                yield environment.hit(
                    member,
                    f"the project {show(project.name)} does not permit the repository {show(redact(address))}",
                    (*source.keys, "repoURL"),
                    f"add it to sourceRepos of AppProject {project.name}",
                )


@rule("ARGOCD045", "error")
def check_permitted_destination(environment: Environment) -> Iterator[Hit]:
    """The project of an Application permits its destination.

    Why: Argo CD refuses an Application that deploys into a namespace, or to a cluster, that `destinations` of its
    AppProject does not list.

    Fix: add server and namespace to `destinations`, or correct the destination of the Application.
    """
    for member, app, project in _list_pairs(environment):
        wanted = read_destination(read_mapping(app.spec, "destination"))
        if wanted and permits_destination(read_mapping(project.data, "spec"), wanted) is False:
            cluster = wanted.server or wanted.name or ""
            yield environment.hit(
                member,
                f"the project {show(project.name)} does not permit the namespace {show(wanted.namespace)} of {cluster}",
                lead(app, "destination"),
                f"add it to destinations of AppProject {project.name}",
            )


@rule("ARGOCD046", "error")
def check_permitted_kinds(environment: Environment) -> Iterator[Hit]:
    """The project of an Application permits what its folder makes.

    Why: Argo CD fails the sync at an object of a kind that the AppProject does not permit, or in a namespace that is
    none of its destinations. Without `clusterResourceWhitelist` nothing cluster-wide is permitted, CRDs and Namespaces
    among it.

    Fix: add group and kind to `clusterResourceWhitelist` or `namespaceResourceWhitelist` of the AppProject, or take the
    object out of the folder.
    """
    scopes = Scopes(member.resource for member in environment.members)
    deployments = environment.remember(Deployments)
    for member, app, project in _list_pairs(environment):
        spec = read_mapping(project.data, "spec")
        destination = read_destination(read_mapping(app.spec, "destination"))
        for part, is_wide in _list_distinct(deployments.list_for(member, app), scopes):
            namespace = part.resource.namespace
            if not _permits(spec, part, is_wide=is_wide):
                key = "clusterResourceWhitelist" if is_wide else "namespaceResourceWhitelist"
                yield environment.hit(
                    part,
                    f"{app.label} deploys {with_article(part.kind)}, which its project {show(project.name)} "
                    "does not permit",
                    ("kind",),
                    f"add group {show(part.group)} and kind {part.kind} to {key} of the AppProject",
                )
            elif is_wide or not destination or namespace in {"", destination.namespace}:
                continue
            elif permits_destination(spec, destination._replace(namespace=namespace)) is False:
                yield environment.hit(
                    part,
                    f"{app.label} deploys into {show(namespace)}, which project {show(project.name)} does not permit",
                    ("metadata", "namespace"),
                    "add the namespace to destinations of the AppProject",
                )


def _permits(spec: dict[str, Any], part: Member, *, is_wide: bool) -> bool:
    """Whether a project permits an object; one whose scope only the cluster knows may be of either."""
    if permits_kind(spec, part.group, part.kind, part.name, namespaced=not is_wide):
        return True
    is_custom = "." in part.group and not part.group.endswith(".k8s.io")
    return is_custom and not is_wide and permits_kind(spec, part.group, part.kind, part.name, namespaced=False)


def _list_distinct(found: Iterable[Deployed], scopes: Scopes) -> Iterator[tuple[Member, bool]]:
    """One object for each kind and namespace, and whether it belongs to the cluster; all of those that do."""
    told: set[tuple[str, str, str]] = set()
    for part in (part for deployed in found for part in deployed.objects if part.kind):
        is_wide = scopes.is_cluster_scoped(part.resource)
        about = (part.group, part.kind, f"/{part.name}" if is_wide else part.resource.namespace)
        if about not in told:
            told.add(about)
            yield part, is_wide


@rule("ARGOCD047", "error")
def check_application_namespace(environment: Environment) -> Iterator[Hit]:
    """An Application stands in the namespace of its project, or in one that the project lists.

    Why: AppProjects live where Argo CD runs. It takes Applications from other namespaces only where `sourceNamespaces`
    of the project has them (and Argo CD itself is told to look there).

    Fix: put the Application into the namespace of the AppProject, or add its namespace to `sourceNamespaces`.
    """
    for member, app, project in _list_pairs(environment):
        namespace, home = member.resource.namespace, project.resource.namespace
        if not namespace or not home or namespace == home:
            continue
        if not permits_namespace(read_mapping(project.data, "spec"), namespace):
            yield environment.hit(
                member,
                f"{app.label} stands in {show(namespace)}, and its project {show(project.name)} in {show(home)}",
                ("metadata", "namespace"),
                f"put it into {home}, or add {namespace} to sourceNamespaces of the AppProject",
            )


def _list_pairs(environment: Environment) -> Iterator[tuple[Member, App, Member]]:
    """Each Application with its AppProject, where that is there."""
    for member, app in list_apps(environment):
        name = read_project(app)
        project = find_project(environment, name) if name else None
        if project is not None:
            yield member, app, project


RULES: tuple[Rule, ...] = (
    check_repository,
    check_permitted_destination,
    check_permitted_kinds,
    check_application_namespace,
    *OVERLAP_RULES,
)
