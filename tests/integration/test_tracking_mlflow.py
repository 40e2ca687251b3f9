"""MLflow for real: a server over http, behind a proxy that asks for credentials, dead and broken ones; databases."""

import base64
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitops_gen.adapters.mlflow_artifacts import hash_folder
from gitops_gen.adapters.tracking_mlflow import TAG_VALUE_LIMIT, TrackingMlflow
from gitops_gen.errors import ConfigError, InvalidValueError, NotFoundError, RefusedError, UnreachableError
from gitops_gen.model import Run, RunSelector, Signature, SignatureField
from gitops_gen.names import RunId
from tests.servers.mlflow_proxy import MlflowProxy
from tests.servers.mlflow_server import MlflowServer, SeededStore

CHAMPION = RunSelector(model="churn", alias="champion")
NOBODY = RunSelector(run_id=RunId("0" * 32))


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Neither the person's credentials nor their files: an empty folder is HOME and the working directory."""
    for name in [name for name in os.environ if name.startswith("MLFLOW_TRACKING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield
    assert not {p.name for p in tmp_path.iterdir()} & {"mlruns", "mlflow.db", "mlartifacts"}


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_logged_model_of_mlflow_3_is_read_from_its_files(mlflow_world: SeededStore):
    run = TrackingMlflow(mlflow_world.uri).fetch_run(CHAMPION)
    assert run.model is not None
    model_id = mlflow_world.ids["champion"]["model_id"]
    assert run.model.model_id == model_id
    assert run.model.uri == f"mlflow-artifacts:/{run.experiment_id}/models/{model_id}/artifacts"
    assert (run.model.name, run.model.flavor) == ("model", "sklearn")
    assert run.model.python_version == ".".join(map(str, sys.version_info[:3]))
    assert run.model.mlflow_version.startswith("3.")
    assert run.model.signature == Signature(
        inputs=(SignatureField(name="age", type="double"), SignatureField(name="calls", type="double")),
        outputs=(SignatureField(name="", type="tensor(int64)", shape=(-1,)),),
        params=(SignatureField(name="threshold", type="double", required=False),),
    )


def test_the_content_hash_over_http_is_that_of_the_files_on_the_server(
    mlflow_world: SeededStore, mlflow_server: MlflowServer
):
    run = TrackingMlflow(mlflow_world.uri).fetch_run(CHAMPION)
    assert run.model is not None
    stored = mlflow_server.folder / "artifacts" / run.model.uri.removeprefix("mlflow-artifacts:/")
    assert run.model.content_hash == hash_folder(stored)


def test_nothing_that_was_downloaded_stays(mlflow_world: SeededStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tracking = TrackingMlflow(mlflow_world.uri)
    tracking.fetch_image_digests(tracking.fetch_run(CHAMPION))
    assert list(tmp_path.iterdir()) == []


def test_a_model_on_this_disk_is_hashed_in_place(mlflow_store: SeededStore):
    run = TrackingMlflow(mlflow_store.uri).fetch_run(CHAMPION)
    assert run.model is not None
    assert run.model.uri.startswith("file:///")
    assert run.model.content_hash == hash_folder(Path(run.model.uri.removeprefix("file://")))


def test_a_model_above_the_size_limit_is_described_but_not_hashed(mlflow_world: SeededStore):
    run = TrackingMlflow(mlflow_world.uri, size_limit=100).fetch_run(CHAMPION)
    assert run.model is not None
    assert (run.model.flavor, run.model.content_hash) == ("sklearn", None)
    assert "was not hashed" in run.warnings[0]


def test_of_several_logged_models_the_last_is_taken_and_all_are_named(mlflow_world: SeededStore):
    tracking = TrackingMlflow(mlflow_world.uri)
    run = tracking.fetch_run(RunSelector(run_id=RunId(mlflow_world.run_id("challenger"))))
    ids = mlflow_world.ids["challenger"]["logged_models"]
    assert run.model is not None
    assert (run.model.name, run.model.model_id) == ("second", ids["second"])
    assert run.model.flavor == "python_function"
    assert ids["first"] in run.warnings[0]


def test_a_model_of_mlflow_2_is_found_among_the_run_s_artifacts(mlflow_world: SeededStore):
    run = TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(model="legacy", version="1"))
    assert run.model is not None
    assert run.model.uri == f"mlflow-artifacts:/{run.experiment_id}/{run.run_id}/artifacts/model"
    assert (run.model.model_id, run.model.name, run.model.flavor) == ("", "model", "xgboost")
    assert run.model.content_hash is not None


@pytest.mark.parametrize("model", ["run-path", "copy"])
def test_a_version_of_a_run_s_path_and_its_copy_are_followed_to_the_storage(mlflow_world: SeededStore, model: str):
    run = TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(model=model, version="1"))
    assert run.model is not None
    assert run.model.uri == f"mlflow-artifacts:/{run.experiment_id}/{run.run_id}/artifacts/model"
    assert run.model.content_hash is not None


def test_a_version_that_names_the_storage_of_a_logged_model_is_known_as_that_model(mlflow_world: SeededStore):
    run = TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(model="storage", version="1"))
    assert run.model is not None
    assert run.model.model_id == mlflow_world.ids["storage"]["logged_models"]["only"]
    assert run.model.uri == mlflow_world.ids["storage"]["storage"]


def test_a_model_in_storage_that_does_not_answer_is_named_without_credentials(mlflow_world: SeededStore):
    run = TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(model="elsewhere", version="1"))
    assert run.model is not None
    assert run.model.uri == "ftp://127.0.0.1:1/model"
    assert run.model.content_hash is None
    assert "ftp://127.0.0.1:1/model cannot be read" in run.warnings[0]
    assert "s3cret" not in repr(run)


def test_the_run_s_page_is_on_the_server_or_where_people_open_it(mlflow_world: SeededStore):
    selector = RunSelector(run_id=RunId(mlflow_world.run_id("plain")))
    page = f"/#/experiments/{mlflow_world.ids['plain']['experiment_id']}/runs/{mlflow_world.run_id('plain')}"
    assert TrackingMlflow(mlflow_world.uri).fetch_run(selector).url == mlflow_world.uri + page
    named = TrackingMlflow(mlflow_world.uri, ui_url="https://mlflow.example.com/ui/").fetch_run(selector)
    assert named.url == "https://mlflow.example.com/ui" + page


def test_a_database_has_no_page(mlflow_store: SeededStore):
    selector = RunSelector(run_id=RunId(mlflow_store.run_id("plain")))
    assert TrackingMlflow(mlflow_store.uri).fetch_run(selector).url == ""


def test_an_experiment_is_found_by_its_id(mlflow_world: SeededStore):
    experiment_id = mlflow_world.ids["legacy"]["experiment_id"]
    run = TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(experiment=experiment_id, best="val_auc"))
    assert run.run_id == mlflow_world.run_id("legacy")
    with pytest.raises(NotFoundError, match="'4711'"):
        TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(experiment="4711", best="val_auc"))


def test_the_search_for_the_best_goes_on_over_pages(mlflow_world: SeededStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gitops_gen.adapters.mlflow_best._PAGE", 1)
    tracking = TrackingMlflow(mlflow_world.uri)
    run = tracking.fetch_run(RunSelector(experiment="churn", best="val_auc"))
    assert run.run_id == mlflow_world.run_id("champion")
    with pytest.raises(RefusedError, match=r"2 runs .* tie"):
        tracking.fetch_run(RunSelector(experiment="ties", best="val_auc"))


def test_the_name_of_a_metric_cannot_change_the_search(mlflow_world: SeededStore):
    with pytest.raises(InvalidValueError, match="cannot be a metric's name"):
        TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(experiment="churn", best="a` DESC, `b"))


def test_a_filter_that_no_run_fits_is_named(mlflow_world: SeededStore):
    selector = RunSelector(experiment="churn", best="val_auc", filter="params.C = 'nope'")
    with pytest.raises(NotFoundError, match="no active run in experiment 'churn' with filter"):
        TrackingMlflow(mlflow_world.uri).fetch_run(selector)


def test_runs_passed_over_in_the_search_for_the_best_are_named(mlflow_world: SeededStore):
    run = TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(experiment="churn", best="val_auc"))
    assert mlflow_world.run_id("infinite") in run.warnings[0]


def test_long_values_and_nul_bytes_are_cut_to_what_mlflow_takes(mlflow_world: SeededStore):
    tracking = TrackingMlflow(mlflow_world.uri)
    selector = RunSelector(run_id=RunId(mlflow_world.run_id("failed")))
    assert tracking.record(tracking.fetch_run(selector), {"long": "x" * 20_000, "nul": "a\0b"}) == ()
    tags = tracking.fetch_run(selector).tags
    assert tags["long"] == "x" * (TAG_VALUE_LIMIT - 1) + "…"
    assert tags["nul"] == "ab"


def test_recording_on_a_run_that_was_deleted_meanwhile_is_a_warning(mlflow_world: SeededStore):
    run = Run(
        run_id=RunId(mlflow_world.run_id("deleted")), name="", status="FINISHED", experiment_id="1", experiment_name=""
    )
    (warning,) = TrackingMlflow(mlflow_world.uri).record(run, {"a": "b"})
    assert "deleted" in warning


@pytest.mark.parametrize("kind", ["token", "basic", "uri"])
def test_credentials_reach_the_server_and_the_artifacts(
    mlflow_world: SeededStore, monkeypatch: pytest.MonkeyPatch, kind: str
):
    basic = "Basic " + base64.b64encode(b"reader:s3cret").decode()
    with MlflowProxy(mlflow_world.uri, authorization="Bearer s3cret" if kind == "token" else basic) as proxy:
        uri = f"http://reader:s3cret@{proxy.host}" if kind == "uri" else proxy.uri
        if kind == "token":
            monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "s3cret")
        elif kind == "basic":
            monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "reader")
            monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "s3cret")
        tracking = TrackingMlflow(uri)
        run = tracking.fetch_run(CHAMPION)
    assert run.model is not None
    assert run.model.content_hash is not None
    assert tracking.address == proxy.uri
    assert "s3cret" not in repr(run)
    assert run.url.startswith(proxy.uri)


@pytest.mark.parametrize("uri_part", ["", "reader:wrong-s3cret@"])
def test_missing_and_wrong_credentials_are_told_with_the_variables_to_set(mlflow_world: SeededStore, uri_part: str):
    with MlflowProxy(mlflow_world.uri, authorization="Bearer s3cret") as proxy:
        with pytest.raises(UnreachableError, match="refuses") as caught:
            TrackingMlflow(f"http://{uri_part}{proxy.host}").fetch_run(CHAMPION)
        assert proxy.uri in caught.value.message
    assert "MLFLOW_TRACKING_TOKEN" in caught.value.hint
    assert "s3cret" not in caught.value.message + caught.value.hint
    assert "<html>" not in caught.value.message


def test_a_reader_who_may_not_write_gets_warnings_and_no_error(mlflow_world: SeededStore):
    with MlflowProxy(mlflow_world.uri, is_read_only=True) as proxy:
        tracking = TrackingMlflow(proxy.uri)
        run = tracking.fetch_run(CHAMPION)
        warnings = tracking.record(run, {"a": "1", "b": "2"})
    assert len(warnings) == 2
    assert f"run {run.run_id}" in warnings[0]
    assert "version 1 of model churn" in warnings[1]
    assert all("403" in w and "MLFLOW_TRACKING_TOKEN" in w and "a, b" in w for w in warnings)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((404, "text/html", "<html>nginx</html>"), "is not MLflow's API"),
        ((200, "text/html", "<html>log in</html>"), "is not MLflow's API"),
        ((418, "text/plain", "teapot"), "answers .* with 418"),
    ],
    ids=["other-server", "login-page", "odd-status"],
)
def test_a_server_that_is_not_mlflow_is_told(mlflow_world: SeededStore, answer: tuple[int, str, str], expected: str):
    with (
        MlflowProxy(mlflow_world.uri, answers={"/runs/get": answer}) as proxy,
        pytest.raises(UnreachableError, match=expected) as caught,
    ):
        TrackingMlflow(proxy.uri).fetch_run(NOBODY)
    assert proxy.uri in caught.value.message
    assert "<" not in caught.value.message


def test_a_server_in_trouble_is_asked_again_but_not_for_minutes(mlflow_world: SeededStore):
    started = time.monotonic()
    with MlflowProxy(mlflow_world.uri, answers={"/runs/get": (503, "text/plain", "busy")}) as proxy:
        with pytest.raises(UnreachableError, match="503"):
            TrackingMlflow(proxy.uri).fetch_run(NOBODY)
        assert len(proxy.paths) > 1
    assert time.monotonic() - started < 15


def test_a_server_that_stops_meanwhile_is_an_error_for_reading_and_a_warning_for_writing(mlflow_world: SeededStore):
    with MlflowProxy(mlflow_world.uri) as proxy:
        tracking = TrackingMlflow(proxy.uri)
        run = tracking.fetch_run(RunSelector(run_id=RunId(mlflow_world.run_id("plain"))))
    with pytest.raises(UnreachableError, match="connection refused") as caught:
        tracking.fetch_run(NOBODY)
    assert proxy.uri in caught.value.message
    (warning,) = tracking.record(run, {"a": "b"})
    assert "does not answer" in warning


def test_artifacts_that_cannot_be_read_leave_the_hash_unknown_with_a_warning(mlflow_world: SeededStore):
    with MlflowProxy(mlflow_world.uri, answers={"/mlflow-artifacts/": (500, "text/plain", "disk gone")}) as proxy:
        tracking = TrackingMlflow(proxy.uri)
        run = tracking.fetch_run(CHAMPION)
        assert run.model is not None
        assert run.model.content_hash is None
        assert "hash is unknown" in run.warnings[0]
        with pytest.raises(UnreachableError, match="artifacts of run"):
            tracking.fetch_image_digests(run)
        plain = tracking.fetch_run(RunSelector(run_id=RunId(mlflow_world.run_id("plain"))))
        assert plain.model is None
        assert "artifacts cannot be listed" in plain.warnings[0]


def test_a_logged_model_that_was_deleted_is_a_warning(mlflow_world: SeededStore):
    gone = '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not found"}'
    with MlflowProxy(mlflow_world.uri, answers={"/logged-models/": (404, "application/json", gone)}) as proxy:
        tracking = TrackingMlflow(proxy.uri)
        by_version = tracking.fetch_run(CHAMPION)
        by_run = tracking.fetch_run(RunSelector(run_id=RunId(mlflow_world.run_id("challenger"))))
    assert by_version.model is by_run.model is None
    assert "not there any more" in by_version.warnings[0]
    assert "not there any more" in by_run.warnings[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "reader:s3cret@127.0.0.1"])
def test_a_dead_address_is_named_at_once_without_its_password(host: str):
    port = find_free_port()
    started = time.monotonic()
    with pytest.raises(
        UnreachableError, match=f"http://127.0.0.1:{port} does not answer: connection refused"
    ) as caught:
        TrackingMlflow(f"http://{host}:{port}").fetch_run(NOBODY)
    assert time.monotonic() - started < 5
    assert caught.value.exit_code == 3
    assert "MLFLOW_TRACKING_URI" in caught.value.hint


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("", "not said where MLflow is"),
        ("  ", "not said where MLflow is"),
        ("http://", "names no host"),
        ("http://host:port", "is not a tracking URI"),
        ("gopher://host", "is not a tracking URI that MLflow knows"),
        ("sqlite:nonsense", "is not a tracking URI"),
        ("sqlite:///missing.db", "no MLflow store at sqlite:///missing.db"),
        ("file:///nowhere/at/all", "no MLflow store at"),
        ("mlruns", "no MLflow store at"),
    ],
)
def test_an_address_that_cannot_be_is_a_configuration_error(uri: str, expected: str):
    with pytest.raises(ConfigError, match=expected) as caught:
        TrackingMlflow(uri).fetch_run(NOBODY)
    assert caught.value.hint or "names no host" in caught.value.message or "port" in caught.value.message


def test_no_address_at_all_names_the_variable_and_the_setting():
    with pytest.raises(ConfigError) as caught:
        TrackingMlflow("")
    assert "MLFLOW_TRACKING_URI" in caught.value.hint
    assert "mlflow.trackingUri" in caught.value.hint


def test_a_folder_of_runs_says_how_to_go_on_with_it(tmp_path: Path):
    with pytest.raises(ConfigError) as caught:
        TrackingMlflow(f"file://{tmp_path}").fetch_run(NOBODY)
    assert "MLFLOW_ALLOW_FILE_STORE" in caught.value.hint


def test_a_file_that_is_no_database_is_told(tmp_path: Path):
    (tmp_path / "notes.db").write_text("these are notes, many of them\n" * 100)
    with pytest.raises(UnreachableError, match=r"notes\.db cannot be opened"):
        TrackingMlflow(f"sqlite:///{tmp_path}/notes.db").fetch_run(NOBODY)


def test_a_database_of_another_mlflow_says_how_to_upgrade_it(mlflow_store: SeededStore, tmp_path: Path):
    copy = tmp_path / "old.db"
    copy.write_bytes(Path(mlflow_store.uri.removeprefix("sqlite:///")).read_bytes())
    connection = sqlite3.connect(copy)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '97727af70f4d'")
    connection.close()
    with pytest.raises(ConfigError, match="another version of MLflow") as caught:
        TrackingMlflow(f"sqlite:///{copy}").fetch_run(NOBODY)
    assert "mlflow db upgrade" in caught.value.hint


def test_the_person_s_own_settings_of_mlflow_win(mlflow_world: SeededStore):
    program = (
        "import os; from gitops_gen.adapters.mlflow_store import prepare_mlflow; prepare_mlflow();"
        "print(os.environ['MLFLOW_HTTP_REQUEST_MAX_RETRIES'], os.environ['MLFLOW_DISABLE_TELEMETRY'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5", "MLFLOW_DISABLE_TELEMETRY": "false"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["5", "false"]


def test_reading_a_run_says_nothing_on_the_terminal_and_leaves_no_file(mlflow_world: SeededStore, tmp_path: Path):
    program = (
        "import sys; from gitops_gen.adapters.tracking_mlflow import TrackingMlflow;"
        "from gitops_gen.model import RunSelector;"
        "run = TrackingMlflow(sys.argv[1]).fetch_run(RunSelector(model='churn', alias='champion'));"
        "print(run.run_id, 'numpy' in sys.modules)"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "DO_NOT_TRACK"))}
    done = subprocess.run(
        [sys.executable, "-c", program, mlflow_world.uri],
        env={**kept, "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split()[0] == mlflow_world.run_id("champion")
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_a_run_with_too_many_metrics_keeps_all_last_values_and_says_what_was_not_read(mlflow_world: SeededStore):
    run = TrackingMlflow(mlflow_world.uri).fetch_run(RunSelector(run_id=RunId(mlflow_world.run_id("many"))))
    assert len(run.metrics) == 205
    assert (run.metrics[0].lowest.value, run.metrics[0].last.value) == (1.0, 2.0)
    assert (run.metrics[-1].lowest.value, run.metrics[-1].last.value) == (2.0, 2.0)
    assert "205 metrics; of 5 only the last value" in run.warnings[0]
