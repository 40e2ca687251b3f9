"""What every repository does: git by path and over http, and the fake."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from gitops_gen.adapters.repository_git import RepositoryGit
from gitops_gen.errors import InvalidValueError, NotFoundError, RaceLostError, RefusedError
from gitops_gen.ports import Repository
from tests.fakes.repository import FakeRepository
from tests.servers.git_http import BareRepository, GitHttpServer, make_bare_repository

BRANCH = "gitops-gen/staging/churn"
KUSTOMIZATION = "models/churn/overlays/staging/kustomization.yaml"
EVIDENCE = "models/churn/overlays/staging/evidence.yaml"
START = {
    "gitops-gen.yaml": b"apiVersion: 1\n",
    "models/churn/model.yaml": b"name: churn\n",
    KUSTOMIZATION: b"digest: old\n",
    "models/fraud/model.yaml": b"name: fraud\n",
    "models-of-old/readme": b"gone\n",
}
NEW = {KUSTOMIZATION: b"digest: new\n", EVIDENCE: b"run: 1\n"}


class Subject(Protocol):
    """A repository, and what other people do to it and see of it."""

    @property
    def repository(self) -> Repository: ...

    def commit(self, branch: str, files: Mapping[str, bytes | None], *, start: str = "", **more: Any) -> str: ...

    def point(self, branch: str, commit: str) -> None: ...

    def branches(self) -> Mapping[str, str]: ...

    def files(self, branch: str) -> Mapping[str, bytes]: ...

    def parent(self, branch: str) -> str: ...

    def message(self, branch: str) -> str: ...


class FakeSubject:
    def __init__(self) -> None:
        self.repository = FakeRepository()
        self.commit("main", START)

    def commit(self, branch: str, files: Mapping[str, bytes | None], *, start: str = "", **more: Any) -> str:
        return self.repository.commit(branch, files, start=start, **more)

    def point(self, branch: str, commit: str) -> None:
        self.repository.branches[branch] = commit

    def branches(self) -> Mapping[str, str]:
        return self.repository.branches

    def files(self, branch: str) -> Mapping[str, bytes]:
        return self.repository.commits[self.repository.branches[branch]].files

    def parent(self, branch: str) -> str:
        return self.repository.commits[self.repository.branches[branch]].parent

    def message(self, branch: str) -> str:
        return self.repository.commits[self.repository.branches[branch]].message


class GitSubject:
    def __init__(self, repository: RepositoryGit, remote: BareRepository) -> None:
        self.repository = repository
        self._remote = remote

    def commit(self, branch: str, files: Mapping[str, bytes | None], *, start: str = "", **more: Any) -> str:
        return self._remote.commit(branch, files, start=start, **more)

    def point(self, branch: str, commit: str) -> None:
        self._remote.git("update-ref", f"refs/heads/{branch}", commit)

    def branches(self) -> Mapping[str, str]:
        return self._remote.branches()

    def files(self, branch: str) -> Mapping[str, bytes]:
        return self._remote.files(branch)

    def parent(self, branch: str) -> str:
        return self._remote.git("rev-parse", f"{branch}^")

    def message(self, branch: str) -> str:
        return self._remote.message(branch)


@pytest.fixture(params=["fake", "path", "http"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, git_identity: Path) -> Iterator[Subject]:
    if request.param == "fake":
        yield FakeSubject()
    elif request.param == "path":
        remote = make_bare_repository(tmp_path / "remote.git", START)
        with RepositoryGit(remote.path) as repository:
            yield GitSubject(repository, remote)
    else:
        server: GitHttpServer = request.getfixturevalue("git_http")
        url = server.create("remote", START)
        with RepositoryGit(url, credentials=(server.username, server.password)) as repository:
            yield GitSubject(repository, server.repository("remote"))


def test_open_gives_the_default_branch_and_its_commit(subject: Subject) -> None:
    checkout = subject.repository.open()
    assert (checkout.base_branch, checkout.base_commit) == ("main", subject.branches()["main"])


def test_open_gives_the_branch_that_is_named(subject: Subject) -> None:
    commit = subject.commit("release", {"a": b"1"}, start=subject.branches()["main"])
    checkout = subject.repository.open("release")
    assert (checkout.base_branch, checkout.base_commit) == ("release", commit)
    assert checkout.read_files(["a"]) == {"a": b"1"}


def test_open_of_a_missing_branch_names_it(subject: Subject) -> None:
    with pytest.raises(NotFoundError, match="has no branch 'nowhere'"):
        subject.repository.open("nowhere")


def test_files_are_listed_below_a_folder_only(subject: Subject) -> None:
    checkout = subject.repository.open()
    assert checkout.list_files() == tuple(sorted(START))
    assert checkout.list_files("models/churn") == ("models/churn/model.yaml", KUSTOMIZATION)
    assert checkout.list_files("models") == tuple(sorted(p for p in START if p.startswith("models/")))
    assert checkout.list_files("nothing/here") == ()
    assert checkout.list_files("gitops-gen.yaml") == ()


def test_only_the_files_that_are_there_are_read(subject: Subject) -> None:
    checkout = subject.repository.open()
    paths = [KUSTOMIZATION, "models/churn", "models/none/model.yaml", "gitops-gen.yaml/x", "gitops-gen.yaml"]
    assert checkout.read_files(paths) == {p: START[p] for p in (KUSTOMIZATION, "gitops-gen.yaml")}
    assert checkout.read_files([]) == {}


def test_a_new_branch_is_one_commit_on_the_base(subject: Subject) -> None:
    checkout = subject.repository.open()
    published = subject.repository.publish(checkout, branch=BRANCH, files=NEW, message="Promote churn\n\nWhy: better")
    assert published.pushed
    assert published.created
    assert subject.branches() == {"main": checkout.base_commit, BRANCH: published.commit}
    assert subject.parent(BRANCH) == checkout.base_commit
    assert subject.files(BRANCH) == START | NEW
    assert subject.message(BRANCH).startswith("Promote churn\n\nWhy: better")


def test_none_deletes_a_file(subject: Subject) -> None:
    checkout = subject.repository.open()
    subject.repository.publish(
        checkout, branch=BRANCH, files={KUSTOMIZATION: None, "not/there": None, EVIDENCE: b"1"}, message="m"
    )
    assert subject.files(BRANCH) == {p: c for p, c in START.items() if p != KUSTOMIZATION} | {EVIDENCE: b"1"}


def test_the_same_files_again_push_nothing(subject: Subject) -> None:
    first = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="one")
    again = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="two")
    assert (again.commit, again.pushed, again.created) == (first.commit, False, False)
    assert subject.branches()[BRANCH] == first.commit


def test_files_that_the_base_has_already_push_nothing(subject: Subject) -> None:
    checkout = subject.repository.open()
    same = {KUSTOMIZATION: START[KUSTOMIZATION], "not/there": None}
    published = subject.repository.publish(checkout, branch=BRANCH, files=same, message="m")
    assert (published.commit, published.pushed) == (checkout.base_commit, False)
    assert BRANCH not in subject.branches()


def test_other_files_replace_our_branch(subject: Subject) -> None:
    subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="one")
    newer = {KUSTOMIZATION: b"digest: newer\n"}
    published = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=newer, message="two")
    assert (published.pushed, published.created) == (True, False)
    assert subject.files(BRANCH) == START | newer
    assert subject.parent(BRANCH) == subject.branches()["main"]


def test_a_base_that_moved_elsewhere_leaves_the_branch_as_it_is(subject: Subject) -> None:
    first = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="one")
    subject.commit("main", {"models/fraud/model.yaml": b"name: other\n"})
    again = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="one")
    assert (again.commit, again.pushed) == (first.commit, False)


def test_a_base_that_moved_in_our_files_rebuilds_the_branch(subject: Subject) -> None:
    subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="one")
    moved = subject.commit("main", {KUSTOMIZATION: b"digest: hand-made\n"})
    again = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="one")
    assert again.pushed
    assert subject.parent(BRANCH) == moved


def test_a_base_that_moves_while_we_work_is_a_lost_race(subject: Subject) -> None:
    checkout = subject.repository.open()
    subject.commit("main", {"models/fraud/model.yaml": b"name: other\n"})
    with pytest.raises(RaceLostError, match="branch main of"):
        subject.repository.publish(checkout, branch=BRANCH, files=NEW, message="m")
    assert BRANCH not in subject.branches()
    again = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="m")
    assert subject.parent(BRANCH) == subject.branches()["main"]
    assert again.pushed


def test_somebody_elses_branch_is_refused_and_named(subject: Subject) -> None:
    theirs = subject.commit(BRANCH, {"theirs": b"1"}, start=subject.branches()["main"])
    with pytest.raises(
        RefusedError, match=rf"{BRANCH} of .* did not make: \"?'Somebody's work'\"? by 'Somebody Else'"
    ) as e:
        subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="m")
    assert "--force" in e.value.hint
    assert subject.branches()[BRANCH] == theirs


def test_a_commit_on_top_of_ours_is_refused(subject: Subject) -> None:
    subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="m")
    theirs = subject.commit(BRANCH, {EVIDENCE: b"mine"})
    with pytest.raises(RefusedError):
        subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="m")
    assert subject.branches()[BRANCH] == theirs


def test_force_replaces_somebody_elses_branch(subject: Subject) -> None:
    subject.commit(BRANCH, {"theirs": b"1"}, start=subject.branches()["main"])
    published = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="m", force=True)
    assert published.pushed
    assert subject.files(BRANCH) == START | NEW


def test_a_branch_that_only_points_at_the_base_is_taken(subject: Subject) -> None:
    subject.point(BRANCH, subject.branches()["main"])
    published = subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="m")
    assert (published.pushed, published.created) == (True, False)
    assert subject.files(BRANCH) == START | NEW


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".git/config", "/etc/passwd", "a//b", "./a", ""])
def test_a_path_that_leaves_the_repository_is_refused(subject: Subject, path: str) -> None:
    with pytest.raises(InvalidValueError):
        subject.repository.publish(subject.repository.open(), branch=BRANCH, files={path: b"1"}, message="m")
    assert BRANCH not in subject.branches()


def test_the_base_branch_itself_is_never_published_to(subject: Subject) -> None:
    with pytest.raises(InvalidValueError, match="base branch"):
        subject.repository.publish(subject.repository.open(), branch="main", files=NEW, message="m")


def test_our_branch_is_deleted(subject: Subject) -> None:
    subject.repository.publish(subject.repository.open(), branch=BRANCH, files=NEW, message="m")
    assert subject.repository.delete_branch(BRANCH)
    assert list(subject.branches()) == ["main"]
    assert not subject.repository.delete_branch(BRANCH)


def test_somebody_elses_branch_is_not_deleted(subject: Subject) -> None:
    subject.commit(BRANCH, {"theirs": b"1"}, start=subject.branches()["main"])
    assert not subject.repository.delete_branch(BRANCH)
    assert BRANCH in subject.branches()


def test_the_base_branch_is_not_deleted(subject: Subject) -> None:
    assert not subject.repository.delete_branch("main")
    assert "main" in subject.branches()


def test_the_history_has_what_changed_matching_files_newest_first(subject: Subject) -> None:
    first = subject.branches()["main"]
    second = subject.commit("main", {KUSTOMIZATION: b"digest: 2\n", EVIDENCE: b"run: 2\n"}, time=1_700_000_100)
    subject.commit("main", {"models/fraud/model.yaml": b"name: other\n"}, time=1_700_000_200)
    third = subject.commit("main", {EVIDENCE: b"run: 3\n"}, message="Three\n\nmore", time=1_700_000_300)
    fourth = subject.commit("main", {EVIDENCE: None}, time=1_700_000_400)
    checkout = subject.repository.open()
    found = checkout.list_history("models/*/overlays/*/evidence.yaml")
    assert [revision.commit for revision in found] == [fourth, third, second]
    assert [revision.time for revision in found] == [1_700_000_400, 1_700_000_300, 1_700_000_100]
    assert (found[1].subject, found[1].author, found[1].paths) == ("Three", "Somebody Else", (EVIDENCE,))
    folder = checkout.list_history("models/churn/overlays/staging")
    assert [(r.commit, r.paths) for r in folder] == [
        (fourth, (EVIDENCE,)),
        (third, (EVIDENCE,)),
        (second, (EVIDENCE, KUSTOMIZATION)),
        (first, (KUSTOMIZATION,)),
    ]
    assert checkout.list_history("models/*/evidence.yaml") == ()
    places = [(third, EVIDENCE), (second, EVIDENCE), (first, EVIDENCE), (fourth, EVIDENCE), (first, KUSTOMIZATION)]
    assert checkout.read_at(places) == {
        (third, EVIDENCE): b"run: 3\n",
        (second, EVIDENCE): b"run: 2\n",
        (first, KUSTOMIZATION): b"digest: old\n",
    }


def test_the_history_can_be_cut_to_the_newest_commits_and_read_on(subject: Subject) -> None:
    for number in range(4):
        subject.commit("main", {EVIDENCE: b"run: %d\n" % number}, time=1_700_000_000 + number)
    checkout = subject.repository.open()
    newest = checkout.list_history(EVIDENCE, newest=2)
    assert [revision.time for revision in newest] == [1_700_000_003, 1_700_000_002]
    place = (newest[1].commit, EVIDENCE)
    assert checkout.read_at([place]) == {place: b"run: 2\n"}
    assert len(checkout.list_history(EVIDENCE)) == 4
    assert len(checkout.list_history(EVIDENCE, newest=1)) in {1, 4}


def test_a_merge_is_one_commit_of_the_history(subject: Subject) -> None:
    first = subject.branches()["main"]
    subject.commit("work", {EVIDENCE: b"run: 1\n"}, start=first)
    side = subject.commit("work", {EVIDENCE: b"run: 2\n"})
    merge = subject.commit("main", {EVIDENCE: b"run: 2\n"}, message="Merge", parents=(side,), time=1_700_000_500)
    checkout = subject.repository.open()
    (revision,) = checkout.list_history("models/*/overlays/*/evidence.yaml")
    assert (revision.commit, revision.time, revision.paths) == (merge, 1_700_000_500, (EVIDENCE,))
    assert checkout.read_at([(merge, EVIDENCE)]) == {(merge, EVIDENCE): b"run: 2\n"}


def test_a_promotion_can_be_published_after_the_history_was_read(subject: Subject) -> None:
    subject.commit("main", {EVIDENCE: b"run: 1\n"})
    checkout = subject.repository.open()
    assert len(checkout.list_history(EVIDENCE)) == 1
    published = subject.repository.publish(checkout, branch=BRANCH, files=NEW | {EVIDENCE: b"run: 4\n"}, message="m")
    assert subject.parent(BRANCH) == checkout.base_commit
    assert published.pushed


def test_branches_are_listed_by_the_beginning_of_their_names(subject: Subject) -> None:
    start = subject.branches()["main"]
    one = subject.commit("gitops-gen/staging/churn", {"a": b"1"}, start=start)
    two = subject.commit("gitops-gen/staging/fraud", {"a": b"2"}, start=start)
    subject.commit("other/gitops-gen/staging/churn", {"a": b"3"}, start=start)
    subject.commit("gitops-generous", {"a": b"4"}, start=start)
    assert dict(subject.repository.list_branches("gitops-gen/")) == {
        "gitops-gen/staging/churn": one,
        "gitops-gen/staging/fraud": two,
    }
    assert subject.repository.list_branches("nothing/") == {}
