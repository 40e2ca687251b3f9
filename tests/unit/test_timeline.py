"""What ran where and when, of a history in memory."""

from gitops_gen.evidence import build_evidence
from gitops_gen.evidence_file import dump_evidence
from gitops_gen.names import EnvironmentName, ModelName
from gitops_gen.timeline import evidence_path, read_stays
from tests.fakes.repository import FakeRepository
from tests.releases import digest, make_release

PATH = evidence_path(ModelName("churn"), EnvironmentName("staging"))


def write(number: int, character: str) -> bytes:
    release = make_release(number, character)
    evidence = build_evidence(
        release=release, environment=EnvironmentName("staging"), overrides=(), program="gitops-gen 1"
    )
    return dump_evidence(evidence).encode()


def make_history(*contents: bytes | None) -> FakeRepository:
    repository = FakeRepository()
    repository.commit("main", {"README.md": b"hello\n"})
    for number, content in enumerate(contents):
        repository.commit("main", {PATH: content}, time=1000 * number, message=f"change {number}")
    return repository


def tell(repository: FakeRepository) -> list[tuple[str, str, int, int | None]]:
    stays = read_stays(repository.open()).get(("churn", "staging"), ())
    return [(s.evidence.version, s.evidence.digest, s.since.time, s.until.time if s.until else None) for s in stays]


def test_stays_are_told_newest_first_and_the_last_goes_on():
    found = tell(make_history(write(1, "a"), write(2, "b")))
    assert found == [("2", digest("b"), 1000, None), ("1", digest("a"), 0, 1000)]


def test_other_evidence_for_the_same_digest_goes_on_with_the_stay():
    found = tell(make_history(write(1, "a"), write(2, "a"), write(3, "c")))
    assert found == [("3", digest("c"), 2000, None), ("2", digest("a"), 0, 2000)]


def test_what_was_deleted_or_broken_ends_a_stay_and_coming_back_is_another():
    found = tell(make_history(write(1, "a"), None, write(1, "a"), b"not: evidence\n"))
    assert found == [("1", digest("a"), 2000, 3000), ("1", digest("a"), 0, 1000)]
    assert tell(make_history(b"{", b"[]", b"run: 3")) == []


def test_without_evidence_there_are_no_stays():
    assert read_stays(make_history().open()) == {}
