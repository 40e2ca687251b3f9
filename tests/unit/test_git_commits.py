"""The trailer that tells our commits from other people's."""

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from gitops_gen.adapters.git_commits import FILES_TRAILER, add_trailers, hash_files, read_files_hash
from gitops_gen.adapters.git_objects import Commit, parse_commit

OURS = f"{FILES_TRAILER}: sha256:ab"


def read(message: str) -> str:
    return read_files_hash(Commit(tree="t", parents=(), author="", message=message))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Subject", f"Subject\n\n{OURS}\n"),
        ("Subject\n\nBody.\n\n", f"Subject\n\nBody.\n\n{OURS}\n"),
        ("Subject\n\nKey: value", f"Subject\n\nKey: value\n{OURS}\n"),
        ("Subject\n\nBody with Key: value", f"Subject\n\nBody with Key: value\n\n{OURS}\n"),
        ("feat: looks like one", f"feat: looks like one\n\n{OURS}\n"),
        (f"Subject\r\n\r\nKey: value\r\n{FILES_TRAILER}: forged\r\n", f"Subject\n\nKey: value\n{OURS}\n"),
        (f"Subject\n\n{FILES_TRAILER.lower()} : forged\n\n\n\nMore", f"Subject\n\nMore\n\n{OURS}\n"),
        ("Nul\0l", f"Nul\N{REPLACEMENT CHARACTER}l\n\n{OURS}\n"),
    ],
)
def test_trailers_end_the_message_as_one_block(message: str, expected: str) -> None:
    assert add_trailers(message, OURS) == expected


def test_a_sign_off_that_is_there_is_not_said_twice() -> None:
    sign_off = "Signed-off-by: A <a@example.com>"
    assert add_trailers(f"S\n\n{sign_off}", OURS, sign_off) == f"S\n\n{sign_off}\n{OURS}\n"


@given(st.text())
@example(f"{FILES_TRAILER}: x")
@example(f"a\n\n{FILES_TRAILER}: x\n\nb: c")
@example("a\x85b\n\nc: d\x0ce")
def test_whatever_the_message_says_our_trailer_is_the_one_that_is_read(message: str) -> None:
    assert read(add_trailers(message, OURS)) == "sha256:ab"


@pytest.mark.parametrize("message", ["", "Subject", f"{OURS}\n\nnot in the last paragraph"])
def test_a_message_without_our_trailer_says_nothing(message: str) -> None:
    assert read(message) == ""


def test_the_hash_depends_on_paths_and_contents_and_not_on_their_order() -> None:
    changes: dict[str, str | None] = {"a": "1", "b": None}
    assert hash_files(changes) == hash_files(dict(reversed(changes.items())))
    others: list[dict[str, str | None]] = [
        {"a": "1"},
        {"a": "1", "b": "2"},
        {"a": None, "b": "1"},
        {"a": "1", "c": None},
    ]
    assert len({hash_files(changes), *map(hash_files, others)}) == 5


def test_a_signed_commit_is_parsed() -> None:
    data = (
        b"tree 11\nparent 22\nparent 33\nauthor J\xc3\xbcrgen X <j@example.com> 1 +0000\n"
        b"committer C <c@example.com> 1 +0000\ngpgsig -----BEGIN\n \n parent 44\n -----END\n\nSubject\n\nBody\n"
    )
    commit = parse_commit(data)
    assert commit == Commit(tree="11", parents=("22", "33"), author="Jürgen X", message="Subject\n\nBody\n")
    assert commit.subject == "Subject"
