"""Mistakes that JSON Schema lets through: fields that exclude or need each other, and items of lists that are maps."""

from tests.mutations import Mutation, in_file

_template = in_file("platform", "platform/workflows/base/workflowtemplate.yaml")
_dashboard = in_file("platform", "platform/grafana/base/grafanadashboard.yaml")
_grafana = in_file("platform", "platform/grafana/base/grafana.yaml")
_folder = in_file("platform", "platform/grafana/base/grafanafolder.yaml")
_initialization = in_file("platform", "platform/open-data-hub/base/dscinitialization.yaml")
_user = in_file("platform", "platform/kafka/base/kafkauser.yaml")
_scrape = in_file("platform", "platform/prometheus/base/scrapeconfig.yaml")
_receivers = in_file("platform", "platform/prometheus/base/alertmanagerconfig.yaml")
_prometheus = in_file("platform", "platform/prometheus/base/prometheus.yaml")
_rule = in_file("platform", "platform/prometheus/base/prometheusrule.yaml")

_GATEWAY = "platform/scoring-gateway/base/deployment.yaml"
_gateway = in_file("platform", _GATEWAY)
_service = in_file("platform", "platform/scoring-gateway/base/service.yaml")

_NOTIFY = "      - name: notify\n        depends: train.Succeeded\n"
_MONITORING = "    managementState: Managed\n    namespace: opendatahub\n"

CEL: tuple[Mutation, ...] = (
    _template(
        "a task with both ways of waiting",
        _NOTIFY,
        f"{_NOTIFY}        dependencies: [train]\n",
        rule="SCHEMA010",
        place=("platform/workflows/base/workflowtemplate.yaml", "      - name: notify"),
    ),
    _template(
        "a task that waits and goes on",
        _NOTIFY,
        f"{_NOTIFY}        continueOn:\n          failed: true\n",
        rule="SCHEMA010",
        place=("platform/workflows/base/workflowtemplate.yaml", "      - name: notify"),
    ),
    _template(
        "a task with a number for a name that others depend on",
        "      - name: notify\n",
        "      - name: 2-notify\n",
        rule="SCHEMA010",
    ),
    _template(
        "a sequence with two ends",
        "        template: train\n",
        "        template: train\n        withSequence:\n          count: '3'\n          end: '9'\n",
        rule="SCHEMA010",
        place=("platform/workflows/base/workflowtemplate.yaml", "        withSequence:"),
    ),
    _template(
        "a template of two types",
        "  - name: train\n    inputs:\n",
        "  - name: train\n    suspend: {}\n    inputs:\n",
        rule="SCHEMA010",
        place=("platform/workflows/base/workflowtemplate.yaml", "    suspend: {}"),
    ),
    _template(
        "a deadline on a graph of tasks",
        "  - name: main\n    dag:\n",
        "  - name: main\n    activeDeadlineSeconds: 600\n    dag:\n",
        rule="SCHEMA010",
        place=("platform/workflows/base/workflowtemplate.yaml", "  - name: main"),
    ),
    _template(
        "a variable of a template twice",
        "            key: token\n",
        "            key: token\n      - name: STORE_TOKEN\n        value: none\n",
        rule="SCHEMA011",
        place=("platform/workflows/base/workflowtemplate.yaml", "        value: none"),
    ),
    _dashboard(
        "a dashboard in two folders",
        "  folderRef: services\n",
        "  folderRef: services\n  folder: Services\n",
        rule="SCHEMA010",
        place=("platform/grafana/base/grafanadashboard.yaml", "spec:"),
    ),
    _folder(
        "a folder with two parents",
        "  title: Services\n",
        "  title: Services\n  parentFolderRef: platform\n  parentFolderUID: platform\n",
        rule="SCHEMA010",
        place=("platform/grafana/base/grafanafolder.yaml", "spec:"),
    ),
    _grafana(
        "a port of Grafana twice",
        "            envFrom:\n",
        "            ports:\n            - containerPort: 3000\n              name: web\n            - containerPort: 3000\n"
        "              name: grafana\n            envFrom:\n",
        rule="SCHEMA011",
        place=("platform/grafana/base/grafana.yaml", "              name: grafana"),
    ),
    _initialization(
        "alerts without metrics",
        _MONITORING,
        f"{_MONITORING}    metrics: {{}}\n    alerting: {{}}\n",
        rule="SCHEMA010",
        place=("platform/open-data-hub/base/dscinitialization.yaml", "  monitoring:"),
    ),
    _initialization(
        "traces kept in a bucket without its secret",
        _MONITORING,
        f"{_MONITORING}    traces:\n      storage:\n        backend: s3\n",
        rule="SCHEMA010",
        place=("platform/open-data-hub/base/dscinitialization.yaml", "      storage:"),
    ),
    _user(
        "a certificate renewed for longer than it holds",
        "    type: tls\n",
        "    type: tls\n    validityDays: 30\n    renewalDays: 90\n",
        rule="SCHEMA010",
        place=("platform/kafka/base/kafkauser.yaml", "  authentication:"),
    ),
    _scrape(
        "a target twice",
        "  - targets: [objects.example.com:9000]\n",
        "  - targets:\n    - objects.example.com:9000\n    - objects.example.com:9001\n    - objects.example.com:9000\n",
        rule="SCHEMA011",
        place=("platform/prometheus/base/scrapeconfig.yaml", "    - objects.example.com:9001"),
    ),
    _receivers(
        "a receiver twice",
        "  - name: on-call\n",
        "  - name: chat\n",
        rule="SCHEMA011",
        place=("platform/prometheus/base/alertmanagerconfig.yaml", "    pagerdutyConfigs:"),
    ),
    _prometheus(
        "a feature twice",
        "  replicas: 1\n",
        "  replicas: 1\n  enableFeatures: [native-histograms, native-histograms]\n",
        rule="SCHEMA011",
    ),
    _rule(
        "a group twice",
        "  - name: scoring-gateway.alerts\n",
        '  - name: "scoring-gateway.records"\n',
        rule="SCHEMA011",
    ),
    _gateway(
        "a variable of a container twice",
        "              key: upstream-token\n",
        "              key: upstream-token\n        - name: UPSTREAM_TOKEN\n          value: none\n",
        rule="SCHEMA012",
        place=(_GATEWAY, "          value: none"),
    ),
    _gateway(
        "two volumes at one place",
        "          mountPath: /var/spool/gateway\n",
        '          mountPath: "/etc/gateway"\n',
        rule="SCHEMA011",
    ),
    _gateway(
        "a volume twice",
        "      - name: spool\n        persist",
        '      - name: "routes"\n        persist',
        rule="SCHEMA011",
    ),
    _gateway(
        "a sidecar of the same name",
        "      volumes:\n",
        "      - name: 'gateway'\n        image: scoring-gateway\n        resources:\n          requests:\n"
        "            cpu: 10m\n            memory: 32Mi\n      volumes:\n",
        rule="SCHEMA011",
        place=(_GATEWAY, "      - name: 'gateway'"),
    ),
    _service("a port twice", "    port: 9090\n", "    port: 80\n", rule="SCHEMA011"),
)
