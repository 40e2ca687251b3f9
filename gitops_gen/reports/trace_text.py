"""A trace for a terminal: where a release is and was, and below it what it comes from, down to the data."""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.chain import Chain, Trace
from gitops_gen.ports import Revision
from gitops_gen.reports.printable import show_line
from gitops_gen.reports.status_text import tell_time
from gitops_gen.reports.trace_json import describe_facts

_WIDTH = 14


def render_trace_text(trace: Trace) -> str:
    """The chains, each from the environments to the data."""
    return "\n".join("".join(f"{line}\n" for line in _tell(chain)) for chain in trace.chains)


def _tell(chain: Chain) -> Iterator[str]:
    facts = describe_facts(chain)
    yield show_line(chain.model) or "a run without a registered model"
    if not chain.stays:
        yield _line("environments", "never promoted")
    for stay in chain.stays:
        until = f"until {_tell_revision(stay.until)}" if stay.until else "and is there now"
        yield _line(show_line(stay.environment), f"since {_tell_revision(stay.since)}, {until}")
        for override in stay.evidence.overrides:
            by = f" by {show_line(override.by)}" if override.by else ""
            yield _line("", f"gate {show_line(override.rule)} set aside{by}: {show_line(override.reason)}")
    yield from _tell_image(chain, facts)
    yield from _tell_sources(chain, facts)


def _tell_image(chain: Chain, facts: Mapping[str, Any]) -> Iterator[str]:
    image = facts.get("image", {})
    if image:
        there = "" if chain.image else "  (the registry was not asked, or does not have it)"
        tag = f":{image['tag']}" if image.get("tag") else ""
        yield _line("image", show_line(f"{image['name']}{tag}@{image['digest']}") + there)
    model = facts.get("model", {})
    if model.get("version"):
        yield _line("model version", show_line(f"{model.get('registered', '')} {model['version']}"))
    if model.get("contentHash") or model.get("uri"):
        yield _line("artifact", show_line(" ".join(filter(None, (model.get("contentHash"), model.get("uri"))))))


def _tell_sources(chain: Chain, facts: Mapping[str, Any]) -> Iterator[str]:
    run, source = facts.get("run", {}), facts.get("source", {})
    if run:
        there = "" if chain.run else "  (MLflow was not asked, or does not have it)"
        name = f"{show_line(run.get('name', ''))}, " if run.get("name") else ""
        experiment = show_line(run.get("experiment", {}).get("name", ""))
        yield _line("run", f"{show_line(run.get('id', ''))}  {name}experiment {experiment}{there}")
        if chain.run and chain.run.url:
            yield _line("", show_line(chain.run.url))
    if source.get("commit"):
        dirty = ", with uncommitted changes" if source.get("dirty") else ""
        yield _line("source commit", show_line(f"{source['commit']}  {source.get('repository', '')}").rstrip() + dirty)
    for dataset in run.get("datasets", ()):
        context = f"  ({show_line(dataset['context'])})" if dataset.get("context") else ""
        yield _line("dataset", show_line(f"{dataset.get('name', '')} {dataset.get('digest', '')}") + context)


def _tell_revision(revision: Revision) -> str:
    return f"{tell_time(revision.time)} UTC ({revision.commit[:12]} {show_line(revision.subject)})"


def _line(name: str, value: str) -> str:
    return f"  {name:<{_WIDTH}} {value}".rstrip()
