"""What must fit together among the dashboards and data sources of an environment."""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.dashboards import (
    Dashboard,
    list_dashboards,
    list_panels,
    list_targets,
    read_dashboard,
)
from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show
from gitops_gen.wording import suggest

_BUILT_IN = frozenset({"", "default", "grafana"})
_MOST_NAMED = 5


def _list_all(environment: Environment) -> Iterator[tuple[Member, Dashboard, dict[str, Any]]]:
    """The dashboards of an environment that can be read."""
    for member in environment.select("GrafanaDashboard", "ConfigMap"):
        for dashboard in list_dashboards(member.resource):
            data = read_dashboard(dashboard.text).data
            if data:
                yield member, dashboard, data


@rule("GRAFANA013", "warning")
def check_data_sources(environment: Environment) -> Iterator[Hit]:
    """The data sources that panels name are declared.

    Why: a panel whose data source Grafana does not know shows an error. Nothing is said in an environment that declares
    no data source at all: they come from somewhere else then.

    Fix: write the uid of a GrafanaDatasource, or declare it below `validate.external` in gitops-gen.yaml.
    """
    known = _list_known(environment)
    if not known or environment.unknown:
        return
    for member, dashboard, data in _list_all(environment):
        places = [(panel.data, panel.name) for panel in list_panels(data)]
        places += [(target.data, target.label) for target in list_targets(data)]
        missing: dict[str, str] = {}
        for each, label in places:
            name = _read_source(each)
            if name and name not in known and not environment.is_external("GrafanaDatasource", name):
                missing.setdefault(name, label)
        for name, label in list(missing.items())[:_MOST_NAMED]:
            yield environment.hit(
                member,
                f"{label} takes its data from {show(name)}, which no GrafanaDatasource declares{suggest(name, known)}",
                dashboard.keys,
                "write the uid or the name of one that is there",
            )
        for at, entry in enumerate(as_list(read_spec(member.resource).get("datasources"))):
            name = read_text(as_mapping(entry), "datasourceName")
            if name and name not in known and not environment.is_external("GrafanaDatasource", name):
                yield environment.hit(
                    member,
                    f"no GrafanaDatasource is called {show(name)}{suggest(name, known)}",
                    ("spec", "datasources", at, "datasourceName"),
                    "write the uid or the name of one that is there",
                )


@rule("GRAFANA014", "error")
def check_uids(environment: Environment) -> Iterator[Hit]:
    """No two dashboards of an environment have the same uid, or the same title in one folder.

    Why: Grafana knows a dashboard by its uid. Of two with the same one the later overwrites the earlier, each time the
    operator looks; of two with one title in one folder, the operator removes the other.

    Fix: give the copy a `"uid"` and a `"title"` of its own.
    """
    seen: dict[tuple[str, ...], Member] = {}
    for member, dashboard, data in _list_all(environment):
        spec = read_spec(member.resource)
        where = _tell_instance(member)
        title = read_text(data, "title")
        folder = [read_text(spec, key) for key in ("folder", "folderRef", "folderUID", "customFolderName")]
        annotations = as_mapping(as_mapping(member.data.get("metadata")).get("annotations"))
        folder.append(read_text(annotations, "grafana_folder"))
        for what, words in (
            ("uid", (read_text(spec, "uid") or read_text(data, "uid"),)),
            ("title", (title, *folder)),
        ):
            if not words[0]:
                continue
            first = seen.setdefault((where, what, *words), member)
            if (first.kind, first.name, first.namespace) != (member.kind, member.name, member.namespace):
                place = " in one folder" if what == "title" else ""
                both = f"{show(first.name)} and {show(member.name)}"
                yield environment.hit(
                    member,
                    f"the dashboards {both} both have the {what} {show(words[0])}{place}",
                    dashboard.keys,
                    f"give one of them another {what}",
                )
                break


def _list_known(environment: Environment) -> set[str]:
    """The uids and names of the declared data sources; none where more may be declared in ways not looked at."""
    known: set[str] = set()
    for member in environment.select("GrafanaDatasource", "GrafanaDataSource"):
        spec = read_spec(member.resource)
        for data in (as_mapping(spec.get("datasource")), *map(as_mapping, as_list(spec.get("datasources")))):
            known |= {read_text(data, key) for key in ("uid", "name")}
        known.add(read_text(spec, "uid"))
    for member in environment.select("ConfigMap", "Secret"):
        if "grafana_datasource" in _read_labels(member):
            return set()
    return known - {""}


def _read_source(data: dict[str, Any]) -> str:
    """The data source that a panel or query names, by uid or name; empty where it is Grafana's own, or a variable."""
    source = data.get("datasource")
    if isinstance(source, dict):
        source = "" if source.get("type") in ("datasource", "__expr__", "grafana") else source.get("uid")
    if not isinstance(source, str) or "$" in source or "[[" in source:
        return ""
    return "" if source in _BUILT_IN or source.startswith(("-", "__")) else source


def _tell_instance(member: Member) -> str:
    """What tells the Grafanas apart that a dashboard goes to."""
    if member.kind == "ConfigMap":
        return f"ConfigMap {member.namespace}"
    selector = as_mapping(read_spec(member.resource).get("instanceSelector"))
    labels = sorted(
        f"{key}={read_text(selector['matchLabels'], key)}" for key in as_mapping(selector.get("matchLabels"))
    )
    return f"{member.namespace} {len(as_list(selector.get('matchExpressions')))} {labels}"


def _read_labels(member: Member) -> dict[str, Any]:
    return as_mapping(as_mapping(member.data.get("metadata")).get("labels"))


RULES: tuple[Rule, ...] = (check_data_sources, check_uids)
