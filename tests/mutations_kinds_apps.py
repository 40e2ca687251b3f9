"""Mistakes in Rollouts, operators, Argo CD and services: misspelt fields, wrong values and types, lost references."""

from tests.mutations import Mutation, in_base, in_file

_rollout = in_base("rollouts/rollout")
_analysis = in_base("rollouts/analysistemplate")
_catalog = in_base("olm/catalogsource")
_operator = in_base("olm/subscription-kafka")
_operators = in_base("olm/operatorgroup")
_deployment = in_base("scoring-gateway/deployment")
_service = in_base("scoring-gateway/service")
_ingress = in_base("scoring-gateway/ingress")
_policy = in_base("scoring-gateway/networkpolicy")
_budget = in_base("scoring-gateway/poddisruptionbudget")
_binding_of_role = in_base("scoring-gateway/rolebinding")
_scaler = in_file("platform", "platform/scoring-gateway/overlays/production/horizontalpodautoscaler.yaml")
_labs = in_file("platform", "argocd/labs.yaml")
_application = in_file("platform", "argocd/production/kafka.yaml")
_project = in_file("platform", "bootstrap/appproject-platform.yaml")

DELIVERY: tuple[Mutation, ...] = (
    _rollout("weight for setWeight", "      - setWeight: 20\n", "      - weight: 20\n"),
    _rollout("a weight as text", "      - setWeight: 60\n", "      - setWeight: 60%\n"),
    _rollout(
        "an analysis that is not there", "          - templateName: error-ratio\n", "          - templateName: errors\n"
    ),
    _rollout(
        "a Service that is not there",
        "      canaryService: feature-lookup-canary\n",
        "      canaryService: feature-lookup-preview\n",
    ),
    _rollout("rollingUpdate as a Deployment has it", "    canary:\n", "    rollingUpdate:\n"),
    _analysis(
        "a query without its bracket",
        '          sum(rate(http_server_requests_total{service="{{args.service}}"}[5m]))\n',
        '          sum(rate(http_server_requests_total{service="{{args.service}}"[5m]))\n',
        place=("platform/rollouts/base/analysistemplate.yaml", "        query: |"),
    ),
    _analysis("count misspelt", "    failureLimit: 1\n", "    failureLimits: 1\n"),
    _analysis("no provider", "    provider:\n", "    providers:\n"),
    _catalog(
        "a type of source that does not exist",
        "  sourceType: grpc\n",
        "  sourceType: rpc\n",
        rule="KINDS001",
    ),
    _catalog(
        "the interval without a unit",
        "      interval: 45m\n",
        "      interval: 45 minutes\n",
        rule="KINDS003",
    ),
    _operator(
        "approval in small letters",
        "  installPlanApproval: Automatic\n",
        "  installPlanApproval: automatic\n",
        rule="KINDS003",
    ),
    _operator("a source that is not there", "  source: platform\n", "  source: platforms\n"),
    _operator(
        "no package",
        "  name: strimzi-kafka-operator\n  channel",
        "  channel",
        place=("platform/olm/base/subscription-kafka.yaml", "spec:"),
    ),
    _operators(
        "targetNamespaces as a text",
        "  name: operators\n",
        "  name: operators\nspec:\n  targetNamespaces: operators\n",
        place=("platform/olm/base/operatorgroup.yaml", "  targetNamespaces: operators"),
    ),
    _labs(
        "a generator that does not exist",
        "      - list:\n          elements:\n          - component: spark\n",
        "      - lists:\n          elements:\n          - component: spark\n",
    ),
    _labs(
        "a template left open",
        'name: "{{ .component }}-{{ .environment }}"',
        'name: "{{ .component }-{{ .environment }}"',
    ),
    _labs(
        "a component that is not there",
        "          - component: spark\n",
        "          - component: spork\n",
        rule="REF009",
    ),
    _application(
        "a folder that is not there",
        "    path: platform/kafka/overlays/production\n",
        "    path: platform/kafka/overlays/prod\n",
    ),
    _application("a project that is not there", "  project: platform\n", "  project: plattform\n"),
    _application(
        "automated as a truth value",
        "    automated:\n      prune: true\n      selfHeal: true\n",
        "    automated: true\n",
    ),
    _application("a sync option misspelt", "    - ServerSideApply=true\n", "    - ServerSideApplied=true\n"),
    _application(
        "a cluster that the project does not permit",
        "    server: https://api.prod.example.com:6443\n",
        "    server: https://api.stage.example.com:6443\n",
    ),
    _project("a window of an unknown kind", "  - kind: deny\n", "  - kind: forbid\n"),
    _project("repositories misspelt", "  sourceRepos:\n", "  sourceRepositories:\n"),
)
"""Rollouts, operators and Argo CD."""

APPS: tuple[Mutation, ...] = (
    _deployment(
        "labels that the selector does not select",
        "    metadata:\n      labels:\n        app.kubernetes.io/name: scoring-gateway\n",
        "    metadata:\n      labels:\n        app.kubernetes.io/name: scoring\n",
        rule="KUBE003",
    ),
    _deployment(
        "a ConfigMap that is not there",
        "        configMap:\n          name: scoring-gateway\n",
        "        configMap:\n          name: scoring-gateway-routes\n",
    ),
    _deployment(
        "a Secret that is not there",
        "              name: scoring-gateway-tokens\n",
        "              name: scoring-gateway-token\n",
    ),
    _deployment(
        "a key that the Secret does not have",
        "              key: upstream-token\n",
        "              key: token\n",
        rule="REF006",
    ),
    _deployment(
        "a probe's port that is not there",
        "        readinessProbe:\n          httpGet:\n            path: /ready\n            port: http\n",
        "        readinessProbe:\n          httpGet:\n            path: /ready\n            port: web\n",
        rule="KUBE004",
    ),
    _deployment("as root", "        runAsNonRoot: true\n", "        runAsNonRoot: false\n"),
    _deployment(
        "a mount without its volume",
        "        - name: spool\n          mountPath",
        "        - name: spools\n          mountPath",
    ),
    _service("a port of the pod that is not there", "    targetPort: metrics\n", "    targetPort: prometheus\n"),
    _service(
        "a selector that selects nothing",
        "  selector:\n    app.kubernetes.io/name: scoring-gateway\n",
        "  selector:\n    app.kubernetes.io/name: gateway\n",
    ),
    _ingress(
        "a backend of the old version",
        "          service:\n            name: scoring-gateway\n            port:\n              name: http\n",
        "          serviceName: scoring-gateway\n          servicePort: http\n",
    ),
    _ingress("a Service that is not there", "            name: scoring-gateway\n", "            name: gateway\n"),
    _policy(
        "a type of policy that does not exist",
        "  policyTypes: [Ingress]\n",
        "  policyTypes: [Inbound]\n",
        rule="KUBE001",
    ),
    _budget("both limits", "  minAvailable: 1\n", "  minAvailable: 1\n  maxUnavailables: 1\n"),
    _binding_of_role(
        "a role that is not there", "  kind: Role\n  name: scoring-gateway\n", "  kind: Role\n  name: gateway\n"
    ),
    _binding_of_role(
        "a service account that is not there",
        "- kind: ServiceAccount\n  name: scoring-gateway\n",
        "- kind: ServiceAccount\n  name: gateway\n",
    ),
    _scaler(
        "a target that is not there", "    name: scoring-gateway\n  minReplicas", "    name: gateway\n  minReplicas"
    ),
    _scaler(
        "a metric of the old version",
        "      target:\n        type: Utilization\n        averageUtilization: 70\n",
        "      targetAverageUtilization: 70\n",
    ),
)
"""A service with all that belongs to it."""
