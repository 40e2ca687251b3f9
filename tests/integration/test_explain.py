"""`gitops-gen explain`, over a whole repository."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from gitops_gen.checks.cache import CACHE_VARIABLE
from gitops_gen.cli.app import app
from gitops_gen.cli.explain import split_place
from gitops_gen.errors import GitopsGenError, InvalidValueError, NotFoundError
from tests.mutations import REPOSITORIES

TOPIC = "platform/kafka/base/kafkatopic.yaml"
DEPLOYMENT = "platform/scoring-gateway/base/deployment.yaml"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def root(tmp_path, monkeypatch, cache):
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    root = shutil.copytree(REPOSITORIES["platform"], tmp_path / "repository")
    monkeypatch.chdir(root)
    return root


def run(*words):
    result = CliRunner().invoke(app, ["explain", *words])
    if isinstance(result.exception, GitopsGenError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def load(*words):
    return json.loads(run(*words, "--output", "json"))


def edit(root, path, old, new):
    text = (root / path).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def test_a_line_of_a_custom_kind(root):
    text = run(f"{TOPIC}:8")
    assert text.splitlines()[:12] == [
        f"{TOPIC}:8",
        "  partitions: 12",
        "",
        "object      KafkaTopic scoring-requests (kafka.strimzi.io/v1)",
        "field       spec.partitions",
        "schema      kafka.strimzi.io/kafkatopic_v1.json, carried by gitops-gen",
        "            whole number",
        "            at least 1",
        "used by     platform/kafka/base/kustomization.yaml:7 as a resource",
        "lands in    dev, namespace streaming, by the build of platform/kafka/overlays/dev",
        "lands in    production, namespace streaming, by the build of platform/kafka/overlays/production",
        "deployed by kafka-dev, kafka-production",
    ]
    assert "SCHEMA001" in text
    assert text.endswith("nothing is found on this line\n")


def test_a_line_of_a_native_kind(root):
    found = load(f"{DEPLOYMENT}:30")
    assert found["object"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "scoring-gateway"}
    assert found["field"] == ["spec", "template", "spec", "containers", 0, "ports", 1, "name"]
    assert (found["schema"]["source"], found["schema"]["field"]["told"]) == ("native", True)
    rules = {rule["id"]: rule for rule in found["rules"]}
    assert rules["SAFETY004"]["scope"] == "Deployment"
    assert {"FILE001", "YAML001", "SCHEMA001"} <= rules.keys()
    assert not {"SELDON001", "KUST001", "CONFIG001"} & rules.keys()


def test_what_is_found_and_waived_there(root):
    edit(root, TOPIC, "  partitions: 12\n", "  partitons: 12\n")
    (finding,) = load(f"{TOPIC}:8")["findings"]
    assert (finding["severity"], finding["column"]) == ("error", 3)
    text = run(f"{TOPIC}:8:3")
    assert "has no such field" in text
    assert f"[{finding['rule']}]" in text
    edit(root, TOPIC, "  partitons: 12\n", f"  partitons: 12 # gitops-gen: ignore[{finding['rule']}] as a trial\n")
    found = load(f"{TOPIC}:8")
    assert found["findings"] == []
    assert found["waivers"] == [{"line": 8, "rules": [finding["rule"]], "reason": "as a trial"}]


def test_the_levels_of_the_repository_count(root):
    edit(root, "gitops-gen.yaml", "  paths:\n", "  rules: {SAFETY004: error, SAFETY005: off}\n  paths:\n")
    rules = {rule["id"]: rule for rule in load(f"{DEPLOYMENT}:30")["rules"]}
    assert [rules[name]["level"] for name in ("SAFETY004", "SAFETY005", "SAFETY006")] == ["error", "off", "warning"]
    assert "off (not warning)" in run(f"{DEPLOYMENT}:30")


@pytest.mark.parametrize(
    ("place", "schema", "scope"),
    [
        ("gitops-gen.yaml:8", "gitops-gen.schema.json", "settings"),
        (
            "platform/kafka/base/kustomization.yaml:5",
            "kustomize.config.k8s.io/kustomization_v1beta1.json",
            "kustomizations",
        ),
        ("platform/dev-spaces/devfile.yaml:9", "devfile.schema.json", "devfiles"),
        ("argocd/labs.yaml:9", "argoproj.io/applicationset_v1alpha1.json", "ApplicationSet"),
    ],
)
def test_each_kind_of_file_has_its_schema_and_rules(root, place, schema, scope):
    found = load(place)
    assert found["schema"]["file"] == schema
    assert scope in {rule["scope"] for rule in found["rules"]}


def test_a_patch_says_whose_it_is(root):
    found = load("platform/prometheus/overlays/dev/retention.yaml:7")
    assert [use["role"] for use in found["uses"]] == ["patch"]
    assert [landing["root"] for landing in found["landings"]] == ["platform/prometheus/overlays/dev"]
    assert found["applications"] == ["prometheus-dev"]


@pytest.mark.parametrize(
    ("place", "kind", "keys"),
    [
        ("platform/prometheus/overlays/dev/retention.yaml:7", "Prometheus", ["spec", "retention"]),
        ("platform/kafka/overlays/dev/storage.yaml:2", "KafkaNodePool", ["spec", "storage", "volumes", 0, "size"]),
        ("platform/scoring-gateway/overlays/dev/kustomization.yaml:12", "Ingress", ["spec", "rules", 0, "host"]),
        ("platform/workflows/overlays/dev/kustomization.yaml:14", "CronWorkflow", ["spec", "suspend"]),
    ],
)
def test_a_line_of_a_patch_is_explained_by_what_it_changes(root, place, kind, keys):
    found = load(place)
    assert (found["object"]["kind"], found["field"]) == (kind, keys)
    assert found["schema"]["field"]["types"]


def test_a_file_that_an_application_reads_as_it_is(root):
    found = load("argocd/production/kafka.yaml:5")
    assert found["applications"] == ["root"]
    assert [(each["root"], each["environment"]) for each in found["landings"]] == [("", "production")]


def test_a_secret_is_not_shown(root):
    text = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  password: "hunter2-hunter2"\n'
    (root / "platform/kafka/base/secret.yaml").write_text(text, encoding="utf-8")
    edit(root, "platform/kafka/base/kustomization.yaml", "- kafka.yaml\n", "- kafka.yaml\n- secret.yaml\n")
    assert "hunter2" not in run("platform/kafka/base/secret.yaml:6")


def test_rules_and_subjects_are_explained_too(root):
    assert run("seldon003").startswith("SELDON003 (error): ")
    assert run("PIN").startswith("PIN001  error")
    with pytest.raises(NotFoundError, match="there is no rule 'SELDON999'"):
        run("SELDON999")


@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        (f"{TOPIC}:99", NotFoundError, "has no line 99: it has 12 lines"),
        (f"{TOPIC}:0", NotFoundError, "has no line 0"),
        ("gone.yaml:3", NotFoundError, r"there is no file gone\.yaml"),
        (TOPIC, InvalidValueError, "neither a rule nor FILE:LINE"),
        (f"{TOPIC}:x", InvalidValueError, "neither a rule nor FILE:LINE"),
        ("notes.md:1", InvalidValueError, "no YAML or JSON"),
        ("broken.yaml:1", InvalidValueError, "cannot be read as YAML"),
    ],
)
def test_what_cannot_be_explained_says_why(root, place, error, message):
    (root / "notes.md").write_text("# Notes\n", encoding="utf-8")
    (root / "broken.yaml").write_text("a: [\n", encoding="utf-8")
    with pytest.raises(error, match=message):
        run(place)


def test_a_file_of_another_folder(root, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert load(f"repository/{TOPIC}:8")["path"] == TOPIC
    assert load(f"{root / TOPIC}:8")["path"] == TOPIC


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELDON003", None),
        ("a.yaml:3", ("a.yaml", 3)),
        ("a.yaml:3:7", ("a.yaml", 3)),
        ("C:\\x.yaml:3", ("C:\\x.yaml", 3)),
        ("C:\\x.yaml:3:7", ("C:\\x.yaml", 3)),
        ("a:b.yaml:3", ("a:b.yaml", 3)),
    ],
)
def test_file_and_line_are_split_at_the_last_colon(text, place):
    assert split_place(text) == place
