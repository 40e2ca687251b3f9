"""Words of messages about what people wrote: nothing of a login in them, whatever the length of the text."""

import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.wording import describe, find_near, redact, with_article

SIMPLE = ((r"([a-z]://)[^\s'\"]*@", r"\1***@"), (r"[^\s'\"/:@]+:[^\s'\"/:@]+@", "***@"))
"""What is meant, in patterns that take the square of the text's length."""
PIECES = st.sampled_from(["a", "://", ":", "@", "/", " ", "'", '"', "\n", "s3", ".", "é"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:pw@example.com/x", "https://***@example.com/x"),
        ("git clone https://me:p@w@example.com", "git clone https://***@example.com"),
        ("me:pw@example.com", "***@example.com"),
        ("git@example.com:team/x", "git@example.com:team/x"),
        ("a: b", "a: b"),
    ],
)
def test_logins_are_left_out(text, shown):
    assert redact(text) == shown


@given(st.lists(PIECES, max_size=30).map("".join))
def test_it_leaves_out_what_the_simple_patterns_do(text):
    wanted = text
    for pattern, instead in SIMPLE:
        wanted = re.sub(pattern, instead, wanted)
    assert redact(text) == wanted


@pytest.mark.parametrize("unit", ["a", "(", "a:", "a@", "a://", "a:a", "s3://a:b@", "'", "a: "])
def test_a_long_text_comes_to_an_end(unit):
    """Read more than once for each character, these would take hours."""
    assert "b@" not in redact(unit * 1_000_000)
    assert len(describe(unit * 1_000_000)) < 10_000


@pytest.mark.parametrize(
    ("kind", "text"),
    [("Service", "a Service"), ("Ingress", "an Ingress"), ("EventBus", "an EventBus"), ("User", "a User"), ("", "a ")],
)
def test_a_kind_has_its_article(kind, text):
    assert with_article(kind) == text


def test_of_names_that_differ_in_case_each_run_suggests_the_same():
    code = "from gitops_gen.wording import find_near; print(find_near('prometeus', {'Prometheus', 'prometheus'}))"
    seen = {
        subprocess.check_output(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": str(seed)}, text=True
        )
        for seed in range(6)
    }
    assert seen == {"prometheus\n"}
    assert find_near("prometeus", ["prometheus", "Prometheus"]) == "Prometheus"
