"""Mistakes in Spark, notebooks, eventing and model servers: misspelt fields, wrong values and types, lost references."""

from tests.mutations import Mutation, in_base, in_file

_spark = in_base("spark/sparkapplication")
_scheduled_spark = in_base("spark/scheduledsparkapplication")
_notebook = in_base("notebooks/notebook")
_che = in_base("dev-spaces/checluster")
_devfile = in_file("platform", "platform/dev-spaces/devfile.yaml")
_broker = in_base("knative/broker")
_knative_trigger = in_base("knative/trigger")
_channel = in_base("knative/channel")
_knative_subscription = in_base("knative/subscription")
_runtime = in_base("serving/servingruntime")
_model = in_base("serving/inferenceservice")
_inference = in_base("serving/inferencegraph")
_seldon_model = in_base("seldon2/model")
_seldon_pipeline = in_base("seldon2/pipeline")
_experiment = in_base("seldon2/experiment")
_server = in_base("seldon2/server")
_dsci = in_base("open-data-hub/dscinitialization")
_dsc = in_base("open-data-hub/datasciencecluster")

DATA: tuple[Mutation, ...] = (
    _spark("a language that Spark does not have", "  type: Python\n", "  type: python\n"),
    _spark("a version of Python as a number", '  pythonVersion: "3"\n', "  pythonVersion: 3\n"),
    _spark("cores as text", "  driver:\n    cores: 1\n", '  driver:\n    cores: "1"\n'),
    _spark("executors misspelt", "  executor:\n", "  executors:\n"),
    _spark("a policy for restarts as a word", "    type: OnFailure\n", "    type: on-failure\n"),
    _spark("a service account that is not there", "    serviceAccount: spark\n", "    serviceAccount: spark-driver\n"),
    _scheduled_spark(
        "a policy for overlaps that does not exist",
        "  concurrencyPolicy: Forbid\n",
        "  concurrencyPolicy: Skip\n",
        rule="KINDS001",
    ),
    _scheduled_spark(
        "no schedule",
        "  schedule: 0 1 * * *\n",
        "",
        place=("platform/spark/base/scheduledsparkapplication.yaml", "spec:"),
    ),
    _notebook(
        "containers outside of spec",
        "  template:\n    spec:\n      serviceAccountName: explore\n",
        "  template:\n      serviceAccountName: explore\n",
        place=("platform/notebooks/base/notebook.yaml", "      serviceAccountName: explore"),
    ),
    _notebook("a claim that is not there", "          claimName: explore-home\n", "          claimName: home\n"),
    _notebook(
        "a mount without its volume",
        "        - name: home\n          mountPath",
        "        - name: work\n          mountPath",
    ),
    _che("a strategy that does not exist", "      pvcStrategy: per-user\n", "      pvcStrategy: per-person\n"),
    _che("seconds as text", "    startTimeoutSeconds: 300\n", "    startTimeoutSeconds: 5m\n"),
    _che("devEnvironment for devEnvironments", "  devEnvironments:\n", "  devEnvironment:\n"),
    _devfile("an exposure that does not exist", "      exposure: public\n", "      exposure: everyone\n"),
    _devfile("memory misspelt", "    memoryLimit: 1Gi\n", "    memory_limit: 1Gi\n"),
    _devfile("a command that runs in no component", "    component: tools\n", "    component: tool\n"),
    _dsci(
        "a state that does not exist",
        "  trustedCABundle:\n    managementState: Managed\n",
        "  trustedCABundle:\n    managementState: Enabled\n",
    ),
    _dsc("a component's name of v1", "    aipipelines:\n", "    datasciencepipelines:\n"),
    _dsc(
        "a state in small letters",
        "    ray:\n      managementState: Removed\n",
        "    ray:\n      managementState: removed\n",
    ),
)
"""Spark, notebooks, workspaces and Open Data Hub."""

EVENTING: tuple[Mutation, ...] = (
    _broker(
        "a policy for delays that does not exist",
        "    backoffPolicy: exponential\n",
        "    backoffPolicy: exponentially\n",
        rule="KINDS001",
    ),
    _broker(
        "a delay as Kubernetes writes durations",
        "    backoffDelay: PT1S\n",
        "    backoffDelay: 1s\n",
        rule="KINDS002",
    ),
    _knative_trigger("a broker that is not there", "  broker: default\n", "  broker: main\n"),
    _knative_trigger(
        "a filter's attributes as a list",
        "    attributes:\n      type: com.example.model.promoted\n",
        "    attributes:\n    - com.example.model.promoted\n",
    ),
    _knative_trigger("a subscriber that is not there", "      name: audit\n", "      name: auditor\n"),
    _channel("retries as text", "    retry: 3\n", "    retry: three\n"),
    _knative_subscription("a channel that is not there", "    name: predictions\n", "    name: prediction\n"),
    _knative_subscription("subscribers", "  subscriber:\n", "  subscribers:\n"),
)
"""Knative Eventing."""

SERVING: tuple[Mutation, ...] = (
    _runtime("formats misspelt", "  supportedModelFormats:\n", "  supportedModelFormat:\n"),
    _runtime(
        "a port as text",
        "    - name: http1\n      containerPort: 8080\n",
        '    - name: http1\n      containerPort: "8080"\n',
    ),
    _runtime(
        "no containers", "  containers:\n  - name: kserve-container\n", "  container:\n  - name: kserve-container\n"
    ),
    _model(
        "a runtime that is not there",
        "      runtime: sklearn\n",
        "      runtime: scikit\n",
        missed="a ClusterServingRuntime of that name may be in the cluster",
    ),
    _model("replicas as text", "    maxReplicas: 3\n", '    maxReplicas: "3"\n'),
    _model(
        "the format as a text",
        '      modelFormat:\n        name: sklearn\n        version: "1"\n',
        "      modelFormat: sklearn\n",
    ),
    _model(
        "a service account that is not there",
        "    serviceAccountName: model-loader\n",
        "    serviceAccountName: model-loaders\n",
    ),
    _inference("a router that does not exist", "      routerType: Sequence\n", "      routerType: Sequential\n"),
    _inference(
        "no node called root",
        "    root:\n",
        "    start:\n",
        rule="KINDS004",
    ),
    _inference("a service that is not there", "        serviceName: fraud\n", "        serviceName: frauds\n"),
    _seldon_model(
        "an address misspelt",
        "  storageUri: s3://models/churn/v3\n",
        "  storageURI: s3://models/churn/v3\n",
        place=("platform/seldon2/base/model.yaml", "  storageURI: s3://models/churn/v3"),
    ),
    _seldon_pipeline("a step without a name", "  - name: churn\n", "  - model: churn\n"),
    _seldon_pipeline("steps of the output as a text", "    steps: [churn]\n", "    steps: churn\n"),
    _seldon_pipeline("a model that is not there", "  - name: churn\n", "  - name: churns\n"),
    _experiment("a weight as text", "    weight: 90\n", "    weight: 90%\n"),
    _experiment("no candidates", "  candidates:\n", "  candidate:\n"),
    _experiment(
        "a default that is no candidate",
        "  default: churn\n",
        "  default: churn-v3\n",
        rule="SELDON032",
    ),
    _server("no configuration", "  serverConfig: mlserver\n", "", place=("platform/seldon2/base/server.yaml", "spec:")),
)
"""KServe and Seldon 2."""
