"""How long a release has been in the environment before, by the history of a real git remote."""

from datetime import UTC, datetime

from gitops_gen.errors import RefusedError
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.gates import Waivers, parse_overrides
from tests.integration.conftest import World

PRODUCTION = "gitops-gen/production/churn"
EVIDENCE = "models/churn/overlays/production/evidence.yaml"
GATES = "gates: {soak: 24h}\n"
DAY = 86_400


def start(world: World) -> float:
    """Version 1 in staging; gives when it was merged."""
    world.commit({"gitops-gen.yaml": lambda text: text + GATES})
    world.add_run(1, "a")
    assert world.promote(1).error is None
    world.merge()
    return float(world.git("log", "-1", "--format=%ct", "main"))


def test_too_early_is_refused_and_said_until_when(world: World):
    merged = start(world)
    world.now = merged + DAY - 1
    outcome = world.promote(1, "production")
    assert isinstance(outcome.error, RefusedError)
    until = datetime.fromtimestamp(merged + DAY, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
    assert f"24h is asked: until {until}" in outcome.error.message
    assert "--override soak=REASON" in outcome.error.hint
    assert world.branches() == ["main"]


def test_after_the_time_it_holds_and_running_again_changes_nothing(world: World):
    merged = start(world)
    world.now = merged + DAY
    first = world.promote(1, "production")
    assert first.error is None
    world.now = merged + 3 * DAY
    assert world.promote(1, "production").operation == "unchanged"
    verdicts = {v.gate: v for v in parse_evidence(world.read(EVIDENCE, PRODUCTION), path="").verdicts}
    assert verdicts["soak"].result == "passed"


def test_the_time_begins_with_the_digest_and_not_with_each_change_of_its_evidence(world: World):
    merged = start(world)
    path = "models/churn/overlays/staging/evidence.yaml"
    world.commit({path: lambda text: text + "# looked at\n"})
    world.now = merged + DAY
    assert world.promote(1, "production").error is None


def test_it_can_be_set_aside_with_a_reason(world: World):
    world.now = start(world)
    waivers = Waivers(overrides=parse_overrides(["soak=hot fix"]), by="Ada")
    assert world.promote(1, "production", waivers=waivers).error is None
    overrides = parse_evidence(world.read(EVIDENCE, PRODUCTION), path="").overrides
    assert [(o.rule, o.reason) for o in overrides] == [("soak", "hot fix")]


def test_an_environment_without_a_predecessor_is_not_asked(world: World):
    start(world)
    world.add_run(2, "b")
    assert all(v.gate != "soak" for v in world.promote(2).verdicts)
