"""Drawings of who refers to whom, in each format."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gitops_gen.assets import find_folder
from gitops_gen.reports.reference_graph import (
    FORMATS,
    Drawing,
    Link,
    Node,
    condense,
    find_limit,
    join_roles,
    render_graph,
)
from tests.goldens import check_golden

GOLDENS = Path(__file__).parent / "graphs"
APPS = "argocd/dev"
KAFKA = "platform/kafka/overlays/dev"
NODES = (
    Node("Application argocd/root", "Application", "root", "argocd", "bootstrap", "bootstrap/root.yaml"),
    Node("AppProject argocd/platform", "AppProject", "platform", "argocd", "bootstrap", "bootstrap/project.yaml"),
    Node("Application argocd/kafka", "Application", "kafka", "argocd", APPS, f"{APPS}/kafka.yaml"),
    Node("Application argocd/flink", "Application", "flink", "argocd", APPS, f"{APPS}/flink.yaml"),
    Node("Kafka streaming/events", "Kafka", "events", "streaming", KAFKA, "kafka.yaml"),
    Node("KafkaTopic streaming/a", "KafkaTopic", "a", "streaming", KAFKA, "a.yaml"),
    Node("KafkaTopic streaming/b", "KafkaTopic", "b", "streaming", KAFKA, "b.yaml"),
    *(Node(f"ConfigMap streaming/{n}", "ConfigMap", f"c{n}", "streaming", KAFKA, f"c{n}.yaml") for n in range(6)),
    Node("Kafka streaming/event", "Kafka", "event", "streaming", "", state="missing"),
    Node("folder platform/flink", "folder", "platform/flink", "", "", state="missing"),
    Node("Secret streaming/tls", "Secret", "tls", "streaming", "", state="external"),
    Node("StorageClass /fast", "StorageClass", "fast", "", "", state="unknown"),
)
LINKS = (
    Link("Application argocd/root", APPS, "deploys", "here", "bootstrap/root.yaml", 9, to_folder=True),
    Link("Application argocd/kafka", KAFKA, "deploys", "here", f"{APPS}/kafka.yaml", 9, to_folder=True),
    Link("Application argocd/kafka", "AppProject argocd/platform", "belongs to", "here", f"{APPS}/kafka.yaml", 7),
    Link("Application argocd/flink", "folder platform/flink", "deploys", "missing", f"{APPS}/flink.yaml", 9),
    Link("KafkaTopic streaming/a", "Kafka streaming/events", "belongs to", "here", "a.yaml", 6),
    Link("KafkaTopic streaming/b", "Kafka streaming/event", "belongs to", "missing", "b.yaml", 6),
    Link("Kafka streaming/events", "Secret streaming/tls", "reads", "external", "kafka.yaml", 12),
    Link("Kafka streaming/events", "Secret streaming/tls", "mounts", "external", "kafka.yaml", 14),
    Link("Kafka streaming/events", "StorageClass /fast", "stored by", "unknown", "kafka.yaml", 20),
)
DRAWING = Drawing("dev", NODES, LINKS)
ENDINGS = {"mermaid": "mmd", "dot": "dot", "json": "json"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_drawing_in_each_format(name):
    check_golden(GOLDENS / f"kafka.{ENDINGS[name]}", render_graph(name, [DRAWING]) + "\n")


@pytest.mark.parametrize("name", FORMATS)
def test_a_repository_without_anything(name):
    assert render_graph(name, [])
    assert render_graph(name, [Drawing("", (), ())])


def test_json_is_as_its_schema_says():
    schema = json.loads((Path(find_folder("schemas")) / "graph.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(render_graph("json", [DRAWING])))


def test_a_picture_has_one_line_for_two_ends():
    assert [link.role for link in join_roles(LINKS[6:8])] == ["reads, mounts"]


def test_a_picture_puts_what_has_no_line_together():
    nodes = {node.name: node for node in condense(DRAWING).nodes}
    assert "c0, c1, c2, c3 and 2 more" in nodes
    assert nodes["kafka"].note == "project platform"
    assert nodes["kafka"].folder == ""
    assert nodes["tls"].note == "in streaming"


def test_who_deploys_a_folder_of_applications_points_at_each():
    ends = [(link.target, link.to_folder) for link in condense(DRAWING).links if link.source.endswith("/root")]
    assert ends == [("Application argocd/kafka", False), ("Application argocd/flink", False)]


def test_mermaid_has_limits():
    many = Drawing("dev", NODES, [LINKS[4]._replace(source=NODES[4].id, target=f"n{n}") for n in range(501)])
    assert "501 lines" in find_limit("mermaid", [many], "")
    assert find_limit("dot", [many], "") == ""
    assert find_limit("mermaid", [DRAWING], "x" * 50_001)
    assert find_limit("mermaid", [DRAWING], render_graph("mermaid", [DRAWING])) == ""


texts = st.text(max_size=12) | st.sampled_from(
    ['"]; end', "<img src=x>", "`x`", "a\nb", "#quot;", "\\", "]}|", "%%{init"]
)


@given(texts, texts, texts)
def test_no_text_gets_out_of_its_quotes(kind, name, role):
    nodes = (Node("a", kind, name, name, name), Node("b", kind, name, name, "", state="missing"))
    drawing = Drawing(name, nodes, (Link("a", "b", role, "missing", name, 1),))
    mermaid = render_graph("mermaid", [drawing])
    for line in mermaid.splitlines():
        assert line.count('"') in {0, 2}
        inside = line.split('"')[1] if '"' in line else ""
        assert not set(inside.replace("<br/>", "")) & set('<>[]{}|`\\"%&~@$')
    dot = render_graph("dot", [drawing]).replace("\\\\", "").replace('\\"', "")
    assert all(line.count('"') % 2 == 0 for line in dot.splitlines())
    environment = json.loads(render_graph("json", [drawing]))["environments"][0]
    assert len(environment["nodes"]) == 2
