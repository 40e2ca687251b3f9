"""Where models stand, read from a real git remote."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from gitops_gen.adapters.repository_git import RepositoryGit
from gitops_gen.errors import NotFoundError, UnreachableError
from gitops_gen.model import ApplicationState
from gitops_gen.reports.status_html import render_status_html
from gitops_gen.reports.status_json import render_status_json
from gitops_gen.reports.status_text import render_status_text
from gitops_gen.standing import Status
from gitops_gen.status import StatusPorts, StatusRequest, read_status
from tests.fakes.argocd import FakeArgoCD
from tests.integration.conftest import World
from tests.releases import digest

SCHEMA = json.loads(Path("schemas/status.schema.json").read_text(encoding="utf-8"))
EVIDENCE = "models/churn/overlays/staging/evidence.yaml"


def read(world: World, argocd: FakeArgoCD | None = None, **request: object) -> Status:
    with RepositoryGit(str(world.remote)) as repository:
        ports = StatusPorts(repository=repository, forge=lambda _: world.forge, argocd=lambda _: argocd or FakeArgoCD())
        return read_status(StatusRequest(live=argocd is not None, **request), ports)


@pytest.fixture
def staged(world: World) -> World:
    """Version 1 and then 2 in staging, 1 in production, 3 proposed for staging."""
    for number, character in ((1, "a"), (2, "b"), (3, "c")):
        world.add_run(number, character)
    world.promote(1)
    world.merge()
    world.promote(1, "production")
    world.merge("gitops-gen/production/churn")
    world.promote(2)
    world.merge()
    world.promote(3)
    return world


def test_the_matrix_says_what_is_where_since_when_and_what_is_proposed(staged: World):
    status = read(staged)
    staging, production = status.cells["churn", "staging"], status.cells["churn", "production"]
    assert (status.models, status.environments) == (("churn",), ("staging", "production"))
    assert (staging.evidence.version, production.evidence.version) == ("2", "1")
    assert (staging.pull_request.title, production.pull_request) == ("Promote churn version 3 to staging", None)
    assert staging.stays[0].since.commit == staged.head("main")
    assert [stay.evidence.version for stay in staging.stays] == ["2", "1"]
    assert staging.stays[1].until == staging.stays[0].since
    assert status.warnings == ()


def test_text_has_a_line_for_each_environment(staged: World):
    lines = render_status_text(read(staged)).splitlines()
    assert len(lines) == 3
    assert lines[1].split()[:5] == ["churn", "staging", "2", f"{2:032x}"[:12], digest("b")[:19]]
    assert lines[1].split()[-1] == "#4"
    assert lines[2].split()[:3] == ["churn", "production", "1"]
    assert lines[2].split()[-1] == "-"


def test_json_keeps_to_its_schema(staged: World):
    document = json.loads(json.dumps(render_status_json(read(staged))))
    jsonschema.validate(document, SCHEMA)
    (model,) = document["models"]
    staging = model["environments"]["staging"]
    assert staging["deployed"]["digest"] == digest("b")
    assert staging["pull_request"]["number"] == 4
    assert [(stay["model_version"], stay["until"] is None) for stay in staging["history"]] == [
        ("2", True),
        ("1", False),
    ]
    assert staging["live"] is None


def test_live_says_whether_the_cluster_has_the_digest(staged: World):
    image = f"registry.example.com/ml/churn@{digest('b')}"
    argocd = FakeArgoCD(
        {
            "churn-staging": ApplicationState(health="Healthy", sync="Synced", images=(image,)),
            "churn-production": ApplicationState(health="Degraded", sync="Synced", images=(image,)),
        }
    )
    status = read(staged, argocd)
    assert (status.cells["churn", "staging"].is_live, status.cells["churn", "production"].is_live) == (True, False)
    text = render_status_text(status)
    assert "Healthy, Synced\n" in text
    assert "Degraded, Synced, another image runs" in text
    document = render_status_json(status)
    jsonschema.validate(document, SCHEMA)
    assert document["models"][0]["environments"]["production"]["live"]["runs_digest"] is False


def test_what_does_not_answer_is_a_warning_and_hides_nothing_else(staged: World):
    staged.forge.failure = UnreachableError("the forge is down")
    argocd = FakeArgoCD(is_down=True)
    status = read(staged, argocd)
    assert status.cells["churn", "staging"].evidence.version == "2"
    assert [warning.partition(":")[0] for warning in status.warnings] == [
        "pull requests are not shown",
        "what runs is not shown",
    ]
    jsonschema.validate(render_status_json(status), SCHEMA)


def test_evidence_that_was_edited_or_broken_is_told(staged: World):
    staged.commit({EVIDENCE: lambda text: text.replace('"lbfgs"', '"saga"')})
    assert "EDITED BY HAND" in render_status_text(read(staged))
    staged.commit({EVIDENCE: "nothing: here\n"})
    status = read(staged)
    assert status.cells["churn", "staging"].evidence is None
    assert "not evidence" in status.warnings[0]


def test_one_model_alone_and_one_that_is_not_there(staged: World):
    assert read(staged, model="churn").models == ("churn",)
    assert read(staged, model="churn").cells["churn", "staging"].stays[0].evidence.version == "2"
    with pytest.raises(NotFoundError, match="no model fraud") as caught:
        read(staged, model="fraud")
    assert caught.value.hint == "there is: churn"


def test_a_repository_without_models(world: World):
    status = read(world)
    assert render_status_text(status) == "there is no model yet\n"
    assert "There is no model yet" in render_status_html(status)
    jsonschema.validate(render_status_json(status), SCHEMA)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "img", "iframe", "link"}
        if tag != "meta":
            self.open.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_startendtag(self, tag, attrs):
        assert tag not in {"script", "img", "iframe", "link"}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else_and_is_well_formed(staged: World):
    page = render_status_html(read(staged))
    parser = _Tags()
    parser.feed(page)
    assert parser.open == []
    assert parser.links == ["https://forge.invalid/acme/deploy/pull/4"]
    assert page.count("<polyline") == 2
    assert "url(" not in page
    assert page.index("v1: 0.91") < page.index("v2: 0.92")


def test_what_a_run_is_called_does_nothing_on_the_page(world: World):
    world.add_run(1, "a", metrics=())
    world.promote(1)
    world.merge()
    world.commit({EVIDENCE: lambda text: text.replace(f'"{1:032x}"', '"<script>alert(1)</script>"')})
    page = render_status_html(read(world))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


_PROBE = """<script>
const boxes = [...document.querySelectorAll("svg text, td, th, h2")].filter(e => e.getClientRects().length);
const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
const outside = [...document.querySelectorAll("svg.path")].filter(svg => [...svg.querySelectorAll("text")].some(t => {
  const a = t.getBoundingClientRect(), b = svg.getBoundingClientRect();
  return a.right > b.right + 1 || a.bottom > b.bottom + 1; })).length;
document.title = JSON.stringify({shown: boxes.length, wide, outside,
  texts: boxes.map(e => e.textContent).join("|")});
</script>"""


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_shows_the_page_without_anything_cut_off(staged: World, tmp_path: Path):
    page = tmp_path / "status.html"
    page.write_text(render_status_html(read(staged)).replace("</body>", f"{_PROBE}</body>"), encoding="utf-8")
    options = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
    done = subprocess.run(
        [
            "chromium",
            *options.split(),
            f"--user-data-dir={tmp_path}/profile",
            "--window-size=1200,900",
            "--dump-dom",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    seen = json.loads(re.search("<title>(.*?)</title>", done.stdout)[1].replace("&amp;", "&"))
    assert (seen["wide"], seen["outside"]) == (0, 0)
    assert seen["shown"] > 20
    assert "version 2" in seen["texts"]
    assert "#4 is open" in seen["texts"]
