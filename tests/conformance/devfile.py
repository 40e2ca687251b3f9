"""The schema of devfiles, which are no Kubernetes objects: made from the JSON schema of devfile/api."""

import json
from pathlib import Path
from typing import Any

from gitops_gen.crd_schema import DIALECT
from gitops_gen.schema_compaction import share_subtrees, unite_subtrees

NAME = "devfile.schema.json"
SOURCE = "devfile.io/devfile.json"


def read_upstream(folder: Path) -> dict[str, Any]:
    """What devfile/api publishes."""
    schema: dict[str, Any] = json.loads((folder / SOURCE).read_text(encoding="utf-8"))
    return schema


def make_schema(upstream: dict[str, Any]) -> dict[str, Any]:
    """The same without prose, what repeats in it as definitions."""
    return {"$schema": DIALECT, "title": "devfile 2"} | share_subtrees(unite_subtrees(upstream))
