"""Folders of artifacts on this disk, and the hash over one."""

import hashlib
from pathlib import Path

import pytest

from gitops_gen.adapters.mlflow_artifacts import ArtifactFolder, describe_failure, hash_folder
from gitops_gen.adapters.mlflow_logged_models import ModelPlace, read_history, read_place
from gitops_gen.adapters.mlflow_store import MlflowStore
from gitops_gen.errors import NotFoundError

SERVER = MlflowStore("http://mlflow.test:5000")


def make_model(folder: Path, text: str = "flavors: {sklearn: {}}\n") -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "MLmodel").write_text(text)
    (folder / "data" / "model.pkl").write_bytes(b"\0" * 10)
    return folder


def test_the_hash_is_over_the_sorted_lines_of_sha256sum(tmp_path: Path):
    make_model(tmp_path)
    digests = {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("MLmodel", "data/model.pkl")
    }
    lines = "".join(sorted(f"{digest}  {name}\n" for name, digest in digests.items()))
    assert hash_folder(tmp_path) == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def test_the_hash_changes_with_a_name_as_with_a_byte(tmp_path: Path):
    before = hash_folder(make_model(tmp_path / "a"))
    renamed = make_model(tmp_path / "b")
    (renamed / "data" / "model.pkl").rename(renamed / "data" / "other.pkl")
    changed = make_model(tmp_path / "c")
    (changed / "data" / "model.pkl").write_bytes(b"\1" * 10)
    assert len({before, hash_folder(renamed), hash_folder(changed)}) == 3
    assert before == hash_folder(make_model(tmp_path / "d"))


def test_a_plain_path_is_shown_as_a_file_uri_and_a_bucket_without_credentials():
    assert ArtifactFolder(SERVER, "/srv/models/a b").public_uri == "file:///srv/models/a%20b"
    assert ArtifactFolder(SERVER, "s3://key:secret@bucket/m?sig=x&v=1").public_uri == "s3://bucket/m?v=1"


def test_a_folder_on_the_server_s_own_disk_is_told_as_such(tmp_path: Path):
    model, warnings = read_place(SERVER, ModelPlace(uri="/srv/not/here"), size_limit=1000)
    assert model.content_hash is None
    assert "the MLflow server's own disk" in warnings[0]


def test_a_model_without_a_description_is_hashed_all_the_same(tmp_path: Path):
    make_model(tmp_path / "m")
    (tmp_path / "m" / "MLmodel").unlink()
    model, warnings = read_place(SERVER, ModelPlace(uri=f"file://{tmp_path}/m", name="m"), size_limit=1000)
    assert model.content_hash == hash_folder(tmp_path / "m")
    assert (model.name, model.flavor) == ("m", "")
    assert "flavor and signature" in warnings[0]


def test_a_folder_with_too_many_files_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gitops_gen.adapters.mlflow_artifacts.FILES_LIMIT", 1)
    model, warnings = read_place(SERVER, ModelPlace(uri=str(make_model(tmp_path / "m"))), size_limit=1000)
    assert model.content_hash is None
    assert "more than 1 files" in warnings[0]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotFoundError("no such thing", hint="h"), "no such thing"),
        (ModuleNotFoundError("No module named 'boto3'", name="boto3"), "it needs boto3: pip install boto3"),
        (OSError("cannot reach\n https://u:p@host/x"), "cannot reach https://host/x"),
        (ValueError(), "ValueError"),
    ],
)
def test_a_failure_is_one_line_without_credentials(error: Exception, expected: str):
    assert describe_failure(error) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[{"artifact_path": "b", "utc_time_created": "2"}, {"artifact_path": "a", "utc_time_created": "1"}]',
            ["a", "b"],
        ),
        ('[{"artifact_path": "a"}, {"artifact_path": "b"}, {"artifact_path": "a"}]', ["b", "a"]),
        ('[{"artifact_path": "../../etc"}, {"artifact_path": "/model"}]', ["model"]),
        ('[{"path": "a"}]', []),
        ("[1]", []),
        ("no json", []),
        ("", []),
    ],
)
def test_the_history_of_mlflow_2_gives_paths_inside_the_run_the_latest_last(text: str, expected: list[str]):
    assert read_history(text) == expected
