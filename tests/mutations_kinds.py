"""Mistakes in Prometheus, Grafana and Kafka: misspelt fields, wrong values and types, references that lead nowhere."""

from tests.mutations import Mutation, in_base, in_file

_prometheus = in_base("prometheus/prometheus")
_alertmanager = in_base("prometheus/alertmanager")
_alert_routes = in_base("prometheus/alertmanagerconfig")
_alerts = in_base("prometheus/prometheusrule")
_monitor = in_base("prometheus/servicemonitor")
_pod_monitor = in_base("prometheus/podmonitor")
_probe = in_base("prometheus/probe")
_scrape = in_base("prometheus/scrapeconfig")
_grafana = in_base("grafana/grafana")
_dashboard = in_base("grafana/grafanadashboard")
_source = in_base("grafana/grafanadatasource")
_folder = in_base("grafana/grafanafolder")
_kafka = in_base("kafka/kafka")
_pool = in_base("kafka/kafkanodepool")
_topic = in_base("kafka/kafkatopic")
_user = in_base("kafka/kafkauser")
_connect = in_base("kafka/kafkaconnect")
_connector = in_base("kafka/kafkaconnector")
_retention = in_file("platform", "platform/prometheus/overlays/dev/retention.yaml")

MONITORING: tuple[Mutation, ...] = (
    _prometheus("retention without a unit", "  retention: 15d\n", "  retention: 15\n"),
    _prometheus("an interval in words", "  scrapeInterval: 30s\n", "  scrapeInterval: 30 seconds\n"),
    _prometheus("a selector misspelt", "  ruleSelector:\n", "  ruleSelectors:\n"),
    _prometheus("replicas as text", "  replicas: 1\n", '  replicas: "1"\n'),
    _prometheus(
        "a service account that is not there", "serviceAccountName: prometheus\n", "serviceAccountName: prom\n"
    ),
    _prometheus(
        "a port missing",
        "      port: web\n",
        "",
        place=("platform/prometheus/base/prometheus.yaml", "    - name: alertmanager-operated"),
    ),
    _alertmanager("retention in days", "  retention: 120h\n", "  retention: 5d\n"),
    _alertmanager("requests misspelt", "    requests:\n", "    request:\n"),
    _alert_routes("an operator of PromQL as matchType", 'matchType: "="', 'matchType: "=="'),
    _alert_routes("a receiver misspelt", "    - receiver: on-call\n", "    - receiver: oncall\n"),
    _alert_routes("group_wait as Alertmanager spells it", "    groupWait: 30s\n", "    group_wait: 30s\n"),
    _alert_routes(
        "an address in plain instead of a key",
        "      apiURL:\n        name: alertmanager-receivers\n        key: slack-url\n",
        "      apiURL: https://hooks.example.com/services/T0/B0\n",
    ),
    _alerts(
        "a parenthesis too few",
        "(rate(http_server_requests_total[5m]))\n",
        "(rate(http_server_requests_total[5m])\n",
        place=("platform/prometheus/base/prometheusrule.yaml", "    - record: service:http_server_errors:ratio_rate5m"),
    ),
    _alerts(
        "an aggregation misspelt",
        '        sum by (service) (rate(http_server_requests_total{code=~"5.."}[5m]))\n',
        '        summ by (service) (rate(http_server_requests_total{code=~"5.."}[5m]))\n',
    ),
    _alerts(
        "a range in minutes",
        "(rate(http_server_requests_total[5m]))\n",
        "(rate(http_server_requests_total[5min]))\n",
        place=("platform/prometheus/base/prometheusrule.yaml", "    - record: service:http_server_errors:ratio_rate5m"),
    ),
    _alerts("for in words", "      for: 5m\n", "      for: 5 minutes\n"),
    _alerts("alert and record", "    - alert: ScoringSlow\n", "    - alert: ScoringSlow\n      record: scoring:slow\n"),
    _alerts("keepFiringFor", "      keep_firing_for: 10m\n", "      keepFiringFor: 10m\n"),
    _alerts(
        "a template left open",
        "fails {{ $value | humanizePercentage }} of",
        "fails {{ $value | humanizePercentage } of",
    ),
    _monitor("a port that the Service does not have", "  - port: metrics\n", "  - port: http-metrics\n"),
    _monitor(
        "a label that no Service has",
        "      app.kubernetes.io/name: scoring-gateway\n",
        "      app.kubernetes.io/name: scoring_gateway\n",
        place=("platform/prometheus/base/servicemonitor.yaml", "  selector:"),
    ),
    _monitor("a relabelling that does not exist", "      action: replace\n", "      action: substitute\n"),
    _monitor("endpoint for endpoints", "  endpoints:\n", "  endpoint:\n"),
    _pod_monitor("endpoints of a ServiceMonitor", "  podMetricsEndpoints:\n", "  endpoints:\n"),
    _pod_monitor("a port that no container has", "  - port: metrics\n", "  - port: prometheus\n"),
    _probe(
        "targets as a list",
        "      static:\n      - https://scoring.example.com/healthz\n",
        "      static: https://scoring.example.com/healthz\n",
    ),
    _probe("a timeout without a unit", "  scrapeTimeout: 20s\n", "  scrapeTimeout: 20\n"),
    _scrape("a scheme that does not exist", "  scheme: HTTPS\n", "  scheme: TLS\n"),
    _scrape("static_configs as Prometheus spells it", "  staticConfigs:\n", "  static_configs:\n"),
    _retention("a retention in the overlay", "  retention: 2d\n", "  retention: two days\n"),
)
"""Prometheus and what it reads."""

GRAFANA: tuple[Mutation, ...] = (
    _grafana(
        "a value of the ini file as a truth value",
        '      disable_login_form: "true"\n',
        "      disable_login_form: true\n",
    ),
    _grafana(
        "replicas outside of spec",
        "    spec:\n      replicas: 1\n      template:",
        "    replicas: 1\n    spec:\n      template:",
    ),
    _dashboard(
        "a comma too many in the JSON",
        '  "title": "Scoring gateway",\n',
        '  "title": "Scoring gateway",,\n',
        place=("platform/grafana/base/grafanadashboard.yaml", "  json: |"),
    ),
    _dashboard("a folder and its reference", "  folderRef: services\n", "  folderRef: services\n  folder: Services\n"),
    _dashboard("a folder that is not there", "  folderRef: services\n", "  folderRef: service\n"),
    _dashboard("instances of the v4 operator", "  instanceSelector:\n", "  dashboardLabelSelector:\n"),
    _dashboard(
        "PromQL that does not parse",
        "sum by (code) (rate(",
        "sum by code (rate(",
        place=("platform/grafana/base/grafanadashboard.yaml", "  json: |"),
    ),
    _dashboard(
        "a data source that is not there",
        '"title": "Share of errors",\n          "gridPos": {"h": 8, "w": 12, "x": 12, "y": 0},\n          "datasource": {"type": "prometheus", "uid": "prometheus"}',
        '"title": "Share of errors",\n          "gridPos": {"h": 8, "w": 12, "x": 12, "y": 0},\n          "datasource": {"type": "prometheus", "uid": "thanos"}',
        place=("platform/grafana/base/grafanadashboard.yaml", "  json: |"),
    ),
    _source(
        "a list of data sources", "  datasource:\n    name: Prometheus\n", "  datasources:\n    name: Prometheus\n"
    ),
    _source("isDefault as text", "    isDefault: true\n", '    isDefault: "yes"\n'),
    _folder(
        "no instances",
        "  instanceSelector:\n    matchLabels:\n      dashboards: platform\n",
        "",
        place=("platform/grafana/base/grafanafolder.yaml", "spec:"),
    ),
)
"""Grafana and its operator's kinds."""

KAFKA: tuple[Mutation, ...] = (
    _kafka("a listener of no type", "      type: internal\n", "      type: intern\n"),
    _kafka("a port below those of listeners", "      port: 9093\n", "      port: 909\n"),
    _kafka("the name of a listener in capitals", "    - name: tls\n", "    - name: TLS\n"),
    _kafka("entityOperator misspelt", "  entityOperator:\n", "  entityOperators:\n"),
    _pool("a role of ZooKeeper's days", "  roles: [controller, broker]\n", "  roles: [controller, zookeeper]\n"),
    _pool("a cluster that is not there", "    strimzi.io/cluster: events\n", "    strimzi.io/cluster: event\n"),
    _pool("a kind of storage that does not exist", "      type: persistent-claim\n", "      type: persistent\n"),
    _topic("partitions as text", "  partitions: 12\n", '  partitions: "12"\n'),
    _topic("no partitions at all", "  partitions: 12\n", "  partitions: 0\n"),
    _topic(
        "the label misspelt",
        "    strimzi.io/cluster: events\n",
        "    strimzi.io/cluster-name: events\n",
        place=("platform/kafka/base/kafkatopic.yaml", "metadata:"),
    ),
    _user("an operation in small letters", "operations: [Describe, Write]", "operations: [describe, write]"),
    _user("a kind of authentication that does not exist", "    type: tls\n", "    type: mtls\n"),
    _user("a resource that Kafka does not have", "        type: topic\n", "        type: topics\n"),
    _connect("no group", "  groupId: warehouse\n", "", place=("platform/kafka/base/kafkaconnect.yaml", "spec:")),
    _connect(
        "bootstrap servers as a list",
        "  bootstrapServers: events-kafka-bootstrap:9093\n",
        "  bootstrapServers: [events-kafka-bootstrap:9093]\n",
    ),
    _connector("tasks misspelt", "  tasksMax: 2\n", "  maxTasks: 2\n"),
    _connector(
        "the Kafka cluster in place of the Connect cluster",
        "    strimzi.io/cluster: warehouse\n",
        "    strimzi.io/cluster: events\n",
    ),
    _connector("a state that does not exist", "  state: running\n", "  state: started\n"),
)
"""Kafka, by Strimzi."""
