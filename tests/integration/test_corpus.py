"""Manifests of the projects that make the kinds checked here: what is right is not reported, what is wrong is.

They lie in ../shared/corpus, which is not part of the repository. An error in a file of its folder `valid` is a false
alarm unless corpus_explained.tsv says why it is none. Left out are the rules on pins and evidence, and all warnings:
they are about how a repository is kept, not about what an API server takes. So an image with a tag, on which half of
these samples run, is no error in a tree without a gitops-gen.yaml.
"""

import csv
import json
import re
from collections import defaultdict
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
import yaml

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.validate import validate
from gitops_gen.validation import ValidateRequest, prepare_run

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
EXPLAINED = Path(__file__).parents[1] / "corpus_explained.tsv"
SCHEMAS = Path(__file__).parents[2] / "schemas"
KINDS = {"Kustomization"} | {
    json.loads(path.read_text(encoding="utf-8"))["properties"]["kind"]["const"]
    for path in SCHEMAS.glob("*/*_v*.json")
    if path.parent.name != "kustomize.config.k8s.io"
}
"""The kinds with a schema in schemas/; all native ones have one besides."""
SEMANTIC = {
    "argo-workflows/test/e2e/lintfail/invalid-spec.yaml": "entrypoint: ",
    "seldon-core/notebooks/resources/model_bad_volume.yaml": "name: myvolume",
    "seldon-core-2/samples/models/error-no-uri.yaml": "storageUri: ",
    "seldon-core-2/samples/pipelines/error-step-name.yaml": "name: ",
    "seldon-core-2/samples/servers/mlserver-badname.yaml": "name: ",
}
"""What stands in the lines that a mistake is on which no schema sees; reasons.tsv tells it in words."""

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is missing")


def read_table(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return list(rows)


@cache
def check(folder):
    """What is wrong with the files of a folder: path to findings, errors only.

    Of what is known to be wrong, that a version is not known counts too, though it is a warning: it may be a newer one.
    """
    request = ValidateRequest(root=str(CORPUS / folder), cache=False, jobs=1)
    result = validate(request, prepare_run(request), find_kustomize=KustomizeCommand)
    assert result.counts["files"] > 0
    found = defaultdict(list)
    for finding in result.findings:
        is_unknown_version = finding.rule == "SCHEMA005" and folder == "invalid-upstream"
        if is_unknown_version or finding.severity == "error":
            found[finding.path].append(finding)
    return found, result


def test_what_is_valid_is_not_reported():
    """Kustomizations that do not build, by KUSTOMIZE.tsv, may be found to be wrong."""
    unbuilt = {folder for folder, outcome, *_ in read_table(CORPUS / "KUSTOMIZE.tsv") if outcome.startswith("fails")}
    found, _ = check("valid")
    alarms = {
        (finding.path, finding.rule, str(finding.line)): finding.message
        for findings in found.values()
        for finding in findings
        if not (finding.rule.startswith("KUST") and finding.path.rpartition("/")[0] in unbuilt)
    }
    explained = [tuple(row[:3]) for row in read_table(EXPLAINED)]
    assert {alarm: message for alarm, message in alarms.items() if alarm not in explained} == {}
    assert [row for row in explained if row not in alarms] == [], "these do not occur any more"
    assert len(explained) == len(set(explained))
    assert all(len(row) == 4 and row[3].endswith(".") for row in read_table(EXPLAINED)), "each has its reason"


def test_what_builds_upstream_is_built():
    outcomes = {folder: outcome for folder, outcome, *_ in read_table(CORPUS / "KUSTOMIZE.tsv")}
    _, result = check("valid")
    unbuilt = {entry.path.rpartition("/")[0] for entry in result.unchecked if "does not build" in entry.reason}
    assert {folder for folder in unbuilt if outcomes.get(folder) == "builds"} == set()
    assert result.counts["builds"] >= 25


def list_invalid():
    """File, class and reason of each that is about kinds that are checked here, or about the text of the file."""
    if not CORPUS.is_dir():
        return []
    rows = read_table(CORPUS / "invalid-upstream" / "reasons.tsv")
    of_text = ("parse-error", "duplicate-key", "kustomize")
    kinds = {path.removeprefix("invalid-upstream/"): kinds for path, _, kinds, *_ in read_table(CORPUS / "INDEX.tsv")}
    chosen = []
    for path, kind_of_mistake, _, reason in rows:
        about = {part.partition("/")[0] for part in reason.split(" ;; ")} & KINDS
        # A mistake that the schema does not see is told without the kind.
        meant = kind_of_mistake == "semantic" and {kind.rpartition(":")[2] for kind in kinds[path].split()} <= KINDS
        if kind_of_mistake in of_text or about or meant:
            chosen.append((path, kind_of_mistake, reason))
    return chosen


@pytest.mark.parametrize("row", list_invalid(), ids=lambda row: row[0])
def test_what_is_invalid_is_reported_on_a_line_that_the_reason_is_about(row):
    path, kind_of_mistake, reason = row
    found, _ = check("invalid-upstream")
    lines = {finding.line for finding in found[path]}
    content = (CORPUS / "invalid-upstream" / path).read_text(encoding="utf-8")
    for part in reason.split(" ;; "):
        expected = find_lines(content, kind_of_mistake, SEMANTIC.get(path, part))
        assert lines & expected, f"{part}\nexpected on {sorted(expected)}; found {found[path]}"


def test_every_class_of_mistakes_is_there():
    assert {kind for _, kind, _ in list_invalid()} == {
        "duplicate-key",
        "invalid",
        "kustomize",
        "noversion",
        "parse-error",
        "semantic",
        "unknown-field",
    }
    assert len(list_invalid()) >= 58


def find_lines(content, kind_of_mistake, reason):
    """The lines that a reason of reasons.tsv is about."""
    if kind_of_mistake in {"parse-error", "duplicate-key"}:
        return {int(re.findall(r"line (\d+)", reason)[-1])}
    if kind_of_mistake == "semantic":
        return {number for number, line in enumerate(content.splitlines(), 1) if reason in line}
    if kind_of_mistake == "kustomize":
        return {number for number, line in enumerate(content.splitlines(), 1) if line.strip().startswith("- ")}
    matched = re.match(r"(?P<kind>\w+)/(?P<name>\S+): (?P<where>\S+?):? (?P<what>.*)", reason)
    assert matched, reason
    document = find_document(content, matched["kind"], matched["name"])
    if kind_of_mistake == "noversion":
        return {find_key(document, ["apiVersion"])}
    keys = [] if matched["where"] == "(root)" else matched["where"].split(".")
    unexpected = re.search(r"\((.+) (?:was|were) unexpected\)", matched["what"])
    if unexpected:
        return {find_key(document, [*keys, name.strip("', ")]) for name in unexpected[1].split(", ")}
    required = re.match(r"'(\w+)' is a required property", matched["what"])
    lines = {find_key(document, keys)}
    if required:  # which may be there, without a value
        with suppress(StopIteration):
            lines.add(find_key(document, [*keys, required[1]]))
    return lines


def find_document(content, kind, name):
    """The node of the object of a name; `None` is the name of one without a name."""
    for node in yaml.compose_all(content, yaml.SafeLoader):
        fields = {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
        if "kind" not in fields or fields["kind"].value != kind:
            continue
        metadata = fields["metadata"].value if "metadata" in fields else []
        names = [value.value for key, value in metadata if key.value in {"name", "generateName"}]
        if name in names or name == "None":
            return node
    raise AssertionError(f"there is no {kind}/{name}")


def find_key(node, keys):
    """The line, from 1, of the key or the item that `keys` lead to."""
    line = node.start_mark.line + 1
    for key in keys:
        if isinstance(node, yaml.SequenceNode):
            node = node.value[int(key)]
            line = node.start_mark.line + 1
        else:
            pair = next(pair for pair in node.value if pair[0].value == key)
            line, node = pair[0].start_mark.line + 1, pair[1]
    return line
