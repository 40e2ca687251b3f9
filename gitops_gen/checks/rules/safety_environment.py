"""What the namespaces of an environment refuse, and who may read their secrets."""

from collections.abc import Iterator

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.pod_security import Violation, find_baseline, find_restricted
from gitops_gen.checks.pod_specs import PodTemplate, list_pod_templates
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show

_LABEL = "pod-security.kubernetes.io/enforce"
_LEVELS = ("baseline", "restricted")
_POD_KINDS = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Pod",
    "Job",
    "CronJob",
    "Rollout",
    "SeldonDeployment",
    "InferenceService",
)
_DEFAULTED = ("InferenceService",)
"""Kinds whose pods somebody may complete: Knative has a setting that fills in a secure context."""
_OPENSHIFT = ("Route", "DeploymentConfig", "SecurityContextConstraints", "DataScienceCluster", "OperatorGroup")
"""Kinds that say that the cluster is OpenShift, which fills in what a pod lacks before Pod Security looks at it."""
_READS = ("get", "list", "watch", "*")
_TOLD = 3
"""Faults that a message has."""
_RBAC = "rbac.authorization.k8s.io"


@rule("SAFETY003", "error")
def check_enforced_level(environment: Environment) -> Iterator[Hit]:
    """Pods keep to the Pod Security Standard that their namespace enforces.

    Why: a namespace with the label `pod-security.kubernetes.io/enforce` refuses pods that break that level. The sync
    goes through, because a Deployment is not a pod, and then no pod comes: only the events of its ReplicaSet say why.
    OpenShift fills in what a pod leaves out, and so does a setting of Knative: where the environment has kinds of
    OpenShift, and for an InferenceService, only what is set to something forbidden counts.

    Fix: write what the finding names, or lower the level in the label of the namespace.
    """
    levels = dict(_list_levels(environment))
    if not levels:
        return
    is_completed = any(environment.select(kind) for kind in _OPENSHIFT)
    for member in environment.select(*_POD_KINDS):
        level = levels.get(member.namespace, "")
        for pod in list_pod_templates(member.resource) if level else ():
            lenient = is_completed or member.kind in _DEFAULTED
            found = [each for each in _find_violations(pod, level) if not (each.missing and lenient)]
            if found:
                yield _explain(environment, member, level, found)


@rule("SAFETY010", "warning")
def check_secret_readers(environment: Environment) -> Iterator[Hit]:
    """No role that is bound in the whole cluster reads all secrets.

    Why: with get, list or watch on secrets in every namespace a program, or whoever takes it over, has the credentials
    of all teams: tokens of registries, databases, Git, and of service accounts with more rights.

    Fix: bind the ClusterRole with a RoleBinding in each namespace where it is needed, or name the secrets in
    `resourceNames`.
    """
    for binding in environment.select("ClusterRoleBinding", group=_RBAC):
        role = as_mapping(binding.data.get("roleRef"))
        name = role.get("name")
        if role.get("kind") != "ClusterRole" or not isinstance(name, str):
            continue
        found = environment.find("ClusterRole", name, group=_RBAC)
        for number, entry in enumerate(as_list(found.data.get("rules")) if found else ()):
            if found and _reads_secrets(as_mapping(entry)):
                yield environment.hit(
                    found,
                    f"{show(name)} is bound in the whole cluster (by {show(binding.name)}) and reads all secrets",
                    ("rules", number, "resources"),
                    "bind it with a RoleBinding per namespace, or list the secrets in resourceNames",
                )
                break


RULES: tuple[Rule, ...] = (check_enforced_level, check_secret_readers)


def _list_levels(environment: Environment) -> Iterator[tuple[str, str]]:
    """Namespaces that enforce a level, each with it."""
    for member in environment.select("Namespace", group=""):
        labels = as_mapping(as_mapping(member.data.get("metadata")).get("labels"))
        level = labels.get(_LABEL)
        if isinstance(level, str) and level in _LEVELS:
            yield member.name, level


def _find_violations(pod: PodTemplate, level: str) -> Iterator[Violation]:
    yield from (each for each in find_baseline(pod) if not each.since)
    if level == "restricted":
        yield from find_restricted(pod)


def _explain(environment: Environment, member: Member, level: str, found: list[Violation]) -> Hit:
    told = list(dict.fromkeys(each.message for each in found))
    more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    fixes = list(dict.fromkeys(each.missing or each.fix for each in found))
    place = f"the namespace {show(member.namespace)} enforces {level}"
    return environment.hit(
        member,
        f"{place} and refuses the pods: {'; '.join(told[:_TOLD])}{more}",
        found[0].keys,
        f"in the securityContext: {', '.join(fixes)}" if all(each.missing for each in found) else fixes[0],
    )


def _reads_secrets(entry: dict[str, object]) -> bool:
    """Whether a rule of a role reads secrets of any name; roles with `*` on resources are SAFETY007's."""
    groups, resources, verbs = (as_list(entry.get(part)) for part in ("apiGroups", "resources", "verbs"))
    named = bool(as_list(entry.get("resourceNames")))
    in_core = any(group in ("", "*") for group in groups)
    return not named and in_core and "secrets" in resources and any(verb in _READS for verb in verbs)
