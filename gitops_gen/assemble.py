"""A change of what an environment has, as files: rendered, built by kustomize and checked; nothing is written yet."""

import difflib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gitops_gen.adapters.kustomize import write_files
from gitops_gen.candidate import Base
from gitops_gen.checks.closure import read_closure
from gitops_gen.checks.pins import check_build
from gitops_gen.checks.rules.provenance_parts import ModelOverlay
from gitops_gen.checks.source import Source
from gitops_gen.difference import compare_builds, parse_build
from gitops_gen.errors import RefusedError
from gitops_gen.evidence import Evidence
from gitops_gen.evidence_file import dump_evidence
from gitops_gen.gate_metrics import PREFIX
from gitops_gen.model import Release, RolledBack
from gitops_gen.overlay import EVIDENCE_FILE, overlay_folder, overlay_path
from gitops_gen.ports import Kustomize
from gitops_gen.promotion import Attempt, Promotion
from gitops_gen.render.environment import Templates
from gitops_gen.render.release import render_release
from gitops_gen.reports.pull_request import TEMPLATE, render_body
from gitops_gen.reports.pull_request_built import Built
from gitops_gen.reports.pull_request_lineage import Addresses
from gitops_gen.settings import Environment, ModelSettings, Settings
from gitops_gen.timeline import evidence_path, read_stays

_NEWEST = 200
"""Commits of the base branch that are looked through for a chart: it is not worth more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A release that takes the place of another one."""

    base: Base
    model: ModelSettings
    environment: Environment
    release: Release
    champion: Evidence | None
    challenger: Evidence
    title: str
    message: str
    alias: str = ""
    """The models:/NAME@ALIAS that was promoted, if it was one."""
    rolled_back: RolledBack | None = None
    """What is taken out because it is no good; None for a promotion."""


def assemble(attempt: Attempt, change: Change) -> Promotion:
    """The files of a change on top of the base branch, and its pull request's body.

    Raises:
        RefusedError: the overlay does not build, or would serve something else.
    """
    environment, base, model = change.environment, change.base, attempt.model
    evidence = dump_evidence(change.challenger)
    rendered = render_release(
        settings=attempt.settings,
        model=change.model,
        environment=environment,
        release=change.release,
        evidence=evidence,
        existing=base.texts,
        templates=Templates(base.templates, folder=attempt.settings.templates),
    )
    attempt.progress.warn(*rendered.warnings)
    files = {path: None if text is None else text.encode() for path, text in rendered.files.items()}
    built = _check(attempt, files, environment, evidence) if files else None
    body = render_body(
        release=change.release,
        environment=environment,
        champion=change.champion,
        challenger=change.challenger,
        files=tuple(files),
        evidence_path=f"{overlay_folder(model, environment.name)}/{EVIDENCE_FILE}",
        rolled_back=change.rolled_back,
        alias=change.alias,
        addresses=_list_addresses(attempt.settings),
        built=built,
        history=_read_history(attempt, change) if files else (),
        warnings=attempt.progress.outcome.warnings,
        template=base.templates.get(TEMPLATE),
    )
    diff = "".join(_diff(path, base.texts.get(path), text) for path, text in rendered.files.items())
    attempt.progress.note(files=tuple(files), body=body, diff=diff)
    return Promotion(
        environment=environment,
        release=change.release,
        champion=change.champion,
        challenger=change.challenger,
        files=files,
        title=change.title,
        message=change.message,
        body=body,
    )


def _check(attempt: Attempt, files: Mapping[str, bytes | None], environment: Environment, evidence: str) -> Built:
    """Build the overlay as it will be, check it by the rules on pins and evidence, and compare it with what is there.

    Raises:
        RefusedError: it does not build, or serves something else; every finding is in the message.
    """
    folder, path = (place(attempt.model, environment.name) for place in (overlay_folder, overlay_path))

    def read(paths: Sequence[str]) -> Mapping[str, bytes]:
        ours = {p: content for p in paths if (content := files.get(p)) is not None}
        return {**attempt.checkout.read_files([p for p in paths if p not in files]), **ours}

    closure = read_closure(folder, read)
    if closure.remote:
        raise RefusedError(
            f"{path} refers to {', '.join(closure.remote)}, which is not in the repository: what it brings can change "
            "after the merge, and cannot be checked before",
            hint="copy what you need into the repository",
        )
    built = _build(attempt.ports.kustomize, closure.files, folder)
    sources = Source(path, closure.files[path]), Source(f"{folder}/{EVIDENCE_FILE}", evidence.encode())
    findings = check_build(built, ModelOverlay(folder, attempt.model, environment.name, *sources))
    errors = [finding for finding in findings if finding.severity == "error"]
    warnings = [f"{f.path}: {f.message} [{f.rule}]" for f in findings if f.severity != "error"]
    attempt.progress.warn(*warnings)
    if errors:
        lines = (f"{f.path}:{f.line}:{f.column}: {f.message} [{f.rule}]" for f in errors)
        raise RefusedError("\n".join(lines), hint="; ".join(dict.fromkeys(f.fix for f in errors if f.fix)))
    before, after = _build_base(attempt, folder), parse_build(built)
    return Built(objects=len(after), changes=compare_builds(before, after), warnings=len(warnings))


def _list_addresses(settings: Settings) -> Addresses:
    known = (settings.repository_url, settings.forge.url)
    hosts = (urlsplit(url).hostname for url in known if url.startswith(("http://", "https://")))
    return Addresses(hosts=frozenset(host for host in hosts if host), image=settings.pull_request.image_url)


def _read_history(attempt: Attempt, change: Change) -> list[Evidence]:
    """The environment's releases, the oldest first, where a metric is asked of that can be drawn over them."""
    if change.champion is None or not any(v.gate.startswith(PREFIX) for v in change.challenger.verdicts):
        return []
    place = (attempt.model, change.environment.name)
    stays = read_stays(attempt.checkout, evidence_path(*place), newest=_NEWEST).get(place, ())
    return [stay.evidence for stay in reversed(stays)]


def _build_base(attempt: Attempt, folder: str) -> list[Mapping[str, Any]]:
    """The objects of the overlay as the base branch has it; none where it is not there, or does not build."""
    closure = read_closure(folder, attempt.checkout.read_files)
    if not closure.files or closure.remote:
        return []
    try:
        return parse_build(_build(attempt.ports.kustomize, closure.files, folder))
    except RefusedError:
        return []


def _build(kustomize: Kustomize, files: Mapping[str, bytes], folder: str) -> str:
    with tempfile.TemporaryDirectory(prefix="gitops-gen-") as temporary:
        write_files(Path(temporary), files)
        return kustomize.build(Path(temporary), folder)


def _diff(path: str, before: str | None, after: str | None) -> str:
    old, new = ((text or "").splitlines(keepends=True) for text in (before, after))
    names = ("/dev/null" if before is None else f"a/{path}", "/dev/null" if after is None else f"b/{path}")
    lines = difflib.unified_diff(old, new, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
