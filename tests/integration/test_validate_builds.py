"""Whole repositories: mended, built no more often than need be, and never wrong for that."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand, find_kustomize
from gitops_gen.cli.validate_arguments import Arguments
from gitops_gen.cli.validation import run_validation
from gitops_gen.errors import GitopsGenError
from gitops_gen.mend import mend
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.privileges import permissions_count

EXAMPLE = Path(__file__).parents[2] / "examples" / "seldon" / "repository"
BASE = "models/churn/base/kustomization.yaml"
STAGING = "models/churn/overlays/staging/kustomization.yaml"
PRODUCTION = "models/churn/overlays/production/kustomization.yaml"
DIGEST = "  digest: sha256:4629221ae3ee321fe6b3c5b6047b584fc6a7d4c5b41048cd39868c214c37dfd0\n"


class Counted(KustomizeCommand):
    """The real kustomize, with the folders that were built."""

    def __init__(self) -> None:
        super().__init__()
        self.built: list[str] = []

    def build_many(self, root: Path, folders: Iterable[str], **options: object):
        wanted = list(folders)
        self.built += wanted
        return super().build_many(root, wanted, **options)


@pytest.fixture(name="root")
def make_root(tmp_path, monkeypatch):
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.delenv("GITOPS_GEN_CACHE_DIR", raising=False)
    root = tmp_path / "repository"
    shutil.copytree(EXAMPLE, root)
    monkeypatch.chdir(root)
    return root


def edit(root, path, old, new):
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def check(root, kustomize=None, *paths):
    request = ValidateRequest(root=str(root), paths=paths, everything=not paths)
    return validate(request, prepare_run(request), find_kustomize=lambda: kustomize or find_kustomize())


def fix(root):
    request = ValidateRequest(root=str(root))
    return mend(request, prepare_run(request), find_kustomize=find_kustomize)


def list_rules(result):
    return sorted({finding.rule for finding in result.findings})


def test_what_can_be_mended_is_mended_and_the_rest_is_left(root):
    edit(root, STAGING, DIGEST, "")
    edit(root, BASE, "- podmonitor.yaml\n", "")
    with (root / PRODUCTION).open("a", encoding="utf-8") as stream:
        stream.write("commonLabels:\n  team: risk # theirs\n")
    edit(root, "models/churn/base/servicemonitor.yaml", "endpoints:", "endpoint:")
    assert {"EVIDENCE004", "KUST008", "KUST009", "PIN001", "SCHEMA001"} <= set(list_rules(check(root)))
    result = fix(root)
    assert list_rules(result) == ["SCHEMA001", "SCHEMA003"]
    assert result.counts["fixed"] == 4
    assert DIGEST in (root / STAGING).read_text(encoding="utf-8")
    assert "podmonitor.yaml" in (root / BASE).read_text(encoding="utf-8")
    production = (root / PRODUCTION).read_text(encoding="utf-8")
    assert "commonLabels" not in production
    assert "team: risk # theirs" in production


def test_where_nothing_is_wrong_no_file_is_touched(root):
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    result = fix(root)
    assert (result.findings, result.counts["fixed"]) == ((), 0)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_a_file_that_cannot_be_written_is_named(root):
    edit(root, STAGING, DIGEST, "")
    folder = (root / STAGING).parent
    folder.chmod(0o555)
    with permissions_count(), pytest.raises(GitopsGenError, match=r"staging/kustomization\.yaml cannot be written"):
        fix(root)
    folder.chmod(0o755)


def test_the_command_mends_and_ends_well(root, capsys):
    edit(root, STAGING, DIGEST, "")
    assert run_validation(Arguments()) == 1
    assert run_validation(Arguments(fix=True)) == 0
    assert "(2 fixed)" in capsys.readouterr().out
    assert run_validation(Arguments()) == 0


def test_a_build_is_made_again_only_when_something_has_changed_that_it_reads(root):
    first = Counted()
    assert check(root, first).findings == ()
    assert len(first.built) == 3
    edit(root, PRODUCTION, "  digest: sha256:4629", "  digest: sha256:4729")
    second = Counted()
    result = check(root, second)
    assert second.built == ["models/churn/overlays/production"]
    assert list_rules(result) == ["EVIDENCE004"]
    assert result.counts["builds"] == 3
    edit(root, BASE, "resources:", "# changed\nresources:")
    third = Counted()
    check(root, third)
    assert third.built == ["models/churn/overlays/production", "models/churn/overlays/staging"]


def test_a_new_file_beside_a_kustomization_is_seen_although_no_build_reads_it(root):
    assert check(root).findings == ()
    shutil.copy(root / "models/churn/base/podmonitor.yaml", root / "models/churn/base/another.yaml")
    assert list_rules(check(root)) == ["KUST009"]


def test_a_generator_s_input_that_is_no_manifest_counts(root):
    (root / "models/churn/overlays/staging/settings.properties").write_text("a=1\n", encoding="utf-8")
    generator = "configMapGenerator:\n- name: settings\n  envs: [settings.properties]\n"
    edit(root, STAGING, "configMapGenerator:\n", generator)
    assert check(root).findings == ()
    known = prepare_run(ValidateRequest(root=str(root)))
    (root / "models/churn/overlays/staging/settings.properties").unlink()
    assert prepare_run(ValidateRequest(root=str(root))).key == known.key, "the run itself looks the same"
    assert run_validation(Arguments()) == 1, "but what it rests on is not"


def test_without_kustomize_the_rest_is_checked_and_the_builds_are_said_to_be_left_out(root):
    edit(root, "models/churn/base/servicemonitor.yaml", "endpoints:", "endpoint:")
    request = ValidateRequest(root=str(root))
    result = validate(request, prepare_run(request), find_kustomize=lambda: None)
    assert "SCHEMA001" in list_rules(result)
    assert result.counts["builds"] == 0
    assert len([entry for entry in result.unchecked if "there is no kustomize" in entry.reason]) == 3


def test_a_waiver_of_a_finding_in_a_build_stands_in_the_file_that_caused_it(root):
    edit(root, STAGING, DIGEST, "")
    waiver = "- name: churn # gitops-gen: ignore[EVIDENCE004] rebuilt here\n"
    edit(root, STAGING, "- name: churn\n  newName", f"{waiver}  newName")
    edit(root, STAGING, '  newTag: "3"\n', '  newTag: "3" # gitops-gen: ignore[PIN001] a sandbox\n')
    result = check(root)
    assert (result.findings, result.counts["waived"]) == ((), 2)


def test_forges_get_paths_from_the_top_of_the_checkout(root, capsys):
    edit(root, STAGING, DIGEST, "")
    (root.parent / ".git").mkdir()
    assert run_validation(Arguments(output=("github",))) == 1
    assert f"::error file=repository/{STAGING},line=" in capsys.readouterr().out
    assert run_validation(Arguments()) == 1
    assert f"\n{STAGING}:17:3: error" in capsys.readouterr().out, "people stand in the repository itself"


def test_named_files_are_checked_by_the_settings_that_they_lie_under(root, monkeypatch, capsys):
    edit(root, STAGING, DIGEST, "")
    (root.parent / ".git").mkdir()
    monkeypatch.chdir(root.parent)
    assert run_validation(Arguments(paths=(f"repository/{STAGING}",))) == 1
    assert "[EVIDENCE004]" in capsys.readouterr().out, "as pre-commit does it, from the top of the checkout"
