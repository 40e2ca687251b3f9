"""From a run to the files of its promotion: read, decided, rendered, built and checked; nothing is written yet."""

from gitops_gen import __version__
from gitops_gen.assemble import Change, assemble
from gitops_gen.candidate import read_candidate
from gitops_gen.evidence import build_evidence, keep_if_same
from gitops_gen.gates import Case, judge, list_overrides, refuse_failed
from gitops_gen.model import Run, Verdict
from gitops_gen.plan import TITLE_LIMIT, one_line, write_commit_message, write_title
from gitops_gen.promotion import Attempt, Promotion

PROGRAM = f"gitops-gen {__version__}"


def prepare(attempt: Attempt, run: Run) -> Promotion:
    """The promotion of the run on top of the base branch.

    Raises:
        RefusedError: a gate, the image or the built overlay says no.
    """
    request = attempt.request
    candidate = read_candidate(attempt, run)
    case = candidate.case
    release, environment, champion = case.release, case.environment, case.champion
    verdicts = _judge(attempt, case)
    challenger = keep_if_same(
        champion,
        build_evidence(
            release=release,
            environment=environment.name,
            verdicts=verdicts,
            overrides=list_overrides(verdicts, case, request.waivers),
            rolled_back=champion.rolled_back if champion else (),
            program=PROGRAM,
        ),
    )
    title = one_line(request.title, TITLE_LIMIT) if request.title else write_title(release, environment.name)
    change = Change(
        base=candidate.base,
        model=candidate.model,
        environment=environment,
        release=release,
        champion=champion,
        challenger=challenger,
        title=title,
        alias=f"models:/{request.selector.model}@{request.selector.alias}" if request.selector.alias else "",
        message=write_commit_message(release, environment.name, subject=request.commit_message or title),
    )
    return assemble(attempt, change)


def _judge(attempt: Attempt, case: Case) -> tuple[Verdict, ...]:
    """What the gates say.

    Raises:
        RefusedError: one fails, and nobody set it aside.
    """
    verdicts = judge(case, attempt.request.waivers)
    attempt.progress.note(verdicts=verdicts)
    refuse_failed(verdicts, case)
    return verdicts
