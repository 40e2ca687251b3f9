"""Whether a release may go into an environment: pure verdicts over what would become its evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gitops_gen.errors import InvalidValueError, RefusedError
from gitops_gen.evidence import Evidence, describe_release, release_digest
from gitops_gen.gate_checks import (
    Arrival,
    Look,
    check_commit,
    check_dataset,
    check_hash,
    check_order,
    check_revision,
    check_rolled_back,
    check_run,
    check_runtime,
    check_signature,
    check_soak,
    compare_datasets,
)
from gitops_gen.gate_metrics import PREFIX, judge_metric
from gitops_gen.gate_settings import Gates, Reaction
from gitops_gen.gate_supply import check_image_signature, check_provenance, check_sbom
from gitops_gen.model import Override, Release, Result, SupplyChain, Verdict
from gitops_gen.names import show
from gitops_gen.settings import Environment

METRICS = PREFIX.rstrip(":")
"""What stands for the gates on all metrics."""
CUSTOM = "custom:"
"""Before the name of a gate of the team's own."""
NAMES = (
    "run-finished",
    "environment-order",
    "soak",
    "predecessor-health",
    "source-branch",
    "rolled-back",
    METRICS,
    "comparable-datasets",
    "signature",
    "runtime",
    "source-commit",
    "image-revision",
    "known-dataset",
    "artifact-hash",
    "image-signature",
    "image-provenance",
    "sbom",
)
"""The gates that can be set aside."""
_HINTS = {
    "run-finished": "wait for the run, choose another one, or pass --allow-unfinished",
    "environment-order": "promote it there and merge first, or give a reason with --skip-order REASON",
    "predecessor-health": "see to it there first, or give a reason with --override predecessor-health=REASON",
    "source-branch": "merge the training code and train again, or give a reason with --override source-branch=REASON",
    "soak": "wait until then, or give a reason with --override soak=REASON",
    "rolled-back": "promote another run, or pass --force to promote this one again",
    "image-signature": "sign it (cosign sign --key …), or give a reason with --override image-signature=REASON",
    "signature": "keep the model's signature, or give a reason with --allow-breaking REASON",
}
_OTHER_HINT = "promote a better run, or give a reason with --override GATE=REASON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """Reasons that a person gave for setting a gate aside; empty means the gate holds."""

    skip_order: str = ""
    allow_unfinished: bool = False
    allow_breaking: str = ""
    force: bool = False
    """Promote what was rolled back."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Reasons by gate, one of NAMES or `metric:NAME`."""
    by: str = ""
    """Who gave them."""

    def find(self, gate: str) -> str:
        """The reason for setting a gate aside; empty if there is none."""
        own = {
            "run-finished": "--allow-unfinished" if self.allow_unfinished else "",
            "environment-order": self.skip_order,
            "rolled-back": "--force" if self.force else "",
            "signature": self.allow_breaking,
        }
        of_all = self.overrides.get(METRICS, "") if gate.startswith(PREFIX) else ""
        return self.overrides.get(gate, "") or own.get(gate, "") or of_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A release that wants to go into an environment."""

    release: Release
    environment: Environment
    gates: Gates
    champion: Evidence | None
    """Of the environment, on the base branch."""
    predecessor: Evidence | None
    """Of the environment before it, on the base branch."""
    supply: SupplyChain | None = None
    """What hangs on the image; None where nothing is asked of it, or there is no image."""
    health: str | None = None
    """Why Argo CD says that the predecessor is not as it should be, empty if it is; None if it was not asked."""
    on_branch: str | None = None
    """Why the training code is not on the branch that is asked for; as `health`."""
    custom: tuple[Verdict, ...] = ()
    """What the team's own gates say."""
    arrival: Arrival | None = None
    """When the environment before it got the release; None where no time is asked, or it is not there."""
    now: float = 0.0
    """Seconds since 1970."""

    @property
    def standing(self) -> Evidence | None:
        """The champion, where it is this very release."""
        is_there = self.champion is not None and self.champion.digest == release_digest(self.release)
        return self.champion if is_there else None


def parse_overrides(texts: Iterable[str]) -> Mapping[str, str]:
    """The reason for each gate that is set aside, of `GATE=REASON`.

    Raises:
        InvalidValueError: there is no such gate, or no reason.
    """
    overrides = {}
    for text in texts:
        gate, _, reason = text.partition("=")
        if gate not in NAMES and not any(gate.startswith(prefix) and gate != prefix for prefix in (PREFIX, CUSTOM)):
            raise InvalidValueError(
                f"there is no gate {show(gate)}",
                hint=f"it is one of {', '.join(NAMES)}, {PREFIX}NAME for one metric, or {CUSTOM}NAME",
            )
        if not reason.strip():
            raise InvalidValueError(f"--override {show(gate)} has no reason", hint=f"write --override {gate}=REASON")
        overrides[gate] = reason.strip()
    return overrides


def judge(case: Case, waivers: Waivers) -> tuple[Verdict, ...]:
    """What each gate says; of a release that the environment has already, what they said then."""
    if case.standing is not None:
        return case.standing.verdicts
    gates, old = case.gates, case.champion.data if case.champion else None
    facts = describe_release(case.release, case.environment.name)
    comparison = compare_datasets(gates.evaluation_contexts, facts, old)
    verdicts = (
        check_run(case.release.run),
        *check_order(case.release, case.environment, case.predecessor),
        *check_soak(gates.soak, case.arrival, case.now),
        *_check_asked("predecessor-health", gates.predecessor_health, case.health),
        *_check_asked("source-branch", "fail", case.on_branch),
        *check_rolled_back(case.release, case.champion),
        *_check_metrics(gates, facts, old),
        *_react("comparable-datasets", gates.comparable_datasets, comparison),
        *_react("signature", gates.signature, check_signature(facts, old)),
        *_react("runtime", gates.runtime, check_runtime(facts, old)),
        *_react("source-commit", gates.source_commit, check_commit(facts)),
        *_react("image-revision", gates.image_revision, check_revision(case.release)),
        *_react("known-dataset", gates.known_dataset, check_dataset(facts)),
        *_react("artifact-hash", gates.artifact_hash, check_hash(facts)),
        *_check_supply(case),
        *case.custom,
    )
    return tuple(_set_aside(verdict, waivers) for verdict in verdicts)


def refuse_failed(verdicts: Sequence[Verdict], case: Case) -> None:
    """Stop at gates that failed.

    Raises:
        RefusedError: there are some; each is in the message.
    """
    failed = [verdict for verdict in verdicts if verdict.result == "failed"]
    if not failed:
        return
    lines = [f"{show(verdict.gate, 200)[1:-1]}: {verdict.detail}" for verdict in failed]
    head = f"run {case.release.run.run_id} of {case.release.model} may not go to {case.environment.name}"
    hints = dict.fromkeys(_HINTS.get(verdict.gate, _OTHER_HINT) for verdict in failed)
    told = lines[0] if len(lines) == 1 else "".join(f"\n- {line}" for line in lines)
    raise RefusedError(f"{head}: {told}", hint="; ".join(hints))


def list_overrides(verdicts: Sequence[Verdict], case: Case, waivers: Waivers) -> tuple[Override, ...]:
    """What somebody set aside, and why; a release that is there already keeps what was set aside for it then."""
    if case.standing is not None:
        return case.standing.overrides
    return tuple(Override(rule=v.gate, reason=v.reason, by=waivers.by) for v in verdicts if v.result == "overridden")


def _check_metrics(gates: Gates, facts: Mapping[str, Any], old: Mapping[str, Any] | None) -> Iterator[Verdict]:
    values = Evidence(data=facts).metrics
    champion = Evidence(data=old).metrics if old is not None else {}
    for name, gate in gates.metrics.items():
        yield judge_metric(name, gate, values.get(name), champion.get(name), has_champion=old is not None)


def _check_asked(gate: str, reaction: Reaction, problem: str | None) -> Iterator[Verdict]:
    if problem is not None:
        yield from _react(gate, reaction, Look(problem=problem))


def _check_supply(case: Case) -> Iterator[Verdict]:
    gates, chain, commit = case.gates, case.supply, case.release.run.source.commit
    if chain is not None:
        yield from _react("image-signature", gates.image_signature, check_image_signature(chain))
        yield from _react("image-provenance", gates.image_provenance, check_provenance(chain, gates.builders, commit))
        yield from _react("sbom", gates.sbom, check_sbom(chain))


def _react(gate: str, reaction: Reaction, look: Look) -> Iterator[Verdict]:
    if reaction == "off":
        return
    result: Result = "passed" if not look.problem else "warned" if reaction == "warn" else "failed"
    yield Verdict(gate=gate, result=result, detail=look.problem or look.note)


def _set_aside(verdict: Verdict, waivers: Waivers) -> Verdict:
    reason = waivers.find(verdict.gate) if verdict.result == "failed" else ""
    return replace(verdict, result="overridden", reason=reason) if reason else verdict
