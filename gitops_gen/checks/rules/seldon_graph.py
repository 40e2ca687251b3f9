"""What Seldon's admission webhook asks of the units of a predictor's graph."""

from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.seldon_parts import Unit, list_all_units, list_containers
from gitops_gen.checks.values import read_spec, read_text
from gitops_gen.names import show

_BUILT_IN = {"", "SIMPLE_MODEL", "SIMPLE_ROUTER", "RANDOM_ABTEST", "AVERAGE_COMBINER"}
"""Implementations that the service orchestrator has inside: nothing more is asked of them."""
_SELDON_PROTOCOL_SERVERS = ("SKLEARN_SERVER", "XGBOOST_SERVER", "MLFLOW_SERVER", "HUGGINGFACE_SERVER")
_SHIPPED_SERVERS = (*_SELDON_PROTOCOL_SERVERS, "TENSORFLOW_SERVER", "TRITON_SERVER", "TEMPO_SERVER")
"""The entries of the ConfigMap that the operator is installed with (Seldon Core 1.17)."""
_TRANSPORTS = {"REST": "rest", "GRPC": "grpc"}


def _runs_own_container(unit: Unit) -> bool:
    return unit.data.get("implementation") in (None, "UNKNOWN_IMPLEMENTATION")


def _read_server(unit: Unit) -> str:
    """The model server that the unit names as its implementation; empty if that is no server."""
    name = read_text(unit.data, "implementation")
    return "" if name in _BUILT_IN or name == "UNKNOWN_IMPLEMENTATION" else name


@rule("SELDON011", "error")
def check_container(resource: Resource) -> Iterator[Hit]:
    """Each graph unit without an implementation has a container of its own name.

    Why: the unit's name is the only link between the graph and componentSpecs. Where no container of the same predictor
    has that name, the operator has nothing to send the unit's requests to and its webhook refuses the object.

    Fix: give the container and the unit the same name, or set `implementation` to a prepackaged server.
    """
    for unit in list_all_units(resource):
        name = unit.data.get("name")
        if not isinstance(name, str) or not _runs_own_container(unit):
            continue
        names = [container.get("name") for container in list_containers(unit.predictor)]
        if name not in names:
            there = ", ".join(show(n) for n in names[:10] if isinstance(n, str)) or "no container"
            yield Hit(
                f"{unit.label} has no container of its name; componentSpecs has {there}",
                (*unit.keys, "name"),
                f"name a container {show(name)} in componentSpecs of {unit.predictor.label}, or set `implementation`",
            )


@rule("SELDON012", "error")
def check_model_uri(resource: Resource) -> Iterator[Hit]:
    """A unit that a model server implements has a modelUri.

    Why: a server loads its model from `modelUri` when it starts. The webhook asks for it with every implementation that
    is not built into the orchestrator, servers of your own included; only HUGGINGFACE_SERVER can do without, for it can
    load from the Hugging Face hub.

    Fix: set `modelUri` on the unit, or leave `implementation` out if its container has the model inside.
    """
    for unit in list_all_units(resource):
        server = _read_server(unit)
        if server and server != "HUGGINGFACE_SERVER" and unit.data.get("modelUri") in (None, ""):
            place = "modelUri" if "modelUri" in unit.data else "implementation"
            yield Hit(
                f"{unit.label} is implemented by {show(server)} and has no modelUri",
                (*unit.keys, place),
                "set `modelUri` to where the model is, such as s3://bucket/path, gs://bucket/path or pvc://claim/path",
            )


@rule("SELDON013", "warning")
def check_server_known(resource: Resource) -> Iterator[Hit]:
    """A unit's implementation is a server that the operator ships, or the unit has an image of its own.

    Why: the operator takes a server's image from `predictor_servers` in its ConfigMap `seldon-config`. Without an entry
    there, and without an image on the unit's container, the webhook refuses the object. The ConfigMap of the cluster
    cannot be seen from here, and it may have entries of your own: so this is a warning.

    Fix: correct the name; or give the unit a container of its name with an `image`; or, if the ConfigMap has the entry,
    waive this rule.
    """
    for unit in list_all_units(resource):
        server = _read_server(unit)
        if not server or server in _SHIPPED_SERVERS:
            continue
        name = unit.data.get("name")
        container = next((c for c in list_containers(unit.predictor) if c.get("name") == name), {})
        if container.get("image") in (None, ""):
            meant = next((s for s in _SHIPPED_SERVERS if s.startswith(server.upper().partition("_")[0] + "_")), "")
            yield Hit(
                f"{unit.label} has no image and is implemented by {show(server)}, which is no server that Seldon ships",
                (*unit.keys, "implementation"),
                (f"write {meant}, " if meant else "")
                + "give the unit a container with an `image`, or see that the operator's ConfigMap has the server",
            )


@rule("SELDON014", "error")
def check_methods(resource: Resource) -> Iterator[Hit]:
    """A unit of type UNKNOWN_TYPE lists its methods.

    Why: the methods that the orchestrator calls follow from the type: MODEL, TRANSFORMER, OUTPUT_TRANSFORMER, ROUTER or
    COMBINER. UNKNOWN_TYPE says nothing, so the webhook wants them listed, unless the unit has an `implementation`. (One
    without type, methods and implementation is a MODEL.)

    Fix: set the type, or list `methods`: TRANSFORM_INPUT, TRANSFORM_OUTPUT, ROUTE, AGGREGATE, SEND_FEEDBACK.
    """
    for unit in list_all_units(resource):
        unknown = unit.data.get("type") == "UNKNOWN_TYPE" and _runs_own_container(unit)
        if unknown and unit.data.get("methods") in (None, []):
            yield Hit(
                f"{unit.label} is of type UNKNOWN_TYPE and lists no methods",
                (*unit.keys, "type"),
                "set `type` to MODEL or whatever it is, or list its `methods`",
            )


@rule("SELDON015", "error")
def check_server_protocol(resource: Resource) -> Iterator[Hit]:
    """No SKLEARN, XGBOOST, MLFLOW or HUGGINGFACE server stands under the tensorflow protocol.

    Why: these prepackaged servers speak Seldon's protocol or v2 and have no TensorFlow Serving endpoint.

    Fix: set `protocol: v2` (or `seldon`), or serve the model with TENSORFLOW_SERVER.
    """
    if read_spec(resource).get("protocol") != "tensorflow":
        return
    for unit in list_all_units(resource):
        server = _read_server(unit)
        if server in _SELDON_PROTOCOL_SERVERS:
            yield Hit(
                f"{unit.label} is implemented by {server}, which does not speak the protocol 'tensorflow' of this spec",
                (*unit.keys, "implementation"),
                "set spec.protocol to v2" + ("" if server == "HUGGINGFACE_SERVER" else " or seldon"),
            )


@rule("SELDON016", "error")
def check_logger_mode(resource: Resource) -> Iterator[Hit]:
    """A logger says in its mode what it logs.

    Why: there is no default: a `logger` without `mode` would log nothing, so the webhook refuses it.

    Fix: set `mode` to request, response or all; or remove the logger.
    """
    for unit in list_all_units(resource):
        logger = unit.data.get("logger")
        if isinstance(logger, dict) and logger.get("mode") in (None, ""):
            yield Hit(
                f"the logger of {unit.label} has no mode",
                (*unit.keys, "logger", "mode") if "mode" in logger else (*unit.keys, "logger"),
                "set `mode` to request, response or all",
            )


def _list_endpoint_types(resource: Resource) -> list[tuple[str, Unit]]:
    types = []
    for unit in list_all_units(resource):
        endpoint = unit.data.get("endpoint")
        if isinstance(endpoint, dict) and (endpoint_type := read_text(endpoint, "type")):
            types.append((endpoint_type, unit))
    return types


@rule("SELDON020", "error")
def check_endpoint_types(resource: Resource) -> Iterator[Hit]:
    """All endpoint types are the same.

    Why: the orchestrator speaks REST or gRPC with all units, so the webhook takes one `endpoint.type` in the whole
    SeldonDeployment, over all graphs of all predictors.

    Fix: remove `endpoint.type` everywhere and set `spec.transport`.
    """
    types = _list_endpoint_types(resource)
    for endpoint_type, unit in types[1:]:
        first, first_unit = types[0]
        if endpoint_type != first:
            yield Hit(
                f"{unit.label} has the endpoint type {show(endpoint_type)}, {first_unit.label} has {show(first)}",
                (*unit.keys, "endpoint", "type"),
                "remove `endpoint.type` everywhere and set `spec.transport`",
            )


@rule("SELDON021", "error")
def check_endpoint_transport(resource: Resource) -> Iterator[Hit]:
    """The endpoint types agree with the transport.

    Why: `spec.transport` sets REST or gRPC for all units, and `endpoint.type` is the older way to say it. The webhook
    refuses an object where they contradict each other.

    Fix: remove `endpoint.type`, or set it to the transport in capitals.
    """
    transport = read_text(read_spec(resource), "transport")
    if transport not in _TRANSPORTS.values():
        return
    types = _list_endpoint_types(resource)
    if len({endpoint_type for endpoint_type, _ in types}) > 1:
        return
    for endpoint_type, unit in types:
        if _TRANSPORTS.get(endpoint_type, transport) != transport:
            yield Hit(
                f"{unit.label} has the endpoint type {show(endpoint_type)}, and the transport is {show(transport)}",
                (*unit.keys, "endpoint", "type"),
                f"remove `endpoint.type`, or set it to {transport.upper()}",
            )


GRAPH_RULES: tuple[Rule, ...] = (
    check_container,
    check_model_uri,
    check_server_known,
    check_methods,
    check_server_protocol,
    check_logger_mode,
    check_endpoint_types,
    check_endpoint_transport,
)
