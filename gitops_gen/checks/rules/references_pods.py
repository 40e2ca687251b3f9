"""What pods name: ConfigMaps, Secrets, ServiceAccounts, claims."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_edges import ResolvedEdge, find_edges
from gitops_gen.checks.reference_paths import is_templated, read, read_mapping, read_text, walk
from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.references_parts import label, report_missing
from gitops_gen.names import show
from gitops_gen.wording import suggest

_EXTERNAL = "external-secrets.io"
_USES = {"mounts", "reads"}
_INJECTED = {
    "config.openshift.io/inject-trusted-cabundle": "ca-bundle.crt",
    "service.beta.openshift.io/inject-cabundle": "service-ca.crt",
}
"""Labels and annotations that let OpenShift write a key into a ConfigMap."""


@rule("REF001", "error")
def check_config_maps(environment: Environment) -> Iterator[Hit]:
    """A ConfigMap that a pod reads or mounts exists.

    Why: the kubelet does not start a container while a ConfigMap that it needs is missing: the pod stays in
    CreateContainerConfigError or ContainerCreating, and nothing but a look at its events says why.

    Fix: add the ConfigMap to the environment, in the pod's namespace; or mend the name; or set `optional: true` where
    the pod can do without; or, where something else makes it, declare it under `validate.external.objects` in
    gitops-gen.yaml.
    """
    yield from report_missing(environment, _is_use("ConfigMap"))


@rule("REF002", "warning")
def check_secrets(environment: Environment) -> Iterator[Hit]:
    """A Secret that a pod reads or mounts exists.

    Why: the kubelet does not start a container while a Secret that it needs is missing. Secrets are often made by hand
    or by another system, so this is a warning: what this repository has is not all there is. A SealedSecret, an
    ExternalSecret, a Certificate, and what operators are known to make count.

    Fix: add what makes the Secret, in the pod's namespace; or mend the name; or set `optional: true`; or declare the
    Secret under `validate.external.objects` in gitops-gen.yaml.
    """
    yield from report_missing(environment, _is_use("Secret"))


@rule("REF003", "error")
def check_service_accounts(environment: Environment) -> Iterator[Hit]:
    """A ServiceAccount that pods run as exists.

    Why: the API server refuses to make a pod whose ServiceAccount does not exist. The Deployment is accepted, and
    never gets a pod.

    Fix: add the ServiceAccount, in the pod's namespace; or mend the name; or leave it out for `default`; or declare it
    under `validate.external.objects` in gitops-gen.yaml.
    """
    yield from report_missing(
        environment, lambda found: found.edge.kind == "ServiceAccount" and found.edge.role == "runs as"
    )


@rule("REF004", "error")
def check_claims(environment: Environment) -> Iterator[Hit]:
    """A PersistentVolumeClaim that a pod mounts exists.

    Why: a pod whose claim does not exist is not scheduled: it stays Pending.

    Fix: add the PersistentVolumeClaim, in the pod's namespace; or mend the name; or declare it under
    `validate.external.objects` in gitops-gen.yaml.
    """
    yield from report_missing(environment, lambda found: found.edge.kind == "PersistentVolumeClaim")


@rule("REF005", "warning")
def check_pull_secrets(environment: Environment) -> Iterator[Hit]:
    """A Secret that images are pulled with exists.

    Why: the kubelet goes on without a pull secret that is missing, and then a private registry refuses it:
    ImagePullBackOff.

    Fix: add what makes the Secret (a SealedSecret or an ExternalSecret), in the pod's namespace; or mend the name; or
    declare it under `validate.external.objects` in gitops-gen.yaml.
    """
    yield from report_missing(environment, lambda found: found.edge.role == "pulls with")


@rule("REF006", "error")
def check_keys(environment: Environment) -> Iterator[Hit]:
    """A key that a pod reads from a ConfigMap or a Secret is there.

    Why: a container that reads a key which is missing does not start (CreateContainerConfigError), and a volume with
    an item that is missing is not mounted. Of an ExternalSecret the keys are those of `data`, where it has neither
    `dataFrom` nor a template.

    Fix: mend the key, or add it to the ConfigMap or Secret, or set `optional: true` where the pod can do without.
    """
    for found in find_edges(environment):
        if found.edge.role not in _USES or found.edge.kind not in {"ConfigMap", "Secret"}:
            continue
        maker = found.targets[0] if found.state == "found" else _find_maker(environment, found)
        known = _list_keys(maker) if maker is not None else None
        if maker is None or known is None or found.edge.optional or not found.edge.name:
            continue
        for keys, key in _list_wanted(found):
            if key not in known:
                yield environment.hit(
                    found.source,
                    f"{label(found.source)} {found.edge.role} {show(key)} of {label(maker)}, "
                    f"which has no such key{suggest(key, known)}",
                    keys,
                    f"mend the key, or add it to the {maker.kind}",
                )


RULES: tuple[Rule, ...] = (
    check_config_maps,
    check_secrets,
    check_service_accounts,
    check_claims,
    check_pull_secrets,
    check_keys,
)


def _is_use(kind: str) -> Callable[[ResolvedEdge], bool]:
    return lambda found: found.edge.kind == kind and found.edge.role in _USES


def _list_wanted(found: ResolvedEdge) -> Iterator[tuple[Keys, str]]:
    """The keys of a ConfigMap or Secret that one place asks for."""
    above = found.edge.keys[:-1]
    beside: Any = found.source.data
    for key in above:
        beside = beside[key]
    if isinstance(beside.get("key"), str) and above[-1] in {"configMapKeyRef", "secretKeyRef"}:
        yield (*above, "key"), beside["key"]
    for keys, item in walk(beside, "items[]"):
        if isinstance(item, dict) and isinstance(item.get("key"), str) and not is_templated(item["key"]):
            yield (*above, *keys, "key"), item["key"]


def _find_maker(environment: Environment, found: ResolvedEdge) -> Member | None:
    """The one ExternalSecret that makes a Secret; None if there is none, or there are several."""
    if found.edge.kind != "Secret" or found.state != "external":
        return None
    makers = [
        member
        for member in environment.select("ExternalSecret", group=_EXTERNAL)
        if member.namespace == found.edge.namespace
        and (read_text(member.data, "spec.target.name") or member.name) == found.edge.name
    ]
    return makers[0] if len(makers) == 1 else None


def _list_keys(member: Member) -> frozenset[str] | None:
    """The keys that a ConfigMap or Secret has, or gets; None where something else may add some."""
    data: Mapping[str, Any] = member.data
    if member.group == _EXTERNAL:
        spec = read_mapping(data, "spec")
        target = read_mapping(spec, "target")
        made = [key for _, key in walk(spec, "data[].secretKey")]
        is_open = spec.get("dataFrom") or target.get("template") or target.get("creationPolicy", "Owner") != "Owner"
        is_known = made and all(isinstance(key, str) and not is_templated(key) for key in made)
        return frozenset(map(str, made)) if is_known and not is_open else None
    metadata = {**read_mapping(data, "metadata.labels"), **read_mapping(data, "metadata.annotations")}
    if read(data, "type") == "kubernetes.io/service-account-token" or "sops" in data:
        return None
    given = [key for part in ("data", "stringData", "binaryData") for key in read_mapping(data, part)]
    given += [key for mark, key in _INJECTED.items() if metadata.get(mark) in ("true", True)]
    if not given or any("replicator" in str(mark) or "reflector" in str(mark) for mark in metadata):
        return None
    return frozenset(str(key) for key in given)
