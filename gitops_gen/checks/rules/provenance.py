"""Rules on an overlay and its evidence: what was promoted, by whom it was not changed, and whether that is deployed."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, make_finding, rule
from gitops_gen.checks.rules.provenance_built import BUILT_RULES
from gitops_gen.checks.rules.provenance_gates import RULES as GATE_RULES
from gitops_gen.checks.rules.provenance_parts import (
    EVIDENCE_FILE,
    ModelOverlay,
    dig_text,
    find_entry,
    find_release_patch,
    hit_file,
    reach,
    read_document,
)
from gitops_gen.checks.values import dig
from gitops_gen.errors import GitopsGenError
from gitops_gen.findings import Finding
from gitops_gen.names import show

if TYPE_CHECKING:
    from gitops_gen.checks.schema_store import Schema

LocateBuilt = Callable[[Resource, Keys], tuple[str, int, int]]
"""The file, line and column that a part of a built object comes from."""


def check_overlay(
    overlay: ModelOverlay, locate_built: LocateBuilt, rules: Sequence[Rule] | None = None
) -> Iterator[Finding]:
    """What is wrong with an overlay, by `rules`, which are all of this module by default, each at its place.

    A hit of these rules has the path of one of the overlay's files, or no path: then it lies in the build, and its
    `document` is the number of the object.
    """
    for each in RULES if rules is None else rules:
        for hit in each.check(overlay):
            source = next((s for s in (overlay.evidence, overlay.kustomization) if s and s.path == hit.path), None)
            if not hit.path and hit.document < len(overlay.objects):
                path, line, column = _locate(overlay, overlay.objects[hit.document], hit.keys, locate_built)
            elif source is not None and not hit.line:
                path, (line, column) = hit.path, source.locate(hit.document, hit.keys)
            else:
                path, line, column = hit.path, max(hit.line, 1), hit.column
            yield make_finding(each, hit, path, line, column)


def _locate(overlay: ModelOverlay, resource: Resource, keys: Keys, locate_built: LocateBuilt) -> tuple[str, int, int]:
    """The place of what is wrong in a built object; of what is missing, a place in the overlay, which was to add it."""
    spot = locate_built(resource, keys)
    is_missing = reach(resource.data, keys) != keys
    if not is_missing or overlay.kustomization is None or spot[0].startswith(f"{overlay.folder}/"):
        return spot
    place = overlay.kustomization.locate(0, find_release_patch(overlay.kustomization))
    return (overlay.kustomization.path, *place)


@rule("EVIDENCE001", "error")
def check_form(overlay: ModelOverlay) -> Iterator[Hit]:
    """An evidence.yaml has the form that a promotion gives it.

    Why: everything that reads evidence (the next promotion, rollback, status) relies on it.

    Fix: restore the file from git, or promote the run again. Nobody writes it by hand.
    """
    evidence = overlay.evidence
    if evidence is None or (evidence.read.problems and not evidence.documents):
        return
    fix = f"restore the file: git log -p -- {evidence.path}"
    if len(evidence.documents) != 1:
        what = "is empty" if not evidence.documents else f"has {len(evidence.documents)} documents"
        yield Hit(f"evidence is one YAML document, and this file {what}", fix=fix, path=evidence.path)
        return
    schema = _load_schema()
    if schema.is_valid(evidence.documents[0]):
        return
    from gitops_gen.checks.schema_errors import find_problems  # noqa: PLC0415 - only once something is wrong

    for problem in find_problems(schema, evidence.documents[0]):
        yield Hit(problem.message, problem.keys, problem.fix or fix, path=evidence.path)


@rule("EVIDENCE002", "error")
def check_hash(overlay: ModelOverlay) -> Iterator[Hit]:
    """Evidence is as the promotion wrote it.

    Why: its `hash` covers all the rest, so an edit by hand shows, and `checksums` tell which fact was edited. Facts
    that somebody could change afterwards prove nothing.

    Fix: restore the file from git, or promote the run again. Don't write another hash.
    """
    data = read_document(overlay.evidence)
    told = dig_text(data, "hash")
    if overlay.evidence is None or not told or _is_intact(overlay.evidence.content, data, told):
        return
    from gitops_gen.checks.rules.provenance_edits import list_edits  # noqa: PLC0415 - only once something is wrong

    fix = f"restore the file (git log -p -- {overlay.evidence.path}), or promote the run again"
    edits = list_edits(overlay.evidence, data)
    for keys, problem in edits or [(("hash",), "the evidence was changed since it was written: its hash does not fit")]:
        yield hit_file(overlay.evidence, keys, problem, fix)


@rule("EVIDENCE003", "error")
def check_place(overlay: ModelOverlay) -> Iterator[Hit]:
    """Evidence lies in the overlay of its model and its environment.

    Why: evidence that was copied with a folder vouches for a promotion that never took place there.

    Fix: promote the run into that environment, which writes the evidence for it.
    """
    data = read_document(overlay.evidence)
    for what, keys, wanted in (
        ("environment", ("environment",), overlay.environment),
        ("model", ("model", "name"), overlay.model),
    ):
        told = dig_text(data, *keys)
        if told and told != wanted:
            run = show(dig_text(data, "run", "id"))[1:-1] or "RUN"
            yield hit_file(
                overlay.evidence,
                keys,
                f"this is the overlay of {what} {show(wanted)}, and the evidence is about {show(told)}",
                f"gitops-gen promote {run} --env {overlay.environment} --model {overlay.model}",
            )


@rule("EVIDENCE004", "error")
def check_image_entry(overlay: ModelOverlay) -> Iterator[Hit]:
    """An overlay deploys the image that its evidence is about.

    Why: the entry under `images` is what Argo CD deploys; the evidence is what was checked and approved.

    Fix: promote the run again, which writes both, or write the image of the evidence into the entry.
    """
    image = dig(read_document(overlay.evidence), "image")
    if not isinstance(image, dict):
        return
    if overlay.kustomization is None:
        yield hit_file(
            overlay.evidence,
            ("image",),
            "there is evidence and no kustomization.yaml beside it: nothing is deployed",
            "promote the run again, or delete the folder",
        )
        return
    found = find_entry(overlay)
    if found is None and read_document(overlay.kustomization):
        yield hit_file(
            overlay.kustomization,
            ("images",),
            f"no entry under `images` puts in the image of the evidence, {show(dig_text(image, 'digest'))[1:-1]}",
            f"add an entry with name: {overlay.model} and newName, newTag and digest of the evidence",
        )
    if found is not None:
        yield from _compare_entry(overlay, *found, image)


@rule("EVIDENCE005", "warning")
def check_presence(overlay: ModelOverlay) -> Iterator[Hit]:
    """Every overlay of a model has evidence.

    Why: without it nobody can tell which run, which data and which code a deployed model comes from.

    Fix: promote a run into the environment; `gitops-gen promote` writes evidence.yaml beside the kustomization.
    """
    if overlay.configured and overlay.evidence is None and overlay.kustomization is not None:
        yield hit_file(
            overlay.kustomization,
            (),
            f"model {show(overlay.model)} in {show(overlay.environment)} has no {EVIDENCE_FILE}",
            f"gitops-gen promote RUN --env {overlay.environment} --model {overlay.model}",
        )


RULES: tuple[Rule, ...] = (
    check_form,
    check_hash,
    check_place,
    check_image_entry,
    check_presence,
    *BUILT_RULES,
    *GATE_RULES,
)


def _compare_entry(overlay: ModelOverlay, number: int, entry: dict[str, Any], image: dict[str, Any]) -> Iterator[Hit]:
    told = {
        "digest": entry.get("digest"),
        "newName": entry.get("newName") or entry.get("name"),
        "newTag": entry.get("newTag"),
    }
    for key, fact in (("digest", "digest"), ("newName", "name"), ("newTag", "tag")):
        wanted = dig_text(image, fact)
        actual = "" if told[key] is None else str(told[key])
        if actual != wanted and (wanted or key == "newTag"):
            value = f'"{show(wanted)[1:-1]}"' if key == "newTag" else show(wanted, 300)[1:-1]
            what = f"{key} is {show(actual, 200)}" if actual else f"there is no {key}"
            says = f"says {show(wanted, 200)}" if wanted else "has no tag"
            yield hit_file(
                overlay.kustomization,
                ("images", number, key),
                f"{what}, and the image of the evidence {says}",
                f"write {key}: {value}, or promote the run again" if wanted else f"remove {key}",
            )


def _is_intact(content: bytes, data: dict[str, Any], told: str) -> bool:
    from gitops_gen.evidence import hash_evidence  # noqa: PLC0415 - not every repository has evidence

    try:
        if hash_evidence(_restore_floats(data)) == told:
            return True
        # Kubernetes reads 1.0 as 1: whatever else that changed, the reader of promotions knows better.
        from gitops_gen.evidence_file import parse_evidence  # noqa: PLC0415 - slow, and hardly ever needed

        return parse_evidence(content.decode(), path=EVIDENCE_FILE).intact
    except (GitopsGenError, ValueError, TypeError, RecursionError):
        return False


def _restore_floats(data: dict[str, Any]) -> dict[str, Any]:
    """The data with the numbers of metrics and gates as they were hashed; Kubernetes reads 1.0 as 1."""
    metrics = dig(data, "run", "metrics")
    if not isinstance(metrics, dict):
        return data
    restored = {}
    for name, metric in metrics.items():
        point = _restore_float(metric)
        for extreme in ("lowest", "highest"):
            if isinstance(point, dict) and extreme in point:
                point = {**point, extreme: _restore_float(point[extreme])}
        restored[name] = point
    gates = data.get("gates")
    verdicts = {"gates": [_restore_numbers(entry) for entry in gates]} if isinstance(gates, list) else {}
    return {**data, **verdicts, "run": {**data["run"], "metrics": restored}}


def _restore_numbers(entry: Any) -> Any:  # noqa: ANN401 - YAML is any value
    if not isinstance(entry, dict):
        return entry
    return {key: float(value) if type(value) is int else value for key, value in entry.items()}


def _restore_float(point: Any) -> Any:  # noqa: ANN401 - YAML is any value
    value = dig(point, "value")
    return {**point, "value": float(value)} if isinstance(value, int) and not isinstance(value, bool) else point


@cache
def _load_schema() -> "Schema":
    from gitops_gen.checks.schema_store import load_named  # noqa: PLC0415 - not every repository has evidence

    return load_named("evidence.schema.json")
