"""What Grafana asks of a dashboard's JSON, wherever it stands: in a GrafanaDashboard, or in a ConfigMap."""

import re
from collections.abc import Iterator

from gitops_gen.checks.dashboards import (
    Dashboard,
    Model,
    find_variables,
    list_dashboards,
    list_panels,
    list_targets,
    list_variables,
    read_dashboard,
)
from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.names import show
from gitops_gen.wording import suggest

_UID = r"[a-zA-Z0-9_-]*"
_UID_LIMIT = 40
_MOST_NAMED = 10


def _list_models(resource: Resource) -> Iterator[tuple[Dashboard, Model]]:
    """The dashboards of an object that can be read."""
    for dashboard in list_dashboards(resource):
        model = read_dashboard(dashboard.text)
        if model.data:
            yield dashboard, model


@rule("GRAFANA001", "error")
def check_json(resource: Resource) -> Iterator[Hit]:
    """A dashboard is JSON.

    Why: Grafana and its operator read the text as JSON, and leave out a dashboard that is none.

    Fix: mend it at the line and column of the message: they count from the first line of the JSON.
    """
    for dashboard in list_dashboards(resource):
        model = read_dashboard(dashboard.text)
        if model.problem:
            yield Hit(
                f"the dashboard {model.problem}, at line {model.line}, column {model.column} of it",
                dashboard.keys,
                "mend the JSON; export the dashboard again if it was cut",
            )


@rule("GRAFANA002", "error")
def check_title(resource: Resource) -> Iterator[Hit]:
    """A dashboard has a title.

    Why: Grafana refuses to save a dashboard without one. It is often there all the same, one level down: Grafana's API
    gives a dashboard wrapped in `{"dashboard": …, "meta": …}`, and takes it without.

    Fix: add `"title"`, or keep only what stands behind `"dashboard"`.
    """
    for dashboard, model in _list_models(resource):
        title = model.data.get("title")
        if isinstance(title, str) and title.strip():
            continue
        wrapped = isinstance(model.data.get("dashboard"), dict)
        yield Hit(
            "the dashboard has no title" + (': it stands below "dashboard", as the API gives it' if wrapped else ""),
            dashboard.keys,
            'keep only what stands behind "dashboard"' if wrapped else 'add "title"',
        )


@rule("GRAFANA003", "warning")
def check_panels(resource: Resource) -> Iterator[Hit]:
    """A dashboard has panels.

    Why: without any it shows nothing. Panels under another key, such as `"panel"`, are not looked at.

    Fix: list them below `"panels"`.
    """
    for dashboard, model in _list_models(resource):
        if "dashboard" not in model.data and next(list_panels(model.data), None) is None:
            yield Hit("the dashboard has no panels", dashboard.keys, 'list them below "panels"')


@rule("GRAFANA004", "warning")
def check_panel_ids(resource: Resource) -> Iterator[Hit]:
    """The ids of a dashboard's panels are unique.

    Why: links to a panel, and alerts that were made from one, name it by its id. Two panels of one id come from copying
    one; the second cannot be linked to.

    Fix: give each panel an `"id"` of its own.
    """
    for dashboard, model in _list_models(resource):
        seen: dict[int, str] = {}
        for panel in list_panels(model.data):
            number = panel.data.get("id")
            if not isinstance(number, int) or isinstance(number, bool):
                continue
            if number in seen:
                yield Hit(
                    f"{seen[number]} and {panel.name} both have the id {number}",
                    dashboard.keys,
                    'give each panel an "id" of its own',
                )
            seen.setdefault(number, panel.name)


@rule("GRAFANA005", "error")
def check_uid(resource: Resource) -> Iterator[Hit]:
    """The uid of a dashboard has at most 40 characters: letters, digits, `-` and `_`.

    Why: the uid is a part of the dashboard's address. Grafana refuses a longer one, and other characters.

    Fix: shorten it, or leave `"uid"` out.
    """
    for dashboard, model in _list_models(resource):
        uid = model.data.get("uid")
        if isinstance(uid, str) and (len(uid) > _UID_LIMIT or not re.fullmatch(_UID, uid)):
            why = (
                f"has {len(uid)} characters" if len(uid) > _UID_LIMIT else "has other characters than a-z, 0-9, - and _"
            )
            yield Hit(
                f"the uid {show(uid)} {why}; Grafana takes at most {_UID_LIMIT}, letters, digits, - and _",
                dashboard.keys,
                'shorten it, or leave "uid" out',
            )


@rule("GRAFANA006", "error")
def check_queries(resource: Resource) -> Iterator[Hit]:
    """The queries of a dashboard that go to Prometheus are PromQL.

    Why: a panel whose query does not parse shows an error and nothing else.

    Fix: mend the query. Grafana's variables are filled in before it is parsed; where one could stand for anything, such
    as an operator, nothing is said.
    """
    for dashboard, model in _list_models(resource):
        if '"expr"' not in dashboard.text:
            continue
        from gitops_gen.checks.dashboard_queries import list_expressions  # noqa: PLC0415 - only where there are queries

        for expression in list_expressions(model.data):
            problem = expression.problem
            if problem:
                yield Hit(
                    f"{expression.target.label} {problem.message}{expression.tell_place(problem)}",
                    dashboard.keys,
                    "mend the query",
                )


@rule("GRAFANA007", "error")
def check_source_variables(resource: Resource) -> Iterator[Hit]:
    """A variable that stands for a data source is one that the dashboard has, or that gets a value.

    Why: a dashboard that was exported "for sharing" has inputs, such as `${DS_PROMETHEUS}`. Only an import by hand asks
    for their values; the operator fills in those that `spec.datasources` names, and the sidecar none. Panels of another
    one show: data source not found.

    Fix: add the input to `spec.datasources`, or a variable of type `datasource` to the dashboard, or write the uid.
    """
    for dashboard, model in _list_models(resource):
        variables = list_variables(model.data)
        known = {name for name, kind in variables.items() if kind != "input"} | set(dashboard.mapped)
        missing: dict[str, str] = {}
        places = [(panel.data, panel.name) for panel in list_panels(model.data)]
        places += [(target.data, target.label) for target in list_targets(model.data)]
        for data, label in places:
            source = data.get("datasource")
            name = source.get("uid") if isinstance(source, dict) else source
            for variable in find_variables(name) if isinstance(name, str) else ():
                if variable not in known and not variable.startswith("__"):
                    missing.setdefault(variable, label)
        for variable, label in list(missing.items())[:_MOST_NAMED]:
            is_input = variables.get(variable) == "input"
            why = (
                "an input that nothing fills in" if is_input else f"which the dashboard lacks{suggest(variable, known)}"
            )
            fix = "add it to spec.datasources" if dashboard.is_operated else "make it a variable of type datasource"
            yield Hit(
                f"{label} takes its data source from {show(variable)}, {why}",
                dashboard.keys,
                f"{fix}, or write the uid of a data source",
            )


@rule("GRAFANA008", "warning")
def check_variables(resource: Resource) -> Iterator[Hit]:
    """The variables in queries are variables of the dashboard.

    Why: Grafana leaves a variable that it does not know as it stands: the query asks for `$namespce` and finds nothing.

    Fix: write the name of one that is there, or add it to the dashboard.
    """
    for dashboard, model in _list_models(resource):
        known = {name for name, kind in list_variables(model.data).items() if kind != "input"} | set(dashboard.mapped)
        missing: dict[str, str] = {}
        for target in list_targets(model.data):
            expression = target.data.get("expr")
            for name in dict.fromkeys(find_variables(expression)) if isinstance(expression, str) else ():
                if name not in known and not name.startswith("__") and not name.isdigit():
                    missing.setdefault(name, target.label)
        for name, label in list(missing.items())[:_MOST_NAMED]:
            yield Hit(
                f"{label} uses the variable {show(name)}, which the dashboard lacks{suggest(name, known)}",
                dashboard.keys,
                "write the name of one that is there, or add it below templating",
            )


RULES: tuple[Rule, ...] = (
    check_json,
    check_title,
    check_panels,
    check_panel_ids,
    check_uid,
    check_queries,
    check_source_variables,
    check_variables,
)
