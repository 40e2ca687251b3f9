"""Which rules and kinds a run is about: `--skip` and `--only`."""

import re
from collections.abc import Iterable

from gitops_gen.checks.catalogue import SUBJECTS, find_rule
from gitops_gen.errors import InvalidValueError
from gitops_gen.names import show

_RULE = re.compile(r"[A-Z]+[0-9]{3}")
_KINDS = frozenset({"SECRET"})
"""Subjects that are called like a kind."""


class Selection:
    """What is left in; everything, with no names given."""

    def __init__(self, *, skip: Iterable[str] = (), only: Iterable[str] = ()) -> None:
        """Each name is a rule (SELDON003), a subject (SELDON) or a kind (SeldonDeployment).

        Raises:
            InvalidValueError: a name looks like a rule and is none.
        """
        self._skipped_rules, self._skipped_kinds = _sort_names(skip)
        self._only_rules, self._only_kinds = _sort_names(only)

    def allows_rule(self, rule_id: str) -> bool:
        """Whether findings of a rule are wanted."""
        names = {rule_id, rule_id.rstrip("0123456789")}
        return not names & self._skipped_rules and (not self._only_rules or bool(names & self._only_rules))

    def allows_kind(self, kind: str) -> bool:
        """Whether objects of a kind are to be checked."""
        folded = kind.lower()
        return folded not in self._skipped_kinds and (not self._only_kinds or folded in self._only_kinds)


def _sort_names(names: Iterable[str]) -> tuple[set[str], set[str]]:
    rules, kinds = set(), set()
    for name in names:
        upper = name.upper()
        # `Secret` is the kind and `SECRET` the subject; of the others any spelling is the subject.
        is_subject = upper in SUBJECTS and (name == upper or upper not in _KINDS)
        if is_subject or (_RULE.fullmatch(upper) and find_rule(upper) is not None):
            rules.add(upper)
        elif _RULE.fullmatch(name) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name):
            subjects = ", ".join(SUBJECTS)
            raise InvalidValueError(
                f"there is no rule {show(name)}", hint=f"give a rule, a kind, or one of the subjects {subjects}"
            )
        else:
            kinds.add(name.lower())
    return rules, kinds
