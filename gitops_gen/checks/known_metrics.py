"""The metrics that a cluster, and what an environment deploys into it, are known to expose.

Seldon's are those of executor/api/metric in SeldonIO/seldon-core, KServe's those of python/kserve/kserve/metrics.py;
the others are told by what their names begin with, which is what the exporters' documentation promises.
"""

import re

from gitops_gen.checks.environments import Environment
from gitops_gen.wording import find_near

_ALWAYS = """
    up ALERTS ALERTS_FOR_STATE scrape_ absent_
    kube_ kubelet_ kubeproxy_ kubernetes_ container_ node_ machine_ cadvisor_ apiserver_ apiextensions_ aggregator_
    etcd_ scheduler_ workqueue_ rest_client_ coredns_ storage_operation_ volume_manager_ authentication_ controller_
    process_ go_ python_ jvm_ net_conntrack_ promhttp_ prometheus_ alertmanager_ thanos_ argocd_ openshift_ csv_
    cluster: node: namespace: instance: pod: cluster_quantile: code_resource: code_verb: apiserver_request:
    node_namespace_pod namespace_workload_pod: namespace_cpu: namespace_memory: node_quantile: windows_
""".split()  # noqa: SIM905 - a list of words
"""What a monitored cluster has in any case: its own metrics, those of Prometheus and Argo CD, and their records."""
_BY_GROUP = {
    "kafka.strimzi.io": ("kafka_", "strimzi_", "zookeeper_", "cruise_control_"),
    "mlops.seldon.io": ("seldon_",),
    "serving.kserve.io": ("vllm:", "nv_", "ts_", "revision_", "queue_", "activator_", "autoscaler_", "model_infer_"),
    "serving.knative.dev": ("revision_", "queue_", "activator_", "autoscaler_"),
    "eventing.knative.dev": ("event_", "mt_broker_", "inmemorychannel_"),
    "tekton.dev": ("tekton_",),
    "sparkoperator.k8s.io": ("spark_",),
    "grafana.integreatly.org": ("grafana_",),
    "integreatly.org": ("grafana_",),
}
_BY_KIND = {
    "Workflow": ("argo_",),
    "WorkflowTemplate": ("argo_",),
    "CronWorkflow": ("argo_",),
    "Sensor": ("argo_events_",),
    "Rollout": ("rollout_", "analysis_run_", "experiment_"),
    "Probe": ("probe_",),
}
_MOST_LETTERS = 4
"""By how many a name with a typo is longer or shorter than the one that is meant."""
_HISTOGRAM = ("_bucket", "_sum", "_count", "_created")
_SELDON = ("seldon_api_executor_server_requests_seconds", "seldon_api_executor_client_requests_seconds")
_KSERVE = tuple(f"request_{step}_seconds" for step in ("preprocess", "predict", "postprocess", "explain"))


class KnownMetrics:
    """The metrics that an environment is known to have."""

    def __init__(self, environment: Environment, recorded: frozenset[str]) -> None:
        """`recorded` are the series that rules of the environment compute."""
        prefixes = set(_ALWAYS)
        exact = set(recorded)
        for member in environment.members:
            prefixes.update(_BY_GROUP.get(member.group, ()), _BY_KIND.get(member.kind, ()))
        if environment.select("SeldonDeployment"):
            exact.update(name + end for name in _SELDON for end in ("", *_HISTOGRAM))
            exact.update(f"{name}_summary{end}" for name in _SELDON for end in ("", *_HISTOGRAM))
        if environment.select("InferenceService"):
            exact.update(name + end for name in _KSERVE for end in ("", *_HISTOGRAM))
        self._exact = exact
        self._pattern = re.compile("|".join(map(re.escape, sorted(prefixes))))
        self._environment = environment

    def has(self, name: str) -> bool:
        """Whether something is known to expose, or to record, a metric."""
        return bool(name in self._exact or self._pattern.match(name) or self._environment.is_external_metric(name))

    def find_near(self, name: str) -> str:
        """The metric that may be meant; empty if none is like it."""
        alike = [
            known
            for known in self._exact
            if abs(len(known) - len(name)) <= _MOST_LETTERS and (known[:3] == name[:3] or known[-3:] == name[-3:])
        ]
        return find_near(name, sorted(alike), cutoff=0.93) if alike else ""
