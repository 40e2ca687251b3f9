"""The body of a pull request: what a reviewer needs to say yes or no."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from gitops_gen.assets import read_asset
from gitops_gen.errors import ConfigError
from gitops_gen.evidence import Evidence, release_digest
from gitops_gen.model import Release, RolledBack, Run
from gitops_gen.plan import read_marker, write_marker
from gitops_gen.reports.markdown import Safe, code, escape, link, safe_url
from gitops_gen.reports.pull_request_built import Built, compare_requirements, draw_history, tell_built
from gitops_gen.reports.pull_request_gates import (
    NOTHING,
    find_metrics,
    list_gates,
    list_passed,
    name_verdict,
    rank,
    sum_up,
    tell_limits,
    tell_verdict,
)
from gitops_gen.settings import Environment

BODY_LIMIT = 65_000
"""Characters; GitHub takes 65,536, and the cut leaves room for the notice and the marker."""
TEMPLATE = "pull_request.md.j2"
_ROWS = 40
_ALIAS_LIMIT = 300
_NONE = NOTHING
_LONG_HEX = re.compile(r"((?:sha256:)?[0-9a-f]{12})[0-9a-f]{12,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table, its cells already Markdown."""

    name: Safe
    before: Safe
    after: Safe
    change: Safe = Safe("")  # noqa: RUF009 - an immutable str
    gate: Safe = NOTHING
    """What was asked of a metric."""
    verdict: Safe = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step from the image back to the data."""

    name: str
    value: Safe


def render_body(
    *,
    release: Release,
    environment: Environment,
    champion: Evidence | None,
    challenger: Evidence,
    files: Sequence[str],
    evidence_path: str,
    rolled_back: RolledBack | None = None,
    alias: str = "",
    built: Built | None = None,
    history: Sequence[Evidence] = (),
    warnings: Sequence[str] = (),
    template: str | None = None,
) -> str:
    """The body as Markdown; `template` is a team's own in place of the program's.

    `alias` is the models:/NAME@ALIAS that was promoted, if it was one;
    `history` is the evidence of the environment's last releases, the oldest first.

    Raises:
        ConfigError: the team's template fails; the message has the line.
    """
    verdicts, overrides = challenger.verdicts, challenger.overrides
    metrics, parameters = _compare_metrics(champion, challenger), _compare_parameters(champion, challenger)
    marker = Safe(
        write_marker(
            {
                "digest": release_digest(release),
                "environment": environment.name,
                "model": release.model,
                "run": release.run.run_id,
                "state": "proposed",
                "verdict": name_verdict(verdicts),
                **({"champion": champion.digest} if champion else {}),
                **({"rolledBack": rolled_back.digest} if rolled_back else {}),
                **({"alias": alias[:_ALIAS_LIMIT]} if alias else {}),
            }
        )
    )
    view = {
        "model": code(release.model),
        "version": _tell_version(release),
        "environment": code(environment.name),
        "champion": champion is not None,
        "verdict": Safe("") if rolled_back else sum_up(verdicts, overrides),
        "summary": _summarize(release, environment, champion),
        "rolled_back": _tell_rolled_back(rolled_back) if rolled_back else Safe(""),
        "warnings": [code(warning, 400) for warning in warnings],
        "facts": _compare_facts(release, champion),
        "metrics": metrics[:_ROWS],
        "metrics_left": max(0, len(metrics) - _ROWS),
        "comparability": _compare_datasets(champion, challenger),
        "gated": any(row.gate != NOTHING for row in metrics),
        "gates": list_gates(verdicts),
        "passed": list_passed(verdicts),
        "chart": draw_history(history, challenger),
        "requirements": compare_requirements(champion, challenger)[:_ROWS],
        "built": tell_built(built) if built else None,
        "parameters": parameters[:_ROWS],
        "parameters_left": max(0, len(parameters) - _ROWS),
        "lineage": _trace(release),
        "overrides": [
            {"rule": code(o.rule), "reason": code(o.reason, 400), "by": code(o.by) if o.by else ""} for o in overrides
        ],
        "after_merge": _after_merge(release, environment, champion),
        "files": [code(path, 300) for path in files],
        "evidence_path": code(evidence_path, 300),
        "marker": marker,
    }
    return _render(template, view)


def cut_body(body: str, limit: int = BODY_LIMIT) -> str:
    """`body` within the forges' limit; what was cut is said, and the marker stays."""
    if len(body) <= limit:
        return body
    marker = write_marker({key: str(value) for key, value in read_marker(body).items()})
    notice = "\n\n**The rest is cut: a pull request's text has a limit. `--body-file` writes the whole.**\n\n"
    room = limit - len(notice) - len(marker)
    return body[:room].rpartition("\n")[0] + notice + marker + "\n"


def _render(template: str | None, view: Mapping[str, object]) -> str:
    jinja = SandboxedEnvironment(
        undefined=StrictUndefined, finalize=escape, trim_blocks=False, keep_trailing_newline=True, autoescape=False
    )
    jinja.filters["text"] = Safe  # for the template's own words
    source = template if template is not None else read_asset("templates", TEMPLATE)
    try:
        return jinja.from_string(source).render(view)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise ConfigError(f"{TEMPLATE}{f':{line}' if line else ''}: {error}") from error


def _tell_version(release: Release) -> Safe:
    """As `plan.describe_version`, for a page."""
    version = release.run.version
    return Safe(f"version {code(version.version, 40)}" if version else f"run {code(release.run.run_id[:8])}")


def _summarize(release: Release, environment: Environment, champion: Evidence | None) -> Safe:
    if champion is None:
        return Safe(f"{code(environment.name)} does not serve this model yet; this brings its first release.")
    if champion.digest == release_digest(release):
        return Safe(f"{code(environment.name)} keeps serving the same image; what is recorded about it changes.")
    before = f"version {code(champion.version)}" if champion.version else f"run {code(champion.run_id[:8])}"
    after = _tell_version(release)
    return Safe(f"Requests in {code(environment.name)} will be answered by {after} in place of {before}.")


def _tell_rolled_back(gone: RolledBack) -> Safe:
    """Why a release is taken out, and what that means."""
    what = f"version {code(gone.version)}" if gone.version else f"run {code(gone.run_id[:8])}"
    by = f", by {code(gone.by)}" if gone.by else ""
    return Safe(
        f"**This takes {what} out again{by}.** Reason: {code(gone.reason, 400)}\n\n"
        f"{code(gone.digest)} is not promoted here again without `--force`."
    )


def _compare_facts(release: Release, champion: Evidence | None) -> list[Row]:
    run, image, old = release.run, release.image, champion.data if champion else {}
    old_image, old_run, old_source = old.get("image", {}), old.get("run", {}), old.get("source", {})
    old_model = old.get("model", {})
    model = run.model
    rows = [
        ("Model version", old_model.get("version", ""), run.version.version if run.version else "", ""),
        ("Run", old_run.get("id", ""), run.run_id, run.url),
        ("Image", _tagged(old_image.get("name", ""), old_image.get("tag")), _tagged(image.name, image.tag), "")
        if image
        else ("Model artifact", old_model.get("uri", ""), model.uri if model else "", ""),
        ("Digest", champion.digest if champion else "", release_digest(release), ""),
        ("Source commit", old_source.get("commit", ""), run.source.commit, _commit_url(release)),
        ("Flavor", old_model.get("flavor", ""), model.flavor if model else "", ""),
    ]
    return [
        Row(name=Safe(name), before=_cell(_shorten(str(before))), after=link(_shorten(after), url) if after else _NONE)
        for name, before, after, url in rows
        if before or after
    ]


def _tagged(name: str, tag: str | None) -> str:
    return f"{name}:{tag}" if tag else name


def _shorten(text: str) -> str:
    """A digest, commit or run id as people compare them; the whole stands in the chain below the tables."""
    found = _LONG_HEX.fullmatch(text)
    return f"{found[1]}…" if found else text


def _cell(text: str) -> Safe:
    return code(text) if text else _NONE


def _compare_metrics(champion: Evidence | None, challenger: Evidence) -> list[Row]:
    before = champion.metrics if champion else {}
    after = challenger.metrics
    verdicts = find_metrics(challenger.verdicts)
    names = before.keys() | after.keys() | verdicts.keys()
    return [
        Row(
            name=code(name),
            before=_number(before.get(name)),
            after=_number(after.get(name)),
            change=_change(before.get(name), after.get(name)),
            gate=tell_limits(verdicts.get(name)),
            verdict=tell_verdict(verdicts.get(name)),
        )
        for name in sorted(names, key=lambda name: (rank(verdicts.get(name)), name))
    ]


def _number(value: float | None) -> Safe:
    if value is None:
        return _NONE
    return Safe(f"{value:.6g}") if math.isfinite(value) else Safe("**not a number**")


def _change(before: float | None, after: float | None) -> Safe:
    if before is None or after is None or not math.isfinite(before) or not math.isfinite(after):
        return _NONE
    if before == after:
        return Safe("0")
    share = f" ({(after - before) / abs(before):+.2%})" if before else ""
    return Safe(f"{after - before:+.4g}{share}")


def _compare_datasets(champion: Evidence | None, challenger: Evidence) -> Safe:
    if champion is None:
        return Safe("")
    old, new = ({d["digest"] for d in e.data["run"]["datasets"] if "digest" in d} for e in (champion, challenger))
    if old == new and old:
        return Safe("Both runs recorded the same datasets, by digest.")
    return Safe("**The two runs did not record the same datasets: their metrics may not be comparable.**")


def _compare_parameters(champion: Evidence | None, challenger: Evidence) -> list[Row]:
    before, after = champion.parameters if champion else {}, challenger.parameters
    return [
        Row(
            name=code(name),
            before=code(before[name]) if name in before else _NONE,
            after=code(after[name]) if name in after else _NONE,
        )
        for name in sorted(before.keys() | after.keys())
        if champion is None or before.get(name) != after.get(name)
    ]


def _trace(release: Release) -> list[Link]:
    run, image = release.run, release.image
    links = []
    if image:
        platforms = f" for {', '.join(code(p) for p in image.platforms)}" if image.platforms else ""
        links.append(Link(name="Image", value=Safe(f"{code(str(image), 300)}{platforms}")))
    if run.model:
        links.append(Link(name="Model artifact", value=code(run.model.content_hash or run.model.uri, 300)))
    if run.version:
        name = f"{run.version.name} {run.version.version}"
        links.append(Link(name="Model version", value=link(name, _version_url(run))))
    experiment = code(run.experiment_name)
    name = f"{code(run.name)}, " if run.name else ""
    links.append(Link(name="Run", value=Safe(f"{name}{link(run.run_id, run.url)} of experiment {experiment}")))
    if run.source.commit:
        dirty = ", **with uncommitted changes**" if run.source.dirty else ""
        origin = f" of {code(run.source.repository)}" if run.source.repository else ""
        value = Safe(f"{link(run.source.commit, _commit_url(release))}{origin}{dirty}")
        links.append(Link(name="Source commit", value=value))
    for dataset in run.datasets:
        context = f" ({code(dataset.context)})" if dataset.context else ""
        links.append(Link(name="Dataset", value=Safe(f"{code(dataset.name)}{context}, digest {code(dataset.digest)}")))
    return links


def _version_url(run: Run) -> str:
    """The version's page in the MLflow UI that the run's page is in; empty if there is none."""
    start, found, _ = run.url.partition("#/experiments/")
    if run.version is None or not found:
        return ""
    return f"{start}#/models/{quote(run.version.name, safe='')}/versions/{quote(run.version.version, safe='')}"


def _commit_url(release: Release) -> str:
    source = release.run.source
    repository = safe_url(source.repository).removesuffix(".git")
    return f"{repository}/commit/{source.commit}" if repository and source.commit.isalnum() else ""


def _after_merge(release: Release, environment: Environment, champion: Evidence | None) -> Safe:
    how = (
        "Argo CD applies it by itself" if environment.sync.automated else "Somebody starts the sync in Argo CD by hand"
    )
    where = f"to namespace {code(environment.namespace)} of {code(environment.cluster)}"
    if champion is None:
        return Safe(f"{how} {where}.")
    command = f"gitops-gen rollback {release.model} --env {environment.name} --to {champion.run_id} --reason TEXT"
    return Safe(f"{how} {where}.\n\nTo go back, revert the merge commit, or run:\n\n```sh\n{command}\n```")
