"""Mistakes in workflows and pipelines: misspelt fields, wrong values and types, references that lead nowhere."""

from tests.mutations import Mutation, in_base

_cluster_template = in_base("workflows/clusterworkflowtemplate")
_template = in_base("workflows/workflowtemplate")
_workflow = in_base("workflows/workflow")
_cron = in_base("workflows/cronworkflow")
_bus = in_base("workflows/eventbus")
_events = in_base("workflows/eventsource")
_sensor = in_base("workflows/sensor")
_task = in_base("tekton/task")
_pipeline = in_base("tekton/pipeline")
_pipeline_run = in_base("tekton/pipelinerun")
_task_run = in_base("tekton/taskrun")
_listener = in_base("tekton/eventlistener")
_trigger = in_base("tekton/trigger")
_binding = in_base("tekton/triggerbinding")
_run_template = in_base("tekton/triggertemplate")

WORKFLOWS: tuple[Mutation, ...] = (
    _template("a template that is not there", "        template: train\n", "        template: training\n"),
    _template("an entry point that is not there", "  entrypoint: main\n", "  entrypoint: start\n"),
    _template(
        "a reference to another template of the cluster", "          template: post\n", "          template: send\n"
    ),
    _template("a shared template that is not there", "          name: notify\n", "          name: notifier\n"),
    _template(
        "a reference within the namespace",
        "          clusterScope: true\n",
        "",
        place=("platform/workflows/base/workflowtemplate.yaml", "          name: notify"),
    ),
    _template("limit as a list", '      limit: "2"\n', "      limit: [2]\n"),
    _template("inputs misspelt", "  - name: train\n    inputs:\n", "  - name: train\n    input:\n"),
    _template("a strategy that does not exist", "    strategy: OnPodCompletion\n", "    strategy: OnPodCompleted\n"),
    _cluster_template("a container as a list", "    container:\n      image:", "    containers:\n      image:"),
    _workflow(
        "steps that are no list of lists",
        "    - - name: say\n        template: say\n",
        "    - name: say\n      template: say\n",
    ),
    _workflow(
        "a service account that is not there",
        "  serviceAccountName: workflow-runner\n",
        "  serviceAccountName: workflow\n",
    ),
    _cron("schedule for schedules", "  schedules:\n", "  schedule:\n"),
    _cron("four fields of a schedule", "  - 30 2 * * *\n", "  - 30 2 * *\n"),
    _cron("a policy that does not exist", "  concurrencyPolicy: Forbid\n", "  concurrencyPolicy: Deny\n"),
    _cron("a template that is not there", "      name: retrain\n", "      name: retraining\n"),
    _bus("a size for persistence misspelt", "      volumeSize: 10Gi\n", "      volumeSizes: 10Gi\n"),
    _events("a port as a number", '      port: "12000"\n', "      port: 12000\n"),
    _events("a bus that is not there", "  eventBusName: default\n", "  eventBusName: main\n"),
    _events("webhooks for webhook", "  webhook:\n", "  webhooks:\n"),
    _sensor(
        "an event source that is not there", "    eventSourceName: model-registry\n", "    eventSourceName: registry\n"
    ),
    _sensor("an event that the source does not have", "    eventName: version-created\n", "    eventName: created\n"),
    _sensor(
        "a dependency that is not there", "          dependencyName: version\n", "          dependencyName: versions\n"
    ),
)
"""Argo Workflows and Events."""

TEKTON: tuple[Mutation, ...] = (
    _task(
        "resources as before v1",
        "    computeResources:\n      requests:\n        cpu: 100m\n",
        "    resources:\n      requests:\n        cpu: 100m\n",
    ),
    _task("parameters for params", "  params:\n", "  parameters:\n"),
    _task("a timeout as a number", "    timeout: 30m\n", "    timeout: 30\n"),
    _pipeline("a task that is not there", "      name: build-image\n", "      name: build-images\n"),
    _pipeline(
        "a parameter's type that does not exist",
        "  - name: repository\n    type: string\n",
        "  - name: repository\n    type: text\n",
        rule="KINDS001",
    ),
    _pipeline("a workspace that is not declared", "      workspace: source\n", "      workspace: sources\n"),
    _pipeline_run(
        "the service account as before v1",
        "  taskRunTemplate:\n    serviceAccountName: builder\n",
        "  serviceAccountName: builder\n",
    ),
    _pipeline_run("a pipeline that is not there", "    name: build\n", "    name: builds\n"),
    _pipeline_run("timeout as before v1", "  timeouts:\n    pipeline: 1h\n", "  timeout: 1h\n"),
    _task_run("a task that is not there", "    name: build-image\n", "    name: build\n"),
    _task_run("emptyDir without a value that is a mapping", "    emptyDir: {}\n", "    emptyDir: true\n"),
    _listener("a trigger that is not there", "  - triggerRef: push\n", "  - triggerRef: pushes\n"),
    _trigger("a binding that is not there", "  - ref: push\n", "  - ref: pushed\n"),
    _trigger("a template that is not there", "    ref: build\n", "    ref: builds\n"),
    _binding("a value as a mapping", "    value: $(body.after)\n", "    value: {path: body.after}\n"),
    _run_template("resourceTemplates in camel case", "  resourcetemplates:\n", "  resourceTemplates:\n"),
)
"""Tekton Pipelines and Triggers."""
