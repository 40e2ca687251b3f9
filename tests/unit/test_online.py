"""Asking MLflow and registries about evidence: the rules by their cases, the asking with servers in memory."""

from dataclasses import replace
from pathlib import Path

import pytest

from gitops_gen.checks.rules.online import RULES, Facts
from gitops_gen.checks.rules.provenance_parts import ModelOverlay
from gitops_gen.checks.source import Source
from gitops_gen.errors import ConfigError
from gitops_gen.evidence import build_evidence
from gitops_gen.evidence_file import dump_evidence
from gitops_gen.model import ModelVersion
from gitops_gen.names import EnvironmentName, RunId
from gitops_gen.online import check_online
from gitops_gen.tags import IMAGE
from tests.fakes.registry import FakeRegistry
from tests.fakes.tracking import FakeTracking
from tests.releases import digest, make_image, make_release, make_run

CASES = Path(__file__).parent.parent / "cases"
FILES = sorted(CASES.glob("ONLINE*/*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_breaks_its_rule_where_it_says_so_and_no_other(path: Path):
    source = Source("evidence.yaml", path.read_bytes())
    facts = dict(source.documents[0])
    facts["recorded"] = tuple(facts.get("recorded", ()))
    found = [
        (rule.id, source.locate(0, ("evidence", *hit.keys))[0])
        for rule in RULES
        for hit in rule.check(Facts("evidence.yaml", **facts))
        if hit.message and hit.fix and hit.path == "evidence.yaml"
    ]
    marked = [n for n, line in enumerate(path.read_text().splitlines(), 1) if line.endswith("# here")]
    assert found == [(path.parent.name, line) for line in marked]
    assert bool(marked) == path.stem.startswith("bad-")


def test_every_rule_has_cases_and_a_page():
    assert {path.parent.name for path in FILES} == {rule.id for rule in RULES}
    for rule in RULES:
        assert {path.stem.partition("-")[0] for path in FILES if path.parent.name == rule.id} == {"good", "bad"}
        page = str(rule.check.__doc__)
        assert "\n    Why: " in page
        assert "\n    Fix: " in page


def make_overlay(number: int = 1, character: str = "a", *, environment: str = "staging", image=True, **changes):
    release = make_release(number, character, **changes)
    if not image:
        release = replace(release, image=None)
    evidence = build_evidence(release=release, environment=EnvironmentName(environment), overrides=(), program="x")
    folder = f"models/churn/overlays/{environment}"
    source = Source(f"{folder}/evidence.yaml", dump_evidence(evidence).encode())
    return ModelOverlay(folder, "churn", environment, None, source)


def make_tracking(*runs) -> FakeTracking:
    return FakeTracking(runs=runs or (make_run(1, tags={IMAGE: str(make_image())}),))


def ids(outcome) -> list[str]:
    return [finding.rule for finding in outcome.findings]


def place(overlay: ModelOverlay, start: str) -> int:
    lines = overlay.evidence.content.decode().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(start))


def test_what_is_all_there_gives_nothing():
    assert check_online([make_overlay()], make_tracking(), FakeRegistry(make_image())) == ((), (), ())


@pytest.mark.parametrize("tracking", [FakeTracking(), FakeTracking(runs=[make_run(1)], deleted=[make_run(1).run_id])])
def test_a_run_that_is_gone_is_found_at_its_id(tracking):
    overlay = make_overlay()
    outcome = check_online([overlay], tracking, FakeRegistry(make_image()))
    assert [(f.rule, f.path, f.line) for f in outcome.findings] == [
        ("ONLINE001", "models/churn/overlays/staging/evidence.yaml", place(overlay, 'id: "000'))
    ]
    assert (outcome.unchecked, outcome.errors) == ((), ())


def test_a_text_that_is_no_run_id_is_not_asked_for():
    outcome = check_online([make_overlay(run_id=RunId("a b"))], FakeTracking(is_down=True), FakeRegistry(make_image()))
    assert ids(outcome) == ["ONLINE001"]
    assert outcome.errors == ()


def test_an_image_that_is_gone_is_found_at_its_digest():
    overlay = make_overlay()
    outcome = check_online([overlay], make_tracking(), FakeRegistry(make_image("b")))
    assert [(f.rule, f.line) for f in outcome.findings] == [("ONLINE002", place(overlay, 'digest: "sha256:aaa'))]


def test_an_image_name_that_is_none_is_found():
    overlay = make_overlay()
    text = overlay.evidence.content.replace(b"registry.example.com/ml/churn", b"churn")
    overlay = overlay._replace(evidence=Source("e.yaml", text))
    assert ids(check_online([overlay], FakeTracking(runs=[make_run(1)]), FakeRegistry())) == ["ONLINE002"]


def test_a_tag_that_moved_or_is_gone_is_a_warning():
    registry = FakeRegistry(make_image())
    registry.push(make_image("b"))
    outcome = check_online([make_overlay()], make_tracking(), registry)
    assert [(f.rule, f.severity) for f in outcome.findings] == [("ONLINE004", "warning")]
    assert f"it points at {digest('b')}, and {digest('a')} is deployed" in outcome.findings[0].message
    gone = FakeRegistry(make_image(tag=None))
    assert ids(check_online([make_overlay()], make_tracking(), gone)) == ["ONLINE004"]


def test_another_recorded_image_is_found_on_the_run_and_on_the_version():
    other = {IMAGE: str(make_image("b"))}
    registry = FakeRegistry(make_image())
    on_run = make_tracking(make_run(1, tags=other))
    assert ids(check_online([make_overlay()], on_run, registry)) == ["ONLINE003"]
    on_version = make_tracking(make_run(1, version=ModelVersion(name="churn", version="1", tags=other)))
    assert ids(check_online([make_overlay()], on_version, registry)) == ["ONLINE003"]
    on_both = make_tracking(make_run(1, tags=other, version=ModelVersion(name="churn", version="1", tags=other)))
    assert ids(check_online([make_overlay()], on_both, registry)) == ["ONLINE003"]


def test_the_version_of_the_evidence_counts_and_not_the_newest_of_its_run():
    newest = make_run(1, version=ModelVersion(name="churn", version="9", tags={IMAGE: str(make_image("b"))}))
    outcome = check_online([make_overlay()], make_tracking(newest), FakeRegistry(make_image()))
    assert ids(outcome) == ["ONLINE005"]
    assert "has no version 1" in outcome.findings[0].message


def test_a_version_of_another_run_or_of_none_is_found():
    tracking = make_tracking(make_run(1, version=None), make_run(2, version=ModelVersion(name="churn", version="1")))
    outcome = check_online([make_overlay()], tracking, FakeRegistry(make_image()))
    assert ids(outcome) == ["ONLINE005"]
    assert f"comes from run {make_run(2).run_id}" in outcome.findings[0].message
    runless = FakeTracking(runs=[make_run(1, version=None)], runless_versions=[("churn", "1")])
    assert ids(check_online([make_overlay()], runless, FakeRegistry(make_image()))) == ["ONLINE005"]


def test_a_run_that_is_not_registered_has_no_version_to_look_up():
    tracking = make_tracking(make_run(1, version=None))
    assert check_online([make_overlay(version=None)], tracking, FakeRegistry(make_image())) == ((), (), ())


def test_changed_files_of_a_prepackaged_server_are_found():
    overlay = make_overlay(image=False)
    assert check_online([overlay], make_tracking(make_run(1)), FakeRegistry()) == ((), (), ())
    run = make_run(1)
    changed = make_tracking(replace(run, model=replace(run.model, content_hash=digest("f"))))
    assert ids(check_online([overlay], changed, FakeRegistry())) == ["ONLINE006"]
    unread = make_tracking(replace(run, model=replace(run.model, content_hash=None), warnings=("it is too large",)))
    outcome = check_online([overlay], unread, FakeRegistry())
    assert [u.reason for u in outcome.unchecked] == ["the artifact's content was not compared; it is too large"]
    assert (outcome.findings, outcome.errors) == ((), ())


class CountingTracking(FakeTracking):
    """Counts what it is asked."""

    count = 0

    def fetch_run(self, selector):
        type(self).count += 1
        return super().fetch_run(selector)


def test_a_server_that_is_down_is_asked_once_and_hides_nothing_of_the_other():
    tracking = CountingTracking(is_down=True)
    overlays = [make_overlay(), make_overlay(environment="production")]
    outcome = check_online(overlays, tracking, FakeRegistry(make_image("b")))
    assert ids(outcome) == ["ONLINE002", "ONLINE002"]
    assert [u.path for u in outcome.unchecked] == [overlay.evidence.path for overlay in overlays]
    assert all("does not answer" in u.reason for u in outcome.unchecked)
    assert [error.exit_code for error in outcome.errors] == [3]
    assert CountingTracking.count == 1


def test_each_registry_that_is_down_is_told_once():
    registry = FakeRegistry()
    registry.is_down = True
    overlays = [make_overlay(), make_overlay(environment="production")]
    outcome = check_online(overlays, FakeTracking(), registry)
    assert ids(outcome) == ["ONLINE001", "ONLINE001"]
    assert len(outcome.errors) == 1
    assert len(outcome.unchecked) == 2


def test_both_down_are_two_errors():
    registry = FakeRegistry()
    registry.is_down = True
    outcome = check_online([make_overlay()], FakeTracking(is_down=True), registry)
    assert len(outcome.errors) == len(outcome.unchecked) == 2
    assert outcome.findings == ()


def test_a_set_up_that_is_wrong_is_an_error_and_no_finding():
    class Misconfigured(FakeRegistry):
        def resolve(self, ref):
            raise ConfigError("docker's configuration cannot be used")

    outcome = check_online([make_overlay()], make_tracking(), Misconfigured())
    assert [error.exit_code for error in outcome.errors] == [2]
    assert outcome.findings == ()


@pytest.mark.parametrize("text", ["", "[]", "a: [", "run: {id: 3}\nimage: {name: 1}\nmodel: x\n", "image: text\n"])
def test_evidence_that_is_none_is_left_to_other_rules(text):
    overlay = ModelOverlay("f", "churn", "staging", None, Source("e.yaml", text.encode()))
    assert check_online([overlay], FakeTracking(is_down=True), FakeRegistry()) == ((), (), ())
    assert check_online([overlay._replace(evidence=None)], FakeTracking(), FakeRegistry()) == ((), (), ())
