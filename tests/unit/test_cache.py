"""What is kept between runs: believed only where it is what was written here, and never in the way."""

import marshal
import multiprocessing
import os
import shutil
import sys

import pytest

from gitops_gen.checks import cache as cache_module
from gitops_gen.checks.cache import Cache, Table, fingerprint_program, hash_parts, open_cache
from gitops_gen.checks.runs import hash_file, hash_world, load_run, save_run
from tests.privileges import permissions_count

SECRET, OTHER = b"s" * 32, b"o" * 32
KEY = hash_parts(b"key")
VALUE = {"findings": [("a.yaml", 1, 1, "SELDON001", "error", "wrong", "")]}
CLEAN = {"findings": []}


@pytest.fixture(name="cache")
def make_cache(tmp_path):
    return Cache(str(tmp_path / "cache"), SECRET)


def find_file(tmp_path, name="runs"):
    [path] = (tmp_path / "cache" / name).iterdir()
    return path


def test_what_was_saved_is_loaded(cache):
    assert cache.load("runs", KEY) is None
    cache.save("runs", KEY, VALUE)
    assert cache.load("runs", KEY) == VALUE
    assert cache.load("files", KEY) is None
    assert cache.load("runs", hash_parts(b"other")) is None


def test_parts_are_told_apart_by_their_lengths():
    parts = [(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"abc", b""), (b"", b"abc"), ()]
    assert len({hash_parts(*each) for each in parts}) == len(parts)


def test_every_flipped_byte_is_noticed(cache, tmp_path):
    cache.save("runs", KEY, VALUE)
    path = find_file(tmp_path)
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert cache.load("runs", KEY) is None
    path.write_bytes(content)
    assert cache.load("runs", KEY) == VALUE


def test_every_cut_and_every_addition_is_noticed(cache, tmp_path):
    cache.save("runs", KEY, VALUE)
    path = find_file(tmp_path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert cache.load("runs", KEY) is None
    path.write_bytes(content + b"\0")
    assert cache.load("runs", KEY) is None


def test_an_entry_that_was_copied_to_another_key_is_not_believed(cache, tmp_path):
    other = hash_parts(b"other")
    cache.save("runs", KEY, CLEAN)
    shutil.copy(find_file(tmp_path), tmp_path / "cache" / "runs" / other.hex())
    assert cache.load("runs", other) is None
    (tmp_path / "cache" / "files").mkdir()
    shutil.copy(tmp_path / "cache" / "runs" / KEY.hex(), tmp_path / "cache" / "files" / KEY.hex())
    assert cache.load("files", KEY) is None


def test_an_entry_of_another_user_is_not_believed(cache, tmp_path):
    Cache(str(tmp_path / "cache"), OTHER).save("runs", KEY, CLEAN)
    assert cache.load("runs", KEY) is None
    cache.save("runs", KEY, VALUE)
    assert cache.load("runs", KEY) == VALUE


def test_nothing_is_unpacked_before_it_is_believed(cache, tmp_path):
    path = tmp_path / "cache" / "runs" / KEY.hex()
    path.parent.mkdir(parents=True)
    for content in (
        b"",
        b"\0" * 32,
        b"\0" * 32 + marshal.dumps(CLEAN),
        os.urandom(1000),
        b"\0" * 32 + b"[\xff\xff\xff\x7f",
    ):
        path.write_bytes(content)
        assert cache.load("runs", KEY) is None


def test_a_file_that_is_too_large_is_not_read(cache, tmp_path, monkeypatch):
    cache.save("runs", KEY, VALUE)
    monkeypatch.setattr(cache_module, "_TABLE_LIMIT", 40)
    assert cache.load("runs", KEY) is None
    cache.save("runs", hash_parts(b"large"), ["x" * 100])
    assert len(list((tmp_path / "cache" / "runs").iterdir())) == 1


def test_the_oldest_entries_go(cache, tmp_path):
    keys = [hash_parts(b"%d" % number) for number in range(70)]
    for number, key in enumerate(keys):
        cache.save("runs", key, number)
        os.utime(tmp_path / "cache" / "runs" / key.hex(), (number, number))
    cache.save("runs", KEY, "last")
    assert cache.load("runs", KEY) == "last"
    assert cache.load("runs", keys[0]) is None
    assert cache.load("runs", keys[-1]) == 69
    assert len(list((tmp_path / "cache" / "runs").iterdir())) == 64
    for number in range(12):
        cache.save("files", hash_parts(b"%d" % number), number)
    assert len(list((tmp_path / "cache" / "files").iterdir())) == 8


def test_a_folder_that_cannot_be_made_is_as_an_empty_one(tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(str(tmp_path / "file" / "cache"), SECRET)
    cache.save("runs", KEY, VALUE)
    assert cache.load("runs", KEY) is None


@pytest.mark.parametrize("mode", [0o000, 0o500])
def test_a_folder_without_permissions_is_as_an_empty_one(cache, tmp_path, mode):
    cache.save("runs", KEY, VALUE)
    folder = tmp_path / "cache" / "runs"
    folder.chmod(mode)
    try:
        with permissions_count():
            cache.save("runs", hash_parts(b"other"), VALUE)
            assert cache.load("runs", KEY) == (VALUE if mode else None)
            assert cache.load("runs", hash_parts(b"other")) is None
    finally:
        folder.chmod(0o700)
    assert [path.name for path in folder.iterdir()] == [KEY.hex()], "no temporary file is left"


def test_a_folder_in_place_of_an_entry_is_as_none(cache, tmp_path):
    (tmp_path / "cache" / "runs" / KEY.hex()).mkdir(parents=True)
    assert cache.load("runs", KEY) is None
    cache.save("runs", KEY, VALUE)
    assert cache.load("runs", KEY) is None
    assert len(list((tmp_path / "cache" / "runs").iterdir())) == 1


def write_often(folder, number):
    cache = Cache(folder, SECRET)
    for turn in range(60):
        cache.save("runs", KEY, [number, turn, "x" * 10_000])
        cache.save("runs", hash_parts(b"%d %d" % (number, turn)), turn)
        found = cache.load("runs", KEY)
        assert found is None or found[2] == "x" * 10_000


def test_writers_at_the_same_time_do_not_disturb_each_other(cache, tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=write_often, args=(str(tmp_path / "cache"), number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert cache.load("runs", KEY)[2] == "x" * 10_000
    assert all("." not in path.name for path in (tmp_path / "cache" / "runs").iterdir())


def test_a_table_keeps_many_small_results(cache):
    table = Table(cache, "files", KEY)
    assert table.get(b"1") is None
    table.save([(b"1", "one"), (b"2", "two")])
    again = Table(cache, "files", KEY)
    assert (again.get(b"1"), again.get(b"3"), again.hits) == ("one", None, 1)
    again.save([(b"3", "three")])
    assert Table(cache, "files", KEY).entries == {b"1": "one", b"2": "two", b"3": "three"}
    assert Table(cache, "files", hash_parts(b"another world")).entries == {}


def test_a_table_with_nothing_new_is_not_written(cache, tmp_path):
    Table(cache, "files", KEY).save([])
    assert not (tmp_path / "cache").exists()


def test_without_a_cache_a_table_is_empty():
    table = Table(None, "files", KEY)
    table.save([(b"1", "one")])
    assert table.get(b"1") is None


def test_a_table_that_holds_something_else_is_empty(cache):
    cache.save("files", KEY, ["no table"])
    assert Table(cache, "files", KEY).entries == {}


def test_a_table_that_grows_loses_what_nobody_asked_for(cache, monkeypatch):
    monkeypatch.setattr(cache_module, "_ENTRIES_LIMIT", 3)
    Table(cache, "files", KEY).save([(b"1", "one"), (b"2", "two"), (b"3", "three")])
    table = Table(cache, "files", KEY)
    assert table.get(b"2") == "two"
    table.save([(b"4", "four")])
    assert Table(cache, "files", KEY).entries == {b"2": "two", b"4": "four"}


@pytest.fixture(name="home")
def make_home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "GITOPS_GEN_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    return home


def test_the_cache_and_its_key_lie_apart(home):
    cache = open_cache()
    cache.save("runs", KEY, VALUE)
    assert open_cache().load("runs", KEY) == VALUE
    key = home / ".local/state/gitops-gen/cache.key"
    assert len(key.read_bytes()) == 32
    assert key.stat().st_mode & 0o777 == 0o600
    assert (home / ".cache/gitops-gen/runs" / KEY.hex()).is_file()
    assert (home / ".cache/gitops-gen/runs").stat().st_mode & 0o077 == 0


def test_another_key_makes_the_cache_empty(home):
    open_cache().save("runs", KEY, VALUE)
    (home / ".local/state/gitops-gen/cache.key").unlink()
    assert open_cache().load("runs", KEY) is None


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_key_that_is_none_is_made_anew(home, content):
    key = home / ".local/state/gitops-gen/cache.key"
    key.parent.mkdir(parents=True)
    key.write_bytes(content)
    assert open_cache() is not None
    assert len(key.read_bytes()) == 32


def test_places_can_be_chosen(home, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    open_cache().save("runs", KEY, VALUE)
    assert (tmp_path / "state/gitops-gen/cache.key").is_file()
    assert (tmp_path / "xdg/gitops-gen/runs").is_dir()
    monkeypatch.setenv("GITOPS_GEN_CACHE_DIR", str(tmp_path / "own"))
    open_cache().save("runs", KEY, VALUE)
    assert (tmp_path / "own/runs").is_dir()
    assert list(home.iterdir()) == []


def test_a_place_that_is_no_absolute_path_does_not_count(home, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    open_cache().save("runs", KEY, VALUE)
    assert (home / ".cache/gitops-gen/runs").is_dir()


def test_without_a_home_there_is_no_cache(home, monkeypatch):
    monkeypatch.setenv("HOME", "relative")
    assert open_cache() is None


def test_where_the_key_cannot_be_kept_there_is_no_cache(home, monkeypatch):
    home.chmod(0o500)
    with permissions_count():
        assert open_cache() is None
    home.chmod(0o700)
    (home / ".local/state/gitops-gen/cache.key").mkdir(parents=True)
    assert open_cache() is None


def test_on_windows_the_cache_lies_in_its_own_place(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_module.os, "name", "nt")
    monkeypatch.setenv("LOCALAPPDATA", "/data")
    assert cache_module._find_folder("XDG_CACHE_HOME", ".cache") == "/data/gitops-gen/cache"
    assert cache_module._find_folder("XDG_STATE_HOME", ".local/state") == "/data/gitops-gen/state"
    monkeypatch.delenv("LOCALAPPDATA")
    assert cache_module._find_folder("XDG_CACHE_HOME", ".cache") == ""


def test_the_program_has_a_fingerprint_that_stays():
    assert fingerprint_program() == fingerprint_program()


def test_another_library_gives_another_fingerprint(tmp_path, monkeypatch):
    before = fingerprint_program()
    (tmp_path / "yaml").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert fingerprint_program() != before


def test_options_make_another_world():
    worlds = [(), ("1.31",), ("", "1.31"), ("1.31", ""), ("1.3", "1")]
    assert len({hash_world(options) for options in worlds}) == len(worlds)


def test_a_run_is_kept_with_the_files_that_it_depends_on(cache, tmp_path):
    (tmp_path / "patch.txt").write_text("one")
    save_run(cache, KEY, str(tmp_path), VALUE, ["patch.txt", "gone.txt"])
    assert load_run(cache, KEY, str(tmp_path))["findings"] == VALUE["findings"]
    (tmp_path / "gone.txt").write_text("")
    assert load_run(cache, KEY, str(tmp_path)) is None, "a file that was missing is there"
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "patch.txt").write_text("two")
    assert load_run(cache, KEY, str(tmp_path)) is None


def test_a_run_that_is_something_else_is_none(cache, tmp_path):
    cache.save("runs", KEY, ["no run"])
    assert load_run(cache, KEY, str(tmp_path)) is None


def test_a_file_has_a_hash_and_none_has_another(tmp_path):
    (tmp_path / "a").write_text("")
    assert len({hash_file(str(tmp_path / "a")), hash_file(str(tmp_path / "gone")), hash_file(__file__)}) == 3
