"""Gates that ask the world: Argo CD, the source repository, and programs of the team's own."""

import json
import sys
import time
from pathlib import Path

import pytest

from gitops_gen.adapters.argocd_http import ArgoCDHttp
from gitops_gen.adapters.custom_gates import CustomGateRunner
from gitops_gen.adapters.source_git import SourceGit
from gitops_gen.errors import ConfigError, NotFoundError, RefusedError, UnreachableError
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.gate_settings import CustomGate
from gitops_gen.gates import Waivers, parse_overrides
from gitops_gen.model import ApplicationState, SourceCode, Verdict
from tests.integration.conftest import World
from tests.releases import digest
from tests.servers.git_http import make_bare_repository
from tests.servers.scripted_http import Reply, Request, serve

EVIDENCE = "models/churn/overlays/staging/evidence.yaml"


# Argo CD


ARGOCD = "https://argocd.example.com"
IMAGE = f"registry.example.com/ml/churn:1@{digest('a')}"


def start(world: World) -> None:
    """Version 1 in staging, and an Argo CD that is to be asked."""
    world.commit({"gitops-gen.yaml": lambda text: text.replace("argocd:\n", f"argocd:\n  url: {ARGOCD}\n")})
    world.add_run(1, "a")
    assert world.promote(1).error is None, "staging has no predecessor that could be asked of"
    world.merge()


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (ApplicationState(health="Healthy", sync="Synced", images=(IMAGE,)), ""),
        (
            ApplicationState(health="Degraded", sync="Synced", images=(IMAGE,), message="0 of 1"),
            "is Degraded and Synced: 0 of 1",
        ),
        (ApplicationState(health="Healthy", sync="OutOfSync", images=(IMAGE,)), "is Healthy and OutOfSync"),
        (ApplicationState(health="Healthy", sync="Synced", images=("other@sha256:1",)), "nothing there runs"),
        (None, "has no Application churn-staging in project models"),
    ],
)
def test_a_release_goes_on_if_the_predecessor_is_healthy_with_it(world: World, state, problem):
    start(world)
    world.argocd.applications = {"churn-staging": state} if state else {}
    outcome = world.promote(1, "production")
    if not problem:
        assert outcome.error is None
        assert {v.gate: v.result for v in outcome.verdicts}["predecessor-health"] == "passed"
        return
    assert isinstance(outcome.error, RefusedError)
    assert problem in outcome.error.message
    waivers = Waivers(overrides=parse_overrides(["predecessor-health=known"]))
    assert world.promote(1, "production", waivers=waivers).error is None


def test_an_argo_cd_that_does_not_answer_is_not_healthy(world: World):
    start(world)
    world.argocd.is_down = True
    error = world.promote(1, "production").error
    assert isinstance(error, RefusedError)
    assert "predecessor-health: Argo CD at" in error.message


def application(name: str, **status: object) -> dict:
    return {"metadata": {"name": name}, "status": status}


def test_applications_are_read_with_the_token_and_by_project():
    items = [
        application(
            "churn-staging",
            health={"status": "Degraded", "message": "0 of 1"},
            sync={"status": "Synced", "revision": "c0ffee"},
            summary={"images": [IMAGE, 3]},
        ),
        application("odd", health=None),
        "nonsense",
    ]

    def answer(request: Request) -> Reply:
        if request.headers.get("authorization") != "Bearer token":
            return Reply(status=401)
        return Reply(body=json.dumps({"items": items}).encode())

    with serve(answer) as server:
        found = ArgoCDHttp(f"http://{server.host}/", "token").list_applications("models")
        assert found["churn-staging"] == ApplicationState(
            health="Degraded", sync="Synced", revision="c0ffee", images=(IMAGE,), message="0 of 1"
        )
        assert found["odd"] == ApplicationState(health="Unknown", sync="Unknown")
        assert server.requests[0].path == "/api/v1/applications?projects=models"
        with pytest.raises(UnreachableError, match="refused to list applications: 401") as caught:
            ArgoCDHttp(f"http://{server.host}", "wrong").list_applications("models")
        assert "wrong or expired" in caught.value.hint


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>"])
def test_what_is_no_argo_cd_is_said(body):
    with serve(lambda _: Reply(body=body)) as server, pytest.raises(UnreachableError):
        ArgoCDHttp(f"http://{server.host}", "token").list_applications("models")


def test_no_applications_are_none():
    with serve(lambda _: Reply(body=b'{"items": null}')) as server:
        assert ArgoCDHttp(f"http://{server.host}", "token").list_applications("models") == {}


def test_a_token_is_needed_and_never_sent_in_plain_text():
    with pytest.raises(ConfigError, match="no token"):
        ArgoCDHttp("https://argocd.example.com", "")
    with pytest.raises(ConfigError, match="not encrypted"):
        ArgoCDHttp("http://argocd.example.com", "token")
    with serve(lambda _: Reply(status=307, headers={"Location": "http://other.example.com/"})) as server:
        with pytest.raises(UnreachableError, match="307"):
            ArgoCDHttp(f"http://{server.host}", "token").list_applications("models")
        assert len(server.requests) == 1


# The source repository


def test_the_training_code_has_to_be_on_the_branch(world: World, tmp_path: Path):
    remote = make_bare_repository(tmp_path / "source.git", {"train.py": b"1\n"})
    first = remote.branches()["main"]
    remote.commit("main", {"train.py": b"2\n"})
    side = remote.commit("wip", {"train.py": b"3\n"}, start=first)
    world.commit({"gitops-gen.yaml": lambda text: text + "gates: {sourceBranch: main}\n"})
    address = str(remote.path)
    world.add_run(1, "a", source=SourceCode(repository=address, commit=side))
    error = world.promote(1).error
    assert isinstance(error, RefusedError)
    assert f"source-branch: commit {side} is not on branch main of {address}" in error.message
    world.add_run(2, "b", source=SourceCode(repository=address, commit=first))
    assert world.promote(2).error is None
    world.add_run(3, "c", source=SourceCode(repository=address))
    assert "names no commit of its training code" in world.promote(3).error.message
    world.add_run(4, "d", source=SourceCode(repository=str(tmp_path / "none"), commit=first))
    assert "source-branch: " in world.promote(4).error.message


def test_commits_are_found_whole_and_shortened(tmp_path: Path):
    remote = make_bare_repository(tmp_path / "source.git", {"a": b"1\n"})
    first, address = remote.branches()["main"], str(remote.path)
    for number in range(5):
        remote.commit("main", {"a": b"%d\n" % number})
    source = SourceGit()
    assert source.has_commit(address, branch="main", commit=first)
    assert source.has_commit(address, branch="main", commit=first[:8].upper())
    assert source.has_commit(address, branch="main", commit=remote.branches()["main"])
    assert not source.has_commit(address, branch="main", commit="f" * 40)
    assert not source.has_commit(address, branch="main", commit=first[:4])
    with pytest.raises(NotFoundError, match="has no branch 'other'"):
        source.has_commit(address, branch="other", commit=first)


# Gates of the team's own


def ask(code: str, timeout: str = "20s") -> Verdict:
    gate = CustomGate(command=(sys.executable, "-c", code), timeout=timeout)
    return CustomGateRunner().ask("own", gate, {"release": {"run": {"id": "r1"}}})


@pytest.mark.parametrize("result", ["passed", "warned", "failed"])
def test_a_gate_answers_by_json(result):
    code = "import json, sys; run = json.load(sys.stdin)['release']['run']['id']; "
    code += f"print(json.dumps({{'result': '{result}', 'detail': 'run ' + run}}))"
    assert ask(code) == Verdict(gate="custom:own", result=result, detail="run r1")


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("print('fine')", "which is not JSON"),
        ("print('[]')", "its answer is no JSON object"),
        ("print('{}')", "which has no result passed, warned or failed"),
        ('print(\'{"result": "overridden"}\')', "which has no result"),
        ('print(\'{"result": "passed", "detail": 3}\')', "which has no result"),
        ("import sys; sys.exit('out of\\nluck')", "it ended with code 1: out of luck"),
        ("print('x' * 2000000)", "is no JSON object"),
    ],
)
def test_any_other_answer_has_failed(code, problem):
    verdict = ask(code)
    assert (verdict.gate, verdict.result) == ("custom:own", "failed")
    assert problem in verdict.detail


def test_a_gate_that_hangs_is_ended_with_all_that_it_started():
    start = time.monotonic()
    verdict = ask(
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])", "500ms"
    )
    assert verdict.detail == "it gave no verdict: no answer within 0.5 seconds"
    assert time.monotonic() - start < 30


def test_a_program_that_is_not_there_has_failed():
    verdict = CustomGateRunner().ask("own", CustomGate(command=("no-such-program-anywhere",)), {})
    assert "'no-such-program-anywhere' cannot be run" in verdict.detail


def test_a_function_of_python_can_be_a_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "our_gates.py").write_text(
        "def check(document):\n    return {'result': 'warned', 'detail': document['gate'] + ' looks odd'}\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    verdict = CustomGateRunner().ask("own", CustomGate(entry_point="our_gates:check"), {"gate": "own"})
    assert verdict == Verdict(gate="custom:own", result="warned", detail="own looks odd")
    missing = CustomGateRunner().ask("own", CustomGate(entry_point="our_gates:nothing"), {"gate": "own"})
    assert missing.result == "failed"


def test_a_promotion_asks_them_and_keeps_what_they_said(world: World, tmp_path: Path):
    program = tmp_path / "fairness.py"
    program.write_text(
        "import json, sys\nd = json.load(sys.stdin)\n"
        "ok = d['release']['run']['metrics']['val_auc']['value'] > 0.915 and d['environment'] == 'staging'\n"
        "print(json.dumps({'result': 'passed' if ok else 'failed', 'detail': 'champion: %s' % bool(d['champion'])}))\n"
    )
    command = json.dumps([sys.executable, str(program)])
    world.commit({"gitops-gen.yaml": lambda text: text + f"gates: {{custom: {{fairness: {{command: {command}}}}}}}\n"})
    world.add_run(1, "a")
    refused = world.promote(1)
    assert isinstance(refused.error, RefusedError)
    assert "custom:fairness: champion: False" in refused.error.message
    waivers = Waivers(overrides=parse_overrides(["custom:fairness=agreed"]), by="Ada")
    assert world.promote(1, waivers=waivers).error is None
    world.add_run(2, "b")
    assert world.promote(2).error is None
    verdicts = {v.gate: v for v in parse_evidence(world.read(EVIDENCE), path="").verdicts}
    assert (verdicts["custom:fairness"].result, verdicts["custom:fairness"].detail) == ("passed", "champion: False")
    world.commit({"models/churn/model.yaml": "gates: {custom: {fairness: null}}\n"})
    world.add_run(3, "c", metrics=())
    assert world.promote(3).error is None
