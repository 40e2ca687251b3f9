"""Rules that gitops-gen.yaml turns off or gives another severity: everywhere, and below some paths."""

import shutil

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.mutations import EXAMPLES

DEPLOYMENT = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: old
spec:
  predictors:
  - name: default
    graph:
      name: model
      implementation: SKLEARN_SERVER
      modelUri: s3://models/old
    replica: 1
"""
WAIVED = DEPLOYMENT.replace("    replica: 1", "    # gitops-gen: ignore[SCHEMA001] known\n    replica: 1")


@pytest.fixture
def root(tmp_path):
    return shutil.copytree(EXAMPLES / "seldon" / "repository", tmp_path / "repository", symlinks=True)


def check(root, *, files, settings):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    with (root / "gitops-gen.yaml").open("a", encoding="utf-8") as stream:
        stream.write(settings)
    request = ValidateRequest(root=str(root), cache=False, jobs=1, only=("SCHEMA", "CONFIG", "WAIVER"))
    result = validate(request, prepare_run(request), find_kustomize=KustomizeCommand)
    return [(finding.path, finding.rule, finding.severity) for finding in result.findings]


@pytest.mark.parametrize(
    ("settings", "severity"),
    [
        ("", "error"),
        ("validate: {}\n", "error"),
        ("validate: {rules: {SCHEMA001: warning}}\n", "warning"),
        ("validate: {rules: {SCHEMA: info}}\n", "info"),
        ("validate: {rules: {SCHEMA: off, SCHEMA001: warning}}\n", "warning"),
        ("validate: {rules: {SCHEMA001: off}}\n", None),
        ('validate: {rules: {SCHEMA: "off"}}\n', None),
        ("validate: {paths: [{paths: [legacy], rules: {SCHEMA: off}}]}\n", None),
        ("validate: {paths: [{paths: ['leg*/*.yaml'], rules: {SCHEMA001: warning}}]}\n", "warning"),
        ("validate: {paths: [{paths: [models], rules: {SCHEMA: off}}]}\n", "error"),
        ("validate: {rules: {SCHEMA: off}, paths: [{paths: [legacy/], rules: {SCHEMA001: error}}]}\n", "error"),
        (
            "validate: {paths: [{paths: [legacy], rules: {SCHEMA: off}}, {paths: ['*'], rules: {SCHEMA: info}}]}\n",
            "info",
        ),
    ],
)
def test_the_level_of_a_rule_is_the_one_that_gitops_gen_yaml_says(settings, severity, root):
    expected = [("legacy/old.yaml", "SCHEMA001", severity)] if severity else []
    assert check(root, files={"legacy/old.yaml": DEPLOYMENT}, settings=settings) == expected


def test_a_waiver_of_a_rule_that_is_off_is_not_said_to_be_useless(root):
    settings = "validate: {rules: {SCHEMA001: off}}\n"
    assert check(root, files={"legacy/old.yaml": WAIVED}, settings=settings) == []


def test_a_rule_that_there_is_none_of_is_a_mistake_in_gitops_gen_yaml(root):
    settings = "validate: {rules: {SHCEMA: off, SCHEMA999: warning, schema001: off}}\n"
    found = check(root, files={}, settings=settings)
    assert sorted(found) == [
        ("gitops-gen.yaml", "CONFIG001", "error"),
        ("gitops-gen.yaml", "CONFIG002", "error"),
        ("gitops-gen.yaml", "CONFIG002", "error"),
    ]


def test_a_level_that_there_is_none_of_is_a_mistake_in_gitops_gen_yaml(root):
    assert check(root, files={}, settings="validate: {rules: {SCHEMA001: fatal}}\n") == [
        ("gitops-gen.yaml", "CONFIG001", "error")
    ]


def test_levels_hold_for_the_rules_on_gitops_gen_yaml_as_well(root):
    settings = "validate: {rules: {CONFIG001: warning, NOSUCH: off}, unknown: 1}\n"
    assert sorted(check(root, files={}, settings=settings)) == [
        ("gitops-gen.yaml", "CONFIG001", "warning"),
        ("gitops-gen.yaml", "CONFIG002", "error"),
    ]
