"""`gitops-gen validate --graph`, over whole repositories."""

import json
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gitops_gen.assets import find_folder
from gitops_gen.checks.cache import CACHE_VARIABLE
from gitops_gen.cli.validate_arguments import Arguments
from gitops_gen.cli.validation import run_validation
from gitops_gen.errors import InvalidValueError, NotFoundError
from tests.mutations import EXAMPLES, REPOSITORIES


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def root(tmp_path, monkeypatch, cache):
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    root = shutil.copytree(REPOSITORIES["platform"], tmp_path / "repository")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def draw(capsys):
    def draw(*paths, **options):
        assert run_validation(Arguments(paths=paths, **{"graph": "json", **options})) == 0
        return capsys.readouterr()

    return draw


def load(printed):
    return {each["name"]: each for each in json.loads(printed.out)["environments"]}


def replace(root, path, old, new):
    text = (root / path).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def test_all_of_a_repository(root, draw):
    printed = draw()
    schema = json.loads((Path(find_folder("schemas")) / "graph.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(printed.out))
    assert printed.err == ""
    found = load(printed)
    assert list(found) == ["dev", "production"]
    for environment in found.values():
        assert [link for link in environment["links"] if link["state"] == "missing"] == []
        ends = {node["id"] for node in environment["nodes"]}
        folders = {node["folder"] for node in environment["nodes"]}
        assert len(ends) == len(environment["nodes"])
        assert {link["source"] for link in environment["links"]} <= ends
        assert {link["target"] for link in environment["links"] if "target" in link} <= ends
        assert {link["folder"] for link in environment["links"] if "folder" in link} <= folders


def test_who_refers_to_whom(root, draw):
    (environment,) = load(draw(environment="production")).values()
    links = {(link["source"], link.get("target", link.get("folder")), link["role"]) for link in environment["links"]}
    assert {
        ("argoproj.io/Application argocd/root", "argocd/production", "deploys"),
        ("argoproj.io/Application argocd/kafka-production", "platform/kafka/overlays/production", "deploys"),
        (
            "kafka.strimzi.io/KafkaTopic streaming/scoring-requests",
            "kafka.strimzi.io/Kafka streaming/events",
            "belongs to",
        ),
        ("apps/Deployment apps/scoring-gateway", "ConfigMap apps/scoring-gateway", "mounts"),
        ("monitoring.coreos.com/ServiceMonitor monitoring/scoring-gateway", "Service apps/scoring-gateway", "scrapes"),
    } <= links


def test_what_is_not_there_is_missing_where_it_is_named(root, draw):
    replace(root, "platform/kafka/base/kafkatopic.yaml", "cluster: events", "cluster: event")
    replace(root, "argocd/production/kafka.yaml", "overlays/production", "overlays/prod")
    found = load(draw())
    missing = {name: [link for link in each["links"] if link["state"] == "missing"] for name, each in found.items()}
    told = {name: [(link["path"], link["line"]) for link in links] for name, links in missing.items()}
    topic, application = ("platform/kafka/base/kafkatopic.yaml", 6), ("argocd/production/kafka.yaml", 13)
    assert told == {"dev": [topic], "production": [application, topic]}
    nodes = {node["id"]: node for node in found["production"]["nodes"]}
    assert [(nodes[link["target"]]["kind"], nodes[link["target"]]["name"]) for link in missing["production"]] == [
        ("folder", "platform/kafka/overlays/prod"),
        ("Kafka", "event"),
    ]
    pictures = {name: draw(graph=name, environment="production").out for name in ("mermaid", "dot")}
    assert '{{"Kafka<br/>event<br/>in streaming"}}:::missing' in pictures["mermaid"]
    assert "linkStyle " in pictures["mermaid"]
    assert pictures["dot"].count("shape=hexagon") == 2


def test_paths_draw_a_part(root, draw):
    (environment,) = load(draw("platform/knative", environment="dev")).values()
    folders = {node["folder"] for node in environment["nodes"]}
    assert folders == {"argocd/dev", "platform/knative/overlays/dev"}
    assert {node["kind"] for node in environment["nodes"]} >= {"Broker", "Trigger", "Channel", "Application"}


def test_a_build_that_fails_is_said_and_the_rest_drawn(root, draw):
    replace(root, "platform/spark/base/kustomization.yaml", "- role.yaml\n", "- roles.yaml\n")
    printed = draw(environment="dev")
    assert "platform/spark/overlays/dev" in printed.err
    (environment,) = load(printed).values()
    assert "platform/kafka/overlays/dev" in {node["folder"] for node in environment["nodes"]}


@pytest.mark.parametrize("name", ["seldon", "kserve"])
def test_the_examples_have_no_red_line(name, cache, monkeypatch, draw):
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.chdir(REPOSITORIES[name])
    for environment in load(draw()).values():
        assert "missing" not in {link["state"] for link in environment["links"]}


def test_the_picture_in_the_documentation_is_up_to_date(monkeypatch, cache, draw):
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.chdir(REPOSITORIES["seldon"])
    page = (EXAMPLES.parent / "docs" / "graph.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{draw(graph='mermaid', environment='production').out}```" in page


def test_a_folder_of_manifests_without_settings(tmp_path, monkeypatch, draw):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "binding.yaml").write_text(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: a\n  namespace: b\n"
        "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: c\n",
        encoding="utf-8",
    )
    (environment,) = load(draw()).values()
    assert [node["name"] for node in environment["nodes"]] == ["a", "c"]


def test_what_cannot_be_drawn_is_refused(root):
    with pytest.raises(InvalidValueError, match="there is no format 'svg'"):
        run_validation(Arguments(graph="svg"))
    with pytest.raises(NotFoundError, match="there is no environment 'stage'") as caught:
        run_validation(Arguments(graph="dot", environment="stage"))
    assert caught.value.hint == "there is dev, production"
    with pytest.raises(InvalidValueError, match="--env"):
        run_validation(Arguments(environment="dev"))


def test_a_picture_that_is_too_large_says_so(root, draw):
    for number in range(300):
        name = f"argocd/dev/more-{number}.yaml"
        shutil.copyfile(root / "argocd/dev/kafka.yaml", root / name)
        replace(root, name, "name: kafka-dev", f"name: more-{number}")
    assert "Mermaid draws 500" in draw(graph="mermaid").err
    assert draw(graph="dot").err == ""
