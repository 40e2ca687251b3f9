"""What a promotion is called and what happens to its pull request: pure decisions."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gitops_gen.errors import RefusedError
from gitops_gen.model import PullRequest, Release, RolledBack
from gitops_gen.names import EnvironmentName, ModelName

TITLE_LIMIT = 255
"""Characters of a pull request's title, the least that the forges take."""

_MARKER = re.compile(r"<!-- gitops-gen: (\{.*?\}) -->")
_UNSAFE = re.compile(r"[^A-Za-z0-9._+:/@ -]+")
# What forges act on in a commit's message too: mentions, and references that close an issue behind a word like "fixes".
_ACTIVE = re.compile(r"@|(?<=://)|\bgh-(?=\d)", re.IGNORECASE)
EMPTIED = "emptied"
"""State in the marker of a pull request that the program closed itself."""


def branch_name(environment: EnvironmentName, model: ModelName) -> str:
    """The one branch of a model's promotions into an environment."""
    return f"gitops-gen/{environment}/{model}"


def describe_version(release: Release) -> str:
    """`version 3`, or `run 1a2b3c4d` for a model that is not registered."""
    version = release.run.version
    return f"version {one_line(_ACTIVE.sub('?', version.version), 20)}" if version else f"run {release.run.run_id[:8]}"


def one_line(text: str, limit: int) -> str:
    """`text` fit for a title or a commit trailer: one line, nothing but plain characters, cut to `limit`."""
    plain = _UNSAFE.sub("?", text)
    return plain if len(plain) <= limit else plain[: limit - 3] + "..."


def _calm(text: str) -> str:
    """The value of a trailer: what a run is called is no mention and closes no issue."""
    return one_line(_ACTIVE.sub("?", text), 200)


def write_title(release: Release, environment: EnvironmentName) -> str:
    """The title of the pull request and the first line of the commit."""
    return f"Promote {release.model} {describe_version(release)} to {environment}"


def write_rollback_title(release: Release, environment: EnvironmentName) -> str:
    """The same where the release was there before."""
    return f"Roll back {release.model} to {describe_version(release)} in {environment}"


def write_commit_message(
    release: Release, environment: EnvironmentName, *, subject: str = "", rolled_back: RolledBack | None = None
) -> str:
    """The commit's message, with trailers that plain `git log` finds; what is `rolled_back` goes for a reason."""
    run = release.run
    trailers = {
        "MLflow-Run": run.run_id,
        "Model-Version": f"{run.version.name} {run.version.version}" if run.version else "",
        "Image-Digest": release.image.digest if release.image else "",
        "Model-Digest": (run.model.content_hash or "") if run.model and not release.image else "",
        "Source-Commit": run.source.commit,
    }
    if rolled_back is not None:
        trailers |= {"Rolled-Back": rolled_back.digest, "Rolled-Back-Run": rolled_back.run_id}
    lines = [f"{key}: {_calm(value)}" for key, value in trailers.items() if value]
    lines += sorted({f"Dataset-Digest: {_calm(f'{d.name} {d.digest}')}" for d in run.datasets})
    head = subject.strip() or write_title(release, environment)
    why = f"\n\n{one_line(rolled_back.reason, 400)}" if rolled_back is not None else ""
    return head + why + "\n\n" + "\n".join(lines) + "\n"


def write_marker(facts: Mapping[str, str]) -> str:
    """A comment in the pull request's body that bots, and this program later, read the facts from."""
    text = json.dumps(facts, sort_keys=True)
    for character in "<>-&@":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"<!-- gitops-gen: {text} -->"


def read_marker(body: str) -> Mapping[str, Any]:
    """The facts in a pull request's body; empty if it has none."""
    found = _MARKER.findall(body)  # ours is at the end
    if not found:
        return {}
    try:
        facts = json.loads(found[-1])
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def mark_emptied(body: str) -> str:
    """`body` with its marker saying that the program closed the pull request, not a person."""
    facts = {key: str(value) for key, value in read_marker(body).items()}
    marker = write_marker(facts | {"state": EMPTIED})
    return _MARKER.sub(lambda _: marker, body) if _MARKER.search(body) else f"{body}\n\n{marker}\n"


def mark_told(body: str, told: str) -> str:
    """`body` with its marker saying which problems were told; empty takes that away."""
    facts = {key: str(value) for key, value in read_marker(body).items() if key != "told"}
    marker = write_marker(facts | ({"told": told} if told else {}))
    return _MARKER.sub(lambda _: marker, body) if _MARKER.search(body) else f"{body}\n\n{marker}\n"


def choose_pull_request(existing: Sequence[PullRequest], *, digest: str, force: bool) -> PullRequest | None:
    """The open one to update; None to create one. `existing` are all of the branch, newest first.

    Raises:
        RefusedError: a person closed one for this very digest.
    """
    for pull_request in existing:
        if pull_request.state == "open":
            return pull_request
    for pull_request in existing:
        facts = read_marker(pull_request.body)
        rejected = pull_request.state == "closed" and facts.get("state") != EMPTIED
        if rejected and facts.get("digest") == digest and not force:
            raise RefusedError(
                f"pull request {pull_request.number} for {digest} was closed without merging: {pull_request.url}",
                hint="promote another run, or pass --force to propose this one again",
            )
    return None
