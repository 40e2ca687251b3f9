"""What the rules on native objects share: kinds of pods, and what a message says of a list of values."""

from collections.abc import Iterator, Sequence
from typing import Any

from gitops_gen.checks.reference_paths import is_templated, walk
from gitops_gen.checks.rule import Keys

ALWAYS_RUNNING = frozenset(
    {("apps", "DaemonSet"), ("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "StatefulSet")}
    | {("", "ReplicationController"), ("argoproj.io", "Rollout")}
)
"""Kinds whose pods are started again whenever they end; a Rollout is checked by the same functions."""
RUNNING_ONCE = frozenset({("batch", "CronJob"), ("batch", "Job")})
LITERAL = ALWAYS_RUNNING | RUNNING_ONCE | {("", "Pod"), ("", "PodTemplate")}
"""Kinds whose pods come out as they are written: no operator adds ports, images or probes."""

Place = tuple[Keys, Any]


def list_texts(data: object, path: str) -> Iterator[tuple[Keys, str]]:
    """The texts that a path leads to, without empty ones and those that something else fills in."""
    return ((keys, value) for keys, value in walk(data, path) if is_text(value))


def is_text(value: object) -> bool:
    """Whether it is text that says something: not empty, and nothing that something else fills in."""
    return isinstance(value, str) and bool(value) and not is_templated(value)


def is_whole(value: object) -> bool:
    """Whether it is a whole number, and not true or false."""
    return isinstance(value, int) and not isinstance(value, bool)


def join(words: Sequence[str], last: str = "or") -> str:
    """`a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
