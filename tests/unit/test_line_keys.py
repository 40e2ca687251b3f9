"""What stands on a line of a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.line_keys import find_spot
from gitops_gen.checks.positions import Positions

TEXT = b"""\
# a head

kind: List
---
spec:
  # about c
  c: {d: 1,
      e: 2
      }
  rules: &rules
  - - x
    - name: y
      expr: |
        sum(a)
        # not a comment

      for: 5m
  copy: *rules
  last: 1

# the end
"""


@pytest.mark.parametrize(
    ("line", "document", "keys", "begins"),
    [
        (1, 0, ("kind",), 3),
        (2, 0, ("kind",), 3),
        (3, 0, ("kind",), 3),
        (4, 1, ("spec",), 5),
        (6, 1, ("spec", "c"), 7),
        (7, 1, ("spec", "c"), 7),
        (8, 1, ("spec", "c", "e"), 8),
        (9, 1, ("spec", "c"), 7),
        (11, 1, ("spec", "rules", 0, 0), 11),
        (12, 1, ("spec", "rules", 0, 1, "name"), 12),
        (14, 1, ("spec", "rules", 0, 1, "expr"), 13),
        (15, 1, ("spec", "rules", 0, 1, "expr"), 13),
        (17, 1, ("spec", "rules", 0, 1, "for"), 17),
        (18, 1, ("spec", "copy"), 18),
        (19, 1, ("spec", "last"), 19),
    ],
)
def test_a_line_leads_to_its_keys(line, document, keys, begins):
    assert find_spot(TEXT, line) == (document, keys, begins)


@pytest.mark.parametrize("line", [-1, 0, 20, 21, 22, 23, 9999])
def test_nothing_stands_behind_the_end(line):
    assert find_spot(TEXT, line) is None


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"a: [", b"a: &x [*x]\n", b"- &a\n  b: *a\n", b"{a: 1}", b"- " * 500 + b"x"]
)
def test_odd_files_are_no_trouble(content):
    for line in range(1, 4):
        find_spot(content, line)


leaves = st.integers(0, 9) | st.text("abc #:", max_size=4)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcd", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(trees)
def test_a_key_is_found_on_the_line_that_it_is_placed_on(tree):
    import yaml  # noqa: PLC0415 - for this test alone

    content = yaml.safe_dump(tree).encode()
    positions = Positions(content)
    for line in range(1, content.count(b"\n") + 1):
        spot = find_spot(content, line)
        if spot is not None and spot.keys:
            assert positions.find(spot.document, spot.keys)[0] == spot.line
            assert spot.line <= line or not content.split(b"\n")[line - 1].strip().strip(b"#")
