"""Mistakes in the program's own files: gitops-gen.yaml, model.yaml and evidence.yaml."""

from gitops_gen.evidence_file import parse_evidence
from tests.mutations import (
    PRODUCTION,
    PRODUCTION_EVIDENCE,
    REPOSITORIES,
    STAGING,
    STAGING_EVIDENCE,
    Mutation,
    in_file,
)

_settings = in_file("seldon", "gitops-gen.yaml")
_odh = in_file("kserve-prepackaged", "gitops-gen.yaml")
_kserve_settings = in_file("kserve", "gitops-gen.yaml")
_model = in_file("seldon", "models/churn/model.yaml")
_sklearn = in_file("seldon-prepackaged", "models/churn/model.yaml")
_evidence = in_file("seldon", PRODUCTION_EVIDENCE)
_overlay = in_file("seldon", PRODUCTION)
_sklearn_overlay = in_file("seldon-prepackaged", "models/churn/overlays/staging/kustomization.yaml")
_kserve_overlay = in_file("kserve-prepackaged", "models/churn/overlays/staging/kustomization.yaml")

DIGEST = "4629221ae3ee321fe6b3c5b6047b584fc6a7d4c5b41048cd39868c214c37dfd0"
OTHER = "0d3ba8b6f9b1d0f2c1f1a4e58a3ac0d7a4a3ab14d3f8ed9a2b7a2a3c6a0f1e22"
_SHORT = "4629221ae3ee"
_RELEASE = "    - {op: add, path: /spec/predictors/0/annotations"

SETTINGS: tuple[Mutation, ...] = (
    # gitops-gen.yaml
    _settings("typo at the top", "repository:\n", "repositry:\n", rule="CONFIG001"),
    _settings("typo below", "  baseBranch:", "  basebranch:", rule="CONFIG001"),
    _settings("typo in an environment", "    predecessor: staging", "    predecesor: staging", rule="CONFIG001"),
    _settings("a forge that is not there", "  kind: github", "  kind: githab", rule="CONFIG001"),
    _settings("a layout that is not there", "  layout: applications", "  layout: application", rule="CONFIG001"),
    _settings("a version that is not there", "version: 1", "version: 2", rule="CONFIG001"),
    _settings("a version in quotes", "version: 1", 'version: "1"', rule="CONFIG001"),
    _settings("no address", "  url: https://github.com/example/gitops\n", "", rule="CONFIG001"),
    _settings("environments as a list", "  staging:\n    namespace: models-staging\n", "  - staging\n"),
    _settings(
        "environments in a circle",
        "    namespace: models-staging\n",
        "    namespace: models-staging\n    predecessor: production\n",
    ),
    _settings("a predecessor that is not there", "predecessor: staging", "predecessor: stage", rule="CONFIG002"),
    _settings("an environment before itself", "predecessor: staging", "predecessor: production", rule="CONFIG002"),
    _settings("one namespace twice", "namespace: models-production", "namespace: models-staging", rule="CONFIG002"),
    _settings("a namespace with an underscore", "namespace: models-production", "namespace: models_production"),
    _settings("an environment in capitals", "  production:\n", "  Production:\n"),
    _settings("an address that is none", "url: https://github.com/example/gitops", "url: example"),
    _settings("a password in the address", "url: https://github.com/", "url: https://me:secret@github.com/"),
    _settings("a namespace without a value", "  namespace: argocd", "  namespace:"),
    _odh("typo in a component", "    modelregistry: Managed", "    modelRegistry: Managed"),
    _odh("typo in a state", "    kserve: Managed", "    kserve: Manged"),
    _odh("a kind that is not there", "  kind: DataScienceCluster", "  kind: DataScienceClusters", rule="CONFIG001"),
    _kserve_settings("replicas in quotes", "  replicas: 2", '  replicas: "2"', rule="CONFIG001"),
    _kserve_settings("a backend that is not there", "  backend: kserve", "  backend: kserv", rule="CONFIG001"),
    # model.yaml
    _model("typo at the top", "registeredModel:", "registredModel:", rule="CONFIG003"),
    _model("typo below", "    latencyP99Seconds:", "    latencyP95Seconds:", rule="CONFIG003"),
    _model("a backend that is not there", "backend: seldon", "backend: seldon-core", rule="CONFIG003"),
    _model("a server of the other backend", "server: container", "server: sklearn", rule="CONFIG004"),
    _model("replicas below zero", "replicas: 1\n# env", "replicas: -1\n# env", rule="CONFIG003"),
    _model("replicas in quotes", "replicas: 1\n# env", 'replicas: "1"\n# env', rule="CONFIG003"),
    _model("a unit of storage", 'memory: "1Gi"', "memory: 1GB"),
    _model("a unit of time", 'cpu: "100m"', "cpu: 100mm"),
    _model("a request above its limit", 'memory: "256Mi"', 'memory: "2Gi"', rule="CONFIG004"),
    _model("an interval without a unit", 'interval: "30s"', "interval: 30", rule="CONFIG003"),
    _model("a duration in words", 'noTrafficFor: "30m"', "noTrafficFor: 30 minutes"),
    _model("a share in percent", "errorRatio: 0.05", "errorRatio: 5%", rule="CONFIG003"),
    _model("a share above one", "errorRatio: 0.05", "errorRatio: 5", rule="CONFIG003"),
    _model("a switch in quotes", "enabled: true", 'enabled: "yes"', rule="CONFIG003"),
    _model("labels as a list", "labels: {}", "labels: [release]", rule="CONFIG003"),
    _model(
        "an environment that is not there",
        "# environments:\n#   production:\n#     replicas: 3\n",
        "environments:\n  prod:\n    replicas: 3\n",
        rule="CONFIG004",
    ),
    _model("resources at the wrong level", "  requests:\n", "requests:\n"),
    _sklearn("a protocol that is not there", "protocol: v2", "protocol: v3", rule="CONFIG003"),
)

_TOLD = str(parse_evidence((REPOSITORIES["seldon"] / PRODUCTION_EVIDENCE).read_text(), path="").data["hash"])
"""The hash in the evidence."""
_TOP = (PRODUCTION, "apiVersion: kustomize.config.k8s.io/v1beta1")
"""Where a kustomization lacks a whole field."""
_PATCH = "    # gitops-gen: release"
"""The patch that puts a release in; a line that it lacks is reported at its head."""

PROVENANCE: tuple[Mutation, ...] = (
    # Evidence that was edited
    _evidence("a better metric", "val_auc: {value: 0.9393}", "val_auc: {value: 0.9793}", rule="EVIDENCE002"),
    _evidence("another digest", f"sha256:{DIGEST}", f"sha256:{OTHER}"),
    _evidence("a digest cut short", f"sha256:{DIGEST}", f"sha256:{_SHORT}", rule="EVIDENCE001"),
    _evidence("another run", "4ad1117410f846eeb4116923f5355d86", "4ad1117410f846eeb4116923f5355d87"),
    _evidence("another hash", _TOLD, _TOLD[:-1] + ("0" if _TOLD[-1] != "0" else "1"), rule="EVIDENCE002"),
    _evidence("no hash", f'hash: "{_TOLD}"\n', "", place=(PRODUCTION_EVIDENCE, "environment:")),
    _evidence("another commit", "75b2f46d2f609e0bd2e0b1672e45998cdb42c6a8", "75b2f46d" + "0" * 32, rule="EVIDENCE002"),
    _evidence("a dataset less", '  - context: "training"\n    digest: "68c88044"\n    name: "churn-training"\n', ""),
    _evidence("a parameter without quotes", 'C: "0.5"', "C: 0.5"),
    _evidence("typo in a key", "  metrics:", "  metric:", rule="EVIDENCE001"),
    _evidence("a version that is not there", "\nversion: 1\n", "\nversion: 2\n"),
    _evidence("a fact of one's own", "overrides: []\n", "overrides: []\napproved: true\n"),
    _evidence(
        "copied from another environment",
        operation="copy",
        new=STAGING_EVIDENCE,
        rule="EVIDENCE003",
        place=(PRODUCTION_EVIDENCE, "environment:"),
    ),
    _evidence("deleted", operation="delete", place=(PRODUCTION, "  - evidence.yaml")),
    # What the gates said, and what they would say
    _evidence(
        "a verdict that does not fit",
        operation="forge",
        new="threshold: 0.9, value: 0.9393 => threshold: 0.9, value: 0.8393",
        rule="EVIDENCE012",
        place=(PRODUCTION_EVIDENCE, "metric:val_auc"),
    ),
    _settings(
        "a threshold above what is there",
        "      threshold: 0.9\n",
        "      threshold: 0.95\n",
        rule="EVIDENCE013",
        place=(PRODUCTION_EVIDENCE, "    val_auc: {value"),
    ),
    # What an overlay deploys is not what its evidence says
    _overlay("digest of another image", f"sha256:{DIGEST}", f"sha256:{OTHER}", rule="EVIDENCE004"),
    _overlay("a digest cut short", f"sha256:{DIGEST}", f"sha256:{_SHORT}"),
    _overlay("a digest without its algorithm", f"sha256:{DIGEST}", DIGEST),
    _overlay("a digest in capitals", f"sha256:{DIGEST}", f"sha256:{DIGEST.upper()}"),
    _overlay("a tag for the digest", f"  digest: sha256:{DIGEST}\n", ""),
    _overlay("another tag for the digest", f'  newTag: "3"\n  digest: sha256:{DIGEST}\n', '  newTag: "4"\n'),
    _overlay("latest for the digest", f'  newTag: "3"\n  digest: sha256:{DIGEST}\n', "  newTag: latest\n"),
    _overlay("latest beside the digest", 'newTag: "3"', "newTag: latest"),
    _overlay("another name", "ml/churn\n", "ml/fraud\n"),
    _overlay("neither tag nor digest", f'  newTag: "3"\n  digest: sha256:{DIGEST}\n', ""),
    _overlay("an image that matches nothing", "- name: churn\n  newName", "- name: chrun\n  newName"),
    _overlay(
        "no images",
        f'images:\n- name: churn\n  newName: registry.example.com/ml/churn\n  newTag: "3"\n  digest: sha256:{DIGEST}\n',
        "",
        place=_TOP,
    ),
    _overlay(
        "another run in the patch",
        "4ad1117410f846eeb4116923f5355d86",
        "0ad1117410f846eeb4116923f5355d86",
        rule="EVIDENCE006",
    ),
    _overlay(
        "no run in the patch",
        f'{_RELEASE}/gitops-gen.dev~1run-id, value: "4ad1117410f846eeb4116923f5355d86"}}\n',
        "",
        rule="EVIDENCE006",
        place=(PRODUCTION, _PATCH),
    ),
    _overlay("another version in the patch", 'value: "churn/3"', 'value: "churn/4"', rule="EVIDENCE007"),
    _overlay(
        "another commit in the patch",
        "75b2f46d2f609e0bd2e0b1672e45998cdb42c6a8",
        "75b2f46d2f609e0bd2e0b1672e45998cdb42c6a9",
        rule="EVIDENCE007",
    ),
    _overlay("another dataset in the patch", "churn-training=68c88044", "churn-training=68c88045", rule="EVIDENCE007"),
    _overlay(
        "the label of another environment",
        "gitops-gen.dev/environment: production",
        "gitops-gen.dev/environment: staging",
        rule="EVIDENCE007",
    ),
    _overlay(
        "the namespace of another environment",
        "namespace: models-production",
        "namespace: models-staging",
        rule="CONFIG005",
    ),
    _overlay(
        "evidence that stays out of the cluster",
        "configMapGenerator:\n- name: churn-evidence\n  files:\n  - evidence.yaml\n  options:\n"
        "    disableNameSuffixHash: true\n",
        "",
        rule="EVIDENCE011",
        place=_TOP,
    ),
    in_file("seldon", "models/churn/base/seldondeployment.yaml")(
        "an image that the overlay does not know", "image: churn #", "image: registry.example.com/ml/churn:3 #"
    ),
    _sklearn_overlay("another artifact", "m-5a0ad4e4/artifacts", "m-5a0ad4e5/artifacts", rule="EVIDENCE010"),
    _sklearn_overlay(
        "an alias for the artifact", "s3://models/7/m-5a0ad4e4/artifacts", "models:/churn@champion", rule="PIN005"
    ),
    _sklearn_overlay(
        "a stage for the artifact", "s3://models/7/m-5a0ad4e4/artifacts", "models:/churn/Production", rule="PIN005"
    ),
    _sklearn_overlay(
        "no artifact",
        '    - {op: add, path: /spec/predictors/0/graph/modelUri, value: "s3://models/7/m-5a0ad4e4/artifacts"}\n',
        "",
        rule="EVIDENCE010",
        place=(STAGING, _PATCH),
    ),
    _kserve_overlay("another artifact", "m-5a0ad4e4/artifacts", "m-5a0ad4e5/artifacts", rule="EVIDENCE010"),
    _kserve_overlay(
        "an alias for the artifact", "s3://models/7/m-5a0ad4e4/artifacts", "models:/churn@champion", rule="PIN005"
    ),
    _kserve_overlay(
        "a typo in the path of the artifact", "/spec/predictor/model/storageUri", "/spec/predictor/model/storageURI"
    ),
    _kserve_overlay("another hash of the content", "sha256:5a0ad4e4", "sha256:5a0ad4e5"),
)
