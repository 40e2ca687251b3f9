"""Mistakes in the text itself: indentation, quotes, brackets, encoding, keys."""

from tests.mutations import (
    PRODUCTION,
    PRODUCTION_EVIDENCE,
    SELDON_DEPLOYMENT,
    Mutation,
    in_file,
)

_model = in_file("seldon", SELDON_DEPLOYMENT)
_overlay = in_file("seldon", PRODUCTION)
_monitor = in_file("seldon", "models/churn/base/servicemonitor.yaml")
_alerts = in_file("seldon", "models/churn/base/prometheusrule.yaml")
_application = in_file("seldon", "argocd/production/churn.yaml")
_set = in_file("kserve", "argocd/production/applicationset.yaml")
_project = in_file("seldon", "bootstrap/appproject.yaml")
_namespace = in_file("seldon", "bootstrap/namespaces/models-staging.yaml")
_settings = in_file("seldon", "gitops-gen.yaml")

SYNTAX: tuple[Mutation, ...] = (
    # Indentation
    _model("a tab", "    replicas: 1", "\treplicas: 1", rule="YAML003"),
    _model("a tab behind spaces", "          resources:", "        \tresources:", rule="YAML003"),
    _model("a key one space deeper", "    replicas: 1", "     replicas: 1"),
    _model("a key one space shallower", "          image: churn", "         image: churn"),
    _model("a key at the level of its parent", "      type: MODEL", "    type: MODEL"),
    _model(
        "a block at the level of its parent",
        "    graph:\n      name",
        "  graph:\n      name",
        missed="the text goes wrong three lines below only",
    ),
    _model("fields in the sibling above", "            requests:\n", "              requests:\n"),
    _model("limits beside resources", "            limits:\n", "          limits:\n"),
    _model("no-break spaces", "    replicas: 1", "\u00a0\u00a0\u00a0\u00a0replicas: 1"),
    _application(
        "sync options one level up",
        "    syncOptions:\n    - P",
        "  syncOptions:\n    - P",
        missed="the text goes wrong three lines below only",
    ),
    _application("a destination inside the source", "  destination:\n", "    destination:\n"),
    _alerts(
        "annotations beside their alert",
        '      annotations:\n        summary: "churn answers too slowly"',
        '    annotations:\n        summary: "churn answers too slowly"',
    ),
    _monitor("an endpoint outside its list", "    path: /prometheus", "  path: /prometheus"),
    _overlay("a digest outside its image", "  digest: sha256", "digest: sha256"),
    _settings(
        "a namespace beside its environment", "    namespace: models-production", "  namespace: models-production"
    ),
    # Colons, dashes, quotes, brackets
    _model("no space behind a colon", "    replicas: 1", "    replicas:1"),
    _model("no colon", "kind: SeldonDeployment", "kind SeldonDeployment"),
    _model("no colon behind a mapping", "    graph:\n", "    graph\n"),
    _model("an equals sign for a colon", "      type: MODEL", "      type = MODEL"),
    _model("an unclosed quote", 'cpu: "100m"', 'cpu: "100m'),
    _monitor("an unclosed quote at the end", 'interval: "30s"', 'interval: "30s'),
    _model("a quote of another kind at the end", 'cpu: "100m"', "cpu: \"100m'"),
    _model("typographic quotes", 'memory: "1Gi"', "memory: \u201c1Gi\u201d"),
    _project("a colon in a text", '"Models promoted by gitops-gen"', "Models: promoted by gitops-gen"),
    _project("a text that begins with an at sign", '"Models promoted by gitops-gen"', "@models"),
    _alerts("a text that begins with an asterisk", '"churn gets no requests"', "*churn gets no requests"),
    _alerts("a text that begins with a percent sign", '"churn gets no requests"', "%churn gets no requests"),
    _set("a template without quotes", '"{{ .path.path }}"', "{{ .path.path }}", rule="YAML009"),
    _set("a bracket that is not closed", "  - missingkey=error", "  - [missingkey=error"),
    _overlay("a dash without a space", "- ../../base", "-../../base"),
    _overlay("an item without its dash", "- ../../base", "../../base"),
    _overlay(
        "a patch with a brace that is not closed",
        "/spec/predictors/0/replicas, value: 1}",
        "/spec/predictors/0/replicas, value: 1",
    ),
    _overlay("a patch without its block scalar", "  patch: |-\n", "  patch:\n"),
    _application("an item without its dash in the middle", "    - RespectIgnore", "    RespectIgnore"),
    # Keys
    _model("a key twice", "    replicas: 1\n", "    replicas: 1\n    replicas: 2\n", rule="YAML002"),
    _application(
        "annotations twice",
        "  finalizers:\n",
        "  annotations:\n    argocd.argoproj.io/sync-wave: '1'\n  finalizers:\n",
        rule="YAML002",
    ),
    _overlay("images twice", "patches:\n", "images:\n- name: other\n  newTag: '1'\npatches:\n", rule="YAML002"),
    _settings("an environment twice", "  production:\n", "  staging:\n    namespace: other\n  production:\n"),
    _namespace(
        "two objects without a line between",
        "  name: models-staging\n",
        "  name: models-staging\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: models-test\n",
    ),
    _model("a comment over a key", "kind: SeldonDeployment", "# kind: SeldonDeployment"),
    # Leftovers
    _overlay(
        "marks of a merge conflict",
        '  newTag: "3"\n',
        '<<<<<<< HEAD\n  newTag: "3"\n=======\n  newTag: "4"\n>>>>>>> churn-4\n',
    ),
    _model(
        "marks of a merge conflict in an object",
        "    replicas: 1\n",
        "<<<<<<< HEAD\n    replicas: 1\n=======\n    replicas: 2\n>>>>>>> scale\n",
    ),
    _model("a fence of Markdown", operation="append", new="```\n", place=(SELDON_DEPLOYMENT, "```")),
    _model("a control character", "image: churn", "image: churn\x08", rule="YAML011"),
    _model(
        "a file that ends too early",
        operation="cut",
        new="      name: churn\n      type",
        place=(SELDON_DEPLOYMENT, "    graph:"),
    ),
    _model(
        "an empty file",
        operation="empty",
    ),
    # Encoding
    _model("UTF-16", operation="encode", new="utf-16", rule="YAML006"),
    _application("UTF-16 of big endians", operation="encode", new="utf-16-be"),
    _monitor("a byte order mark", operation="encode", new="utf-8-sig", rule="YAML004"),
    in_file("seldon", PRODUCTION_EVIDENCE)("evidence in UTF-16", operation="encode", new="utf-16"),
)
