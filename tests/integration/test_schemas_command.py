"""`gitops-gen schemas` as people run it, and what validate makes of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CRD = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: featureviews.features.example.com
spec:
  group: features.example.com
  names: {plural: featureviews, kind: FeatureView}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [mode, ttl]
              properties:
                mode: {type: string, enum: [Batch, Stream], default: Batch}
                ttl: {type: string, description: How long a value is good.}
                sources: {type: array, items: {type: object, properties: {table: {type: string}}}}
"""
VIEW = """apiVersion: features.example.com/v1
kind: FeatureView
metadata:
  name: clicks
spec:
  ttl: 1h
  sources:
    - table: clicks
"""
SCHEMA = ".gitops-gen/schemas/features.example.com/featureview_v1.json"


@pytest.fixture
def repository(tmp_path):
    """A repository with an object of a kind that only its team knows, and the kind's definition beside it."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "view.yaml").write_text(VIEW)
    (tmp_path / "crd.yaml").write_text(CRD)
    return root


def run(repository: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gitops_gen", *arguments],
        cwd=repository,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GITOPS_GEN_CACHE_DIR": str(repository.parent / "cache")},
    )


def import_crd(repository: Path, change=("", ""), *options: str) -> subprocess.CompletedProcess[str]:
    (repository.parent / "crd.yaml").write_text(CRD.replace(*change))
    return run(repository, "schemas", "import", "../crd.yaml", *options)


def validate(repository: Path) -> list[str]:
    """Rule and message of each finding."""
    report = json.loads(run(repository, "validate", "-o", "json").stdout)
    return [f"{one['rule']} {one['message']}" for one in report["findings"]]


def test_validate_uses_what_was_imported_and_nothing_need_be_set(repository):
    [before] = validate(repository)
    assert before.startswith("SCHEMA005 there is no schema for features.example.com/v1 FeatureView")

    done = import_crd(repository)

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"added      FeatureView.v1.features.example.com  {SCHEMA}\n1 version, 1 changed\n"
    assert validate(repository) == []  # `mode` is required and has a default
    (repository / "view.yaml").write_text(VIEW.replace("ttl: 1h", "ttl: 1"))
    [after] = validate(repository)
    assert after.startswith("SCHEMA002 spec.ttl: expected text, got 1")


def test_an_import_counts_although_the_files_were_checked_before(repository):
    import_crd(repository)
    assert validate(repository) == validate(repository) == []
    import_crd(repository, ("ttl: {type: string", "ttl: {type: integer"))
    assert len(validate(repository)) == 1


def test_the_way_out_is_told_where_a_kind_is_not_known(repository):
    assert "gitops-gen schemas import FILE" in run(repository, "validate").stdout


def test_an_import_says_what_changed(repository):
    import_crd(repository)
    assert import_crd(repository).stdout.startswith("unchanged  ")
    assert import_crd(repository, ("1h", "1h")).stdout.endswith("1 version, 0 changed\n")
    assert import_crd(repository, ("[Batch, Stream]", "[Batch]")).stdout.startswith("updated  ")
    renamed = import_crd(repository, ("- name: v1", "- name: v2"), "-o", "json")
    outcome = json.loads(renamed.stdout)
    assert [(one["version"], one["status"]) for one in outcome["schemas"]] == [("v1", "removed"), ("v2", "added")]
    assert outcome["error"] is None
    assert not (repository / SCHEMA).exists()


def test_a_dry_run_writes_nothing(repository):
    done = import_crd(repository, ("", ""), "--dry-run")
    assert "1 version, 1 changed (dry run: nothing was written)" in done.stdout
    assert not (repository / ".gitops-gen").exists()


def test_standard_input_is_read(repository):
    text = CRD + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"
    done = run(repository, "schemas", "import", "-", stdin=text)
    assert done.stdout.endswith("1 version, 1 changed, 1 other document skipped\n")
    assert (repository / SCHEMA).is_file()


def test_a_folder_is_read_from_anywhere_in_the_repository(repository):
    (repository / "models").mkdir()
    done = run(repository / "models", "schemas", "import", "../..")
    assert done.returncode == 0, done.stderr
    assert (repository / SCHEMA).is_file()


def test_nothing_is_written_if_one_definition_cannot_be_used(repository):
    bad = CRD.replace("group: features.example.com", "group: ../../../etc").replace("FeatureView", "Other")
    (repository.parent / "crd.yaml").write_text(f"{CRD}---\n{bad}")
    done = run(repository, "schemas", "import", "../crd.yaml", "--output", "json")
    assert done.returncode == 2
    assert "../crd.yaml:31:3: this CustomResourceDefinition cannot be used" in done.stderr
    outcome = json.loads(done.stdout)
    assert (outcome["operation"], outcome["schemas"], outcome["error"]["exit_code"]) == ("none", [], 2)
    assert not (repository / ".gitops-gen").exists()


def test_nothing_is_written_through_a_link_out_of_the_repository(repository):
    outside = repository.parent / "outside"
    outside.mkdir()
    (repository / ".gitops-gen").symlink_to(outside)
    done = import_crd(repository)
    assert done.returncode == 2
    assert "leads out of the repository" in done.stderr
    assert list(outside.iterdir()) == []


def test_a_json_schema_is_no_definition(repository):
    (repository.parent / "schema.json").write_text('{"type": "object"}')
    done = run(repository, "schemas", "import", "../schema.json")
    assert done.returncode == 2
    assert "there is no CustomResourceDefinition in what was given" in done.stderr


def test_a_stub_does_not_take_the_place_of_a_schema_that_knows_more(repository):
    stub = CRD.replace("features.example.com", "argoproj.io").replace("FeatureView", "Application")
    stub = stub.replace("name: v1\n", "name: v1alpha1\n").split("              required: [mode")[0]
    (repository.parent / "crd.yaml").write_text(stub + "              x-kubernetes-preserve-unknown-fields: true\n")
    done = run(repository, "schemas", "import", "../crd.yaml")
    assert done.stdout.startswith("kept  ")
    assert "the CRD says nothing about spec; the carried schema knows its fields and stays" in done.stderr
    assert not (repository / ".gitops-gen").exists()
    assert run(repository, "schemas", "diff", "../crd.yaml").returncode == 0


def test_a_broken_schema_in_the_repository_is_told_by_name(repository):
    import_crd(repository)
    (repository / SCHEMA).write_text("{")
    done = run(repository, "validate")
    assert done.returncode == 2
    assert f"{SCHEMA} cannot be read" in done.stderr


def test_the_kinds_are_listed_with_their_origin(repository):
    import_crd(repository)
    lines = run(repository, "schemas", "list").stdout.splitlines()
    told = {tuple(line.split()) for line in lines}
    assert ("FeatureView", "features.example.com", "v1", "imported") in told
    assert ("Application", "argoproj.io", "v1alpha1", "carried") in told
    assert ("Pod", "(core)", "v1", "kubernetes") in told
    assert not any(line.startswith(("PodList", "DeleteOptions")) for line in lines)
    [kind] = json.loads(run(repository, "schemas", "list", "IMPORTED", "-o", "json").stdout)["kinds"]
    assert kind == {"group": "features.example.com", "kind": "FeatureView", "versions": ["v1"], "origin": "imported"}
    assert "no kind has 'nothing'" in run(repository, "schemas", "list", "nothing").stderr


def test_the_fields_of_a_kind_are_shown(repository):
    import_crd(repository)
    assert (
        run(repository, "schemas", "show", "featureview").stdout
        == """\
  kind     FeatureView
  version  features.example.com/v1
  origin   imported

apiVersion <string> required (always: features.example.com/v1)
kind <string> required (always: FeatureView)
metadata <object>
spec <object> required
  mode <string> required (default: Batch; enum: Batch, Stream)
  sources <[]object>
    table <string>
  ttl <string> required
"""
    )
    shown = run(repository, "schemas", "show", "FeatureView", "--path", "spec.sources")
    assert "field    spec.sources <[]object>" in shown.stdout
    assert shown.stdout.endswith("\n\ntable <string>\n")


def test_a_schema_is_given_as_json_and_stands_on_its_own(repository):
    import_crd(repository)
    shown = json.loads(run(repository, "schemas", "show", "FeatureView", "--path", "spec.ttl", "-o", "json").stdout)
    assert shown == {"type": "string"}
    whole = json.loads(run(repository, "schemas", "show", "Deployment", "-o", "json").stdout)
    assert set(whole["$defs"]) >= {"io.k8s.api.core.v1.PodSpec"}
    assert run(repository, "schemas", "show", "FeatureVew").returncode == 2


def test_a_difference_is_shown_with_what_it_would_break(repository):
    import_crd(repository)
    assert run(repository, "schemas", "diff", "../crd.yaml").returncode == 0
    stricter = CRD.replace("ttl: {type: string", "ttl: {maxLength: 1, type: string").replace("[mode, ttl]", "[ttl]")
    (repository.parent / "crd.yaml").write_text(stricter)
    done = run(repository, "schemas", "diff", "../crd.yaml")
    assert done.returncode == 1
    assert (
        done.stdout
        == """\
FeatureView.v1.features.example.com: differs from the imported one
    spec.mode: optional
  ! spec.ttl: limit: max length none → 1

In this repository it would break:
  view.yaml:6: spec.ttl: expected at most 1 character; got 2
1 version compared, 2 changes, 1 can break, 1 place here would
"""
    )
    outcome = json.loads(run(repository, "schemas", "diff", "../crd.yaml", "-o", "json").stdout)
    assert outcome["differs"]
    assert [change["breaking"] for change in outcome["versions"][0]["changes"]] == [False, True]
    assert outcome["breaks"][0]["line"] == 6


def test_a_version_that_comes_or_goes_is_a_difference(repository):
    done = run(repository, "schemas", "diff", "../crd.yaml")
    assert done.returncode == 1
    assert "FeatureView.v1.features.example.com: new: objects of it are not checked yet" in done.stdout
    import_crd(repository)
    (repository.parent / "crd.yaml").write_text(CRD.replace("- name: v1", "- name: v2"))
    done = run(repository, "schemas", "diff", "../crd.yaml")
    assert "FeatureView.v1.features.example.com: ! not served any more; imported today" in done.stdout
    assert "view.yaml:1: features.example.com/v1 FeatureView is not served any more" in done.stdout
