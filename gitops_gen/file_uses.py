"""What a file is used for: the kustomizations that name it, where it ends up, the Applications that deploy it."""

from collections.abc import Iterator, Sequence

from gitops_gen.checks.environments import Environment, Member, list_names
from gitops_gen.checks.environments import find_environment as place_in
from gitops_gen.checks.levels import read_settings
from gitops_gen.checks.reference_deployments import read_deployments
from gitops_gen.checks.rule import Resource
from gitops_gen.overview import Overview
from gitops_gen.reports.explanation import Landing, Use


def list_uses(overview: Overview, path: str) -> Iterator[Use]:
    """The kustomizations that name a file, and as what."""
    for folder, links in sorted(overview.graph.links.items()):
        for link in links:
            if link.path == path and not link.is_folder:
                kustomization = overview.graph.folders[folder].path
                source = overview.tree.read(kustomization)
                line = source.locate(0, link.reference.keys)[0] if source else 1
                yield Use(kustomization, line, link.reference.role)


def list_roots(overview: Overview, path: str) -> Sequence[str]:
    """The builds that a file is a part of."""
    graph = overview.graph
    folders = {folder for folder, links in graph.links.items() for link in links if link.path == path}
    folders |= {folder for folder, each in graph.folders.items() if each.path == path}
    return sorted({root for folder in folders for root in graph.users.get(folder, ())})


def list_landings(overview: Overview, path: str, resource: Resource | None) -> Iterator[Landing]:
    """Where what stands in a file ends up: builds, environments, namespaces."""
    roots = list_roots(overview, path)
    names = list_names(read_settings(overview.tree), overview.graph.roots)
    found = dict.fromkeys(
        Landing(member.root, environment.name, member.namespace, member.name)
        for environment in overview.environments
        for member in environment.members
        if _is_made_of(member, path, resource)
    )
    yield from found
    told = {landing.root for landing in found}
    yield from (Landing(root, place_in(root, names), "", "") for root in roots if root not in told)


def _is_made_of(member: Member, path: str, resource: Resource | None) -> bool:
    alike = resource is None or (member.kind == resource.kind and resource.name in member.name)
    return bool(path) and member.path == path and alike


def list_applications(overview: Overview, path: str) -> Iterator[str]:
    """The Applications that deploy a file."""
    roots = list_roots(overview, path)
    folder = path.rpartition("/")[0] or "."
    plain = not roots and path not in overview.graph.roles
    seen = set()
    for environment in overview.environments:
        for member in environment.select("Application", group="argoproj.io"):
            if member.name not in seen and _deploys(environment, member, roots, folder if plain else ""):
                seen.add(member.name)
                yield member.name


def _deploys(environment: Environment, member: Member, roots: Sequence[str], folder: str) -> bool:
    """Whether an Application reads one of some builds, or a folder of manifests."""
    return any(
        path in roots or (folder and (path == folder or (each.recurses and folder.startswith(f"{path}/"))))
        for path, found in environment.remember(read_deployments).items()
        for each in found
        if each.application is member
    )
