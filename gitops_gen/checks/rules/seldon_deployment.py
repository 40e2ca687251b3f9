"""What the admission webhook of Seldon Core 1 asks of a SeldonDeployment, and its schema does not say.

The rules are those of seldondeployment_webhook.go in SeldonIO/seldon-core, v1.14 to v1.17. It sees an object as it was
written: defaults are only filled in afterwards.
"""

from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.seldon_graph import GRAPH_RULES
from gitops_gen.checks.rules.seldon_parts import list_predictors
from gitops_gen.checks.rules.seldon_traffic import TRAFFIC_RULES
from gitops_gen.checks.rules.seldon_values import VALUE_RULES
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show

_NO_ENGINE = "seldon.io/no-engine"
_SERVICE_NAME = "seldon.io/svc-name"
_KAFKA_VARIABLES = ("KAFKA_BROKER", "KAFKA_INPUT_TOPIC", "KAFKA_OUTPUT_TOPIC")


def _check_choice(resource: Resource, key: str, known: tuple[str, ...]) -> Iterator[Hit]:
    value = read_text(read_spec(resource), key)
    if value and value not in known:
        words = f"{', '.join(known[:-1])} or {known[-1]}"
        near = next((word for word in known if word == value.strip().lower()), "")
        yield Hit(
            f"{show(value)} is no {key} of a SeldonDeployment; it is {words}",
            ("spec", key),
            f"write {near}" if near else f"set it to {words}, or leave it out for {known[0]}",
        )


@rule("SELDON001", "error")
def check_protocol(resource: Resource) -> Iterator[Hit]:
    """The protocol is seldon, tensorflow, kfserving or v2.

    Why: the schema takes any text, and the operator's webhook refuses what it doesn't know. `kfserving` is the old name
    of `v2` (the Open Inference Protocol).

    Fix: set `spec.protocol` to one of them, in small letters, or leave it out for seldon.
    """
    yield from _check_choice(resource, "protocol", ("seldon", "tensorflow", "kfserving", "v2"))


@rule("SELDON002", "error")
def check_transport(resource: Resource) -> Iterator[Hit]:
    """The transport is rest or grpc.

    Why: the schema takes any text, and the operator's webhook refuses what it doesn't know. `REST` and `GRPC` in
    capitals belong to the older `endpoint.type` of a graph's unit.

    Fix: set `spec.transport` to rest or grpc, or leave it out for rest.
    """
    yield from _check_choice(resource, "transport", ("rest", "grpc"))


@rule("SELDON003", "error")
def check_server_type(resource: Resource) -> Iterator[Hit]:
    """The server type is rpc or kafka.

    Why: the schema takes any text, and the operator's webhook refuses what it doesn't know.

    Fix: set `spec.serverType` to rpc (requests) or kafka (a stream), or leave it out for rpc.
    """
    yield from _check_choice(resource, "serverType", ("rpc", "kafka"))


@rule("SELDON004", "error")
def check_predictors(resource: Resource) -> Iterator[Hit]:
    """There is at least one predictor.

    Why: a SeldonDeployment without predictors deploys nothing. The schema lets an empty list through, and the want of a
    whole `spec`; the operator's webhook doesn't.

    Fix: add a predictor with a `name` and a `graph`.
    """
    spec = resource.data.get("spec")
    if spec is None or (isinstance(spec, dict) and spec.get("predictors") == []):
        keys = ("spec", "predictors") if spec else ("spec",) if "spec" in resource.data else ()
        yield Hit(
            f"SeldonDeployment {show(resource.name)} has no predictors",
            keys,
            "add a predictor with a `name` and a `graph` to spec.predictors",
        )


@rule("SELDON005", "error")
def check_predictor_names(resource: Resource) -> Iterator[Hit]:
    """The names of the predictors are unique.

    Why: the operator calls the Deployments and the Service of a predictor after it; two of one name would overwrite
    each other.

    Fix: give each predictor a name of its own.
    """
    seen: dict[str, str | int] = {}
    for predictor in list_predictors(resource):
        name = predictor.data.get("name")
        if isinstance(name, str) and seen.setdefault(name, predictor.keys[-1]) != predictor.keys[-1]:
            yield Hit(
                f"predictors[{seen[name]}] and predictors[{predictor.keys[-1]}] are both called {show(name)}",
                (*predictor.keys, "name"),
                "give each predictor a name of its own",
            )


@rule("SELDON017", "error")
def check_kafka(resource: Resource) -> Iterator[Hit]:
    """With server type kafka each predictor names its broker and topics.

    Why: the orchestrator reads from one topic and writes to another, and finds them in the variables KAFKA_BROKER,
    KAFKA_INPUT_TOPIC and KAFKA_OUTPUT_TOPIC of its own container, which `svcOrchSpec.env` sets.

    Fix: add the three to `svcOrchSpec.env` of every predictor.
    """
    if read_spec(resource).get("serverType") != "kafka":
        return
    for predictor in list_predictors(resource):
        orchestrator = as_mapping(predictor.data.get("svcOrchSpec"))
        names = [as_mapping(variable).get("name") for variable in as_list(orchestrator.get("env"))]
        missing = ", ".join(name for name in _KAFKA_VARIABLES if name not in names)
        if missing:
            place = ("svcOrchSpec", "env") if "env" in orchestrator else ("svcOrchSpec",) if orchestrator else ()
            yield Hit(
                f"{predictor.label} is served by kafka, and its svcOrchSpec.env lacks {missing}",
                (*predictor.keys, *place),
                f"add {missing} to svcOrchSpec.env",
            )


@rule("SELDON018", "error")
def check_no_engine(resource: Resource) -> Iterator[Hit]:
    """A predictor without an orchestrator has a graph of one unit.

    Why: the orchestrator carries requests from unit to unit; the annotation `seldon.io/no-engine` leaves it out. The
    webhook looks for the annotation and not at its value, so `"false"` counts too.

    Fix: remove the annotation from the predictor, or cut its graph down to one unit.
    """
    for predictor in list_predictors(resource):
        if not isinstance(as_mapping(predictor.data.get("annotations")).get(_NO_ENGINE), str):
            continue
        count = len(predictor.units)
        if count > 1:
            yield Hit(
                f"{predictor.label} has a graph of {count} units and the annotation {_NO_ENGINE}",
                (*predictor.keys, "annotations", _NO_ENGINE),
                "remove the annotation: whatever its value, it only goes with a graph of one unit",
            )


@rule("SELDON019", "error")
def check_service_names(resource: Resource) -> Iterator[Hit]:
    """The service names that predictors ask for are unique.

    Why: the annotation `seldon.io/svc-name` replaces the name of the predictor's Service; two of one name would
    overwrite each other.

    Fix: give each predictor another name, or remove the annotation.
    """
    seen: dict[str, str] = {}
    for predictor in list_predictors(resource):
        name = as_mapping(predictor.data.get("annotations")).get(_SERVICE_NAME)
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Hit(
                f"{predictor.label} asks for the service name {show(name)}, and so does {seen[name]}",
                (*predictor.keys, "annotations", _SERVICE_NAME),
                f"give one of them another {_SERVICE_NAME}, or remove the annotation",
            )
        seen.setdefault(name, predictor.label)


RULES: tuple[Rule, ...] = (
    check_protocol,
    check_transport,
    check_server_type,
    check_predictors,
    check_predictor_names,
    check_kafka,
    check_no_engine,
    check_service_names,
    *TRAFFIC_RULES,
    *GRAPH_RULES,
    *VALUE_RULES,
)
