"""The pods and Services of an environment, also those that operators make, with their labels and ports.

Sources: seldondeployment_controller.go and labels.go of SeldonIO/seldon-core v1.14 to v1.17 (a Service for each
predictor and each unit; pods are labelled after deployment and predictor); pkg/constants and
pkg/controller/v1beta1/inferenceservice of kserve/kserve (a component's pods and Service carry the InferenceService's
labels, its own, `serving.kserve.io/inferenceservice` and `component`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.reference_paths import read, read_labels, read_mapping, read_text, walk
from gitops_gen.checks.reference_pods import CONTAINER_LISTS, list_templates
from gitops_gen.checks.reference_selectors import POD, SERVICE, LabelIndex, Labelled, Port

_SELDON = ("app", "fluentd", "seldon-", "seldon.io/")
_KSERVE = ("app", "serving.", "networking.knative.dev/", "security.istio.io/", "service.istio.io/", "sidecar.istio.io/")
"""What the labels begin with that these operators add."""


def read_labelled(environment: Environment) -> Mapping[str, LabelIndex]:
    """All pods and all Services of an environment, by kind; use it by `environment.remember`."""
    found: dict[str, list[Labelled]] = {POD: [], SERVICE: []}
    for member in environment.members:
        for labelled in _list_labelled(member):
            found[labelled.kind].append(labelled)
    return {kind: LabelIndex(each) for kind, each in found.items()}


def _list_labelled(member: Member) -> Iterator[Labelled]:
    if (member.group, member.kind) == ("machinelearning.seldon.io", "SeldonDeployment"):
        yield from _list_seldon(member)
    elif (member.group, member.kind) == ("serving.kserve.io", "InferenceService"):
        yield from _list_kserve(member)
    elif (member.group, member.kind) == ("", "Service"):
        yield _read_service(member)
    else:
        is_open = member.group not in {"", "apps", "batch", "argoproj.io"}
        opens = ("",) if is_open else ()
        for pod in list_templates(member.resource):
            labels = read_labels(pod.metadata, "labels")
            yield Labelled(POD, member, "", labels, tuple(list_ports(pod.spec)), opens=opens, has_more_ports=is_open)
        if (member.group, member.kind) == ("serving.knative.dev", "Service"):
            yield Labelled(SERVICE, member, member.name, {}, (), opens=("",), has_more_ports=True)


def _read_service(member: Member) -> Labelled:
    ports = tuple(_read_port(port, "port") for _, port in walk(member.data, "spec.ports[]") if isinstance(port, dict))
    selector = read(member.data, "spec.selector")
    return Labelled(
        SERVICE,
        member,
        member.name,
        read_labels(member.data, "metadata.labels"),
        ports,
        selector=selector if isinstance(selector, dict) else None,
    )


def list_ports(spec: Mapping[str, Any]) -> Iterator[Port]:
    """The ports of the containers of a pod."""
    for field in CONTAINER_LISTS:
        for _, port in walk(spec, f"{field}[].ports[]"):
            if isinstance(port, dict):
                yield _read_port(port, "containerPort")


def _read_port(port: Mapping[str, Any], number: str) -> Port:
    name, value = port.get("name"), port.get(number)
    return Port(name if isinstance(name, str) else "", value if isinstance(value, int) else 0)


def _list_seldon(member: Member) -> Iterator[Labelled]:
    if not member.name or len(member.name) > 63:  # noqa: PLR2004 - what a label may have; the operator hashes it then
        return
    for _, predictor in walk(member.data, "spec.predictors[]"):
        name = read_text(predictor, "name")
        custom = read_mapping(predictor, "annotations").get("seldon.io/svc-name")
        service = custom if isinstance(custom, str) else f"{member.name}-{name}"
        own = {"seldon-deployment-id": member.name, "app.kubernetes.io/managed-by": "seldon-core"}
        is_hashed = len(service) > 63  # noqa: PLR2004 - as above
        labels = {**own, **({} if is_hashed else {"seldon-app": service})}
        ports = (Port("http", 8000), Port("grpc", 5001))
        yield Labelled(SERVICE, member, "" if is_hashed else service, labels, ports, opens=_SELDON)
        for _, unit in walk(predictor, "componentSpecs[].spec.containers[].name"):
            labels = {
                "seldon-deployment-id": member.name,
                "seldon-app": service,
                "app.kubernetes.io/managed-by": "seldon-core",
            }
            if isinstance(unit, str):
                yield Labelled(SERVICE, member, "", labels, ports, opens=_SELDON)
        components = [spec for _, spec in walk(predictor, "componentSpecs[]") if isinstance(spec, dict)] or [{}]
        for component in components:
            given = {**read_labels(predictor, "labels"), **read_labels(component, "metadata.labels")}
            known = tuple(list_ports(read_mapping(component, "spec")))
            yield Labelled(
                POD,
                member,
                "",
                {**own, "fluentd": "true", **given},
                (*ports, Port("metrics", 6000), *known),
                opens=_SELDON,
            )


def _list_kserve(member: Member) -> Iterator[Labelled]:
    for component in ("predictor", "transformer", "explainer"):
        spec = read(member.data, f"spec.{component}")
        if not isinstance(spec, dict):
            continue
        labels = {
            **read_labels(member.data, "metadata.labels"),
            **read_labels(spec, "labels"),
            "serving.kserve.io/inferenceservice": member.name,
            "component": component,
        }
        opens = _KSERVE if spec.get("containers") else ("",)  # a ServingRuntime may have labels of its own
        declared = [*list_ports(spec)]
        declared += [_read_port(port, "containerPort") for _, port in walk(spec, "*.ports[]") if isinstance(port, dict)]
        by_runtime = not spec.get("containers") and (not declared or bool(read_text(spec, "model.runtime")))
        ports = tuple(declared)
        yield Labelled(POD, member, "", labels, ports, opens=opens, has_more_ports=by_runtime or not ports)
        name = f"{member.name}-{component}"
        yield Labelled(SERVICE, member, name, labels, ports, opens=opens, has_more_ports=True)
    yield Labelled(SERVICE, member, member.name, {}, (), opens=("",), has_more_ports=True)
