"""The builds of two revisions compared, with the real git and the real kustomize."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.diff import DiffRequest, diff
from gitops_gen.difference import Difference
from gitops_gen.errors import NotFoundError
from gitops_gen.reports.difference_json import render_difference_json
from gitops_gen.reports.difference_markdown import render_difference_markdown
from gitops_gen.reports.difference_text import render_difference_text
from tests.integration.conftest import World
from tests.releases import digest

SCHEMA = json.loads(Path("schemas/diff.schema.json").read_text(encoding="utf-8"))
STAGING = "models/churn/overlays/staging"


@pytest.fixture
def checkout(world: World) -> World:
    """Version 1 and then 2 in staging; the person's checkout is at the newest commit."""
    for number, character in ((1, "a"), (2, "b")):
        world.add_run(number, character)
        assert world.promote(number).error is None
        world.merge()
    world.git("fetch", "origin", folder=world.work)
    world.git("reset", "--hard", "origin/main", folder=world.work)
    return world


def compare(world: World, *revisions: str, **more: str) -> Difference:
    names = dict(zip(("before", "after"), revisions, strict=False))
    return diff(DiffRequest(start=world.work, **names, **more), KustomizeCommand())


def test_a_promotion_differs_in_the_image_and_what_is_recorded(checkout: World):
    (folder,) = compare(checkout, "HEAD~1", "HEAD").folders
    assert folder.folder == STAGING
    changed = {resource.kind: [change.path for change in resource.changes] for resource in folder.resources}
    assert set(changed) == {"ConfigMap", "SeldonDeployment"}
    image = next(c for r in folder.resources for c in r.changes if c.path.endswith(".image"))
    assert image.path == "spec.predictors[default].componentSpecs[0].spec.containers[churn].image"
    assert (digest("a") in image.before, digest("b") in image.after) == (True, True)


def test_a_new_overlay_is_added_as_a_whole(checkout: World):
    (folder,) = compare(checkout, "HEAD~2", "HEAD~1").folders
    assert {resource.operation for resource in folder.resources} == {"added"}
    assert "SeldonDeployment" in {resource.kind for resource in folder.resources}


def test_the_work_tree_is_compared_with_head(checkout: World):
    assert compare(checkout).folders == ()
    path = checkout.work / STAGING / "kustomization.yaml"
    path.write_text(path.read_text().replace('newTag: "2"', 'newTag: "2"\n').rstrip() + "\n# a comment\n")
    assert compare(checkout).folders == (), "what is not built does not differ"
    path.write_text(path.read_text() + "commonAnnotations: {team: risk}\n")
    text = render_difference_text(compare(checkout))
    assert text.count("team") == text.count("  changed  ") > 4
    assert compare(checkout, environment="production").folders == ()


def test_a_base_that_changed_differs_wherever_it_is_used(checkout: World):
    path = checkout.work / "models/churn/base/servicemonitor.yaml"
    path.write_text(path.read_text().replace("30s", "15s"))
    (folder,) = compare(checkout).folders
    (resource,) = folder.resources
    assert (folder.folder, resource.kind) == (STAGING, "ServiceMonitor")
    assert {(change.before, change.after) for change in resource.changes} == {("30s", "15s")}


def test_what_does_not_build_is_told_and_hides_nothing(checkout: World):
    path = checkout.work / STAGING / "kustomization.yaml"
    path.write_text(path.read_text().replace("../../base", "../../nowhere"))
    (folder,) = compare(checkout).folders
    assert folder.problem.startswith("it does not build after: ")
    assert "nowhere" in render_difference_text(compare(checkout))


def test_every_report_tells_the_same(checkout: World):
    found = compare(checkout, "HEAD~1", "HEAD")
    document = json.loads(json.dumps(render_difference_json(found, rendered=True)))
    jsonschema.validate(document, SCHEMA)
    assert {r["kind"] for r in document["folders"][0]["resources"]} == {"ConfigMap", "SeldonDeployment"}
    text = render_difference_text(found)
    assert f"    + registry.example.com/ml/churn:2@{digest('b')}" in text
    rendered = render_difference_text(found, rendered=True)
    lines = [line.split() for line in rendered.splitlines()]
    assert ["+", "-", "image:", f"registry.example.com/ml/churn:2@{digest('b')}"] in lines
    markdown = render_difference_markdown(found)
    assert markdown.startswith(f"### `{STAGING}`\n")
    assert f"`registry.example.com/ml/churn:2@{digest('b')}`" in markdown


def test_the_command_exits_with_1_if_something_differs(checkout: World):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gitops_gen", "diff", *arguments]
        return subprocess.run(command, cwd=checkout.work / "models", capture_output=True, text=True, check=False)

    same, differs, wrong = run(), run("HEAD~1", "HEAD", "-o", "json"), run("nowhere")
    assert (same.returncode, differs.returncode, wrong.returncode) == (0, 1, 2)
    assert same.stdout == "nothing that is built differs between HEAD and the work tree\n"
    jsonschema.validate(json.loads(differs.stdout), SCHEMA)
    assert "this checkout has no revision 'nowhere'" in wrong.stderr


def test_a_folder_that_is_no_checkout(tmp_path: Path):
    with pytest.raises(NotFoundError, match="is in no git checkout"):
        diff(DiffRequest(start=tmp_path), KustomizeCommand())
