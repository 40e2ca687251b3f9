"""The arguments of `gitops-gen validate`, read without typer, whose import takes longer than most validations.

What this reader does not know (`--help`, a misspelt option) it leaves to typer, which knows the same options and
says what is wrong; a test holds the two together.
"""

from typing import NamedTuple

FLAGS = {
    "--fix": "fix",
    "--no-cache": "no_cache",
    "--stats": "stats",
    "--online": "online",
    "--write-baseline": "write_baseline",
    "--insecure-registry": "insecure_registry",
}
"""Options without a value, and what they set."""
VALUES = {
    "--kubernetes-version": "kubernetes_version",
    "--fail-on": "fail_on",
    "--explain": "explain",
    "--graph": "graph",
    "--env": "environment",
    "--changed-since": "changed_since",
    "--jobs": "jobs",
    "-j": "jobs",
    "--baseline": "baseline",
    "--tracking-uri": "tracking_uri",
}
"""Options with one value."""
LISTS = {
    "--output": "output",
    "-o": "output",
    "--schema-location": "schema_location",
    "--skip": "skip",
    "--only": "only",
}
"""Options that may be repeated."""
CHOICES = {"fail_on": ("error", "warning")}


class Arguments(NamedTuple):
    """What was asked for on the command line, unchecked but for its form."""

    paths: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    kubernetes_version: str = ""
    schema_location: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    fail_on: str = "error"
    fix: bool = False
    explain: str = ""
    graph: str = ""
    environment: str = ""
    changed_since: str = ""
    jobs: int = 0
    no_cache: bool = False
    stats: bool = False
    baseline: str = ""
    write_baseline: bool = False
    online: bool = False
    tracking_uri: str = ""
    insecure_registry: bool = False


def read_arguments(words: list[str]) -> Arguments | None:  # noqa: C901, PLR0912 - a loop over words, once a run
    """What `words` ask for; None if they have to be looked at by typer."""
    found: dict[str, object] = {}
    paths: list[str] = []
    lists: dict[str, list[str]] = {}
    pending = list(reversed(words))
    while pending:
        word = pending.pop()
        if word == "--":
            paths += reversed(pending)
            break
        if not word.startswith("-") or word == "-":
            paths.append(word)
            continue
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name in FLAGS and not equals:
            found[FLAGS[name]] = True
        elif name in VALUES or name in LISTS:
            if not equals:
                if not pending:
                    return None
                value = pending.pop()
            if name in LISTS:
                lists.setdefault(LISTS[name], []).append(value)
            else:
                found[VALUES[name]] = value
        else:
            return None
    if "jobs" in found:
        jobs = str(found["jobs"])
        if not jobs.isdecimal() or not jobs.isascii() or len(jobs) > len("999999999"):
            return None
        found["jobs"] = int(jobs)
    if any(found.get(name, options[0]) not in options for name, options in CHOICES.items()):
        return None
    given = {**found, **{name: tuple(values) for name, values in lists.items()}}
    return Arguments(paths=tuple(paths), **given)  # type: ignore[arg-type] # the tables above name the fields
