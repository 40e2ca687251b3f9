"""Mistakes in Applications and in annotations for Argo CD that their schemas let through."""

from tests.mutations import Mutation, in_file

_APPLICATION = "argocd/dev/scoring-gateway.yaml"
_PROJECT = "bootstrap/appproject-apps.yaml"
_SERVICE = "platform/scoring-gateway/base/service.yaml"

_app = in_file("platform", _APPLICATION)
_service = in_file("platform", _SERVICE)

_REPOSITORY = "https://git.example.com/platform/gitops"
_REVISION = "    targetRevision: main\n"
_PATH = "    path: platform/scoring-gateway/overlays/dev\n"
_SOURCE = f"  source:\n    repoURL: {_REPOSITORY}\n{_REVISION}{_PATH}"
_CHART = "  source:\n    repoURL: https://charts.example.com/apps\n    chart: scoring-gateway\n"
_OPTION = "    - ServerSideApply=true\n"
_NAME = "  name: scoring-gateway\n"


def _sources(values: str, ref: str) -> str:
    return f"""\
  sources:
  - repoURL: {_REPOSITORY}
    targetRevision: main
    path: charts/scoring-gateway
    helm:
      valueFiles:
      - {values}/dev.yaml
  - repoURL: {_REPOSITORY}
    targetRevision: main
    ref: {ref}
"""


def _annotate(*lines: str) -> str:
    return f"{_NAME}  annotations:\n" + "".join(f"    argocd.argoproj.io/{line}\n" for line in lines)


def _permit(repository: str) -> str:
    """The AppProject `apps`, with a repository more."""
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: apps
  namespace: argocd
spec:
  sourceRepos:
  - {repository}
  - {_REPOSITORY}
  destinations:
  - server: https://api.dev.example.com:6443
    namespace: apps
  - server: https://api.prod.example.com:6443
    namespace: apps
"""


ARGOCD_APPLICATIONS: tuple[Mutation, ...] = (
    _app(
        "sources beside source",
        "  destination:\n",
        f"  sources:\n  - repoURL: {_REPOSITORY}\n    path: platform/kafka/overlays/dev\n  destination:\n",
        rule="ARGOCD001",
        place=(_APPLICATION, "  source:"),
    ),
    _app("a source without a path", _PATH, rule="ARGOCD002", place=(_APPLICATION, "  source:")),
    _app(
        "a repository without a scheme",
        f"repoURL: {_REPOSITORY}",
        "repoURL: git.example.com/platform/gitops",
        also={_PROJECT: _permit("git.example.com/platform/gitops")},
        rule="ARGOCD003",
    ),
    _app(
        "a path of a chart",
        _SOURCE,
        f"{_CHART}    targetRevision: 1.4.0\n    path: charts/scoring-gateway\n",
        also={_PROJECT: _permit("https://charts.example.com/*")},
        rule="ARGOCD004",
        place=(_APPLICATION, "    path: charts/scoring-gateway"),
    ),
    _app("a chart without a version", f"{_REVISION}{_PATH}", "    chart: scoring-gateway\n", rule="ARGOCD005"),
    _app(
        "any version of a chart",
        _SOURCE,
        f'{_CHART}    targetRevision: ">=1.0.0"\n',
        also={_PROJECT: _permit("https://charts.example.com/*")},
        rule="ARGOCD006",
        place=(_APPLICATION, "    targetRevision:"),
    ),
    _app(
        "options for Kustomize and a plugin",
        _PATH,
        f"{_PATH}    kustomize:\n      namePrefix: dev-\n    plugin:\n      name: envsubst\n",
        rule="ARGOCD007",
        place=(_APPLICATION, "    plugin:"),
    ),
    _app(
        "a dot in a ref", _SOURCE, _sources("$my.values", "my.values"), rule="ARGOCD008", place=(_APPLICATION, "ref:")
    ),
    _app(
        "values of no source", _SOURCE, _sources("$value", "values"), rule="ARGOCD009", place=(_APPLICATION, "$value")
    ),
    _app(
        "a destination without a cluster",
        "    server: https://api.dev.example.com:6443\n",
        rule="ARGOCD010",
        place=(_APPLICATION, "  destination:"),
    ),
    _app("a sync option in capitals", _OPTION, "    - ServerSideApply=True\n", rule="ARGOCD011"),
    _app("a sync option with spaces", _OPTION, "    - ServerSideApply = true\n", rule="ARGOCD011"),
    _app("force for all", _OPTION, "    - Force=true\n", rule="ARGOCD011"),
    _app("a sync option twice", _OPTION, f"{_OPTION}    - ServerSideApply=false\n", rule="ARGOCD012"),
    _app(
        "labels of a namespace that is not made",
        _OPTION,
        f"{_OPTION}    managedNamespaceMetadata:\n      labels:\n        team: scoring\n",
        rule="ARGOCD013",
    ),
    _app("seconds in words", "        duration: 30s\n", "        duration: 30 sec\n", rule="ARGOCD014"),
    _app("no prune", "      prune: true\n", rule="ARGOCD015", place=(_APPLICATION, "    automated:")),
    _app("nothing is allowed", "      prune: true\n", "      prune: true\n      allowEmpty: true\n", rule="ARGOCD016"),
    _app(
        "differences in no field",
        operation="append",
        new="  ignoreDifferences:\n  - group: apps\n    kind: Deployment\n",
        rule="ARGOCD017",
        place=(_APPLICATION, "  - group: apps"),
    ),
    _app(
        "dots in a pointer",
        operation="append",
        new="  ignoreDifferences:\n  - group: apps\n    kind: Deployment\n    jsonPointers:\n    - .spec.replicas\n",
        rule="ARGOCD018",
        place=(_APPLICATION, "    - .spec.replicas"),
    ),
    _app("a misspelled finalizer", "- resources-finalizer.", "- resource-finalizer.", rule="ARGOCD019"),
)

ARGOCD_ANNOTATIONS: tuple[Mutation, ...] = (
    _app("a wave in words", 'sync-wave: "10"', "sync-wave: last", rule="ARGOCD020"),
    _service(
        "a wave of a built object", _NAME, _annotate('sync-wave: "1.5"'), rule="ARGOCD020", place=(_SERVICE, "1.5")
    ),
    _service(
        "a hook in small letters", _NAME, _annotate("hook: presync"), rule="ARGOCD021", place=(_SERVICE, "presync")
    ),
    _service(
        "a delete policy of Helm",
        _NAME,
        _annotate("hook: PreSync", "hook-delete-policy: hook-succeeded"),
        rule="ARGOCD022",
        place=(_SERVICE, "hook-succeeded"),
    ),
    _service(
        "a delete policy of no hook",
        _NAME,
        _annotate("hook-delete-policy: HookSucceeded"),
        rule="ARGOCD023",
        place=(_SERVICE, "HookSucceeded"),
    ),
    _service(
        "never pruned", _NAME, _annotate("sync-options: prune=false"), rule="ARGOCD024", place=(_SERVICE, "prune=")
    ),
    _service(
        "an extraneous object",
        _NAME,
        _annotate("compare-options: ignore-extraneous"),
        rule="ARGOCD025",
        place=(_SERVICE, "ignore-extraneous"),
    ),
    _app("waves", "argocd.argoproj.io/sync-wave:", "argocd.argoproj.io/sync-waves:", rule="ARGOCD026"),
)
