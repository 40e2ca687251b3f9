"""The runs that the tests of the Tracking port know: logged to real stores, and built as values for the fake."""

import gzip
import hashlib
import json
import math
import tarfile
from pathlib import Path

GIT_TAGS = {
    "mlflow.source.git.commit": "0123456789abcdef0123456789abcdef01234567",
    "mlflow.source.git.branch": "main",
    "mlflow.source.git.dirty": "true",
    "mlflow.source.git.repoURL": "https://bot:s3cret@git.example.com/team/churn.git",
}


def describe_world(artifacts: Path | None = None) -> list[dict]:
    """Runs by key; `artifacts` is a folder to log to the run `image`.

    `metrics` are lists of step and value; `register` names models that a version is made of, with `aliases`;
    `register_as` gives each the source of its version.
    """
    return [
        {
            "key": "champion",
            "experiment": "churn",
            "params": {"C": "1.0", "odd": "a: {{ b }}\n`c`"},
            "metrics": {
                "val_auc": [[0, 0.5], [1, 0.9], [2, 0.8]],
                "loss": [[0, 0.7], [1, math.nan], [2, math.nan]],
                "once": [[0, 1.5]],
            },
            "tags": {**GIT_TAGS, "team": "growth"},
            "sklearn": True,
            "register": ["churn"],
            "aliases": ["champion", "blue"],
        },
        {"key": "plain", "experiment": "churn", "metrics": {"val_auc": [[0, 0.6]]}},
        {"key": "failed", "experiment": "churn", "status": "FAILED", "metrics": {"val_auc": [[0, 0.1]]}},
        {"key": "running", "experiment": "churn", "status": "RUNNING"},
        {"key": "infinite", "experiment": "churn", "metrics": {"val_auc": [[0, math.inf]]}},
        {"key": "deleted", "experiment": "churn", "metrics": {"val_auc": [[0, 0.99]]}, "deleted": True},
        {
            "key": "challenger",
            "experiment": "churn",
            "metrics": {"val_auc": [[0, 0.7]]},
            "logged_models": [["first", 0], ["second", 5]],
        },
        {
            "key": "legacy",
            "experiment": "legacy",
            "metrics": {"val_auc": [[0, 0.3]]},
            "legacy_model": True,
            "register": ["legacy"],
        },
        {"key": "twice", "experiment": "churn", "legacy_model": True, "register": ["one", "two"]},
        {"key": "runless", "experiment": "churn", "register_as": {"runless": "s3://bucket/model"}, "runless": True},
        {
            "key": "storage",
            "experiment": "sources",
            "logged_models": [["only", 0]],
            "register_as": {"storage": "{storage}"},
        },
        {
            "key": "run-path",
            "experiment": "sources",
            "legacy_model": True,
            "register_as": {"run-path": "runs:/{run_id}/model", "copy": "models:/run-path/1"},
        },
        {
            "key": "elsewhere",
            "experiment": "sources",
            "register_as": {"elsewhere": "ftp://reader:s3cret@127.0.0.1:1/model"},
        },
        {"key": "tie-1", "experiment": "ties", "metrics": {"val_auc": [[0, 0.8]]}, "params": {"side": "left"}},
        {"key": "tie-2", "experiment": "ties", "metrics": {"val_auc": [[0, 0.8]]}, "params": {"side": "right"}},
        {"key": "nan", "experiment": "nan", "metrics": {"val_auc": [[0, math.nan]]}},
        {"key": "many", "experiment": "many", "metrics": {f"m{n:03}": [[0, 1.0], [1, 2.0]] for n in range(205)}},
        {"key": "gone", "experiment": "gone", "experiment_deleted": True},
        {
            "key": "image",
            "experiment": "images",
            "metrics": {"m": [[0, 1.0]]},
            **({"artifacts": str(artifacts)} if artifacts else {}),
        },
    ]


INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
IMAGE_PATHS = ("a/b/image.tar.gz", "image")
"""Where `write_images` puts the image, twice."""


def write_images(folder: Path) -> Path:
    """A folder with an image as an OCI layout, the same as tar.gz two levels down, and a tar that is no image."""
    layout = folder / "image"
    (layout / "blobs" / "sha256").mkdir(parents=True)
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    empty = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": "sha256:" + "0" * 64, "size": 2}
    manifest = write_blob(layout, {"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": empty, "layers": []})
    index = write_blob(layout, {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [manifest]})
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    with gzip.open(deep / "image.tar.gz", "wb") as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(layout, arcname=".")
    with tarfile.open(folder / "data.tar", "w") as archive:
        archive.add(layout / "oci-layout", arcname="notes.json")
    return folder


def write_blob(layout: Path, content: dict) -> dict:
    """The content as a blob of the layout; gives its descriptor."""
    body = json.dumps(content).encode()
    digest = hashlib.sha256(body).hexdigest()
    (layout / "blobs" / "sha256" / digest).write_bytes(body)
    return {"mediaType": content["mediaType"], "digest": f"sha256:{digest}", "size": len(body)}
