"""Values that Go programs read out of text: durations, cron schedules, globs.

Durations are those of time.ParseDuration, schedules those of github.com/robfig/cron with five fields, globs those of
github.com/gobwas/glob and of path/filepath.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DURATION = rf"[+-]?(?:0|(?:{_NUMBER}(?:ns|us|µs|μs|ms|s|m|h))+)"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, Mapping[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_LONGEST = 1000
"""Characters of a glob and of what it is to match that are looked at."""
_MOST_ALTERNATIVES = 64

_Step = tuple[str, str]
"""What one part of a glob takes: its kind (`one`, `star`, `all`, `in`, `not`), and characters."""


def is_duration(text: str) -> bool:
    """Whether Go's time.ParseDuration reads a text, such as `1h30m`."""
    return len(text) <= _LONGEST and re.fullmatch(_DURATION, text) is not None


def find_schedule_problem(text: str) -> str:
    """What is wrong with a cron schedule of five fields; empty if nothing is, or if it is too long to be looked at."""
    if len(text) > _LONGEST:
        return ""
    fields = re.sub(r"^(?:CRON_)?TZ=\S+\s+", "", text).split()
    if text.lstrip().startswith("@"):
        return "it needs the five fields; a descriptor such as @daily is not known"
    if len(fields) != len(_FIELDS):
        return f"it has {len(fields)} fields, and needs 5: minute, hour, day of the month, month, day of the week"
    for field, (name, lowest, highest, names) in zip(fields, _FIELDS, strict=True):
        for part in filter(None, field.split(",")):
            if problem := _find_part_problem(part, lowest, highest, names):
                return f"{name}: {problem}"
        if not field.strip(","):
            return f"{name} is empty"
    return ""


def _find_part_problem(part: str, lowest: int, highest: int, names: Mapping[str, int]) -> str:
    ends, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdecimal() and int(step[:9])):
        return f"{part!r} has a step that is no number above 0"
    first, dash, last = ends.partition("-")
    if first in {"*", "?"}:
        return ""  # what follows a dash is not read then
    start = _read_number(first, names)
    end = _read_number(last, names) if dash else start
    if start is None or end is None:
        return f"{part!r} is no number"
    if start < lowest or end > highest:
        return f"{part!r} is not from {lowest} to {highest}"
    return f"{part!r} ends before it begins" if start > end else ""


def _read_number(text: str, names: Mapping[str, int]) -> int | None:
    if text.lower() in names:
        return names[text.lower()]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000000000") else None


def match_glob(pattern: str, text: str, separators: str = "") -> bool:
    """Whether a glob with `*`, `**`, `?`, `[a-z]`, `[!a]` and `{a,b}` fits; true where it is too long to be tried."""
    if len(pattern) > _LONGEST or len(text) > _LONGEST:
        return True
    alternatives = _expand(pattern)
    return alternatives is None or any(_fits(each, text, separators, "!") for each in alternatives)


def match_path(pattern: str, text: str) -> bool:
    """The same for globs as path/filepath has them: no `**`, no braces, and `[^a]` for all but a."""
    if len(pattern) > _LONGEST or len(text) > _LONGEST:
        return True
    return _fits(re.sub(r"\*+", "*", pattern), text, "/", "^")


def _expand(pattern: str) -> Sequence[str] | None:
    """A glob without braces for each choice that they give; None if there are too many."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        current = waiting.pop()
        found = re.search(r"^((?:[^\\{]|\\.)*)\{((?:[^\\{}]|\\.)*)\}", current, re.DOTALL)
        if found is None:
            done.append(current)
        else:
            choices = re.split(r",", found[2])
            waiting += [found[1] + choice + current[found.end() :] for choice in choices]
        if len(done) + len(waiting) > _MOST_ALTERNATIVES:
            return None
    return done


def _fits(pattern: str, text: str, separators: str, negation: str) -> bool:
    steps = list(_list_steps(pattern, negation))
    states = _skip_stars({0}, steps)
    for character in text:
        reached = set()
        for state in states:
            if state == len(steps):
                continue
            kind, characters = steps[state]
            if kind in {"star", "all"}:
                if kind == "all" or character not in separators:
                    reached.add(state)
            elif _takes(kind, characters, character, separators):
                reached.add(state + 1)
        states = _skip_stars(reached, steps)
    return len(steps) in states


def _skip_stars(states: set[int], steps: Sequence[_Step]) -> set[int]:
    """Those that are reached without another character."""
    reached = set(states)
    for state in states:
        following = state
        while following < len(steps) and steps[following][0] in {"star", "all"}:
            following += 1
            reached.add(following)
    return reached


def _takes(kind: str, characters: str, character: str, separators: str) -> bool:
    if kind == "one":
        return character not in separators
    return (character in characters) == (kind == "in")


def _list_steps(pattern: str, negation: str) -> Iterator[_Step]:
    tokens = re.compile(r"\*\*|[*?]|\[(?P<class>(?:[^\\\]]|\\.)+)\]|\\(?P<escaped>.)|.", re.DOTALL)
    for found in tokens.finditer(pattern):
        if found[0] == "**":
            yield "all", ""
        elif found[0] == "*":
            yield "star", ""
        elif found[0] == "?":
            yield "one", ""
        elif found["class"]:
            inside = found["class"]
            kind = "not" if inside[0] == negation else "in"
            yield kind, "".join(_list_characters(inside[1:] if kind == "not" else inside))
        else:
            yield "in", found["escaped"] or found[0]


def _list_characters(inside: str) -> Iterator[str]:
    for found in re.finditer(r"(.)-(.)|\\?(.)", inside, re.DOTALL):
        if found[1]:
            yield from map(chr, range(ord(found[1]), min(ord(found[2]), ord(found[1]) + _LONGEST) + 1))
        else:
            yield found[3]
