"""Names for hints: those most like a wrong one, or some of those that are there."""

from collections.abc import Iterable
from difflib import get_close_matches

from gitops_gen.names import show

NAMES_SHOWN = 10


def propose(name: str, known: list[str]) -> str:
    """A hint with the names most like `name`, else with some of those that are there."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return "did you mean " + " or ".join(show(n) for n in near) + "?"
    return list_known(known)


def list_known(names: Iterable[str]) -> str:
    """A hint with the first of `names`; empty if there are none."""
    known = list(names)
    more = ", …" if len(known) > NAMES_SHOWN else ""
    return f"there is: {', '.join(show(n) for n in known[:NAMES_SHOWN])}{more}" if known else ""
