import os
import stat
from pathlib import Path

import pytest

from gitops_gen.choices import Choices, parse_environments
from gitops_gen.errors import ConfigError, GitopsGenError, InvalidValueError
from gitops_gen.scaffold import Scaffold, plan_scaffold, write_scaffold

URL = "https://github.com/example/models.git"
CHOICES = Choices(repository_url=URL, environments=parse_environments(["dev", "prod"]))


def run(directory: Path, choices: Choices = CHOICES, *, force: bool = False) -> Scaffold:
    scaffold = plan_scaffold(directory, choices, force=force)
    write_scaffold(scaffold)
    return scaffold


def statuses(scaffold: Scaffold) -> dict[str, str]:
    return {file.path: file.status for file in scaffold.files}


def snapshot(directory: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(directory).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_a_new_repository_is_written_whole(tmp_path):
    scaffold = run(tmp_path / "new" / "repository")
    assert scaffold.operation == "created"
    assert scaffold.warnings == ()
    assert set(statuses(scaffold).values()) == {"created"}
    assert sorted(snapshot(scaffold.directory)) == [file.path for file in scaffold.files]


def test_planning_writes_nothing(tmp_path):
    plan_scaffold(tmp_path / "new", CHOICES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("choices", [CHOICES, Choices()])
def test_a_second_run_changes_nothing(tmp_path, choices):
    run(tmp_path)
    before = snapshot(tmp_path)
    again = run(tmp_path, choices)
    assert again.operation == "unchanged"
    assert set(statuses(again).values()) == {"unchanged"}
    assert snapshot(tmp_path) == before


def test_windows_line_endings_are_no_change(tmp_path):
    run(tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert set(statuses(run(tmp_path)).values()) == {"unchanged"}


def test_a_change_of_the_settings_is_carried_into_the_files_that_follow_from_it(tmp_path):
    run(tmp_path)
    settings = tmp_path / "gitops-gen.yaml"
    settings.write_text(settings.read_text().replace("namespace: models-prod", "namespace: fraud"))
    scaffold = run(tmp_path, Choices())
    assert scaffold.operation == "updated"
    found = statuses(scaffold)
    assert found["bootstrap/appproject.yaml"] == "updated"
    assert found["bootstrap/namespaces/fraud.yaml"] == "created"
    assert found["bootstrap/argocd-cm.yaml"] == "unchanged"
    assert found["README.md"] == "kept"
    assert scaffold.warnings == ("bootstrap/namespaces/models-prod.yaml is not needed any more: delete it",)
    assert run(tmp_path, Choices()).operation == "unchanged"


def test_settings_that_a_person_wrote_are_kept_as_they_are(tmp_path):
    run(tmp_path)
    settings = tmp_path / "gitops-gen.yaml"
    settings.write_text(settings.read_text() + "pullRequest: {labels: [promotion]}\n")
    scaffold = run(tmp_path, CHOICES)
    assert scaffold.operation == "unchanged"
    assert statuses(scaffold)["gitops-gen.yaml"] == "kept"
    assert settings.read_text().endswith("pullRequest: {labels: [promotion]}\n")


def test_a_file_that_a_person_edited_is_kept_and_named(tmp_path):
    run(tmp_path)
    for name in ("bootstrap/appproject.yaml", ".gitops-gen/model.schema.json"):
        (tmp_path / name).write_text((tmp_path / name).read_text().replace("description", "Description"))
    before = snapshot(tmp_path)
    scaffold = run(tmp_path)
    assert {path for path, status in statuses(scaffold).items() if status == "kept"} == {
        "bootstrap/appproject.yaml",
        ".gitops-gen/model.schema.json",
    }
    assert [warning.partition(" was ")[0] for warning in scaffold.warnings] == [
        ".gitops-gen/model.schema.json",
        "bootstrap/appproject.yaml",
    ]
    assert all("--force" in warning for warning in scaffold.warnings)
    assert snapshot(tmp_path) == before


def test_force_replaces_an_edited_file_and_says_so(tmp_path):
    run(tmp_path)
    path = tmp_path / "bootstrap" / "appproject.yaml"
    original = path.read_text()
    path.write_text(original + "# mine\n")
    scaffold = run(tmp_path, force=True)
    assert statuses(scaffold)["bootstrap/appproject.yaml"] == "updated"
    assert scaffold.warnings == ("bootstrap/appproject.yaml was written or edited by hand and is replaced",)
    assert path.read_text() == original


def test_files_that_were_there_before_are_kept(tmp_path):
    (tmp_path / "README.md").write_text("# Ours\n")
    (tmp_path / ".pre-commit-config.yaml").write_bytes(b"repos: []\n# \xff\n")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "OWNERS").write_text("us\n")
    scaffold = run(tmp_path)
    found = statuses(scaffold)
    assert scaffold.operation == "created"
    assert found["README.md"] == found[".pre-commit-config.yaml"] == "kept"
    assert found["models/.gitkeep"] == "unchanged"
    assert not (tmp_path / "models" / ".gitkeep").exists()
    assert (tmp_path / "README.md").read_text() == "# Ours\n"


def test_a_placeholder_that_gave_way_to_real_files_does_not_come_back(tmp_path):
    run(tmp_path)
    (tmp_path / "argocd/dev/.gitkeep").rename(tmp_path / "argocd/dev/fraud.yaml")
    assert statuses(run(tmp_path))["argocd/dev/.gitkeep"] == "unchanged"
    assert not (tmp_path / "argocd/dev/.gitkeep").exists()


def test_choices_that_contradict_the_file_are_refused_and_nothing_changes(tmp_path):
    run(tmp_path)
    before = snapshot(tmp_path)
    with pytest.raises(ConfigError) as caught:
        plan_scaffold(tmp_path, Choices(forge="gitlab", environments=parse_environments(["dev"])))
    assert caught.value.message.splitlines() == [
        "gitops-gen.yaml has forge.kind: github, but --forge asks for gitlab",
        "gitops-gen.yaml has environments: dev, prod, but --environment asks for dev",
    ]
    assert "--force" in caught.value.hint
    assert snapshot(tmp_path) == before


def test_force_lets_choices_change_the_file_and_what_follows_from_it(tmp_path):
    run(tmp_path)
    scaffold = run(tmp_path, Choices(forge="gitlab"), force=True)
    found = statuses(scaffold)
    assert found["gitops-gen.yaml"] == "updated"
    assert found[".gitlab-ci.yml"] == "created"
    assert set(scaffold.warnings) == {
        ".github/workflows/check.yaml is not needed any more: delete it",
        ".github/workflows/promote.yaml is not needed any more: delete it",
        ".github/workflows/reconcile.yaml is not needed any more: delete it",
    }
    assert "kind: gitlab" in (tmp_path / "gitops-gen.yaml").read_text()


def test_a_workflow_of_the_persons_own_is_no_leftover(tmp_path):
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "release.yaml").write_text("on: push\n")
    assert run(tmp_path).warnings == ()


def test_a_wrong_settings_file_is_told_with_its_place(tmp_path):
    (tmp_path / "gitops-gen.yaml").write_text("version: 1\nrepository: {ulr: x}\n")
    with pytest.raises(ConfigError) as caught:
        plan_scaffold(tmp_path, Choices())
    assert "gitops-gen.yaml:2:14: repository.ulr: unknown key; did you mean 'url'?" in caught.value.message


def test_a_teams_templates_are_used(tmp_path):
    run(tmp_path)
    settings = tmp_path / "gitops-gen.yaml"
    settings.write_text(settings.read_text() + "templates: ours\n")
    own = tmp_path / "ours/repository/bootstrap/namespace.yaml.j2"
    own.parent.mkdir(parents=True)
    own.write_text("# ours\nkind: Namespace\nmetadata:\n  name: {{ name }}\n")
    run(tmp_path, Choices())
    assert "# ours" in (tmp_path / "bootstrap/namespaces/models-dev.yaml").read_text()
    own.write_text("{{ nothing }}\n")
    with pytest.raises(ConfigError) as caught:
        plan_scaffold(tmp_path, Choices())
    assert caught.value.message.startswith("ours/repository/bootstrap/namespace.yaml.j2:1: ")
    own.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot be read"):
        plan_scaffold(tmp_path, Choices())


def test_a_file_where_the_folder_should_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidValueError) as caught:
        plan_scaffold(tmp_path / "file", CHOICES)
    assert caught.value.message == f"{tmp_path / 'file'} is not a folder"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda d: (d / "bootstrap").write_text(""), "bootstrap is a file, but a folder belongs there"),
        (lambda d: (d / "README.md").mkdir(), "README.md is a folder, but a file belongs there"),
    ],
)
def test_what_stands_in_the_way_is_found_before_anything_is_written(tmp_path, make, message):
    make(tmp_path)
    with pytest.raises(InvalidValueError) as caught:
        plan_scaffold(tmp_path, CHOICES)
    assert caught.value.message == f"{tmp_path}/{message}"


def test_new_files_have_the_permissions_that_a_new_file_has_and_old_ones_keep_theirs(tmp_path):
    run(tmp_path)
    (tmp_path / "usual").write_text("")
    usual = stat.S_IMODE((tmp_path / "usual").stat().st_mode)
    path = tmp_path / "bootstrap/appproject.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == usual
    path.write_text("mine\n")
    path.chmod(0o640)
    run(tmp_path, force=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(GitopsGenError, match="cannot be written"):
        run(tmp_path)


def test_a_file_that_came_in_the_way_meanwhile_is_named_and_leaves_no_rest(tmp_path):
    scaffold = plan_scaffold(tmp_path, CHOICES)
    (tmp_path / "README.md").mkdir()
    (tmp_path / "README.md" / "x").write_text("")
    with pytest.raises(GitopsGenError) as caught:
        write_scaffold(scaffold)
    assert caught.value.message.startswith(f"{tmp_path}/README.md cannot be written: ")
    assert not (tmp_path / "gitops-gen.yaml").exists()
    assert not list(tmp_path.glob(".README.md.*"))
