"""What is known of a line of a file, as values."""

from typing import NamedTuple

from gitops_gen.checks.rule import Keys
from gitops_gen.checks.schema_facts import FieldFacts


class SchemaFact(NamedTuple):
    """The schema that a line is checked by."""

    file: str
    source: str
    """carried, imported, native or given."""
    field: FieldFacts


class Use(NamedTuple):
    """A kustomization that names the file."""

    path: str
    line: int
    role: str
    """As kustomization.py calls it: resource, patch and so on."""


class Landing(NamedTuple):
    """A place where what stands in the file ends up."""

    root: str
    """The folder that is built; empty for a manifest outside of builds."""
    environment: str
    namespace: str
    name: str
    """Of the object there, which a build may have changed; empty for a part of others."""


class RuleFact(NamedTuple):
    """A rule that holds for the file."""

    id: str
    title: str
    severity: str
    """As the rule has it."""
    level: str
    """As this repository has it: off, or a severity."""
    scope: str
    """What it holds for: a kind, every file."""


class Explanation(NamedTuple):
    """All of it."""

    path: str
    line: int
    text: str
    begins: int
    """The line that what is explained begins on."""
    document: int
    api_version: str
    kind: str
    name: str
    keys: Keys
    """From the root of the object, or of the document where there is none."""
    schema: SchemaFact | None
    uses: tuple[Use, ...]
    landings: tuple[Landing, ...]
    applications: tuple[str, ...]
    rules: tuple[RuleFact, ...]
    waivers: tuple[tuple[int, tuple[str, ...], str], ...]
    """Line, rules and reason."""
    findings: tuple[tuple[int, str, str, str, str], ...]
    """Column, severity, rule, message and fix."""
