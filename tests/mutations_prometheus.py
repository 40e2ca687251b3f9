"""Mistakes in alerts, monitors and routes that their schemas let through."""

from tests.mutations import BASE, Mutation, in_file

_PLATFORM = "platform/prometheus/base"
_ALERTS = f"{_PLATFORM}/prometheusrule.yaml"
_ROUTES = f"{_PLATFORM}/alertmanagerconfig.yaml"
_MONITOR = f"{_PLATFORM}/servicemonitor.yaml"
_PROBE = f"{_PLATFORM}/probe.yaml"
_ANALYSIS = "platform/rollouts/base/analysistemplate.yaml"

_model = in_file("seldon", f"{BASE}/prometheusrule.yaml")
_pods = in_file("seldon", f"{BASE}/podmonitor.yaml")
_alerts = in_file("platform", _ALERTS)
_routes = in_file("platform", _ROUTES)
_monitor = in_file("platform", _MONITOR)
_podmonitor = in_file("platform", f"{_PLATFORM}/podmonitor.yaml")
_probe = in_file("platform", _PROBE)
_analysis = in_file("platform", _ANALYSIS)
_scrape = in_file("platform", f"{_PLATFORM}/scrapeconfig.yaml")

_SERVICE = 'ratio_rate5m{service="scoring-gateway"} > 0.05'
_RELABEL = "      targetLabel: service\n"
_ON_CALL = '    - receiver: on-call\n      matchers:\n      - name: severity\n        value: critical\n        matchType: "="\n'
_SELECTOR = "  selector:\n    matchLabels:\n      app.kubernetes.io/name: scoring-gateway\n"
_SLOW = "    - alert: ScoringSlow\n"
_ONCE_MORE = """\
    - record: service:http_server_errors:ratio_rate5m
      expr: |-
        sum by (service) (rate(http_server_requests_total{code=~"5.."}[5m]))
        / sum by (service) (rate(http_server_requests_total[5m]))
"""

PROMETHEUS: tuple[Mutation, ...] = (
    # Expressions
    _alerts("a rate without a range", 'code=~"5.."}[5m]', 'code=~"5.."}', rule="PROM001"),
    _alerts("one sign for equality", _SERVICE, _SERVICE.replace(">", "="), rule="PROM001"),
    _alerts("the conjunction of other languages", _SERVICE, f"{_SERVICE} && up > 0", rule="PROM001"),
    _alerts("a quote that is not closed", _SERVICE, _SERVICE.replace('way"', "way"), rule="PROM001"),
    _alerts("a lookahead in a matcher", _SERVICE, _SERVICE.replace('="', '=~"(?!test)'), rule="PROM001"),
    _model("a function with a typo", "histogram_quantile(", "histogram_quantil(", rule="PROM001"),
    _model(
        "a range of seconds",
        'exported_service!~"feedback|metadata|status"}[5m])))',
        'exported_service!~"feedback|metadata|status"}[5])))',
        rule="PROM026",
    ),
    # Rules
    _alerts(
        "an alert that records",
        "    - alert: ScoringSlow\n",
        "    - alert: ScoringSlow\n      record: x\n",
        rule="PROM002",
    ),
    _alerts("a hold on a record", "    - record: s", "    - for: 5m\n      record: s", rule="PROM002"),
    _alerts(
        "an expression for a name",
        "- record: service:http_server_errors:ratio_rate5m\n",
        "- record: service:http_server_errors:ratio_rate5m{window=5m}\n",
        rule="PROM003",
    ),
    _model(
        "a label that is the name",
        "        severity: critical\n",
        "        __name__: churn\n        severity: critical\n",
    ),
    _alerts(
        "a label with a hyphen",
        "        severity: critical\n",
        "        severity: critical\n        on-call: ml\n",
        rule="PROM004",
    ),
    _alerts("a variable with a typo", "{{ $labels.service }} fails", "{{ $label.service }} fails", rule="PROM005"),
    _alerts("a function of Jinja", "$value | humanizePercentage", "$value | round", rule="PROM005"),
    _model(
        "a template that is not closed",
        "{{ $value | humanizeDuration }}",
        "{{ $value | humanizeDuration }",
        rule="PROM005",
    ),
    _alerts("a hold shorter than the interval", "      for: 5m\n", "      for: 15s\n", rule="PROM006"),
    _alerts(
        "a record twice",
        "  - name: scoring-gateway.alerts\n",
        f"{_ONCE_MORE}  - name: scoring-gateway.alerts\n",
        rule="PROM007",
    ),
    _alerts(
        "a runbook that was forgotten",
        "        runbook_url: https://runbooks.example.com/scoring-gateway/latency\n",
        "",
        rule="PROM008",
        place=(_ALERTS, '        summary: "{{ $labels.service }} answers slowly"'),
    ),
    # Monitors
    _monitor("a timeout longer than the interval", "scrapeTimeout: 10s", "scrapeTimeout: 1m", rule="PROM009"),
    _scrape(
        "a timeout longer than that of all",
        "scrapeInterval: 60s",
        "scrapeInterval: 60s\n  scrapeTimeout: 2m",
        rule="PROM009",
    ),
    _pods("a lookahead in a relabeling", "regex: seldon-container-engine", "regex: (?!churn).*", rule="PROM010"),
    _monitor("a reference back", _RELABEL, f"{_RELABEL}      regex: (.)\\1\n", rule="PROM010"),
    _monitor("a replacement without a target", _RELABEL, "      replacement: scoring\n", rule="PROM011"),
    _monitor("a hash without a modulus", "      action: replace\n", "      action: hashmod\n", rule="PROM011"),
    _podmonitor(
        "a port with name and number",
        "  - port: metrics\n",
        "  - port: metrics\n    portNumber: 8080\n",
        rule="PROM012",
    ),
    _monitor("a selector of everything", _SELECTOR, "  selector: {}\n", rule="PROM013"),
    _monitor(
        "all namespaces and one", "    matchNames: [apps]\n", "    any: true\n    matchNames: [apps]\n", rule="PROM014"
    ),
    _monitor(
        "an operator in small letters",
        _SELECTOR,
        f"{_SELECTOR}    matchExpressions:\n    - {{key: tier, operator: exists}}\n",
        rule="PROM015",
    ),
    _probe(
        "a target under another name",
        "    staticConfig:\n      static:\n      - https://scoring.example.com/healthz\n      labels:\n        tier: public\n",
        "    {}\n",
        rule="PROM016",
    ),
    # Routes
    _routes("a receiver with a typo", "    receiver: chat\n", "    receiver: chats\n", rule="PROM017"),
    _routes("a nested receiver that is gone", "    - receiver: on-call\n", "    - receiver: oncall\n", rule="PROM017"),
    _routes("all labels and one", "groupBy: [alertname, namespace]", 'groupBy: ["...", namespace]', rule="PROM018"),
    _routes(
        "an interval that is not there",
        "    - receiver: on-call\n",
        "    - receiver: on-call\n      muteTimeIntervals: [nights]\n",
        rule="PROM019",
    ),
    _routes(
        "a field of Alertmanager's own file",
        "    - receiver: on-call\n",
        "    - receiver: on-call\n      group_by: [namespace]\n",
        rule="PROM020",
    ),
    _routes(
        "a duration with a space",
        "    - receiver: on-call\n",
        "    - receiver: on-call\n      groupWait: 30 s\n",
        rule="PROM020",
    ),
    _routes("a sign twice", '        matchType: "="\n', '        matchType: "=="\n', rule="PROM021"),
    _routes(
        "a bracket in a matcher",
        '        value: critical\n        matchType: "="\n',
        "        value: (critical|page\n        matchType: =~\n",
        rule="PROM021",
    ),
    _routes(
        "a pager without a key",
        "      routingKey:\n        name: alertmanager-receivers\n        key: pagerduty-key\n",
        "      class: model\n",
        rule="PROM022",
    ),
    _routes(
        "nights in one piece",
        "  receivers:\n",
        "  muteTimeIntervals:\n  - name: nights\n    timeIntervals:\n    - times:\n"
        '      - {startTime: "22:00", endTime: "06:00"}\n  receivers:\n',
        rule="PROM027",
        place=(_ROUTES, '      - {startTime: "22:00"'),
    ),
    # Metrics
    _model(
        "a letter too few in a metric",
        "seldon_api_executor_server_requests_seconds_bucket",
        "seldon_api_executor_server_request_seconds_bucket",
        rule="PROM023",
    ),
    _alerts(
        "a series that nobody records",
        "expr: service:http_server_errors:",
        "expr: service:http_server_error:",
        rule="PROM023",
    ),
    _model(
        "a metric of another server",
        "seldon_api_executor_server_requests_seconds_bucket",
        "fraud_request_duration_seconds_bucket",
        rule="PROM024",
    ),
    # Analyses
    _analysis(
        "a text that ends too late",
        '          sum(rate(http_server_requests_total{service="{{args.service}}"}[5m]))\n',
        '          sum(rate(http_server_requests_total{service="{{args.service}}}[5m]))\n',
        rule="PROM025",
        place=(_ANALYSIS, "        query: |"),
    ),
)
