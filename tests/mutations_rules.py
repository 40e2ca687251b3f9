"""Mistakes that one rule alone finds, for the rules that none of the other lists has such a one for."""

from collections.abc import Mapping

from tests.mutations import BASE, EXAMPLES, SELDON_DEPLOYMENT, STAGING, Mutation, in_file

_APPLICATION = "argocd/staging/churn.yaml"
_KUSTOMIZATION = f"{BASE}/kustomization.yaml"
_MORE = f"{BASE}/second.yaml"
_DIGEST = "4629221ae3ee321fe6b3c5b6047b584fc6a7d4c5b41048cd39868c214c37dfd0"
_CONTAINERS = "        containers:\n"
_IMAGE = "        - name: churn\n          image: churn # a placeholder: the overlay pins it to a digest\n"

_MODEL = (EXAMPLES / "seldon" / "repository" / SELDON_DEPLOYMENT).read_text(encoding="utf-8")

_application = in_file("seldon", _APPLICATION)
_model = in_file("seldon", SELDON_DEPLOYMENT)
_overlay = in_file("seldon", STAGING)


def _second(name: str, text: str, place: str, *, rule: str, example: str = "seldon") -> Mutation:
    """A second object beside the model, listed by the same kustomization."""
    first = {"seldon": "- podmonitor.yaml\n", "kserve": "- inferenceservice.yaml\n"}[example.partition("-")[0]]
    return Mutation(
        name,
        example,
        _KUSTOMIZATION,
        first,
        f"{first}- second.yaml\n",
        also={_MORE: text},
        place=(_MORE, place),
        rule=rule,
    )


def _sidecar(image: str) -> str:
    return f"""\
{_CONTAINERS}\
        - name: proxy
          image: {image}
          resources:
            limits: {{memory: 1Gi}}
            requests: {{cpu: 100m, memory: 256Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop: [ALL]
            runAsNonRoot: true
            seccompProfile:
              type: RuntimeDefault
"""


def _file(name: str, path: str, text: str, place: str, *, rule: str, also: Mapping[str, str] | None = None) -> Mutation:
    """A file that is new in the repository; a comment in the README is what else changes."""
    return Mutation(
        name,
        "seldon",
        "README.md",
        "",
        "\n",
        "append",
        also={path: text, **(also or {})},
        place=(path, place),
        rule=rule,
    )


def _seldon(predictors: str, spec: str = "") -> str:
    return f"""\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: second
spec:
{spec}{predictors}"""


def _predictor(name: str, more: str = "") -> str:
    return f"""\
  - name: {name}
{more}    graph:
      name: classifier
      implementation: SKLEARN_SERVER
      modelUri: s3://example-models/churn/3
"""


RULES: tuple[Mutation, ...] = (
    _application("a named pipe", operation="pipe", rule="FILE001"),
    _application("a dump of nine megabytes", operation="grow", new="9000000", rule="FILE002"),
    Mutation("a link to the folder above", "seldon", "argocd/staging/all", "", "..", "link", rule="FILE004"),
    _application("a tab in the text", "    prune: true\n", "\tprune: true\n", rule="YAML003"),
    _application("line ends of Windows", operation="crlf", rule="YAML005"),
    _application("labels in themselves", "  labels:\n", "  labels: &labels\n    all: *labels\n", rule="YAML007"),
    _application(
        "brackets without end",
        "  annotations:\n",
        f"  annotations:\n    nested: {'[' * 300}{']' * 300}\n",
        rule="YAML008",
    ),
    _file(
        "not a number",
        "argocd/staging/thresholds.yaml",
        "apiVersion: drift.example.com/v1\nkind: Thresholds\nmetadata:\n  name: churn\nspec:\n  auc: .nan\n",
        "  auc: .nan",
        rule="YAML010",
    ),
    _file(
        "an API version that goes",
        "platform/mlflow/endpoints.yaml",
        "apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: mlflow\n  namespace: models-staging\nsubsets: []\n",
        "apiVersion: v1",
        rule="SCHEMA006",
    ),
    _file(
        "an item that is a name",
        "platform/mlflow/list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- models-production\n",
        "- models-production",
        rule="SCHEMA009",
    ),
    _file(
        "an overlay of no environment",
        "models/churn/overlays/prod/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: models-production\n"
        "resources:\n- config.yaml\nconfigMapGenerator:\n- name: churn-evidence\n  files:\n  - evidence.yaml\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1",
        rule="CONFIG006",
        also={
            "models/churn/overlays/prod/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: prod\ndata: {}\n",
            "models/churn/overlays/prod/evidence.yaml": "version: 1\n",
        },
    ),
    _file(
        "a chart",
        "platform/grafana/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n\n\nhelmCharts:\n- name: grafana\n"
        "  repo: https://charts.example.com\n  version: 8.0.0\n",
        "helmCharts:",
        rule="KUST012",
    ),
    _overlay(
        "a patch that replaces a list",
        "configMapGenerator:\n",
        "- target: {kind: PodMonitor, name: churn}\n  patch: |-\n    apiVersion: monitoring.coreos.com/v1\n"
        "    kind: PodMonitor\n    metadata: {name: churn}\n    spec:\n      podMetricsEndpoints:\n"
        "      - port: metrics\n        interval: 60s\nconfigMapGenerator:\n",
        place=(STAGING, "      - port: metrics"),
        rule="KUST007",
    ),
    _overlay(
        "a file of another folder",
        "- ../../base\n",
        "- ../../base\n- ../../../../shared/limits.yaml\n",
        also={"shared/limits.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: limits\ndata: {}\n"},
        rule="KUST013",
    ),
    _overlay(
        "a tag with a blank",
        "patches:\n",
        "- name: proxy\n  newName: registry.example.com/proxy\n"
        f'  digest: sha256:{_DIGEST}\n\n\n  newTag: "1 beta"\npatches:\n',
        also={SELDON_DEPLOYMENT: _MODEL.replace(_CONTAINERS, _sidecar("proxy"))},
        place=(STAGING, '  newTag: "1 beta"'),
        rule="KUST014",
    ),
    _overlay(
        "a replacement that meets nothing",
        "configMapGenerator:\n",
        "replacements:\n- source:\n    kind: SeldonDeployment\n    name: churn\n  targets:\n  - select:\n"
        "      kind: Ingress\n    fieldPaths:\n    - metadata.name\nconfigMapGenerator:\n",
        place=(STAGING, "  - select:"),
        rule="KUST015",
    ),
    _model("a sidecar of today", _CONTAINERS, _sidecar("registry.example.com/proxy:latest"), rule="PIN002"),
    _model(
        "a sidecar's digest cut short",
        _CONTAINERS,
        _sidecar(f"registry.example.com/proxy@sha256:{_DIGEST[:60]}"),
        rule="PIN003",
    ),
    _model(
        "a sidecar called latest",
        _CONTAINERS,
        _sidecar(f"registry.example.com/proxy:latest@sha256:{_DIGEST}"),
        rule="PIN004",
    ),
    _second(
        "a model by its alias",
        _seldon(
            "  predictors:\n" + _predictor("default").replace("s3://example-models/churn/3", "models:/churn@champion")
        ),
        "      modelUri: models:/churn@champion",
        rule="PIN005",
    ),
    _second(
        "a model image without digest",
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: second\nspec:\n  predictor:\n"
        "    model:\n      modelFormat:\n        name: sklearn\n      storageUri: oci://registry.example.com/ml/second\n",
        "      storageUri: oci://registry.example.com/ml/second",
        rule="PIN006",
        example="kserve-prepackaged",
    ),
    _file(
        "an overlay without evidence",
        "models/fraud/overlays/staging/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: models-staging\nresources:\n"
        "- config.yaml\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1",
        rule="EVIDENCE005",
        also={
            "models/fraud/overlays/staging/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fraud\ndata: {}\n"
        },
    ),
    _model(
        "the container renamed, the graph not",
        _IMAGE,
        _IMAGE.replace("name: churn", "name: server"),
        place=(STAGING, "resources:"),
        rule="EVIDENCE008",
    ),
    _model(
        "the model's image for a step before it",
        _IMAGE,
        f"        - name: churn\n          image: registry.example.com/ml/old@sha256:{_DIGEST[::-1]}\n",
        end="        initContainers:\n        - name: warm-up\n          image: churn\n",
        rule="EVIDENCE009",
    ),
    _second("no predictor", _seldon("  predictors: []\n"), "  predictors: []", rule="SELDON004"),
    _second(
        "two shadows",
        _seldon(
            "  predictors:\n"
            + _predictor("main")
            + _predictor("shadow-a", "    shadow: true\n")
            + _predictor("shadow-b", "    shadow: true # the second\n")
        ),
        "    shadow: true # the second",
        rule="SELDON008",
    ),
    _second(
        "a shadow with more than all",
        _seldon("  predictors:\n" + _predictor("main") + _predictor("shadow", "    shadow: true\n    traffic: 120\n")),
        "    traffic: 120",
        rule="SELDON009",
    ),
    _second(
        "a graph without an orchestrator",
        _seldon(
            "  predictors:\n"
            + _predictor("main", '    annotations:\n      seldon.io/no-engine: "true"\n')
            + "      children:\n      - name: second\n        implementation: SKLEARN_SERVER\n"
            "        modelUri: s3://example-models/churn/4\n"
        ),
        '      seldon.io/no-engine: "true"',
        rule="SELDON018",
    ),
    _second(
        "two services of one name",
        _seldon(
            "  predictors:\n"
            + _predictor("main", "    traffic: 90\n    annotations:\n      seldon.io/svc-name: second\n")
            + _predictor("canary", "    traffic: 10\n    annotations:\n      seldon.io/svc-name: second # again\n")
        ),
        "      seldon.io/svc-name: second # again",
        rule="SELDON019",
    ),
    _second(
        "an endpoint of another transport",
        _seldon(
            "  predictors:\n" + _predictor("main") + "      endpoint:\n        type: REST\n", "  transport: grpc\n"
        ),
        "        type: REST",
        rule="SELDON021",
    ),
    _second(
        "a method in capitals",
        _seldon("  predictors:\n" + _predictor("main") + "      type: UNKNOWN_TYPE\n      methods:\n      - PREDICT\n"),
        "      - PREDICT",
        rule="SELDON025",
    ),
    _second(
        "a type in small letters",
        _seldon(
            "  predictors:\n"
            + _predictor("main")
            + '      parameters:\n      - name: threshold\n        value: "0.5"\n        type: float\n'
        ),
        "        type: float",
        rule="SELDON026",
    ),
    _application(
        "a waiver without a reason",
        "  project: models\n",
        "  project: models # gitops-gen: ignore[PIN001]\n",
        rule="WAIVER001",
    ),
    _application(
        "a waiver of nothing",
        "  project: models\n",
        "  project: models # gitops-gen: ignore[PIN001] built on the node\n",
        rule="WAIVER002",
    ),
    _application(
        "a waiver of no rule",
        "  project: models\n",
        "  project: models # gitops-gen: ignore[] as agreed\n",
        rule="WAIVER003",
    ),
)
