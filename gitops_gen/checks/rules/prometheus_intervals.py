"""The time intervals of an AlertmanagerConfig: what the operator's webhook asks of them besides their schema.

From Parse and Validate in pkg/apis/monitoring/v1alpha1/validation.go of prometheus-operator, the same in v1beta1.
"""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_RANGES: dict[str, tuple[str, ...]] = {"weekdays": _DAYS, "months": _MONTHS, "years": ()}
_SHORTEST_MONTH = 28


@rule("PROM027", "error")
def check_order(resource: Resource) -> Iterator[Hit]:
    """A time interval begins before it ends.

    Why: an interval does not go over midnight, the end of the week or that of the year: the week begins on Sunday. The
    operator's webhook refuses one that ends before it begins; without the webhook the AlertmanagerConfig is left out.

    Fix: make two of it, such as 22:00 to 24:00 and 00:00 to 06:00, or `saturday` and `sunday`.
    """
    spec = read_spec(resource)
    for key in ("muteTimeIntervals", "timeIntervals"):
        for at, named in enumerate(as_list(spec.get(key))):
            for number, interval in enumerate(as_list(as_mapping(named).get("timeIntervals"))):
                keys = ("spec", key, at, "timeIntervals", number)
                for found, begin, end in _list_reversed(as_mapping(interval)):
                    yield Hit(
                        f"the time interval goes from {begin} to {end}, which comes before it",
                        (*keys, *found),
                        "make two of it: one up to the end of the day, week or year, one from its begin",
                    )


def _list_reversed(interval: dict[str, Any]) -> Iterator[tuple[Keys, str, str]]:
    """Where an interval ends before it begins, with its begin and its end."""
    for at, each in enumerate(as_list(interval.get("times"))):
        begin, end = read_text(as_mapping(each), "startTime"), read_text(as_mapping(each), "endTime")
        if begin and end and len(begin) == len(end) and begin >= end:  # both are HH:MM
            yield ("times", at), begin, end
    for key, names in _RANGES.items():
        for at, words in enumerate(as_list(interval.get(key))):
            begin, _, end = words.lower().partition(":") if isinstance(words, str) else ("", "", "")
            first, last = _read_number(begin, names), _read_number(end, names)
            if end and first is not None and last is not None and first > last:
                yield (key, at), begin, end
    for at, each in enumerate(as_list(interval.get("daysOfMonth"))):
        first, last = as_mapping(each).get("start"), as_mapping(each).get("end")
        if isinstance(first, int) and isinstance(last, int) and _is_reversed(first, last):
            yield ("daysOfMonth", at), f"day {first}", f"day {last}"


def _read_number(word: str, names: tuple[str, ...]) -> int | None:
    """The number of a weekday (from 0), a month (from 1) or a year; None if it is none."""
    if word in names:
        return names.index(word) + (names is _MONTHS)
    return int(word) if word.isascii() and word.isdigit() and len(word) <= len("2026") else None


def _is_reversed(first: int, last: int) -> bool:
    """Whether the days are in the wrong order in every month; negative ones count from its end."""
    if first < 0 < last:
        return True
    return (first if first > 0 else _SHORTEST_MONTH + first) > (last if last > 0 else _SHORTEST_MONTH + last)


RULES: tuple[Rule, ...] = (check_order,)
