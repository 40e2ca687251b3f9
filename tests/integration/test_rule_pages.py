"""docs/rules holds a page for each rule, as the rule is; GITOPS_GEN_UPDATE_GOLDENS=1 writes them anew."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from gitops_gen.checks.catalogue import SUBJECTS
from tests.goldens import UPDATE, check_golden
from tests.rule_pages import TITLES, list_pages, render_page

PAGES = Path(__file__).parents[2] / "docs" / "rules"


@pytest.mark.parametrize("name", list_pages())
def test_a_page_says_what_the_rule_is_and_finds(name, tmp_path):
    page = render_page(name, tmp_path)
    check_golden(PAGES / name, page)
    tokens = MarkdownIt("commonmark").enable("table").parse(page)
    assert [token.tag for token in tokens if token.type == "heading_open"][:1] == ["h1"]
    links = [
        str(child.attrs["href"]) for token in tokens for child in token.children or () if child.type == "link_open"
    ]
    assert links
    assert set(links) <= set(list_pages())


def test_there_is_no_page_of_a_rule_that_is_gone():
    gone = [path for path in PAGES.iterdir() if path.name not in list_pages()]
    if UPDATE:
        for path in gone:
            path.unlink()
        gone = []
    assert gone == []


def test_each_subject_has_a_title():
    assert list(TITLES) == list(SUBJECTS)
