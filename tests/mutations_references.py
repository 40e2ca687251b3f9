"""Names that lead nowhere, in repositories in which all else is right: each is a mistake that only one rule sees."""

from tests.mutations import REPOSITORIES, Mutation, in_file

_PLATFORM = "platform"
_KNATIVE = "argocd/dev/knative.yaml"
_GATEWAY = "platform/scoring-gateway/base"
_DEPLOYMENT = f"{_GATEWAY}/deployment.yaml"


def _at(path: str) -> str:
    return f"platform/{path}"


_deployment = in_file(_PLATFORM, _DEPLOYMENT)
_service = in_file(_PLATFORM, f"{_GATEWAY}/service.yaml")
_ingress = in_file(_PLATFORM, f"{_GATEWAY}/ingress.yaml")
_binding = in_file(_PLATFORM, f"{_GATEWAY}/rolebinding.yaml")
_scaler = in_file(_PLATFORM, _at("scoring-gateway/overlays/production/horizontalpodautoscaler.yaml"))
_application = in_file(_PLATFORM, "argocd/dev/scoring-gateway.yaml")
_set = in_file("kserve", "argocd/staging/applicationset.yaml")
_monitor = in_file(_PLATFORM, _at("prometheus/base/servicemonitor.yaml"))
_pod_monitor = in_file(_PLATFORM, _at("prometheus/base/podmonitor.yaml"))
_rollout = in_file(_PLATFORM, _at("rollouts/base/rollout.yaml"))
_kafka_operator = in_file(_PLATFORM, _at("olm/base/subscription-kafka.yaml"))
_grafana_operator = in_file(_PLATFORM, _at("olm/base/subscription-grafana.yaml"))
_connect = in_file(_PLATFORM, _at("kafka/base/kafkaconnect.yaml"))
_template = in_file(_PLATFORM, _at("workflows/base/workflowtemplate.yaml"))
_sensor = in_file(_PLATFORM, _at("workflows/base/sensor.yaml"))
_pipeline = in_file(_PLATFORM, _at("tekton/base/pipeline.yaml"))
_subscription = in_file(_PLATFORM, _at("knative/base/subscription.yaml"))

_SECOND_SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: scoring-gateway-memory
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: scoring-gateway # the second one
  minReplicas: 3
  maxReplicas: 12
  metrics:
  - type: Resource
    resource:
      name: memory
      target:
        type: Utilization
        averageUtilization: 80
"""
_SECOND_GROUP = """\
apiVersion: operators.coreos.com/v1
kind: OperatorGroup
metadata:
  name: platform # the second one
"""
_CLUSTER = """\
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata:
  name: audit # with the operator
  namespace: streaming
  labels:
    strimzi.io/cluster: events
spec:
  partitions: 1
  replicas: 1
"""

REFERENCES: tuple[Mutation, ...] = (
    # what pods name
    _deployment(
        "another config map",
        "          name: scoring-gateway\n",
        "          name: scoring-gateway-routes\n",
        rule="REF001",
    ),
    _deployment("a typo in a secret", "name: scoring-gateway-tokens\n", "name: scoring-gateway-token\n", rule="REF002"),
    _deployment(
        "another account",
        "      serviceAccountName: scoring-gateway\n",
        "      serviceAccountName: gateway\n",
        rule="REF003",
    ),
    _deployment(
        "a typo in a claim", "claimName: scoring-gateway-spool\n", "claimName: scoring-gatway-spool\n", rule="REF004"
    ),
    _deployment(
        "a pull secret that nobody declared",
        "      serviceAccountName: scoring-gateway\n",
        "      serviceAccountName: scoring-gateway\n      imagePullSecrets:\n      - name: registry\n",
        place=(_DEPLOYMENT, "      - name: registry"),
        rule="REF005",
    ),
    _deployment(
        "a file that the config map does not have",
        "          name: scoring-gateway\n",
        "          name: scoring-gateway\n          items:\n          - key: routes.yml\n            path: routes.yaml\n",
        place=(_DEPLOYMENT, "          - key: routes.yml"),
        rule="REF006",
    ),
    _deployment("a volume by another name", "        - name: spool\n", "        - name: cache\n", rule="REF007"),
    # what Applications read, and where they deploy to
    _application("a folder that was renamed", "platform/scoring-gateway/", "platform/gateway/", rule="REF009"),
    in_file("seldon", "bootstrap/root-application.yaml")(
        "folders below are not read",
        "      recurse: true\n",
        "      recurse: false\n",
        place=("bootstrap/root-application.yaml", "    path: argocd"),
        rule="REF010",
    ),
    _set("a pattern that fits nothing", "models/*/overlays/staging", "model/*/overlays/staging", rule="REF011"),
    in_file(_PLATFORM, "argocd/dev/kafka.yaml")(
        "a namespace that is not there", "namespace: streaming", "namespace: stream", rule="REF012"
    ),
    in_file(_PLATFORM, "gitops-gen.yaml")(
        "a cluster by another address",
        "    cluster: https://api.dev.example.com:6443",
        "    cluster: https://api.dev.example.org:6443",
        place=("argocd/dev/tekton.yaml", "    server: https://api.dev.example.com:6443"),
        rule="REF013",
    ),
    in_file(_PLATFORM, "argocd/dev/knative.yaml")(
        "a project that is not there", "project: platform", "project: plattform", rule="REF014"
    ),
    # monitors
    _monitor(
        "a label of no Service", "name: scoring-gateway\n  endpoints", "name: gateway\n  endpoints", rule="REF016"
    ),
    _monitor("a port of no Service", "  - port: metrics\n", "  - port: prometheus\n", rule="REF017"),
    in_file("seldon", "models/churn/base/servicemonitor.yaml")(
        "the port of the containers", "  - port: http\n", "  - port: metrics\n", rule="REF017"
    ),
    _pod_monitor("a label of no pod", "name: feature-lookup\n  podM", "name: features\n  podM", rule="REF018"),
    in_file("kserve", "models/churn/base/podmonitor.yaml")(
        "a component that does not exist", "component: predictor", "component: predict", rule="REF018"
    ),
    _pod_monitor("a port of no container", "  - port: metrics\n", "  - port: prometheus\n", rule="REF019"),
    # Services and what routes to them
    _service(
        "a label of no pod",
        "    app.kubernetes.io/name: scoring-gateway\n  ports",
        "    app: scoring-gateway\n  ports",
        rule="REF020",
    ),
    _service("a port of no container", "targetPort: http\n", "targetPort: web\n", rule="REF021"),
    _ingress(
        "a Service of another name",
        "name: scoring-gateway\n            port",
        "name: scoring\n            port",
        rule="REF022",
    ),
    _ingress("a port of the container", "name: http\n", "number: 8080\n", rule="REF023"),
    # scaling
    _scaler("a Deployment of another name", "    name: scoring-gateway\n", "    name: gateway\n", rule="REF024"),
    Mutation(
        "two scalers",
        _PLATFORM,
        _at("scoring-gateway/overlays/production/kustomization.yaml"),
        "- horizontalpodautoscaler.yaml\n",
        "- horizontalpodautoscaler.yaml\n- memory.yaml\n",
        also={_at("scoring-gateway/overlays/production/memory.yaml"): _SECOND_SCALER},
        place=(_at("scoring-gateway/overlays/production/memory.yaml"), "# the second one"),
        rule="REF025",
    ),
    in_file(_PLATFORM, f"{_GATEWAY}/poddisruptionbudget.yaml")(
        "a label of no pod", "app.kubernetes.io/name: scoring-gateway", "app.kubernetes.io/name: gateway", rule="REF026"
    ),
    # places
    Mutation(
        "a service account of two builds",
        _PLATFORM,
        _at("rollouts/base/kustomization.yaml"),
        "- service-stable.yaml\n",
        "- service-stable.yaml\n- serviceaccount.yaml\n",
        also={
            _at(
                "rollouts/base/serviceaccount.yaml"
            ): "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: scoring-gateway\n"
        },
        place=(f"{_GATEWAY}/serviceaccount.yaml", "  name: scoring-gateway"),
        rule="REF027",
    ),
    in_file("seldon", "argocd/staging/churn.yaml")(
        "copied with the path of production",
        "    path: models/churn/overlays/staging\n",
        "    path: models/churn/overlays/production\n    # copied\n",
        rule="REF028",
    ),
    in_file("seldon", "argocd/staging/churn.yaml")(
        "staging into production", "namespace: models-staging", "namespace: models-production", rule="REF028"
    ),
    in_file(_PLATFORM, _at("workflows/base/eventbus.yaml"))(
        "a namespace of the past",
        "namespace: workflows",
        "namespace: argo-workflows",
        rule="REF029",
    ),
    Mutation(
        "no namespace",
        _PLATFORM,
        _at("knative/base/kustomization.yaml"),
        "namespace: events\n",
        "",
        also={_KNATIVE: (REPOSITORIES[_PLATFORM] / _KNATIVE).read_text("utf-8").replace("    namespace: events\n", "")},
        place=(_KNATIVE, "  destination:"),
        rule="REF030",
    ),
    # operators
    _grafana_operator("a catalogue of another name", "source: platform", "source: plattform", rule="REF031"),
    Mutation(
        "two operator groups",
        _PLATFORM,
        _at("olm/base/kustomization.yaml"),
        "- operatorgroup.yaml\n",
        "- operatorgroup.yaml\n- second.yaml\n",
        also={_at("olm/base/second.yaml"): _SECOND_GROUP},
        place=(_at("olm/base/second.yaml"), "# the second one"),
        rule="REF032",
    ),
    _kafka_operator(
        "a typo in a package",
        "  name: strimzi-kafka-operator\n  channel",
        "  name: strimzi-kafka-operater\n  channel",
        rule="REF033",
    ),
    in_file(_PLATFORM, _at("kafka/base/kafkauser.yaml"))(
        "another cluster", "strimzi.io/cluster: events", "strimzi.io/cluster: kafka", rule="REF034"
    ),
    _connect(
        "connectors are left out",
        '  annotations:\n    strimzi.io/use-connector-resources: "true"\n',
        "",
        place=(_at("kafka/base/kafkaconnector.yaml"), "    strimzi.io/cluster: warehouse"),
        rule="REF035",
    ),
    # workflows and events
    _template("an entrypoint of the past", "entrypoint: main", "entrypoint: pipeline", rule="REF036"),
    _template("a task of the past", "depends: train.Succeeded", "depends: fit.Succeeded", rule="REF037"),
    _template("a template of another name", "          template: post", "          template: send", rule="REF038"),
    in_file(_PLATFORM, _at("workflows/base/cronworkflow.yaml"))(
        "a typo in a template", "      name: retrain\n", "      name: re-train\n", rule="REF038"
    ),
    _sensor("an event of another name", "eventName: version-created", "eventName: created", rule="REF039"),
    _pipeline("a result of no task", "$(tasks.image.results.digest)", "$(tasks.build.results.digest)", rule="REF040"),
    _pipeline("a parameter of another name", "$(params.revision)", "$(params.branch)", rule="REF041"),
    in_file(_PLATFORM, _at("tekton/base/triggertemplate.yaml"))(
        "a parameter that is gone", "$(tt.params.repository)", "$(tt.params.url)", rule="REF041"
    ),
    in_file(_PLATFORM, _at("tekton/base/taskrun.yaml"))(
        "a task of another name", "    name: build-image\n", "    name: build\n", rule="REF042"
    ),
    _pipeline("a result of another name", "$(tasks.image.results.digest)", "$(tasks.image.results.sha)", rule="REF042"),
    in_file(_PLATFORM, _at("tekton/base/trigger.yaml"))(
        "a template of another name", "    ref: build\n", "    ref: build-image\n", rule="REF043"
    ),
    _rollout("an analysis of another name", "templateName: error-ratio", "templateName: errors", rule="REF044"),
    _subscription("a channel of another name", "    name: predictions\n", "    name: scores\n", rule="REF045"),
    in_file(_PLATFORM, _at("seldon2/base/experiment.yaml"))(
        "a candidate that is not there", "  - name: churn-challenger\n", "  - name: churn-v4\n", rule="REF046"
    ),
    _binding("a role of another name", "  name: scoring-gateway\nsubjects", "  name: gateway\nsubjects", rule="REF047"),
    _binding(
        "an account of another namespace",
        "  namespace: apps\n",
        "  namespace: monitoring\n",
        place=(f"{_GATEWAY}/rolebinding.yaml", "- kind: ServiceAccount"),
        rule="REF048",
    ),
    # waves
    in_file(_PLATFORM, f"{_GATEWAY}/configmap.yaml")(
        "after its pods",
        "  name: scoring-gateway\n",
        '  name: scoring-gateway\n  annotations:\n    argocd.argoproj.io/sync-wave: "5"\n',
        place=(f"{_GATEWAY}/configmap.yaml", "sync-wave"),
        rule="REF049",
    ),
    in_file(_PLATFORM, _at("olm/base/operatorgroup.yaml"))(
        "after its operators",
        "  name: operators\n",
        '  name: operators\n  annotations:\n    argocd.argoproj.io/sync-wave: "5"\n',
        place=(_at("olm/base/operatorgroup.yaml"), "sync-wave"),
        rule="REF050",
    ),
    Mutation(
        "an operand with its operator",
        _PLATFORM,
        _at("olm/base/kustomization.yaml"),
        "- subscription-kafka.yaml\n",
        "- subscription-kafka.yaml\n- audit.yaml\n",
        also={_at("olm/base/audit.yaml"): _CLUSTER},
        place=(_at("olm/base/audit.yaml"), "# with the operator"),
        rule="REF051",
    ),
)
