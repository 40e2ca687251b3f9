"""The baseline: findings that were there when a team began, so that only new ones count."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from gitops_gen.errors import ConfigError
from gitops_gen.findings import Finding
from gitops_gen.reports.fingerprints import fingerprint_findings

ReadSource = Callable[[str], bytes | None]


def write_baseline(findings: Sequence[Finding], read_source: ReadSource) -> str:
    """The text of a baseline with all of `findings`: sorted, a line each, so that two of them can be compared."""
    prints = fingerprint_findings(findings, read_source)
    entries = sorted(
        (finding.path, finding.rule, mark, finding.message) for finding, mark in zip(findings, prints, strict=True)
    )
    lines = [
        json.dumps({"fingerprint": mark, "path": path, "rule": rule, "message": message}, ensure_ascii=False)
        for path, rule, mark, message in entries
    ]
    body = ",\n    ".join(lines)
    return '{\n  "version": 1,\n  "findings": [' + (f"\n    {body}\n  " if lines else "") + "]\n}\n"


def read_baseline(content: bytes, *, path: str) -> Counter[str]:
    """The fingerprints in a baseline.

    Raises:
        ConfigError: it is not one.
    """
    try:
        data = json.loads(content)
        _ = {1: True}[data["version"]]
        return Counter(str(entry["fingerprint"]) for entry in data["findings"])
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(
            f"{path} is not a baseline ({error!r})", hint="write it anew with gitops-gen validate --write-baseline"
        ) from error


def split_findings(
    findings: Iterable[Finding], known: Counter[str], read_source: ReadSource
) -> tuple[list[Finding], list[Finding]]:
    """The findings that are new, and those that stand in the baseline, each as often as it stands there."""
    listed = list(findings)
    left = Counter(known)
    new, old = [], []
    for finding, mark in zip(listed, fingerprint_findings(listed, read_source), strict=True):
        if left[mark] > 0:
            left[mark] -= 1
            old.append(finding)
        else:
            new.append(finding)
    return new, old
