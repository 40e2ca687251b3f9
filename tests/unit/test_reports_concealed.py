"""No report, no baseline and no cache has a credential in it, nor the line that it stands on."""

import pytest

from gitops_gen.baseline import write_baseline
from gitops_gen.checks.cache import CACHE_VARIABLE
from gitops_gen.checks.catalogue import find_rule
from gitops_gen.reports.findings import FORMATS, render_findings
from gitops_gen.reports.fingerprints import fingerprint_findings
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run

FILES = {
    "secret.yaml": """\
apiVersion: v1
kind: Secret
metadata:
  name: a
data:
  password: hunter2-data
  other: hunter2-other
  number: 77777702
stringData:
  list: [hunter2-list]
unknown: 1
""",
    "deployment.yaml": """\
apiVersion: v1
kind: Pod
metadata:
  name: a
spec:
  containers:
  - name: a
    image: a
    args: [--password=hunter2-argument]
    env:
    - name: DB_PASSWORD
      value: 77777701
    - {name: B_PASSWORD, value: hunter2-twice, value: hunter2-again}
    - name: URL
      value: http://a:hunter2-url@b
""",
    "values.yaml": "password: hunter2-value\nprivate: |\n  -----BEGIN PRIVATE KEY-----\n  hunter2KEY" + "A" * 40 + "\n",
    "broken.yaml": "a: [1\npassword: hunter2-broken\nb: ]]\n",
    "kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
secretGenerator:
- name: a
  literals: [password=hunter2-literal]
""",
    "other.json": '{"password": "hunter2-json"}',
}
SECRETS = ("hunter2", "77777701", "77777702")


@pytest.fixture
def result(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / "tree" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "tree" / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    request = ValidateRequest(root=str(tmp_path / "tree"), jobs=1)
    return validate(request, prepare_run(request), find_kustomize=lambda: None)


def read(path):
    return FILES[path].encode() if path in FILES else None


def test_each_is_found(result):
    found = {(finding.path, finding.line) for finding in result.findings if finding.rule.startswith("SECRET")}
    assert found == {
        ("secret.yaml", 6),
        ("deployment.yaml", 9),
        ("deployment.yaml", 12),
        ("deployment.yaml", 13),
        ("deployment.yaml", 15),
        ("values.yaml", 1),
        ("values.yaml", 3),
        ("broken.yaml", 2),
        ("kustomization.yaml", 5),
        ("other.json", 1),
    }
    others = {finding.rule[:6] for finding in result.findings} - {"SECRET"}
    assert {"SCHEMA", "YAML00"} <= others, "so that there are lines and messages of other rules"


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_shows_one(result, name):
    report = render_findings(name, result, read_source=read, rules=find_rule)
    assert report.count("SECRET001") >= 1
    assert [secret for secret in SECRETS if secret in report] == []


def test_neither_do_baseline_and_cache(result, tmp_path):
    assert [secret for secret in SECRETS if secret in write_baseline(result.findings, read)] == []
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        content = path.read_bytes()
        assert [secret for secret in SECRETS if secret.encode() in content] == [], path


def test_fingerprints_tell_nothing_of_it(result):
    """Of a short password the digest would be enough to guess it."""
    other = {name: text.replace("hunter2", "another").replace("777777", "888888") for name, text in FILES.items()}
    changed = fingerprint_findings(result.findings, lambda path: other[path].encode() if path in other else None)
    assert changed == fingerprint_findings(result.findings, read)
