"""Ask MLflow and the registry whether what evidence names is there, and still the same."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from gitops_gen.checks.rule import make_finding
from gitops_gen.checks.rules.online import RULES, Facts
from gitops_gen.checks.rules.provenance_parts import ModelOverlay, dig_text, read_document
from gitops_gen.checks.values import dig
from gitops_gen.errors import GitopsGenError, InvalidValueError, NotFoundError, RefusedError
from gitops_gen.findings import Finding, Unchecked
from gitops_gen.model import Image, Run, RunSelector
from gitops_gen.names import ImageRef, parse_image_ref, parse_run_id
from gitops_gen.ports import Registry, Tracking
from gitops_gen.tags import IMAGE

_Value = TypeVar("_Value")
_MLFLOW = ""
"""Stands for the tracking server among the hosts."""


class OnlineOutcome(NamedTuple):
    """What asking gave."""

    findings: tuple[Finding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    errors: tuple[GitopsGenError, ...] = ()
    """One for each server that does not answer or refuses; what was to be asked there is in `unchecked`."""


def check_online(overlays: Iterable[ModelOverlay], tracking: Tracking, registry: Registry) -> OnlineOutcome:
    """What MLflow and the registries say of the evidence of `overlays`; each thing is asked once.

    A server that does not answer is not asked again, and hides nothing of what the others say.
    """
    asked = _Asked(tracking, registry)
    findings: list[Finding] = []
    unchecked: list[Unchecked] = []
    for overlay in overlays:
        evidence = overlay.evidence
        data = read_document(evidence)
        if evidence is None or not data:
            continue  # a finding already, by the rules on evidence
        reasons: list[str] = []
        facts = Facts(evidence.path, data)
        facts = facts._replace(**_ask_mlflow(asked, data, reasons))
        facts = facts._replace(**_ask_registry(asked, data, reasons))
        unchecked += (Unchecked(path=evidence.path, reason=reason) for reason in reasons)
        findings += (
            make_finding(rule, hit, evidence.path, line, column)
            for rule in RULES
            for hit in rule.check(facts)
            for line, column in [evidence.locate(0, hit.keys)]
        )
    return OnlineOutcome(tuple(findings), tuple(unchecked), tuple(asked.errors.values()))


class _Asked:
    """The answers so far; a host that gave none is not asked again."""

    def __init__(self, tracking: Tracking, registry: Registry) -> None:
        self.errors: dict[str, GitopsGenError] = {}
        self._tracking = tracking
        self._registry = registry
        self._answers: dict[RunSelector | ImageRef, Any] = {}

    def fetch_run(self, selector: RunSelector) -> Run | GitopsGenError:
        """The run, or why there is none."""
        return self._ask(_MLFLOW, selector, self._tracking.fetch_run)

    def resolve(self, ref: ImageRef) -> Image | GitopsGenError:
        """The image, or why there is none."""
        return self._ask(ref.registry, ref, self._registry.resolve)

    def _ask(self, host: str, key: Any, ask: Callable[[Any], _Value]) -> _Value | GitopsGenError:  # noqa: ANN401 - either key
        if host in self.errors:
            return self.errors[host]
        if key not in self._answers:
            try:
                self._answers[key] = ask(key)
            except (InvalidValueError, NotFoundError, RefusedError) as error:
                self._answers[key] = error
            except GitopsGenError as error:
                self.errors[host] = error
                return error
        answer: _Value | GitopsGenError = self._answers[key]
        return answer


def _ask_mlflow(asked: _Asked, data: Mapping[str, Any], reasons: list[str]) -> dict[str, Any]:
    """The facts about run, model version and artifact; what could not be asked goes to `reasons`."""
    run_id = dig_text(data, "run", "id")
    if not run_id:
        return {}
    try:
        run = asked.fetch_run(RunSelector(run_id=parse_run_id(run_id)))
    except InvalidValueError as error:
        return {"run_problem": error.message}
    if isinstance(run, GitopsGenError):
        return _explain(run, "run_problem", "run and model version were not looked up", reasons)
    versioned = _find_version(asked, run, data)
    if isinstance(versioned, GitopsGenError):
        facts = _explain(versioned, "version_problem", "the model version was not looked up", reasons)
        return facts | {"recorded": _list_recorded(run, None)}
    if versioned is not None and versioned.run_id != run_id:
        return {"version_run": versioned.run_id, "recorded": _list_recorded(run, None)}
    facts = {"recorded": _list_recorded(run, versioned)}
    if dig(data, "image") is None and dig_text(data, "model", "contentHash"):
        found = versioned or run
        facts["artifact_hash"] = (found.model.content_hash if found.model else "") or ""
        if not facts["artifact_hash"]:
            reasons.append("; ".join(("the artifact's content was not compared", *found.warnings)))
    return facts


def _list_recorded(run: Run, versioned: Run | None) -> tuple[str, ...]:
    """The images that are recorded on the run, and on the version by which it was found again."""
    tags = [run.tags, versioned.version.tags] if versioned and versioned.version else [run.tags]
    return tuple(carried[IMAGE] for carried in tags if carried.get(IMAGE))


def _find_version(asked: _Asked, run: Run, data: Mapping[str, Any]) -> Run | GitopsGenError | None:
    """The run by the model version of the evidence; None if it names none."""
    name, version = (dig_text(data, "model", key) for key in ("registered", "version"))
    if not name or not version:
        return None
    if run.version is not None and (run.version.name, run.version.version) == (name, version):
        return run
    return asked.fetch_run(RunSelector(model=name, version=version))


def _ask_registry(asked: _Asked, data: Mapping[str, Any], reasons: list[str]) -> dict[str, Any]:
    """The facts about the image; what could not be asked goes to `reasons`."""
    name, digest, tag = (dig_text(data, "image", key) for key in ("name", "digest", "tag"))
    if not name or not digest:
        return {}
    try:
        by_digest = parse_image_ref(f"{name}@{digest}")
        by_tag = parse_image_ref(f"{name}:{tag}") if tag else None
    except InvalidValueError as error:
        return {"image_problem": error.message}
    image = asked.resolve(by_digest)
    if isinstance(image, GitopsGenError):
        return _explain(image, "image_problem", "the image was not looked up", reasons)
    tagged = asked.resolve(by_tag) if by_tag else None
    if isinstance(tagged, GitopsGenError):
        return _explain(tagged, "tag_problem", "the image's tag was not looked up", reasons)
    return {"tag_digest": tagged.digest} if tagged else {}


def _explain(error: GitopsGenError, key: str, what: str, reasons: list[str]) -> dict[str, Any]:
    """The error as a fact, where it is the server's answer; else the reason why there is none."""
    if isinstance(error, InvalidValueError | NotFoundError | RefusedError):
        return {key: error.message}
    reasons.append(f"{what}: {error.message}")
    return {}
