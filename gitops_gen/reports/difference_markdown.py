"""A difference as Markdown, inert whatever the values contain."""

from collections.abc import Iterator, Sequence

from gitops_gen.difference import MISSING, Difference, ResourceChange
from gitops_gen.reports.difference_text import compare_texts, compare_yaml, name_resource, tell_value
from gitops_gen.reports.markdown import Safe, code

_MOST = 40
"""Fields of one object, and objects of one folder, that are told."""


def render_difference_markdown(difference: Difference, *, rendered: bool = False) -> str:
    """A heading for each folder, below it a list of what differs."""
    if not difference.folders:
        return f"Nothing that is built differs between {code(difference.before)} and {code(difference.after)}.\n"
    parts = []
    for folder in difference.folders:
        body = f"{code(folder.problem, 400)}\n" if folder.problem else list_changes(folder.resources, rendered=rendered)
        parts.append(f"### {code(folder.folder, 300)}\n\n{body}")
    return "\n".join(parts)


def list_changes(resources: Sequence[ResourceChange], *, rendered: bool = False) -> Safe:
    """The objects that differ as a list, their fields below them."""
    lines = [line for resource in resources[:_MOST] for line in _tell(resource, rendered=rendered)]
    if len(resources) > _MOST:
        lines.append(f"- and {len(resources) - _MOST} more")
    return Safe("".join(f"{line}\n" for line in lines))


def _tell(resource: ResourceChange, *, rendered: bool) -> Iterator[str]:
    yield f"- {resource.operation} {code(name_resource(resource), 300)}"
    if rendered:
        yield from _fence(compare_yaml(resource))
        return
    for change in resource.changes[:_MOST]:
        if (lines := compare_texts(change)) is not None:
            yield f"  - {code(change.path, 200)}: {len(lines)} lines differ"
            continue
        before = "" if change.before is MISSING else f"{code(tell_value(change.before), 200)} → "
        after = "gone" if change.after is MISSING else code(tell_value(change.after), 200)
        new = " (new)" if change.before is MISSING else ""
        yield f"  - {code(change.path, 200)}: {before}{after}{new}"
    if len(resource.changes) > _MOST:
        yield f"  - and {len(resource.changes) - _MOST} more"


def _fence(lines: Sequence[str]) -> Iterator[str]:
    """A block of code that nothing in it can end: its fence is longer than any run of backticks inside."""
    longest = max((len(run) for line in lines for run in _runs(line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield ""
    yield f"  {fence}diff"
    yield from (f"  {_clean(line)}" for line in lines)
    yield f"  {fence}"


def _runs(line: str) -> Iterator[str]:
    run = ""
    for character in line:
        if character == "`":
            run += character
        elif run:
            yield run
            run = ""
    if run:
        yield run


def _clean(line: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
