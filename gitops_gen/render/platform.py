"""Open Data Hub as the repository declares it: platform/open-data-hub, one base and an overlay for each cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gitops_gen.ownership import stamp
from gitops_gen.render.environment import SUFFIX, Templates
from gitops_gen.settings import Environment, OpenDataHubSettings, Settings

FOLDER = "platform/open-data-hub"
NAMESPACE = "opendatahub"
"""Where Open Data Hub puts its applications; not configurable in the operator."""

KFDEF_APPLICATIONS: Mapping[str, str] = {
    "airflow-cluster": "airflow/cluster",
    "airflow-operator": "airflow/operator",
    "grafana-cluster": "grafana/cluster",
    "grafana-instance": "grafana/grafana",
    "hue": "hue/hue",
    "jupyterhub": "jupyterhub/jupyterhub",
    "kafka-cluster": "kafka/kafka",
    "notebook-images": "jupyterhub/notebook-images",
    "odh-common": "odh-common",
    "odh-dashboard": "odh-dashboard",
    "odhargo": "odhargo/odhargo",
    "odhargo-cluster": "odhargo/cluster",
    "odhseldon": "odhseldon/cluster",
    "openshift-pipelines": "openshift-pipelines/cluster",
    "prometheus-cluster": "prometheus/cluster",
    "prometheus-operator": "prometheus/operator",
    "radanalyticsio-spark-cluster": "radanalyticsio/spark/cluster",
    "strimzi-operator": "kafka/cluster",
    "superset": "superset",
    "thriftserver": "thriftserver/thriftserver",
    "trino": "trino",
}
"""Applications of the KfDef of 2021 and their paths in odh-manifests."""

DEFAULT_COMPONENTS: Mapping[str, Sequence[str]] = {
    "DataScienceCluster": ("aipipelines", "dashboard", "kserve", "modelregistry", "workbenches"),
    "KfDef": ("grafana-cluster", "grafana-instance", "odh-common", "odh-dashboard", "odhseldon", "prometheus-cluster",
              "prometheus-operator"),
}  # fmt: skip
"""What `init` declares where nobody names components."""

# Operators that are installed for the whole cluster, as odh-manifests' own KfDefs have them.
_CLUSTER_WIDE = ("openshift-pipelines", "strimzi-operator")
_MANIFESTS_COMMIT = "4b0ea7e5d50546f94675a9bd8fbde4eaabb4f086"
_MANIFESTS = f"https://github.com/opendatahub-io/odh-manifests/tarball/{_MANIFESTS_COMMIT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A cluster that Open Data Hub is declared for: there is one in a cluster, whichever environments share it."""

    environment: Environment
    """The first environment in that cluster; the overlay has its name."""
    shared_by: tuple[str, ...]
    """All environments in it."""


def list_sites(settings: Settings) -> tuple[Site, ...]:
    """The clusters of the environments, in their order; none without Open Data Hub."""
    if settings.open_data_hub is None:
        return ()
    clusters: dict[str, list[Environment]] = {}
    for environment in settings.environments:
        clusters.setdefault(environment.cluster.rstrip("/"), []).append(environment)
    return tuple(Site(environment=found[0], shared_by=tuple(e.name for e in found)) for found in clusters.values())


def overlay_folder(site: Site) -> str:
    """The overlay that Argo CD applies to a cluster."""
    return f"{FOLDER}/overlays/{site.environment.name}"


def render_platform(settings: Settings, templates: Templates) -> Mapping[str, str]:
    """The files below platform/ by path, each stamped; none without Open Data Hub.

    Raises:
        ConfigError: a team's template fails.
    """
    hub = settings.open_data_hub
    if hub is None:
        return {}
    documents = _list_documents(hub)
    files: dict[str, tuple[str, Mapping[str, object]]] = {
        f"{FOLDER}/base/{name}": (name, values) for name, values in documents.items()
    }
    files[f"{FOLDER}/base/kustomization.yaml"] = ("base-kustomization.yaml", {"resources": sorted(documents)})
    for site in list_sites(settings):
        values = _overlay_values(hub, site)
        files[f"{overlay_folder(site)}/kustomization.yaml"] = ("overlay-kustomization.yaml", values)
    return {
        path: stamp(templates.render(f"{FOLDER}/{name}{SUFFIX}", values))
        for path, (name, values) in sorted(files.items())
    }


def _list_documents(hub: OpenDataHubSettings) -> Mapping[str, Mapping[str, object]]:
    if hub.kind == "KfDef":
        applications = [_make_application(name) for name, state in sorted(hub.components.items()) if state == "Managed"]
        values = {"namespace": NAMESPACE, "manifests_uri": _MANIFESTS, "version": _MANIFESTS_COMMIT}
        return {"kfdef.yaml": {**values, "applications": applications}}
    components = {name: {"managementState": state} for name, state in hub.components.items()}
    return {
        "datasciencecluster.yaml": {"components": components},
        "dscinitialization.yaml": {"namespace": NAMESPACE},
    }


def _make_application(name: str) -> Mapping[str, object]:
    config: dict[str, object] = {"repoRef": {"name": "manifests", "path": KFDEF_APPLICATIONS[name]}}
    if name in _CLUSTER_WIDE:
        config["parameters"] = [{"name": "namespace", "value": "openshift-operators"}]
    return {"name": name, "kustomizeConfig": config}


def _overlay_values(hub: OpenDataHubSettings, site: Site) -> Mapping[str, object]:
    if hub.kind == "KfDef":
        path, value = "/spec/applications/-", "{name: …, kustomizeConfig: {repoRef: {name: manifests, path: …}}}"
    else:
        path, value = "/spec/components/ray", "{managementState: Managed}"
    return {
        "purpose": f"Open Data Hub in the cluster of {', '.join(site.shared_by)}: there is one in a cluster.",
        "kind": hub.kind,
        "example_path": path,
        "example_value": value,
    }
