"""Rules on the program's own settings. Each takes the problems of a file, told apart by where they were found."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gitops_gen.checks.rule import Hit, Keys, Rule, rule


class SettingsProblem(NamedTuple):
    """One mistake in gitops-gen.yaml or a model.yaml."""

    code: str
    """`schema` or `meaning`."""
    keys: Keys
    message: str
    fix: str = ""


def _select(problems: Sequence[SettingsProblem], code: str) -> Iterator[Hit]:
    return (Hit(p.message, p.keys, p.fix) for p in problems if p.code == code)


@rule("CONFIG001", "error")
def check_settings_shape(problems: Sequence[SettingsProblem]) -> Iterator[Hit]:
    """gitops-gen.yaml has the keys and values that the program knows.

    Why: no promotion runs with settings that cannot be read.

    Fix: use the key that the message names; docs/configuration.md has all of them.
    """
    return _select(problems, "schema")


@rule("CONFIG002", "error")
def check_settings_meaning(problems: Sequence[SettingsProblem]) -> Iterator[Hit]:
    """What gitops-gen.yaml says fits together.

    Why: environments that name each other in a circle, or share a namespace, or a forge that cannot be reached, would
    fail in the middle of a promotion.

    Fix: follow the message; docs/configuration.md says what each key is for.
    """
    return _select(problems, "meaning")


@rule("CONFIG003", "error")
def check_model_shape(problems: Sequence[SettingsProblem]) -> Iterator[Hit]:
    """A model.yaml has the keys and values that the program knows.

    Why: the next promotion of the model would be refused.

    Fix: use the key that the message names; docs/configuration.md has all of them.
    """
    return _select(problems, "schema")


@rule("CONFIG004", "error")
def check_model_meaning(problems: Sequence[SettingsProblem]) -> Iterator[Hit]:
    """What a model.yaml says fits together, and fits gitops-gen.yaml.

    Why: settings for an environment that does not exist, a server that the backend does not have, or a request above
    its limit, would fail at the next promotion or in the cluster.

    Fix: follow the message.
    """
    return _select(problems, "meaning")


RULES: tuple[Rule, ...] = (check_settings_shape, check_settings_meaning, check_model_shape, check_model_meaning)
