"""What stays the same of a finding when lines move: for merge requests, code scanning and a baseline."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence

from gitops_gen.findings import Finding
from gitops_gen.reports.source_lines import list_concealed, make_line_reader

_PLACE = re.compile(
    r"\b(?P<word>lines?|columns?|col)[ :#]+\d+(?:(?:\s*[,-]\s*|\s+(?:and|or|to)\s+)\d+)*"
    r"|(?P<file>\.(?:ya?ml|json|toml|j2|tmpl))(?::\d+){1,2}\b",
    re.IGNORECASE,
)
"""`line 3`, `lines 3, 5 and 9`, `column 7`, `values.yaml:12:3`."""


def fingerprint_findings(findings: Sequence[Finding], read_source: Callable[[str], bytes | None]) -> list[str]:
    """A sha256 in hexadecimal digits for each finding, in their order; no two are the same.

    It is made of the path, the rule, the message without the lines and columns that it names, the text of the line
    without its indentation (left out where the file has credentials, which a digest could give away), and for findings
    that are equal in all of that, a number that counts them down the file.
    """
    read_line = make_line_reader(read_source)
    concealed = list_concealed(findings)
    seen: Counter[str] = Counter()
    prints = [""] * len(findings)
    for index in sorted(range(len(findings)), key=lambda i: (findings[i].path, findings[i].line, findings[i].column)):
        finding = findings[index]
        text = "" if finding.path in concealed else (read_line(finding.path, finding.line) or "").strip()
        facts = json.dumps([finding.path, finding.rule, _forget_places(finding.message), text])
        seen[facts] += 1
        prints[index] = hashlib.sha256(f"{facts}{seen[facts]}".encode()).hexdigest()
    return prints


def _forget_places(message: str) -> str:
    return _PLACE.sub(lambda found: f"{found['word']} #" if found["word"] else found["file"], message)
