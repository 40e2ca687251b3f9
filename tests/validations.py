"""Results of validations, plain and hostile, for the tests of the reports."""

from dataclasses import dataclass

from hypothesis import strategies as st

from gitops_gen.findings import SEVERITIES, CheckResult, Finding, Unchecked
from gitops_gen.reports.findings import render_findings

SOURCES = {
    "models/fraud/base/seldon.yaml": b"kind: SeldonDeployment\nspec:\n  predictors:\n    - replicas: 0\n",
    "models/fraud/overlays/dev/kustomization.yaml": b"images:\r\n  - name: model\r\n    newTag: latest\r\n",
    "tabs.yaml": b"a:\n\tb: 1\n",
    "wide.yaml": "# \u6a21\u578b \U0001f680 e\u0301: here\n".encode(),
    "long.yaml": b"data: " + b"x" * 50_000 + b"HERE" + b"y" * 50_000 + b"\n",
    "controls.yaml": b"a: \x1b[2J \xc2\x9b31m \xe2\x80\xae ##[add-mask]x ##vso[task.setvariable]y ## [z]\n",
    "binary.yaml": b"\xef\xbb\xbfa: \xff\n",
}
HOSTILE = [
    "two\nlines\r\nthree\rfour",
    "\x1b[2J\x1b]0;title\x07\x9b31m",
    "::error file=x::y",
    "\n::add-mask::secret\n##[set-env name=X]y ##vso[task.complete]",
    "\0\x01\x0b\x0c\x7f\ufffe\uffff\ud800\udcff",
    "%0A100% %25, a:b,c",
    "<failure>&amp;]]>\"'",
    "\u6a21\u578b \U0001f680 e\u0301 \u202egnp\u2028next\x85last",
    "[click](https://evil.example) {0}",
    "\t",
    "x" * 100_000,
]

RICH = CheckResult(
    root="/repository",
    findings=(
        Finding(
            path="models/fraud/base/seldon.yaml",
            line=4,
            column=7,
            rule="SELDON003",
            severity="error",
            message="replicas is 0: nothing would serve the model",
            fix="write replicas: 1",
        ),
        Finding(
            path="models/fraud/overlays/dev/kustomization.yaml",
            line=3,
            column=13,
            rule="IMAGE001",
            severity="warning",
            message="the image has a tag and no digest",
        ),
        Finding(path="tabs.yaml", line=2, column=2, rule="YAML004", severity="info", message="indented with a tab"),
    ),
    checked={"apps/v1 Deployment": 4, "v1 Service": 9, "v1 ConfigMap": 1},
    unchecked=(
        *(Unchecked(path=f"platform/{c}.yaml", reason="no schema for example.com/v1 Widget") for c in "abcdef"),
        *(Unchecked(path=f"models/{c}/overlays/dev", reason="kustomize is not installed") for c in "abcde"),
        Unchecked(path="chart/a.yaml", reason="a Helm template"),
        Unchecked(path="chart/a.yaml", reason="a Helm template"),
        Unchecked(path="", reason="no configuration"),
    ),
    counts={"files": 12, "objects": 14, "builds": 6, "cached": 10, "waived": 2, "baselined": 3, "fixed": 1},
)
CLEAN = CheckResult(root="/repository", checked={"v1 Service": 1}, counts={"files": 1, "objects": 1})
EMPTY = CheckResult(root="/repository")


@dataclass(frozen=True)
class KnownRule:
    """What a catalogue tells of a rule."""

    title: str
    help: str
    severity: str


def find_rule(rule_id):
    known = {"SELDON003": KnownRule("A predictor has replicas", "Why: it would serve nothing.", "error")}
    return known.get(rule_id)


def render(format_name, result, *, sources=SOURCES, color=False):
    return render_findings(format_name, result, read_source=sources.get, rules=find_rule, color=color)


def make_finding(**fields):
    defaults = {"path": "a.yaml", "line": 1, "column": 1, "rule": "X001", "severity": "error", "message": "wrong"}
    return Finding(**{**defaults, **fields})


def make_result(*findings, **fields):
    return CheckResult(root="/repository", findings=findings, **fields)


def fill_result(text):
    """A result with `text` wherever text can stand."""
    return make_result(
        *(
            make_finding(path=text, rule=text, severity=severity, message=text, fix=text, column=5)
            for severity in SEVERITIES
        ),
        checked={text: 1},
        unchecked=(Unchecked(path=text, reason=text),),
        counts={"files": 1, "objects": 1},
    )


ANY_TEXT = st.text(st.characters(), max_size=30) | st.text("\n\r\t :#[]%,\x1b\u2028a", max_size=30)
"""Any text, half characters too, and much of what terminals, logs and formats give a meaning to."""
ANY_RESULT = st.builds(
    make_result,
    st.builds(
        make_finding,
        path=ANY_TEXT,
        line=st.integers(1, 9),
        column=st.integers(1, 300),
        rule=ANY_TEXT,
        severity=st.sampled_from(SEVERITIES),
        message=ANY_TEXT,
        fix=ANY_TEXT,
    ),
    checked=st.dictionaries(ANY_TEXT, st.integers(1, 9), max_size=12),
    unchecked=st.lists(st.builds(Unchecked, path=ANY_TEXT, reason=ANY_TEXT), max_size=9).map(tuple),
    counts=st.dictionaries(st.sampled_from(["files", "objects", "builds", "cached", "waived"]), st.integers(0, 9)),
)
