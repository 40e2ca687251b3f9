"""Devfiles are known by their name or their content, and checked by a schema of their own."""

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.checks.devfiles import check_devfile, is_devfile
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run

GOOD = """\
schemaVersion: 2.2.0
metadata:
  name: training
components:
  - name: tools
    container:
      image: quay.io/devfile/universal-developer-image:ubi8-latest
      memoryLimit: 4Gi
commands:
  - id: train
    exec:
      component: tools
      commandLine: python train.py
"""


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("a/devfile.yaml", {"schemaVersion": 2.2}, True),
        (".devfile.yml", {"schemaVersion": "1.0.0"}, True),
        ("workspaces/training.yaml", {"schemaVersion": "2.2.0", "components": []}, True),
        ("workspaces/training.yaml", {"schemaVersion": "2.2.0", "name": "x"}, False),
        ("workspaces/training.yaml", {"schemaVersion": "1.0", "components": []}, False),
        ("manifest.json", {"schemaVersion": 2, "layers": []}, False),
    ],
)
def test_what_a_devfile_is(path, data, expected):
    assert is_devfile(path, data) is expected


def find(tmp_path, text, name="devfile.yaml", **options):
    (tmp_path / name).write_text(text)
    request = ValidateRequest(root=str(tmp_path), cache=False, jobs=1, **options)
    result = validate(request, prepare_run(request), find_kustomize=KustomizeCommand)
    return [(finding.rule, finding.line) for finding in result.findings], dict(result.checked)


def test_a_good_devfile_counts_as_one(tmp_path):
    assert find(tmp_path, GOOD) == ([], {"devfile": 1})


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("memoryLimit", "memoryLimits", [("SCHEMA001", 8)]),
        ("memoryLimit: 4Gi", "memoryLimit: 4", [("SCHEMA002", 8)]),
        ("      component: tools\n", "", [("SCHEMA003", 11)]),
        ("2.2.0", "2.2", [("SCHEMA002", 1)]),
        ("2.2.0", "'2.2'", [("SCHEMA004", 1)]),
    ],
)
def test_what_is_wrong_with_a_devfile_is_found(tmp_path, old, new, found):
    assert find(tmp_path, GOOD.replace(old, new, 1))[0] == found


def test_a_devfile_of_another_name_is_found_too(tmp_path):
    findings, kinds = find(tmp_path, GOOD.replace("id: train", "idd: train"), "training.yaml")
    assert {rule for rule, _ in findings} == {"SCHEMA001", "SCHEMA003"}
    assert kinds == {"devfile": 1}


def test_other_files_with_a_schema_version_are_left_alone(tmp_path):
    assert find(tmp_path, "schemaVersion: 2.2.0\nname: x\n", "stack.yaml") == ([], {})


def test_the_fix_says_what_a_version_looks_like():
    ((_, hit),) = check_devfile({"schemaVersion": 2.2})
    assert "2.3.0" in hit.fix
