"""Mistakes that the API server refuses and no schema sees, and values that operators do not know."""

from tests.mutations import Mutation, in_file

_BASE = "platform/scoring-gateway/base"
_DEPLOYMENT = f"{_BASE}/deployment.yaml"
_CRON = f"{_BASE}/cronjob.yaml"
_LIMITS = "          limits:\n            memory: 512Mi\n"
_MOUNT = "      - name: routes\n        configMap:\n          name: scoring-gateway\n"

_deployment = in_file("platform", _DEPLOYMENT)
_rollout = in_file("platform", "platform/rollouts/base/rollout.yaml")
_service = in_file("platform", f"{_BASE}/service.yaml")
_ingress = in_file("platform", f"{_BASE}/ingress.yaml")
_budget = in_file("platform", f"{_BASE}/poddisruptionbudget.yaml")
_claim = in_file("platform", f"{_BASE}/persistentvolumeclaim.yaml")
_list = in_file("platform", f"{_BASE}/kustomization.yaml")
_scaler = in_file("platform", "platform/scoring-gateway/overlays/production/horizontalpodautoscaler.yaml")
_graph = in_file("platform", "platform/serving/base/inferencegraph.yaml")
_trigger = in_file("platform", "platform/knative/base/trigger.yaml")
_scheduled_spark = in_file("platform", "platform/spark/base/scheduledsparkapplication.yaml")
_subscription = in_file("platform", "platform/olm/base/subscription-kafka.yaml")
_churn = in_file("seldon", "argocd/production/churn.yaml")

_CRON_JOB = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: tidy-spool
spec:
  schedule: {schedule}
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: scoring-gateway
          restartPolicy: {policy}
          securityContext:
            runAsNonRoot: true
            seccompProfile:
              type: RuntimeDefault
          containers:
          - name: tidy
            image: scoring-gateway
            resources:
              requests:
                cpu: 50m
                memory: 64Mi
              limits:
                memory: 128Mi
            securityContext:
              allowPrivilegeEscalation: false
              capabilities:
                drop: [ALL]
"""


def _cron(name: str, place: str, *, rule: str, schedule: str = "30 4 * * *", policy: str = "Never") -> Mutation:
    """A CronJob beside the Deployment."""
    return _list(
        name,
        "- deployment.yaml\n",
        "- deployment.yaml\n- cronjob.yaml\n",
        also={_CRON: _CRON_JOB.format(schedule=schedule, policy=policy)},
        place=(_CRON, place),
        rule=rule,
    )


KUBERNETES: tuple[Mutation, ...] = (
    _deployment(
        "a seccomp profile as annotations had it", "type: RuntimeDefault", "type: runtime/default", rule="KUBE001"
    ),
    _claim("access as kubectl shortens it", "[ReadWriteMany]", "[RWX]", rule="KUBE001"),
    _ingress("a type of path in small letters", "pathType: Prefix", "pathType: prefix", rule="KUBE001"),
    _service(
        "a type with another capital",
        "spec:\n  selector:\n",
        "spec:\n  type: Loadbalancer\n  selector:\n",
        rule="KUBE001",
    ),
    _deployment(
        "the policy of a Job",
        "      terminationGracePeriodSeconds: 45\n",
        "      terminationGracePeriodSeconds: 45\n      restartPolicy: OnFailure\n",
        rule="KUBE002",
    ),
    _cron("a CronJob that is started again", "restartPolicy: Always", rule="KUBE002", policy="Always"),
    _rollout(
        "labels that the Rollout does not select",
        "      labels:\n        app.kubernetes.io/name: feature-lookup\n",
        "      labels:\n        app.kubernetes.io/name: feature-store\n",
        rule="KUBE003",
    ),
    _deployment("a digit too much", "containerPort: 8080", "containerPort: 80800", rule="KUBE005"),
    _deployment(
        "a container with an underscore", "      - name: gateway\n", "      - name: scoring_gateway\n", rule="KUBE006"
    ),
    _deployment(
        "permissions in decimal",
        _MOUNT,
        _MOUNT.replace("        configMap:\n", "        configMap:\n          defaultMode: 644\n"),
        rule="KUBE007",
    ),
    _deployment(
        "a value and where it comes from",
        "        - name: UPSTREAM_TOKEN\n",
        "        - name: UPSTREAM_TOKEN\n          value: none\n",
        rule="KUBE008",
    ),
    _deployment(
        "a volume of two kinds",
        _MOUNT,
        f"{_MOUNT}        emptyDir: {{}}\n",
        rule="KUBE008",
        place=(_DEPLOYMENT, "      - name: routes"),
    ),
    _deployment(
        "a probe that does not ask",
        "        readinessProbe:\n          httpGet:\n            path: /ready\n            port: http\n",
        "        readinessProbe:\n          periodSeconds: 5\n",
        rule="KUBE009",
    ),
    _deployment("a container without an image", "        image: scoring-gateway\n", "", rule="KUBE010"),
    _deployment("a limit below the request", _LIMITS, _LIMITS.replace("512Mi", "128Mi"), rule="KUBE011"),
    _deployment("a GPU without its domain", _LIMITS, f"{_LIMITS}            gpu: 1\n", rule="KUBE012"),
    _service("a port without a name", "  - name: metrics\n    port: 9090\n", "  - port: 9090\n", rule="KUBE013"),
    _service("a port of the nodes", "    port: 80\n", "    port: 80\n    nodePort: 30080\n", rule="KUBE013"),
    _service(
        "traffic from outside into a ClusterIP",
        "spec:\n  selector:\n",
        "spec:\n  externalTrafficPolicy: Local\n  selector:\n",
        rule="KUBE014",
    ),
    _scaler("more at least than at most", "  maxReplicas: 12\n", "  maxReplicas: 2\n", rule="KUBE015"),
    _budget("both numbers", "  minAvailable: 1\n", "  minAvailable: 1\n  maxUnavailable: 1\n", rule="KUBE016"),
    _budget("a number in quotes", "  minAvailable: 1\n", '  minAvailable: "1"\n', rule="KUBE016"),
    _cron("Sunday as 7", "  schedule: ", rule="KUBE017", schedule='"30 4 * * 7"'),
    _ingress(
        "a host with its scheme", "host: scoring.example.com", "host: https://scoring.example.com", rule="KUBE018"
    ),
    _claim(
        "a name with an underscore",
        "  name: scoring-gateway-spool\n",
        "  name: scoring-gateway_spool\n",
        rule="KUBE019",
    ),
)

KINDS: tuple[Mutation, ...] = (
    _trigger(
        "a policy of delays with a capital",
        "spec:\n",
        "spec:\n  delivery:\n    retry: 3\n    backoffPolicy: Linear\n",
        rule="KINDS001",
        place=("platform/knative/base/trigger.yaml", "    backoffPolicy: Linear"),
    ),
    _scheduled_spark("a schedule with seconds", "schedule: 0 1 * * *", "schedule: 0 0 1 * * *", rule="KINDS002"),
    _subscription("manual in small letters", "Approval: Automatic", "Approval: manual", rule="KINDS003"),
    _graph(
        "a step to a node that is not there",
        "        serviceName: fraud\n",
        "        nodeName: ensemble\n",
        rule="KINDS005",
    ),
)

ADVICE: tuple[Mutation, ...] = (
    _deployment(
        "a volume that nothing mounts",
        "        - name: spool\n          mountPath: /var/spool/gateway\n",
        "",
        rule="REF008",
        place=(_DEPLOYMENT, "      - name: spool"),
    ),
    _churn("a branch that was meant for a test", "targetRevision: main", "targetRevision: new-model", rule="REF015"),
)
"""What an info tells."""
