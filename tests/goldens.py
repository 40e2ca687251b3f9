"""Files that hold what the program makes: compared, or written anew with GITOPS_GEN_UPDATE_GOLDENS=1."""

import os
from pathlib import Path

UPDATE = bool(os.environ.get("GITOPS_GEN_UPDATE_GOLDENS"))


def check_golden(path: Path, text: str) -> None:
    """Assert that `path` holds `text`, or make it so."""
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path} is missing: run with GITOPS_GEN_UPDATE_GOLDENS=1 and read it"
    assert path.read_text(encoding="utf-8") == text, f"{path} is out of date: run with GITOPS_GEN_UPDATE_GOLDENS=1"
