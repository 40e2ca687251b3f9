"""Rules on the gates in evidence: whether their verdicts fit its facts, and what is asked today."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.rules.provenance_parts import ModelOverlay, hit_file, read_document
from gitops_gen.checks.values import as_list, as_mapping, dig
from gitops_gen.names import show

if TYPE_CHECKING:
    from gitops_gen.gate_settings import MetricGate

_METRIC = "metric:"
_FACTS = {
    "run-finished": (("run", "status"), "the run did not finish"),
    "source-commit": (("source", "commit"), "there is no commit"),
    "image-revision": (("image", "revision"), "the image names no commit"),
    "artifact-hash": (("model", "contentHash"), "there is no hash"),
    "known-dataset": (("run", "datasets", 0), "there is no dataset"),
}
"""What cannot be missing where a gate holds, by its name, and what to say if it is."""
_RESTORE = "restore the file from git, or promote the run again"


@rule("EVIDENCE012", "error")
def check_verdicts(overlay: ModelOverlay) -> Iterator[Hit]:
    """The verdicts of the gates fit the facts beside them.

    Why: a reviewer goes by the verdicts. A metric that is below its threshold and is told as passed, a gate that failed
    and that nobody set aside, a value that is not the run's, or a release that was rolled back: such a release was
    never let through.

    Fix: restore the file from git, or promote the run again.
    """
    data = read_document(overlay.evidence)
    yield from _check_rolled_back(overlay, data)
    overrides = as_list(data.get("overrides"))
    set_aside = [(o.get("rule"), o.get("reason")) for o in overrides if isinstance(o, dict)]
    for number, entry in enumerate(as_list(data.get("gates"))):
        if isinstance(entry, dict) and isinstance(entry.get("gate"), str):
            for key, problem in _judge_entry(entry, data, set_aside):
                yield hit_file(
                    overlay.evidence, ("gates", number, key), f"gate {show(entry['gate'])}: {problem}", _RESTORE
                )


@rule("EVIDENCE013", "warning")
def check_gates_today(overlay: ModelOverlay) -> Iterator[Hit]:
    """What an environment has keeps to the thresholds that are asked there today.

    Why: gates are asked when a release is promoted. Where a threshold was raised since then, or a metric was added,
    what runs may be below it, and nobody has looked.

    Fix: promote a better run, or lower the threshold.
    """
    metrics = dig(read_document(overlay.evidence), "run", "metrics")
    if not isinstance(metrics, dict):
        return
    set_aside = {
        o.get("rule") for o in as_list(read_document(overlay.evidence).get("overrides")) if isinstance(o, dict)
    }
    for name, gate in _list_asked(overlay).items():
        if _METRIC + name in set_aside or gate.threshold is None:
            continue
        from gitops_gen.gate_metrics import judge_metric  # noqa: PLC0415 - only where something is asked

        verdict = judge_metric(name, gate, _read_metric(metrics, name), None, has_champion=False)
        if verdict.result == "failed":
            yield hit_file(
                overlay.evidence,
                ("run", "metrics", name),
                f"metric {show(name)} of what {overlay.environment} has: {verdict.detail}",
                f"promote a better run, or change gates.metrics of {overlay.environment}",
            )


def _check_rolled_back(overlay: ModelOverlay, data: Mapping[str, Any]) -> Iterator[Hit]:
    digest = dig(data, "image", "digest") or dig(data, "model", "contentHash")
    for number, entry in enumerate(as_list(data.get("rolledBack"))):
        if digest and dig(entry, "digest") == digest:
            problem = "this very release is told as rolled back, and it is the one that is deployed"
            yield hit_file(overlay.evidence, ("rolledBack", number, "digest"), problem, _RESTORE)


def _judge_entry(
    entry: Mapping[str, Any], data: Mapping[str, Any], set_aside: Sequence[tuple[Any, Any]]
) -> Iterator[tuple[str, str]]:
    """What is wrong with a verdict: the key, and why."""
    gate, result = entry["gate"], entry.get("result")
    if result == "failed":
        yield "result", "it failed, and a release that fails is not promoted"
    if result == "overridden" and (gate, entry.get("reason")) not in set_aside:
        yield "result", "it was set aside, and `overrides` does not say so"
    if gate.startswith(_METRIC):
        yield from _judge_metric(entry, data)
    elif gate in _FACTS and result == "passed" and not _holds(gate, data):
        yield "result", f"it is told as passed, and {_FACTS[gate][1]}"


def _holds(gate: str, data: Mapping[str, Any]) -> bool:
    fact = dig(data, *_FACTS[gate][0])
    if gate == "image-revision":
        return bool(fact) or "image" not in data
    return fact == "FINISHED" if gate == "run-finished" else bool(fact)


def _judge_metric(entry: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    from gitops_gen.evidence_verdicts import LIMITS  # noqa: PLC0415 - not all evidence has verdicts on metrics
    from gitops_gen.gate_metrics import judge_metric, read_limits  # noqa: PLC0415 - as above

    name = entry["gate"].removeprefix(_METRIC)
    value, told = _read_metric(as_mapping(dig(data, "run", "metrics")), name), _read_number(entry.get("value"))
    if (value is None) != (told is None) or (value is not None and str(value) != str(told)):
        yield "value", f"it looked at {entry.get('value')}, and the run's value is {value}"
        return
    try:
        gate = read_limits({key: entry[key] for key in LIMITS if key in entry})
    except TypeError:
        yield "gate", "it does not say what was asked"
        return
    champion = _read_number(entry.get("champion"))
    verdict = judge_metric(name, gate, told, champion, has_champion="champion" in entry)
    if verdict.result == "failed" and entry.get("result") == "passed":
        yield "result", f"it is told as passed, and {verdict.detail}"


def _read_metric(metrics: Mapping[str, Any], name: str) -> float | None:
    return _read_number(dig(metrics.get(name), "value"))


def _read_number(value: object) -> float | None:
    """A number in evidence, where NaN and infinities are words; None for what is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _list_asked(overlay: ModelOverlay) -> Mapping[str, "MetricGate"]:
    """What is asked of metrics today; nothing where the settings have another shape, which is told elsewhere."""
    settings, model = read_document(overlay.settings), read_document(overlay.model_settings)
    layers = [
        settings.get("gates"),
        dig(settings, "environments", overlay.environment, "gates"),
        model.get("gates"),
        dig(model, "environments", overlay.environment, "gates"),
    ]
    metrics = [{"metrics": layer["metrics"]} for layer in layers if isinstance(dig(layer, "metrics"), dict)]
    if not metrics:
        return {}
    from gitops_gen.gate_settings import merge_gates  # noqa: PLC0415 - only where something is asked

    try:
        return merge_gates(*metrics).metrics
    except TypeError:
        return {}


RULES: tuple[Rule, ...] = (check_verdicts, check_gates_today)
