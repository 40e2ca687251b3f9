"""Mistakes in the fields of objects: names, types, values, what is missing; for each kind that the examples have."""

from tests.mutations import INFERENCE_SERVICE, OPEN_DATA_HUB, SELDON_DEPLOYMENT, Mutation, in_file

_seldon = in_file("seldon", SELDON_DEPLOYMENT)
_kserve = in_file("kserve", INFERENCE_SERVICE)
_sklearn = in_file("kserve-prepackaged", INFERENCE_SERVICE)
_service_monitor = in_file("seldon", "models/churn/base/servicemonitor.yaml")
_pod_monitor = in_file("seldon", "models/churn/base/podmonitor.yaml")
_alerts = in_file("seldon", "models/churn/base/prometheusrule.yaml")
_APPLICATION = "argocd/production/churn.yaml"
_application = in_file("seldon", _APPLICATION)
_root = in_file("seldon", "bootstrap/root-application.yaml")
_set = in_file("kserve", "argocd/production/applicationset.yaml")
_project = in_file("seldon", "bootstrap/appproject.yaml")
_namespace = in_file("seldon", "bootstrap/namespaces/models-staging.yaml")
_config_map = in_file("seldon", "bootstrap/argocd-cm.yaml")
_kfdef = in_file("odh-2021", f"{OPEN_DATA_HUB}/kfdef.yaml")
_cluster = in_file("kserve-prepackaged", f"{OPEN_DATA_HUB}/datasciencecluster.yaml")
_init = in_file("kserve-prepackaged", f"{OPEN_DATA_HUB}/dscinitialization.yaml")

_MODEL: tuple[Mutation, ...] = (
    # SeldonDeployment
    _seldon("kind with a typo", "kind: SeldonDeployment", "kind: SeldonDeploymnet", rule="SCHEMA005"),
    _seldon("kind in small letters", "kind: SeldonDeployment", "kind: seldondeployment"),
    _seldon("group with a typo", "machinelearning.seldon.io/v1", "machine-learning.seldon.io/v1"),
    _seldon("version that is not there", "machinelearning.seldon.io/v1", "machinelearning.seldon.io/v2"),
    _seldon("apiVersion with a typo", "apiVersion:", "apiversion:", rule="SCHEMA008"),
    _seldon("typo in metadata", "metadata:", "metdata:"),
    _seldon("typo in spec", "spec:\n  predictors:", "specs:\n  predictors:"),
    _seldon("typo in predictors", "  predictors:", "  predictor:", rule="SCHEMA001"),
    _seldon("typo in replicas", "    replicas: 1", "    replica: 1", rule="SCHEMA001"),
    _seldon("typo in annotations", "    annotations:", "    annotation:"),
    _seldon("typo in graph", "    graph:", "    grpah:"),
    _seldon("typo in componentSpecs", "    componentSpecs:", "    componentSpec:", rule="SCHEMA001"),
    _seldon("typo in containers", "        containers:", "        container:"),
    _seldon("typo in image", "          image: churn", "          imgae: churn"),
    _seldon("typo in resources", "          resources:", "          resource:", rule="SCHEMA001"),
    _seldon("typo in limits", "            limits:", "            limit:", rule="SCHEMA001"),
    _seldon("typo in securityContext", "          securityContext:", "          securitycontext:", rule="SCHEMA001"),
    _seldon("typo in capabilities", "            capabilities:", "            capabilites:", rule="SCHEMA001"),
    _seldon("typo in drop", "              drop:", "              drops:", rule="SCHEMA001"),
    _seldon("typo in the depth", "              type: RuntimeDefault", "              profile: RuntimeDefault"),
    _seldon(
        "typo in the labels of the object", "metadata:\n  name: churn\n  labels:", "metadata:\n  name: churn\n  lables:"
    ),
    _seldon("no name", "metadata:\n  name: churn\n", "metadata:\n"),
    _seldon("a predictor without a name", "  - name: default\n    replicas: 1\n", "  - replicas: 1\n"),
    _seldon("a graph without a name", "    graph:\n      name: churn\n      type", "    graph:\n      type"),
    _seldon("a container without a name", "        - name: churn\n          image: churn", "        - image: churn"),
    _seldon("replicas in quotes", "  predictors:\n", '  replicas: "2"\n  predictors:\n', rule="SCHEMA002"),
    _seldon("replicas as a word", "  predictors:\n", "  replicas: two\n  predictors:\n", rule="SCHEMA002"),
    _seldon("replicas with a fraction", "  predictors:\n", "  replicas: 1.5\n  predictors:\n", rule="SCHEMA002"),
    _seldon("a boolean in quotes", "runAsNonRoot: true", 'runAsNonRoot: "true"', rule="SCHEMA002"),
    _seldon(
        "a label without quotes",
        "    labels:\n      app.k",
        "    labels:\n      release: 1.10\n      app.k",
        rule="SCHEMA002",
    ),
    _seldon("an annotation that is a boolean", "registered-model: churn", "registered-model: true", rule="SCHEMA002"),
    _seldon(
        "a text for a list", "              drop:\n              - ALL", "              drop: ALL", rule="SCHEMA002"
    ),
    _seldon(
        "a mapping for a list", "  predictors:\n  - name: default", "  predictors:\n    name: default", rule="SCHEMA002"
    ),
    _seldon(
        "a list for a mapping",
        "    graph:\n      name: churn\n      type",
        "    graph:\n    - name: churn\n      type",
        rule="SCHEMA002",
    ),
    _seldon("a spec for a list", "    - spec:\n", "      spec:\n", rule="SCHEMA002"),
    _seldon("a unit of storage", 'memory: "256Mi"', 'memory: "256MB"', rule="SCHEMA004"),
    _seldon("a unit of time", 'cpu: "100m"', 'cpu: "100ms"', rule="SCHEMA004"),
    _seldon("a number with a fraction for a quantity", 'cpu: "100m"', "cpu: 0.1"),
    _seldon("a space in a quantity", 'memory: "1Gi"', 'memory: "1 Gi"', rule="SCHEMA004"),
    _seldon("a profile that is not there", "type: RuntimeDefault", "type: RuntimeDefaults"),
    _seldon(
        "environment as a mapping",
        "          resources:\n",
        "          env:\n            LOG_LEVEL: debug\n          resources:\n",
    ),
    _seldon(
        "a value of a variable without quotes",
        "          resources:\n",
        "          env:\n          - name: WORKERS\n            value: 4\n          resources:\n",
        place=(SELDON_DEPLOYMENT, "value: 4"),
    ),
    _seldon(
        "a port in quotes",
        "          resources:\n",
        '          ports:\n          - containerPort: "9000"\n          resources:\n',
        place=(SELDON_DEPLOYMENT, "9000"),
    ),
    # InferenceService
    _kserve("kind with a typo", "kind: InferenceService", "kind: InferenceServices", rule="SCHEMA005"),
    _kserve("version that is not there", "serving.kserve.io/v1beta1", "serving.kserve.io/v1"),
    _kserve("typo in predictor", "  predictor:", "  predictors:", rule="SCHEMA001"),
    _kserve("typo in minReplicas", "    minReplicas:", "    minReplica:", rule="SCHEMA001"),
    _kserve("typo in containers", "    containers:", "    container:", rule="SCHEMA001"),
    _kserve("typo in containerPort", "containerPort: 8080", "containerport: 8080"),
    _kserve("typo in requests", "        requests:", "        request:", rule="SCHEMA001"),
    _kserve("a number in quotes", "    minReplicas:", '    timeout: "60"\n    minReplicas:', rule="SCHEMA002"),
    _kserve("a port in quotes", "containerPort: 8080", 'containerPort: "8080"', rule="SCHEMA002"),
    _kserve(
        "a protocol that is not there",
        "protocol: TCP",
        "protocol: HTTP",
        rule="KUBE001",
    ),
    _kserve("a unit of storage", 'memory: "1Gi"', 'memory: "1GB"', rule="SCHEMA004"),
    _sklearn("typo in modelFormat", "      modelFormat:", "      modelformat:", rule="SCHEMA001"),
    _sklearn(
        "a format without its name",
        "      modelFormat:\n        name: sklearn",
        "      modelFormat: sklearn",
        rule="SCHEMA002",
    ),
    _sklearn("typo in protocolVersion", "protocolVersion: v2", "protocolversion: v2", rule="SCHEMA001"),
    _sklearn("a format without a name", "        name: sklearn\n", '        version: "1"\n', rule="SCHEMA003"),
)

_MONITORING: tuple[Mutation, ...] = (
    # ServiceMonitor
    _service_monitor("kind with a typo", "kind: ServiceMonitor", "kind: ServiceMontior", rule="SCHEMA005"),
    _service_monitor("group with a typo", "monitoring.coreos.com/v1", "monitoring.coreos.io/v1", rule="SCHEMA005"),
    _service_monitor("typo in endpoints", "  endpoints:", "  endpoint:", rule="SCHEMA001"),
    _service_monitor("typo in matchLabels", "    matchLabels:", "    matchlabels:", rule="SCHEMA001"),
    _service_monitor("typo in jobLabel", "  jobLabel:", "  joblabel:", rule="SCHEMA001"),
    _service_monitor("typo in interval", "    interval:", "    intervall:", rule="SCHEMA001"),
    _service_monitor("an interval without a unit", 'interval: "30s"', "interval: 30", rule="SCHEMA002"),
    _service_monitor("an interval in words", 'interval: "30s"', 'interval: "30 seconds"', rule="SCHEMA004"),
    _service_monitor("an endpoint that is no list", "  - port: http\n", "    port: http\n", rule="SCHEMA002"),
    _service_monitor(
        "no selector",
        "  selector:\n    matchLabels:\n      app.kubernetes.io/managed-by: seldon-core\n"
        "      seldon-deployment-id: churn\n",
        "",
        rule="SCHEMA003",
    ),
    _service_monitor(
        "a scheme that is not there",
        "    path: /prometheus",
        "    scheme: tcp\n    path: /prometheus",
        rule="SCHEMA004",
    ),
    # PodMonitor
    _pod_monitor("typo in podMetricsEndpoints", "  podMetricsEndpoints:", "  podMetricEndpoints:", rule="SCHEMA001"),
    _pod_monitor("typo in sourceLabels", "      sourceLabels:", "      sourceLables:", rule="SCHEMA001"),
    _pod_monitor("typo in relabelings", "    relabelings:", "    relabelConfigs:", rule="SCHEMA001"),
    _pod_monitor("an action that is not there", "action: drop", "action: delete", rule="SCHEMA004"),
    _pod_monitor(
        "a label that is a number", "seldon-deployment-id: churn", "seldon-deployment-id: 42", rule="SCHEMA002"
    ),
    _pod_monitor(
        "source labels as a text", "      sourceLabels:\n      - __meta", "      sourceLabels: __meta", rule="SCHEMA002"
    ),
    # PrometheusRule
    _alerts("typo in expr", "    - alert: ModelLatencyHigh\n      expr:", "    - alert: ModelLatencyHigh\n      exp:"),
    _alerts("typo in groups", "  groups:", "  group:", rule="SCHEMA001"),
    _alerts("a duration in words", 'for: "30m"', 'for: "30 minutes"', rule="SCHEMA004"),
    _alerts(
        "a label that is a boolean", "severity: critical", "severity: critical\n        page: true", rule="SCHEMA002"
    ),
    _alerts(
        "an alert without an expression",
        "    - alert: ModelNoTraffic\n",
        "    - alert: ModelGone\n    - alert: ModelNoTraffic\n",
        rule="SCHEMA003",
    ),
    _alerts("a group without a name", "  - name: churn\n    rules:", "  - rules:", rule="SCHEMA003"),
    _alerts(
        "an expression with a bracket that is not closed",
        'max by (namespace) (up{job="churn"})',
        'max by (namespace) (up{job="churn"}',
        rule="PROM001",
    ),
)

_ARGO_CD: tuple[Mutation, ...] = (
    # Application
    _application("kind with a typo", "kind: Application", "kind: Aplication", rule="SCHEMA005"),
    _application("group with a typo", "argoproj.io/v1alpha1", "argoprj.io/v1alpha1", rule="SCHEMA005"),
    _application("version that is not there", "argoproj.io/v1alpha1", "argoproj.io/v1", rule="SCHEMA005"),
    _application("typo in source", "  source:", "  soruce:", rule="SCHEMA001"),
    _application("typo in repoURL", "    repoURL:", "    repoUrl:", rule="SCHEMA001"),
    _application("typo in targetRevision", "    targetRevision:", "    targetRevison:", rule="SCHEMA001"),
    _application("typo in selfHeal", "      selfHeal:", "      selfheal:", rule="SCHEMA001"),
    _application("typo in maxDuration", "        maxDuration:", "        maxduration:", rule="SCHEMA001"),
    _application("typo in jsonPointers", "    jsonPointers:", "    jsonPointer:", rule="SCHEMA001"),
    _application("no project", "  project: models\n", "", rule="SCHEMA003"),
    _application(
        "no destination",
        "  destination:\n    server: https://kubernetes.default.svc\n    namespace: models-production\n",
        "",
        rule="SCHEMA003",
        place=(_APPLICATION, "spec:"),
    ),
    _application("no name", "  name: churn-production\n", ""),
    _application(
        "a label that is a boolean",
        "  labels:\n",
        "  labels:\n    canary: yes\n",
        rule="SCHEMA002",
        place=(_APPLICATION, "canary"),
    ),
    _application(
        "an annotation that is a number",
        "  annotations:\n",
        "  annotations:\n    wave: 012\n",
        rule="SCHEMA002",
        place=(_APPLICATION, "wave"),
    ),
    _application("a duration that is a number", "duration: 30s", "duration: 30", rule="SCHEMA002"),
    _application("a boolean in quotes", "prune: true", 'prune: "true"', rule="SCHEMA002"),
    _application("a number in quotes", "limit: 5", 'limit: "5"', rule="SCHEMA002"),
    _application(
        "options as a mapping",
        "    - PruneLast=true\n    - RespectIgnoreDifferences=true\n",
        "      PruneLast: true\n",
        rule="SCHEMA002",
    ),
    _application(
        "a pointer that is no list", "    jsonPointers:\n    - /spec", "    jsonPointers: /spec", rule="SCHEMA002"
    ),
    _application("a revision that is a number", "targetRevision: main", "targetRevision: 1.10", rule="SCHEMA002"),
    _root("typo in recurse", "      recurse:", "      recursive:", rule="SCHEMA001"),
    _root("typo in a namespace", "    namespace: argocd\n", "    namspace: argocd\n", rule="SCHEMA001"),
    _application(
        "a path without an overlay",
        "models/churn/overlays/production",
        "models/churn/overlay/production",
        rule="REF009",
    ),
    # ApplicationSet
    _set("kind with a typo", "kind: ApplicationSet", "kind: ApplicationSets", rule="SCHEMA005"),
    _set("typo in generators", "  generators:", "  generator:", rule="SCHEMA001"),
    _set("typo in a generator", "  - git:", "  - gti:", rule="SCHEMA001"),
    _set("typo in revision", "      revision:", "      revison:", rule="SCHEMA001"),
    _set("typo in the template", "      destination:", "      destinations:", rule="SCHEMA001"),
    _set("a boolean in quotes", "goTemplate: true", 'goTemplate: "true"', rule="SCHEMA002"),
    _set(
        "a text for a list",
        "  goTemplateOptions:\n  - missingkey=error",
        "  goTemplateOptions: missingkey=error",
        rule="SCHEMA002",
    ),
    _set("directories as texts", '      - path: "models', '      - "models', rule="SCHEMA002"),
    _set("a template without a project", "      project: models\n", "", rule="SCHEMA003"),
    _set(
        "a finalizer as a text",
        "      finalizers:\n      # Deleting the Application deletes what it deployed.\n      - res",
        "      finalizers: res",
        rule="SCHEMA002",
    ),
    # AppProject
    _project("typo in sourceRepos", "  sourceRepos:", "  sourceRepo:", rule="SCHEMA001"),
    _project("typo in a whitelist", "  namespaceResourceWhitelist:", "  namespaceResourceWhiteList:", rule="SCHEMA001"),
    _project("a text for a list", "  sourceRepos:\n  - https", "  sourceRepos: https", rule="SCHEMA002"),
    _project("a mapping for a list", "clusterResourceWhitelist: []", "clusterResourceWhitelist: {}", rule="SCHEMA002"),
    _project("a kind without a group", '  - group: ""\n    kind: ConfigMap', "  - kind: ConfigMap", rule="SCHEMA003"),
    _project(
        "typo in a destination", "    namespace: models-staging", "    namespaces: models-staging", rule="SCHEMA001"
    ),
)

_PLATFORM: tuple[Mutation, ...] = (
    # KfDef
    _kfdef("kind with a typo", "kind: KfDef", "kind: KFDef", rule="SCHEMA005"),
    _kfdef("an old version", "kfdef.apps.kubeflow.org/v1", "kfdef.apps.kubeflow.org/v1beta1", rule="SCHEMA007"),
    _kfdef("typo in applications", "  applications:", "  application:", rule="SCHEMA001"),
    _kfdef(
        "typo in kustomizeConfig",
        "  - kustomizeConfig:\n      repoRef:\n        name: manifests\n        path: odh",
        "  - kustomiseConfig:\n      repoRef:\n        name: manifests\n        path: odh",
        rule="SCHEMA001",
    ),
    _kfdef("typo in uri", "    uri: https", "    url: https", rule="SCHEMA001"),
    _kfdef(
        "a reference as a text",
        "      repoRef:\n        name: manifests\n        path: odhseldon/cluster",
        "      repoRef: odhseldon/cluster",
        rule="SCHEMA002",
    ),
    # DataScienceCluster, DSCInitialization
    _cluster("kind with a typo", "kind: DataScienceCluster", "kind: DatascienceCluster", rule="SCHEMA005"),
    _cluster("version that is not there", "opendatahub.io/v2", "opendatahub.io/v3", rule="SCHEMA005"),
    _cluster("typo in a component", "    modelregistry:", "    modelRegistry:", rule="SCHEMA001"),
    _cluster("a component of the version before", "    kserve:", "    datasciencepipelines:", rule="SCHEMA001"),
    _cluster(
        "typo in a state",
        "    kserve:\n      managementState: Managed",
        "    kserve:\n      managementState: Manged",
        rule="SCHEMA004",
    ),
    _cluster(
        "a state as a boolean", "    kserve:\n      managementState: Managed", "    kserve:\n      managementState: on"
    ),
    _cluster(
        "a state without its key",
        "    kserve:\n      managementState: Managed",
        "    kserve: Managed",
        rule="SCHEMA002",
    ),
    _init("typo in a field", "  applicationsNamespace:", "  applicationNamespace:", rule="SCHEMA001"),
    _init("a list for a mapping", "metrics: {}", "metrics: []", rule="SCHEMA002"),
    _init(
        "a state that is not there",
        "    managementState: Managed\n    namespace",
        "    managementState: Enabled\n    namespace",
        rule="SCHEMA004",
    ),
    _init("a boolean for a text", 'customCABundle: ""', "customCABundle: false", rule="SCHEMA002"),
    # Native kinds
    _namespace("kind with a typo", "kind: Namespace", "kind: NameSpace", rule="SCHEMA005"),
    _namespace("version that is not there", "apiVersion: v1", "apiVersion: v2", rule="SCHEMA005"),
    _namespace("a name without a value", "  name: models-staging", "  name:"),
    _namespace("typo in name", "  name: models-staging", "  nmae: models-staging"),
    _namespace(
        "a label that is a boolean",
        "metadata:\n",
        "metadata:\n  labels:\n    monitored: true\n",
        rule="SCHEMA002",
        place=("bootstrap/namespaces/models-staging.yaml", "monitored"),
    ),
    _config_map("typo in data", "\ndata:", "\ndatas:", rule="SCHEMA001"),
    _config_map(
        "a number in data",
        "\ndata:\n",
        "\ndata:\n  timeout.reconciliation: 180\n",
        rule="SCHEMA002",
        place=("bootstrap/argocd-cm.yaml", "180"),
    ),
    _config_map(
        "a boolean in data",
        "\ndata:\n",
        "\ndata:\n  exec.enabled: false\n",
        rule="SCHEMA002",
        place=("bootstrap/argocd-cm.yaml", "exec.enabled"),
    ),
    _config_map(
        "a mapping in data",
        "\ndata:\n",
        "\ndata:\n  kustomize:\n    buildOptions: none\n",
        rule="SCHEMA002",
        place=("bootstrap/argocd-cm.yaml", "  kustomize:"),
    ),
    _config_map("immutable in quotes", "\ndata:\n", '\nimmutable: "true"\ndata:\n', rule="SCHEMA002"),
)

FIELDS: tuple[Mutation, ...] = (*_MODEL, *_MONITORING, *_ARGO_CD, *_PLATFORM)
