import json
import shutil
import subprocess
from dataclasses import replace

import pytest
from ruamel.yaml import YAML

from gitops_gen.config import load_settings
from gitops_gen.names import parse_environment_name
from gitops_gen.ownership import read_stamp
from gitops_gen.render.environment import Templates
from gitops_gen.render.platform import KFDEF_APPLICATIONS, render_platform
from gitops_gen.render.readme import render_readme
from gitops_gen.render.repository import MODEL_KINDS, list_placeholders, render_repository, render_settings_file
from gitops_gen.settings import (
    ArgocdSettings,
    Environment,
    ForgeSettings,
    MlflowSettings,
    OpenDataHubSettings,
    Settings,
)
from tests.rendered import SERVERS, make_model, make_tree

DEV, QA, PROD = (parse_environment_name(name) for name in ("dev", "qa", "prod"))
REMOTE = "https://api.prod.example.com:6443"
SETTINGS = Settings(
    repository_url="https://github.com/example/models.git",
    base_branch="main",
    environments=(
        Environment(name=DEV, namespace="models-dev"),
        Environment(name=QA, namespace="models-qa", predecessor=DEV),
        Environment(name=PROD, namespace="models", cluster=REMOTE, predecessor=QA),
    ),
    forge=ForgeSettings(kind="github"),
)
CLUSTER = OpenDataHubSettings(components={"kserve": "Managed", "ray": "Removed"})
KFDEF = OpenDataHubSettings(
    kind="KfDef", components={"strimzi-operator": "Managed", "odhseldon": "Managed", "hue": "Removed"}
)
HEALTH_KEY = "resource.customizations.health.machinelearning.seldon.io_SeldonDeployment"


def render(**changes: object) -> dict[str, str]:
    return dict(render_repository(replace(SETTINGS, **changes), Templates()))


def load(text: str):
    return YAML(typ="safe").load(text)


def spec(files: dict[str, str], path: str):
    return load(files[path])["spec"]


@pytest.mark.parametrize("forge", ["github", "gitlab", "gitea", "none"])
@pytest.mark.parametrize("hub", [None, CLUSTER, KFDEF])
def test_every_file_carries_an_intact_stamp_and_parses(forge, hub):
    for path, text in render(forge=ForgeSettings(kind=forge), open_data_hub=hub).items():
        stamp = read_stamp(text)
        assert stamp is not None and not stamp.edited, path  # noqa: PT018 - one fact
        if path.endswith(".json"):
            assert json.loads(text)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        elif not path.endswith(".sh"):
            assert isinstance(load(text), dict)


def test_the_same_settings_give_the_same_bytes():
    assert render(open_data_hub=CLUSTER) == render(open_data_hub=CLUSTER)


def test_the_models_project_allows_this_repository_these_namespaces_and_these_kinds_alone():
    project = spec(render(), "bootstrap/appproject.yaml")
    assert project["sourceRepos"] == ["https://github.com/example/models.git"]
    assert project["destinations"] == [
        {"server": "https://kubernetes.default.svc", "namespace": "models-dev"},
        {"server": "https://kubernetes.default.svc", "namespace": "models-qa"},
        {"server": REMOTE, "namespace": "models"},
    ]
    assert project["clusterResourceWhitelist"] == []
    assert [(k["group"], k["kind"]) for k in project["namespaceResourceWhitelist"]] == list(MODEL_KINDS)


def test_the_kinds_that_are_allowed_are_those_that_promotions_render():
    rendered = {("", "ConfigMap")}  # of each overlay's configMapGenerator
    for backend, server in SERVERS:
        for path, text in make_tree(make_model(backend, server)).items():
            if "/base/" in path and not path.endswith("kustomization.yaml"):
                document = load(text)
                rendered.add((document["apiVersion"].rpartition("/")[0], document["kind"]))
    assert rendered == set(MODEL_KINDS)


@pytest.mark.parametrize(("layout", "kind"), [("applications", "Application"), ("applicationset", "ApplicationSet")])
def test_the_root_application_may_make_what_the_layout_needs_and_nothing_else(layout, kind):
    files = render(argocd=ArgocdSettings(namespace="openshift-gitops", project="ml", layout=layout))
    project = load(files["bootstrap/appproject-root.yaml"])
    assert project["metadata"] == {"name": "ml-root", "namespace": "openshift-gitops"}
    assert project["spec"]["destinations"] == [
        {"server": "https://kubernetes.default.svc", "namespace": "openshift-gitops"}
    ]
    assert project["spec"]["namespaceResourceWhitelist"] == [{"group": "argoproj.io", "kind": kind}]
    root = load(files["bootstrap/root-application.yaml"])
    assert root["metadata"] == {"name": "ml-root", "namespace": "openshift-gitops"}
    assert root["spec"]["project"] == "ml-root"
    assert root["spec"]["source"] == {
        "repoURL": "https://github.com/example/models.git",
        "targetRevision": "main",
        "path": "argocd",
        "directory": {"recurse": True},
    }


def test_bootstrap_applies_every_file_beside_it_and_the_namespaces_of_argo_cds_own_cluster():
    files = render(open_data_hub=KFDEF)
    listed = load(files["bootstrap/kustomization.yaml"])["resources"]
    beside = {p.removeprefix("bootstrap/") for p in files if p.startswith("bootstrap/")} - {"kustomization.yaml"}
    assert set(listed) == beside
    assert {p for p in listed if p.startswith("namespaces/")} == {
        "namespaces/models-dev.yaml",
        "namespaces/models-qa.yaml",
        "namespaces/opendatahub.yaml",
    }


def test_only_remote_clusters_leave_no_namespaces_to_bootstrap():
    remote = (Environment(name=PROD, namespace="models", cluster=REMOTE),)
    assert not [p for p in render(environments=remote, open_data_hub=KFDEF) if "namespaces/" in p]


def test_each_cluster_gets_one_open_data_hub_whichever_environments_share_it():
    files = render(open_data_hub=CLUSTER)
    assert {p for p in files if p.startswith(("platform/", "bootstrap/platform-"))} == {
        "bootstrap/platform-dev.yaml",
        "bootstrap/platform-prod.yaml",
        "platform/open-data-hub/base/datasciencecluster.yaml",
        "platform/open-data-hub/base/dscinitialization.yaml",
        "platform/open-data-hub/base/kustomization.yaml",
        "platform/open-data-hub/overlays/dev/kustomization.yaml",
        "platform/open-data-hub/overlays/prod/kustomization.yaml",
    }
    assert "in the cluster of dev, qa" in files["platform/open-data-hub/overlays/dev/kustomization.yaml"]
    application = spec(files, "bootstrap/platform-prod.yaml")
    assert application["source"]["path"] == "platform/open-data-hub/overlays/prod"
    assert application["destination"]["server"] == REMOTE
    assert application["project"] == "models-platform"


def test_a_data_science_cluster_has_the_components_of_the_settings():
    files = render(open_data_hub=CLUSTER)
    assert spec(files, "platform/open-data-hub/base/datasciencecluster.yaml") == {
        "components": {"kserve": {"managementState": "Managed"}, "ray": {"managementState": "Removed"}}
    }
    project = spec(files, "bootstrap/appproject-platform.yaml")
    assert [k["kind"] for k in project["clusterResourceWhitelist"]] == ["DataScienceCluster", "DSCInitialization"]
    assert project["namespaceResourceBlacklist"] == [{"group": "*", "kind": "*"}]


def test_a_kfdef_lists_the_managed_applications_with_their_paths():
    files = render(open_data_hub=KFDEF)
    kfdef = spec(files, "platform/open-data-hub/base/kfdef.yaml")
    assert {a["name"]: a["kustomizeConfig"]["repoRef"]["path"] for a in kfdef["applications"]} == {
        "odhseldon": "odhseldon/cluster",
        "strimzi-operator": "kafka/cluster",
    }
    [parameters] = [
        a["kustomizeConfig"]["parameters"] for a in kfdef["applications"] if a["name"] == "strimzi-operator"
    ]
    assert parameters == [{"name": "namespace", "value": "openshift-operators"}]
    project = spec(files, "bootstrap/appproject-platform.yaml")
    assert project["clusterResourceWhitelist"] == []
    assert project["namespaceResourceWhitelist"] == [{"group": "kfdef.apps.kubeflow.org", "kind": "KfDef"}]


def test_every_known_application_of_a_kfdef_can_be_declared():
    everything = OpenDataHubSettings(kind="KfDef", components=dict.fromkeys(KFDEF_APPLICATIONS, "Managed"))
    files = render_platform(replace(SETTINGS, open_data_hub=everything), Templates())
    applications = spec(dict(files), "platform/open-data-hub/base/kfdef.yaml")["applications"]
    assert [a["name"] for a in applications] == sorted(KFDEF_APPLICATIONS)


def test_without_open_data_hub_there_is_no_platform():
    files = render()
    assert render_platform(SETTINGS, Templates()) == {}
    assert not [p for p in files if "platform" in p]


@pytest.mark.parametrize(
    ("forge", "workflows"),
    [
        ("github", {f".github/workflows/{name}.yaml" for name in ("check", "promote", "reconcile")}),
        ("gitea", {f".gitea/workflows/{name}.yaml" for name in ("check", "promote", "reconcile")}),
        ("gitlab", {".gitlab-ci.yml"}),
        ("none", set()),
    ],
)
def test_each_forge_gets_its_workflows(forge, workflows):
    files = render(forge=ForgeSettings(kind=forge))
    assert {p for p in files if p.startswith((".git", ".gitea")) and not p.startswith(".gitops-gen/")} == workflows
    assert ".pre-commit-config.yaml" in files


@pytest.mark.parametrize(("forge", "folder"), [("github", ".github"), ("gitea", ".gitea")])
def test_a_workflow_gets_its_inputs_as_variables_and_no_more_rights_than_it_needs(forge, folder):
    files = render(forge=ForgeSettings(kind=forge))
    promote = load(files[f"{folder}/workflows/promote.yaml"])
    assert promote["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert promote["on"]["workflow_dispatch"]["inputs"]["environment"]["options"] == ["dev", "qa", "prod"]
    for step in promote["jobs"]["promote"]["steps"]:
        assert "${{" not in step.get("run", "")
    assert load(files[f"{folder}/workflows/check.yaml"])["permissions"] == {"contents": "read"}
    reconcile = load(files[f"{folder}/workflows/reconcile.yaml"])
    assert reconcile["permissions"] == {"contents": "write", "pull-requests": "write", "statuses": "write"}
    assert reconcile["on"]["push"] == {"branches": ["main"]}


def test_the_settings_file_reads_back_as_the_settings_it_was_made_of():
    settings = replace(
        SETTINGS,
        forge=ForgeSettings(kind="gitlab", url="https://gitlab.example.com", project="g/s/models"),
        mlflow=MlflowSettings(tracking_uri="https://mlflow.example.com", ui_url="https://ui.example.com"),
        open_data_hub=CLUSTER,
    )
    for chosen in (settings, SETTINGS):
        text = render_settings_file(chosen, Templates())
        assert text.startswith("# yaml-language-server: $schema=.gitops-gen/gitops-gen.schema.json\n")
        assert load_settings(text) == chosen


def test_the_examples_in_the_comments_of_the_settings_file_are_valid_once_uncommented():
    text = render_settings_file(SETTINGS, Templates())
    head, _, tail = text.partition("# pullRequest:")
    lines = ("# pullRequest:" + tail).splitlines()
    opened = [line.removeprefix("# ") for line in lines if line.startswith(("# ", "#   ")) and (":" in line)]
    loaded = load_settings(head + "\n".join(line for line in opened if ";" not in line and "What" not in line) + "\n")
    assert loaded.pull_request.labels == ("promotion",)
    assert loaded.open_data_hub is not None
    assert loaded.templates == "templates"
    assert loaded.model_defaults["monitoring"] == {"labels": {"release": "prometheus"}}


def test_the_readme_says_what_to_apply_and_draws_the_way_of_a_release():
    text = render_readme(replace(SETTINGS, open_data_hub=CLUSTER))
    assert "kubectl apply --server-side -k bootstrap" in text
    assert "kubectl --context CONTEXT-OF-PROD create namespace models" in text
    assert "  qa_(qa) -->|next promotion| prod_(prod)\n" in text
    assert "| qa | `models-qa` | `https://kubernetes.default.svc` | dev |" in text
    assert "platform/open-data-hub" in text
    assert "platform" not in render_readme(SETTINGS)


def test_a_backtick_in_a_branch_does_not_end_the_readmes_inline_code():
    assert "branch `a'b'c`" in render_readme(replace(SETTINGS, base_branch="a`b`c"))


def test_the_folders_that_argo_cd_reads_are_kept_in_git():
    assert list_placeholders(SETTINGS) == (
        "argocd/dev/.gitkeep",
        "argocd/qa/.gitkeep",
        "argocd/prod/.gitkeep",
        "models/.gitkeep",
    )


def test_a_team_can_replace_a_template_of_the_repository():
    own = Templates({"repository/bootstrap/namespace.yaml.j2": "kind: Namespace\nmetadata: {name: {{ name }}}\n"})
    files = render_repository(SETTINGS, own)
    assert load(files["bootstrap/namespaces/models-dev.yaml"]) == {
        "kind": "Namespace",
        "metadata": {"name": "models-dev"},
    }


HEALTH_CASES = [
    ("{metadata = {}}", "Progressing"),
    ("{metadata = {}, status = {}}", "Progressing"),
    ("{metadata = {}, status = {state = 'Creating'}}", "Progressing"),
    ("{metadata = {}, status = {state = 'Available'}}", "Healthy"),
    ("{metadata = {}, status = {state = 'Failed', description = 'no such image'}}", "Degraded no such image"),
    ("{metadata = {generation = 3}, status = {state = 'Available', observedGeneration = 2}}", "Progressing"),
    ("{metadata = {generation = 3}, status = {state = 'Failed', observedGeneration = 2}}", "Progressing"),
    ("{metadata = {generation = 3}, status = {state = 'Available', observedGeneration = 3}}", "Healthy"),
    ("{metadata = {generation = 3}, status = {state = 'Available'}}", "Healthy"),
]


@pytest.mark.parametrize(("deployment", "expected"), HEALTH_CASES)
def test_argo_cd_sees_the_health_of_a_seldon_deployment(deployment, expected):
    lua = shutil.which("lua5.1")
    if lua is None:
        pytest.skip("needs lua5.1: apt-get install lua5.1")
    script = load(render()["bootstrap/argocd-cm.yaml"])["data"][HEALTH_KEY]
    # Argo CD opens no standard library for the script: it may call nothing.
    program = (
        f"local obj = {deployment}\n"
        f"local check = loadstring([==[{script}]==])\n"
        "setfenv(check, {obj = obj})\n"
        "local hs = check()\n"
        "print(hs.status .. ' ' .. hs.message)\n"
    )
    done = subprocess.run([lua, "-"], input=program, capture_output=True, text=True, check=True)
    assert done.stdout.strip().startswith(expected)
