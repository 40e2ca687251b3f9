"""Which facts of evidence were edited by hand, for the rule that finds its hash broken."""

from typing import Any

from gitops_gen.checks.rule import Keys
from gitops_gen.checks.source import Source
from gitops_gen.errors import GitopsGenError
from gitops_gen.evidence_checksums import Edit, find_edits, name_fact
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.names import show

_MOST = 20
"""Edits that are told one by one; a file that was mangled has thousands."""
_TELL = {
    "changed": "{} was changed since the evidence was written: its checksum does not fit",
    "added": "{} was added since the evidence was written: it has no checksum",
    "removed": "a fact was removed from {} since the evidence was written: its checksum is left",
}


def list_edits(evidence: Source, data: dict[str, Any]) -> list[tuple[Keys, str]]:
    """Place and message of each edit; empty where the evidence has no checksums, or only its hash was edited."""
    checksums = data.get("checksums")
    if not isinstance(checksums, str):
        return []
    edits = find_edits(_read_as_written(evidence, data), checksums)
    told = [(edit.keys, _tell(edit)) for edit in edits[:_MOST]]
    left = len(edits) - _MOST
    if left > 0:
        told.append((("checksums",), f"{left} more facts do not fit their checksums"))
    return told


def _read_as_written(evidence: Source, data: dict[str, Any]) -> dict[str, Any]:
    """The data with its numbers as they were written: Kubernetes reads 1.0 as 1."""
    try:
        return dict(parse_evidence(evidence.content.decode(), path=evidence.path).data)
    except (GitopsGenError, ValueError, TypeError, RecursionError):
        return data


def _tell(edit: Edit) -> str:
    name = name_fact(edit.keys)
    return _TELL[edit.what].format(show(name)[1:-1] if name else "the evidence")
