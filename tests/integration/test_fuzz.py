"""Whatever stands in a file, a validation ends with findings: never with a traceback."""

import random
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.checks.catalogue import BY_ENVIRONMENT, find_rule, load_rules
from gitops_gen.checks.environments import Group, make_members, split_environments
from gitops_gen.checks.files import OBJECTS, RESOURCE, TEXT, FileChecker, Task
from gitops_gen.checks.objects import ObjectChecker, looks_like_object
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.selection import Selection
from gitops_gen.checks.tree import Tree
from gitops_gen.config import load_model_settings, load_settings
from gitops_gen.drawing import draw_environments
from gitops_gen.errors import GitopsGenError
from gitops_gen.explaining import explain_line
from gitops_gen.findings import SEVERITIES
from gitops_gen.names import ModelName
from gitops_gen.reports.explanation_json import render_json
from gitops_gen.reports.explanation_text import render_text
from gitops_gen.reports.findings import FORMATS, render_findings
from gitops_gen.reports.reference_graph import FORMATS as GRAPHS
from gitops_gen.reports.reference_graph import find_limit, render_graph
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run
from tests.broken import TOKENS, list_nasty, list_originals, mutate
from tests.broken_structure import change, read_documents, write_documents
from tests.mutations import EXAMPLES
from tests.nasty_kinds import list_nasty_objects, list_nasty_texts

REPOSITORIES = Path(__file__).parents[1] / "repositories"
CHECKER = FileChecker(".", ObjectChecker(SchemaStore(), Selection()))
ORIGINALS = [path.read_bytes() for path in list_originals()]
SELDON = {
    path.relative_to(EXAMPLES / "seldon" / "repository").as_posix(): path.read_bytes()
    for path in sorted((EXAMPLES / "seldon" / "repository").rglob("*.yaml"))
}
PLATFORM = {
    path.relative_to(REPOSITORIES / "platform").as_posix(): path.read_bytes()
    for path in sorted((REPOSITORIES / "platform").rglob("*.yaml"))
}
OVERLAY = "models/churn/overlays/production/kustomization.yaml"
EVIDENCE = "models/churn/overlays/production/evidence.yaml"
NAMES = (
    "a.yaml",
    "a.json",
    "kustomization.yaml",
    "gitops-gen.yaml",
    "models/a/model.yaml",
    "models/a/overlays/b/evidence.yaml",
)

ANY_BYTES = st.binary(max_size=300)
ANY_TEXT = st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
TOKENS_IN_A_ROW = st.lists(st.sampled_from(TOKENS), max_size=40).map(b"".join)
CHANCE = st.integers(0, 2**32).map(random.Random)
CHANGES = st.integers(1, 5)
LIMIT = 2.0
"""Seconds of the processor for a file of 20 KB, of which none takes more than a tenth: what is quadratic takes more."""


def check_file(content, path="a.yaml", mode=OBJECTS):
    report = CHECKER.check(Task(path, mode), content)
    lines = content.count(b"\n") + content.count(b"\r") + content.count("\u2028".encode()) + 2
    for found_in, line, column, rule, severity, message, _ in report.findings:
        assert found_in == path
        assert 1 <= line <= lines
        assert column >= 1
        assert find_rule(rule) is not None
        assert severity in SEVERITIES
        assert message
    return report


def check_tree(files, kustomize=None):
    """Check a folder of these files, and write the outcome in every format."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        request = ValidateRequest(root=str(root), cache=False, jobs=1)
        result = validate(request, prepare_run(request), find_kustomize=lambda: kustomize)
    for name in FORMATS:
        render_findings(name, result, read_source=files.get, rules=find_rule, color=False)
    return result


@given(
    content=ANY_BYTES | ANY_TEXT | TOKENS_IN_A_ROW,
    path=st.sampled_from(NAMES[:3]),
    mode=st.sampled_from([OBJECTS, RESOURCE, TEXT]),
)
@settings(max_examples=500)
def test_anything_may_stand_in_a_file(content, path, mode):
    check_file(content, path, mode)


@given(original=st.sampled_from(ORIGINALS), chance=CHANCE, times=CHANGES)
@settings(max_examples=500)
def test_a_manifest_may_be_broken_in_any_way(original, chance, times):
    check_file(mutate(original, chance, times))


@given(content=ANY_BYTES | TOKENS_IN_A_ROW, path=st.sampled_from(NAMES))
@settings(max_examples=100)
def test_anything_may_stand_in_a_repository(content, path):
    check_tree({"gitops-gen.yaml": SELDON["gitops-gen.yaml"], path: content})


@given(path=st.sampled_from([OVERLAY, EVIDENCE, "models/churn/base/kustomization.yaml"]), chance=CHANCE, times=CHANGES)
@settings(max_examples=60)
def test_a_kustomization_and_its_evidence_may_be_broken_in_any_way(path, chance, times):
    check_tree({**SELDON, path: mutate(SELDON[path], chance, times)}, KustomizeCommand())


@given(path=st.sampled_from(["gitops-gen.yaml", "models/churn/model.yaml"]), chance=CHANCE, times=CHANGES)
@settings(max_examples=200)
def test_a_promotion_reads_the_settings_that_a_validation_lets_through(path, chance, times):
    content = mutate(SELDON[path], chance, times)
    if any(text in content for text in (b"!", b"\t", b"<<", b"2024-01-01")):
        return  # tags, tabs, merges and dates: those who promote use a reader that takes less than Kubernetes
    result = check_tree({"gitops-gen.yaml": SELDON["gitops-gen.yaml"], path: content})
    if any(finding.path == path and finding.severity == "error" for finding in result.findings):
        return
    try:
        load_settings(content, path) if path == "gitops-gen.yaml" else load_model_settings(
            content, path, ModelName("churn")
        )
    except GitopsGenError as error:
        pytest.fail(f"nothing was found, and then: {error}\n{content.decode(errors='replace')}")


@pytest.mark.parametrize(
    ("name", "content"), list(list_nasty(20_000)), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_file_that_is_made_to_exhaust_its_reader_is_checked(name, content):
    for path in ("a.yaml", "a.json", "kustomization.yaml"):
        check_file(content, path)


@given(original=st.sampled_from(ORIGINALS + list(PLATFORM.values())), chance=CHANCE, times=CHANGES)
@settings(max_examples=300)
def test_a_value_may_be_of_any_type(original, chance, times):
    documents = read_documents(original)
    change(documents, chance, times, read_documents(chance.choice(ORIGINALS)))
    check_file(write_documents(documents)[:200_000])


@given(chance=CHANCE, times=CHANGES)
@settings(max_examples=30)
def test_what_lands_together_may_be_broken_in_any_way(chance, times):
    documents = {path: read_documents(content) for path, content in PLATFORM.items()}
    settings_file = documents.pop("gitops-gen.yaml")
    for path in chance.sample(sorted(documents), 10):
        change(documents[path], chance, times, settings_file)
    change(settings_file, chance, chance.choice([0, 0, 1, 5]))
    declared = settings_file[0] if settings_file and isinstance(settings_file[0], dict) else {}
    manifests = [
        (path, Resource(data)) for path, found in documents.items() for data in found if looks_like_object(data)
    ]
    names = ["dev", "production"]
    members = make_members({}, manifests, declared, names)
    environments = split_environments(
        Group(members, ()),
        declared,
        names,
        locate=lambda member, _: (member.path, 1, 1),
        tree=Tree(str(REPOSITORIES / "platform")),
    )
    for environment in environments:
        for rule in (rule for module in BY_ENVIRONMENT for rule in load_rules(module)):
            assert all(hit.message for hit in rule.check(environment))


@given(chance=CHANCE, times=CHANGES)
@settings(max_examples=8)
def test_a_repository_is_drawn_and_explained_whatever_stands_in_it(chance, times):
    files = {path: content for path, content in PLATFORM.items() if path.rpartition("/")[2] != "kustomization.yaml"}
    path = chance.choice(sorted(files))
    for changed in {path, *chance.sample(sorted(files), 3)}:
        documents = read_documents(files[changed])
        change(documents, chance, times)
        files[changed] = write_documents(documents) if chance.random() < 0.8 else mutate(files[changed], chance, times)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        request = ValidateRequest(root=str(root), cache=False, jobs=1)
        drawings, _ = draw_environments(request, prepare_run(request), environment="", find_kustomize=lambda: None)
        for name in GRAPHS:
            find_limit(name, drawings, render_graph(name, drawings))
        for line in range(1, min(files[path].count(b"\n"), 3) + 1):
            try:
                found = explain_line(request, prepare_run(request), path, line, find_kustomize=lambda: None)
            except GitopsGenError:
                continue  # what it says is that the file cannot be read
            assert render_json(found)
            assert render_text(found)


def test_a_line_behind_what_cannot_be_read_is_explained(tmp_path):
    tmp_path.joinpath("a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\n---\na: *nothing\n")
    request = ValidateRequest(root=str(tmp_path), cache=False, jobs=1)
    found = explain_line(request, prepare_run(request), "a.yaml", 4, find_kustomize=lambda: None)
    assert found.line == 4


NASTY = [
    *((name, "a.yaml", content) for name, content in list_nasty_objects(20_000)),
    *list_nasty_texts(20_000),
]


@pytest.mark.parametrize(("name", "path", "content"), NASTY, ids=[name for name, *_ in NASTY])
def test_an_object_that_is_made_to_exhaust_its_rules_is_checked(name, path, content):
    started = time.process_time()
    check_file(content, path)
    assert time.process_time() - started < LIMIT
