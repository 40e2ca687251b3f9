"""A whole validation, as a library and from the command line: what is asked for, what is found, what is kept."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from gitops_gen.adapters.kustomize import find_kustomize
from gitops_gen.assets import read_asset
from gitops_gen.checks.catalogue import find_rule
from gitops_gen.checks.runs import load_run
from gitops_gen.cli.validate_arguments import Arguments
from gitops_gen.cli.validation import run_validation
from gitops_gen.errors import ConfigError, InvalidValueError, NotFoundError
from gitops_gen.reports.findings import FORMATS, render_findings
from gitops_gen.validate import validate
from gitops_gen.validation import KnownResult, ValidateRequest, prepare_run
from tests.cases_runner import list_cases, unmark
from tests.privileges import permissions_count

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: features\n"
TYPO = GOOD + "  label: {}\n"
UNKNOWN = "apiVersion: features.example.com/v1\nkind: FeatureView\nmetadata:\n  name: churn\n"
SELDON = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: iris
spec:
  protocol: v3
  predictors:
  - name: default
    graph:
      name: classifier
      implementation: SKLEARN_SERVER
      modelUri: gs://example-models/iris/7
"""


UNPINNED = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: iris
spec:
  predictors:
  - name: default
    graph: {name: classifier, type: MODEL}
    componentSpecs:
    - spec:
        containers:
        - name: classifier
          image: registry.example.com/iris:1
"""


@pytest.fixture(autouse=True, name="home")
def make_home(tmp_path, monkeypatch):
    """The cache and its key lie in a home of each test's own."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "GITOPS_GEN_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(name="root")
def make_root(tmp_path, monkeypatch):
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def write(root, **files):
    for name, text in files.items():
        write_file(root, name + ".yaml", text)


def write_file(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def check(root, *paths, kustomize=find_kustomize, **options):
    options = {"everything": not paths, "cache": False, **options}
    request = ValidateRequest(root=str(root), paths=paths, **options)
    return validate(request, prepare_run(request), find_kustomize=kustomize)


def tell(result):
    return [(finding.path, finding.line, finding.rule) for finding in result.findings]


def run(*paths, **options):
    return run_validation(Arguments(paths=paths, **options))


def make_overlays(root):
    write_file(root, "base/kustomization.yaml", "resources:\n- features.yaml\n")
    write_file(root, "base/features.yaml", GOOD)
    for name in ("staging", "production"):
        folder = f"overlays/{name}"
        write_file(root, f"{folder}/kustomization.yaml", "resources:\n- ../../base\npatches:\n- path: patch.yaml\n")
        write_file(root, f"{folder}/patch.yaml", GOOD + f"data:\n  place: {name}\n")


def test_without_paths_all_of_the_root_is_checked(root):
    write(root, a=TYPO, b=GOOD)
    write_file(root, "c/d.yaml", TYPO)
    result = check(root)
    assert tell(result) == [("a.yaml", 5, "SCHEMA001"), ("c/d.yaml", 5, "SCHEMA001")]
    assert result.checked == {"v1 ConfigMap": 3}
    assert result.counts["files"] == result.counts["objects"] == 3
    assert result.count_severity("error") == 2


def test_with_paths_nothing_else_is_checked(root):
    write(root, a=TYPO, b=TYPO)
    write_file(root, "c/d.yaml", TYPO)
    assert tell(check(root, "b.yaml", "c")) == [("b.yaml", 5, "SCHEMA001"), ("c/d.yaml", 5, "SCHEMA001")]


def test_with_no_paths_wanted_nothing_is_checked(root):
    write(root, a=TYPO)
    assert check(root, everything=False).counts["files"] == 0


def test_a_file_is_checked_with_the_builds_that_it_can_change(root):
    make_overlays(root)
    assert check(root, "overlays/staging/patch.yaml").counts["builds"] == 1
    assert check(root, "base/features.yaml").counts["builds"] == 2
    assert check(root).counts["builds"] == 2
    write(root, a=GOOD)
    assert check(root, "a.yaml").counts["builds"] == 0


def test_a_file_that_is_gone_is_missed_by_its_builds(root):
    make_overlays(root)
    (root / "overlays/staging/patch.yaml").unlink()
    result = check(root, everything=False, gone=("overlays/staging/patch.yaml",))
    assert {finding.path for finding in result.findings} == {"overlays/staging/kustomization.yaml"}
    assert all(finding.rule.startswith("KUST") for finding in result.findings)
    assert tell(check(root, everything=False, gone=("overlays/production/other.yaml",))) == []


def test_where_there_is_no_kustomize_the_result_says_so(root):
    make_overlays(root)
    result = check(root, kustomize=lambda: None)
    assert result.counts["builds"] == 0
    assert {entry.path for entry in result.unchecked} >= {"overlays/staging/kustomization.yaml"} or result.unchecked
    assert not [finding for finding in result.findings if finding.severity == "error"]


def test_rules_can_be_left_out(root):
    write(root, a=TYPO, b=SELDON)
    assert {rule for _, _, rule in tell(check(root))} >= {"SCHEMA001", "SELDON001"}
    assert "SCHEMA001" not in {rule for _, _, rule in tell(check(root, skip=("SCHEMA",)))}
    assert tell(check(root, only=("SELDON001",))) == [("b.yaml", 6, "SELDON001")]


def test_kinds_can_be_left_out_and_the_result_says_so(root):
    write(root, a=TYPO, b=SELDON)
    result = check(root, only=("ConfigMap",))
    assert tell(result) == [("a.yaml", 5, "SCHEMA001")]
    assert result.checked == {"v1 ConfigMap": 1}
    assert [(entry.path, entry.reason) for entry in result.unchecked] == [("b.yaml", "left out by --skip or --only")]
    assert "a.yaml" not in {path for path, _, _ in tell(check(root, skip=("configmap",)))}


def test_an_unknown_kind_is_a_warning_until_its_schema_is_given(root, tmp_path):
    write(root, a=UNKNOWN)
    [finding] = check(root).findings
    assert (finding.rule, finding.severity) == ("SCHEMA005", "warning")
    schema = tmp_path / "featureview_v1.json"
    schema.write_text('{"required": ["spec"]}')
    [finding] = check(root, schema_locations=(str(schema),)).findings
    assert (finding.rule, finding.message) == ("SCHEMA003", "lacks the required field 'spec'")


def test_the_release_decides_what_is_there(root):
    write(
        root,
        a="apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: a\nspec:\n  maxUnavailable: 1\n",
    )
    assert [finding.rule for finding in check(root).findings] == ["SCHEMA007"]
    with pytest.raises(ConfigError, match="no schemas of Kubernetes"):
        check(root, kubernetes_version="1.2")


def test_a_waiver_takes_a_finding_away_and_is_counted(root):
    write(root, a=TYPO.replace("label: {}", "label: {}  # gitops-gen: ignore[SCHEMA001] read by our own tool"))
    result = check(root)
    assert (tell(result), result.counts["waived"]) == ([], 1)
    write(root, a=GOOD + "# gitops-gen: ignore[SCHEMA001] nothing here\n")
    assert tell(check(root)) == [("a.yaml", 5, "WAIVER002")]


def test_what_is_not_checked_is_told(root):
    write(root, values="replicas: 1\n", text="only text\n", empty="")
    write_file(root, "data.json", '{"rows": [1, 2]}')
    write_file(root, ".github/workflow.yaml", "on: push\n")
    write_file(root, "chart/Chart.yaml", "name: a\n")
    write_file(root, "chart/templates/a.yaml", "{{ broken }\n")
    result = check(root)
    assert tell(result) == []
    told = {entry.path: entry.reason for entry in result.unchecked}
    assert told["values.yaml"] == told["text.yaml"] == "no apiVersion and kind: only its syntax was checked"
    assert told["data.json"] == "JSON without apiVersion and kind"
    assert told[".github/"] == "a hidden folder"
    assert "Helm" in told["chart/templates/"]
    assert "empty.yaml" not in told


def test_one_bad_file_hides_no_other(root):
    write(root, a="a: [\n", b="\0", c=TYPO, d="x: " + "[" * 1000)
    (root / "e.yaml").symlink_to("gone")
    os.mkfifo(root / "f.yaml")
    (root / "g.yaml").write_bytes("kind: A\n".encode("utf-16"))
    (root / "h.yaml").write_text(GOOD)
    (root / "h.yaml").chmod(0)
    with permissions_count():
        result = check(root)
    assert [(path, rule) for path, _, rule in tell(result)] == [
        ("a.yaml", "YAML001"),
        ("b.yaml", "YAML011"),
        ("c.yaml", "SCHEMA001"),
        ("d.yaml", "YAML008"),
        ("e.yaml", "FILE003"),
        ("f.yaml", "FILE001"),
        ("g.yaml", "YAML006"),
        ("h.yaml", "FILE001"),
    ]
    assert [(entry.path, entry.reason) for entry in result.unchecked] == [("h.yaml", "it could not be read")]


def test_a_tree_of_somebody_else_may_leave_images_without_a_digest(root):
    write(root, a=UNPINNED)
    assert {(f.rule, f.severity) for f in check(root).findings if f.rule == "PIN001"} == {("PIN001", "warning")}
    shutil.copy(Path(__file__).parents[2] / "examples/seldon/repository/gitops-gen.yaml", root)
    assert {(f.rule, f.severity) for f in check(root).findings if f.rule == "PIN001"} == {("PIN001", "error")}


@pytest.fixture(name="many")
def make_many(root):
    """The cases of many rules in one tree: more files than one process takes, with much that can be wrong."""
    for case in list_cases():
        if case.rule.startswith(("ONLINE", "EVIDENCE")) or (case.path.is_dir() and not case.is_bad):
            continue
        folder = root / case.name.partition(".")[0]
        for name, content in case.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(unmark(content))
    (root / "gitops-gen.yaml").unlink(missing_ok=True)
    return root


def test_processes_and_the_cache_change_nothing(many):
    expected = check(many, jobs=1)
    assert len({finding.rule for finding in expected.findings}) > 60
    assert check(many, jobs=2) == expected
    request = ValidateRequest(root=str(many), jobs=2)
    for cached in (0, expected.counts["files"]):
        prepared = prepare_run(request)
        found = validate(request, prepared, find_kustomize=find_kustomize)
        assert found == expected._replace(counts={**expected.counts, "cached": cached})
        known = KnownResult(str(many), dict(load_run(prepared.cache, prepared.key, str(many))))
        as_known = [(f.path, f.line, f.column, f.rule, f.severity, f.message, f.fix) for f in known.findings]
        assert as_known == [(f.path, f.line, f.column, f.rule, f.severity, f.message, f.fix) for f in found.findings]
        assert known.checked == found.checked
        assert [(u.path, u.reason) for u in known.unchecked] == [(u.path, u.reason) for u in found.unchecked]


def test_the_order_of_paths_changes_nothing(many):
    names = sorted(path.name for path in many.iterdir() if path.name != ".git")
    expected = check(many, *names)
    random.Random(7).shuffle(names)
    assert check(many, *names, *names[:3], names[0] + "/") == expected
    assert expected.findings == check(many).findings


def test_a_cache_that_was_tampered_with_hides_nothing(many, home):
    expected = check(many)
    request = ValidateRequest(root=str(many))
    validate(request, prepare_run(request), find_kustomize=find_kustomize)
    for path in (home / ".cache").rglob("*"):
        if path.is_file():
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
    prepared = prepare_run(request)
    assert load_run(prepared.cache, prepared.key, str(many)) is None
    assert validate(request, prepared, find_kustomize=find_kustomize) == expected


def test_what_changes_a_result_changes_the_key(root, tmp_path):
    write(root, a=TYPO)
    schema = tmp_path / "featureview_v1.json"
    schema.write_text("{}")
    base = ValidateRequest(root=str(root))
    requests = [
        base,
        base._replace(paths=("a.yaml",), everything=False),
        base._replace(gone=("b.yaml",)),
        base._replace(kubernetes_version="1.31"),
        base._replace(skip=("PIN",)),
        base._replace(only=("PIN",)),
        base._replace(schema_locations=(str(schema),)),
        base._replace(schema_locations=(str(tmp_path),)),
        base._replace(baseline=str(tmp_path / "baseline.json")),
    ]
    keys = {prepare_run(request).key for request in requests}
    assert len(keys) == len(requests)
    assert prepare_run(base._replace(jobs=2)).key in keys, "processes change nothing"
    schema.write_text('{"type": "object"}')
    assert prepare_run(base._replace(schema_locations=(str(schema),))).key not in keys
    assert prepare_run(base._replace(schema_locations=(str(tmp_path),))).key not in keys
    write(root, a=GOOD)
    assert prepare_run(base).key not in keys
    write_file(root, ".gitops-gen/baseline.json", "{}")
    assert prepare_run(base).key not in keys


def test_reports_of_a_real_run_can_be_made_in_every_format(many):
    result = check(many)
    texts = {
        name: render_findings(name, result, read_source=lambda path: (many / path).read_bytes(), rules=find_rule)
        for name in FORMATS
        if all((many / finding.path).is_file() for finding in result.findings)
    }
    assert texts.keys() == FORMATS.keys()
    jsonschema.validate(json.loads(texts["json"]), json.loads(read_asset("schemas", "validation.schema.json")))
    assert all(text.isascii() or text.isprintable() or "\n" in text for text in texts.values())


def test_the_exit_code_says_whether_something_counts(root, capsys):
    write(root, a=GOOD)
    assert run() == 0
    write(root, a=UNKNOWN)
    assert run() == 0
    assert run(fail_on="warning") == 1
    write(root, a=TYPO)
    assert run() == 1
    assert "a.yaml:5:3: error: unknown field 'label'" in capsys.readouterr().out


def test_a_run_that_is_known_says_the_same(root, capsys):
    write(root, a=TYPO, b=UNKNOWN)
    assert run(output=("json",)) == 1
    first = json.loads(capsys.readouterr().out)
    assert run(output=("json",), stats=True) == 1
    captured = capsys.readouterr()
    second = json.loads(captured.out)
    assert second.pop("summary") == {**first.pop("summary"), "cached": 2}
    assert second == first
    assert "2 from the cache" in captured.err


def test_a_baseline_takes_what_is_known_away(root):
    write(root, a=TYPO)
    assert run(write_baseline=True) == 0
    assert run() == 0
    write(root, b=TYPO)
    assert run() == 1
    result = check(root)
    assert tell(result) == [("b.yaml", 5, "SCHEMA001")]
    assert result.counts["baselined"] == 1


def test_a_baseline_that_is_written_again_has_all_that_is_found(root):
    write(root, a=TYPO)
    assert run(write_baseline=True) == 0
    write(root, b=TYPO)
    assert run(write_baseline=True) == 0
    written = json.loads((root / ".gitops-gen/baseline.json").read_text())
    assert [entry["path"] for entry in written["findings"]] == ["a.yaml", "b.yaml"]
    assert run() == 0


def test_a_baseline_may_lie_elsewhere(root, tmp_path):
    write(root, a=TYPO)
    path = str(tmp_path / "known.json")
    assert run(write_baseline=True, baseline=path) == 0
    assert run(baseline=path) == 0
    assert run() == 1


def test_a_baseline_that_is_none_is_an_error(root, tmp_path):
    write(root, a=TYPO)
    write_file(root, ".gitops-gen/baseline.json", "[]")
    with pytest.raises(ConfigError, match=r"\.gitops-gen/baseline\.json is not a baseline"):
        run()
    with pytest.raises(NotFoundError, match="there is no baseline"):
        run(baseline=str(tmp_path / "gone.json"))


def test_paths_lie_in_one_repository(root, tmp_path):
    write(root, a=TYPO)
    write_file(root, "b/c.yaml", GOOD)
    write_file(tmp_path / "other", "d.yaml", GOOD)
    assert run("b") == 0
    assert run(".") == 1
    assert run(str(tmp_path / "other")) == 0, "another tree is its own root"
    with pytest.raises(InvalidValueError, match="is not below"):
        run("b", str(tmp_path / "other"))
    with pytest.raises(NotFoundError, match="gone does not exist"):
        run("gone")


def test_a_path_is_below_the_working_directory(root, monkeypatch, capsys):
    write_file(root, "a/b.yaml", TYPO)
    monkeypatch.chdir(root / "a")
    assert run("b.yaml") == 1
    assert capsys.readouterr().out.startswith("a/b.yaml:5:3:"), "told from the root of the repository"


def test_reports_go_where_they_are_wanted(root, tmp_path, capsys):
    write(root, a=TYPO)
    assert run(output=("text", f"json={tmp_path / 'report.json'}", f"github={tmp_path / 'github.txt'}")) == 1
    assert json.loads((tmp_path / "report.json").read_text())["summary"]["errors"] == 1
    assert (tmp_path / "github.txt").read_text().startswith("::error file=a.yaml,line=5")
    assert "a.yaml:5:3" in capsys.readouterr().out


@pytest.mark.parametrize("output", [("nope",), ("text", "json"), ("",), ("TEXT",)])
def test_a_report_that_cannot_be_made_is_refused(root, output):
    with pytest.raises(InvalidValueError):
        run(output=output)


def test_a_report_that_cannot_be_written_is_an_error(root, tmp_path):
    with pytest.raises(Exception, match="cannot be written"):
        run(output=(f"json={tmp_path / 'gone' / 'report.json'}",))


def test_what_changed_since_a_revision_is_checked(root):
    def git(*words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], cwd=root, check=True)

    (root / ".git").rmdir()
    write(root, a=TYPO, b=GOOD, d=TYPO)
    write_file(root, "README.md", "one: two: three\n")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "all")
    assert run(changed_since="HEAD") == 0
    write_file(root, "README.md", "one: two: three: four\n")
    assert run(changed_since="HEAD") == 0, "no manifest changed"
    write(root, b=TYPO, c=TYPO)
    assert run(changed_since="HEAD") == 1
    assert run("a.yaml", changed_since="HEAD") == 0
    assert run("c.yaml", changed_since="HEAD") == 1
    with pytest.raises(NotFoundError):
        run(changed_since="nothing")


def test_a_rule_is_explained(root, capsys):
    assert run(explain="seldon001") == 0
    assert capsys.readouterr().out.startswith("SELDON001 (error): ")
    assert run(explain="PIN") == 0
    assert capsys.readouterr().out.startswith("PIN001  error")
    with pytest.raises(NotFoundError, match="there is no rule"):
        run(explain="NOPE001")
