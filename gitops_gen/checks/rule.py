"""What a rule is: one function, its id, its severity; what it finds is a hit, which the engine turns into a finding."""

from collections.abc import Callable, Iterator
from functools import cached_property, wraps
from typing import Any, NamedTuple, TypeVar

from gitops_gen.findings import Finding, Severity

_T = TypeVar("_T")
Keys = tuple[str | int, ...]
"""The way to a value from the root of the object, or of the document in a file that holds none.

Keys of mappings, and indexes (from 0) of lists.
"""


class Hit(NamedTuple):
    """One thing that a rule found, at the key or item that `keys` leads to, or at `line` and `column` where given."""

    message: str
    keys: Keys = ()
    fix: str = ""
    document: int = 0
    """Which document of the file, from 0."""
    line: int = 0
    """From 1; 0 leaves the place to `keys`."""
    column: int = 1
    path: str = ""
    """The file, where it is another than the one the rule was asked about."""
    kind: str = ""
    """The kind of the object, where the rule was asked about many."""


class Rule(NamedTuple):
    """A rule: `check` takes what its scope is called after and gives hits."""

    id: str
    """A subject and three digits, such as SELDON003; never used again for something else."""
    severity: Severity
    check: Callable[..., Iterator[Hit]]

    @property
    def title(self) -> str:
        """What holds where the rule is kept: the first line of the function's docstring."""
        return str(self.check.__doc__ or "").strip().split("\n", 1)[0].rstrip(".")

    @property
    def help(self) -> str:
        """Why, and how to mend it: the rest of the docstring, a paragraph a line."""
        paragraphs = str(self.check.__doc__ or "").strip().split("\n\n")[1:]
        return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)

    @property
    def subject(self) -> str:
        """The letters of the id."""
        return self.id.rstrip("0123456789")


def rule(rule_id: str, severity: Severity) -> Callable[[Callable[..., Iterator[Hit]]], Rule]:
    """Make a function a rule. Its docstring is the rule's page: a title, then paragraphs `Why: …` and `Fix: …`."""

    def make(check: Callable[..., Iterator[Hit]]) -> Rule:
        return Rule(id=rule_id, severity=severity, check=check)

    return make


def make_finding(rule: Rule, hit: Hit, path: str, line: int, column: int) -> Finding:
    """The finding that a hit of a rule is, at a place."""
    return Finding(path, line, column, rule.id, rule.severity, hit.message, hit.fix)


class _Resource(NamedTuple):
    data: dict[str, Any]
    """As the API server would read it."""
    document: int = 0
    """Which document of the file, from 0."""
    keys: Keys = ()
    """Where in the document it stands: `("items", 2)` in a List."""


class Resource(_Resource):
    """A Kubernetes object as rules see it: a document of a file, an item of a List, or a part of a build.

    What all rules ask about is read once: nobody changes `data`.
    """

    @cached_property
    def api_version(self) -> str:
        """`apps/v1`; empty if it is not text."""
        value = self.data.get("apiVersion")
        return value if isinstance(value, str) else ""

    @cached_property
    def group(self) -> str:
        """The group of its apiVersion; empty for the core's."""
        return self.api_version.rpartition("/")[0]

    @cached_property
    def group_kind(self) -> tuple[str, str]:
        """Group and kind."""
        return self.group, self.kind

    @cached_property
    def kind(self) -> str:
        """Its kind; empty if it is not text."""
        value = self.data.get("kind")
        return value if isinstance(value, str) else ""

    @cached_property
    def name(self) -> str:
        """metadata.name; empty if there is none."""
        return self._read_metadata("name")

    @cached_property
    def namespace(self) -> str:
        """metadata.namespace; empty if there is none."""
        return self._read_metadata("namespace")

    @cached_property
    def made(self) -> dict[Callable[["Resource"], Any], Any]:
        """What functions marked `once_per_object` made of it."""
        return {}

    def _read_metadata(self, key: str) -> str:
        metadata = self.data.get("metadata")
        value = metadata.get(key) if isinstance(metadata, dict) else None
        return value if isinstance(value, str) else ""


def once_per_object(make: Callable[[Resource], _T]) -> Callable[[Resource], _T]:
    """Let a function be called once for an object: its rules ask for the same parts one after the other."""

    @wraps(make)
    def remember(resource: Resource) -> _T:
        made = resource.made
        if make not in made:
            made[make] = make(resource)
        found: _T = made[make]
        return found

    return remember
