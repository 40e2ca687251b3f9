"""Names of files and branches that may be written."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from gitops_gen.adapters.git_changes import check_branch, check_path
from gitops_gen.errors import InvalidValueError

BAD_PATHS = [
    *("", "/", "/a", "a/", "a//b", ".", "./a", "..", "a/../b", "../../x"),
    *(".git", ".git/hooks/x", "a/.GIT/config", ".git ", ".git.", "git~1/x", ".g\u200cit/config", "a/.git/b"),
    *("a\\b", "c:x", 'a"b', "a\nb", "a\0b", "\x1b[31m", "\ud800"),
]
BAD_BRANCHES = [
    *("", "@", "-x", "/x", "x/", "a//b", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "a@{0}"),
    *(".a", "a/.b", "a.", "a.lock", "a.lock/b", "a\x7f", "a\n"),
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_out_of_the_repository_or_into_git_is_refused(path: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_path(path)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("path", ["a", "a/b.yaml", ".github/x", ".gitignore", "größe/ä b.md", "a..b/...", "git"])
def test_a_path_of_a_file_is_taken_as_it_is(path: str) -> None:
    assert check_path(path) == path


@given(st.text(alphabet="ag.it/~1 \\", max_size=12))
def test_no_path_that_is_taken_can_leave(path: str) -> None:
    try:
        parts = check_path(path).split("/")
    except InvalidValueError:
        return
    assert not {"", ".", "..", ".git"} & set(parts)


@pytest.mark.parametrize("branch", BAD_BRANCHES)
def test_a_name_that_git_forbids_is_refused(branch: str) -> None:
    with pytest.raises(InvalidValueError, match="cannot be a branch's name"):
        check_branch(branch)


@pytest.mark.parametrize("branch", ["main", "gitops-gen/staging/churn", "release-1.2", "a/b@c", "größe"])
def test_a_name_that_git_takes_is_taken(branch: str) -> None:
    assert check_branch(branch) == branch
