"""What the Grafana operator asks of its objects besides their schemas.

Read in controllers/content/resolver.go and controllers/datasource_controller.go of grafana/grafana-operator v5.
"""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.dashboards import list_inputs, read_dashboard
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show
from gitops_gen.wording import suggest

_SOURCES = ("json", "gzipJson", "url", "jsonnet", "jsonnetLib", "grafanaCom", "configMapRef", "oci")
_V5 = "grafana.integreatly.org"


def _is_operated(resource: Resource) -> bool:
    return resource.group == _V5


@rule("GRAFANA009", "error")
def check_one_source(resource: Resource) -> Iterator[Hit]:
    """A GrafanaDashboard takes its dashboard from one place.

    Why: the operator refuses a dashboard without a source, and one with two; the schema takes both. An empty text in
    `json` counts as none.

    Fix: keep one of `json`, `gzipJson`, `url`, `jsonnet`, `jsonnetLib`, `grafanaCom`, `configMapRef` and `oci`.
    """
    spec = read_spec(resource)
    if resource.kind != "GrafanaDashboard" or not _is_operated(resource) or not spec:
        return
    given = [key for key in _SOURCES if spec.get(key) not in (None, "")]
    if len(given) > 1:
        yield Hit(
            f"GrafanaDashboard {show(resource.name)} has {' and '.join(given)}",
            ("spec", given[1]),
            "keep one of them",
        )
    elif not given:
        empty = next((key for key in _SOURCES if key in spec), "")
        yield Hit(
            f"GrafanaDashboard {show(resource.name)} has no source of its dashboard",
            ("spec", empty) if empty else ("spec",),
            "add `json`, `configMapRef`, `url` or `grafanaCom`",
        )


@rule("GRAFANA010", "warning")
def check_inputs(resource: Resource) -> Iterator[Hit]:
    """An input that gets a data source stands in the dashboard.

    Why: the operator replaces `${NAME}` in the dashboard's JSON by the name of the data source. Where the JSON has no
    such text nothing is replaced, and the panels look for the data source that they had.

    Fix: write the name as it stands in the JSON, without `${` and `}`.
    """
    spec = read_spec(resource)
    text = read_text(spec, "json")
    if resource.kind != "GrafanaDashboard" or not text:
        return
    data = read_dashboard(text).data
    names = [name for each in as_list(data.get("__inputs")) if (name := read_text(as_mapping(each), "name"))]
    for at, name in list_inputs(spec):
        if f"${{{name}}}" not in text:
            yield Hit(
                f"the dashboard has no input {show(name)}{suggest(name, names)}",
                ("spec", "datasources", at, "inputName"),
                "write the name of an input as it stands in the JSON, without ${ and }",
            )


@rule("GRAFANA011", "error")
def check_data_source(resource: Resource) -> Iterator[Hit]:
    """A data source has a name, a type, and an access that exists.

    Why: the schema leaves all of them open. Grafana needs the name, and the type, which is the id of a plugin; `access`
    is `proxy` (through Grafana) or `direct` (from the browser), and what is neither is not `proxy`.

    Fix: write `name`, `type: prometheus` and `access: proxy`.
    """
    for data, keys in _list_data_sources(resource):
        missing = [key for key in ("name", "type") if data.get(key) in (None, "")]
        if missing:
            key = next((key for key in missing if key in data), "")
            yield Hit(
                f"the data source has no {' and no '.join(missing)}",
                (*keys, key) if key else keys,
                f"add {' and '.join(missing)}",
            )
        access = data.get("access")
        if isinstance(access, str) and access not in {"", "proxy", "direct"} and "$" not in access:
            yield Hit(
                f"{show(access)} is no access of a data source; it is proxy or direct",
                (*keys, "access"),
                "write proxy",
            )


@rule("GRAFANA012", "error")
def check_values_from(resource: Resource) -> Iterator[Hit]:
    """A value that comes from a Secret or a ConfigMap has a place in the data source that it is put at.

    Why: the operator goes to `targetPath` and replaces `${KEY}` there, KEY being the key of the Secret or ConfigMap.
    Without that text nothing is replaced: the data source goes without its password, and nothing says so.

    Fix: write `${KEY}` at that place, as in `secureJsonData: {httpHeaderValue1: "Bearer ${token}"}`.
    """
    spec = read_spec(resource)
    if resource.kind != "GrafanaDatasource" or not _is_operated(resource):
        return
    source = as_mapping(spec.get("datasource"))
    for at, entry in enumerate(as_list(spec.get("valuesFrom"))):
        path = read_text(as_mapping(entry), "targetPath")
        origin = as_mapping(as_mapping(entry).get("valueFrom"))
        reference = as_mapping(origin.get("secretKeyRef") or origin.get("configMapKeyRef"))
        key = read_text(reference, "key")
        if not path or not key or any(sign in path for sign in "[]*?@'\"$"):  # more of JSONPath than names
            continue
        value: Any = source
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if not isinstance(value, str) or (f"${{{key}}}" not in value and f"${key}" not in value):
            what = "holds no such text" if isinstance(value, str) else "is not there"
            yield Hit(
                f"{show(key)} is put in the place of ${{{key}}} at {show(path)} of the data source, which {what}",
                ("spec", "valuesFrom", at, "targetPath"),
                f"write ${{{key}}} at {path}",
            )


def _list_data_sources(resource: Resource) -> Iterator[tuple[dict[str, Any], Keys]]:
    """The data sources of an object: one in v5, a list in v4."""
    spec = read_spec(resource)
    if _is_operated(resource):
        if resource.kind == "GrafanaDatasource" and isinstance(spec.get("datasource"), dict):
            yield spec["datasource"], ("spec", "datasource")
    elif resource.kind == "GrafanaDataSource":
        for at, data in enumerate(as_list(spec.get("datasources"))):
            if isinstance(data, dict):
                yield data, ("spec", "datasources", at)


RULES: tuple[Rule, ...] = (check_one_source, check_inputs, check_data_source, check_values_from)
