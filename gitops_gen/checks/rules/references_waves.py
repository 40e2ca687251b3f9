"""The order in which Argo CD applies what one Application deploys.

Phase, then wave, then kind, then name: sync_tasks.go of argoproj/gitops-engine. Namespaces and
CustomResourceDefinitions need no wave: Argo CD moves them before the first object that needs them.
"""

from collections.abc import Iterator, Mapping

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_deployments import find_deployments, find_wave
from gitops_gen.checks.reference_edges import find_edges
from gitops_gen.checks.reference_paths import read_mapping, walk
from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.references_parts import label

_OLM = "operators.coreos.com"
_WAITING = frozenset({"mounts", "reads", "runs as"})
_HEALTHY = frozenset(
    {"DaemonSet", "Deployment", "InferenceService", "Job", "Pod", "ReplicaSet", "Rollout", "StatefulSet", "Workflow"}
)
"""Kinds whose health Argo CD waits for, and which are not healthy while their pods do not run."""
_PHASES = {-1: "PreSync", 0: "Sync", 1: "PostSync", 2: "SyncFail"}
_WAVE = "argocd.argoproj.io/sync-wave"
_OPTIONS = "argocd.argoproj.io/sync-options"
_SKIP = "SkipDryRunOnMissingResource=true"
_OPERANDS = {
    "amq-streams": ("kafka.strimzi.io",),
    "cert-manager": ("cert-manager.io",),
    "devspaces": ("org.eclipse.che",),
    "eclipse-che": ("org.eclipse.che",),
    "external-secrets-operator": ("external-secrets.io",),
    "grafana-operator": ("grafana.integreatly.org", "integreatly.org"),
    "opendatahub-operator": (
        "datasciencecluster.opendatahub.io",
        "dscinitialization.opendatahub.io",
        "kfdef.apps.kubeflow.org",
    ),
    "openshift-cert-manager-operator": ("cert-manager.io",),
    "openshift-pipelines-operator-rh": ("tekton.dev", "triggers.tekton.dev"),
    "prometheus": ("monitoring.coreos.com",),
    "rhods-operator": ("datasciencecluster.opendatahub.io", "dscinitialization.opendatahub.io"),
    "seldon-operator": ("machinelearning.seldon.io",),
    "seldon-operator-certified": ("machinelearning.seldon.io",),
    "serverless-operator": ("eventing.knative.dev", "operator.knative.dev", "serving.knative.dev"),
    "strimzi-kafka-operator": ("kafka.strimzi.io",),
}
"""The groups whose kinds the operator of a package brings."""


@rule("REF049", "error")
def check_waves(environment: Environment) -> Iterator[Hit]:
    """What an object needs is applied before it, or with it.

    Why: Argo CD applies one wave after the other, and waits until all of a wave is healthy. A pod that needs a
    ConfigMap, Secret, claim or ServiceAccount of a later wave never gets healthy, so the later wave never comes: the
    sync hangs. It is the same with a hook: one before the sync (PreSync) runs while the rest is not there.

    Fix: give what is needed the lower wave, or both the same one.
    """
    for found in find_edges(environment):
        if found.edge.role not in _WAITING or found.state != "found" or found.edge.optional:
            continue
        if found.source.kind not in _HEALTHY:
            continue
        target = found.targets[0]
        if find_wave(target) > find_wave(found.source) and _are_together(environment, found.source, target):
            yield environment.hit(
                target,
                f"{label(target)} comes in {_tell_wave(target)}, after {label(found.source)} in "
                f"{_tell_wave(found.source)}, which {found.edge.role} it",
                _point(target),
                "give it the lower wave, or both the same",
            )


@rule("REF050", "error")
def check_operator_waves(environment: Environment) -> Iterator[Hit]:
    """An operator is installed before what it is for.

    Why: where a Subscription, or the OperatorGroup that it needs, comes in a later wave than an object of that
    operator's kinds, the object has no CRD yet: the sync fails before the operator is there, every time.

    Fix: give the OperatorGroup and the Subscription lower waves than their operands.
    """
    for member in environment.select("Subscription", group=_OLM):
        for group in environment.select("OperatorGroup", group=_OLM):
            if group.namespace == member.namespace and _comes_late(environment, group, member):
                yield _tell_late(environment, group, member)
        for operand in _list_operands(environment, member):
            if _comes_late(environment, member, operand):
                yield _tell_late(environment, member, operand)
                break


@rule("REF051", "warning")
def check_operands(environment: Environment) -> Iterator[Hit]:
    """What an operator is for waits for it, where one Application installs both.

    Why: Argo CD tries each object out (dry run) before it applies the first one, and fails where a CRD is missing. The
    CRDs of an operator only come with its Subscription. With the sync option SkipDryRunOnMissingResource the object is
    left for its wave; and that must be a later one than the Subscription's, so that there is something to wait for.

    Fix: annotate the object with `argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true` and give it a
    later `argocd.argoproj.io/sync-wave`; or deploy it by an Application of its own.
    """
    for member in environment.select("Subscription", group=_OLM):
        for operand in _list_operands(environment, member):
            together = [
                each.application
                for each in find_deployments(environment, operand)
                if _reads_too(environment, each, member)
            ]
            if not together or _comes_late(environment, member, operand):
                continue
            skips = _skips(operand) or any(_application_skips(each) for each in together)
            if skips and find_wave(operand) > find_wave(member):
                continue
            what = "" if skips else f" and no {_SKIP}"
            yield environment.hit(
                operand,
                f"{label(operand)} is deployed together with {label(member)}, which brings its CRD, in "
                f"{_tell_wave(operand)}{what}",
                _point(operand),
                f"set {_OPTIONS}: {_SKIP} and a wave after {find_wave(member)[1]}",
            )


RULES: tuple[Rule, ...] = (check_waves, check_operator_waves, check_operands)


def _are_together(environment: Environment, one: Member, other: Member) -> bool:
    """Whether one Application deploys both."""
    if one.root and one.root == other.root:
        return True
    first = {id(each.application) for each in find_deployments(environment, one)}
    return any(id(each.application) in first for each in find_deployments(environment, other))


def _reads_too(environment: Environment, deployment: object, member: Member) -> bool:
    return deployment in find_deployments(environment, member)


def _comes_late(environment: Environment, needed: Member, other: Member) -> bool:
    return find_wave(needed) > find_wave(other) and _are_together(environment, needed, other)


def _tell_late(environment: Environment, needed: Member, other: Member) -> Hit:
    return environment.hit(
        needed,
        f"{label(needed)} comes in {_tell_wave(needed)}, after {label(other)} in {_tell_wave(other)}, which needs it",
        _point(needed),
        "give it the lower wave",
    )


def _list_operands(environment: Environment, subscription: Member) -> Iterator[Member]:
    package = read_mapping(subscription.data, "spec").get("name")
    groups = _OPERANDS.get(package, ()) if isinstance(package, str) else ()
    by_group = environment.remember(_split_by_group)
    for group in groups:
        yield from by_group.get(group, ())


def _split_by_group(environment: Environment) -> Mapping[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for member in environment.members:
        found.setdefault(member.group, []).append(member)
    return found


def _tell_wave(member: Member) -> str:
    phase, wave = find_wave(member)
    return f"wave {wave}" if phase == 0 else f"{_PHASES[phase]} (wave {wave})"


def _point(member: Member) -> Keys:
    annotations = read_mapping(member.data, "metadata.annotations")
    key = next((key for key in (_WAVE, "argocd.argoproj.io/hook") if key in annotations), "")
    return ("metadata", "annotations", key) if key else ("metadata", "name")


def _skips(member: Member) -> bool:
    told = read_mapping(member.data, "metadata.annotations").get(_OPTIONS)
    return isinstance(told, str) and _SKIP in [option.strip() for option in told.split(",")]


def _application_skips(application: Member) -> bool:
    return any(option == _SKIP for _, option in walk(application.data, "spec.syncPolicy.syncOptions[]"))
