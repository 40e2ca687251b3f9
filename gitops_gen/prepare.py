"""From a run to the files of a promotion: read, decided, rendered, built and checked; nothing is written yet."""

import difflib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitops_gen import __version__
from gitops_gen.adapters.kustomize import write_files
from gitops_gen.candidate import read_candidate
from gitops_gen.checks.closure import read_closure
from gitops_gen.checks.pins import check_build
from gitops_gen.checks.rules.provenance_parts import ModelOverlay
from gitops_gen.checks.source import Source
from gitops_gen.errors import RefusedError
from gitops_gen.evidence import build_evidence, keep_if_same
from gitops_gen.evidence_file import dump_evidence
from gitops_gen.gates import Case, judge, list_overrides, refuse_failed
from gitops_gen.model import Verdict
from gitops_gen.overlay import EVIDENCE_FILE, overlay_folder, overlay_path
from gitops_gen.plan import TITLE_LIMIT, one_line, write_commit_message, write_title
from gitops_gen.promotion import Attempt, Promotion
from gitops_gen.render.environment import Templates
from gitops_gen.render.release import render_release
from gitops_gen.reports.pull_request import TEMPLATE, render_body
from gitops_gen.settings import Environment

PROGRAM = f"gitops-gen {__version__}"


def prepare(attempt: Attempt) -> Promotion:
    """The promotion of the run on top of the base branch.

    Raises:
        RefusedError: the run, the order of environments, the image or the built overlay says no.
    """
    request, settings, model = attempt.request, attempt.settings, attempt.model
    candidate = read_candidate(attempt)
    case, base = candidate.case, candidate.base
    release, environment, champion = case.release, case.environment, case.champion
    verdicts = _judge(attempt, case)
    challenger = keep_if_same(
        champion,
        build_evidence(
            release=release,
            environment=environment.name,
            verdicts=verdicts,
            overrides=list_overrides(verdicts, case, request.waivers),
            program=PROGRAM,
        ),
    )
    evidence = dump_evidence(challenger)
    rendered = render_release(
        settings=settings,
        model=candidate.model,
        environment=environment,
        release=release,
        evidence=evidence,
        existing=base.texts,
        templates=Templates(base.templates, folder=settings.templates),
    )
    attempt.progress.warn(*rendered.warnings)
    files = {path: None if text is None else text.encode() for path, text in rendered.files.items()}
    if files:
        _check(attempt, files, environment, evidence)
    title = one_line(request.title, TITLE_LIMIT) if request.title else write_title(release, environment.name)
    body = render_body(
        release=release,
        environment=environment,
        champion=champion,
        challenger=challenger,
        files=tuple(files),
        evidence_path=f"{overlay_folder(model, environment.name)}/{EVIDENCE_FILE}",
        warnings=attempt.progress.outcome.warnings,
        template=base.templates.get(TEMPLATE),
    )
    diff = "".join(_diff(path, base.texts.get(path), text) for path, text in rendered.files.items())
    attempt.progress.note(files=tuple(files), body=body, diff=diff)
    return Promotion(
        environment=environment,
        release=release,
        champion=champion,
        challenger=challenger,
        files=files,
        title=title,
        message=write_commit_message(release, environment.name, subject=request.commit_message or title),
        body=body,
    )


def _judge(attempt: Attempt, case: Case) -> tuple[Verdict, ...]:
    """What the gates say.

    Raises:
        RefusedError: one fails, and nobody set it aside.
    """
    verdicts = judge(case, attempt.request.waivers)
    attempt.progress.note(verdicts=verdicts)
    refuse_failed(verdicts, case)
    return verdicts


def _check(attempt: Attempt, files: Mapping[str, bytes | None], environment: Environment, evidence: str) -> None:
    """Build the overlay as it will be and check it by the rules on pins and evidence.

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
    with tempfile.TemporaryDirectory(prefix="gitops-gen-") as temporary:
        write_files(Path(temporary), closure.files)
        built = attempt.ports.kustomize.build(Path(temporary), folder)
    sources = Source(path, closure.files[path]), Source(f"{folder}/{EVIDENCE_FILE}", evidence.encode())
    findings = check_build(built, ModelOverlay(folder, attempt.model, environment.name, *sources))
    errors = [finding for finding in findings if finding.severity == "error"]
    attempt.progress.warn(*(f"{f.path}: {f.message} [{f.rule}]" for f in findings if f.severity != "error"))
    if errors:
        lines = (f"{f.path}:{f.line}:{f.column}: {f.message} [{f.rule}]" for f in errors)
        raise RefusedError("\n".join(lines), hint="; ".join(dict.fromkeys(f.fix for f in errors if f.fix)))


def _diff(path: str, before: str | None, after: str | None) -> str:
    old, new = ((text or "").splitlines(keepends=True) for text in (before, after))
    names = ("/dev/null" if before is None else f"a/{path}", "/dev/null" if after is None else f"b/{path}")
    lines = difflib.unified_diff(old, new, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
