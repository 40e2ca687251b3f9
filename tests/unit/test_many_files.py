"""Files in several processes: the same as in one, and a failure of any of them is told."""

import pytest

from gitops_gen.checks.cache import Table
from gitops_gen.checks.files import OBJECTS, FileChecker, Task
from gitops_gen.checks.many_files import check_files
from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.selection import Selection
from gitops_gen.errors import ConfigError

COUNT = 80
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports: [{port: 80}]\n  port: 1\n"


def write_files(folder):
    """Files of two kinds in turn: of two processes each gets one kind."""
    tasks = []
    for number in range(COUNT):
        name = f"{number:03}.yaml"
        (folder / name).write_text(SERVICE if number % 2 else CONFIG_MAP, encoding="utf-8")
        tasks.append(Task(name, OBJECTS))
    return tasks


def make_checker(folder, *locations):
    store = SchemaStore(locations=[str(location) for location in locations])
    return FileChecker(str(folder), ObjectChecker(store, Selection()))


def test_two_processes_find_what_one_finds(tmp_path):
    tasks = write_files(tmp_path)
    one, two = (
        check_files(make_checker(tmp_path), tasks, table=Table(None, "files", b""), jobs=jobs) for jobs in (1, 2)
    )
    assert one == two
    assert [row[3] for task in tasks for row in one.reports[task.path].findings] == ["SCHEMA001"] * (COUNT // 2)


def test_a_file_that_is_gone_is_told_by_either_process(tmp_path):
    tasks = [*write_files(tmp_path), Task("gone-1.yaml", OBJECTS), Task("gone-2.yaml", OBJECTS)]
    found = check_files(make_checker(tmp_path), tasks, table=Table(None, "files", b""), jobs=2)
    assert sorted(problem.path for problem in found.problems) == ["gone-1.yaml", "gone-2.yaml"]


def test_a_schema_that_only_the_other_process_needs_is_an_error_here(tmp_path, capfd):
    tasks = write_files(tmp_path)
    schema = tmp_path / "schemas" / "service-v1.json"
    schema.parent.mkdir()
    schema.write_text('{"$ref": "nowhere.json"}', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"service-v1\.json cannot be used"):
        check_files(make_checker(tmp_path, schema.parent), tasks, table=Table(None, "files", b""), jobs=2)
    assert capfd.readouterr().err == ""
