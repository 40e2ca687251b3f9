"""Mistakes in AppProjects, and Applications that theirs does not permit."""

from tests.mutations import Mutation, in_file

_APPLICATION = "argocd/dev/scoring-gateway.yaml"
_PROJECT = "bootstrap/appproject-apps.yaml"
_PLATFORM = "bootstrap/appproject-platform.yaml"

_app = in_file("platform", _APPLICATION)
_project = in_file("platform", _PROJECT)
_platform = in_file("platform", _PLATFORM)

_REPOSITORY = "https://git.example.com/platform/gitops"
_PATH = "    path: platform/scoring-gateway/overlays/dev\n"
_POLICY = "    - p, proj:apps:deployer, applications, sync, apps/*, allow\n"
_DESTINATION = "  - server: https://api.dev.example.com:6443\n    namespace: apps\n"

ARGOCD_PROJECTS: tuple[Mutation, ...] = (
    _project(
        "a destination of no cluster", "  clusterResource", "  - namespace: canary\n  clusterResource", rule="ARGOCD027"
    ),
    _project("a destination twice", "  clusterResource", f"{_DESTINATION}  clusterResource", rule="ARGOCD028"),
    _project("an action that is none", ", sync,", ", synchronise,", rule="ARGOCD029"),
    _project("a policy for another project", "proj:apps:", "proj:app:", rule="ARGOCD029"),
    _project("a policy without an effect", f"{_POLICY}", _POLICY.replace(", allow", ""), rule="ARGOCD029"),
    _project("a group with a comma", "    - team-scoring\n", "    - CN=scoring,O=example\n", rule="ARGOCD030"),
    _platform("Sunday as 7", "schedule: 0 20 * * 5", "schedule: 0 20 * * 7", rule="ARGOCD031"),
    _platform("days", "duration: 60h", "duration: 2d", rule="ARGOCD031"),
    _platform(
        "no limits",
        f"  - {_REPOSITORY}\n  destinations:\n",
        '  - "*"\n  destinations:\n  - server: "*"\n    namespace: "*"\n',
        rule="ARGOCD032",
        place=(_PLATFORM, '  - server: "*"'),
    ),
    _project(
        "a project without repositories",
        operation="append",
        new="""\
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: notebooks
  namespace: argocd
spec:
  sourceRepos: []
  destinations:
  - server: https://api.dev.example.com:6443
    namespace: notebooks
""",
        rule="ARGOCD033",
        place=(_PROJECT, "  sourceRepos: []"),
    ),
    _project(
        "a repository that the project does not permit",
        f"  - {_REPOSITORY}\n",
        "  - https://git.example.com/apps/*\n",
        rule="ARGOCD044",
        place=(_APPLICATION, "    repoURL:"),
    ),
    _project(
        "a namespace that the project does not permit",
        _DESTINATION,
        _DESTINATION.replace("apps", "applications"),
        rule="ARGOCD045",
        place=(_APPLICATION, "  destination:"),
    ),
    _platform(
        "a kind that the project does not permit",
        "  - group: argoproj.io\n    kind: ClusterWorkflowTemplate\n",
        rule="ARGOCD046",
        place=("platform/workflows/base/clusterworkflowtemplate.yaml", "kind: ClusterWorkflowTemplate"),
    ),
    Mutation(
        "an Application beside its project",
        "platform",
        "bootstrap/root-application.yaml",
        "  name: root\n  namespace: argocd\n",
        "  name: root\n  namespace: openshift-gitops\n",
        rule="ARGOCD047",
    ),
    _app(
        "a folder of two Applications",
        operation="append",
        new=f"""\
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: scoring-gateway-copy
  namespace: argocd
spec:
  project: apps
  source:
    repoURL: {_REPOSITORY}
    targetRevision: main
    path: platform/scoring-gateway/overlays/dev/
  destination:
    server: https://api.dev.example.com:6443
    namespace: apps
""",
        rule="ARGOCD048",
        place=(_APPLICATION, "    path: platform/scoring-gateway/overlays/dev/"),
    ),
    _app(
        "options of Helm for a kustomization",
        _PATH,
        f"{_PATH}    helm:\n      releaseName: scoring-gateway\n",
        rule="ARGOCD049",
    ),
)
