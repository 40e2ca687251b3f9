"""What gitops-gen.yaml makes of rules: off, or of another severity, everywhere or below some paths."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from gitops_gen.checks.discover import SETTINGS_FILE
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.values import as_mapping, list_texts
from gitops_gen.findings import SEVERITIES

OFF = "off"
"""The level of a rule that says nothing."""


class Levels:
    """`validate.rules` and `validate.paths` of gitops-gen.yaml; what is wrong there counts as left out."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        section = as_mapping(settings.get("validate"))
        self._everywhere = _read_rules(section.get("rules"))
        self._places = tuple(_read_places(section.get("paths")))

    def __bool__(self) -> bool:
        return bool(self._everywhere or self._places)

    def find(self, rule_id: str, path: str) -> str:
        """The level of a rule for a file: off, error, warning or info; empty where the rule's own severity holds.

        The last entry of `paths` that fits the file and names the rule counts before those above it and before
        `rules`; in one entry the rule's id counts before its subject.
        """
        names = (rule_id, rule_id.rstrip("0123456789"))
        for patterns, rules in (*reversed(self._places), ((), self._everywhere)):
            level = next((rules[name] for name in names if name in rules), "")
            if level and (not patterns or any(fits(pattern, path) for pattern in patterns)):
                return level
        return ""


def read_settings(tree: Tree) -> Mapping[str, Any]:
    """gitops-gen.yaml as it stands, which may be wrong; empty where it cannot be read."""
    source = tree.read(SETTINGS_FILE)
    data = source.documents[0] if source is not None and source.documents else None
    return data if isinstance(data, dict) else {}


def fits(pattern: str, path: str) -> bool:
    """Whether a path is meant by a pattern: `*` stands for any characters, a folder for all that is below it."""
    folder = pattern.strip("/").removesuffix("/**")
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"{folder}/*")


def list_rule_names(settings: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every rule or subject that the section names, with the way to it."""
    section = settings.get("validate")
    if not isinstance(section, dict):
        return
    places = section.get("paths")
    entries: list[tuple[tuple[str | int, ...], Any]] = [(("validate",), section)]
    entries += ((("validate", "paths", n), entry) for n, entry in enumerate(places if isinstance(places, list) else ()))
    for keys, entry in entries:
        rules = entry.get("rules") if isinstance(entry, dict) else None
        for name in rules if isinstance(rules, dict) else ():
            if isinstance(name, str):
                yield (*keys, "rules", name), name


def _read_rules(entries: object) -> Mapping[str, str]:
    found = {}
    for name, level in entries.items() if isinstance(entries, dict) else ():
        if level is False:  # `off` without quotes, as YAML 1.1 reads it
            found[str(name)] = OFF
        elif level == OFF or level in SEVERITIES:
            found[str(name)] = str(level)
    return found


def _read_places(entries: object) -> Iterator[tuple[Sequence[str], Mapping[str, str]]]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            patterns = tuple(list_texts(entry.get("paths")))
            if patterns:
                yield patterns, _read_rules(entry.get("rules"))
