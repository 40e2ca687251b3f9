"""The alerts, in the real promtool: that they parse, and when they fire."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from gitops_gen.render.environment import Templates
from gitops_gen.render.model_base import render_base
from gitops_gen.settings import Backend
from tests.rendered import make_model

Series = list[dict[str, str]]
SELDON = "seldon_api_executor_server_requests_seconds"
LABELS = 'namespace="a",job="fraud",deployment_name="fraud",predictor_name="default"'
UP = {"series": 'up{namespace="a",job="fraud"}', "values": "1x60"}


@pytest.fixture(scope="module")
def promtool() -> str:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("needs promtool: apt-get install prometheus")
    return program


def write_rules(folder: Path, backend: Backend) -> Path:
    manifest = yaml.safe_load(render_base(make_model(backend), Templates())["prometheusrule.yaml"])
    path = folder / "rules.yaml"
    path.write_text(yaml.safe_dump(manifest["spec"]))
    return path


def fired(promtool: str, folder: Path, series: Series, alert: str, *, backend: Backend = "seldon", at: str = "45m"):
    """Whether `alert` fires at `at`, and promtool's words: it is asked to expect none, and shows those it got."""
    write_rules(folder, backend)
    test = {
        "rule_files": ["rules.yaml"],
        "tests": [
            {
                "interval": "1m",
                "input_series": series,
                "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": []}],
            }
        ],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(test))
    run = subprocess.run(
        [promtool, "test", "rules", "test.yaml"], cwd=folder, capture_output=True, text=True, check=False
    )
    output = run.stdout + run.stderr
    assert run.returncode == 0 or "got:[" in output.replace("\n", "").replace(" ", ""), output
    return run.returncode != 0, output


def count(values: str, *, code: str = "200", service: str = "predictions") -> dict[str, str]:
    return {"series": f'{SELDON}_count{{{LABELS},code="{code}",exported_service="{service}"}}', "values": values}


@pytest.mark.parametrize("backend", ["seldon", "kserve"])
def test_promtool_accepts_the_rules(promtool: str, tmp_path: Path, backend: Backend):
    rules = write_rules(tmp_path, backend)
    run = subprocess.run([promtool, "check", "rules", str(rules)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{3 if backend == 'seldon' else 2} rules found" in run.stdout


@pytest.mark.parametrize(
    ("series", "fires"),
    [
        ([UP, count("0+60x60")], False),
        ([UP, count("0+60x5 300x55")], True),
        ([UP], True),
        ([], True),
        ([UP, count("0+60x60", service="status")], True),
        ([{**UP, "values": "0x60"}], True),
    ],
    ids=["requests", "requests that stopped", "never asked", "no target", "only probed", "target down"],
)
def test_no_traffic_is_told_from_traffic(promtool: str, tmp_path: Path, series: Series, fires: bool):
    did, output = fired(promtool, tmp_path, series, "ModelNoTraffic")
    assert did == fires, output


def test_no_traffic_waits_as_long_as_it_is_told_to(promtool: str, tmp_path: Path):
    assert not fired(promtool, tmp_path, [UP], "ModelNoTraffic", at="29m")[0]
    assert fired(promtool, tmp_path, [UP], "ModelNoTraffic", at="31m")[0]


def test_silence_in_one_namespace_is_not_hidden_by_traffic_in_another(promtool: str, tmp_path: Path):
    other = {"series": UP["series"].replace('"a"', '"b"'), "values": "1x60"}
    did, output = fired(promtool, tmp_path, [UP, other, count("0+60x60")], "ModelNoTraffic")
    assert did
    assert 'namespace="b"' in output
    assert 'namespace="a"' not in output


@pytest.mark.parametrize(
    ("series", "fires"),
    [
        ([count("0+90x60"), count("0+10x60", code="500")], True),
        ([count("0+98x60"), count("0+2x60", code="503")], False),
        ([count("0+90x60"), count("0+10x60", code="Unavailable")], True),
        ([count("0+90x60"), count("0+10x60", code="404")], False),
        ([count("0+90x60"), count("0+50x60", code="503", service="status")], False),
        ([count("0+90x60")], False),
        ([count("5x60"), count("5x60", code="500")], False),
        ([], False),
    ],
    ids=["10 %", "2 %", "gRPC", "callers' errors", "failed probes", "no error ever", "no requests: 0/0", "no series"],
)
def test_the_error_ratio_counts_what_the_server_failed(
    promtool: str,
    tmp_path: Path,
    series: Series,
    fires: bool,
):
    did, output = fired(promtool, tmp_path, series, "ModelErrorRatioHigh")
    assert did == fires, output
    if fires:
        assert "10% of the requests to fraud, predictor default in namespace a" in output


@pytest.mark.parametrize("backend", ["seldon", "kserve"])
@pytest.mark.parametrize(("slow", "fires"), [(5, True), (0, False)])
def test_latency_is_that_of_the_slowest_hundredth(
    promtool: str,
    tmp_path: Path,
    backend: Backend,
    slow: int,
    fires: bool,
):
    metric = SELDON if backend == "seldon" else "request_predict_seconds"
    series = [
        {"series": f'{metric}_bucket{{{LABELS},le="0.5"}}', "values": f"0+{100 - slow}x60"},
        {"series": f'{metric}_bucket{{{LABELS},le="2.5"}}', "values": "0+100x60"},
        {"series": f'{metric}_bucket{{{LABELS},le="+Inf"}}', "values": "0+100x60"},
    ]
    did, output = fired(promtool, tmp_path, series, "ModelLatencyHigh", backend=backend)
    assert did == fires, output


def test_no_requests_are_not_slow(promtool: str, tmp_path: Path):
    series = [{"series": f'{SELDON}_bucket{{{LABELS},le="+Inf"}}', "values": "7x60"}]
    assert not fired(promtool, tmp_path, series, "ModelLatencyHigh")[0]


def test_kserve_traffic_is_told_from_none(promtool: str, tmp_path: Path):
    asked = {"series": 'request_predict_seconds_count{namespace="a",job="fraud"}', "values": "0+60x60"}
    assert not fired(promtool, tmp_path, [UP, asked], "ModelNoTraffic", backend="kserve")[0]
    assert fired(promtool, tmp_path, [UP], "ModelNoTraffic", backend="kserve")[0]
