"""What a new GitOps repository starts with: settings, bootstrap/, checks and workflows, and a README for people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from gitops_gen import __version__
from gitops_gen.assets import read_asset
from gitops_gen.ownership import stamp, stamp_json
from gitops_gen.render.environment import SUFFIX, Templates
from gitops_gen.render.platform import NAMESPACE as PLATFORM_NAMESPACE
from gitops_gen.render.platform import list_sites, overlay_folder, render_platform
from gitops_gen.settings import IN_CLUSTER, Settings

SCHEMA_FOLDER = ".gitops-gen"
SCHEMAS = ("evidence.schema.json", "gitops-gen.schema.json", "model.schema.json")
"""Copied into the repository, so that editors and checks work offline and with the version that wrote it."""

MODEL_KINDS: Sequence[tuple[str, str]] = (
    ("", "ConfigMap"),
    ("machinelearning.seldon.io", "SeldonDeployment"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("serving.kserve.io", "InferenceService"),
)
"""Group and kind of all that a promotion renders into a model's namespace."""

_HUB_KINDS: Mapping[str, tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]] = {
    "DataScienceCluster": (
        (
            ("datasciencecluster.opendatahub.io", "DataScienceCluster"),
            ("dscinitialization.opendatahub.io", "DSCInitialization"),
        ),
        (),
    ),
    "KfDef": ((), (("kfdef.apps.kubeflow.org", "KfDef"),)),
}
"""Cluster-scoped and namespaced kinds of each Open Data Hub."""


def render_settings_file(settings: Settings, templates: Templates) -> str:
    """A first gitops-gen.yaml, with comments for the people who own it from then on."""
    hub = settings.open_data_hub
    values = {"settings": asdict(settings), "in_cluster": IN_CLUSTER, "open_data_hub": asdict(hub) if hub else None}
    return templates.render(f"repository/gitops-gen.yaml{SUFFIX}", values)


def render_repository(settings: Settings, templates: Templates) -> Mapping[str, str]:
    """The files that the program owns by path, each stamped, for a repository with these settings.

    Raises:
        ConfigError: a team's template fails.
    """
    schemas = {f"{SCHEMA_FOLDER}/{name}": stamp_json(read_asset("schemas", name)) for name in SCHEMAS}
    wanted = {**_list_bootstrap(settings), **_list_checks(settings)}
    rendered = {
        path: stamp(templates.render(f"repository/{name}{SUFFIX}", values)) for path, (name, values) in wanted.items()
    }
    files = {
        **schemas,
        **rendered,
        **render_platform(settings, templates),
    }
    return dict(sorted(files.items()))


def list_placeholders(settings: Settings) -> tuple[str, ...]:
    """Empty files that keep the folders in git which Argo CD and promotions expect."""
    return (*(f"argocd/{environment.name}/.gitkeep" for environment in settings.environments), "models/.gitkeep")


_Wanted = dict[str, tuple[str, Mapping[str, object]]]
"""Path in the repository: template below templates/repository, and its values."""


def _list_bootstrap(settings: Settings) -> _Wanted:
    argocd = settings.argocd
    root = f"{argocd.project}-root"
    common = {"namespace": argocd.namespace, "repository_url": settings.repository_url}
    application = "ApplicationSet" if argocd.layout == "applicationset" else "Application"
    files: _Wanted = {
        "appproject.yaml": (
            "bootstrap/appproject.yaml",
            {
                **common,
                "name": argocd.project,
                "purpose": "The models: only from this repository, only into these namespaces, only these kinds.",
                "description": "Models promoted by gitops-gen",
                "destinations": [{"server": e.cluster, "namespace": e.namespace} for e in settings.environments],
                "cluster_kinds": [],
                "namespaced_kinds": _list_kinds(MODEL_KINDS),
            },
        ),
        "appproject-root.yaml": (
            "bootstrap/appproject.yaml",
            {
                **common,
                "name": root,
                "purpose": "The root Application: it may make Applications and nothing else.",
                "description": "App of apps of gitops-gen",
                "destinations": [{"server": IN_CLUSTER, "namespace": argocd.namespace}],
                "cluster_kinds": [],
                "namespaced_kinds": _list_kinds([("argoproj.io", application)]),
            },
        ),
        "root-application.yaml": (
            "bootstrap/root-application.yaml",
            {**common, "name": root, "base_branch": settings.base_branch, "server": IN_CLUSTER},
        ),
        "argocd-cm.yaml": ("bootstrap/argocd-cm.yaml", {"namespace": argocd.namespace}),
        **_list_namespaces(settings),
        **_list_platform(settings, common),
    }
    files["kustomization.yaml"] = ("bootstrap/kustomization.yaml", {"resources": sorted(files)})
    return {f"bootstrap/{name}": file for name, file in files.items()}


def _list_namespaces(settings: Settings) -> _Wanted:
    """The namespaces in Argo CD's own cluster: bootstrap/ is applied there, and nowhere else."""
    names = {e.namespace for e in settings.environments if e.cluster.rstrip("/") == IN_CLUSTER}
    hub = settings.open_data_hub
    if hub is not None and hub.kind == "KfDef" and names:
        names.add(PLATFORM_NAMESPACE)  # a KfDef lives in it; today's operator makes it by itself
    return {f"namespaces/{name}.yaml": ("bootstrap/namespace.yaml", {"name": name}) for name in sorted(names)}


def _list_platform(settings: Settings, common: Mapping[str, object]) -> _Wanted:
    hub, sites = settings.open_data_hub, list_sites(settings)
    if hub is None:
        return {}
    project = f"{settings.argocd.project}-platform"
    cluster_kinds, namespaced_kinds = _HUB_KINDS[hub.kind]
    files: _Wanted = {
        "appproject-platform.yaml": (
            "bootstrap/appproject.yaml",
            {
                **common,
                "name": project,
                "purpose": "Open Data Hub: apart from the models, because it is cluster-wide.",
                "description": "Open Data Hub",
                "destinations": [
                    {"server": site.environment.cluster, "namespace": PLATFORM_NAMESPACE} for site in sites
                ],
                "cluster_kinds": _list_kinds(cluster_kinds),
                "namespaced_kinds": _list_kinds(namespaced_kinds),
            },
        )
    }
    for site in sites:
        values = {
            **common,
            "name": f"{project}-{site.environment.name}",
            "project": project,
            "purpose": f"Open Data Hub in the cluster of {', '.join(site.shared_by)}.",
            "base_branch": settings.base_branch,
            "path": overlay_folder(site),
            "server": site.environment.cluster,
            "destination_namespace": PLATFORM_NAMESPACE,
        }
        files[f"platform-{site.environment.name}.yaml"] = ("bootstrap/platform-application.yaml", values)
    return files


def _list_kinds(kinds: Sequence[tuple[str, str]]) -> list[Mapping[str, str]]:
    return [{"group": group, "kind": kind} for group, kind in kinds]


def _list_checks(settings: Settings) -> _Wanted:
    """pre-commit's hooks, and the workflows of the forge."""
    environments = [str(e.name) for e in settings.environments]
    annotations = settings.forge.kind == "github"
    check = {"base_branch": settings.base_branch, "install": _install("kustomize"), "annotations": annotations}
    files: _Wanted = {".pre-commit-config.yaml": ("pre-commit-config.yaml", {"requirement": _require("kustomize")})}
    match settings.forge.kind:
        case "github":
            promote = _promote_values(environments, "github,kustomize", "GITHUB_TOKEN", "GitHub starts no workflow for")
            files[".github/workflows/check.yaml"] = ("workflows/check.yaml", check)
            files[".github/workflows/promote.yaml"] = ("workflows/promote.yaml", promote)
            files[".github/workflows/reconcile.yaml"] = ("workflows/reconcile.yaml", {**check, **promote})
        case "gitea":
            promote = _promote_values(environments, "kustomize", "GITEA_TOKEN", "no workflow may start for")
            files[".gitea/workflows/check.yaml"] = ("workflows/check.yaml", check)
            files[".gitea/workflows/promote.yaml"] = ("workflows/promote.yaml", promote)
            files[".gitea/workflows/reconcile.yaml"] = ("workflows/reconcile.yaml", {**check, **promote})
        case "gitlab":
            values = {
                "environments": environments,
                "install": _install("gitlab,kustomize"),
                "install_check": _install("kustomize"),
            }
            files[".gitlab-ci.yml"] = ("workflows/gitlab-ci.yml", values)
        case "none":
            pass
    return files


def _promote_values(environments: list[str], extras: str, token: str, consequence: str) -> Mapping[str, object]:
    return {
        "environments": environments,
        "install": _install(extras),
        "token_variable": token,
        "own_token": f"{consequence} the pull requests that it opens.",
    }


def _install(extras: str) -> str:
    return f'pip install "{_require(extras)}"'


def _require(extras: str) -> str:
    return f"gitops-gen[{extras}]=={__version__}"
