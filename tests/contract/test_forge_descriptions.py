"""The checks of the contract tests find what they are for; and the requests hold against the whole published files."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from gitops_gen.settings import ForgeKind
from tests.contract.descriptions import FOLDER, Description, Exchange, find_graphql_problems
from tests.contract.stages import open_stage
from tests.contract.test_forge_port import PROPOSAL

CONVERT = (
    "mutation($input: ConvertPullRequestToDraftInput!) { convertPullRequestToDraft(input: $input) { __typename } }"
)
CREATE = {"source_branch": "a", "target_branch": "b", "title": "c"}


def find(**changes: object) -> list[str]:
    exchange = replace(
        Exchange(
            method="POST", path="/projects/acme%2Fdeploy/merge_requests", body=json.dumps(CREATE).encode(), status=400
        ),
        **changes,
    )
    return list(Description.load(FOLDER / "gitlab.yaml").find_problems(exchange, answers=False))


def test_a_request_as_described_is_accepted() -> None:
    assert find() == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({**CREATE, "colour": "red"}, "field colour of the body is not described"),
        ({**CREATE, "title": 3}, "3 is not of type 'string'"),
        ({"title": "c"}, "'source_branch' is a required property"),
    ],
)
def test_a_wrong_body_is_found(body: object, problem: str) -> None:
    assert any(problem in found for found in find(body=json.dumps(body).encode()))


def test_an_unknown_path_is_found() -> None:
    assert find(path="/projects/1/merge_request") == ["POST /projects/1/merge_request is not described"]


def test_an_unknown_method_is_found() -> None:
    assert find(method="DELETE") == ["DELETE /projects/acme%2Fdeploy/merge_requests is not described"]


def test_an_unknown_query_parameter_is_found() -> None:
    assert find(query="sudo=root") == ["query parameter sudo is not described"]


def test_a_value_outside_an_enumeration_is_found() -> None:
    (problem,) = find(method="GET", query="state=any", body=b"")
    assert "'any' is not one of ['opened', 'closed', 'locked', 'merged', 'all']" in problem


def test_a_body_where_none_is_described_is_found() -> None:
    assert "no body is described" in find(method="GET")


def test_an_answer_that_is_not_as_described_is_found() -> None:
    exchange = Exchange(
        method="POST",
        path="/projects/1/merge_requests",
        body=json.dumps(CREATE).encode(),
        status=201,
        answer=json.dumps({"iid": "1"}).encode(),
    )
    assert any("answer 201" in problem for problem in Description.load(FOLDER / "gitlab.yaml").find_problems(exchange))


@pytest.mark.parametrize(
    ("query", "values", "problem"),
    [
        ("mutation($input: ConvertPullRequestToDraftInput!) { other(input: $input) { id } }", {}, "Cannot query field"),
        (
            CONVERT,
            {"input": {"pullRequestId": "PR_1", "colour": "red"}},
            "'colour' is not defined",
        ),
    ],
)
def test_a_wrong_mutation_is_found(query: str, values: object, problem: str) -> None:
    body = json.dumps({"query": query, "variables": values}).encode()
    assert any(problem in found for found in find_graphql_problems(body))


@pytest.mark.parametrize(
    ("kind", "variable", "prefix"),
    [("gitea", "GITOPS_GEN_GITEA_SWAGGER", ""), ("gitlab", "GITOPS_GEN_GITLAB_OPENAPI", "/api/v4")],
)
def test_every_request_holds_against_the_whole_published_description(
    kind: ForgeKind, variable: str, prefix: str
) -> None:
    path = os.environ.get(variable, "")
    if not path:
        pytest.skip(f"set {variable} to the forge's whole published description to check against it")
    description = Description.load(Path(path), prefix=prefix)
    with open_stage(kind) as stage:
        proposal = replace(PROPOSAL, reviewers=("alice",), labels=("promotion", "churn"), auto_merge=True, draft=True)
        stage.forge.create(proposal)
        stage.forge.update(1, replace(proposal, reviewers=("bob",), labels=("mlops",)))
        stage.forge.close(1, body="done", comment="superseded")
        stage.forge.list_pull_requests(branch=PROPOSAL.branch, base="main")
        sent = stage.server.exchanges
    assert len(sent) > 8
    problems = [
        f"{exchange.method} {exchange.path}: {problem}"
        for exchange in sent
        for problem in description.find_problems(exchange, answers=False)
    ]
    assert problems == []
