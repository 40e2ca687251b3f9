"""How much is parsed of one file: the same for all who ask, and without a bound outside of files."""

from gitops_gen.checks.limits import Allowance


def test_what_is_beyond_is_not_parsed():
    allowance = Allowance(10)
    allowance.begin()
    assert [allowance.covers(text) for text in ("a" * 6, "b" * 6, "a" * 6, "c")] == [True, False, True, False]


def test_each_file_has_its_own():
    allowance = Allowance(10)
    allowance.begin()
    assert not allowance.covers("a" * 11)
    allowance.begin()
    assert allowance.covers("a" * 10)
    allowance.end()
    assert allowance.covers("a" * 1000)
    assert allowance.spend("a" * 1000)


def test_a_text_may_count_for_more_than_its_length():
    allowance = Allowance(10)
    allowance.begin()
    assert not allowance.covers("abc", lambda text: len(text) ** 3)


def test_what_is_not_remembered_counts_each_time():
    allowance = Allowance(10)
    allowance.begin()
    assert [allowance.spend("aaaa") for _ in range(3)] == [True, True, False]
