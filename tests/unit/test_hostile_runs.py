"""Whatever a run is called, its pull request shows it and does nothing: by a Markdown parser that is kept up."""

import html
import re
import shutil
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from gitops_gen.difference import compare_builds
from gitops_gen.evidence import Evidence, build_evidence
from gitops_gen.plan import read_marker, write_commit_message
from gitops_gen.reports.pull_request import BODY_LIMIT, cut_body, render_body
from gitops_gen.reports.pull_request_built import Built
from gitops_gen.reports.pull_request_lineage import Addresses
from tests.hostile import HOSTILE, make_hostile_release, make_hostile_verdicts
from tests.picture import take_picture
from tests.releases import STAGING, digest, make_release

PARSER = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
CALM, BEFORE = "calm", "before"
LEAKS = ("@everyone", "@here", "@acme", "#1", "GH-3", "evil.example", "onerror", "alert(1)", "Approved", "[!CAUTION]")
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\ud800-\udfff\U000e0000-\U000e007f]"
)
SHAPE = ["h1", "h2", "h3", "table", "img", "script", "details", "summary", "blockquote", "ol", "hr", "input", "iframe"]
SHAPE += ["a", "strong", "em", "s", "sup", "pre"]


@cache
def render(text: str) -> str:
    verdicts, overrides = make_hostile_verdicts(text)

    def evidence(of, **facts) -> Evidence:
        return build_evidence(release=of, environment=STAGING.name, program="p", **{"overrides": (), **facts})

    release = make_hostile_release(text)
    before = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "b", text: text}}
    return render_body(
        release=release,
        environment=STAGING,
        champion=evidence(make_hostile_release(BEFORE, 1)),
        challenger=evidence(release, verdicts=verdicts, overrides=overrides),
        files=(text, "models/churn/overlays/staging/evidence.yaml"),
        evidence_path="models/churn/overlays/staging/evidence.yaml",
        warnings=(text,),
        built=Built(objects=1, changes=compare_builds([before], [{**before, "data": {"a": text, "n": "1"}}])),
        history=[evidence(make_release(n, "cdef"[n])) for n in (1, 2)],
        alias=f"models:/{text}@x",
        addresses=Addresses(hosts=frozenset({"git.example.com"}), image="https://registry.example.com/{repository}"),
    )


class Page(HTMLParser):
    """The tags of a page, and its text outside of code and comments."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.comments: list[str] = []
        self._code = 0

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs
        self._code += tag == "code"

    def handle_endtag(self, tag):
        self._code -= tag == "code"

    def handle_data(self, data):
        if not self._code:
            self.text += data

    def handle_comment(self, data):
        self.comments.append(data)


@cache
def read(body: str) -> Page:
    page = Page()
    page.feed(PARSER.render(body))
    return page


def test_there_are_at_least_thirty():
    assert len(HOSTILE) >= 30


@pytest.mark.parametrize("name", HOSTILE)
def test_the_page_has_the_same_shape_as_that_of_a_calm_run(name: str):
    calm, wild = read(render(CALM)), read(render(HOSTILE[name]))
    assert {tag: wild.tags[tag] for tag in SHAPE} == {tag: calm.tags[tag] for tag in SHAPE}
    assert wild.tags["img"] + wild.tags["script"] + wild.tags["iframe"] == 0
    assert not any(attribute.startswith("on") for attribute, _ in wild.attributes)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_it_is_text_that_a_forge_acts_on(name: str):
    page = read(render(HOSTILE[name]))
    assert [leak for leak in LEAKS if leak in page.text] == []
    assert len(page.comments) == 1, "ours, which bots read"
    assert "@" not in page.comments[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_line_of_the_source_has_what_cannot_be_seen_and_the_marker_is_ours(name: str):
    body = render(HOSTILE[name])
    assert not INVISIBLE.search(body)
    assert (read_marker(body)["digest"], read_marker(body)["state"]) == (digest("b"), "proposed")
    cut = cut_body(body)
    assert len(cut) <= BODY_LIMIT + 10
    assert read_marker(cut) == read_marker(body)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_commit_says_it_on_one_line_and_mentions_and_closes_nothing(name: str):
    message = write_commit_message(make_hostile_release(HOSTILE[name]), STAGING.name)
    subject, empty, *trailers = message.removesuffix("\n").split("\n")
    assert (subject.startswith("Promote churn version "), empty) == (True, "")
    assert all(re.fullmatch(r"[A-Za-z-]+: [\x20-\x7e]*", line) for line in trailers)
    assert not re.search(r"@|#\d|\bgh-\d|://\w", message, re.IGNORECASE)


@pytest.mark.parametrize("name", [name for name, text in HOSTILE.items() if text.isprintable() and len(text) < 100])
def test_what_can_be_seen_is_shown_as_it_is(name: str):
    assert HOSTILE[name] in html.unescape(re.sub(r"<[^>]+>", "", PARSER.render(render(HOSTILE[name]))))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_they_can_be_looked_at(tmp_path: Path):
    wild = "\n\n".join(f"# {name}\n\n{render(text)}" for name, text in list(HOSTILE.items())[:6])
    assert take_picture(wild, tmp_path / "hostile.png", height=3000) == (900, 3000)
    assert (tmp_path / "hostile.png").stat().st_size > 50_000
