"""Where objects land: once each, in a namespace that is theirs and that is there."""

from collections.abc import Iterator

from gitops_gen.checks.environments import Environment, Member, find_environment
from gitops_gen.checks.reference_deployments import find_deployments, read_deployments
from gitops_gen.checks.reference_paths import read_text, walk
from gitops_gen.checks.reference_pods import TEMPLATES
from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.references_parts import label
from gitops_gen.names import show
from gitops_gen.wording import find_near

_SYSTEM = ("kube-", "openshift-")
_OPERATORS = frozenset({"default", "openshift", "operators"})
_NAMESPACED = frozenset(
    {
        *TEMPLATES,
        ("", "ConfigMap"),
        ("", "PersistentVolumeClaim"),
        ("", "Secret"),
        ("", "Service"),
        ("", "ServiceAccount"),
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("monitoring.coreos.com", "PodMonitor"),
        ("monitoring.coreos.com", "PrometheusRule"),
        ("monitoring.coreos.com", "ServiceMonitor"),
        ("networking.k8s.io", "Ingress"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("policy", "PodDisruptionBudget"),
        ("rbac.authorization.k8s.io", "Role"),
        ("rbac.authorization.k8s.io", "RoleBinding"),
        ("route.openshift.io", "Route"),
        ("serving.kserve.io", "InferenceService"),
    }
)
_NAME: Keys = ("metadata", "name")
_NAMESPACE: Keys = ("metadata", "namespace")


@rule("REF027", "error")
def check_defined_once(environment: Environment) -> Iterator[Hit]:
    """An object is defined once in an environment.

    Why: two Applications that have one object each apply their own version, in turn (`SharedResourceWarning`), and
    where one prunes it the other one has lost it. In one Application the last one read counts.

    Fix: keep one of them; where both are meant, give one another name or namespace.
    """
    seen: dict[tuple[str, str, str, str], list[Member]] = {}
    for member in environment.members:
        if member.name and member.kind:
            seen.setdefault((member.group, member.kind, member.namespace, member.name), []).append(member)
    for members in seen.values():
        for number, member in enumerate(members[1:20], 1):
            other = next((each for each in members[:number] if _meet(environment, each, member)), None)
            if other is not None:
                yield environment.hit(
                    member,
                    f"{label(member)} is defined twice{_tell_namespace(member)}: {_tell_place(environment, other)} has "
                    "it too",
                    _NAME,
                    "keep one of them, or rename one",
                )


@rule("REF028", "error")
def check_other_namespaces(environment: Environment) -> Iterator[Hit]:
    """What belongs to one environment neither lands in the namespace of another one nor reads its folder.

    Why: an object whose `metadata.namespace` is set goes there, whatever the Application says; an Application deploys
    what its `path` has, where its `destination` says. What was meant for staging then changes production, or the other
    way round.

    Fix: write the namespace, or the folder, of the environment itself; or leave the namespace out of the object.
    """
    own = read_text(environment.declared, "namespace")
    others = dict(_list_other_namespaces(environment, own))
    for member in environment.members if own else ():
        if find_environment(member.root or member.path, [environment.name]) != environment.name:
            continue
        if member.root.startswith("models/"):  # CONFIG005 is about the namespace that a model's overlay sets
            continue
        keys, namespace = _find_target(member)
        if namespace in others:
            yield environment.hit(
                member,
                f"{label(member)} belongs to {show(environment.name)} and lands in {show(namespace)}, the namespace of "
                f"{show(others[namespace])}",
                keys,
                f"write {own}",
            )
    yield from _check_other_folders(environment)


@rule("REF029", "warning")
def check_declared_namespaces(environment: Environment) -> Iterator[Hit]:
    """A namespace that an object is put into is declared.

    Why: Argo CD refuses an object whose namespace does not exist; `CreateNamespace=true` makes only the one of the
    Application's destination. A repository that declares no Namespace at all leaves them to somebody else, and is not
    asked.

    Fix: mend `metadata.namespace`; or add a Namespace; or declare it under `validate.external.objects` in
    gitops-gen.yaml.
    """
    if environment.unknown or not environment.select("Namespace", "Project", "ProjectRequest"):
        return
    known = {member.name for member in environment.select("Namespace", "Project", "ProjectRequest")}
    known |= {read_text(environment.settings, "argocd.namespace") or "argocd"} | _OPERATORS
    for member in environment.select("Application", "ApplicationSet", group="argoproj.io"):
        for path in ("spec.destination.namespace", "spec.template.spec.destination.namespace"):
            known.add(read_text(member.data, path))
    told = set()
    for member in environment.members:
        namespace = member.resource.namespace
        if not namespace or namespace in known or namespace.startswith(_SYSTEM) or namespace in told:
            continue
        if environment.is_external("Namespace", namespace):
            continue
        told.add(namespace)
        near = find_near(namespace, known, cutoff=0.75)
        yield environment.hit(
            member,
            f"{label(member)} is put into namespace {show(namespace)}, which is not declared"
            + (f"; did you mean {show(near)}?" if near else ""),
            _NAMESPACE,
            f"write {near}" if near else "add the Namespace, or declare it under validate.external.objects",
        )


@rule("REF030", "error")
def check_has_namespace(environment: Environment) -> Iterator[Hit]:
    """What an Application deploys has a namespace.

    Why: where neither the object nor the Application's `destination` says a namespace, Argo CD does not know where to
    put it: `Namespace for … is missing`, and the sync fails.

    Fix: set `destination.namespace` of the Application, or `namespace` in the kustomization.
    """
    told: dict[int, list[Member]] = {}
    for member in environment.members:
        if not member.resource.namespace and (member.group, member.kind) in _NAMESPACED:
            for deployment in find_deployments(environment, member):
                if not deployment.namespace:
                    told.setdefault(id(deployment.application), [deployment.application]).append(member)
    for application, first, *others in told.values():
        more = f" and {len(others)} more" if others else ""
        yield environment.hit(
            application,
            f"{label(application)} sets no namespace, and {label(first)}{more} that it deploys has none either",
            ("spec", "destination"),
            "set destination.namespace, or `namespace` in the kustomization",
        )


RULES: tuple[Rule, ...] = (
    check_defined_once,
    check_other_namespaces,
    check_declared_namespaces,
    check_has_namespace,
)


def _check_other_folders(environment: Environment) -> Iterator[Hit]:
    """Applications of one environment that read the folder of another one."""
    environments = environment.settings.get("environments")
    names = [str(name) for name in environments] if isinstance(environments, dict) else []
    for path, deployments in environment.remember(read_deployments).items():
        other = find_environment(path, names)
        for deployment in deployments if other not in {"", environment.name} else ():
            application = deployment.application
            if find_environment(application.root or application.path, names) == environment.name:
                yield environment.hit(
                    application,
                    f"{label(application)} belongs to {show(environment.name)} and reads {show(path)}, which is of "
                    f"{show(other)}",
                    deployment.keys,
                    f"name the folder of {environment.name}",
                )


def _meet(environment: Environment, one: Member, other: Member) -> bool:
    """Whether two objects of one name certainly land in the same place."""
    if (one.root, one.path) == (other.root, other.path) and one.root:
        return False
    first, second = find_deployments(environment, one), find_deployments(environment, other)
    if first and second:
        return any(
            (a.cluster, one.resource.namespace or a.namespace) == (b.cluster, other.resource.namespace or b.namespace)
            for a in first
            for b in second
        )
    places = [find_environment(each.root or each.path, [environment.name]) for each in (one, other)]
    return bool(environment.name) and places == [environment.name] * 2 and not (first or second)


def _tell_place(environment: Environment, member: Member) -> str:
    if member.root:
        return f"the build of {show(member.root)}"
    return f"{show(environment.hit(member, '').path)}"


def _tell_namespace(member: Member) -> str:
    return f" in namespace {show(member.namespace)}" if member.namespace else ""


def _list_other_namespaces(environment: Environment, own: str) -> Iterator[tuple[str, str]]:
    for keys, namespace in walk(environment.settings, "environments.*.namespace"):
        if isinstance(namespace, str) and namespace != own and keys[1] != environment.name:
            yield namespace, str(keys[1])


def _find_target(member: Member) -> tuple[Keys, str]:
    """Where an object goes: itself, or what an Application deploys."""
    if (member.group, member.kind) == ("argoproj.io", "Application"):
        return ("spec", "destination", "namespace"), read_text(member.data, "spec.destination.namespace")
    if (member.group, member.kind) == ("", "Namespace"):
        return _NAME, ""
    return _NAMESPACE, member.resource.namespace
