"""The end of a report for a person: how much was found, what was checked and what was not."""

from __future__ import annotations

from gitops_gen.reports.printable import show_line, show_path

TYPE_CHECKING = False  # as type checkers know it; see findings.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitops_gen.findings import CheckResult, Unchecked

_KINDS = 8
"""Kinds that are named; the rest is counted."""
_WIDTH = 110
"""Characters of a line."""
_WHOLE, _CUT = 5, 3
"""A reason with up to 5 paths names all of them, one with more names 3."""
TONES = {"error": "1;31", "warning": "1;33", "info": "1;36"}
"""The colour of each severity, the worst first, as terminals number them."""
_GREEN, _YELLOW = "32", "33"


def summarize_result(result: CheckResult, paint: Callable[[str, str], str]) -> str:
    """A few lines; `paint` gives text a style, such as `1;31`."""
    nothing = checked_nothing(result)
    lines = [] if nothing and not result.findings else [_count_findings(result, paint)]
    lines.append(paint("nothing was checked", _YELLOW) if nothing else _count_checked(result))
    if result.unchecked:
        lines.append(paint(f"not checked: {len(result.unchecked)}", _YELLOW))
        lines.extend(_list_unchecked(result.unchecked))
    return "\n".join(lines)


def checked_nothing(result: CheckResult) -> bool:
    """Whether nothing at all was checked."""
    return not result.checked and not any(result.counts.get(n) for n in ("files", "objects", "builds"))


def count_noun(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _count_findings(result: CheckResult, paint: Callable[[str, str], str]) -> str:
    numbers: dict[str, int] = dict.fromkeys(TONES, 0)
    for finding in result.findings:
        numbers[finding.severity] = numbers.get(finding.severity, 0) + 1
    found = ", ".join(paint(count_noun(n, name), TONES.get(name, "1")) for name, n in numbers.items() if n)
    others = {"waived": "waived", "baselined": "in the baseline", "fixed": "fixed"}
    aside = ", ".join(f"{n} {words}" for name, words in others.items() if (n := result.counts.get(name, 0)))
    return (found or paint("no findings", _GREEN)) + (f" ({aside})" if aside else "")


def _count_checked(result: CheckResult) -> str:
    counts = result.counts
    cached = counts.get("cached", 0)
    objects = count_noun(counts.get("objects", 0), "object")
    kinds = _list_kinds(result.checked) or [objects]
    if result.checked:
        kinds[0] = f"{objects} ({kinds[0]}"
        kinds[-1] += ")"
    files = count_noun(counts.get("files", 0), "file") + (f" ({cached} from the cache)" if cached else "")
    builds = counts.get("builds", 0)
    return _fill_lines([f"checked: {files}", *kinds, *([count_noun(builds, "build")] if builds else [])], indent=9)


def _list_kinds(checked: Mapping[str, int]) -> list[str]:
    """The kinds, the most frequent first."""
    kinds = sorted(checked.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{number} {show_line(kind)}" for kind, number in kinds[:_KINDS]]
    if rest := kinds[_KINDS:]:
        named.append(f"{sum(number for _, number in rest)} in {count_noun(len(rest), 'other kind')}")
    return named


def _list_unchecked(unchecked: Iterable[Unchecked]) -> list[str]:
    """What was not checked by reason, the most frequent first."""
    groups: dict[str, dict[str, int]] = {}
    for each in unchecked:
        paths = groups.setdefault(each.reason, {})
        paths[each.path] = paths.get(each.path, 0) + 1
    ordered = sorted((-sum(paths.values()), reason, paths) for reason, paths in groups.items())
    width = len(str(-ordered[0][0]))
    listed = []
    for number, reason, paths in ordered:
        head = f"  {-number:>{width}} {show_line(reason)}"
        names = _name_paths(paths)
        listed.append(_fill_lines([f"{head}: {names[0]}", *names[1:]], indent=width + 5) if names else head)
    return listed


def _name_paths(paths: Mapping[str, int]) -> list[str]:
    named = [show_path(path) + (f" ({n} times)" if n > 1 else "") for path, n in sorted(paths.items()) if path]
    if len(named) <= _WHOLE:
        return named
    return [*named[: _CUT - 1], f"{named[_CUT - 1]} and {len(named) - _CUT} more"]


def _fill_lines(items: list[str], *, indent: int) -> str:
    """The items with commas between them, in lines that are not too long."""
    lines = [items[0]]
    for item in items[1:]:
        if len(lines[-1]) + len(item) + 2 > _WIDTH:
            lines[-1] += ","
            lines.append(" " * indent + item)
        else:
            lines[-1] += f", {item}"
    return "\n".join(lines)
