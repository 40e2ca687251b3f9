"""The body of a pull request: what a reviewer needs to say yes or no."""

import re
from collections.abc import Mapping, Sequence

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from gitops_gen.assets import read_asset
from gitops_gen.errors import ConfigError
from gitops_gen.evidence import Evidence, release_digest
from gitops_gen.model import Release, RolledBack
from gitops_gen.plan import read_marker, write_marker
from gitops_gen.reports.markdown import Safe, code, escape, link
from gitops_gen.reports.pull_request_built import Built, compare_requirements, draw_history, tell_built
from gitops_gen.reports.pull_request_gates import NOTHING, list_gates, list_passed, name_verdict, sum_up
from gitops_gen.reports.pull_request_lineage import Addresses, commit_url, list_links
from gitops_gen.reports.pull_request_rows import Row, compare_datasets, compare_metrics, compare_parameters
from gitops_gen.settings import Environment

BODY_LIMIT = 65_000
"""Characters; GitHub takes 65,536, and the cut leaves room for the notice and the marker."""
TEMPLATE = "pull_request.md.j2"
_ROWS = 40
_ALIAS_LIMIT = 300
_NOTICE_LIMIT, _PARTS_LIMIT = 600, 400
_PART = re.compile(r"^### ([A-Za-z ]+)$|^<details><summary>([A-Za-z ]+)", re.MULTILINE)
"""Headings of ours, of which nothing comes from a run."""
_NONE = NOTHING
_LONG_HEX = re.compile(r"((?:sha256:)?[0-9a-f]{12})[0-9a-f]{12,}")


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
    addresses: Addresses | None = None,
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
    known = addresses or Addresses()
    verdicts, overrides = challenger.verdicts, challenger.overrides
    metrics, parameters = compare_metrics(champion, challenger), compare_parameters(champion, challenger)
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
        "facts": _compare_facts(release, champion, known),
        "metrics": metrics[:_ROWS],
        "metrics_left": max(0, len(metrics) - _ROWS),
        "comparability": compare_datasets(champion, challenger),
        "gated": any(row.gate != NOTHING for row in metrics),
        "gates": list_gates(verdicts),
        "passed": list_passed(verdicts),
        "chart": draw_history(history, challenger),
        "requirements": compare_requirements(champion, challenger)[:_ROWS],
        "built": tell_built(built) if built else None,
        "parameters": parameters[:_ROWS],
        "parameters_left": max(0, len(parameters) - _ROWS),
        "lineage": list_links(release, known),
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
    room = limit - _NOTICE_LIMIT - len(marker)
    kept = body[:room].rpartition("\n")[0]
    gone = ", ".join("".join(found).strip() for found in _PART.findall(body[len(kept) :]))[:_PARTS_LIMIT]
    notice = "**The rest is cut: a pull request's text has a limit. `--body-file` writes the whole.**"
    notice += f" Cut from here on: {gone}." if gone else ""
    return f"{kept}\n\n{notice}\n\n{marker}\n"


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


def _compare_facts(release: Release, champion: Evidence | None, addresses: Addresses) -> list[Row]:
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
        ("Source commit", old_source.get("commit", ""), run.source.commit, commit_url(release, addresses)),
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


def _after_merge(release: Release, environment: Environment, champion: Evidence | None) -> Safe:
    how = (
        "Argo CD applies it by itself" if environment.sync.automated else "Somebody starts the sync in Argo CD by hand"
    )
    where = f"to namespace {code(environment.namespace)} of {code(environment.cluster)}"
    if champion is None:
        return Safe(f"{how} {where}.")
    command = f"gitops-gen rollback {release.model} --env {environment.name} --to {champion.run_id} --reason TEXT"
    return Safe(f"{how} {where}.\n\nTo go back, revert the merge commit, or run:\n\n```sh\n{command}\n```")
