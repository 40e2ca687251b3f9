"""Untrusted text stays inert in Markdown; judged by a Markdown parser that is not ours."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitops_gen.reports.markdown import Safe, code, escape, link, safe_url

HOSTILE = [
    "@everyone",
    "`code`",
    "``` fence",
    "a | b",
    "a \\| b",
    "\\",
    "<script>alert(1)</script>",
    "<!-- x -->",
    "![image](https://evil.example/x.png)",
    "[link](javascript:alert(1))",
    "https://evil.example",
    "#12 !34 GH-1",
    "line\nbreak\r\n\n# heading",
    "\0\x1b[31m",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp",
    "{{ 7 * 7 }} {% raw %} ${HOME}",
    "*a* _b_ ~~c~~ **d**",
    " ",
    "",
    "&lt;b&gt;",
]


def render_cell(markdown: str) -> str:
    page = (
        MarkdownIt("commonmark", {"html": True}).enable("table").render(f"| a | b |\n|---|---|\n| {markdown} | end |\n")
    )
    cells = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
    assert cells[1:] == ["end"], page
    return cells[0]


def check_inert(cell: str) -> str:
    """The text that a reader sees in the cell, which must be one code element and nothing else."""
    found = re.fullmatch(r"<code>([^<>]*)</code>", cell)
    assert found, cell
    return html.unescape(found[1])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_one_inline_code_in_one_cell(text):
    check_inert(render_cell(code(text)))


@given(st.text(max_size=60))
def test_any_text_is_one_inline_code_in_one_cell(text):
    shown = check_inert(render_cell(code(text)))
    if text.isprintable() and text.strip() == text and "://" not in text and text:
        assert shown == text


def test_long_text_is_cut_and_says_so():
    assert code("x" * 500, 10) == "`xxxxxxxxx…`"


def test_passwords_in_urls_are_not_shown():
    assert "pw" not in code("https://user:pw@host/x")
    assert safe_url("https://user:pw@host/x") == "https://host/x"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://x/a b", "https://x/<b>", "ftp://x", "https://x/\n", "", "//x", "https://x/`"],
)
def test_only_plain_web_addresses_become_links(url):
    assert safe_url(url) == ""
    assert link("text", url) == "`text`"


def test_a_link_leads_where_it_says():
    cell = render_cell(link("a|b", "https://mlflow.example.com/#/experiments/1?x=[1]&y=(2)"))
    assert cell.startswith('<a href="https://mlflow.example.com/#/experiments/1?x=%5B1%5D&amp;y=(2)"><code>a')


def test_a_templates_values_are_escaped_unless_made_here():
    assert escape(Safe("**bold**")) == "**bold**"
    assert escape("**bold**") == "`**bold**`"
    assert (escape(3), escape(0.5), escape(True)) == ("3", "0.5", "True")
