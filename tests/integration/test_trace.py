"""The chain of a release, found from either end, on a real git remote."""

import json
from pathlib import Path

import jsonschema
import pytest

from gitops_gen.adapters.repository_git import RepositoryGit
from gitops_gen.chain import Trace
from gitops_gen.errors import InvalidValueError, NotFoundError
from gitops_gen.gates import Waivers
from gitops_gen.model import SourceCode
from gitops_gen.reports.trace_json import render_trace_json
from gitops_gen.reports.trace_text import render_trace_text
from gitops_gen.trace import TracePorts, TraceRequest, trace
from tests.integration.conftest import World
from tests.releases import digest

SCHEMA = json.loads(Path("schemas/trace.schema.json").read_text(encoding="utf-8"))
CODE = "1234567890abcdef1234567890abcdef12345678"


def follow(world: World, query: str, **request: object) -> Trace:
    with RepositoryGit(str(world.remote)) as repository:
        ports = TracePorts(repository=repository, registry=world.registry, tracking=lambda _: world.tracking)
        return trace(TraceRequest(query=query, **request), ports)


def where(found: Trace) -> list[tuple[str, bool]]:
    return [(stay.environment, stay.until is None) for chain in found.chains for stay in chain.stays]


@pytest.fixture
def moved(world: World) -> World:
    """Version 1 was in staging and is in production; version 2 is in staging; 3 was never promoted."""
    source = SourceCode(repository="https://git.example.com/ml/churn", commit=CODE)
    world.add_run(1, "a", source=source)
    world.add_run(2, "b")
    world.add_run(3, "c")
    world.promote(1)
    world.merge()
    world.promote(1, "production", waivers=Waivers(skip_order="x"))
    world.merge("gitops-gen/production/churn")
    world.promote(2)
    world.merge()
    return world


@pytest.mark.parametrize(
    "query",
    [digest("a"), digest("a")[:20], f"{1:032x}", CODE, CODE[:8], CODE.upper(), "models:/churn/1", digest("e")[:30]],
)
def test_a_release_is_found_by_each_part_of_its_chain(moved: World, query: str):
    found = follow(moved, query)
    chain = next(chain for chain in found.chains if chain.evidence.digest == digest("a"))
    assert [(stay.environment, stay.until is None) for stay in chain.stays] in (
        [("production", True), ("staging", False)],
        [("staging", False), ("production", True)],
    )
    assert (chain.run.run_id, chain.image.digest) == (f"{1:032x}", digest("a"))
    assert found.warnings == ()


def test_a_commit_of_the_gitops_repository_leads_to_what_it_brought_and_took(moved: World):
    found = follow(moved, moved.head("main"))
    assert {chain.evidence.digest for chain in found.chains} == {digest("a"), digest("b")}


@pytest.mark.parametrize("query", ["SeldonDeployment/churn", "models-staging/seldondeployment/churn"])
def test_a_resource_leads_to_what_runs_now(moved: World, query: str):
    assert {chain.evidence.digest for chain in follow(moved, query).chains} == {digest("a"), digest("b")}
    (chain,) = follow(moved, query, environment="staging").chains
    assert chain.evidence.digest == digest("b")


def test_a_run_that_was_never_promoted_ends_in_mlflow(moved: World):
    (chain,) = follow(moved, f"{3:032x}").chains
    assert (chain.stays, chain.run.run_id, chain.image.digest) == ((), f"{3:032x}", digest("c"))
    text = render_trace_text(follow(moved, "models:/churn/3"))
    assert "never promoted" in text
    jsonschema.validate(render_trace_json(follow(moved, f"{3:032x}")), SCHEMA)


def test_text_and_json_tell_the_whole_chain(moved: World):
    found = follow(moved, "models:/churn/1")
    document = json.loads(json.dumps(render_trace_json(found)))
    jsonschema.validate(document, SCHEMA)
    (chain,) = document["chains"]
    assert chain["image"]["in_registry"]
    assert chain["run"]["url"].startswith("https://mlflow.example.com/")
    assert chain["source"]["commit"] == CODE
    assert chain["datasets"] == [{"context": "training", "digest": "0a1b", "name": "train"}]
    assert {e["environment"] for e in chain["environments"]} == {"staging", "production"}
    lines = render_trace_text(found).splitlines()
    assert lines[0] == "churn"
    assert any(line.startswith("  source commit  " + CODE) for line in lines)
    assert any(line.split()[:3] == ["dataset", "train", "0a1b"] for line in lines)
    assert any("and is there now" in line for line in lines)


def test_what_is_gone_or_down_is_said_and_the_rest_is_told(moved: World):
    moved.registry.delete(digest("a"))
    moved.tracking.is_down = True
    found = follow(moved, "models:/churn/1")
    assert (found.chains[0].run, found.chains[0].image) == (None, None)
    assert [warning.partition(":")[0] for warning in found.warnings] == ["MLflow", "registry"]
    document = render_trace_json(found)
    jsonschema.validate(document, SCHEMA)
    assert not document["chains"][0]["image"]["in_registry"]
    offline = follow(moved, "models:/churn/1", offline=True)
    assert offline.warnings == ()
    assert "was not asked" in render_trace_text(offline)


@pytest.mark.parametrize("query", ["", "churn", "x" * 5, "@everyone", "models:/churn@champion", "../../etc/passwd"])
def test_what_cannot_be_meant_is_refused(world: World, query: str):
    with pytest.raises(InvalidValueError, match="nothing that can be traced"):
        follow(world, query)


def test_what_nobody_knows_is_not_found(moved: World):
    for query in (digest("f"), "f" * 32, "SeldonDeployment/fraud", "models:/churn/9"):
        with pytest.raises(NotFoundError, match="comes from"):
            follow(moved, query)
    with pytest.raises(NotFoundError):
        follow(moved, "models:/churn/1", environment="nowhere")
