"""Where Applications of Argo CD deploy to, and what they follow."""

from collections.abc import Iterator

from gitops_gen.checks.environments import Environment
from gitops_gen.checks.reference_paths import is_templated, read_text, walk
from gitops_gen.checks.reference_repository import find_branch, find_repository, is_followed, is_repository
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.rules.references_parts import label, list_read_sources, report_missing
from gitops_gen.names import show
from gitops_gen.wording import redact

_ARGO = "argoproj.io"
_IN_CLUSTER = ("https://kubernetes.default.svc", "https://kubernetes.default.svc.cluster.local")


@rule("REF012", "error")
def check_namespaces(environment: Environment) -> Iterator[Hit]:
    """The namespace that an Application deploys into is declared.

    Why: Argo CD makes no namespace unless it is told to: the sync fails with `namespaces … not found`. A repository
    that declares no Namespace at all leaves them to somebody else, and is not asked.

    Fix: add a Namespace to what is applied before; or set the sync option `CreateNamespace=true`; or mend the name; or
    declare the Namespace under `validate.external.objects` in gitops-gen.yaml.
    """
    yield from report_missing(environment, lambda found: found.edge.role == "deploys into")


@rule("REF013", "warning")
def check_clusters(environment: Environment) -> Iterator[Hit]:
    """The cluster that an Application deploys into is one that gitops-gen.yaml has.

    Why: Argo CD refuses a destination that it has no cluster Secret for (`there are no clusters with this name` or
    `cluster … not found`). gitops-gen.yaml says which cluster each environment is in.

    Fix: mend `destination.server`; or set `cluster` of the environment in gitops-gen.yaml; or declare the cluster as an
    external object of kind Cluster, by its address or its name.
    """
    known = frozenset(_list_clusters(environment))
    if "" in known:
        return
    for member in environment.select("Application", group=_ARGO):
        for key in ("server", "name"):
            told = read_text(member.data, f"spec.destination.{key}")
            if not told or is_templated(told) or told.rstrip("/") in known or environment.is_external("Cluster", told):
                continue
            yield environment.hit(
                member,
                f"{label(member)} deploys to the cluster {show(redact(told))}, which gitops-gen.yaml does not have",
                ("spec", "destination", key),
                "mend it, or set `cluster` of the environment in gitops-gen.yaml",
            )


@rule("REF014", "error")
def check_projects(environment: Environment) -> Iterator[Hit]:
    """The project of an Application exists.

    Why: Argo CD does nothing with an Application whose AppProject does not exist (`Application references project …
    which does not exist`). A repository that declares no AppProject at all leaves them to somebody else, and is not
    asked.

    Fix: mend `project`, or add the AppProject, or declare it under `validate.external.objects` in gitops-gen.yaml.
    """
    yield from report_missing(environment, lambda found: found.edge.kind == "AppProject")


@rule("REF015", "info")
def check_branches(environment: Environment) -> Iterator[Hit]:
    """An Application of this repository follows its base branch.

    Why: promotions are merged into `repository.baseBranch`, and that branch is what `validate` looks at. What another
    branch or a tag holds is deployed unseen.

    Fix: set `targetRevision` to the base branch, or leave it as it is where that is meant.
    """
    ours = find_repository(environment.settings)
    for member in environment.select("Application", group=_ARGO):
        for keys, source in list_read_sources(member):
            revision = source.get("targetRevision")
            if source.get("chart"):  # the revision is the chart's version
                continue
            if is_repository(source.get("repoURL"), ours) and not is_followed(environment.settings, revision):
                yield environment.hit(
                    member,
                    f"{label(member)} follows {show(str(revision))}, and the base branch is "
                    f"{show(find_branch(environment.settings))}",
                    (*keys, "targetRevision"),
                    "set it to the base branch, where nothing else is meant",
                )


RULES: tuple[Rule, ...] = (check_namespaces, check_clusters, check_projects, check_branches)


def _list_clusters(environment: Environment) -> Iterator[str]:
    """Addresses and names of known clusters; an empty one where somebody seals or fetches them."""
    yield from _IN_CLUSTER
    yield "in-cluster"
    for _, address in walk(environment.settings, "environments.*.cluster"):
        if isinstance(address, str):
            yield address.rstrip("/")
    for member in environment.select("Secret", "SealedSecret", "ExternalSecret"):
        for path in ("metadata", "spec.template.metadata", "spec.target.template.metadata"):
            labels = next((each for _, each in walk(member.data, f"{path}.labels")), None)
            if isinstance(labels, dict) and labels.get("argocd.argoproj.io/secret-type") == "cluster":
                for key in ("server", "name"):
                    yield read_text(member.data, f"stringData.{key}").rstrip("/")
