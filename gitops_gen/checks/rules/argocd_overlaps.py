"""The folders that Applications read: each by one, and of the kind that the Application takes them for.

Which options make which kind of a folder is in GetAppSourceType in reposerver/repository/repository.go of
argoproj/argo-cd (3.6): options win over what stands in the folder.
"""

from collections.abc import Iterator, Sequence

from gitops_gen.checks.discover import KUSTOMIZATIONS
from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.rules.argocd_deployments import Deployments, list_apps
from gitops_gen.checks.rules.argocd_permissions import Destination, read_destination
from gitops_gen.checks.values import read_mapping, read_text
from gitops_gen.names import show

_CHART = ("Chart.yaml",)


@rule("ARGOCD048", "warning")
def check_one_application(environment: Environment) -> Iterator[Hit]:
    """A folder is deployed to a place by one Application.

    Why: two Applications with the same objects each claim these for themselves: both stay OutOfSync, and when one is
    deleted, or prunes, it takes the objects away from the other.

    Fix: remove one of the Applications, or give it another folder or destination.
    """
    seen: dict[tuple[str, str, Destination], Member] = {}
    deployments = environment.remember(Deployments)
    for member, app in list_apps(environment):
        destination = read_destination(read_mapping(app.spec, "destination"))
        if destination is None:
            continue
        for deployed in deployments.list_for(member, app):
            key = (deployed.folder, read_text(deployed.source.data, "targetRevision"), destination)
            other = seen.setdefault(key, member)
            if other is not member and (other.kind, other.name) != (member.kind, member.name):
                yield environment.hit(
                    member,
                    f"{app.label} deploys {show(deployed.folder)}, as {other.kind} {show(other.name)} does",
                    (*deployed.source.keys, "path"),
                    "remove one of the two, or give it another folder or destination",
                )


@rule("ARGOCD049", "error")
def check_folder_kind(environment: Environment) -> Iterator[Hit]:
    """The options of a source fit what stands in its folder.

    Why: options win: with `helm` Argo CD looks for a chart in the folder, with `kustomize` for a kustomization, and
    makes nothing where it is not there. With `directory` it applies the kustomization.yaml itself, which no cluster
    knows.

    Fix: remove the options, and Argo CD goes by what it finds in the folder; or write those that fit.
    """
    deployments = environment.remember(Deployments)
    for member, app in list_apps(environment):
        for deployed in deployments.list_for(member, app):
            folder = "" if deployed.folder == "." else f"{deployed.folder}/"
            if not environment.tree.is_folder(deployed.folder):
                continue
            is_kustomization = _has(environment, folder, KUSTOMIZATIONS)
            options = deployed.source.data
            for option, is_right, words in (
                ("helm", _has(environment, folder, _CHART), "no Chart.yaml"),
                ("kustomize", is_kustomization, "no kustomization.yaml"),
                ("directory", not is_kustomization, "a kustomization.yaml, which is applied as it stands"),
            ):
                if options.get(option) is not None and not is_right:
                    yield environment.hit(
                        member,
                        f"{app.label} has options for {option}, and {show(deployed.folder)} has {words}",
                        (*deployed.source.keys, option),
                        f"remove `{option}`",
                    )


def _has(environment: Environment, folder: str, names: Sequence[str] | frozenset[str]) -> bool:
    return any(environment.tree.exists(folder + name) for name in names)


OVERLAP_RULES: tuple[Rule, ...] = (check_one_application, check_folder_kind)
