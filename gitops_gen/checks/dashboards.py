"""Grafana dashboards as JSON: their panels, queries, variables and data sources; and where objects hold them."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Keys, Resource

LABELS = ("grafana_dashboard", "console.openshift.io/dashboard")
"""Labels of ConfigMaps whose JSON files are dashboards: the sidecar's of Grafana's chart, and OpenShift's console's."""
OPERATOR_GROUPS = ("grafana.integreatly.org", "integreatly.org")
"""The Grafana operator, v5 and v4."""

_MOST_CHARACTERS = 4 * 2**20
_MOST_PANELS = 2000
_VARIABLE = r"\$\{(\w+)(?:\.[^:^}]{1,500})?(?::[^}]{1,500})?\}|\$(\w+)|\[\[(\w+?)(?::\w+)?\]\]"
"""Grafana's three ways to write a variable."""


class Dashboard(NamedTuple):
    """A dashboard's text, and where in an object it stands."""

    text: str
    keys: Keys
    mapped: tuple[str, ...] = ()
    """The inputs that the object gives a data source; the operator puts it in their place."""
    is_operated: bool = True
    """Whether Grafana's operator reads it, and not Grafana itself."""


class Model(NamedTuple):
    """What the text of a dashboard says."""

    data: dict[str, Any]
    """Empty where it cannot be read, or is of a kind that is not looked at."""
    problem: str = ""
    line: int = 0
    column: int = 0


class Panel(NamedTuple):
    """A panel of a dashboard."""

    data: dict[str, Any]
    name: str
    """What a message calls it."""


class Target(NamedTuple):
    """A query of a panel."""

    data: dict[str, Any]
    panel: Panel

    @property
    def label(self) -> str:
        """What a message calls it."""
        reference = self.data.get("refId")
        return (
            f"query {reference} of {self.panel.name}" if isinstance(reference, str) else f"a query of {self.panel.name}"
        )


def list_dashboards(resource: Resource) -> Iterator[Dashboard]:
    """The dashboards that an object holds as JSON."""
    group = resource.group
    spec = resource.data.get("spec")
    if resource.kind == "GrafanaDashboard" and group in OPERATOR_GROUPS and isinstance(spec, dict):
        text = spec.get("json")
        if isinstance(text, str) and text.strip():
            yield Dashboard(text, ("spec", "json"), tuple(name for _, name in list_inputs(spec)))
    elif resource.kind == "ConfigMap":
        data = resource.data.get("data")
        for key, text in data.items() if isinstance(data, dict) else ():
            if (
                isinstance(key, str)
                and key.endswith(".json")
                and isinstance(text, str)
                and _is_dashboard(resource, text)
            ):
                yield Dashboard(text, ("data", key), is_operated=False)


def list_inputs(spec: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """The inputs that a GrafanaDashboard gives a data source, each with its number in `spec.datasources`."""
    entries = spec.get("datasources")
    for at, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = entry.get("inputName") if isinstance(entry, dict) else None
        if isinstance(name, str) and name:
            yield at, name


@lru_cache(maxsize=256)
def read_dashboard(text: str) -> Model:
    """What a dashboard's text says."""
    if len(text) > _MOST_CHARACTERS:
        return Model({})
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        return Model({}, f"is no JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.lineno, error.colno)
    except (RecursionError, ValueError):  # too deep, or a number of more digits than Python reads
        return Model({})
    if not isinstance(data, dict):
        return Model({}, "is JSON, but no mapping", 1, 1)
    is_new = "elements" in data or _take_text(data, "apiVersion").startswith("dashboard.grafana.app/")
    return Model({} if is_new else data)  # Grafana's new schema is not looked at


def list_panels(data: dict[str, Any]) -> Iterator[Panel]:
    """All panels, those of rows too; the rows of old dashboards first."""
    waiting: list[Any] = list(reversed(_take_list(data, "panels")))
    for row in _take_list(data, "rows"):
        waiting += reversed(_take_list(row, "panels"))
    seen = 0
    while waiting and seen < _MOST_PANELS:
        panel = waiting.pop()
        if isinstance(panel, dict):
            seen += 1
            title = panel.get("title")
            number = panel.get("id")
            named = f"panel '{title[:60]}'" if isinstance(title, str) and title.isprintable() and title else ""
            yield Panel(panel, named or (f"panel {number}" if isinstance(number, int) else "a panel without a title"))
            waiting += reversed(_take_list(panel, "panels"))


def list_targets(data: dict[str, Any]) -> Iterator[Target]:
    """The queries of all panels."""
    for panel in list_panels(data):
        yield from (Target(each, panel) for each in _take_list(panel.data, "targets") if isinstance(each, dict))


def list_variables(data: dict[str, Any]) -> dict[str, str]:
    """The variables of a dashboard, and the type of each; inputs count as `input`."""
    templating = data.get("templating")
    found = {name: "input" for each in _take_list(data, "__inputs") if (name := _take_text(each, "name"))}
    for each in _take_list(templating, "list"):
        if name := _take_text(each, "name"):
            found[name] = _take_text(each, "type")
    return found


def find_variables(text: str) -> list[str]:
    """The names of the variables in a text, as far as they have the form of one."""
    return [match[1] or match[2] or match[3] for match in re.finditer(_VARIABLE, text)]


def split_variables(text: str) -> Iterator[tuple[str, str, int]]:
    """The parts of a text: what stands before a variable, the variable's name, and where it begins; at the end none."""
    last = 0
    for match in re.finditer(_VARIABLE, text):
        yield text[last : match.start()], match[1] or match[2] or match[3], match.start()
        last = match.end()
    yield text[last:], "", len(text)


def _is_dashboard(resource: Resource, text: str) -> bool:
    """Whether a JSON file of a ConfigMap is a dashboard: the label says so, or its keys do."""
    if not text.strip() or ('"panels"' in text and '"schemaVersion"' in text):
        return bool(text.strip())
    metadata = resource.data.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return isinstance(labels, dict) and any(label in labels for label in LABELS)


def _take_list(data: Any, key: str) -> list[Any]:  # noqa: ANN401 - JSON
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else []


def _take_text(data: Any, key: str) -> str:  # noqa: ANN401 - JSON
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""
