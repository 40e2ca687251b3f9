import json

import pytest

from gitops_gen.config import load_model_settings
from gitops_gen.errors import ConfigError
from gitops_gen.ownership import read_stamp
from gitops_gen.render.environment import Templates
from gitops_gen.render.model_base import render_base, render_model_settings, settings_text
from gitops_gen.render.monitoring import list_alerts
from gitops_gen.settings import Alerts, Backend, Monitoring, Resources
from gitops_gen.yamlio import load_round_trip
from tests.rendered import FRAUD, SERVERS, make_model

MONITORED = {"kustomization.yaml", "podmonitor.yaml", "prometheusrule.yaml"}


def read(files, name):
    return load_round_trip(files[name], path=name)


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_every_file_is_stamped_with_the_settings_and_says_who_owns_it(backend: Backend, server: str):
    for name, text in render_base(make_model(backend, server), Templates()).items():
        stamp = read_stamp(text)
        assert stamp is not None, name
        assert not stamp.edited
        assert "Owned by gitops-gen" in text.splitlines()[1]


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_the_kustomization_lists_the_other_files(backend: Backend, server: str):
    files = render_base(make_model(backend, server), Templates())
    assert set(read(files, "kustomization.yaml")["resources"]) == files.keys() - {"kustomization.yaml"}


def test_a_seldon_container_is_a_graph_of_one_model_with_a_placeholder_image():
    files = render_base(make_model(), Templates())
    assert files.keys() == MONITORED | {"seldondeployment.yaml", "servicemonitor.yaml"}
    predictor = read(files, "seldondeployment.yaml")["spec"]["predictors"][0]
    assert predictor["graph"] == {"name": FRAUD, "type": "MODEL"}
    container = predictor["componentSpecs"][0]["spec"]["containers"][0]
    assert (container["name"], container["image"]) == (FRAUD, FRAUD)


@pytest.mark.parametrize(
    ("backend", "file", "path"),
    [
        ("seldon", "seldondeployment.yaml", ["predictors", 0, "componentSpecs", 0, "spec", "containers", 0]),
        ("kserve", "inferenceservice.yaml", ["predictor", "containers", 0]),
    ],
)
def test_the_model_container_fits_pod_security_restricted(backend: Backend, file: str, path: list[str | int]):
    node = read(render_base(make_model(backend), Templates()), file)["spec"]
    for key in path:
        node = node[key]
    assert node["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def test_a_prepackaged_seldon_server_has_an_implementation_and_no_image():
    files = render_base(make_model("seldon", "MLFLOW_SERVER", service_account="reader"), Templates())
    predictor = read(files, "seldondeployment.yaml")["spec"]["predictors"][0]
    assert predictor["graph"]["implementation"] == "MLFLOW_SERVER"
    assert predictor["graph"]["serviceAccountName"] == "reader"  # Seldon takes the credentials from this one
    pod = predictor["componentSpecs"][0]["spec"]
    assert pod["serviceAccountName"] == "reader"
    assert "image" not in pod["containers"][0]


def test_a_kserve_container_is_called_as_kserve_wants_it():
    predictor = read(render_base(make_model("kserve"), Templates()), "inferenceservice.yaml")["spec"]["predictor"]
    assert predictor["containers"][0]["name"] == "kserve-container"
    assert predictor["containers"][0]["image"] == FRAUD


def test_a_kserve_server_without_known_metrics_gets_no_monitor():
    files = render_base(make_model("kserve", "triton"), Templates())
    assert files.keys() == {"kustomization.yaml", "inferenceservice.yaml"}
    assert "ports" not in read(files, "inferenceservice.yaml")["spec"]["predictor"]["model"]


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_no_monitoring_means_no_monitoring_files(backend: Backend, server: str):
    files = render_base(make_model(backend, server, monitoring=Monitoring(enabled=False)), Templates())
    assert not files.keys() & {"podmonitor.yaml", "prometheusrule.yaml", "servicemonitor.yaml"}


def test_protocol_resources_and_service_account_are_those_of_the_settings():
    resources = Resources(requests={"nvidia.com/gpu": "1"}, limits={"cpu": "0.1"})
    model = make_model("seldon", protocol="v2", resources=resources, service_account="sa", replicas=3)
    spec = read(render_base(model, Templates()), "seldondeployment.yaml")["spec"]
    assert spec["protocol"] == "v2"
    assert spec["predictors"][0]["replicas"] == 3
    pod = spec["predictors"][0]["componentSpecs"][0]["spec"]
    assert pod["serviceAccountName"] == "sa"
    assert pod["containers"][0]["resources"] == {"limits": {"cpu": "0.1"}, "requests": {"nvidia.com/gpu": "1"}}
    kserve = make_model("kserve", "sklearn", protocol="v2", service_account="sa", replicas=0)
    predictor = read(render_base(kserve, Templates()), "inferenceservice.yaml")["spec"]["predictor"]
    assert (predictor["model"]["protocolVersion"], predictor["serviceAccountName"]) == ("v2", "sa")
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (0, 1)


def test_the_service_monitor_selects_the_predictors_service_and_not_the_containers():
    monitor = read(render_base(make_model(), Templates()), "servicemonitor.yaml")["spec"]
    # Labels as Seldon's operator v1.17 sets them (operator/controllers/seldondeployment_controller.go).
    predictor = {
        "seldon-app": "fraud-default",
        "seldon-deployment-id": "fraud",
        "app.kubernetes.io/managed-by": "seldon-core",
    }
    container = {
        "seldon-app": "fraud-default",
        "seldon-deployment-id": "fraud",
        "seldon-app-svc-fraud": "fraud-default-fraud",
    }
    wanted = monitor["selector"]["matchLabels"].items()
    assert wanted <= predictor.items()
    assert not wanted <= container.items()
    assert monitor["endpoints"] == [{"port": "http", "path": "/prometheus", "interval": "30s"}]


def test_the_pod_monitor_leaves_the_executor_to_the_service_monitor():
    monitor = read(render_base(make_model(), Templates()), "podmonitor.yaml")["spec"]
    endpoint = monitor["podMetricsEndpoints"][0]
    assert (endpoint["port"], endpoint["path"]) == ("metrics", "/prometheus")
    assert endpoint["relabelings"][0]["regex"] == "seldon-container-engine"


def test_labels_that_prometheus_selects_by_stand_on_monitors_and_rules_only():
    model = make_model(monitoring=Monitoring(labels={"release": "prometheus", "yes": "no"}))
    files = render_base(model, Templates())
    for name in ("servicemonitor.yaml", "podmonitor.yaml", "prometheusrule.yaml"):
        labels = read(files, name)["metadata"]["labels"]
        assert labels["release"] == "prometheus"
        assert labels["yes"] == "no"
    assert "release" not in read(files, "seldondeployment.yaml")["metadata"]["labels"]


def test_thresholds_and_runbook_reach_the_alerts():
    alerts = Alerts(error_ratio=0.01, latency_p99_seconds=0.25, no_traffic_for="2h", runbook_url="https://wiki/x#y")
    files = render_base(make_model(monitoring=Monitoring(alerts=alerts, interval="15s")), Templates())
    rules = read(files, "prometheusrule.yaml")["spec"]["groups"][0]["rules"]
    by_name = {rule["alert"]: rule for rule in rules}
    assert by_name["ModelNoTraffic"]["for"] == "2h"
    assert by_name["ModelErrorRatioHigh"]["expr"].endswith("> 0.01")
    assert by_name["ModelLatencyHigh"]["expr"].endswith("> 0.25")
    assert {rule["annotations"]["runbook_url"] for rule in rules} == {"https://wiki/x#y"}
    assert read(files, "servicemonitor.yaml")["spec"]["endpoints"][0]["interval"] == "15s"


def test_kserve_has_no_alert_on_errors_as_its_metrics_do_not_tell_them():
    assert [alert.name for alert in list_alerts(make_model("kserve"))] == ["ModelNoTraffic", "ModelLatencyHigh"]


def test_the_stamp_changes_with_what_the_base_depends_on_and_with_nothing_else():
    assert settings_text(make_model()) != settings_text(make_model(replicas=2))
    assert settings_text(make_model()) == settings_text(make_model(environment_replicas={"production": 5}))


def test_what_has_its_default_is_not_in_the_stamp_so_that_a_new_setting_makes_no_base_stale():
    assert settings_text(make_model()) == "{}"
    monitoring = Monitoring(labels={"a": "b"}, alerts=Alerts(error_ratio=0.01))
    model = make_model("kserve", monitoring=monitoring, resources=Resources(limits={"cpu": "1"}))
    assert json.loads(settings_text(model)) == {
        "backend": "kserve",
        "monitoring": {"labels": {"a": "b"}, "alerts": {"error_ratio": 0.01}},
        "resources": {"limits": {"cpu": "1"}},
    }


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_a_new_model_yaml_reads_as_the_settings_that_it_was_written_from(backend: Backend, server: str):
    alerts = Alerts(error_ratio=1e-7, latency_p99_seconds=3, runbook_url="https://wiki/x")
    for model in (
        make_model(backend, server),
        make_model(backend, server, registered_model="on", replicas=0, environment_replicas={"production": 3}),
        make_model(backend, server, protocol="v2", resources=Resources(requests={"cpu": "0.5"}, limits={})),
        make_model(backend, server, monitoring=Monitoring(enabled=False, labels={"y": "012"}, alerts=alerts)),
    ):
        text = render_model_settings(model, Templates())
        assert load_model_settings(text, "model.yaml", FRAUD, environments=["staging", "production"]) == model


def test_a_registered_name_of_any_kind_is_quoted():
    name = 'x: {{ 7*7 }}\n- "# y'
    files = render_base(make_model(registered_model=name), Templates())
    annotations = read(files, "seldondeployment.yaml")["spec"]["predictors"][0]["annotations"]
    assert annotations == {"gitops-gen.dev/registered-model": name}


def test_a_team_can_replace_a_template():
    mine = "kind: SeldonDeployment\nmetadata: {name: {{ model.name }}}\n"
    files = render_base(make_model(), Templates({"model/seldondeployment.yaml.j2": mine}))
    assert files["seldondeployment.yaml"].endswith("metadata: {name: fraud}\n")
    with pytest.raises(ConfigError, match=r"templates/model/podmonitor\.yaml\.j2:1"):
        render_base(make_model(), Templates({"model/podmonitor.yaml.j2": "a: {{ model.nope }}\n"}))


def test_a_new_model_yaml_holds_the_settings_under_the_keys_that_people_use():
    model = make_model(
        "kserve",
        "sklearn",
        registered_model="Fraud Detection",
        protocol="v2",
        environment_replicas={"production": 3},
        service_account="reader",
        monitoring=Monitoring(labels={"release": "p"}, alerts=Alerts(runbook_url="https://wiki/x")),
    )
    text = render_model_settings(model, Templates())
    assert text.startswith("# yaml-language-server: $schema=")
    assert load_round_trip(text, path="model.yaml") == {
        "registeredModel": "Fraud Detection",
        "backend": "kserve",
        "server": "sklearn",
        "protocol": "v2",
        "replicas": 1,
        "environments": {"production": {"replicas": 3}},
        "resources": {"limits": {"memory": "1Gi"}, "requests": {"cpu": "100m", "memory": "256Mi"}},
        "serviceAccount": "reader",
        "monitoring": {
            "enabled": True,
            "interval": "30s",
            "labels": {"release": "p"},
            "alerts": {
                "errorRatio": 0.05,
                "latencyP99Seconds": 1.0,
                "noTrafficFor": "30m",
                "runbookUrl": "https://wiki/x",
            },
        },
    }
