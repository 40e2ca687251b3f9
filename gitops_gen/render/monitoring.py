"""What watches a model: which monitors it can have, and its alerts.

Metrics of Seldon: executor v1.17 (executor/api/metric); of KServe: python/kserve/kserve/metrics.py.
"""

from dataclasses import dataclass

from gitops_gen.settings import ModelSettings

# KServe servers made with its Python SDK serve metrics on the port they answer requests on. Others have ports and
# metrics of their own (Triton 8002, TorchServe 8082, MLServer's own names), so no monitor is written for them.
_KSERVE_SDK_SERVERS = frozenset(["container", "lightgbm", "paddle", "pmml", "sklearn", "xgboost"])
_KSERVE_PORT = 8080

_WINDOW = "5m"
# The executor counts those beside predictions. Its label `service` is renamed by Prometheus where the monitor's own
# label of that name wins; so both are matched, and the one that is missing matches too.
_BESIDE = "feedback|metadata|status"
_FAILED = "5..|DataLoss|DeadlineExceeded|Internal|Unavailable|Unknown"
"""HTTP codes, and gRPC's names for what is the server's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One rule of the PrometheusRule."""

    name: str
    expr: str
    hold: str
    """Prometheus duration for which it must be true."""
    severity: str
    summary: str
    description: str


def list_monitors(model: ModelSettings) -> tuple[str, ...]:
    """The monitoring files that the model gets; none where its server's metrics are not known."""
    if not model.monitoring.enabled:
        return ()
    if model.backend == "seldon":
        return ("podmonitor.yaml", "prometheusrule.yaml", "servicemonitor.yaml")
    return ("podmonitor.yaml", "prometheusrule.yaml") if metrics_port(model) else ()


def metrics_port(model: ModelSettings) -> int | None:
    """The container port that a KServe server's metrics are read from; None if there is none, or it is not known."""
    known = model.backend == "kserve" and model.server in _KSERVE_SDK_SERVERS
    return _KSERVE_PORT if known and model.monitoring.enabled else None


def list_alerts(model: ModelSettings) -> tuple[Alert, ...]:
    """The alerts that the server's metrics allow: KServe's do not tell failed requests from others."""
    if model.backend == "seldon":
        requests = "seldon_api_executor_server_requests_seconds"
        match = f'deployment_name="{model.name}",service!~"{_BESIDE}",exported_service!~"{_BESIDE}"'
        return (
            _no_traffic(model, f"{requests}_count{{{match}}}"),
            _error_ratio(model, f"{requests}_count", match),
            _latency(model, f"{requests}_bucket{{{match}}}"),
        )
    match = f'job="{model.name}"'
    return (
        _no_traffic(model, f"request_predict_seconds_count{{{match}}}"),
        _latency(model, f"request_predict_seconds_bucket{{{match}}}"),
    )


def _no_traffic(model: ModelSettings, series: str) -> Alert:
    # A server that was never asked has no series at all, so silence is: a target without a rate above 0.
    return Alert(
        name="ModelNoTraffic",
        expr=(
            f'max by (namespace) (up{{job="{model.name}"}})\n'
            f"unless on (namespace)\n"
            f"sum by (namespace) (rate({series}[{_WINDOW}])) > 0\n"
            f"or\n"
            f'absent(up{{job="{model.name}"}})'
        ),
        hold=model.monitoring.alerts.no_traffic_for,
        severity="warning",
        summary=f"{model.name} gets no requests",
        description=(
            f"{model.name} in namespace {{{{ $labels.namespace }}}} has served no request for "
            f"{model.monitoring.alerts.no_traffic_for}, or Prometheus does not find it."
        ),
    )


def _error_ratio(model: ModelSettings, metric: str, match: str) -> Alert:
    limit = model.monitoring.alerts.error_ratio
    # No requests make 0/0, which is NaN and above nothing.
    return Alert(
        name="ModelErrorRatioHigh",
        expr=(
            f'sum by (namespace, predictor_name) (rate({metric}{{{match},code=~"{_FAILED}"}}[{_WINDOW}]))\n'
            f"/\n"
            f"sum by (namespace, predictor_name) (rate({metric}{{{match}}}[{_WINDOW}]))\n"
            f"> {limit}"
        ),
        hold=_WINDOW,
        severity="critical",
        summary=f"{model.name} fails too many requests",
        description=(
            f"{{{{ $value | humanizePercentage }}}} of the requests to {model.name}, predictor "
            f"{{{{ $labels.predictor_name }}}} in namespace {{{{ $labels.namespace }}}}, fail; "
            f"the limit is {limit * 100:.4g}%."
        ),
    )


def _latency(model: ModelSettings, buckets: str) -> Alert:
    limit = model.monitoring.alerts.latency_p99_seconds
    return Alert(
        name="ModelLatencyHigh",
        expr=f"histogram_quantile(0.99, sum by (namespace, le) (rate({buckets}[{_WINDOW}])))\n> {limit}",
        hold=_WINDOW,
        severity="warning",
        summary=f"{model.name} answers too slowly",
        description=(
            f"One request in a hundred to {model.name} in namespace {{{{ $labels.namespace }}}} takes longer than "
            f"{{{{ $value | humanizeDuration }}}}; the limit is {limit} s."
        ),
    )
