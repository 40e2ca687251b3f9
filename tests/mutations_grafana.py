"""Mistakes in dashboards, data sources and what they are put into."""

from tests.mutations import Mutation, in_file

_PLATFORM = "platform/grafana/base"
_DASHBOARD = f"{_PLATFORM}/grafanadashboard.yaml"
_SOURCE = f"{_PLATFORM}/grafanadatasource.yaml"
_FOLDER = f"{_PLATFORM}/grafanafolder.yaml"
_KUSTOMIZATION = f"{_PLATFORM}/kustomization.yaml"
_COPY = f"{_PLATFORM}/copy.yaml"

_JSON = (_DASHBOARD, "  json: |")
"""Where what is wrong in the JSON is reported."""
_dashboard = in_file("platform", _DASHBOARD)
_source = in_file("platform", _SOURCE)
_folder = in_file("platform", _FOLDER)

_COPIED = """\
apiVersion: grafana.integreatly.org/v1beta1
kind: GrafanaDashboard
metadata:
  name: copy
spec:
  instanceSelector:
    matchLabels:
      dashboards: platform
  json: |
    {"uid": "scoring-gateway", "title": "Copy", "schemaVersion": 39, "panels": [{"id": 1, "type": "text", "title": "To do"}]}
"""


def _add(name: str, text: str, place: str, *, rule: str) -> Mutation:
    """A file that is new beside the dashboard, listed by the same kustomization."""
    listed = "- grafanadashboard.yaml\n"
    return Mutation(
        name,
        "platform",
        _KUSTOMIZATION,
        listed,
        f"{listed}- copy.yaml\n",
        also={_COPY: text},
        place=(_COPY, place),
        rule=rule,
    )


GRAFANA: tuple[Mutation, ...] = (
    # The JSON of dashboards
    _dashboard("a comma too many", '"schemaVersion": 39,\n', '"schemaVersion": 39,,\n', rule="GRAFANA001", place=_JSON),
    _dashboard(
        "a bracket that is not closed",
        "        }\n      ]\n    }\n",
        "        }\n    }\n",
        rule="GRAFANA001",
        place=_JSON,
    ),
    _dashboard("no title", '      "title": "Scoring gateway",\n', "", rule="GRAFANA002", place=_JSON),
    _dashboard("panel for panels", '      "panels": [', '      "panel": [', rule="GRAFANA003", place=_JSON),
    _dashboard("a panel that was copied", '          "id": 2,', '          "id": 1,', rule="GRAFANA004", place=_JSON),
    _dashboard(
        "a uid of 41 characters",
        '"uid": "scoring-gateway"',
        '"uid": "scoring-gateway-of-the-platform-team-2026"',
        rule="GRAFANA005",
        place=_JSON,
    ),
    _dashboard("a query without its last bracket", "}[5m]))", "}[5m])", rule="GRAFANA006", place=_JSON),
    _dashboard(
        "a dashboard exported for sharing",
        '"Requests a second",\n          "gridPos": {"h": 8, "w": 12, "x": 0, "y": 0},\n          "datasource": {"type": "prometheus", "uid": "prometheus"}',
        '"Requests a second",\n          "gridPos": {"h": 8, "w": 12, "x": 0, "y": 0},\n          "datasource": {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}',
        rule="GRAFANA007",
        place=_JSON,
    ),
    _dashboard(
        "a variable of another dashboard",
        'by (code) (rate(http_server_requests_total{service=\\"scoring-gateway\\"}',
        'by (code) (rate(http_server_requests_total{service=\\"$service\\"}',
        rule="GRAFANA008",
        place=_JSON,
    ),
    # The operator's objects
    _dashboard(
        "an address and a text",
        "  resyncPeriod: 10m\n",
        "  url: https://dashboards.example.com/scoring.json\n",
        rule="GRAFANA009",
    ),
    _dashboard(
        "an input that the dashboard lacks",
        "  resyncPeriod: 10m\n",
        "  datasources:\n  - inputName: DS_PROMETHEUS\n    datasourceName: Prometheus\n",
        rule="GRAFANA010",
        place=(_DASHBOARD, "  - inputName: DS_PROMETHEUS"),
    ),
    _source("an access that is none", "access: proxy", "access: server", rule="GRAFANA011"),
    _source("no type", "    type: prometheus\n", "", rule="GRAFANA011", place=(_SOURCE, "  datasource:")),
    _source(
        "a secret without a place",
        "      timeInterval: 30s\n",
        "      timeInterval: 30s\n  valuesFrom:\n  - targetPath: secureJsonData.httpHeaderValue1\n    valueFrom:\n"
        "      secretKeyRef: {name: grafana-oauth, key: token}\n",
        rule="GRAFANA012",
        place=(_SOURCE, "  - targetPath: secureJsonData.httpHeaderValue1"),
    ),
    # What belongs together
    _source(
        "a uid that dashboards do not know",
        "    uid: prometheus\n",
        "    uid: metrics\n",
        rule="GRAFANA013",
        place=_JSON,
    ),
    _add("a copy with the same uid", _COPIED, "  json: |", rule="GRAFANA014"),
    _folder(
        "a label that no Grafana has", "      dashboards: platform\n", "      dashboards: grafana\n", rule="GRAFANA015"
    ),
    _folder(
        "a parent with a typo",
        "  title: Services\n",
        "  title: Services\n  parentFolderRef: platfrom\n",
        rule="GRAFANA016",
    ),
)
